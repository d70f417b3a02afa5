//! What a rule asks of a request.

use crate::import::schema::patterns::HEADER_NAME;
use crate::import::schema::{
    Field, NO_LIMIT, Named, Object, Schema, keyed_map, list, map, mended, one_of, pattern,
};

use super::paths::PATH;
use super::patterns;
use super::values::{ADDRESS, PARAMETER, PATH_VALUE, PORT_VALUE, VALUE, VERSION_VALUE};

static ONE_METHOD: Schema = pattern(1, NO_LIMIT, &patterns::METHOD);
static VALUES: Schema = Schema::Named(&VALUE);
static PARAMETERS: Schema = Schema::Named(&PARAMETER);

pub(super) const FRACTION: Schema =
    mended(pattern(1, 32, &patterns::FRACTION), patterns::mend_fraction);

/// The fields of a predicate, after its path.
macro_rules! predicate_fields {
    ($path:expr) => {
        &[
            $path,
            Field::optional(
                "method",
                Schema::Union(&[ONE_METHOD, list(1, NO_LIMIT, &ONE_METHOD)]),
            )
            .about("One of these methods."),
            Field::optional("scheme", one_of(&["http", "https"])).about("The request's scheme."),
            Field::optional("headers", keyed_map(&HEADER_NAME, &VALUES))
                .about("Headers, by name without regard to case."),
            Field::optional("query", map(NO_LIMIT, &PARAMETERS))
                .about("Query parameters, by name."),
            Field::optional("cookies", map(NO_LIMIT, &VALUES)).about("Cookies, by name."),
            Field::optional("attributes", map(NO_LIMIT, &VALUES))
                .about("Facts that the caller gives, by name: `jwt.sub`, `tls.alpn`."),
            Field::optional("host", Schema::Named(&VALUE))
                .about("The host in lower case, without port."),
            Field::optional("authority", Schema::Named(&VALUE)).about("The authority as it came."),
            Field::optional("authority_port", Schema::Named(&PORT_VALUE))
                .about("The port that the authority states."),
            Field::optional("port", Schema::Named(&PORT_VALUE))
                .about("The port that the request came in on."),
            Field::optional("version", Schema::Named(&VERSION_VALUE))
                .about("The HTTP version: 1, 2 or 3."),
            Field::optional("raw_path", Schema::Named(&VALUE))
                .about("The path as it came, without query."),
            Field::optional("raw_query", Schema::Named(&VALUE))
                .about("The whole query as it came, without `?`."),
            Field::optional("source_ip", Schema::Named(&ADDRESS)).about("The client's address."),
            Field::optional("destination_ip", Schema::Named(&ADDRESS))
                .about("The address that the client connected to."),
            Field::optional("sni", Schema::Named(&VALUE))
                .about("The TLS server name, in lower case."),
            Field::optional("client_namespace", Schema::Named(&VALUE))
                .about("The namespace of the client's workload."),
            Field::optional("grpc_service", Schema::Named(&VALUE))
                .about("The gRPC service of a path `/service/method`."),
            Field::optional("grpc_method", Schema::Named(&VALUE))
                .about("The gRPC method of a path `/service/method`."),
            Field::optional("grpc_only", Schema::Bool)
                .about("Whether only gRPC requests are taken."),
            Field::optional("fraction", FRACTION).about("This share of requests, by chance."),
            Field::optional("all", list(0, NO_LIMIT, &PREDICATES)).about("All of these hold."),
            Field::optional("any", list(0, NO_LIMIT, &PREDICATES)).about("One of these holds."),
            Field::optional("not", Schema::Named(&PREDICATE)).about("This does not hold."),
        ]
    };
}

/// What a rule asks of a request.
pub static MATCH: Named = Named {
    name: "match",
    about: "What a rule asks of a request: everything that is written must hold.",
    schema: Schema::Object(&Object::closed(predicate_fields![
        Field::optional("path", Schema::Named(&PATH))
            .about("The path; any, where it is not written.")
    ])),
};

/// A test within `all`, `any` and `not`.
pub static PREDICATE: Named = Named {
    name: "predicate",
    about: "A test within `all`, `any` and `not`: everything that is written must hold.",
    schema: Schema::Object(&Object::closed(predicate_fields![
        Field::optional("path", Schema::Named(&PATH_VALUE)).about("The path.")
    ])),
};

static PREDICATES: Schema = Schema::Named(&PREDICATE);
