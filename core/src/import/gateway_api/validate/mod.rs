//! Validation of Gateway API manifests: schema and rules.
//!
//! An API server checks an object against its CRD's schema and against the CRD's rules
//! in CEL. [`manifest`] does the same without either: the schema as `schema/` has it,
//! and the rules as functions here, one for each family that recurs in the CRDs. What
//! an API server refuses is an error, so whoever lints manifests before applying them
//! learns it here, and the importer learns which parts of an object not to trust.
//!
//! # What differs from an API server
//!
//! - SPEC: rules are those of the experimental channel, as with the schemas. It differs
//!   from the standard channel in two: several references to one parent may be told
//!   apart by port (the standard channel looks at `sectionName` alone), and the names of
//!   a route's rules must differ (not asked in the standard channel).
//! - SPEC: rules are checked even where the schema is broken elsewhere; an API server
//!   skips them then. A rule that depends on a broken field keeps silent.
//! - SPEC: `self == oldSelf` (GatewayClass and XMesh `controllerName`) compares with what
//!   is stored in a cluster and cannot be checked on a file.
//! - SPEC: that the names of listeners and the ports of `tls.frontend.perPort` are unique
//!   is asked twice by the CRDs, as the key of a list and as a rule; it is reported once,
//!   as `DUPLICATE_ITEM`.
//!
//! # Invariants
//!
//! 1. A rule sees the object with defaults applied, as an API server's rules do: where a
//!    field is absent each function takes the default that the schema names.
//! 2. Every loop is over what is written, once; where items are compared with each other
//!    it is by a sorted map, or over no more items than the schema allows.

mod backends;
mod filters;
mod grpc;
mod http;
mod listeners;
mod names;
mod path;
mod policies;
mod references;
mod session;
mod unions;

use alloc::format;
use alloc::vec::Vec;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::{gateway_api as codes, schema as schema_codes};
use crate::import::Object;
use crate::import::document::Node;
use crate::import::schema::{self, Path, Report, field_place};

use super::schema::{MANIFESTS, Manifest, find};

/// Checks an object against the schema and the rules of its kind and version.
///
/// Says whether there was no error; warnings (fields that do not exist) do not count.
/// A kind that the Gateway API does not have is not looked at. A kind that it has, but
/// not in the object's version, is an error.
pub fn object(object: &Object<'_>, out: &mut Vec<Diagnostic>) -> bool {
    if let Some(known) = find(object.group, object.version, object.kind) {
        return manifest(object.node, known, &object.subject(), out);
    }
    let of_kind = |known: &&Manifest| known.group == object.group && known.kind == object.kind;
    let versions: Vec<&str> = MANIFESTS
        .iter()
        .filter(of_kind)
        .map(|known| known.version)
        .collect();
    if versions.is_empty() {
        return true;
    }
    Report::new(&object.subject(), out).error(
        codes::VERSION_UNKNOWN,
        object
            .node
            .get("apiVersion")
            .map_or_else(|| object.origin(), Node::origin),
        &Path::ROOT.field("apiVersion"),
        &format!(
            "must be {}/{}",
            object.group,
            versions.join(&format!(" or {}/", object.group))
        ),
    );
    false
}

/// Checks a manifest against the schema and the rules of its kind.
///
/// `subject` is what messages call it, such as `HTTPRoute shop/cart`. Says whether there
/// was no error; warnings (fields that do not exist) do not count.
pub fn manifest(
    node: Node<'_>,
    manifest: &Manifest,
    subject: &str,
    out: &mut Vec<Diagnostic>,
) -> bool {
    let fits = schema::validate(node, &manifest.schema, subject, out);
    let mut report = Report::new(subject, out);
    name(node, &mut report);
    let Some(spec) = node.get("spec") else {
        return false;
    };
    let (spec, root) = (
        At {
            node: spec,
            path: &Path::ROOT.field("spec"),
        },
        &mut report,
    );
    match manifest.kind {
        "HTTPRoute" => http::route(spec, root),
        "GRPCRoute" => grpc::route(spec, root),
        "TLSRoute" => {
            // SPEC: the CRD of v1alpha2 has no rule for hostnames.
            if manifest.version != "v1alpha2" {
                names::tls_hostnames(spec, root);
            }
            layer4(spec, root);
        }
        "TCPRoute" | "UDPRoute" => layer4(spec, root),
        "Gateway" => listeners::gateway(spec, root),
        "ListenerSet" => listeners::listeners(spec, root),
        "BackendTLSPolicy" => policies::backend_tls(spec, root),
        "XBackendTrafficPolicy" => policies::backend_traffic(spec, root),
        "XBackend" => policies::backend(spec, root),
        // GatewayClass, ReferenceGrant and XMesh have no rules that a file can break.
        _ => {}
    }
    fits && report.is_sound()
}

/// A value and the path to it.
#[derive(Clone, Copy)]
struct At<'a, 'd> {
    node: Node<'d>,
    path: &'a Path<'a>,
}

/// Calls `each` with a field, if it is there.
fn field<'d>(at: At<'_, 'd>, name: &str, each: impl FnOnce(At<'_, 'd>)) {
    if let Some(node) = at.node.get(name) {
        each(At {
            node,
            path: &at.path.field(name),
        });
    }
}

/// Calls `each` with every item of a list in a field, if it is there.
fn items<'d>(at: At<'_, 'd>, name: &str, mut each: impl FnMut(At<'_, 'd>)) {
    field(at, name, |list| {
        for (index, node) in list.node.items().enumerate() {
            each(At {
                node,
                path: &list.path.index(index),
            });
        }
    });
}

/// The text of a field, or its default.
fn text_or<'d>(node: Node<'d>, name: &str, default: &'static str) -> Option<&'d str> {
    match node.get(name) {
        Some(value) => value.as_str(),
        None => Some(default),
    }
}

/// SPEC: Kubernetes API conventions: an object has a name, or a prefix for one that the
/// API server makes up.
fn name(node: Node<'_>, report: &mut Report<'_>) {
    let is_there = |field| node.path(&["metadata", field]).is_some();
    if !is_there("name") && !is_there("generateName") {
        report.error(
            schema_codes::MISSING_FIELD,
            field_place(node, "metadata"),
            &Path::ROOT.field("metadata").field("name"),
            "is missing",
        );
    }
}

fn layer4(spec: At<'_, '_>, report: &mut Report<'_>) {
    references::parents(spec, report);
    names::rule_names(spec, report);
    items(spec, "rules", |rule| {
        items(rule, "backendRefs", |backend| {
            backends::port(backend, report);
        });
    });
}
