//! The mesh's gateway: a listener for each Service and port, under the names that
//! clients use.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::model::{
    Action, Attachment, Backend, Gateway, HeaderRules, HostForm, HostMatch, Listener,
    Normalization, ObjectRef, Origin, Precedence, Protocol, Route, RouteId, RouteSet, Rule, Stage,
    StageId, Target, WeightedTarget,
};

use super::context::{Context, RouteKind};
use super::mesh::{Audiences, Mesh, Port};

/// The name of the gateway that stands for the mesh.
const NAME: &str = "mesh";

impl<'d> Mesh<'d> {
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
            .filter(|port| context.service(port.namespace, port.service).is_none())
            .copied()
            .collect();
        let known = context.services.iter().map(|service| service.resource);
        let known = known.map(|resource| (resource.name, resource.namespace));
        let named: BTreeSet<_> = known
            .chain(assumed.iter().map(|port| (port.service, port.namespace)))
            .collect();
        for (name, _) in named {
            *builder.name_counts.entry(name).or_default() += 1;
        }
        for service in &context.services {
            let resource = service.resource;
            for port in &service.ports {
                let port = Port {
                    namespace: resource.namespace,
                    service: resource.name,
                    number: Some(port.port),
                    is_udp: port.protocol == "UDP",
                };
                let audiences = bound.remove(&port).unwrap_or_default();
                builder.port(port, &audiences, &ids, resource.origin());
            }
        }
        for port in assumed {
            let audiences = bound.remove(&port).unwrap_or_default();
            builder.port(port, &audiences, &ids, Origin::default());
        }
        let listeners = builder.listeners;
        set.gateways.push(Gateway {
            object: ObjectRef::new("Mesh", "", NAME),
            listeners,
            normalization: Normalization::default(),
            headers: HeaderRules::default(),
            origin: Origin::default(),
        });
    }
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
        port: Port<'d>,
        audiences: &Audiences<'d>,
        ids: &impl Fn(usize) -> Option<RouteId>,
        origin: Origin,
    ) {
        for (&clients, bindings) in audiences {
            let Some(kind) = bindings.first().map(|one| one.kind) else {
                continue;
            };
            let routes = bindings.iter().filter_map(|one| ids(one.route));
            let stage = self.stage(port, clients, kind, routes, origin);
            self.listen(port, clients, kind, stage, origin);
        }
        if audiences.contains_key(&None) {
            return;
        }
        let Some(number) = port.number else { return };
        let kind = if port.is_udp {
            RouteKind::Udp
        } else {
            RouteKind::Tcp
        };
        let route = self
            .set
            .add_route(itself(port.namespace, port.service, number, origin));
        let stage = self.stage(port, None, kind, core::iter::once(route), origin);
        self.listen(port, None, kind, stage, origin);
    }

    fn stage(
        &mut self,
        port: Port<'d>,
        clients: Option<&str>,
        kind: RouteKind,
        routes: impl Iterator<Item = RouteId>,
        origin: Origin,
    ) -> StageId {
        let attachments = routes
            .map(|route| Attachment {
                route,
                hosts: Vec::new(),
            })
            .collect();
        self.set.add_stage(Stage {
            object: ObjectRef::new(
                "Listener",
                port.namespace,
                listener_name("", port.service, port.number, clients),
            ),
            // SPEC: semantics/gateway-api.md 5: of TCP and UDP routes the oldest.
            precedence: match kind {
                RouteKind::Tcp | RouteKind::Udp => Precedence::OldestRoute,
                _ => Precedence::GatewayApi,
            },
            host_fallthrough: true,
            host_form: HostForm::default(),
            attachments,
            origin,
        })
    }

    /// Adds the ways into a stage. A TCPRoute sees connections, whatever runs in
    /// them, so that HTTP requests come to it too.
    fn listen(
        &mut self,
        port: Port<'d>,
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
        let Port {
            namespace,
            service,
            number,
            ..
        } = port;
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
                name: listener_name(namespace, service, number, clients),
                port: number,
                protocol,
                hosts: hosts.clone(),
                client_namespace: clients.map(ToString::to_string),
                detect_misdirected: false,
                stage,
                origin,
            };
            if let Some(own) = bare_for {
                let mut bare = listener.clone();
                bare.name = listener_name(namespace, service, number, Some(own));
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
        failover: Vec::new(),
        origin,
    };
    let mut rule = Rule::new(Action::Forward(alloc::vec![target]));
    rule.origin = origin;
    Route {
        object: ObjectRef::new("Service", namespace, name),
        created: None,
        rules: alloc::vec![rule],
        // SPEC: Gateway API, PartiallyInvalid: what is not valid is dropped.
        drops_faulty_matches: true,
        origin,
    }
}
