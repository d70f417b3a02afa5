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

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::gateway_api as codes;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{
    Action, Attachment, Backend, Gateway, HostMatch, Listener, Normalization, ObjectRef, Origin,
    Precedence, Protocol, Route, RouteId, RouteSet, Rule, Stage, StageId, Target, WeightedTarget,
};

use super::attach::{Parent, ParentRef, RoutePlace};
use super::context::{Context, RouteKind, Service};
use super::read::{Problem, Resource, note, warn};

/// The name of the gateway that stands for the mesh.
const NAME: &str = "mesh";

/// A Service's port; `None` where no Service is known and none was stated.
type Port<'d> = (&'d str, &'d str, Option<u16>);

/// Routes bound to Services, by Service, port and the namespace of the clients
/// that they serve (`None`: every client).
#[derive(Default)]
pub(super) struct Mesh<'d> {
    bound: BTreeMap<Port<'d>, BTreeMap<Option<&'d str>, Vec<Binding<'d>>>>,
}

#[derive(Clone, Copy)]
struct Binding<'d> {
    route: usize,
    kind: RouteKind,
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
        for port in ports {
            let audience = self.bound.entry((namespace, name, port)).or_default();
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
        for (&(namespace, name, _), audiences) in &mut self.bound {
            for bindings in audiences.values_mut() {
                let best = bindings
                    .iter()
                    .map(|binding| binding.kind)
                    .filter(is_stream)
                    .min();
                let stays =
                    |binding: &Binding<'_>| !is_stream(&binding.kind) || Some(binding.kind) == best;
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

    /// Adds the mesh's gateway. `ids` gives the route in the model.
    pub(super) fn build(
        self,
        context: &Context<'d>,
        ids: impl Fn(usize) -> Option<RouteId>,
        set: &mut RouteSet,
    ) {
        let mut builder = MeshBuilder {
            set,
            listeners: Vec::new(),
            name_counts: BTreeMap::new(),
        };
        let mut bound = self.bound;
        let assumed: Vec<Port<'d>> = bound
            .keys()
            .filter(|(namespace, name, _)| context.service(namespace, name).is_none())
            .copied()
            .collect();
        let known = context.services.iter().map(|service| service.resource);
        let known = known.map(|resource| (resource.name, resource.namespace));
        let named: BTreeSet<_> = known
            .chain(assumed.iter().map(|port| (port.1, port.0)))
            .collect();
        for (name, _) in named {
            *builder.name_counts.entry(name).or_default() += 1;
        }
        for service in &context.services {
            let resource = service.resource;
            for port in &service.ports {
                let key = (resource.namespace, resource.name, Some(port.port));
                let audiences = bound.remove(&key).unwrap_or_default();
                let is_udp = port.protocol == "UDP";
                builder.port(key, &audiences, &ids, resource.origin(), Some(is_udp));
            }
        }
        for key in assumed {
            let audiences = bound.remove(&key).unwrap_or_default();
            builder.port(key, &audiences, &ids, Origin::default(), None);
        }
        let listeners = builder.listeners;
        set.gateways.push(Gateway {
            object: ObjectRef::new("Mesh", "", NAME),
            listeners,
            normalization: Normalization::default(),
            origin: Origin::default(),
        });
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

fn is_stream(kind: &RouteKind) -> bool {
    *kind != RouteKind::Udp
}

struct MeshBuilder<'a, 'd> {
    set: &'a mut RouteSet,
    listeners: Vec<Listener>,
    /// How many namespaces have a Service of this name.
    name_counts: BTreeMap<&'d str, u32>,
}

impl<'d> MeshBuilder<'_, 'd> {
    /// Adds the listeners of one Service's port.
    fn port(
        &mut self,
        key: Port<'d>,
        audiences: &BTreeMap<Option<&'d str>, Vec<Binding<'d>>>,
        ids: &impl Fn(usize) -> Option<RouteId>,
        origin: Origin,
        is_udp: Option<bool>,
    ) {
        for (&clients, bindings) in audiences {
            for wanted in [true, false] {
                let of: Vec<_> = bindings
                    .iter()
                    .filter(|one| is_stream(&one.kind) == wanted)
                    .collect();
                let Some(kind) = of.first().map(|one| one.kind) else {
                    continue;
                };
                let attachments = of.iter().filter_map(|one| ids(one.route));
                let attachments = attachments
                    .map(|route| Attachment {
                        route,
                        hosts: Vec::new(),
                    })
                    .collect();
                let stage = self.stage(key, clients, kind, attachments, origin);
                self.listen(key, clients, kind, stage, origin);
            }
        }
        if audiences.contains_key(&None) {
            return;
        }
        let Some(port) = key.2 else { return };
        let kind = if is_udp == Some(true) {
            RouteKind::Udp
        } else {
            RouteKind::Tcp
        };
        let route = self.set.add_route(itself(key.0, key.1, port, origin));
        let attachments = alloc::vec![Attachment {
            route,
            hosts: Vec::new()
        }];
        let stage = self.stage(key, None, kind, attachments, origin);
        self.listen(key, None, kind, stage, origin);
    }

    fn stage(
        &mut self,
        key: Port<'d>,
        clients: Option<&str>,
        kind: RouteKind,
        attachments: Vec<Attachment>,
        origin: Origin,
    ) -> StageId {
        let (namespace, service, port) = key;
        self.set.add_stage(Stage {
            object: ObjectRef::new(
                "Listener",
                namespace,
                listener_name("", service, port, clients),
            ),
            // SPEC: semantics/gateway-api.md 5: of TCP and UDP routes the oldest.
            precedence: match kind {
                RouteKind::Tcp | RouteKind::Udp => Precedence::OldestRoute,
                _ => Precedence::GatewayApi,
            },
            host_fallthrough: true,
            attachments,
            origin,
        })
    }

    /// Adds the ways into a stage. A TCPRoute sees connections, whatever runs in
    /// them, so that HTTP requests come to it too.
    fn listen(
        &mut self,
        key: Port<'d>,
        clients: Option<&str>,
        kind: RouteKind,
        stage: StageId,
        origin: Origin,
    ) {
        let protocols: &[Protocol] = match kind {
            RouteKind::Grpc | RouteKind::Http => &[Protocol::AnyHttp],
            RouteKind::Tls => &[Protocol::Tls],
            RouteKind::Tcp => &[Protocol::AnyHttp, Protocol::Tls, Protocol::Tcp],
            RouteKind::Udp => &[Protocol::Udp],
        };
        let (namespace, service, port) = key;
        let short = HostMatch::Exact(service.to_ascii_lowercase());
        let is_shared = self
            .name_counts
            .get(service)
            .is_some_and(|&count| count > 1);
        let mut hosts: Vec<HostMatch> = ["", ".svc", ".svc.cluster.local"]
            .into_iter()
            .map(|tail| {
                HostMatch::Exact(format!("{service}.{namespace}{tail}").to_ascii_lowercase())
            })
            .collect();
        // The bare name means the client's own namespace, where it is known.
        let bare_for = match clients {
            Some(_) if is_shared => None,
            _ => {
                hosts.insert(0, short.clone());
                (clients.is_none() && is_shared).then_some(namespace)
            }
        };
        for &protocol in protocols {
            let listener = Listener {
                name: listener_name(namespace, service, port, clients),
                port,
                protocol,
                hosts: hosts.clone(),
                client_namespace: clients.map(ToString::to_string),
                detect_misdirected: false,
                stage,
                origin,
            };
            if let Some(own) = bare_for {
                let mut bare = listener.clone();
                bare.name = listener_name(namespace, service, port, Some(own));
                bare.hosts = alloc::vec![short.clone()];
                bare.client_namespace = Some(own.to_string());
                self.listeners.push(bare);
            }
            self.listeners.push(listener);
        }
    }
}

/// `namespace/service:port`, with `@clients` where it serves only those.
fn listener_name(
    namespace: &str,
    service: &str,
    port: Option<u16>,
    clients: Option<&str>,
) -> String {
    let mut name = String::new();
    if !namespace.is_empty() {
        name.push_str(namespace);
        name.push('/');
    }
    name.push_str(service);
    if let Some(port) = port {
        name.push_str(&format!(":{port}"));
    }
    if let Some(clients) = clients {
        name.push('@');
        name.push_str(clients);
    }
    name
}

/// The route that a Service without routes stands for.
fn itself(namespace: &str, name: &str, port: u16, origin: Origin) -> Route {
    let backend = Backend {
        kind: "Service".to_string(),
        namespace: namespace.to_string(),
        name: name.to_string(),
        port: Some(port),
        subset: None,
        protocol: None,
    };
    let target = WeightedTarget {
        target: Target::Backend(backend),
        weight: 1,
        filters: Vec::new(),
        origin,
    };
    let mut rule = Rule::new(Action::Forward(alloc::vec![target]));
    rule.origin = origin;
    Route {
        object: ObjectRef::new("Service", namespace, name),
        created: None,
        rules: alloc::vec![rule],
        origin,
    }
}
