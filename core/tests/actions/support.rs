//! Small route sets and requests.

use fingerpost::compile::{Compiled, Compiler, limits::Limits};
use fingerpost::model::{
    Action, Backend, Filter, Format, Gateway, HeaderEdit, HeaderVerb, Listener, Normalization,
    ObjectRef, PathMatch, PathRewrite, Precedence, Protocol, Rewrite, Route, RouteMatch, RouteSet,
    Rule, Stage, Substitution, Target, WeightedTarget,
};
use fingerpost::{Decision, Draws, Outcome, Request, Table};

pub(crate) type Header<'h> = (&'h [u8], &'h [u8]);

pub(crate) fn backend(name: &str) -> Backend {
    Backend {
        kind: "Service".into(),
        name: name.into(),
        ..Backend::default()
    }
}

pub(crate) fn to(name: &str, weight: u32) -> WeightedTarget {
    WeightedTarget::new(Target::Backend(backend(name)), weight)
}

/// A rule that takes every request and forwards it to `a`.
pub(crate) fn forward(filters: Vec<Filter>) -> Rule {
    let mut rule = Rule::new(Action::Forward(vec![to("a", 1)]));
    rule.filters = filters;
    rule
}

pub(crate) fn on(path: PathMatch, mut rule: Rule) -> Rule {
    rule.matches = vec![RouteMatch {
        path,
        ..RouteMatch::default()
    }];
    rule
}

pub(crate) fn format(text: &str) -> Format {
    Format::parse(text).unwrap()
}

pub(crate) fn rewrite_path(path: PathRewrite) -> Filter {
    Filter::Rewrite(Rewrite {
        path: Some(path),
        ..Rewrite::default()
    })
}

pub(crate) fn full(text: &str) -> Filter {
    rewrite_path(PathRewrite::Full(format(text)))
}

pub(crate) fn edit(verb: HeaderVerb, name: &str, value: &str) -> HeaderEdit {
    HeaderEdit {
        verb,
        name: name.into(),
        value: format(value),
    }
}

pub(crate) fn substitution(pattern: &str, replacement: &str, all: bool) -> Substitution {
    Substitution {
        pattern: pattern.into(),
        replacement: format(replacement),
        all,
    }
}

/// One gateway, one listener, and these rules for every host, tried in order.
pub(crate) fn set(rules: Vec<Rule>) -> RouteSet {
    let mut set = RouteSet::new();
    let route = set.add_route(Route::new(ObjectRef::new("Route", "", "r"), rules));
    let mut stage = Stage::new(ObjectRef::new("Listener", "", "l"), Precedence::FirstMatch);
    stage.attach(route, []);
    let stage = set.add_stage(stage);
    let mut gateway = Gateway::new(ObjectRef::new("Gateway", "", "g"));
    gateway
        .listeners
        .push(Listener::new("l", Protocol::AnyHttp, stage));
    set.gateways.push(gateway);
    set
}

/// A table of rules that have nothing wrong with them.
pub(crate) fn table(rules: Vec<Rule>) -> Table {
    let compiled = Compiler::new().compile(&set(rules));
    assert_eq!(compiled.diagnostics, []);
    compiled.table
}

/// A table of rules that say something which has no effect, and nothing worse.
pub(crate) fn idle(rules: Vec<Rule>) -> Table {
    let (table, codes) = broken(rules);
    assert!(!codes.is_empty());
    let is_idle = |code: &u16| [1607, 1639].contains(code);
    assert!(codes.iter().all(is_idle), "{codes:?}");
    table
}

pub(crate) fn normalized(rules: Vec<Rule>, normalization: Normalization) -> Table {
    let mut set = set(rules);
    set.gateways[0].normalization = normalization;
    let compiled = Compiler::new().compile(&set);
    assert_eq!(compiled.diagnostics, []);
    compiled.table
}

/// A table of rules with something wrong; gives the codes as well.
pub(crate) fn broken(rules: Vec<Rule>) -> (Table, Vec<u16>) {
    limited(rules, &Limits::default())
}

pub(crate) fn limited(rules: Vec<Rule>, limits: &Limits) -> (Table, Vec<u16>) {
    let compiler = Compiler::new().with_limits(limits.clone());
    let Compiled {
        table, diagnostics, ..
    } = compiler.compile(&set(rules));
    let codes = diagnostics.iter().map(|found| found.code.0).collect();
    (table, codes)
}

pub(crate) fn get(target: &str) -> Request<'_> {
    Request::new(b"GET", target.as_bytes()).with_authority(b"shop.example")
}

/// What leaves: the target of a forward, the Location of a redirect, or why not.
pub(crate) fn leaves(table: &Table, request: &Request<'_>) -> String {
    table.decide(request, |decision| outcome(&decision))
}

pub(crate) fn outcome(decision: &Decision<'_>) -> String {
    let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
    match decision.outcome() {
        Outcome::Forward => text(decision.target()),
        Outcome::Redirect => {
            let status = decision.status().unwrap();
            format!("{status} {}", text(decision.location().unwrap()))
        }
        other => {
            let status = decision.status().unwrap_or(0);
            format!("{} {status} {:?}", other.as_str(), decision.reason())
        }
    }
}

/// The headers that leave, as `name: value` lines.
pub(crate) fn head(table: &Table, request: &Request<'_>) -> Vec<String> {
    table.decide(request, |decision| {
        assert_eq!(decision.outcome(), Outcome::Forward, "{decision:?}");
        let headers = decision.headers();
        headers
            .map(|(name, value)| format!("{}: {}", name.escape_ascii(), value.escape_ascii()))
            .collect()
    })
}

/// The backend's name for a draw.
pub(crate) fn drawn(table: &Table, request: &Request<'_>, draw: u64) -> Option<String> {
    let mut scratch = table.create_scratch();
    let decision = table.decide_with(&mut scratch, request, Draws::fixed(draw));
    decision.backend().map(|backend| backend.name.to_string())
}

/// No codes.
pub(crate) const NONE: [u16; 0] = [];
