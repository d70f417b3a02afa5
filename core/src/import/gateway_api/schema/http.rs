//! HTTPRoute.

use crate::import::schema::{
    Field, NO_LIMIT, Object, Schema, int, list, map_list, one_of, pattern, set, text,
};

use super::common::{
    DEFAULT_SCOPE, DURATION, GROUP, HEADER, HOSTNAME, KIND, MATCH_TYPE, NAME, NAMESPACE,
    PARENT_REFS, PORT, SECTION, SESSION_PERSISTENCE, WEIGHT,
};
use super::filters::HTTP_FILTERS;
use super::{patterns, top};

pub(super) static HTTP_ROUTE: Object = top!(&SPEC);

static SPEC: Object = Object::closed(&[
    Field::optional("hostnames", list(0, 16, &HOSTNAME)),
    Field::optional("parentRefs", PARENT_REFS),
    Field::optional("rules", list(1, 16, &RULE))
        .default(r#"[{"matches":[{"path":{"type":"PathPrefix","value":"/"}}]}]"#),
    Field::optional("useDefaultGateways", DEFAULT_SCOPE),
]);

static RULE: Schema = Schema::Object(&Object::closed(&[
    Field::optional("backendRefs", list(0, 16, &BACKEND)),
    Field::optional("filters", HTTP_FILTERS),
    Field::optional("matches", list(0, 64, &MATCH))
        .default(r#"[{"path":{"type":"PathPrefix","value":"/"}}]"#),
    Field::optional("name", SECTION),
    Field::optional("retry", Schema::Object(&RETRY)),
    Field::optional("sessionPersistence", Schema::Object(&SESSION_PERSISTENCE)),
    Field::optional("timeouts", Schema::Object(&TIMEOUTS)),
]));

static MATCH: Schema = Schema::Object(&Object::closed(&[
    Field::optional("headers", map_list(0, 16, &HEADER_MATCH, &["name"])),
    Field::optional(
        "method",
        one_of(&[
            "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
        ]),
    ),
    Field::optional("path", Schema::Object(&PATH_MATCH))
        .default(r#"{"type":"PathPrefix","value":"/"}"#),
    Field::optional("queryParams", map_list(0, 16, &QUERY_MATCH, &["name"])),
]));

static HEADER_MATCH: Schema = Schema::Object(&Object::closed(&[
    Field::required("name", HEADER),
    Field::optional("type", MATCH_TYPE).default("\"Exact\""),
    Field::required("value", pattern(1, 4096, &patterns::HEADER_VALUE)),
]));

static QUERY_MATCH: Schema = Schema::Object(&Object::closed(&[
    Field::required("name", HEADER),
    Field::optional("type", MATCH_TYPE).default("\"Exact\""),
    Field::required("value", text(1, 1024)),
]));

static PATH_MATCH: Object = Object::closed(&[
    Field::optional(
        "type",
        one_of(&["Exact", "PathPrefix", "RegularExpression"]),
    )
    .default("\"PathPrefix\""),
    Field::optional("value", text(0, 1024)).default("\"/\""),
]);

static BACKEND: Schema = Schema::Object(&Object::closed(&[
    Field::optional("filters", HTTP_FILTERS),
    Field::optional("group", GROUP).default("\"\""),
    Field::optional("kind", KIND).default("\"Service\""),
    Field::required("name", NAME),
    Field::optional("namespace", NAMESPACE),
    Field::optional("port", PORT),
    Field::optional("weight", WEIGHT).default("1"),
]));

static RETRY: Object = Object::closed(&[
    Field::optional("attempts", int(1, i64::MAX)),
    Field::optional("backoff", DURATION),
    Field::optional("codes", set(0, NO_LIMIT, &RETRY_CODE)),
]);

static RETRY_CODE: Schema = int(400, 599);

static TIMEOUTS: Object = Object::closed(&[
    Field::optional("backendRequest", DURATION),
    Field::optional("request", DURATION),
]);
