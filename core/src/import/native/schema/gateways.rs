//! Where requests come in.

use crate::import::schema::{
    Field, NO_LIMIT, Named, Object, Schema, exactly_one, int, list, map_list, mended, one_of,
    pattern,
};

use super::actions::PORT;
use super::patterns;
use super::values::{SOME_TEXT, TEXT};

pub(super) const NAME: Schema = pattern(1, NO_LIMIT, &patterns::NAME);
pub(super) static HOSTS: Schema = Schema::Named(&HOST);

/// How rules of one place are ordered; each field is taken over from what it is in.
macro_rules! order_fields {
    ($($more:expr),* $(,)?) => {
        &[
            $($more,)*
            Field::optional(
                "precedence",
                one_of(&["specific", "first-match", "gateway-api", "app-mesh", "oldest-route"]),
            )
            .about("The order between rules that match the same request. `specific` unless it is written."),
            Field::optional("host_fallthrough", Schema::Bool)
                .about("Whether a request that no rule of its most specific host takes is tried against less specific hosts. `true` unless it is written."),
            Field::optional("host_form", one_of(&["name", "authority"]))
                .about("What routes' hosts are compared with: the host (`name`, unless it is written), or the authority with its port."),
        ]
    };
}
pub(super) use order_fields;

/// How a path is made canonical.
pub static NORMALIZATION: Named = Named {
    name: "normalization",
    about: "How a path is made canonical before anything looks at it. A text alone is a profile.",
    schema: Schema::Union(&[PROFILES, Schema::Object(&NORMALIZATION_FIELDS)]),
};
const PROFILES: Schema = one_of(&["none", "base", "merge-slashes", "decode-and-merge"]);
static NORMALIZATION_FIELDS: Object = Object::closed(&[
    Field::optional("profile", PROFILES)
        .default("\"merge-slashes\"")
        .about("`none`: as it came. `base`: dot segments resolved, unreserved characters decoded. `merge-slashes`: `base`, and runs of slashes become one. `decode-and-merge`: that, after `%2F` and `%5C` became slashes. What is written besides changes the profile."),
    Field::optional("escaped_slashes", one_of(&["keep", "reject", "unescape", "unescape-and-redirect"]))
        .about("What `%2F` and `%5C` are."),
    Field::optional("path_parameters", one_of(&["keep", "strip", "reject"]))
        .about("What `;name=value` in a segment is."),
    Field::optional("fragment", one_of(&["strip", "reject"])).about("What `#` and what follows it is."),
    Field::optional("malformed_escapes", one_of(&["keep", "reject"]))
        .about("What a `%` is that begins no escape."),
]);

/// What is done to headers.
pub static HEADER_RULES: Named = Named {
    name: "header_rules",
    about: "What is done to a request's headers before anything looks at them.",
    schema: Schema::Object(&Object::closed(&[
        Field::optional("reject_underscores", Schema::Bool)
            .default("false")
            .about("Whether a request with an underscore in a header's name is refused."),
        Field::optional("trim_values", Schema::Bool)
            .default("false")
            .about("Whether spaces and tabs around a value do not count."),
    ])),
};

/// A gateway.
pub static GATEWAY: Named = Named {
    name: "gateway",
    about: "An entry point. What it does not say is as its document says.",
    schema: Schema::Object(&Object::closed(order_fields![
        Field::required("name", NAME).about("Its name; a request that names a gateway means this."),
        Field::optional("namespace", TEXT).about("Its namespace."),
        Field::optional("normalization", Schema::Named(&NORMALIZATION))
            .about("How a path is made canonical."),
        Field::optional("header_rules", Schema::Named(&HEADER_RULES))
            .about("What is done to headers first."),
        Field::optional("listeners", map_list(1, NO_LIMIT, &LISTENERS, &["name"]))
            .about("Its listeners. Without it there is one, `default`, which takes everything."),
    ])),
};
static LISTENERS: Schema = Schema::Named(&LISTENER);

/// A listener.
pub static LISTENER: Named = Named {
    name: "listener",
    about: "One way into a gateway. What it does not say is as its gateway says.",
    schema: Schema::Object(&Object::closed(order_fields![
        Field::required("name", NAME).about("Its name within the gateway."),
        Field::optional("port", PORT).about("Its port; any, where it is not written."),
        Field::optional("protocol", one_of(&["any-http", "http", "https", "tcp", "tls", "udp"]))
            .default("\"any-http\"")
            .about("What it speaks."),
        Field::optional("hosts", list(1, NO_LIMIT, &HOSTS))
            .about("Hosts, or server names, that it takes; any, where it is not written. Without ports."),
        Field::optional("client_namespace", SOME_TEXT)
            .about("Takes only requests of clients in this namespace."),
        Field::optional("detect_misdirected", Schema::Bool)
            .default("false")
            .about("Whether a request is answered 421 whose server name chose this listener and whose authority another one of the same port fits better."),
    ])),
};

/// A host.
pub static HOST: Named = Named {
    name: "host",
    about: "A host: `shop.example`, `*.shop.example` (one or more labels), `*-api.shop.example`, `www.shop.*`, `*` (any); with `:port`, only where the authority states that port.",
    schema: Schema::Union(&[
        mended(pattern(1, NO_LIMIT, &patterns::HOST), patterns::mend_url),
        Schema::Object(&HOST_FIELDS),
    ]),
};
static HOST_FIELDS: Object = Object::closed(&[
    Field::optional("one_label", pattern(1, NO_LIMIT, &patterns::HOST_TEXT))
        .about("Hosts with exactly one label before this: `shop.example` takes `a.shop.example`."),
    Field::optional("suffix", pattern(1, NO_LIMIT, &patterns::HOST_TEXT))
        .about("Hosts that end in this text, wherever labels begin."),
    Field::optional("regex", SOME_TEXT).about("A regular expression over the whole host."),
    Field::optional("port", int(1, 65_535)).about("The port that the authority states."),
])
.choosing(&[exactly_one(&["one_label", "suffix", "regex"])]);

/// A stage.
pub static STAGE: Named = Named {
    name: "stage",
    about: "A set of routes that a rule can lead to. What it does not say is as its document says.",
    schema: Schema::Object(&Object::closed(order_fields![
        Field::required("name", NAME).about("Its name; routes and targets refer to it."),
        Field::optional("namespace", TEXT).about("Its namespace."),
    ])),
};
