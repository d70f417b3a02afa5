//! What is taken for granted where the input is not a whole cluster.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::vec::Vec;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::gateway_api as codes;
use crate::model::{HostMatch, Origin, Protocol};

use super::ReadRoute;
use super::attach::{ParentRef, parent_refs};
use super::context::{Context, RouteKind};
use super::listeners::{LISTENERS, Listener, Owner};
use super::read::{GROUP, Resource};
use super::selector::Namespaces;

/// A listener that a route speaks of: what it takes, its name and its port.
type Wanted<'d> = (RouteKind, Option<&'d str>, Option<u16>);

/// Adds the Gateways that routes name, where no Gateway is in the input at all:
/// whoever has only routes can still ask where a request goes.
///
/// Each has a listener for every section and port that is named, and one more
/// for each kind of route that names neither. They take every host and namespace
/// on every port that is not named; listeners called `http` and `https` take
/// those schemes only.
pub(super) fn gateways<'d>(
    context: &Context<'d>,
    owners: &mut Vec<Owner<'d>>,
    out: &mut Vec<Diagnostic>,
) {
    if !owners.is_empty() || !context.may_assume_gateways() {
        return;
    }
    let mut places: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut wanted: Vec<(ParentRef<'d>, BTreeSet<Wanted<'d>>)> = Vec::new();
    for (kind, route) in &context.routes {
        // What is wrong with the list is said when the route is attached.
        for reference in parent_refs(route, &mut Vec::new()) {
            if (reference.group, reference.kind) != (GROUP, "Gateway")
                || reference.name.is_empty()
                || reference.is_unreadable
            {
                continue;
            }
            let place = *places
                .entry((reference.namespace, reference.name))
                .or_insert_with(|| {
                    wanted.push((reference, BTreeSet::new()));
                    wanted.len() - 1
                });
            // HTTPRoutes and GRPCRoutes share a listener.
            let class = if *kind == RouteKind::Grpc {
                RouteKind::Http
            } else {
                *kind
            };
            if let Some((_, listeners)) = wanted.get_mut(place) {
                listeners.insert((class, reference.section, reference.port));
            }
        }
    }
    for (index, (reference, listeners)) in wanted.into_iter().enumerate() {
        let (group, kind) = (GROUP, "Gateway");
        let ParentRef {
            node,
            namespace,
            name,
            ..
        } = reference;
        let text = format!(
            "no Gateway is in the input: {kind} {namespace}/{name} is assumed to take every host and route"
        );
        out.push(Diagnostic::note(codes::ASSUMED, node.origin(), text));
        owners.push(Owner {
            resource: Resource {
                node,
                group,
                kind,
                namespace,
                name,
            },
            gateway: Some(index),
            refused: None,
            is_default: false,
            is_assumed: true,
            listeners: assumed_listeners(reference, &listeners),
        });
    }
}

fn assumed_listeners<'d>(
    reference: ParentRef<'d>,
    wanted: &BTreeSet<Wanted<'d>>,
) -> Vec<Listener<'d>> {
    let narrow = |class: RouteKind| {
        wanted
            .iter()
            .any(|&(own, section, port)| own == class && (section.is_some() || port.is_some()))
    };
    let wanted = wanted
        .iter()
        .filter(|(class, section, port)| section.is_some() || port.is_some() || !narrow(*class));
    wanted
        .take(LISTENERS)
        .map(|&(class, section, port)| {
            let (word, protocol, kinds): (&str, Protocol, &[RouteKind]) = match (class, section) {
                (RouteKind::Tls, _) => ("tls", Protocol::Tls, &[RouteKind::Tls]),
                (RouteKind::Tcp, _) => ("tcp", Protocol::Tcp, &[RouteKind::Tcp]),
                (RouteKind::Udp, _) => ("udp", Protocol::Udp, &[RouteKind::Udp]),
                (_, Some("http")) => ("http", Protocol::Http, &[RouteKind::Http, RouteKind::Grpc]),
                (_, Some("https")) => (
                    "https",
                    Protocol::Https,
                    &[RouteKind::Http, RouteKind::Grpc],
                ),
                _ => (
                    "http",
                    Protocol::AnyHttp,
                    &[RouteKind::Http, RouteKind::Grpc],
                ),
            };
            Listener {
                node: reference.node,
                name: section.unwrap_or(word),
                port,
                protocol: Some(protocol),
                host: HostMatch::Any,
                namespaces: Namespaces::All,
                kinds: kinds.to_vec(),
                refused: None,
                conflict: None,
                unresolved: None,
                lacks_certificate: false,
                attached: BTreeMap::new(),
            }
        })
        .collect()
}

/// Says that backends and certificates are assumed to exist, where they are.
pub(super) fn note_services_and_secrets(
    context: &Context<'_>,
    owners: &[Owner<'_>],
    routes: &[ReadRoute<'_>],
    out: &mut Vec<Diagnostic>,
) {
    let mut note = |text: &str| out.push(Diagnostic::note(codes::ASSUMED, Origin::default(), text));
    if !context.knows_services() && !routes.is_empty() {
        note("no Service is in the input: every backend is assumed to exist");
    }
    let names_certificate = |listener: &Listener<'_>| {
        listener
            .node
            .path(&["tls", "certificateRefs"])
            .is_some_and(|list| list.items().len() > 0)
    };
    if !context.knows_secrets()
        && owners
            .iter()
            .any(|owner| owner.listeners.iter().any(names_certificate))
    {
        note("no Secret is in the input: every certificate is assumed to exist");
    }
}
