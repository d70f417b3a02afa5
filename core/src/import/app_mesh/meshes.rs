//! Meshes: where requests of the services among themselves enter.
//!
//! A client inside the mesh names a VirtualService by its host, and its proxy does
//! what a gateway does for requests from outside. So each mesh is an entry point with
//! listeners for the host of each of its VirtualServices, and a manifest without any
//! VirtualGateway can be asked like one that has one.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::app_mesh as codes;
use crate::model::{
    Action, Attachment, Gateway, HeaderRules, HostMatch, Listener, Normalization, ObjectRef,
    Protocol, Route, Rule, StageId, Target, WeightedTarget,
};

use super::kinds::{PortMapping, Provider, RouteKind, VirtualService};
use super::membership::{ASSUMED, Membership};
use super::reference::Resolved;
use super::stages::{Builder, service_metadata};

impl<'w> Builder<'w> {
    /// Adds an entry for each mesh that has VirtualServices.
    pub(super) fn meshes(&mut self, membership: &mut Membership<'w>, out: &mut Vec<Diagnostic>) {
        let world = self.world;
        let mut meshes: Vec<(String, Vec<usize>)> = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for (index, service) in world.services.iter().enumerate() {
            let Some(mesh) = membership.mesh(&service.meta, out) else {
                continue;
            };
            let place = *places.entry(mesh.clone()).or_insert_with(|| {
                meshes.push((mesh, Vec::new()));
                meshes.len() - 1
            });
            if let Some((_, services)) = meshes.get_mut(place) {
                services.push(index);
            }
        }
        for (mesh, services) in meshes {
            self.mesh(&mesh, &services);
        }
    }

    /// Where the input holds nothing that leads to its routers, each is an entry of
    /// its own: somebody asks about the routes of a router alone.
    pub(super) fn bare_routers(&mut self) {
        let world = self.world;
        // A refused one leads to a router too, and keeps others from asking it alone.
        let leads = world.services.len() > 0 || world.gateway_routes.len() > 0;
        let led =
            world.services.any_refused().is_some() || world.gateway_routes.any_refused().is_some();
        if leads || led {
            return;
        }
        for (index, router) in world.routers.iter().enumerate() {
            let object = &router.meta.object;
            let mut listeners = Vec::new();
            for mapping in ports(&router.listeners) {
                let port = mapping.map(|mapping| mapping.port);
                let stage = self.router_stage(index, router, port);
                listeners.push(listener(
                    "router",
                    mapping,
                    Vec::new(),
                    stage,
                    router.meta.origin,
                ));
            }
            self.routes.gateways.push(Gateway {
                object: object.clone(),
                listeners,
                normalization: Normalization::MERGE_SLASHES,
                headers: HeaderRules::default(),
                origin: router.meta.origin,
            });
        }
    }

    fn mesh(&mut self, name: &str, services: &[usize]) {
        let world = self.world;
        let found = world
            .meshes
            .find("", name)
            .and_then(|index| world.meshes.get(index));
        let object = ObjectRef::new("Mesh", "", name);
        let first = services
            .first()
            .and_then(|&index| world.services.get(index));
        let origin = match (found, first) {
            (Some(mesh), _) => mesh.meta.origin,
            (None, Some(service)) => service.meta.origin,
            (None, None) => return,
        };
        if found.is_none() && name == ASSUMED {
            let message = "the input holds no Mesh; its VirtualServices are taken to share one";
            self.resolver
                .say(Diagnostic::note(codes::ASSUMED, origin, message));
        }
        let mut listeners = Vec::new();
        let mut tcp = BTreeSet::new();
        let mut hosts: BTreeMap<String, usize> = BTreeMap::new();
        for &index in services {
            let Some(service) = world.services.get(index) else {
                continue;
            };
            let host = service.meta.aws_name.to_ascii_lowercase();
            if let Some(other) = hosts.insert(host.clone(), index) {
                self.same_host(service, other);
                continue;
            }
            for mapping in ports(self.provider_ports(service)) {
                let is_tcp = mapping.is_some_and(|mapping| mapping.kind == RouteKind::Tcp);
                if let (true, Some(mapping)) = (is_tcp, mapping)
                    && !tcp.insert(mapping.port)
                {
                    self.same_port(service, mapping.port);
                }
                let hosts = match is_tcp {
                    true => Vec::new(),
                    false => alloc::vec![HostMatch::Exact(host.clone())],
                };
                if let Some(stage) = self.service_stage(index, service, mapping) {
                    let name = service.meta.object.name.as_str();
                    listeners.push(listener(name, mapping, hosts, stage, service.meta.origin));
                }
            }
        }
        self.routes.gateways.push(Gateway {
            object,
            listeners,
            normalization: Normalization::MERGE_SLASHES,
            headers: HeaderRules::default(),
            origin,
        });
    }

    /// Where a VirtualService's requests are looked up: its router's stage, or a stage
    /// with one rule, by which they go to whoever provides for it.
    fn service_stage(
        &mut self,
        index: usize,
        service: &VirtualService,
        mapping: Option<&PortMapping>,
    ) -> Option<StageId> {
        let object = &service.meta.object;
        let origin = service.meta.origin;
        let kind = mapping.map_or(RouteKind::Http, |mapping| mapping.kind);
        // A VirtualNode's own port is where the proxy sends to, not part of the choice.
        let port = match service.provider {
            Provider::Router(_) => mapping.map(|mapping| mapping.port),
            _ => None,
        };
        let subject = object.to_string();
        let came = self.service(index, port, kind, (&subject, origin))?;
        // A router's rules that name the service themselves need no stage before them.
        if let Target::Stage { stage, metadata } = &came.target
            && metadata.is_empty()
        {
            return Some(*stage);
        }
        let mut rule = Rule::new(Action::Forward(Vec::new()));
        rule.timeouts = came.timeouts.unwrap_or_default();
        if !matches!(came.target, Target::Stage { .. }) {
            rule.metadata = service_metadata(&came.name);
        }
        rule.origin = origin;
        rule.action = Action::Forward(alloc::vec![WeightedTarget {
            target: came.target,
            weight: 1,
            filters: Vec::new(),
            failover: Vec::new(),
            origin,
        }]);
        let route = self.routes.add_route(Route {
            object: object.clone(),
            created: None,
            rules: alloc::vec![rule],
            // Its schema takes any text as an expression; a canary's fault must not take
            // the route behind it down.
            drops_faulty_matches: true,
            origin,
        });
        let attachment = Attachment {
            route,
            hosts: Vec::new(),
        };
        Some(self.stage(object, origin, alloc::vec![attachment]))
    }

    /// The listeners of whoever provides for a service.
    fn provider_ports(&self, service: &VirtualService) -> &'w [PortMapping] {
        let world = self.world;
        let found = match &service.provider {
            Provider::Router(router) => match world.routers.resolve(router) {
                Resolved::Found { index, .. } => world
                    .routers
                    .get(index)
                    .map(|router| router.listeners.as_slice()),
                _ => None,
            },
            Provider::Node(node) => match world.nodes.resolve(node) {
                Resolved::Found { index, .. } => {
                    world.nodes.get(index).map(|node| node.listeners.as_slice())
                }
                _ => None,
            },
            Provider::Nobody => None,
        };
        found.unwrap_or(&[])
    }

    fn same_host(&mut self, service: &VirtualService, other: usize) {
        let other = self.world.services.get(other);
        let other = other.map_or_else(String::new, |other| other.meta.object.to_string());
        self.resolver.say(Diagnostic::warning(
            codes::REPLACED,
            service.meta.origin,
            format!(
                "{}: has the same name in AWS as {other}, which clients of the mesh reach by it",
                service.meta.object
            ),
        ));
    }

    fn same_port(&mut self, service: &VirtualService, port: u16) {
        self.resolver.say(Diagnostic::note(
            codes::APPROXIMATED,
            service.meta.origin,
            format!(
                "{}: another service of the mesh takes TCP on port {port} too; they differ by address, which is not looked at, so the first one takes it",
                service.meta.object
            ),
        ));
    }
}

/// A listener for each port, or one for all where no port is known.
fn ports(mappings: &[PortMapping]) -> Vec<Option<&PortMapping>> {
    if mappings.is_empty() {
        return alloc::vec![None];
    }
    mappings.iter().map(Some).collect()
}

fn listener(
    name: &str,
    mapping: Option<&PortMapping>,
    hosts: Vec<HostMatch>,
    stage: StageId,
    origin: crate::model::Origin,
) -> Listener {
    let is_tcp = mapping.is_some_and(|mapping| mapping.kind == RouteKind::Tcp);
    Listener {
        name: match mapping {
            Some(mapping) => format!("{name}:{}", mapping.port),
            None => name.to_string(),
        },
        port: mapping.map(|mapping| mapping.port),
        protocol: if is_tcp {
            Protocol::Tcp
        } else {
            Protocol::AnyHttp
        },
        hosts,
        client_namespace: None,
        detect_misdirected: false,
        stage,
        origin,
    }
}
