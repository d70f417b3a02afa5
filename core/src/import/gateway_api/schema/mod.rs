//! The schemas of the Gateway API's kinds, in every served version.
//!
//! Carried over from the CRDs of `kubernetes-sigs/gateway-api` (v1.6, both channels);
//! a test holds each limit, pattern, enumeration, default and field name against them.
//!
//! # Channels
//!
//! The schemas are those of the experimental channel, which has every field of the
//! standard channel and more, so that an object for either is read. In one place it is
//! also stricter: the value of a header must be printable (`HEADER_VALUE`), which the
//! standard channel does not ask. SPEC: the stricter text is taken, because a value
//! with a line break in it is never a valid header (RFC 9110, 5.5).
//!
//! # Versions
//!
//! The versions of a kind share one schema, except for TCPRoute, TLSRoute and UDPRoute,
//! whose alpha versions allow more than one rule, and TLSRoute `v1alpha2`, where
//! hostnames may be absent.

mod common;
mod filters;
mod gateway;
mod grpc;
mod http;
mod layer4;
pub mod patterns;
mod policy;

use crate::import::schema::patterns::SUBDOMAIN;
use crate::import::schema::{Field, Object, Schema, map, pattern, text};

/// A kind in one version.
#[derive(Clone, Copy, Debug)]
pub struct Manifest {
    /// Its API group.
    pub group: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Its name.
    pub kind: &'static str,
    /// What it may contain.
    pub schema: Schema,
}

/// The group of the kinds that are part of the API.
pub const GROUP: &str = "gateway.networking.k8s.io";

/// The group of the kinds that are experiments.
pub const GROUP_X: &str = "gateway.networking.x-k8s.io";

/// Every kind in every version.
pub static MANIFESTS: &[Manifest] = &[
    manifest("GatewayClass", "v1", &gateway::GATEWAY_CLASS),
    manifest("GatewayClass", "v1beta1", &gateway::GATEWAY_CLASS),
    manifest("Gateway", "v1", &gateway::GATEWAY),
    manifest("Gateway", "v1beta1", &gateway::GATEWAY),
    manifest("ListenerSet", "v1", &gateway::LISTENER_SET),
    manifest("HTTPRoute", "v1", &http::HTTP_ROUTE),
    manifest("HTTPRoute", "v1beta1", &http::HTTP_ROUTE),
    manifest("GRPCRoute", "v1", &grpc::GRPC_ROUTE),
    manifest("TLSRoute", "v1", &layer4::TLS_ROUTE),
    manifest("TLSRoute", "v1alpha3", &layer4::TLS_ROUTE),
    manifest("TLSRoute", "v1alpha2", &layer4::TLS_ROUTE_ALPHA2),
    manifest("TCPRoute", "v1", &layer4::L4_ROUTE),
    manifest("TCPRoute", "v1alpha2", &layer4::L4_ROUTE_ALPHA2),
    manifest("UDPRoute", "v1", &layer4::L4_ROUTE),
    manifest("UDPRoute", "v1alpha2", &layer4::L4_ROUTE_ALPHA2),
    manifest("ReferenceGrant", "v1", &policy::REFERENCE_GRANT),
    manifest("ReferenceGrant", "v1beta1", &policy::REFERENCE_GRANT),
    manifest("BackendTLSPolicy", "v1", &policy::BACKEND_TLS_POLICY),
    manifest("BackendTLSPolicy", "v1alpha3", &policy::BACKEND_TLS_POLICY),
    experiment("XBackendTrafficPolicy", &policy::BACKEND_TRAFFIC_POLICY),
    experiment("XBackend", &policy::BACKEND),
    experiment("XMesh", &gateway::MESH),
];

/// The schema of a kind, by the group and version of `apiVersion`.
pub fn find(group: &str, version: &str, kind: &str) -> Option<&'static Manifest> {
    MANIFESTS.iter().find(|manifest| {
        manifest.kind == kind && manifest.version == version && manifest.group == group
    })
}

const fn manifest(kind: &'static str, version: &'static str, schema: &'static Object) -> Manifest {
    Manifest {
        group: GROUP,
        version,
        kind,
        schema: Schema::Object(schema),
    }
}

const fn experiment(kind: &'static str, schema: &'static Object) -> Manifest {
    Manifest {
        group: GROUP_X,
        version: "v1alpha1",
        kind,
        schema: Schema::Object(schema),
    }
}

/// A whole manifest around its `spec`.
macro_rules! top {
    ($spec:expr) => {
        $crate::import::schema::Object::closed(&[
            $crate::import::schema::Field::optional(
                "apiVersion",
                $crate::import::schema::text(0, $crate::import::schema::NO_LIMIT),
            ),
            $crate::import::schema::Field::optional(
                "kind",
                $crate::import::schema::text(0, $crate::import::schema::NO_LIMIT),
            ),
            $crate::import::schema::Field::optional(
                "metadata",
                $crate::import::schema::Schema::Object(
                    &$crate::import::gateway_api::schema::METADATA,
                ),
            ),
            $crate::import::schema::Field::required(
                "spec",
                $crate::import::schema::Schema::Object($spec),
            ),
            $crate::import::schema::Field::optional("status", $crate::import::schema::Schema::Any),
        ])
    };
}
use top;

/// What every object carries; open, because clusters write much into it.
///
/// SPEC: Kubernetes API conventions, "Metadata": a name is a DNS subdomain, a namespace
/// a DNS label, labels and annotations map strings to strings.
static METADATA: Object = Object::open(&[
    Field::optional("name", pattern(1, 253, &SUBDOMAIN)),
    Field::optional("namespace", common::NAMESPACE),
    Field::optional("labels", map(crate::import::schema::NO_LIMIT, &ANY_TEXT)),
    Field::optional(
        "annotations",
        map(crate::import::schema::NO_LIMIT, &ANY_TEXT),
    ),
]);

static ANY_TEXT: Schema = text(0, crate::import::schema::NO_LIMIT);
