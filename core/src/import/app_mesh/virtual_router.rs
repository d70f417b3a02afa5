//! VirtualRouter: its routes, and the shares of VirtualNodes.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::app_mesh as codes;
use crate::import::document::Node;
use crate::model::RouteMatch;

use super::gateway_route::priority;
use super::kinds::{Meta, NodeTarget, RouteKind, RouterRoute, VirtualRouter};
use super::matches::{self, Matched, Side};
use super::mesh::listeners;
use super::meta;
use super::policy;
use super::reference::{By, Reference};
use super::wire::{Form, Reader, place, shorten};

/// Reads a VirtualRouter's spec.
pub(super) fn read(reader: &mut Reader, spec: Node<'_>, mut names: Meta) -> VirtualRouter {
    meta::claims(reader, spec, &mut names, "virtualRouterName");
    let mut routes = Vec::new();
    if let Some(list) = reader.get(spec, "routes") {
        let mut taken = BTreeSet::new();
        for node in list.items() {
            let Some(name) = reader.text(node, "name") else {
                continue;
            };
            if !taken.insert(name.clone()) {
                // SPEC: virtualrouter_validator.go checkForDuplicateRouteEntries.
                reader.rule(
                    place(node),
                    &format!(
                        "VirtualRouter-{} has duplicate route entries for {}",
                        names.object.name,
                        shorten(&name)
                    ),
                );
                continue;
            }
            routes.extend(route(reader, node, name, &names.object.namespace));
        }
    }
    VirtualRouter {
        listeners: listeners(reader, spec),
        routes,
        meta: names,
    }
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
        let Some(body) = reader.get(node, field) else {
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
    let mut targets = Vec::new();
    for node in list.items() {
        let Some(reference) = node_reference(reader, node, namespace) else {
            continue;
        };
        let weight = reader.required(node, "weight");
        if let (Form::CloudFormation, Some(weight)) = (reader.form, weight)
            && weight.as_i64().is_none()
        {
            let says = "Weight must be a number; functions of a template are not evaluated";
            reader.rule(weight.origin(), says);
        }
        targets.push(NodeTarget {
            node: reference,
            weight: weight
                .and_then(Node::as_i64)
                .and_then(|weight| u32::try_from(weight).ok())
                .unwrap_or(0),
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
