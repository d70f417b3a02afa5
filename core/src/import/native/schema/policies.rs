//! What a proxy must do besides choosing.

use crate::import::schema::{
    Field, NO_LIMIT, Named, Object, Schema, exactly_one, int, list, mended, pattern,
};

use super::patterns;
use super::values::SOME_TEXT;

pub(super) const DURATION: Schema =
    mended(pattern(1, 64, &patterns::DURATION), patterns::mend_duration);
const FACT: Schema = pattern(1, NO_LIMIT, &patterns::FACT);

/// Time limits.
pub static TIMEOUTS: Named = Named {
    name: "timeouts",
    about: "How long things may take: `5s`, `250ms`. `0s` switches a limit off; what is not written is left to the proxy.",
    schema: Schema::Object(&Object::closed(&[
        Field::optional("request", DURATION)
            .about("From the whole request received to the whole response sent, tries included."),
        Field::optional("backend_request", DURATION).about("One try."),
        Field::optional("idle", DURATION).about("Without a byte in either direction."),
    ])),
};

/// A retry policy.
pub static RETRY: Named = Named {
    name: "retry",
    about: "When a request is tried again.",
    schema: Schema::Object(&Object::closed(&[
        Field::optional("attempts", int(0, 4_294_967_295)).about("Tries after the first."),
        Field::optional("per_try_timeout", DURATION).about("Limit of each try."),
        Field::optional("retry_on", list(0, NO_LIMIT, &Schema::IntOrStr))
            .about("What is tried again: `5xx`, `connect-failure`, `unavailable`, or a status."),
        Field::optional("backoff", DURATION).about("Shortest wait between tries."),
        Field::optional("max_backoff", DURATION).about("Longest wait between tries."),
    ])),
};

/// A session policy.
pub static SESSION: Named = Named {
    name: "session",
    about: "How a client is kept at one backend.",
    schema: Schema::Object(
        &Object::closed(&[
            Field::optional("cookie", Schema::Object(&COOKIE)).about("By a cookie."),
            Field::optional("header", Schema::Object(&HEADER)).about("By a header."),
        ])
        .choosing(&[exactly_one(&["cookie", "header"])]),
    ),
};
static COOKIE: Object = Object::closed(&[
    Field::optional("name", SOME_TEXT)
        .about("Its name; left to the proxy where it is not written."),
    Field::optional("permanent", Schema::Bool)
        .default("false")
        .about("Whether it outlives the browser's session."),
    Field::optional("absolute_timeout", DURATION).about("Limit on the session's age."),
    Field::optional("idle_timeout", DURATION).about("Limit on the session's idleness."),
]);
static HEADER: Object = Object::closed(&[
    Field::optional("name", SOME_TEXT)
        .about("Its name; left to the proxy where it is not written."),
    Field::optional("absolute_timeout", DURATION).about("Limit on the session's age."),
    Field::optional("idle_timeout", DURATION).about("Limit on the session's idleness."),
]);

/// Part of a hash.
pub static HASH_KEY: Named = Named {
    name: "hash_key",
    about: "A fact that is hashed, by name: `source_ip`, `cookie.sid`, `header.x-user`, `query.page` (as it came), `decoded_query.page`, `attribute.jwt.sub`.",
    schema: Schema::Union(&[
        FACT,
        Schema::Object(&Object::closed(&[
            Field::required("fact", FACT).about("What is hashed."),
            Field::optional("terminal", Schema::Bool)
                .default("false")
                .about(
                    "Whether the keys after this one are left out where there is a hash already.",
                ),
        ])),
    ]),
};
