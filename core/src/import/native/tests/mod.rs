//! Tests of the importer, at the model.

mod cases;
mod coverage;
mod entries;
mod faults;
mod messages;
mod places;
mod reading;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::diagnostic::{Code, Severity};
use crate::import::{Import, Options, Sources, import};
use crate::model::{Action, RouteMatch, RouteSet, Rule, WeightedTarget};

/// What a document gives.
fn read(text: &str) -> Import {
    let mut sources = Sources::new();
    sources.add("document.yaml", text);
    import(&sources, &Options::default())
}

/// What a document gives in which nothing is wrong or noteworthy.
fn sound(text: &str) -> RouteSet {
    let found = read(text);
    assert!(
        found.diagnostics.is_empty(),
        "{text}\n{:?}",
        found.diagnostics
    );
    found.routes
}

/// What is said of a document: `error[FP1101] 3:5 message (help)`.
fn told(text: &str) -> Vec<String> {
    let found = read(text).diagnostics.into_iter();
    let line = |one: crate::diagnostic::Diagnostic| {
        let origin = one.origin.expect("a place");
        let help = one.help.map_or(String::new(), |help| format!(" ({help})"));
        format!(
            "{}[{}] {}:{} {}{help}",
            one.severity.as_str(),
            one.code,
            origin.line,
            origin.column,
            one.message
        )
    };
    found.map(line).collect()
}

/// A document of one rule, from its fields in flow style.
fn document_of(rule: &str) -> String {
    format!(
        "fingerpost: v1\nstages: [{{name: next}}]\nroutes: [{{name: r, rules: [{{{rule}}}]}}]\n"
    )
}

/// A sound rule, from its fields in flow style.
fn rule(fields: &str) -> Rule {
    let set = sound(&document_of(fields));
    set.routes[0].rules[0].clone()
}

/// The match of a sound rule, from its fields in flow style.
fn matched(fields: &str) -> RouteMatch {
    rule(&format!("match: {{{fields}}}, respond: 200")).matches[0].clone()
}

/// The targets of a rule.
fn targets(rule: &Rule) -> &[WeightedTarget] {
    match &rule.action {
        Action::Forward(targets) => targets,
        other => panic!("{other:?}"),
    }
}

/// Line and column of each error, with its code.
fn errors(import: &Import) -> Vec<(Code, u32, u32)> {
    let errors = import.diagnostics.iter();
    let errors = errors.filter(|found| found.severity == Severity::Error);
    let place = |found: &crate::diagnostic::Diagnostic| {
        let origin = found.origin.expect("an error has a place");
        (found.code, origin.line, origin.column)
    };
    errors.map(place).collect()
}
