//! Documents of no API that exists, read as far as their meaning is clear.
//!
//! Only under lenient reading: strict reading refuses them. The one shape known
//! (`apiVersion: appmesh/v1beta1`, from an article that made it up) wraps a route in
//! `spec.gatewayRoute` and names a `targetGroup` where a VirtualService belongs.

use crate::import::document::Node;

use super::kinds::{GatewayRoute, Meta, Policy, RouteKind};
use super::matches::{self, Side};
use super::reference::{By, Reference};
use super::rewrite;
use super::wire::{Reader, place};

/// Reads `spec.gatewayRoute.{httpRoute,http2Route,grpcRoute}`.
pub(super) fn gateway_route(
    reader: &mut Reader,
    node: Node<'_>,
    meta: Meta,
) -> Option<GatewayRoute> {
    let spec = node.path(&["spec", "gatewayRoute"]).or(node.get("spec"))?;
    let (kind, route) = RouteKind::ALL
        .iter()
        .filter(|(kind, ..)| *kind != RouteKind::Tcp)
        .find_map(|(kind, field, _)| Some((*kind, spec.get(field)?)))?;
    let match_node = route.get("match")?;
    let action = route.get("action")?;
    let (matched, rewrite) = match kind {
        RouteKind::Grpc => (
            matches::grpc(reader, match_node, Side::Gateway),
            rewrite::grpc(reader, action),
        ),
        _ => {
            let matched = matches::http(reader, match_node, Side::Gateway);
            let rewrite = rewrite::http(reader, action, &matched);
            (matched, rewrite)
        }
    };
    let target = action.path(&["targetGroup", "name"])?;
    let name = reader.text_of(target, "name")?;
    Some(GatewayRoute {
        gateway: None,
        kind,
        priority: None,
        port: matched.port,
        host: matched.host,
        matches: matched.matches,
        path_rewrite: rewrite.path,
        default_rewrite: rewrite.default,
        rewrite_host: rewrite.host,
        decided_at: place(match_node),
        target: Reference {
            by: By::Name {
                namespace: meta.object.namespace.clone(),
                name,
            },
            origin: target.origin(),
        },
        target_port: None,
        policy: Policy::default(),
        meta,
    })
}
