//! Gateway API: Gateways, ListenerSets and the five kinds of route, for ingress
//! and for mesh use, in every served version.
//!
//! # How an input becomes routes
//!
//! ```text
//! objects ─ validate ─► Context (by kind and name) ─► Owners (Gateways, ListenerSets: listeners.rs, conflicts.rs)
//!                                   │                      ▲
//!                                   └──► routes ── attach ─┘      attach.rs, hosts.rs, mesh.rs
//!                                          │
//!                                          └─ rules: route_http.rs, route_grpc.rs, route_l4.rs
//!                                                    filters.rs, edits.rs, cors.rs, policy.rs, backends.rs
//! Owners + routes ─► model: build.rs, mesh_build.rs   Owners + routes ─► status: conditions.rs
//! ```
//!
//! The page that it follows is the dialect's, clause by clause; each decision is
//! marked `SPEC:` where it is taken.
//!
//! # What an input need not hold
//!
//! An input is rarely a whole cluster. Where it has no Gateway at all, those that
//! routes name are assumed; where it has no Service at all, every backend is
//! assumed to exist; where it has no Secret at all, every certificate is. As soon
//! as there is one of a kind, the others are looked for, and missing ones are
//! reported as a controller would. What was assumed is said in a note.
//! ReferenceGrants are never assumed: they are permissions.
//!
//! # Invariants
//!
//! 1. A fault costs the smallest part that it can: a match, a rule, a listener.
//!    A rule in which the validator found an error answers 500, and no request
//!    that it takes falls to another rule. Above rules a field that is there and
//!    cannot be read refuses what it belongs to (`read.rs`): it is never taken
//!    for absent, since absence means every host, listener or namespace.
//! 2. Routes enter the model in input order, which is their age where no creation
//!    time tells it.
//! 3. No step pairs two lists whose lengths the input alone decides, except a
//!    route with the listeners it attaches to, which the API caps at 64.

pub mod duration;
pub mod schema;
pub mod validate;

mod assume;
mod attach;
mod backends;
mod build;
mod conditions;
mod conflicts;
mod context;
mod cors;
mod edits;
mod faults;
mod filters;
mod fold;
mod grpc_http;
mod hosts;
mod listeners;
mod mesh;
mod mesh_build;
mod policy;
mod read;
mod route_grpc;
mod route_http;
mod route_l4;
mod selector;
#[cfg(test)]
mod tests;

pub(in crate::import) use cors::origin;
pub(in crate::import) use read::timestamp;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::gateway_api as codes;
use crate::model::{Origin, Route, RouteId};

use self::attach::{OwnerIndex, Parent, RoutePlace};
use self::backends::Builder;
use self::conditions::Verdict;
use self::context::{Context, RouteKind};
use self::faults::Faults;
use self::mesh::Mesh;
use self::read::Problem;
use super::recognize::Refused;
use super::{Import, Object};

/// How the Gateway API's open questions are answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Keep the listeners of one port and protocol apart: a request sees only the
    /// routes of the listener whose hostname fits it best (default). Off, their
    /// routes are searched together.
    pub listener_isolation: bool,
    /// Which hostname counts in the order between routes.
    pub hostname_precedence: HostnamePrecedence,
    /// What becomes of HTTPRoutes and GRPCRoutes that meet on one listener.
    pub grpc_http_conflict: GrpcHttpConflict,
    /// Answer 421 on HTTPS listeners where another listener fits the authority
    /// better than the one that the server name chose (default).
    pub detect_misdirected: bool,
    /// Further kinds of backend, as (group, kind), that routes may name beside
    /// Service and ServiceImport. Whether such a backend exists is not looked at.
    pub backend_kinds: Vec<(String, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listener_isolation: true,
            hostname_precedence: HostnamePrecedence::default(),
            grpc_http_conflict: GrpcHttpConflict::default(),
            detect_misdirected: true,
            backend_kinds: Vec::new(),
        }
    }
}

/// Which hostname counts in the order between routes under a listener that
/// narrows them.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum HostnamePrecedence {
    /// The route's own, as written.
    #[default]
    Own,
    /// What listener and route have in common.
    Intersected,
}

/// What becomes of HTTPRoutes and GRPCRoutes with hostnames in common on one
/// listener.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum GrpcHttpConflict {
    /// Both work, under one order of precedence.
    #[default]
    Merge,
    /// The older one works, and the other is not accepted.
    RejectLater,
}

/// Imports Gateway API objects, and the Services, Namespaces, Secrets,
/// ReferenceGrants and GatewayClasses that its rules need.
///
/// `is_alone` says that no other dialect's objects are in the input: only then
/// are Services without any route a mesh of their own. `refused` is what was found
/// and could not be used.
pub(super) fn import(
    objects: &[Object<'_>],
    refused: &Refused<'_>,
    is_alone: bool,
    options: &super::Options,
    out: &mut Import,
) {
    let mut found: Vec<Diagnostic> = Vec::new();
    let faults = Faults::find(objects, options.lenient, &mut found);
    let validated = found.len();
    let context = Context::new(objects, refused, &options.gateway_api, &mut found);
    run(&context, &faults, is_alone, out, &mut found);
    fold::fold(&mut found, validated);
    // Each step reports by itself; readers want the order of the input.
    found.sort_by_key(|one| {
        one.origin
            .map_or((u32::MAX, 0), |origin| (origin.source, origin.start))
    });
    out.diagnostics.append(&mut found);
}

/// A route that has been read.
struct ReadRoute<'d> {
    place: RoutePlace<'d>,
    created: Option<i64>,
    /// Its place in the model among Gateways, and among Services.
    ids: (Option<RouteId>, Option<RouteId>),
    verdict: Verdict,
}

fn run(
    context: &Context<'_>,
    faults: &Faults,
    is_alone: bool,
    out: &mut Import,
    found: &mut Vec<Diagnostic>,
) {
    let mut owners = listeners::read_all(context, found);
    assume::gateways(context, &mut owners, found);
    let index = OwnerIndex::new(&owners);
    let mut mesh = Mesh::default();
    let count = context.routes.len();
    let mut routes: Vec<ReadRoute<'_>> = Vec::with_capacity(count);
    let mut parents: Vec<Vec<Parent<'_>>> = Vec::with_capacity(count);
    for (number, &(kind, resource)) in context.routes.iter().enumerate() {
        let hosts = match (kind, resource.spec()) {
            (RouteKind::Tcp | RouteKind::Udp, _) | (_, None) => Ok(Vec::new()),
            (_, Some(spec)) => hosts::read_all(spec),
        };
        let (hosts, fault) = match hosts {
            Ok(hosts) => (hosts, None),
            Err(fault) => {
                let place = resource.node.path(&["spec", "hostnames"]);
                let text = format!("{fault}, so that no listener takes the route");
                read::error(
                    found,
                    codes::UNREADABLE,
                    place.unwrap_or(resource.node),
                    &resource,
                    text,
                );
                (Vec::new(), Some(Problem::new("UnsupportedValue", fault)))
            }
        };
        let place = RoutePlace {
            index: number,
            kind,
            resource,
            hosts,
            fault,
        };
        let own = attach::attach(&place, &mut owners, &index, &mut mesh, context, found);
        let created = resource.created(found);
        let mut route = ReadRoute {
            place,
            created,
            ids: (None, None),
            verdict: Verdict::default(),
        };
        if own.iter().any(|parent| parent.is_mesh) {
            mesh::note_hostnames(&route.place, found);
        }
        add_route(&mut route, &own, context, faults, out, found);
        routes.push(route);
        parents.push(own);
    }
    if context.options.grpc_http_conflict == GrpcHttpConflict::RejectLater {
        grpc_http::reject_later(&routes, &mut owners, &mut parents, found);
    }
    mesh.settle_kinds(&mut parents, found);
    assume::note_services_and_secrets(context, &owners, &routes, found);
    let id = |number: usize| routes.get(number).and_then(|route| route.ids.0);
    build::gateways(context, &owners, id, &mut out.routes);
    let is_plain = is_alone && owners.is_empty() && routes.is_empty() && !context.has_lost_routes();
    if mesh.is_used() || (is_plain && context.knows_services()) {
        let id = |number: usize| routes.get(number).and_then(|route| route.ids.1);
        mesh.build(context, id, &mut out.routes);
    }
    conditions::write(&owners, &routes, &parents, &mut out.status);
}

/// Reads a route's rules and adds it to the model: once for Gateways, once for
/// Services where it names some, since references then need no grant.
fn add_route<'d>(
    route: &mut ReadRoute<'d>,
    parents: &[Parent<'d>],
    context: &Context<'d>,
    faults: &Faults,
    out: &mut Import,
    found: &mut Vec<Diagnostic>,
) {
    let in_mesh = parents.iter().any(|parent| parent.is_mesh);
    let in_gateways = !in_mesh || parents.iter().any(|parent| !parent.is_mesh);
    if in_gateways {
        let (rules, verdict) = read_rules(&route.place, context, faults, false, found);
        route.ids.0 = Some(out.routes.add_route(model_route(route, rules)));
        route.verdict = verdict;
    }
    if in_mesh {
        // What is wrong with it has been said once.
        let mut silent = Vec::new();
        let out_of = if in_gateways { &mut silent } else { found };
        let (rules, verdict) = read_rules(&route.place, context, faults, true, out_of);
        route.ids.1 = Some(out.routes.add_route(model_route(route, rules)));
        route.verdict.mesh_unresolved = verdict.unresolved.clone();
        if !in_gateways {
            route.verdict = Verdict {
                mesh_unresolved: verdict.unresolved.clone(),
                ..verdict
            };
        }
    }
}

fn read_rules<'d>(
    place: &RoutePlace<'d>,
    context: &Context<'d>,
    faults: &Faults,
    is_mesh: bool,
    found: &mut Vec<Diagnostic>,
) -> (Vec<crate::model::Rule>, Verdict) {
    let mut builder = Builder::new(context, faults, place.resource, is_mesh, found);
    let rules = match place.kind {
        RouteKind::Http => builder.http_rules(),
        RouteKind::Grpc => builder.grpc_rules(),
        RouteKind::Tls | RouteKind::Tcp | RouteKind::Udp => builder.l4_rules(),
    };
    (rules, builder.verdict())
}

fn model_route(route: &ReadRoute<'_>, rules: Vec<crate::model::Rule>) -> Route {
    let resource = route.place.resource;
    let origin: Origin = resource.origin();
    Route {
        object: resource.object(),
        created: route.created,
        rules,
        // SPEC: Gateway API, PartiallyInvalid: what is not valid is dropped.
        drops_faulty_matches: true,
        origin,
    }
}
