//! A set as the engine's model: what the compiler is given.

use fingerpost::model::{
    Action, Backend, Gateway, HeaderMatch, HostMatch, Listener, ObjectRef, PathMatch, Precedence,
    Protocol, Route, RouteMatch, RouteSet, Rule, Stage, Target, ValueMatch, WeightedTarget,
};

use super::template::{Piece, write};
use super::{Path, Set};
use crate::Random;

/// The model, and which rule of the set each of its rules is.
#[derive(Debug)]
pub struct Modelled {
    /// The model. A route's name is its index.
    pub routes: RouteSet,
    /// For each route the indexes of its rules in the set.
    pub rules: Vec<Vec<u32>>,
}

/// In the order of the set: a route for each host.
pub fn sorted(set: &Set) -> Modelled {
    modelled(set, grouped(set))
}

/// Routes, and the rules of each, in an order that the seed draws.
pub fn shuffled(set: &Set, seed: u64) -> Modelled {
    let mut random = Random::new(seed);
    let mut groups = grouped(set);
    random.shuffle(&mut groups);
    for group in &mut groups {
        random.shuffle(group);
    }
    modelled(set, groups)
}

/// Adjacent rules of one host.
fn grouped(set: &Set) -> Vec<Vec<u32>> {
    let mut groups: Vec<Vec<u32>> = Vec::new();
    for (at, rule) in set.rules.iter().enumerate() {
        let same = at > 0 && set.rules[at - 1].host == rule.host;
        match groups.last_mut() {
            Some(group) if same => group.push(at as u32),
            _ => groups.push(vec![at as u32]),
        }
    }
    groups
}

fn modelled(set: &Set, groups: Vec<Vec<u32>>) -> Modelled {
    // What Gateway API can say has its order; templates stand in ours.
    let is_gateway_api = |rule: &super::Rule| matches!(rule.path, Path::Segments(_));
    let precedence = match set.rules.iter().all(is_gateway_api) {
        true => Precedence::GatewayApi,
        false => Precedence::Specific,
    };
    let mut routes = RouteSet::new();
    let mut stage = Stage::new(ObjectRef::new("Listener", "", "http"), precedence);
    for (name, group) in groups.iter().enumerate() {
        let rules = group.iter().map(|&at| rule(set, at)).collect();
        let object = ObjectRef::new("Route", "", name.to_string());
        let id = routes.add_route(Route::new(object, rules));
        let host = group
            .first()
            .and_then(|&at| set.rules[at as usize].host.as_deref());
        stage.attach(id, host.map(HostMatch::parse));
    }
    let stage = routes.add_stage(stage);
    let mut gateway = Gateway::new(ObjectRef::new("Gateway", "", "bench"));
    gateway
        .listeners
        .push(Listener::new("http", Protocol::AnyHttp, stage));
    routes.gateways.push(gateway);
    Modelled {
        routes,
        rules: groups,
    }
}

/// The backend of a rule: each has one of its own, as every service has.
pub fn backend(rule: u32) -> String {
    format!("backend-{rule}")
}

fn rule(set: &Set, at: u32) -> Rule {
    let written = &set.rules[at as usize];
    let backend = Backend {
        kind: "Service".into(),
        namespace: "bench".into(),
        name: backend(at),
        port: Some(8080),
        ..Backend::default()
    };
    let target = WeightedTarget::new(Target::Backend(backend), 1);
    let mut rule = Rule::new(Action::Forward(vec![target]));
    rule.matches.push(RouteMatch {
        path: path(&written.path),
        methods: written.method.into_iter().map(String::from).collect(),
        headers: written
            .header
            .iter()
            .map(|(name, value)| HeaderMatch::new(*name, ValueMatch::Exact(value.clone())))
            .collect(),
        ..RouteMatch::default()
    });
    rule
}

fn path(path: &Path) -> PathMatch {
    match path {
        Path::Segments(text) => PathMatch::Segments(text.clone()),
        Path::Regex(text) => PathMatch::Regex(text.clone()),
        Path::Template(text) if !text.contains('{') => PathMatch::Exact(text.clone()),
        Path::Template(text) => PathMatch::Template(write(text, |piece| match piece {
            Piece::Text(text) => (*text).to_string(),
            Piece::Hole(name) => format!("{{{name}}}"),
            Piece::Rest(name) => format!("{{{name}=**}}"),
        })),
    }
}
