//! Schemas of App Mesh's objects: field names, types and limits.
//!
//! Written from the facts of the controller's CRDs (`appmesh.k8s.aws`, seven kinds);
//! a test holds them against the CRDs. The AWS API's own JSON has the same fields but
//! for names in place of references, and so do CloudFormation templates, which are
//! not checked (their fields are capitalised, and their values may be functions).

mod api;
mod legacy;
mod matches;
mod owners;
mod routes;
mod tls;

use crate::import::schema::{Field, NO_LIMIT, Object, Schema, int, list, one_of, text};

pub(super) use legacy::ROUTE as LEGACY_ROUTE;
pub(super) use routes::{LOOSE_ROUTE, ROUTE};

use super::api_json::ResourceKind;
use super::wire::Form;

/// The schemas of `v1beta2`, by kind.
pub static KINDS: [(&str, &Schema); 7] = [
    ("BackendGroup", &owners::BACKEND_GROUP),
    ("GatewayRoute", &routes::GATEWAY_ROUTE),
    ("Mesh", &owners::MESH),
    ("VirtualGateway", &owners::VIRTUAL_GATEWAY),
    ("VirtualNode", &owners::VIRTUAL_NODE),
    ("VirtualRouter", &routes::VIRTUAL_ROUTER),
    ("VirtualService", &owners::VIRTUAL_SERVICE),
];

/// The schema of a Kubernetes object; nothing for a kind that does not exist. Routes
/// inside a router are left out of it: each is checked on its own, by [`ROUTE`] or
/// [`LEGACY_ROUTE`].
pub(super) fn of(kind: &str, form: Form) -> Option<&'static Schema> {
    match (form, kind) {
        (Form::V1Beta1, "VirtualService") => Some(&legacy::VIRTUAL_SERVICE),
        (Form::V1Beta1, _) => None,
        (_, "VirtualRouter") => Some(&routes::ROUTER_WITHOUT_ROUTES),
        _ => KINDS
            .iter()
            .find(|(name, _)| *name == kind)
            .map(|(_, schema)| *schema),
    }
}

/// The schema of an AWS API document.
pub(super) fn of_api(kind: ResourceKind) -> Option<&'static Schema> {
    match kind {
        ResourceKind::GatewayRoute => Some(&api::GATEWAY_ROUTE),
        ResourceKind::Route => Some(&api::ROUTE),
        ResourceKind::VirtualRouter => Some(&api::VIRTUAL_ROUTER),
        ResourceKind::VirtualService => Some(&api::VIRTUAL_SERVICE),
        ResourceKind::Mesh | ResourceKind::VirtualGateway | ResourceKind::VirtualNode => None,
    }
}

/// Any text.
static TEXT: Schema = text(0, NO_LIMIT);
/// Any text, as a field's type.
const ANY_TEXT: Schema = text(0, NO_LIMIT);
/// A port that something listens on.
const PORT: Schema = int(1, 65_535);
/// A port of a match or target, where the CRD has no upper limit.
const PORT_NUMBER: Schema = int(0, i64::MAX);
/// SPEC: 0 to 1000 (CRD).
const PRIORITY: Schema = int(0, 1000);

/// SPEC: what the controller fills in (CRD, "Read-only").
const MESH_REF: Field = Field::optional("meshRef", Schema::Object(&MESH_REF_OBJECT));
static MESH_REF_OBJECT: Object = Object::closed(&[
    Field::required("name", ANY_TEXT),
    Field::required("uid", ANY_TEXT),
]);

/// A reference by name.
static NAME_REF: Object = Object::closed(&[
    Field::required("name", ANY_TEXT),
    Field::optional("namespace", ANY_TEXT),
]);

/// A label selector.
const SELECTOR: Schema = Schema::Object(&SELECTOR_OBJECT);
static SELECTOR_OBJECT: Object = Object::closed(&[
    Field::optional("matchExpressions", list(0, NO_LIMIT, &EXPRESSION)),
    Field::optional("matchLabels", crate::import::schema::map(NO_LIMIT, &TEXT)),
]);
static EXPRESSION: Schema = Schema::Object(&Object::closed(&[
    Field::required("key", ANY_TEXT),
    Field::required("operator", ANY_TEXT),
    Field::optional("values", list(0, NO_LIMIT, &TEXT)),
]));

/// `{unit, value}`.
const DURATION: Schema = Schema::Object(&DURATION_OBJECT);
static DURATION_OBJECT: Object = Object::closed(&[
    Field::required("unit", one_of(&["s", "ms"])),
    Field::required("value", int(0, i64::MAX)),
]);

/// `{idle, perRequest}`.
const TIMEOUT: Schema = Schema::Object(&TIMEOUT_OBJECT);
static TIMEOUT_OBJECT: Object = Object::closed(&[
    Field::optional("idle", DURATION),
    Field::optional("perRequest", DURATION),
]);

/// `{idle}`, for TCP.
const TCP_TIMEOUT: Schema = Schema::Object(&TCP_TIMEOUT_OBJECT);
static TCP_TIMEOUT_OBJECT: Object = Object::closed(&[Field::optional("idle", DURATION)]);

/// The fields around a Kubernetes object's spec.
macro_rules! kubernetes {
    ($spec:expr) => {
        crate::import::schema::Schema::Object(&crate::import::schema::Object::closed(&[
            crate::import::schema::Field::optional(
                "apiVersion",
                crate::import::schema::text(0, crate::import::schema::NO_LIMIT),
            ),
            crate::import::schema::Field::optional(
                "kind",
                crate::import::schema::text(0, crate::import::schema::NO_LIMIT),
            ),
            crate::import::schema::Field::optional("metadata", crate::import::schema::Schema::Any),
            crate::import::schema::Field::optional(
                "spec",
                crate::import::schema::Schema::Object($spec),
            ),
            crate::import::schema::Field::optional("status", crate::import::schema::Schema::Any),
        ]))
    };
}
use kubernetes;
