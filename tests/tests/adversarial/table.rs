//! Tables of the attack cases, by hand: named routes in the order in which they are
//! written.

use fingerpost::Table;
use fingerpost::compile::limits::Limits;
use fingerpost::compile::{Compiled, Compiler};
use fingerpost::diagnostic::Severity;
use fingerpost::model::{
    Action, Precedence, Redirect, Respond, RouteMatch, RouteSet, Rule, ValueMatch,
};
use fingerpost_tests::build::{one_stage, route, rule};

/// Routes by name, each one rule for any host; the first that matches wins.
pub(crate) fn first_match(routes: Vec<(&str, Rule)>) -> RouteSet {
    routes_in(Precedence::FirstMatch, routes)
}

/// Routes by name, each one rule for any host.
pub(crate) fn routes_in(precedence: Precedence, routes: Vec<(&str, Rule)>) -> RouteSet {
    let hosts: &[&str] = &[];
    let routes = routes.into_iter();
    one_stage(
        precedence,
        routes
            .map(|(name, rule)| (hosts, route(name, vec![rule])))
            .collect(),
    )
}

/// A rule for one match that answers 403.
pub(crate) fn deny(item: RouteMatch) -> Rule {
    Rule {
        matches: vec![item],
        ..Rule::new(Action::Respond(Respond {
            status: 403,
            ..Respond::default()
        }))
    }
}

/// A rule for one match that forwards.
pub(crate) fn on(item: RouteMatch) -> Rule {
    rule("app", vec![item])
}

/// A rule for everything that forwards.
pub(crate) fn open() -> Rule {
    rule("app", vec![])
}

/// A rule for one match that redirects.
pub(crate) fn redirecting(item: RouteMatch, redirect: Redirect) -> Rule {
    Rule {
        matches: vec![item],
        ..Rule::new(Action::Redirect(redirect))
    }
}

/// `deny` for what the match takes, `open` for the rest.
pub(crate) fn guarded(item: RouteMatch) -> RouteSet {
    first_match(vec![("deny", deny(item)), ("open", open())])
}

/// The whole of a value.
pub(crate) fn is(text: &str) -> ValueMatch {
    ValueMatch::Exact(text.into())
}

/// The table of a set that nothing is wrong with.
pub(crate) fn table(set: &RouteSet) -> Table {
    table_within(Limits::default(), set)
}

/// [`table`] within limits.
pub(crate) fn table_within(limits: Limits, set: &RouteSet) -> Table {
    let compiled = compiled(limits, set);
    let errors: Vec<_> = compiled
        .diagnostics
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    compiled.table
}

/// A table with what is said of its set.
pub(crate) fn compiled(limits: Limits, set: &RouteSet) -> Compiled {
    Compiler::new().with_limits(limits).compile(set)
}

/// The codes and messages of the errors that compiling a set finds.
pub(crate) fn refusals(set: &RouteSet) -> Vec<String> {
    refusals_within(Limits::default(), set)
}

/// [`refusals`] within limits.
pub(crate) fn refusals_within(limits: Limits, set: &RouteSet) -> Vec<String> {
    let found = compiled(limits, set).diagnostics;
    let errors = found
        .iter()
        .filter(|found| found.severity == Severity::Error);
    errors
        .map(|found| format!("{}: {}", found.code, found.message))
        .collect()
}
