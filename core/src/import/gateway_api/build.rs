//! Gateways into the model: listeners that are served, and what each searches.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::model::{
    Attachment, Gateway, HeaderRules, HostBinding, HostForm, HostMatch, Listener as ModelListener,
    Normalization, ObjectRef, Precedence, Protocol, RouteId, RouteSet, Stage,
};

use super::context::Context;
use super::hosts;
use super::listeners::{Listener, Owner};

/// Adds every Gateway. `id` gives a route's place in the model.
pub(super) fn gateways(
    context: &Context<'_>,
    owners: &[Owner<'_>],
    id: impl Fn(usize) -> Option<RouteId>,
    set: &mut RouteSet,
) {
    let mut served: BTreeMap<usize, Vec<(&Owner<'_>, &Listener<'_>)>> = BTreeMap::new();
    for owner in owners {
        let Some(gateway) = owner.gateway else {
            continue;
        };
        let there = served.entry(gateway).or_default();
        there.extend(
            owner
                .listeners
                .iter()
                .filter(|listener| listener.is_served())
                .map(|one| (owner, one)),
        );
    }
    for (index, listeners) in served {
        let Some(owner) = owners.get(index) else {
            continue;
        };
        let mut model = Vec::new();
        for group in groups(&listeners, context.options.listener_isolation) {
            model.extend(listener(owner, &group, context, &id, set));
        }
        set.gateways.push(Gateway {
            object: owner.resource.object(),
            listeners: model,
            normalization: Normalization::default(),
            headers: HeaderRules::default(),
            origin: owner.resource.origin(),
        });
    }
}

type Served<'a, 'd> = (&'a Owner<'d>, &'a Listener<'d>);

/// Listeners that are searched together: each by itself, or without isolation
/// those of one port and protocol.
fn groups<'a, 'd>(listeners: &[Served<'a, 'd>], isolated: bool) -> Vec<Vec<Served<'a, 'd>>> {
    if isolated {
        return listeners.iter().map(|one| alloc::vec![*one]).collect();
    }
    let mut places: BTreeMap<(Option<u16>, &str), usize> = BTreeMap::new();
    let mut groups: Vec<Vec<Served<'a, 'd>>> = Vec::new();
    for &(owner, listener) in listeners {
        let protocol = listener.protocol.map_or("", word);
        let place = *places
            .entry((listener.port, protocol))
            .or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push((owner, listener)),
            None => groups.push(alloc::vec![(owner, listener)]),
        }
    }
    groups
}

/// One listener of the model, with its stage.
fn listener(
    gateway: &Owner<'_>,
    group: &[Served<'_, '_>],
    context: &Context<'_>,
    id: &impl Fn(usize) -> Option<RouteId>,
    set: &mut RouteSet,
) -> Option<ModelListener> {
    let &(owner, first) = group.first()?;
    let protocol = first.protocol?;
    let hosts = group.iter().map(|(_, listener)| listener.host.clone());
    let mut hosts: Vec<HostMatch> = hosts.collect();
    // One that takes any host makes the group take any.
    if hosts.contains(&HostMatch::Any) {
        hosts.clear();
    }
    let name = listener_name(gateway, owner, first);
    let origin = first.node.origin();
    let attachment = |(route, hosts)| {
        let route = id(route)?;
        Some(Attachment { route, hosts })
    };
    let attachments = match group {
        [(_, only)] => {
            let attached = only.attached.iter();
            let attached = attached.map(|(&route, hosts)| (route, hosts.clone()));
            attached.filter_map(attachment).collect()
        }
        _ => merged(group).into_iter().filter_map(attachment).collect(),
    };
    let object = ObjectRef::new(
        "Listener",
        gateway.resource.namespace,
        format!("{}/{name}", gateway.resource.name),
    );
    let stage = set.add_stage(Stage {
        object,
        // SPEC: semantics/gateway-api.md 5: of TCP and UDP routes only the oldest
        // gets traffic.
        precedence: match protocol {
            Protocol::Tcp | Protocol::Udp => Precedence::OldestRoute,
            _ => Precedence::GatewayApi,
        },
        // SPEC: semantics/gateway-api.md 1.4: host precedence is an order, not an
        // exclusive choice.
        host_fallthrough: true,
        host_form: HostForm::default(),
        attachments,
        origin,
    });
    Some(ModelListener {
        name,
        port: first.port,
        protocol,
        hosts,
        client_namespace: None,
        // SPEC: semantics/gateway-api.md 1.3: HTTPS, where the server name has
        // chosen the listener.
        detect_misdirected: protocol == Protocol::Https
            && context.options.detect_misdirected
            && context.options.listener_isolation,
        stage,
        origin,
    })
}

/// What is attached to any of these listeners.
fn merged(group: &[Served<'_, '_>]) -> BTreeMap<usize, Vec<HostBinding>> {
    let mut attached: BTreeMap<usize, Vec<HostBinding>> = BTreeMap::new();
    for (_, listener) in group {
        for (&route, bindings) in &listener.attached {
            match attached.get_mut(&route) {
                Some(there) => hosts::merge(there, bindings.clone()),
                None => {
                    attached.insert(route, bindings.clone());
                }
            }
        }
    }
    attached
}

/// A listener's name within its gateway: its own, or `namespace/set:name` where
/// a ListenerSet brought it.
fn listener_name(gateway: &Owner<'_>, owner: &Owner<'_>, listener: &Listener<'_>) -> String {
    let (own, by) = (&gateway.resource, &owner.resource);
    if (own.kind, own.namespace, own.name) == (by.kind, by.namespace, by.name) {
        listener.name.to_string()
    } else {
        format!("{}/{}:{}", by.namespace, by.name, listener.name)
    }
}

/// A protocol as a key.
fn word(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::AnyHttp => "any",
        Protocol::Http => "HTTP",
        Protocol::Https => "HTTPS",
        Protocol::Tls => "TLS",
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
    }
}
