//! VirtualGateways: where requests enter the mesh from outside.
//!
//! Each listener becomes a listener of the model with a stage of its own, holding
//! the GatewayRoutes that it serves. The listener takes any host (App Mesh gateways
//! have no names) over any transport: one TLS configuration serves a listener, and
//! it is never chosen by server name.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::app_mesh as codes;
use crate::model::{
    Action, Attachment, Filter, Gateway, HeaderRules, HostBinding, HostRewrite, Listener,
    Normalization, ObjectRef, Origin, PathMatch, Protocol, Route, RouteId, Rule, Timeouts,
    WeightedTarget,
};

use super::ambiguity::{Entry, literal_head};
use super::kinds::{GatewayRoute, Meta, PortMapping, Provider, VirtualGateway};
use super::membership::{ASSUMED, Membership};
use super::reference::Resolved;
use super::resolve;
use super::selector::{LabelMap, Selector};
use super::stages::{Builder, described, service_metadata};
use super::world::World;

impl World {
    /// Makes up the gateways that routes need and the input does not hold: those that
    /// AWS API documents name, and, where there is no VirtualGateway at all, one for
    /// every route.
    pub(super) fn assume_gateways(&mut self, out: &mut Vec<Diagnostic>) {
        let none = self.gateways.len() == 0 && self.gateways.any_refused().is_none();
        let mut wanted: BTreeMap<(String, String), Origin> = BTreeMap::new();
        // The namespace of the one gateway for all routes that name none.
        let mut common: Option<&String> = None;
        for route in self.gateway_routes.iter() {
            let origin = route.meta.origin;
            let namespace = &route.meta.object.namespace;
            let (namespace, name) = match &route.gateway {
                Some((of, name)) if none || !route.meta.selected => {
                    (of.as_ref().unwrap_or(namespace), name.as_str())
                }
                None if none => (*common.get_or_insert(namespace), ASSUMED),
                _ => continue,
            };
            let refused = self.gateways.refused(namespace, name);
            let refused = refused.or_else(|| self.gateways.refused_aws(name));
            if self.gateways.find_aws(name).is_none() && refused.is_none() {
                let key = (namespace.clone(), name.to_string());
                wanted.entry(key).or_insert(origin);
            }
        }
        for ((namespace, name), origin) in wanted {
            let object = ObjectRef::new("VirtualGateway", namespace, name.clone());
            if self.gateways.is_full(&object.namespace, &object.name) {
                let message = format!("{object}: there are too many of this kind");
                out.push(Diagnostic::error(codes::TOO_MANY, origin, message));
                continue;
            }
            let message = format!(
                "{object} is not in the input; it is assumed, with a listener for every route"
            );
            out.push(Diagnostic::note(codes::ASSUMED, origin, message));
            let meta = Meta {
                aws_name: name,
                object,
                labels: LabelMap::new(),
                mesh: None,
                selected: false,
                origin,
                place: origin,
            };
            self.gateways.insert(VirtualGateway {
                meta,
                namespaces: Selector::All(Vec::new()),
                routes: None,
                listeners: Vec::new(),
                assumed: true,
            });
        }
    }
}

/// A route that belongs to a gateway, and its place in the route set.
struct Member<'w> {
    route: &'w GatewayRoute,
    id: RouteId,
}

impl<'w> Builder<'w> {
    /// Adds every gateway with its routes.
    pub(super) fn gateways(&mut self, membership: &mut Membership<'w>, out: &mut Vec<Diagnostic>) {
        let world = self.world;
        let mut members: BTreeMap<usize, Vec<Member<'w>>> = BTreeMap::new();
        for route in world.gateway_routes.iter() {
            if membership.mesh(&route.meta, out).is_none() {
                continue;
            }
            let Some(gateway) = membership.gateway(route, out) else {
                continue;
            };
            let id = self.gateway_route(route);
            members
                .entry(gateway)
                .or_default()
                .push(Member { route, id });
        }
        for (index, gateway) in world.gateways.iter().enumerate() {
            if !gateway.assumed && membership.mesh(&gateway.meta, out).is_none() {
                continue;
            }
            let members = members.remove(&index).unwrap_or_default();
            self.gateway(gateway, &members);
        }
    }

    fn gateway(&mut self, gateway: &VirtualGateway, members: &[Member<'_>]) {
        let mut listeners = Vec::new();
        if gateway.assumed {
            listeners.push(self.gateway_listener(gateway, None, members));
        }
        for mapping in &gateway.listeners {
            listeners.push(self.gateway_listener(gateway, Some(mapping), members));
        }
        for member in members {
            self.check_port(gateway, member.route);
        }
        self.routes.gateways.push(Gateway {
            object: gateway.meta.object.clone(),
            listeners,
            // SPEC: App Mesh turns Envoy's normalize_path and merge_slashes on where
            // paths are matched (user guide, gateway-routes).
            normalization: Normalization::MERGE_SLASHES,
            headers: HeaderRules::default(),
            origin: gateway.meta.origin,
        });
    }

    fn gateway_listener(
        &mut self,
        gateway: &VirtualGateway,
        mapping: Option<&PortMapping>,
        members: &[Member<'_>],
    ) -> Listener {
        let fits =
            |member: &&Member<'_>| mapping.is_none_or(|mapping| serves(mapping, member.route));
        let entries: Vec<Entry<'_>> = members
            .iter()
            .filter(fits)
            .map(|member| Entry {
                name: member.route.meta.object.to_string(),
                host: member.route.host.as_ref(),
                priority: member.route.priority,
                matches: &member.route.matches,
                origin: member.route.decided_at,
            })
            .collect();
        self.check(&entries);
        let attachments = members
            .iter()
            .filter(fits)
            .map(|member| Attachment {
                route: member.id,
                hosts: member
                    .route
                    .host
                    .iter()
                    .map(|host| HostBinding {
                        host: host.clone(),
                        written: host.clone(),
                        port: None,
                    })
                    .collect(),
            })
            .collect();
        let origin = mapping.map_or(gateway.meta.origin, |mapping| mapping.origin);
        Listener {
            name: mapping.map_or_else(|| "any".to_string(), |mapping| mapping.port.to_string()),
            port: mapping.map(|mapping| mapping.port),
            protocol: Protocol::AnyHttp,
            hosts: Vec::new(),
            client_namespace: None,
            detect_misdirected: false,
            stage: self.stage(&gateway.meta.object, origin, attachments),
            origin,
        }
    }

    /// Reports a route that no listener serves, or that should say which.
    fn check_port(&mut self, gateway: &VirtualGateway, route: &GatewayRoute) {
        if gateway.assumed {
            return;
        }
        let fitting = gateway
            .listeners
            .iter()
            .filter(|mapping| serves(mapping, route))
            .count();
        let object = &route.meta.object;
        let says = match (fitting, route.port) {
            (0, _) => (
                codes::NO_LISTENER,
                format!(
                    "{object}: {} has no listener for an {}",
                    gateway.meta.object,
                    described(route.kind, route.port)
                ),
            ),
            // SPEC: the port is needed where the gateway has several listeners (API
            // HttpGatewayRouteMatch.port).
            (2.., None) => (
                codes::PORT_NEEDED,
                format!(
                    "{object}: {} has several listeners for it, and the match names no port; all of them take it",
                    gateway.meta.object
                ),
            ),
            _ => return,
        };
        let (code, message) = says;
        self.resolver
            .say(Diagnostic::warning(code, route.meta.origin, message));
    }

    /// Adds a GatewayRoute: one rule that leads to the VirtualService's provider.
    fn gateway_route(&mut self, route: &GatewayRoute) -> RouteId {
        let object = &route.meta.object;
        let subject = object.to_string();
        let resolved = self.world.services.resolve(&route.target);
        self.default_rewrite(route, &resolved);
        let service = match &resolved {
            Resolved::Found { index, .. } => {
                let to = self
                    .world
                    .services
                    .get(*index)
                    .map(|service| service.meta.object.clone());
                self.resolver
                    .tell(&subject, &route.target, &resolved, to.as_ref());
                let place = (subject.as_str(), route.target.origin);
                self.service(*index, route.target_port, route.kind, place)
            }
            _ => {
                self.resolver.tell(&subject, &route.target, &resolved, None);
                None
            }
        };
        let mut rule = Rule::new(Action::Forward(Vec::new()));
        let (target, host) = match service {
            Some(service) => {
                if let Some(timeouts) = service.timeouts {
                    rule.timeouts = own_first(route.policy.timeouts, timeouts);
                    rule.retry.clone_from(&route.policy.retry);
                }
                if !matches!(service.target, crate::model::Target::Stage { .. }) {
                    rule.metadata = service_metadata(&service.name);
                }
                (service.target, service.host)
            }
            None => {
                let host = match &resolved {
                    Resolved::Outside {
                        object, aws_name, ..
                    } => {
                        rule.metadata = service_metadata(&super::stages::qualified(object));
                        Some(aws_name.clone())
                    }
                    _ => None,
                };
                (resolve::end(resolved, None, route.target_port), host)
            }
        };
        rule.action = Action::Forward(alloc::vec![WeightedTarget {
            target,
            weight: 1,
            filters: Vec::new(),
            failover: Vec::new(),
            origin: route.target.origin,
        }]);
        rule.priority = route.priority.map(i64::from);
        rule.matches = alloc::vec![route.matches.clone()];
        rule.origin = route.meta.origin;
        let host = host
            .filter(|_| route.rewrite_host)
            .map(|host| HostRewrite::To(host.into()));
        if host.is_some() || route.path_rewrite.is_some() {
            rule.filters.push(Filter::Rewrite(crate::model::Rewrite {
                host,
                path: route.path_rewrite.clone(),
                ..crate::model::Rewrite::default()
            }));
        }
        self.routes.add_route(Route {
            object: object.clone(),
            created: None,
            rules: alloc::vec![rule],
            // Its schema takes any text as an expression; a canary's fault must not take
            // the route behind it down.
            drops_faulty_matches: true,
            origin: route.meta.origin,
        })
    }

    /// Warns where the default rewrite takes the prefix off and nothing behind is known
    /// to expect that: a service that is written for `/products` then gets `/`.
    fn default_rewrite(&mut self, route: &GatewayRoute, resolved: &Resolved) {
        let (true, Some(_), PathMatch::Prefix(prefix)) = (
            route.default_rewrite,
            &route.path_rewrite,
            &route.matches.path,
        ) else {
            return;
        };
        if self.is_expected(resolved, prefix) {
            return;
        }
        self.resolver.say(
            Diagnostic::warning(
                codes::DEFAULT_REWRITE,
                route.matches.origin,
                format!(
                    "{}: by default the matched prefix is replaced by '/' before the request is sent on",
                    route.meta.object
                ),
            )
            .with_help("to keep the path, write action.rewrite.prefix.defaultPrefix: DISABLED; where it is meant, write value: /"),
        );
    }

    /// Whether what lies behind a target expects paths without `prefix`: a VirtualRouter
    /// with a route that is written for them. A route whose own path begins with the
    /// prefix is written for paths that keep it.
    fn is_expected(&self, service: &Resolved, prefix: &str) -> bool {
        let world = self.world;
        let service = match service {
            Resolved::Found { index, .. } => world.services.get(*index),
            _ => return false,
        };
        let Some(Provider::Router(router)) = service.map(|service| &service.provider) else {
            return false;
        };
        let router = match world.routers.resolve(router) {
            Resolved::Found { index, .. } => world.routers.get(index),
            _ => return false,
        };
        let kept = match prefix.trim_end_matches('/') {
            "" => prefix,
            kept => kept,
        };
        router.is_some_and(|router| {
            let mut routes = router.routes.iter();
            routes.any(|own| match &own.matches.path {
                PathMatch::Prefix(path) | PathMatch::Exact(path) => !path.starts_with(kept),
                PathMatch::Regex(regex) => !literal_head(regex).starts_with(kept),
                _ => true,
            })
        })
    }
}

/// Whether a listener serves a route.
///
/// SPEC: httpRoute by http listeners, http2Route by http2, grpcRoute by grpc, and by
/// the port that the route names (controller docs, reference/vgw; API
/// HttpGatewayRouteMatch.port).
fn serves(mapping: &PortMapping, route: &GatewayRoute) -> bool {
    mapping.kind == route.kind && route.port.is_none_or(|port| port == mapping.port)
}

fn own_first(own: Timeouts, other: Timeouts) -> Timeouts {
    Timeouts {
        request_ms: own.request_ms.or(other.request_ms),
        idle_ms: own.idle_ms.or(other.idle_ms),
        backend_request_ms: own.backend_request_ms.or(other.backend_request_ms),
    }
}
