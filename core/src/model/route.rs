//! Routes and their rules.

use alloc::string::String;
use alloc::vec::Vec;

use super::{
    Action, Filter, HashKey, MetadataValue, ObjectRef, Origin, RetryPolicy, RouteMatch,
    SessionPolicy, Timeouts,
};

/// Index of a [`Route`] in its [`RouteSet`](super::RouteSet).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RouteId(pub u32);

/// One named resource: an HTTPRoute, a GatewayRoute, a VirtualRouter's routes.
#[derive(Clone, Debug)]
pub struct Route {
    /// Its name.
    pub object: ObjectRef,
    /// Creation time in seconds since 1970, where the input states one. A route
    /// without counts as newer than every route with; among those without, input
    /// order is age.
    pub created: Option<i64>,
    /// Its rules, in written order.
    pub rules: Vec<Rule>,
    /// What becomes of a match of which a test cannot be asked as it is written: a
    /// regular expression that is none, or is over a limit. Where this is `false`, the
    /// match takes requests without that test and answers 500, so that none of them falls
    /// to a broader rule; where it is `true`, the match is left out, so that the route's
    /// other rules work. Either is reported.
    pub drops_faulty_matches: bool,
    /// Where it was written.
    pub origin: Origin,
}

impl Route {
    /// A route with these rules, of unknown age.
    pub fn new(object: ObjectRef, rules: Vec<Rule>) -> Self {
        Self {
            object,
            created: None,
            rules,
            drops_faulty_matches: false,
            origin: Origin::default(),
        }
    }
}

/// Matches, filters and an action: the thing that wins.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name, where the dialect gives rules names.
    pub name: Option<String>,
    /// A user-written priority; lower comes first. Only presets that say so use it.
    pub priority: Option<i64>,
    /// Any of these; empty takes every request.
    pub matches: Vec<RouteMatch>,
    /// What is done to the request and the response, in order.
    pub filters: Vec<Filter>,
    /// Where the request goes.
    pub action: Action,
    /// How long it may take.
    pub timeouts: Timeouts,
    /// When it is tried again.
    pub retry: Option<RetryPolicy>,
    /// How a client is kept at one backend.
    pub session: Option<SessionPolicy>,
    /// What chooses among the targets by weight in place of chance, so that alike
    /// requests go to one target; where the request has none of it, chance does.
    pub sticky: Vec<HashKey>,
    /// What a proxy's load balancer chooses an endpoint by.
    pub hash: Vec<HashKey>,
    /// Facts that travel with the decision and mean nothing to the engine.
    pub metadata: Vec<(String, MetadataValue)>,
    /// Where it was written.
    pub origin: Origin,
}

impl Rule {
    /// A rule that takes every request and does `action`.
    pub fn new(action: Action) -> Self {
        Self {
            name: None,
            priority: None,
            matches: Vec::new(),
            filters: Vec::new(),
            action,
            timeouts: Timeouts::default(),
            retry: None,
            session: None,
            sticky: Vec::new(),
            hash: Vec::new(),
            metadata: Vec::new(),
            origin: Origin::default(),
        }
    }
}
