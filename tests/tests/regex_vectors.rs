//! Gateway API's sketch of a portable regular expression subset (GEP-4359), through
//! the table.
//!
//! The cases find a match anywhere; ours ask whether a whole value matches. So each
//! pattern is asked twice: with anything around it, it must take exactly the inputs
//! that hold a match; alone, it must take the text that was found.

use fingerpost::compile::Compiler;
use fingerpost::model::{
    Action, Gateway, HeaderMatch, Listener, ObjectRef, Precedence, Protocol, Respond, Route,
    RouteMatch, RouteSet, Rule, Stage, ValueMatch,
};
use fingerpost::{Outcome, Request};
use fingerpost_tests::shared;
use serde_json::Value;

#[test]
fn patterns_of_the_portable_subset_find_what_they_must() {
    let Some(file) = shared::folder("data/conformance/vectors/gep-4359-regex.json") else {
        return;
    };
    let text = std::fs::read_to_string(file).unwrap();
    let vectors: Value = serde_json::from_str(&text).unwrap();
    let mut passed = 0;
    for case in vectors["match_cases"].as_array().unwrap() {
        let (pattern, input) = (words(case, "pattern"), words(case, "input"));
        if case["suspect"] == true {
            println!("not run: {pattern} on {input}: marked as upstream's slip");
            continue;
        }
        let anywhere = format!("(?s:.*)(?:{pattern})(?s:.*)");
        let found = case["match"].as_str();
        assert_eq!(takes(&anywhere, input), found.is_some(), "{case}");
        if let Some(found) = found {
            assert!(takes(pattern, found), "{case}");
        }
        passed += 1;
    }
    let replacements = vectors["replace_all_cases"].as_array().unwrap().len();
    println!("{passed} passed; {replacements} replacements not run: no rewrite has captures");
    assert!(passed > 80);
}

fn words<'v>(case: &'v Value, field: &str) -> &'v str {
    case[field].as_str().unwrap()
}

/// Whether a header predicate with this pattern takes a value.
fn takes(pattern: &str, value: &str) -> bool {
    let mut rule = Rule::new(Action::Respond(Respond {
        status: 200,
        ..Respond::default()
    }));
    rule.matches.push(RouteMatch {
        headers: vec![HeaderMatch::new("x", ValueMatch::Regex(pattern.into()))],
        ..RouteMatch::default()
    });
    let mut set = RouteSet::new();
    let route = set.add_route(Route::new(ObjectRef::new("Route", "", "r"), vec![rule]));
    let mut stage = Stage::new(ObjectRef::new("Listener", "", "l"), Precedence::FirstMatch);
    stage.attach(route, []);
    let stage = set.add_stage(stage);
    let mut gateway = Gateway::new(ObjectRef::new("Gateway", "", "g"));
    gateway
        .listeners
        .push(Listener::new("l", Protocol::AnyHttp, stage));
    set.gateways.push(gateway);

    let compiled = Compiler::new().compile(&set);
    let faults = &compiled.diagnostics;
    assert!(faults.is_empty(), "{pattern}: {faults:?}");
    let headers: &[(&[u8], &[u8])] = &[(b"x", value.as_bytes())];
    let request = Request::new(b"GET", b"/").with_headers(headers);
    compiled
        .table
        .decide(&request, |decision| decision.outcome() == Outcome::Respond)
}
