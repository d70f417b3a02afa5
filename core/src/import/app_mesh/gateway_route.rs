//! GatewayRoute: from a request at a gateway to a VirtualService.

use alloc::format;
use alloc::string::String;

use crate::diagnostic::codes::app_mesh as codes;
use crate::diagnostic::codes::schema as schema_codes;
use crate::import::document::Node;
use crate::model::Origin;

use super::kinds::{GatewayRoute, Meta, Policy, RouteKind};
use super::matches::{self, Side};
use super::policy;
use super::reference::{Reference, by_name_alone};
use super::rewrite;
use super::wire::{Reader, place};

/// Reads a GatewayRoute's spec. `gateway` is the gateway that the document names
/// beside the spec (the AWS API).
pub(super) fn read(
    reader: &mut Reader,
    spec: Node<'_>,
    mut meta: Meta,
    gateway: Option<String>,
) -> Option<GatewayRoute> {
    let named_gateway = if reader.form.is_aws() {
        gateway.map(|name| (None, name))
    } else {
        super::meta::claims(reader, spec, &mut meta, "gatewayRouteName");
        gateway_of(reader, spec)
    };
    let (kind, route) = route_type(reader, spec)?;
    // Without a match or an action the schema check refuses the route.
    let match_node = reader.required(route, "match")?;
    let action = reader.required(route, "action")?;
    for part in [match_node, action] {
        reader.expect_map(part, "match and action");
    }
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
    let target = reader.required(action, "target")?;
    let reference = target_reference(reader, action, target, &meta.object.namespace)?;
    Some(GatewayRoute {
        gateway: named_gateway,
        kind,
        priority: priority(reader, spec),
        port: matched.port,
        host: matched.host,
        matches: matched.matches,
        path_rewrite: rewrite.path,
        default_rewrite: rewrite.default,
        rewrite_host: rewrite.host,
        decided_at: decided_at(reader, spec, match_node),
        target: reference,
        target_port: reader.port(target, "port"),
        policy: misplaced_policy(reader, route),
        meta,
    })
}

/// A route's priority, 0 to 1000.
pub(super) fn priority(reader: &mut Reader, node: Node<'_>) -> Option<u32> {
    let number = reader.int(node, "priority")?;
    let priority = u32::try_from(number).ok();
    if let (None, Some(value)) = (priority, reader.get(node, "priority")) {
        reader.unread(value, "priority", "between 0 and 1000");
    }
    priority
}

/// Where a route's precedence is written: its priority, or else its match.
pub(super) fn decided_at(reader: &Reader, spec: Node<'_>, matched: Node<'_>) -> Origin {
    match reader.get(spec, "priority") {
        Some(priority) => priority.origin(),
        None => place(matched),
    }
}

/// The one field of the three that the spec must have.
fn route_type<'d>(reader: &mut Reader, spec: Node<'d>) -> Option<(RouteKind, Node<'d>)> {
    let mut found = None;
    for (kind, field, _) in RouteKind::ALL {
        let Some(route) = reader.map(spec, field) else {
            continue;
        };
        let origin = reader.key_origin(spec, field);
        if kind == RouteKind::Tcp {
            reader.handle(schema_codes::UNKNOWN_FIELD, origin);
            reader.error(
                codes::RULE,
                origin,
                "a GatewayRoute has no tcpRoute",
                Some("TCP is routed by a VirtualRouter: put the route into its spec.routes"),
            );
            return None;
        }
        // SPEC: gatewayroute_validator.go validateInternal.
        if found.is_some() {
            reader.rule(
                origin,
                "Found multiple types in GatewayRoute Spec. Only 1 (GRPC/HTTP/HTTP2) allowed",
            );
            return None;
        }
        found = Some((kind, route));
    }
    if found.is_none() {
        reader.rule(
            place(spec),
            "Missing GatewayRoute Type in GatewayRoute Spec",
        );
    }
    found
}

/// The gateway that the spec names. The controller fills `virtualGatewayRef` in and
/// refuses it from anybody else; offline it is as good as a selector.
fn gateway_of(reader: &mut Reader, spec: Node<'_>) -> Option<(Option<String>, String)> {
    let node = match super::meta::read_only(reader, spec, "virtualGatewayRef") {
        Some(node) => node,
        None => {
            let meant = "it is read as virtualGatewayRef, which the controller fills in";
            reader.mistaken(spec, "virtualGateway", meant)?
        }
    };
    let name = super::meta::name_in(reader, node, "the gateway")?;
    Some((reader.text(node, "namespace"), name))
}

fn target_reference(
    reader: &mut Reader,
    action: Node<'_>,
    target: Node<'_>,
    namespace: &str,
) -> Option<Reference> {
    if let Some(service) = reader.get(target, "virtualService") {
        return Reference::read(
            reader,
            service,
            "virtualService",
            "virtualServiceName",
            namespace,
        );
    }
    if reader.form.is_aws() {
        reader.required(target, "virtualService");
        return None;
    }
    let owner = reader.key_origin(action, "target");
    if target.get("virtualServiceRef").is_none() && by_name_alone(reader, target, "virtualService")
    {
        reader.handle_missing(target, owner);
        return None;
    }
    let meant = "target.virtualService.virtualServiceRef is meant";
    let node = reader.mistaken(target, "virtualServiceRef", meant)?;
    reader.handle_missing(target, owner);
    Reference::by_ref(reader, node, namespace)
}

/// A retry policy and timeouts written on a GatewayRoute, where App Mesh has none.
fn misplaced_policy(reader: &mut Reader, route: Node<'_>) -> Policy {
    for field in ["retryPolicy", "timeout"] {
        let meant = format!(
            "a GatewayRoute has none, so {field} is used for the routes of the VirtualRouter behind it"
        );
        if reader.get(route, field).is_some() {
            reader.mistaken(route, field, &meant);
        }
    }
    policy::read(reader, route)
}
