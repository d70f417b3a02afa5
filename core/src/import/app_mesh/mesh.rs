//! Mesh, VirtualGateway and VirtualNode: who belongs together, and who listens where.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::diagnostic::codes::app_mesh as codes;
use crate::import::document::Node;
use crate::model::Timeouts;

use super::kinds::{Mesh, Meta, PortMapping, RouteKind, VirtualGateway, VirtualNode};
use super::meta;
use super::policy;
use super::selector::{MAX_REQUIREMENTS, Selector};
use super::wire::{Form, Reader, place};

/// The most listeners of one object: every route is looked at for each.
const MAX_LISTENERS: usize = 32;

/// Reads a Mesh's spec, which may be absent.
pub(super) fn mesh(reader: &mut Reader, spec: Option<Node<'_>>, mut names: Meta) -> Mesh {
    if let Some(spec) = spec {
        meta::claims(reader, spec, &mut names, "meshName");
    }
    let namespaces = spec.and_then(|spec| reader.map(spec, "namespaceSelector"));
    Mesh {
        namespaces: selector(reader, namespaces, &names),
        meta: names,
    }
}

/// Reads a VirtualGateway's spec.
pub(super) fn gateway(reader: &mut Reader, spec: Node<'_>, mut names: Meta) -> VirtualGateway {
    meta::claims(reader, spec, &mut names, "virtualGatewayName");
    misspelled_certificates(reader, spec);
    let namespaces = reader.map(spec, "namespaceSelector");
    let routes = reader.map(spec, "gatewayRouteSelector");
    VirtualGateway {
        namespaces: selector(reader, namespaces, &names),
        routes: routes.map(|node| selector(reader, Some(node), &names)),
        listeners: listeners(reader, spec),
        meta: names,
        assumed: false,
    }
}

fn selector(reader: &mut Reader, node: Option<Node<'_>>, names: &Meta) -> Selector {
    let origin = node.map_or(names.origin, place);
    Selector::read(reader, node).unwrap_or_else(|| {
        let says = format!("the selector has more than {MAX_REQUIREMENTS} requirements");
        reader.error(codes::TOO_MANY, origin, &says, None);
        Selector::Nothing
    })
}

/// Reads a VirtualNode's spec, which may be absent.
pub(super) fn node(reader: &mut Reader, spec: Option<Node<'_>>, mut names: Meta) -> VirtualNode {
    let Some(spec) = spec else {
        return VirtualNode {
            meta: names,
            listeners: Vec::new(),
        };
    };
    meta::claims(reader, spec, &mut names, "virtualNodeName");
    misspelled_certificates(reader, spec);
    if reader.form == Form::V1Beta2 {
        node_rules(reader, spec, &names);
    }
    VirtualNode {
        meta: names,
        listeners: listeners(reader, spec),
    }
}

/// Reads `listeners[].portMapping`.
pub(super) fn listeners(reader: &mut Reader, spec: Node<'_>) -> Vec<PortMapping> {
    let Some(list) = reader.list(spec, "listeners") else {
        return Vec::new();
    };
    if list.items().len() > MAX_LISTENERS {
        let says = format!("there are more than {MAX_LISTENERS} listeners");
        reader.error(codes::TOO_MANY, place(list), &says, None);
        return Vec::new();
    }
    let mut listeners = Vec::new();
    for node in list.items() {
        let Some(mapping) = reader.map(node, "portMapping") else {
            reader.unread(node, "listener", "a mapping with a portMapping");
            continue;
        };
        let protocol = reader.text(mapping, "protocol");
        let kind = protocol.as_deref().and_then(RouteKind::of_protocol);
        let port = reader.port(mapping, "port");
        let (Some(port), Some(kind)) = (port, kind) else {
            // A listener that is left out would leave an object that takes any port.
            reader.unread(mapping, "portMapping", "a port and a protocol");
            continue;
        };
        let timeouts = match reader.map(node, "timeout") {
            Some(timeout) => reader
                .map(timeout, kind.protocol())
                .map_or_else(Timeouts::default, |node| policy::timeouts(reader, node)),
            None => Timeouts::default(),
        };
        listeners.push(PortMapping {
            port,
            kind,
            timeouts,
            origin: place(node),
        });
    }
    listeners
}

/// SPEC: virtualnode_validator.go checkForRequiredFields and
/// checkVirtualNodeBackendsForDuplicates.
fn node_rules(reader: &mut Reader, spec: Node<'_>, names: &Meta) {
    let name = &names.object.name;
    if reader.get(spec, "listeners").is_some() && reader.get(spec, "serviceDiscovery").is_none() {
        reader.rule(
            reader.key_origin(spec, "listeners"),
            &format!(
                "serviceDiscovery missing for VirtualNode-{name}; it must be specified when a listener is specified"
            ),
        );
    }
    let Some(backends) = reader.get(spec, "backends") else {
        return;
    };
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    for backend in backends.items() {
        let Some(service) = backend.get("virtualService") else {
            continue;
        };
        let text = |node: Option<Node<'_>>| {
            node.and_then(Node::as_str)
                .map_or_else(String::new, String::from)
        };
        let (what, key) = match service.get("virtualServiceRef") {
            Some(by_ref) => {
                let namespace = match text(by_ref.get("namespace")) {
                    namespace if namespace.is_empty() => names.object.namespace.clone(),
                    namespace => namespace,
                };
                ("References", (text(by_ref.get("name")), namespace))
            }
            None => match service.get("virtualServiceARN") {
                Some(arn) => ("ReferenceARNs", (text(Some(arn)), String::new())),
                None => continue,
            },
        };
        let shown = super::wire::shorten(&key.0);
        if !seen.insert(key) {
            reader.rule(
                place(service),
                &format!("VirtualNode-{name} has duplicate VirtualService{what} {shown}"),
            );
        }
    }
}

/// `certificateArns: [one]`, as articles write it, is `certificateARN: one`. Nothing
/// of TLS decides about routing, so only the fault is put right.
fn misspelled_certificates(reader: &mut Reader, spec: Node<'_>) {
    if reader.form != Form::V1Beta2 {
        return;
    }
    let Some(listeners) = reader.get(spec, "listeners") else {
        return;
    };
    for listener in listeners.items() {
        let Some(certificate) = reader.path(listener, &["tls", "certificate"]) else {
            continue;
        };
        let Some(acm) = certificate.get("acm") else {
            continue;
        };
        let single = acm
            .get("certificateArns")
            .is_some_and(|arns| arns.items().len() == 1);
        if single && acm.get("certificateARN").is_none() {
            reader.mistaken(acm, "certificateArns", "certificateARN is meant");
            let owner = reader.key_origin(certificate, "acm");
            reader.handle_missing(acm, owner);
        }
    }
}
