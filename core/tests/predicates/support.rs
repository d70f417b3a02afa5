//! Tables to put a question to, and what they answer.

use fingerpost::compile::Compiler;
use fingerpost::compile::limits::Limits;
use fingerpost::explain::TrialVerdict;
use fingerpost::model::{
    Action, Backend, Fact, FactMatch, Gateway, HostMatch, Listener, ObjectRef, Precedence,
    Predicate, Protocol, Route, RouteMatch, RouteSet, Rule, Stage, StageId, Target, ValueMatch,
    WeightedTarget,
};
use fingerpost::{Draws, Outcome, Request, Table};

pub(crate) const DIRECT: [u32; 3] = [0, u32::MAX, 8];

pub(crate) fn limits(direct: u32) -> Limits {
    let mut limits = Limits::default();
    limits.direct_tests = direct;
    // Enough for what is asked here, and built in no time.
    limits.automaton = 64 << 10;
    limits
}

pub(crate) fn forward(name: &str) -> Rule {
    let backend = Backend {
        kind: "Service".into(),
        name: name.into(),
        ..Backend::default()
    };
    Rule::new(Action::Forward(vec![WeightedTarget::new(
        Target::Backend(backend),
        1,
    )]))
}

pub(crate) fn to(stage: StageId) -> Target {
    Target::Stage {
        stage,
        metadata: Vec::new(),
    }
}

pub(crate) fn rule(name: &str, one: RouteMatch) -> Rule {
    let mut rule = forward(name);
    rule.matches.push(one);
    rule
}

/// A set with one gateway and one stage, which holds these rules.
pub(crate) fn set(rules: Vec<Rule>) -> RouteSet {
    let mut set = RouteSet::new();
    let stage = stage(&mut set, rules);
    gateway(&mut set, "public", stage);
    set
}

pub(crate) fn stage(set: &mut RouteSet, rules: Vec<Rule>) -> StageId {
    let route = set.add_route(Route::new(ObjectRef::new("Route", "", "r"), rules));
    let mut stage = Stage::new(ObjectRef::new("Stage", "", "s"), Precedence::FirstMatch);
    stage.attach(route, [HostMatch::Any]);
    set.add_stage(stage)
}

pub(crate) fn gateway(set: &mut RouteSet, name: &str, stage: StageId) {
    let mut gateway = Gateway::new(ObjectRef::new("Gateway", "", name));
    let listener = Listener::new("http", Protocol::AnyHttp, stage);
    gateway.listeners.push(listener);
    set.gateways.push(gateway);
}

pub(crate) fn tables(set: &RouteSet) -> Vec<Table> {
    let tables = DIRECT.iter().map(|&direct| {
        let compiled = Compiler::new().with_limits(limits(direct)).compile(set);
        assert!(
            compiled.diagnostics.is_empty(),
            "{:?}",
            compiled.diagnostics
        );
        compiled.table
    });
    tables.collect()
}

/// Where a request goes, or why it is refused.
pub(crate) fn answer(table: &Table, request: &Request<'_>) -> String {
    table.decide(request, |decision| match decision.outcome() {
        Outcome::Forward => decision.backend().unwrap().name.to_string(),
        Outcome::Reject => format!("reject: {}", decision.reason().as_str()),
        outcome => outcome.as_str().to_string(),
    })
}

pub(crate) fn same_answer(tables: &[Table], request: &Request<'_>) -> String {
    let answers: Vec<String> = tables.iter().map(|table| answer(table, request)).collect();
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    answers[0].clone()
}

pub(crate) fn holds(one: RouteMatch, request: &Request<'_>) -> bool {
    let tables = tables(&set(vec![rule("taken", one)]));
    let taken = same_answer(&tables, request) == "taken";
    assert!(taken || same_answer(&tables, request) == "no_route");
    for table in &tables {
        let explained = table.explain(request, Draws::fixed(0));
        let verdict = &explained.stages[0].trials[0].verdict;
        assert_eq!(*verdict == TrialVerdict::Won, taken, "{verdict:?}");
    }
    taken
}

pub(crate) fn matching(predicate: impl Into<Predicate>) -> RouteMatch {
    RouteMatch {
        predicates: vec![predicate.into()],
        ..RouteMatch::default()
    }
}

pub(crate) fn asked(test: FactMatch, request: &Request<'_>) -> bool {
    holds(matching(test), request)
}

/// What each of these tests gives, from one set of tables: a rule for each, which an
/// attribute of the request picks.
pub(crate) fn each(tests: &[FactMatch], request: Request<'_>) -> Vec<bool> {
    let pick = |nth: usize| FactMatch::new(Fact::Attribute("pick".into()), exact(&nth.to_string()));
    let rules = tests.iter().enumerate().map(|(nth, test)| {
        let one = RouteMatch {
            predicates: vec![pick(nth).into(), test.clone().into()],
            ..RouteMatch::default()
        };
        rule("taken", one)
    });
    let tables = tables(&set(rules.collect()));
    let answers = (0..tests.len()).map(|nth| {
        let nth = nth.to_string();
        let mut attributes = vec![("pick", nth.as_bytes())];
        attributes.extend_from_slice(request.attributes());
        same_answer(&tables, &request.with_attributes(&attributes)) == "taken"
    });
    answers.collect()
}

pub(crate) fn exact(text: &str) -> ValueMatch {
    ValueMatch::Exact(text.into())
}

pub(crate) fn cidrs(ranges: &[&str]) -> ValueMatch {
    ValueMatch::Cidr(ranges.iter().map(|range| range.parse().unwrap()).collect())
}
