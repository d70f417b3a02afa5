//! GRPCRoute.

use crate::import::schema::{Field, Object, Schema, list, map_list, text};

use super::common::{
    DEFAULT_SCOPE, GROUP, HEADER, HOSTNAME, KIND, MATCH_TYPE, NAME, NAMESPACE, PARENT_REFS, PORT,
    SECTION, SESSION_PERSISTENCE, WEIGHT,
};
use super::filters::GRPC_FILTERS;
use super::top;

pub(super) static GRPC_ROUTE: Object = top!(&SPEC);

static SPEC: Object = Object::closed(&[
    Field::optional("hostnames", list(0, 16, &HOSTNAME)),
    Field::optional("parentRefs", PARENT_REFS),
    Field::optional("rules", list(0, 16, &RULE)),
    Field::optional("useDefaultGateways", DEFAULT_SCOPE),
]);

static RULE: Schema = Schema::Object(&Object::closed(&[
    Field::optional("backendRefs", list(0, 16, &BACKEND)),
    Field::optional("filters", GRPC_FILTERS),
    Field::optional("matches", list(0, 64, &MATCH)),
    Field::optional("name", SECTION),
    Field::optional("sessionPersistence", Schema::Object(&SESSION_PERSISTENCE)),
]));

static MATCH: Schema = Schema::Object(&Object::closed(&[
    Field::optional("headers", map_list(0, 16, &HEADER_MATCH, &["name"])),
    Field::optional("method", Schema::Object(&METHOD_MATCH)),
]));

static HEADER_MATCH: Schema = Schema::Object(&Object::closed(&[
    Field::required("name", HEADER),
    Field::optional("type", MATCH_TYPE).default("\"Exact\""),
    Field::required("value", text(1, 4096)),
]));

static METHOD_MATCH: Object = Object::closed(&[
    Field::optional("method", text(0, 1024)),
    Field::optional("service", text(0, 1024)),
    Field::optional("type", MATCH_TYPE).default("\"Exact\""),
]);

static BACKEND: Schema = Schema::Object(&Object::closed(&[
    Field::optional("filters", GRPC_FILTERS),
    Field::optional("group", GROUP).default("\"\""),
    Field::optional("kind", KIND).default("\"Service\""),
    Field::required("name", NAME),
    Field::optional("namespace", NAMESPACE),
    Field::optional("port", PORT),
    Field::optional("weight", WEIGHT).default("1"),
]));
