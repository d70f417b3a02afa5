//! What is done to a request and its response.

use crate::import::schema::patterns::HEADER_NAME;
use crate::import::schema::{
    Field, NO_LIMIT, Named, Object, Schema, at_most_one, exactly_one, int, keyed_map, list, map,
    one_of, pattern, text,
};

use super::actions::{MIRROR, REDIRECT};
use super::matches::FRACTION;
use super::patterns;
use super::policies::DURATION;
use super::values::{SOME_TEXT, TEST_FIELDS, TEXT};

/// The fields of what a rule or a backend does to a request.
macro_rules! filter_fields {
    ($($more:expr),* $(,)?) => {
        &[
            $($more,)*
            Field::optional("cors", Schema::Named(&crate::import::native::schema::filters::CORS))
                .about("Answers cross-origin questions."),
            Field::optional("fault", Schema::Named(&crate::import::native::schema::filters::FAULT))
                .about("Delays or fails a share of requests on purpose."),
            Field::optional("request_headers", Schema::Named(&crate::import::native::schema::filters::HEADERS))
                .about("Edits of the request's headers."),
            Field::optional("rewrite", Schema::Named(&crate::import::native::schema::filters::REWRITE))
                .about("What is sent on in place of what came."),
            Field::optional("mirrors", list(0, NO_LIMIT, &crate::import::native::schema::filters::MIRRORS))
                .about("Where copies are sent, whose answers are ignored."),
            Field::optional("response_headers", Schema::Named(&crate::import::native::schema::filters::HEADERS))
                .about("Edits of the response's headers."),
            Field::optional("filters", list(0, NO_LIMIT, &crate::import::native::schema::filters::FILTERS))
                .about("The same, one by one, where their order counts or one is needed twice. They come after those that are written by themselves."),
        ]
    };
}
pub(super) use filter_fields;

pub(super) static MIRRORS: Schema = Schema::Named(&MIRROR);
pub(super) static FILTERS: Schema = Schema::Named(&FILTER);

/// One filter.
pub static FILTER: Named = Named {
    name: "filter",
    about: "One change or side effect.",
    schema: Schema::Object(
        &Object::closed(&[
            Field::optional("cors", Schema::Named(&CORS)).about("Answers cross-origin questions."),
            Field::optional("fault", Schema::Named(&FAULT))
                .about("Delays or fails a share of requests on purpose."),
            Field::optional("mirror", Schema::Named(&MIRROR))
                .about("Sends a copy elsewhere and ignores the answer."),
            Field::optional("redirect", Schema::Named(&REDIRECT))
                .about("Answers with another address in place of the backend; on backends only."),
            Field::optional("request_headers", Schema::Named(&HEADERS))
                .about("Edits of the request's headers."),
            Field::optional("response_headers", Schema::Named(&HEADERS))
                .about("Edits of the response's headers."),
            Field::optional("rewrite", Schema::Named(&REWRITE))
                .about("What is sent on in place of what came."),
        ])
        .choosing(&[exactly_one(&[
            "cors",
            "fault",
            "mirror",
            "redirect",
            "request_headers",
            "response_headers",
            "rewrite",
        ])]),
    ),
};

static EDIT_VALUES: Schema = Schema::Named(&FORMAT);
static ADDED_VALUES: Schema =
    Schema::Union(&[Schema::Named(&FORMAT), list(1, NO_LIMIT, &EDIT_VALUES)]);
static HEADER: Schema = pattern(1, NO_LIMIT, &HEADER_NAME);
static EDITS: Schema = Schema::Object(&EDIT_FIELDS);

/// A text with holes.
pub static FORMAT: Named = Named {
    name: "format",
    about: "A text with holes: `{id}` is a capture, `{host}` and `{header.x-user}` are facts of the request, `{{` and `}}` are braces.",
    schema: TEXT_WITH_HOLES,
};
const TEXT_WITH_HOLES: Schema = text(0, NO_LIMIT);

/// Edits of headers.
pub static HEADERS: Named = Named {
    name: "header_edits",
    about: "Edits of headers, in the order `set`, `add`, `append`, `set_if_absent`, `set_if_present`, `remove`; in a list, in the order of the list.",
    schema: Schema::Union(&[Schema::Object(&EDIT_FIELDS), list(0, NO_LIMIT, &EDITS)]),
};
static EDIT_FIELDS: Object = Object::closed(&[
    Field::optional("set", keyed_map(&HEADER_NAME, &EDIT_VALUES))
        .about("Replaces every value of the name, or adds it."),
    Field::optional("add", keyed_map(&HEADER_NAME, &ADDED_VALUES))
        .about("Adds a field line, or one for each item of a list."),
    Field::optional("append", keyed_map(&HEADER_NAME, &EDIT_VALUES)).about(
        "Adds to the last value of the name after a comma; adds the name where there is none.",
    ),
    Field::optional("set_if_absent", keyed_map(&HEADER_NAME, &EDIT_VALUES))
        .about("Adds the name where there is none."),
    Field::optional("set_if_present", keyed_map(&HEADER_NAME, &EDIT_VALUES))
        .about("Replaces every value of the name where there is one."),
    Field::optional("remove", list(0, NO_LIMIT, &HEADER))
        .about("Removes every value of these names."),
]);

/// A rewrite.
pub static REWRITE: Named = Named {
    name: "rewrite",
    about: "What is sent on in place of what came. Parts that are not written stay.",
    schema: Schema::Object(&Object::closed(&[
        Field::optional(
            "host",
            Schema::Union(&[Schema::Named(&FORMAT), Schema::Object(&HOST)]),
        )
        .about("The new host."),
        Field::optional("path", Schema::Named(&PATH)).about("The new path."),
        Field::optional("query", Schema::Named(&QUERY)).about("What becomes of the query."),
        Field::optional("method", pattern(1, NO_LIMIT, &patterns::METHOD)).about("The new method."),
    ])),
};

static HOST: Object = Object::closed(&[
    Field::optional("from", one_of(&["backend"]))
        .about("`backend`: the name of the backend that is chosen, for the proxy to fill in."),
    Field::optional("from_path", Schema::Object(&SUBSTITUTION))
        .about("The path, without query, with a pattern replaced in it."),
])
.choosing(&[exactly_one(&["from", "from_path"])]);

static SUBSTITUTION: Object = Object::closed(&[
    Field::required("regex", SOME_TEXT).about("A regular expression, found anywhere."),
    Field::required("replacement", Schema::Named(&FORMAT))
        .about("What stands in its place; `{1}` is the expression's first group."),
    Field::optional("all", Schema::Bool)
        .default("false")
        .about("Whether every place is replaced, rather than the first."),
]);

/// A rewrite of the path.
pub static PATH: Named = Named {
    name: "path_rewrite",
    about: "A new path. A text alone is the whole of it. The query stays.",
    schema: Schema::Union(&[Schema::Named(&FORMAT), Schema::Object(&PATH_FIELDS)]),
};
static PATH_FIELDS: Object = Object::closed(&[
    Field::optional("full", Schema::Named(&FORMAT)).about("The whole path."),
    Field::optional("replace_prefix", TEXT)
        .about("What stands in place of the prefix that the match names (`segments` or `prefix`)."),
    Field::optional("join", one_of(&["segments", "one-slash", "literal"]))
        .about("How `replace_prefix` and the rest are joined: by segments (unless it is written), as texts with one slash between, or as texts."),
    Field::optional("substitute", Schema::Object(&SUBSTITUTION))
        .about("A pattern is replaced in the path."),
])
.choosing(&[
    exactly_one(&["full", "replace_prefix", "substitute"]),
    at_most_one(&["full", "join"]),
    at_most_one(&["substitute", "join"]),
]);

/// A rewrite of the query.
pub static QUERY: Named = Named {
    name: "query_rewrite",
    about: "What becomes of the query. A text alone is the new query, without `?`; edits are made in the order `keep`, `remove`, `set`, `add`, in a list in the order of the list.",
    schema: Schema::Union(&[
        Schema::Named(&FORMAT),
        Schema::Object(&QUERY_FIELDS),
        list(0, NO_LIMIT, &QUERY_EDITS),
    ]),
};
static QUERY_EDITS: Schema = Schema::Object(&QUERY_FIELDS);
static QUERY_FIELDS: Object = Object::closed(&[
    Field::optional("keep", list(0, NO_LIMIT, &TEXT)).about("Removes every parameter but these."),
    Field::optional("remove", list(0, NO_LIMIT, &TEXT))
        .about("Removes every parameter of these names."),
    Field::optional("set", map(NO_LIMIT, &EDIT_VALUES))
        .about("The first parameter of the name gets this value and further ones go."),
    Field::optional("add", map(NO_LIMIT, &ADDED_VALUES))
        .about("Adds a parameter, or one for each item of a list."),
]);

/// A fault.
pub static FAULT: Named = Named {
    name: "fault",
    about: "Delays or fails a share of requests on purpose.",
    schema: Schema::Object(&Object::closed(&[
        Field::optional("delay", Schema::Object(&DELAY)).about("Delays requests."),
        Field::optional("abort", Schema::Object(&ABORT)).about("Fails requests."),
    ])),
};
static DELAY: Object = Object::closed(&[
    Field::required("duration", DURATION).about("How long."),
    Field::optional("fraction", FRACTION)
        .default("\"100%\"")
        .about("Share of requests, in whole parts per million."),
]);
static ABORT: Object = Object::closed(&[
    Field::optional("status", int(200, 599)).about("The status that is answered."),
    Field::optional("grpc_status", int(0, 255))
        .about("The gRPC status that gRPC requests are answered."),
    Field::optional("fraction", FRACTION)
        .default("\"100%\"")
        .about("Share of requests, in whole parts per million."),
]);

/// Cross-origin resource sharing.
pub static CORS: Named = Named {
    name: "cors",
    about: "Cross-origin resource sharing. Preflights are answered.",
    schema: Schema::Object(&Object::closed(&[
        Field::optional("allow_origins", list(0, NO_LIMIT, &ORIGIN))
            .about("Origins that are answered: `https://shop.example`, `https://*.shop.example`, `*`, or a test of the whole value."),
        Field::optional("allow_methods", list(0, NO_LIMIT, &SOME_TEXT))
            .about("Methods allowed; `*` alone allows all."),
        Field::optional("allow_headers", list(0, NO_LIMIT, &SOME_TEXT))
            .about("Request headers allowed; `*` alone allows all."),
        Field::optional("expose_headers", list(0, NO_LIMIT, &SOME_TEXT))
            .about("Response headers shown; `*` alone shows all."),
        Field::optional("allow_credentials", Schema::Bool)
            .default("false")
            .about("Whether credentials may be sent."),
        Field::optional("max_age", DURATION)
            .about("How long a preflight's answer holds, in whole seconds."),
    ])),
};
static ORIGIN: Schema = Schema::Union(&[SOME_TEXT, Schema::Object(&TEST_FIELDS)]);
