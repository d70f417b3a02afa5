//! TLSRoute, TCPRoute and UDPRoute.

use crate::import::schema::{Field, Object, Schema, list};

use super::common::{
    DEFAULT_SCOPE, GROUP, HOSTNAME, KIND, NAME, NAMESPACE, PARENT_REFS, PORT, SECTION, WEIGHT,
};
use super::top;

pub(super) static TLS_ROUTE: Object = top!(&TLS_SPEC);
pub(super) static TLS_ROUTE_ALPHA2: Object = top!(&TLS_SPEC_ALPHA2);
/// TCPRoute and UDPRoute.
pub(super) static L4_ROUTE: Object = top!(&L4_SPEC);
pub(super) static L4_ROUTE_ALPHA2: Object = top!(&L4_SPEC_ALPHA2);

static TLS_SPEC: Object = Object::closed(&[
    Field::required("hostnames", list(1, 1024, &HOSTNAME)),
    Field::optional("parentRefs", PARENT_REFS),
    Field::required("rules", list(1, 1, &RULE)),
    Field::optional("useDefaultGateways", DEFAULT_SCOPE),
]);

static TLS_SPEC_ALPHA2: Object = Object::closed(&[
    Field::optional("hostnames", list(0, 1024, &HOSTNAME)),
    Field::optional("parentRefs", PARENT_REFS),
    Field::required("rules", list(1, 16, &RULE)),
    Field::optional("useDefaultGateways", DEFAULT_SCOPE),
]);

static L4_SPEC: Object = Object::closed(&[
    Field::optional("parentRefs", PARENT_REFS),
    Field::required("rules", list(1, 1, &RULE)),
    Field::optional("useDefaultGateways", DEFAULT_SCOPE),
]);

static L4_SPEC_ALPHA2: Object = Object::closed(&[
    Field::optional("parentRefs", PARENT_REFS),
    Field::required("rules", list(1, 16, &RULE)),
    Field::optional("useDefaultGateways", DEFAULT_SCOPE),
]);

static RULE: Schema = Schema::Object(&Object::closed(&[
    Field::required("backendRefs", list(1, 16, &BACKEND)),
    Field::optional("name", SECTION),
]));

static BACKEND: Schema = Schema::Object(&Object::closed(&[
    Field::optional("group", GROUP).default("\"\""),
    Field::optional("kind", KIND).default("\"Service\""),
    Field::required("name", NAME),
    Field::optional("namespace", NAMESPACE),
    Field::optional("port", PORT),
    Field::optional("weight", WEIGHT).default("1"),
]));
