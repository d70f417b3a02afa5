//! Stages: what a lookup searches behind a gateway or a mesh.
//!
//! A VirtualRouter becomes one stage for each of its listeners, holding the routes
//! that this listener serves; a VirtualService that nobody provides for becomes an
//! empty one. Each is made when it is first needed, and then shared.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::app_mesh as codes;
use crate::model::{
    Action, Attachment, HostForm, MetadataValue, ObjectRef, Origin, Precedence, Route, RouteSet,
    Rule, Stage, StageId, Target, Timeouts, WeightedTarget,
};

use super::ambiguity::{self, Entry};
use super::kinds::{Policy, Provider, RouteKind, RouterRoute, VirtualRouter, VirtualService};
use super::policy;
use super::reference::Resolved;
use super::resolve::{self, Resolver, tighter};
use super::world::World;

/// Builds the route set out of the objects.
pub(super) struct Builder<'w> {
    pub(super) world: &'w World,
    pub(super) resolver: Resolver<'w>,
    pub(super) routes: &'w mut RouteSet,
    pub(super) host_fallthrough: bool,
    routers: BTreeMap<(usize, Option<u16>), StageId>,
    /// The VirtualService of each router that only one leads to. Such a router's rules
    /// carry its name; otherwise whoever leads there does.
    only_service: BTreeMap<usize, Option<String>>,
    nobody: BTreeMap<usize, StageId>,
    told_unserved: BTreeSet<usize>,
}

/// What a VirtualService comes to for a request.
pub(super) struct Service {
    pub(super) target: Target,
    /// The host that requests are sent on with.
    pub(super) host: Option<String>,
    /// `namespace/name`, for the decision's metadata.
    pub(super) name: String,
    /// Limits where a VirtualNode answers without a router between; `None` where a
    /// router's route sets them.
    pub(super) timeouts: Option<Timeouts>,
}

impl<'w> Builder<'w> {
    /// A builder that adds to `routes`.
    pub(super) fn new(world: &'w World, routes: &'w mut RouteSet, host_fallthrough: bool) -> Self {
        Self {
            world,
            resolver: Resolver::new(world),
            routes,
            host_fallthrough,
            routers: BTreeMap::new(),
            only_service: only_services(world),
            nobody: BTreeMap::new(),
            told_unserved: BTreeSet::new(),
        }
    }

    /// Whether the rules of a router say themselves which VirtualService they are for.
    fn is_named(&self, router: usize) -> bool {
        self.only_service.get(&router).is_some_and(Option::is_some)
    }

    /// What the VirtualService of this index comes to. `port` is the listener of the
    /// provider that is asked for, `kind` what the request speaks, `place` who asks.
    pub(super) fn service(
        &mut self,
        index: usize,
        port: Option<u16>,
        kind: RouteKind,
        place: (&str, Origin),
    ) -> Option<Service> {
        let world = self.world;
        let service = world.services.get(index)?;
        let subject = service.meta.object.to_string();
        let name = qualified(&service.meta.object);
        let mut timeouts = None;
        let target = match &service.provider {
            Provider::Nobody => self.nobody(index, service),
            Provider::Node(node) => {
                let target = super::kinds::NodeTarget {
                    node: node.clone(),
                    weight: 1,
                    port,
                    origin: node.origin,
                };
                if kind != RouteKind::Tcp {
                    let route = Timeouts {
                        request_ms: Some(policy::DEFAULT_REQUEST_MS),
                        ..Timeouts::default()
                    };
                    timeouts = Some(tighter(route, self.resolver.node_timeouts(&target, kind)));
                }
                self.resolver.node(&subject, node, port)
            }
            Provider::Router(router) => {
                let resolved = world.routers.resolve(router);
                let found = match &resolved {
                    Resolved::Found { index, .. } => world.routers.get(*index).map(|r| (*index, r)),
                    _ => None,
                };
                let object = found.map(|(_, router)| router.meta.object.clone());
                self.resolver
                    .tell(&subject, router, &resolved, object.as_ref());
                match found {
                    Some((index, router)) => {
                        self.router_target(index, router, port, kind, place, &name)
                    }
                    None => resolve::end(resolved, None, port),
                }
            }
        };
        Some(Service {
            target,
            host: Some(service.meta.aws_name.clone()),
            name,
            timeouts,
        })
    }

    /// The stage of a router for the listener that is asked for.
    fn router_target(
        &mut self,
        index: usize,
        router: &VirtualRouter,
        port: Option<u16>,
        kind: RouteKind,
        place: (&str, Origin),
        service: &str,
    ) -> Target {
        let listeners = &router.listeners;
        let (subject, origin) = place;
        let listener = match port {
            _ if listeners.is_empty() => None,
            Some(port) => {
                let listener = listeners.iter().find(|listener| listener.port == port);
                if listener.is_none() {
                    self.resolver.say(Diagnostic::warning(
                        codes::NO_LISTENER,
                        origin,
                        format!(
                            "{subject}: {} has no listener on port {port}",
                            router.meta.object
                        ),
                    ));
                    return resolve::invalid(router.meta.object.clone(), Some(port), "NoListener");
                }
                listener
            }
            None => {
                if listeners.len() > 1 {
                    // SPEC: the target's port is needed where the provider has several
                    // listeners (API GatewayRouteTarget.port).
                    self.resolver.say(
                        Diagnostic::warning(
                            codes::PORT_NEEDED,
                            origin,
                            format!(
                                "{subject}: {} has several listeners, and the target names no port",
                                router.meta.object
                            ),
                        )
                        .with_help("write target.port"),
                    );
                }
                let fitting = listeners.iter().find(|listener| listener.kind == kind);
                fitting.or(listeners.first())
            }
        };
        let port = listener.map(|listener| listener.port);
        let stage = self.router_stage(index, router, port);
        let metadata = match self.is_named(index) {
            true => Vec::new(),
            false => service_metadata(service),
        };
        Target::Stage { stage, metadata }
    }

    /// The stage of a router for one of its listeners; `None` serves every route.
    pub(super) fn router_stage(
        &mut self,
        index: usize,
        router: &VirtualRouter,
        port: Option<u16>,
    ) -> StageId {
        if let Some(&stage) = self.routers.get(&(index, port)) {
            return stage;
        }
        let listener = |port: Option<u16>| {
            let mut listeners = router.listeners.iter();
            listeners.find(|listener| Some(listener.port) == port)
        };
        let kind = listener(port).map(|listener| listener.kind);
        // Where no route names a port, listeners of one kind serve the same routes.
        let mut same = router.listeners.iter().filter(|one| Some(one.kind) == kind);
        let first = same.next().map(|listener| listener.port);
        if first != port && router.routes.iter().all(|route| route.port.is_none()) {
            let stage = self.router_stage(index, router, first);
            self.routers.insert((index, port), stage);
            return stage;
        }
        let serves = |route: &&RouterRoute| {
            // SPEC: a listener serves the routes of its protocol, and where a route
            // names a port, only that listener (API RouteSpec, HttpRouteMatch.port).
            kind.is_none_or(|kind| kind == route.kind)
                && (port.is_none() || route.port.is_none() || route.port == port)
        };
        let subject = router.meta.object.to_string();
        let rules: Vec<Rule> = router
            .routes
            .iter()
            .filter(serves)
            .map(|route| self.router_rule(index, &subject, route))
            .collect();
        let entries: Vec<Entry<'_>> = router
            .routes
            .iter()
            .filter(serves)
            .map(|route| Entry {
                name: format!("{subject} route '{}'", super::wire::shorten(&route.name)),
                host: None,
                priority: route.priority,
                matches: &route.matches,
                origin: route.decided_at,
            })
            .collect();
        self.check(&entries);
        if self.told_unserved.insert(index) {
            self.unserved(router, &subject);
        }
        let route = self.routes.add_route(Route {
            object: router.meta.object.clone(),
            created: None,
            rules,
            // Its schema takes any text as an expression; a canary's fault must not take
            // the route behind it down.
            drops_faulty_matches: true,
            origin: router.meta.origin,
        });
        let stage = self.stage(
            &router.meta.object,
            router.meta.origin,
            alloc::vec![Attachment {
                route,
                hosts: Vec::new(),
            }],
        );
        self.routers.insert((index, port), stage);
        stage
    }

    /// Adds a stage in App Mesh's order.
    pub(super) fn stage(
        &mut self,
        object: &ObjectRef,
        origin: Origin,
        attachments: Vec<Attachment>,
    ) -> StageId {
        self.routes.add_stage(Stage {
            object: object.clone(),
            precedence: Precedence::AppMesh,
            host_fallthrough: self.host_fallthrough,
            host_form: HostForm::default(),
            attachments,
            origin,
        })
    }

    /// Reports what App Mesh leaves open between these routes.
    pub(super) fn check(&mut self, entries: &[Entry<'_>]) {
        let files = &self.routes.sources;
        let place = |origin: Origin| super::shown(files, origin);
        for found in ambiguity::check(entries, place) {
            self.resolver.say(found);
        }
    }

    /// SPEC: a VirtualService without a provider has no route (API
    /// VirtualServiceSpec); a request for it finds nothing.
    fn nobody(&mut self, index: usize, service: &VirtualService) -> Target {
        let stage = match self.nobody.get(&index) {
            Some(&stage) => stage,
            None => {
                let stage = self.stage(&service.meta.object, service.meta.origin, Vec::new());
                self.nobody.insert(index, stage);
                stage
            }
        };
        let name = qualified(&service.meta.object);
        Target::Stage {
            stage,
            metadata: service_metadata(&name),
        }
    }

    fn router_rule(&mut self, index: usize, subject: &str, route: &RouterRoute) -> Rule {
        let subject = format!("{subject} route '{}'", super::wire::shorten(&route.name));
        let targets = route
            .targets
            .iter()
            .map(|target| WeightedTarget {
                target: self.resolver.node(&subject, &target.node, target.port),
                weight: target.weight,
                filters: Vec::new(),
                failover: Vec::new(),
                origin: target.origin,
            })
            .collect();
        let Policy { timeouts, retry } = policy::with_defaults(&route.policy, route.kind);
        let matches = match route.kind {
            RouteKind::Tcp => Vec::new(),
            _ => alloc::vec![route.matches.clone()],
        };
        Rule {
            name: Some(route.name.clone()),
            priority: route.priority.map(i64::from),
            matches,
            timeouts: self.bounded(&subject, route, timeouts),
            retry,
            metadata: match self.only_service.get(&index) {
                Some(Some(service)) => service_metadata(service),
                _ => Vec::new(),
            },
            origin: route.origin,
            ..Rule::new(Action::Forward(targets))
        }
    }

    /// A route's limits, tightened by those of its VirtualNodes' listeners where they
    /// agree.
    fn bounded(&mut self, subject: &str, route: &RouterRoute, timeouts: Timeouts) -> Timeouts {
        let mut bounded: Option<Timeouts> = None;
        for target in route.targets.iter().filter(|target| target.weight > 0) {
            let of_node = tighter(timeouts, self.resolver.node_timeouts(target, route.kind));
            if bounded.is_some_and(|bounded| bounded != of_node) {
                self.resolver.say(Diagnostic::note(
                    codes::APPROXIMATED,
                    route.origin,
                    format!(
                        "{subject}: the listeners of its VirtualNodes limit requests to different times; only the route's own limit is given"
                    ),
                ));
                return timeouts;
            }
            bounded = Some(of_node);
        }
        bounded.unwrap_or(timeouts)
    }

    /// Reports routes that no listener of the router serves.
    fn unserved(&mut self, router: &VirtualRouter, subject: &str) {
        if router.listeners.is_empty() {
            return;
        }
        for route in &router.routes {
            let served = router.listeners.iter().any(|listener| {
                listener.kind == route.kind && route.port.is_none_or(|port| port == listener.port)
            });
            if !served {
                self.resolver.say(Diagnostic::warning(
                    codes::NO_LISTENER,
                    route.origin,
                    format!(
                        "{subject} route '{}': no listener of the router serves its {}",
                        super::wire::shorten(&route.name),
                        described(route.kind, route.port)
                    ),
                ));
            }
        }
    }
}

/// For each router that VirtualServices lead to: the name of the one, if it is only one.
fn only_services(world: &World) -> BTreeMap<usize, Option<String>> {
    let mut only = BTreeMap::new();
    for service in world.services.iter() {
        let Provider::Router(router) = &service.provider else {
            continue;
        };
        if let Resolved::Found { index, .. } = world.routers.resolve(router) {
            only.entry(index)
                .and_modify(|service| *service = None)
                .or_insert_with(|| Some(qualified(&service.meta.object)));
        }
    }
    only
}

/// `httpRoute of port 8080`.
pub(super) fn described(kind: RouteKind, port: Option<u16>) -> String {
    match port {
        Some(port) => format!("{} of port {port}", kind.field()),
        None => kind.field().to_string(),
    }
}

/// The fact that travels with a decision.
pub(super) fn service_metadata(service: &str) -> Vec<(String, MetadataValue)> {
    alloc::vec![("virtual_service".to_string(), service.into())]
}

/// `namespace/name`, or the name alone.
pub(super) fn qualified(object: &ObjectRef) -> String {
    if object.namespace.is_empty() {
        object.name.clone()
    } else {
        format!("{}/{}", object.namespace, object.name)
    }
}
