//! Route sets by hand, in few words.

use fingerpost::model::{
    Action, Attachment, Backend, Fact, FactMatch, Filter, Gateway, HeaderMatch, HeaderRules,
    HostBinding, HostForm, HostMatch, Listener, Normalization, ObjectRef, Origin, PathMatch,
    Precedence, Predicate, Protocol, QueryMatch, Route, RouteMatch, RouteSet, Rule, Stage, StageId,
    Target, ValueMatch, WeightedTarget,
};

/// A Service without a port.
pub fn backend(name: &str) -> Backend {
    Backend {
        kind: "Service".into(),
        name: name.into(),
        ..Backend::default()
    }
}

/// A share of a backend.
pub fn weighted(name: &str, weight: u32) -> WeightedTarget {
    WeightedTarget {
        target: Target::Backend(backend(name)),
        weight,
        filters: Vec::new(),
        failover: Vec::new(),
        origin: Origin::default(),
    }
}

/// Everything to one backend.
pub fn forward(name: &str) -> Action {
    Action::Forward(vec![weighted(name, 1)])
}

/// Everything to a stage.
pub fn enter(stage: u32) -> Action {
    Action::Forward(vec![WeightedTarget {
        target: Target::Stage {
            stage: StageId(stage),
            metadata: Vec::new(),
        },
        weight: 1,
        filters: Vec::new(),
        failover: Vec::new(),
        origin: Origin::default(),
    }])
}

/// A match on a path alone.
pub fn path(path: PathMatch) -> RouteMatch {
    RouteMatch {
        path,
        ..RouteMatch::default()
    }
}

/// A match on an exact path.
pub fn exact(text: &str) -> RouteMatch {
    path(PathMatch::Exact(text.into()))
}

/// A match on an element-wise prefix.
pub fn segments(text: &str) -> RouteMatch {
    path(PathMatch::Segments(text.into()))
}

/// A match on a string prefix.
pub fn prefix(text: &str) -> RouteMatch {
    path(PathMatch::Prefix(text.into()))
}

/// A match on a regular expression over the path.
pub fn regex(text: &str) -> RouteMatch {
    path(PathMatch::Regex(text.into()))
}

/// A match on exact gRPC names.
pub fn grpc(service: Option<&str>, method: Option<&str>) -> RouteMatch {
    let exact = |text: &str| ValueMatch::Exact(text.into());
    path(PathMatch::Grpc {
        service: service.map(exact),
        method: method.map(exact),
    })
}

/// More predicates on a match.
pub trait With {
    /// Only this method.
    fn method(self, method: &str) -> Self;
    /// A header that must be there and meet `value`.
    fn header(self, name: &str, value: ValueMatch) -> Self;
    /// A query parameter that must meet `value`.
    fn query(self, name: &str, value: ValueMatch) -> Self;
}

impl With for RouteMatch {
    fn method(mut self, method: &str) -> Self {
        self.methods.push(method.into());
        self
    }

    fn header(mut self, name: &str, value: ValueMatch) -> Self {
        self.headers.push(HeaderMatch::new(name, value));
        self
    }

    fn query(mut self, name: &str, value: ValueMatch) -> Self {
        self.query.push(QueryMatch::new(name, value));
        self
    }
}

/// A rule that sends what any of `matches` takes to the backend `to`.
pub fn rule(to: &str, matches: Vec<RouteMatch>) -> Rule {
    Rule {
        matches,
        ..Rule::new(forward(to))
    }
}

/// A rule with filters.
pub fn filtered(to: &str, matches: Vec<RouteMatch>, filters: Vec<Filter>) -> Rule {
    Rule {
        filters,
        ..rule(to, matches)
    }
}

/// A route of a namespace (`shop/cart`) or of none (`cart`).
pub fn route(name: &str, rules: Vec<Rule>) -> Route {
    let (namespace, name) = name.split_once('/').unwrap_or(("", name));
    Route {
        object: ObjectRef::new("HTTPRoute", namespace, name),
        created: None,
        rules,
        drops_faulty_matches: false,
        origin: Origin::default(),
    }
}

/// A route that was created at `seconds`.
pub fn created(seconds: i64, mut route: Route) -> Route {
    route.created = Some(seconds);
    route
}

/// A stage without routes.
pub fn stage(name: &str, precedence: Precedence) -> Stage {
    Stage {
        object: ObjectRef::new("Stage", "", name),
        precedence,
        host_fallthrough: true,
        host_form: HostForm::default(),
        attachments: Vec::new(),
        origin: Origin::default(),
    }
}

/// A listener that takes everything.
pub fn listener(name: &str, stage: u32) -> Listener {
    Listener {
        name: name.into(),
        port: None,
        protocol: Protocol::AnyHttp,
        hosts: Vec::new(),
        client_namespace: None,
        detect_misdirected: false,
        stage: StageId(stage),
        origin: Origin::default(),
    }
}

/// A gateway of a namespace (`infra/public`) or of none (`public`).
pub fn gateway(name: &str, listeners: Vec<Listener>) -> Gateway {
    let (namespace, name) = name.split_once('/').unwrap_or(("", name));
    Gateway {
        object: ObjectRef::new("Gateway", namespace, name),
        listeners,
        normalization: Normalization::BASE,
        headers: HeaderRules::default(),
        origin: Origin::default(),
    }
}

/// Hosts under which a route is found as it writes them.
pub fn hosts(texts: &[&str]) -> Vec<HostBinding> {
    let binding = |text: &&str| HostBinding {
        host: HostMatch::parse(text),
        written: HostMatch::parse(text),
        port: None,
    };
    texts.iter().map(binding).collect()
}

/// One gateway, one listener and one stage with these routes.
pub fn one_stage(precedence: Precedence, routes: Vec<(&[&str], Route)>) -> RouteSet {
    let mut set = RouteSet::new();
    let mut stage = stage("main", precedence);
    for (texts, route) in routes {
        let route = set.add_route(route);
        stage.attachments.push(Attachment {
            route,
            hosts: hosts(texts),
        });
    }
    set.add_stage(stage);
    set.gateways
        .push(gateway("public", vec![listener("main", 0)]));
    set
}

/// Makes a set's table larger than what a cache holds, by a rule that no request asks
/// for: of large tables, some parts are searched in another way.
pub fn enlarge(set: &mut RouteSet) {
    let value = ValueMatch::Exact("b".repeat(32 << 20));
    let ballast = Predicate::fact(FactMatch::new(Fact::Header("x-ballast".into()), value));
    let item = RouteMatch {
        predicates: vec![ballast],
        ..RouteMatch::default()
    };
    let ballast = set.add_route(route("ballast", vec![rule("ballast", vec![item])]));
    if let Some(stage) = set.stages.first_mut() {
        stage.attach(ballast, [HostMatch::Exact("ballast.test".into())]);
    }
}
