//! The model: what a set of routes says, whatever dialect said it.
//!
//! Importers write a [`RouteSet`], the compiler reads it. It is plain data: no
//! lookup structure, no behaviour beyond construction, and nothing in it is
//! particular to one dialect. What a dialect means by its words (defaults,
//! attachment, which listener a route belongs to) is settled by its importer,
//! so that everything after it deals with one vocabulary.
//!
//! # Shape
//!
//! ```text
//! RouteSet
//!   gateways:  Gateway > Listener ──stage──┐     where requests come in
//!   stages:    Stage > Attachment ──route──┤     what one lookup searches
//!   routes:    Route > Rule > RouteMatch   ◄     what is looked up
//!                        └ Action > WeightedTarget > Target ──stage──► (second stage)
//! ```
//!
//! A request enters through a [`Gateway`]'s [`Listener`], which leads to a
//! [`Stage`]. A stage holds routes, each under the hosts it answers to there.
//! The rule that wins either ends the search (a backend, a redirect, a
//! response) or leads on to another stage, which sees the request as the first
//! one left it: App Mesh's VirtualRouter behind a GatewayRoute, delegation,
//! Consul's router, splitter and resolver.
//!
//! # Example
//!
//! ```
//! use fingerpost::model::*;
//! use fingerpost::{Draws, Request, compile::Compiler};
//!
//! let mut set = RouteSet::new();
//! let backend = |name: &str| {
//!     let backend = Backend { kind: "Service".into(), name: name.into(), ..Backend::default() };
//!     WeightedTarget::new(Target::Backend(backend), 1)
//! };
//! let mut canary = Rule::new(Action::Forward(vec![backend("cart-v2")]));
//! canary.matches.push(RouteMatch {
//!     path: PathMatch::Segments("/cart".into()),
//!     headers: vec![HeaderMatch::new("x-env", ValueMatch::Exact("canary".into()))],
//!     ..RouteMatch::default()
//! });
//! let everyone = Rule::new(Action::Forward(vec![backend("cart-v1")]));
//! let route = set.add_route(Route::new(ObjectRef::new("Route", "shop", "cart"), vec![canary, everyone]));
//!
//! let mut stage = Stage::new(ObjectRef::new("Listener", "", "http"), Precedence::FirstMatch);
//! stage.attach(route, [HostMatch::parse("shop.example")]);
//! let stage = set.add_stage(stage);
//! let mut gateway = Gateway::new(ObjectRef::new("Gateway", "", "public"));
//! gateway.listeners.push(Listener::new("http", Protocol::AnyHttp, stage));
//! set.gateways.push(gateway);
//!
//! let compiled = Compiler::new().compile(&set);
//! assert!(compiled.diagnostics.is_empty());
//! let mut scratch = compiled.table.create_scratch();
//! let request = Request::new(b"GET", b"/cart/42")
//!     .with_authority(b"shop.example")
//!     .with_headers(&[(b"X-Env", b"canary")]);
//! let decision = compiled.table.decide_with(&mut scratch, &request, Draws::fixed(0));
//! assert_eq!(decision.backend().unwrap().name, "cart-v2");
//! ```
//!
//! # Invariants
//!
//! 1. A [`StageId`] or [`RouteId`] in a set indexes that set's own vector; the
//!    compiler refuses one that does not.
//! 2. Host names are lower case, without port or trailing dot; the compiler warns
//!    of one that is not, since it matches nothing.
//! 3. Vectors keep the order in which the input states things; where the order
//!    decides, the preset says so.

mod action;
mod cidr;
mod fact;
mod filter;
mod format;
mod gateway;
mod host;
mod matches;
mod origin;
mod policy;
mod route;

use alloc::string::String;
use alloc::vec::Vec;

pub use crate::vocabulary::{
    EscapedSlashes, Fault, Fragment, HeaderVerb, HostForm, MalformedEscapes, Normalization, Origin,
    PathParameters, Precedence, PrefixJoin, Protocol, RepeatedValues, Scheme, Timeouts,
};

pub use action::{Action, Backend, InvalidTarget, Redirect, Respond, Target, WeightedTarget};
pub use cidr::{Cidr, InvalidCidr};
pub use fact::{Fact, FactMatch, Predicate, PredicateKind};
pub use filter::{
    CorsOrigin, CorsPolicy, Filter, HeaderEdit, HostRewrite, Mirror, PathRewrite, QueryEdit,
    QueryRewrite, Rewrite, Substitution,
};
pub use format::{Format, FormatPart, InvalidFormat};
pub use gateway::{Attachment, Gateway, HeaderRules, HostBinding, Listener, Stage, StageId};
pub use host::HostMatch;
pub use matches::{HeaderMatch, PathMatch, QueryMatch, RouteMatch, ValueMatch};
pub use origin::ObjectRef;
pub use policy::{HashKey, MetadataValue, RetryPolicy, SessionPolicy};
pub use route::{Route, RouteId, Rule};

/// Everything that is compiled together into one table.
#[derive(Clone, Debug, Default)]
pub struct RouteSet {
    /// Where requests come in.
    pub gateways: Vec<Gateway>,
    /// What one lookup searches; listeners and targets refer here.
    pub stages: Vec<Stage>,
    /// The routes; attachments refer here.
    pub routes: Vec<Route>,
    /// Names of the files that [`Origin::source`] counts.
    pub sources: Vec<String>,
}

impl RouteSet {
    /// A set without anything in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a route and gives the id that attachments use.
    pub fn add_route(&mut self, route: Route) -> RouteId {
        self.routes.push(route);
        RouteId(self.routes.len() as u32 - 1)
    }

    /// Adds a stage and gives the id that listeners and targets use.
    pub fn add_stage(&mut self, stage: Stage) -> StageId {
        self.stages.push(stage);
        StageId(self.stages.len() as u32 - 1)
    }
}
