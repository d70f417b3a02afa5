//! Mesh use: routes whose parents are Services.
//!
//! The mesh is one gateway of its own, seen from the clients: a listener for
//! each Service and port, under the names that clients use. Routes of the
//! Service's own namespace (producer routes) serve every client; those of
//! another namespace (consumer routes) only that namespace's clients, in place
//! of the producer's.
//!
//! SPEC: semantics/gateway-api.md 6 (GEP-1294). Once a route is bound, what it
//! does not take is not forwarded (404); a Service and port without one forwards
//! to itself, as Kubernetes does. Ports are taken from the Service; where no
//! Service is in the input at all, from the parent reference.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;

use crate::diagnostic::codes::gateway_api as codes;
use crate::diagnostic::{Code, Diagnostic};

use super::attach::{Parent, ParentRef, RoutePlace};
use super::context::{Context, RouteKind, Service};
use super::read::{Problem, Resource, note, warn};

/// A port of a Service.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Port<'d> {
    pub(super) namespace: &'d str,
    pub(super) service: &'d str,
    /// `None` where no Service is known and none was stated.
    pub(super) number: Option<u16>,
    /// UDP and TCP may share a number.
    pub(super) is_udp: bool,
}

/// Routes by the namespace of the clients that they serve (`None`: every client).
pub(super) type Audiences<'d> = BTreeMap<Option<&'d str>, Vec<Binding<'d>>>;

/// Routes bound to Services, by Service and port.
#[derive(Default)]
pub(super) struct Mesh<'d> {
    pub(super) bound: BTreeMap<Port<'d>, Audiences<'d>>,
}

/// A route bound to a Service.
#[derive(Clone, Copy)]
pub(super) struct Binding<'d> {
    pub(super) route: usize,
    pub(super) kind: RouteKind,
    resource: Resource<'d>,
}

impl<'d> Mesh<'d> {
    /// Binds a route to the Service that a parent reference names.
    pub(super) fn bind(
        &mut self,
        route: &RoutePlace<'d>,
        reference: &ParentRef<'d>,
        context: &Context<'d>,
    ) -> Result<(), (Code, Problem)> {
        let (namespace, name) = (reference.namespace, reference.name);
        let ports = match context.service(namespace, name) {
            Some(service) => ports(service, route.kind, reference)?,
            None if context.knows_services() => {
                let text = format!("names Service {namespace}/{name}, which is not in the input");
                return Err((
                    codes::PARENT_NOT_FOUND,
                    Problem::new("NoMatchingParent", text),
                ));
            }
            None => alloc::vec![reference.port],
        };
        let own = route.resource.namespace;
        let clients = (own != namespace).then_some(own);
        let is_udp = route.kind == RouteKind::Udp;
        for number in ports {
            let port = Port {
                namespace,
                service: name,
                number,
                is_udp,
            };
            let audience = self.bound.entry(port).or_default();
            let there = audience.entry(clients).or_default();
            if there.last().is_none_or(|last| last.route != route.index) {
                there.push(Binding {
                    route: route.index,
                    kind: route.kind,
                    resource: route.resource,
                });
            }
        }
        Ok(())
    }

    /// Whether any route is bound.
    pub(super) fn is_used(&self) -> bool {
        !self.bound.is_empty()
    }

    /// Leaves one kind of route on each Service, port and audience.
    ///
    /// SPEC: semantics/gateway-api.md 6: GRPCRoute, HTTPRoute, TLSRoute,
    /// TCPRoute, the first that there is; the others are ignored and have
    /// `Accepted` false with reason Conflicted. UDPRoutes are apart from these.
    pub(super) fn settle_kinds(
        &mut self,
        parents: &mut [Vec<Parent<'d>>],
        out: &mut Vec<Diagnostic>,
    ) {
        let mut kept: BTreeMap<(usize, &str, &str), bool> = BTreeMap::new();
        for (
            &Port {
                namespace,
                service: name,
                ..
            },
            audiences,
        ) in &mut self.bound
        {
            for bindings in audiences.values_mut() {
                let best = bindings.iter().map(|binding| binding.kind).min();
                let stays = |binding: &Binding<'_>| Some(binding.kind) == best;
                for binding in bindings.iter() {
                    *kept.entry((binding.route, namespace, name)).or_default() |= stays(binding);
                }
                let lost: Vec<_> = bindings.iter().filter(|one| !stays(one)).copied().collect();
                for binding in lost {
                    let best = best.map_or("", RouteKind::as_str);
                    let text =
                        format!("Service {namespace}/{name} already has {best}s, which come first");
                    warn(
                        out,
                        codes::ROUTE_CONFLICTED,
                        binding.resource.node,
                        &binding.resource,
                        text,
                    );
                }
                bindings.retain(stays);
            }
        }
        for ((route, namespace, name), kept) in kept {
            let Some(parents) = parents.get_mut(route).filter(|_| !kept) else {
                continue;
            };
            for parent in parents
                .iter_mut()
                .filter(|parent| parent.is_mesh && parent.result.is_ok())
            {
                if parent.object.namespace == namespace && parent.object.name == name {
                    let text = format!("{} has routes of a kind that comes first", parent.object);
                    parent.result = Err(Problem::new("Conflicted", text));
                }
            }
        }
    }
}

/// Says that hostnames mean nothing here.
pub(super) fn note_hostnames(route: &RoutePlace<'_>, out: &mut Vec<Diagnostic>) {
    let Some(place) = route.resource.node.path(&["spec", "hostnames"]) else {
        return;
    };
    // SPEC: GEP-1294: implementations should not infer anything from it.
    let text = "spec.hostnames is ignored where the parent is a Service";
    note(out, codes::MESH_HOSTNAMES, place, &route.resource, text);
}

/// The ports of a Service that a reference means.
fn ports(
    service: &Service<'_>,
    kind: RouteKind,
    reference: &ParentRef<'_>,
) -> Result<Vec<Option<u16>>, (Code, Problem)> {
    let ports: Vec<_> = service
        .ports
        .iter()
        .filter(|own| (own.protocol == "UDP") == (kind == RouteKind::Udp))
        .filter(|own| reference.port.is_none_or(|port| port == own.port))
        .filter(|own| reference.section.is_none_or(|section| section == own.name))
        .map(|own| Some(own.port))
        .collect();
    if ports.is_empty() {
        let text = format!(
            "names {}, which has no such port for {}s",
            service.resource,
            kind.as_str()
        );
        return Err((
            codes::NO_MATCHING_PARENT,
            Problem::new("NoMatchingParent", text),
        ));
    }
    Ok(ports)
}
