//! Where a request goes.

use crate::import::schema::{
    Field, NO_LIMIT, Named, Object, Schema, exactly_one, int, list, map, mended, one_of, pattern,
};

use super::filters::{FORMAT, PATH, QUERY, filter_fields};
use super::matches::FRACTION;
use super::patterns;
use super::values::{SOME_TEXT, TEXT};

pub(super) const REFERENCE: Schema = pattern(1, NO_LIMIT, &patterns::REFERENCE);
const BACKEND_TEXT: Schema = mended(pattern(1, NO_LIMIT, &patterns::BACKEND), patterns::mend_url);
pub(super) const PORT: Schema = int(1, 65_535);

/// The fields of a backend, after its name.
macro_rules! backend_fields {
    ($name:expr, $($more:expr),* $(,)?) => {
        &[
            $name,
            Field::optional("namespace", TEXT).about("Its namespace; the route's, where it is not written."),
            Field::optional("kind", SOME_TEXT).default("\"Backend\"").about("Its kind."),
            Field::optional("port", PORT).about("Its port."),
            Field::optional("subset", SOME_TEXT).about("A subset of its endpoints."),
            Field::optional("protocol", SOME_TEXT).about("The protocol to speak to it: `h2c`, `ws`, `grpc`."),
            $($more),*
        ]
    };
}

/// A backend.
pub static BACKEND: Named = Named {
    name: "backend",
    about: "A named target outside of the engine. A text alone is `name`, `name:port` or `namespace/name:port`.",
    schema: Schema::Union(&[
        BACKEND_TEXT,
        Schema::Object(&Object::closed(backend_fields![
            Field::required("name", SOME_TEXT).about("Its name."),
        ])),
    ]),
};
static BACKENDS: Schema = Schema::Named(&BACKEND);

/// A target with a weight.
pub static TARGET: Named = Named {
    name: "target",
    about: "Where a share of requests goes: a backend, a stage, or what the request names. A text alone is a backend.",
    schema: Schema::Union(&[BACKEND_TEXT, Schema::Object(&TARGET_FIELDS)]),
};
static TARGET_FIELDS: Object =
    Object::closed(TARGET_FIELD_LIST).choosing(&[exactly_one(&["name", "stage", "from_request"])]);
const TARGET_FIELD_LIST: &[Field] = filter_fields![
    Field::optional("name", SOME_TEXT).about("The backend's name."),
    Field::optional("namespace", TEXT)
        .about("The backend's namespace; the route's, where it is not written."),
    Field::optional("kind", SOME_TEXT)
        .default("\"Backend\"")
        .about("The backend's kind."),
    Field::optional("port", PORT).about("The backend's port."),
    Field::optional("subset", SOME_TEXT).about("A subset of the backend's endpoints."),
    Field::optional("protocol", SOME_TEXT)
        .about("The protocol to speak to the backend: `h2c`, `ws`, `grpc`."),
    Field::optional("stage", REFERENCE)
        .about("A stage that goes on, with the path and host as they are rewritten."),
    Field::optional("metadata", map(NO_LIMIT, &Schema::Any))
        .about("Facts that the way through `stage` adds to the decision."),
    Field::optional("from_request", Schema::Object(&FROM_REQUEST))
        .about("A backend that the request names."),
    Field::optional("weight", int(0, 4_294_967_295))
        .default("1")
        .about("Relative share of requests; 0 is never chosen."),
    Field::optional("failover", list(0, NO_LIMIT, &BACKENDS))
        .about("Where the request goes, in this order, while the backend cannot take it."),
    Field::optional("invalid", Schema::Object(&INVALID))
        .about("Says that the backend is known not to be there: its share of requests fails."),
    Field::optional("redirect", Schema::Named(&REDIRECT))
        .about("Answers this share of requests with another address."),
];

static FROM_REQUEST: Object = Object::closed(&[
    Field::required("fact", pattern(1, NO_LIMIT, &patterns::FACT))
        .about("The fact whose first value is the backend's name: `header.x-cluster`."),
    Field::optional("kind", SOME_TEXT)
        .default("\"Backend\"")
        .about("The backend's kind."),
    Field::optional("status", int(200, 599))
        .default("503")
        .about("What is answered where the request names none."),
]);

static INVALID: Object = Object::closed(&[
    Field::optional("reason", SOME_TEXT)
        .default("\"BackendNotFound\"")
        .about("A word for why."),
    Field::optional("status", int(200, 599))
        .default("500")
        .about("What is answered."),
]);

/// A mirror.
pub static MIRROR: Named = Named {
    name: "mirror",
    about: "Where a copy goes. A text alone is a backend that gets a copy of every request.",
    schema: Schema::Union(&[
        BACKEND_TEXT,
        Schema::Object(&Object::closed(backend_fields![
            Field::required("name", SOME_TEXT).about("The backend's name."),
            Field::optional("fraction", FRACTION)
                .default("\"100%\"")
                .about("Share of requests that are copied."),
            Field::optional("invalid", Schema::Object(&INVALID))
                .about("Says that the backend is known not to be there: no copy is sent."),
        ])),
    ]),
};

/// A redirect.
pub static REDIRECT: Named = Named {
    name: "redirect",
    about: "Answers with another address. Parts that are not written stay the request's.",
    schema: Schema::Object(&Object::closed(&[
        Field::optional("scheme", one_of(&["http", "https"])).about("The new scheme."),
        Field::optional("host", Schema::Named(&FORMAT)).about("The new host."),
        Field::optional("port", PORT).about(
            "The new port; else that of `scheme`, where it is written; else the listener's.",
        ),
        Field::optional("path", Schema::Named(&PATH)).about("The new path."),
        Field::optional("query", Schema::Named(&QUERY)).about("What becomes of the query."),
        Field::optional("status", Schema::IntOneOf(&[300, 301, 302, 303, 307, 308]))
            .default("302")
            .about("The status."),
    ])),
};

/// A direct response.
pub static RESPOND: Named = Named {
    name: "respond",
    about: "Answers itself. A number alone is the status.",
    schema: Schema::Union(&[
        int(200, 599),
        Schema::Object(&Object::closed(&[
            Field::required("status", int(200, 599)).about("The status."),
            Field::optional("body", TEXT)
                .default("\"\"")
                .about("The body."),
            Field::optional("reason", TEXT)
                .default("\"\"")
                .about("Where the rule answers because it cannot be carried out: a word for why."),
        ])),
    ]),
};
