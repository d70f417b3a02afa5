//! VirtualRouter: its routes, and the shares of VirtualNodes.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::app_mesh as codes;
use crate::import::document::Node;
use crate::import::schema::{Path, Schema};
use crate::model::RouteMatch;

use super::gateway_route::{decided_at, priority};
use super::kinds::{Meta, NodeTarget, RouteKind, RouterRoute, VirtualRouter};
use super::matches::{self, Matched, Side};
use super::mesh::listeners;
use super::meta;
use super::policy;
use super::reference::{By, Reference};
use super::schema;
use super::wire::{Form, Reader, place, shorten};

/// Reads a VirtualRouter's spec.
pub(super) fn read(reader: &mut Reader, spec: Node<'_>, mut names: Meta) -> VirtualRouter {
    meta::claims(reader, spec, &mut names, "virtualRouterName");
    let routes = reader.list(spec, "routes").map_or_else(Vec::new, |list| {
        routes(reader, list, &schema::ROUTE, &names)
    });
    VirtualRouter {
        listeners: listeners(reader, spec),
        routes,
        meta: names,
    }
}

/// Reads the routes inside a router. Each is settled on its own: one with an error is
/// left out and costs no other. What it alone would have taken then finds no route,
/// and what others take too goes to them.
pub(super) fn routes(
    reader: &mut Reader,
    list: Node<'_>,
    checked: &Schema,
    names: &Meta,
) -> Vec<RouterRoute> {
    let mut routes = Vec::new();
    let mut taken = BTreeSet::new();
    let root = Path::ROOT;
    let spec = root.field("spec");
    let path = spec.field("routes");
    for (index, node) in list.items().enumerate() {
        let part = reader.begin_part();
        let name = reader.text(node, "name");
        let new = name.as_ref().is_none_or(|name| taken.insert(name.clone()));
        if let (false, Some(name)) = (new, &name) {
            // SPEC: virtualrouter_validator.go checkForDuplicateRouteEntries.
            reader.rule(
                place(node),
                &format!(
                    "VirtualRouter-{} has duplicate route entries for {}",
                    names.object.name,
                    shorten(name)
                ),
            );
        }
        let read = name.and_then(|name| route(reader, node, name, &names.object.namespace));
        if read.is_none() {
            reader.unread(node, "route", "a route with a name");
        }
        let help = "this route is left out; the others of the router stand";
        let sound = reader.finish_part(&part, node, Some(checked), &path.index(index), help);
        routes.extend(read.filter(|_| sound));
    }
    routes
}

/// Reads one route: an item of `spec.routes`, or the spec of a route of its own (the
/// AWS API, and a kind `Route` that some articles invented).
pub(super) fn route(
    reader: &mut Reader,
    node: Node<'_>,
    name: String,
    namespace: &str,
) -> Option<RouterRoute> {
    let (kind, body) = route_type(reader, node, &name)?;
    let action = reader.required(body, "action")?;
    let match_node = match kind {
        RouteKind::Tcp => reader.get(body, "match"),
        _ => reader.required(body, "match"),
    };
    for part in [Some(action), match_node].into_iter().flatten() {
        reader.expect_map(part, "action and match");
    }
    let matched = match (kind, match_node) {
        // SPEC: a tcpRoute matches by port alone (API TcpRouteMatch).
        (RouteKind::Tcp, node) => Matched {
            port: node.and_then(|node| reader.port(node, "port")),
            matches: RouteMatch {
                origin: place(body),
                ..RouteMatch::default()
            },
            ..Matched::default()
        },
        (RouteKind::Grpc, node) => matches::grpc(reader, node?, Side::Router),
        (_, node) => matches::http(reader, node?, Side::Router),
    };
    Some(RouterRoute {
        kind,
        priority: priority(reader, node),
        port: matched.port,
        matches: matched.matches,
        targets: targets(reader, action, &name, namespace),
        policy: policy::read(reader, body),
        origin: place(node),
        decided_at: decided_at(reader, node, match_node.unwrap_or(body)),
        name,
    })
}

/// The one field of the four that a route must have. v1beta1 leaves `Route` off.
fn route_type<'d>(
    reader: &mut Reader,
    node: Node<'d>,
    name: &str,
) -> Option<(RouteKind, Node<'d>)> {
    let mut found = None;
    for (kind, field, short) in RouteKind::ALL {
        let field = if reader.form == Form::V1Beta1 {
            short
        } else {
            field
        };
        let Some(body) = reader.map(node, field) else {
            continue;
        };
        if found.is_some() {
            // SPEC: a route's spec is a union (API RouteSpec).
            reader.rule(
                reader.key_origin(node, field),
                &format!("route '{}' has more than one type", shorten(name)),
            );
            return None;
        }
        found = Some((kind, body));
    }
    if found.is_none() {
        reader.rule(
            place(node),
            &format!(
                "route '{}' has none of httpRoute, http2Route, grpcRoute and tcpRoute",
                shorten(name)
            ),
        );
    }
    found
}

/// Reads `action.weightedTargets`.
fn targets(reader: &mut Reader, action: Node<'_>, name: &str, namespace: &str) -> Vec<NodeTarget> {
    let Some(list) = reader.required(action, "weightedTargets") else {
        return Vec::new();
    };
    reader.expect_list(list, "weightedTargets");
    let mut targets = Vec::new();
    for node in list.items() {
        let Some(reference) = node_reference(reader, node, namespace) else {
            // Left out, it would leave its share to the others.
            reader.unread(node, "target", "a weighted VirtualNode");
            continue;
        };
        let written = reader.required(node, "weight");
        let weight = reader.int(node, "weight");
        let weight = weight.and_then(|weight| u32::try_from(weight).ok());
        if let (Some(written), None) = (written, weight) {
            reader.unread(written, "weight", "a number of at least 0");
        }
        targets.push(NodeTarget {
            node: reference,
            weight: weight.unwrap_or(0),
            port: reader.port(node, "port"),
            origin: place(node),
        });
    }
    let total: u64 = targets.iter().map(|target| u64::from(target.weight)).sum();
    let origin = reader.key_origin(action, "weightedTargets");
    if total == 0 && !targets.is_empty() {
        // SPEC: a weight of 0 receives nothing (API WeightedTarget).
        reader.warn(
            codes::WEIGHTS,
            origin,
            &format!(
                "route '{}' has no target with a weight above 0, so it answers no request",
                shorten(name)
            ),
            None,
        );
    } else if total > 100 {
        // SPEC: "the total weight must be less than or equal to 100" (API WeightedTarget).
        reader.warn(
            codes::WEIGHTS,
            origin,
            &format!(
                "route '{}' has weights of {total} in total; App Mesh takes at most 100",
                shorten(name)
            ),
            Some("weights are relative: scale them down"),
        );
    }
    targets
}

fn node_reference(reader: &mut Reader, node: Node<'_>, namespace: &str) -> Option<Reference> {
    if reader.form != Form::V1Beta1 {
        return Reference::read(reader, node, "virtualNode", "virtualNode", namespace);
    }
    // SPEC: v1beta1 names a node, or `name.namespace` for one of another namespace.
    let value = reader.get(node, "virtualNodeName")?;
    let name = reader.text_of(value, "virtualNodeName")?;
    Some(Reference {
        by: By::Dotted {
            namespace: namespace.to_string(),
            name,
        },
        origin: value.origin(),
    })
}
