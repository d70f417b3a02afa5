//! What an error costs: the smallest part, and never silently.

use alloc::format;
use alloc::string::String;

use super::{document_of, errors, read};
use crate::diagnostic::codes::{native as codes, schema};
use crate::diagnostic::{Code, Severity};
use crate::import::Import;
use crate::model::{Action, Normalization, PathMatch, Rule, Target};

/// That a rule answers 500 is no error of its own.
const COST: (Severity, Code) = (Severity::Note, codes::RULE_ANSWERS_500);

fn has_note(found: &Import, code: Code) -> bool {
    let mut notes = found.diagnostics.iter();
    notes.any(|one| (one.severity, one.code) == (Severity::Note, code))
}

/// Whether a rule answers 500 for the errors in it.
fn answers_500(rule: &Rule) -> bool {
    matches!(&rule.action, Action::Respond(answer) if answer.status == 500 && answer.reason == "InvalidRule")
}

#[test]
fn a_rule_with_an_error_answers_500_and_its_neighbours_do_not() {
    for fault in [
        "backend: a, retyr: {}",
        "backend: a, timeouts: {request: 5}",
        "backend: a, priority: high",
        "backend: a, respond: 200",
        "name: nothing",
        "backend: {nmae: a}",
        "backend: 'a:99999'",
        "backend: {name: a, metadata: {b: c}}",
        "backend: {stage: next, port: 80}",
        "respond: 200, filters: [{redirect: {}}]",
        "respond: 200, rewrite: {path: '/{id'}",
        "respond: 200, rewrite: {path: {full: /a, join: literal}}",
        "respond: 200, sticky: [header]",
        "respond: 200, fault: {delay: {duration: 1s, fraction: 1/3}}",
        "respond: 200, fault: {abort: {}}",
        "respond: 200, mirrors: [{name: a, fraction: 101%}]",
        "respond: 200, cors: {allow_origins: [shop.example]}",
        "respond: 200, cors: {max_age: 1ms}",
        "respond: 200, match: {headers: {a: b, A: c}}",
        "respond: 200, match: {source_ip: 10.0.0.0/33}",
        "respond: 200, match: {headers: {'a b': c}}",
        "respond: 200, match: {headers: {a: }}",
        "respond: 200, match: {headers: {a: {exact: b, prefix: c}}}",
        "respond: 200, metadata: {a: 1, a: 2}",
    ] {
        let text = format!(
            "fingerpost: v1\nstages: [{{name: next}}]\n\
             routes: [{{name: r, rules: [{{{fault}}}]}}, {{name: s, rules: [{{backend: b}}]}}]\n"
        );
        let found = read(&text);
        let rules = |route: usize| &found.routes.routes[route].rules;
        assert!(answers_500(&rules(0)[0]), "{fault}: {:?}", rules(0));
        assert!(!answers_500(&rules(1)[0]), "{fault}: {:?}", rules(1));
        // One mistake is one error, and what it costs is said after it.
        assert_eq!(errors(&found).len(), 1, "{fault}: {:?}", found.diagnostics);
        let last = found.diagnostics.last().expect("there is a note");
        assert_eq!((last.severity, last.code), COST, "{fault}");
    }
}

#[test]
fn what_can_be_read_of_a_faulty_match_keeps_its_requests() {
    let found = read(&document_of(
        "match: {path: /a, headers: {x: {exat: b}, y1: c}}, backend: a",
    ));
    let rule = &found.routes.routes[0].rules[0];
    assert!(answers_500(rule));
    assert_eq!(rule.matches[0].path, PathMatch::Exact("/a".into()));
    assert_eq!(rule.matches[0].headers.len(), 1);
}

#[test]
fn a_match_whose_path_cannot_be_read_is_left_out() {
    let found = read(&document_of(
        "match: [{path: {exat: /a}}, {path: /b}], backend: a",
    ));
    let rule = &found.routes.routes[0].rules[0];
    assert!(answers_500(rule));
    assert_eq!(rule.matches.len(), 1);
    let found = read(&document_of("match: {path: cart}, backend: a"));
    assert!(found.routes.routes[0].rules.is_empty(), "not every request");
    assert_eq!(errors(&found), [(schema::PATTERN, 3, 43)]);
    assert!(has_note(&found, codes::LEFT_OUT));
}

#[test]
fn errors_carry_their_place_and_the_name_that_was_meant() {
    let found = read(
        "fingerpost: v1\nname: shop\nroutes:\n- name: cart\n  rules:\n  - match:\n      pth: /a\n    backend: b\n",
    );
    assert_eq!(errors(&found), [(schema::UNKNOWN_FIELD, 7, 7)]);
    let first = &found.diagnostics[0];
    assert_eq!(
        first.message,
        "shop: routes[0].rules[0].match.pth is not a known field"
    );
    assert_eq!(first.help.as_deref(), Some("did you mean 'path'?"));
}

#[test]
fn an_error_behind_an_alias_counts_wherever_the_alias_stands() {
    let found = read(
        "fingerpost: v1\nroutes:\n- name: r\n  rules:\n  - match: &m {headers: {a: {exat: b}}}\n    backend: a\n  - match: *m\n    backend: a\n",
    );
    assert!(found.routes.routes[0].rules.iter().all(answers_500));
}

#[test]
fn a_route_whose_hosts_cannot_be_told_is_left_out() {
    for fault in [
        "hosts: ['a..b']",
        "hosts: shop.example",
        "hots: [shop.example]",
        "hosts: []",
    ] {
        let found = read(&format!(
            "fingerpost: v1\nroutes: [{{name: r, {fault}, rules: [{{backend: a}}]}}]\n"
        ));
        assert!(found.routes.routes.is_empty(), "{fault}");
        assert_eq!(errors(&found).len(), 1, "{fault}");
        assert!(has_note(&found, codes::LEFT_OUT), "{fault}");
    }
    // One good host is enough to know where the others' requests do not go.
    let found =
        read("fingerpost: v1\nroutes: [{name: r, hosts: ['a..b', c.d], rules: [{backend: a}]}]\n");
    let hosts = &found.routes.stages[0].attachments[0].hosts;
    assert_eq!(hosts.len(), 1);
    assert!(!answers_500(&found.routes.routes[0].rules[0]));
}

#[test]
fn a_faulty_route_of_known_hosts_answers_500() {
    let found = read(
        "fingerpost: v1\nroutes: [{name: r, hosts: [a.b], colour: red, rules: [{backend: a}]}]\n",
    );
    assert!(answers_500(&found.routes.routes[0].rules[0]));
}

#[test]
fn a_stage_that_is_not_there_costs_its_share() {
    let found = read(&document_of(
        "backends: [{stage: nxt, weight: 1}, {name: a, weight: 9}]",
    ));
    let Action::Forward(targets) = &found.routes.routes[0].rules[0].action else {
        panic!("{:?}", found.routes.routes);
    };
    assert!(matches!(&targets[0].target, Target::Invalid(invalid) if invalid.status == 500));
    assert!(matches!(&targets[1].target, Target::Backend(_)));
    assert_eq!(errors(&found).len(), 1);
}

#[test]
fn another_version_is_refused_by_name() {
    for version in ["v2", "1", "", "[v1]"] {
        let found = read(&format!("fingerpost: {version}\nroutes: []\n"));
        assert_eq!(
            errors(&found),
            [(codes::UNKNOWN_VERSION, 1, 1)],
            "{version}"
        );
        assert!(found.routes.gateways.is_empty());
    }
    let found = read("fingerpost: v2\n");
    assert!(found.diagnostics[0].message.contains("version v2"));
}

#[test]
fn a_setting_that_cannot_be_read_is_the_safe_one() {
    for fault in [
        "normalization: nothing",
        "normalization: {profile: 3}",
        "normalization: []",
    ] {
        let found = read(&format!("fingerpost: v1\n{fault}\nroutes: []\n"));
        assert_eq!(errors(&found).len(), 1, "{fault}");
        let gateway = &found.routes.gateways[0];
        assert_eq!(
            gateway.normalization,
            Normalization::MERGE_SLASHES,
            "{fault}"
        );
    }
}

#[test]
fn predicates_that_nest_too_deep_are_an_error() {
    let nested = |depth: usize| {
        let mut text = String::from("host: a");
        for _ in 0..depth {
            text = format!("not: {{{text}}}");
        }
        read(&document_of(&format!("match: {{{text}}}, backend: a")))
    };
    assert!(errors(&nested(60)).is_empty());
    let found = nested(70);
    assert!(
        errors(&found)
            .iter()
            .any(|error| error.0 == codes::TOO_DEEP)
    );
    assert!(answers_500(&found.routes.routes[0].rules[0]));
}

#[test]
fn a_key_written_twice_costs_what_it_is_in() {
    let found = read(
        "fingerpost: v1\nroutes:\n- name: r\n  rules: [{backend: a, backend: b}, {backend: c}]\n- name: s\n  hosts: [a.b]\n  name: t\n  rules: [{backend: d}]\n",
    );
    let rules = |route: usize| &found.routes.routes[route].rules;
    assert!(answers_500(&rules(0)[0]));
    assert!(!answers_500(&rules(0)[1]));
    assert!(answers_500(&rules(1)[0]));
}
