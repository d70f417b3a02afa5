//! The oracle against the semantics pages: their examples and vectors.

mod actions;
mod entry;
mod facts;
mod hosts;
mod outputs;
mod paths;
mod patterns;
mod precedence;
mod predicates;

use std::path::PathBuf;

use fingerpost::model::{Precedence, RouteMatch, RouteSet};
use fingerpost::oracle::{Answer, Forward, Oracle, Request};
use fingerpost_tests::build::{one_stage, route, rule};

fn answer(set: &RouteSet, request: &Request) -> Answer {
    Oracle::new(set).answer(request)
}

fn get(host: &str, target: &str) -> Request {
    Request::new("GET", Some(host), target)
}

fn with(mut request: Request, headers: &[(&str, &str)]) -> Request {
    let pairs = headers
        .iter()
        .map(|(name, value)| (name.as_bytes().into(), value.as_bytes().into()));
    request.headers.extend(pairs);
    request
}

/// Where a request goes: the backend's name, or the status.
fn goes(set: &RouteSet, request: &Request) -> String {
    match answer(set, request) {
        Answer::Forward(forward) => forward.backend.name,
        Answer::Redirect(redirected) => redirected.status.to_string(),
        Answer::Respond(responded) => responded.status.to_string(),
        Answer::NoRoute { status } => status.to_string(),
        Answer::Reject(_) => "reject".into(),
        Answer::Ambiguous => "ambiguous".into(),
        Answer::OneOf(answers) => format!("one of {answers:?}"),
    }
}

fn forwarded(set: &RouteSet, request: &Request) -> Forward {
    match answer(set, request) {
        Answer::Forward(forward) => *forward,
        other => panic!("not forwarded: {other:?}"),
    }
}

fn location(set: &RouteSet, request: &Request) -> String {
    match answer(set, request) {
        Answer::Redirect(redirected) => String::from_utf8(redirected.location).unwrap(),
        other => panic!("not redirected: {other:?}"),
    }
}

/// Routes `a`, `b`, ... with one rule each, all hosts.
fn rules(precedence: Precedence, matches: Vec<RouteMatch>) -> RouteSet {
    let names = ["a", "b", "c", "d", "e"];
    let routes = names.iter().zip(matches);
    let routes = routes.map(|(name, item)| (&[][..], route(name, vec![rule(name, vec![item])])));
    one_stage(precedence, routes.collect())
}

fn header(request: Request) -> Request {
    with(request, &[("X-One", "1"), ("X-Two", "2")])
}

/// Vectors that nobody here wrote, or `None` with the reason printed.
fn vectors(name: &str) -> Option<serde_json::Value> {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/data/conformance/vectors"
    );
    let file = PathBuf::from(folder).join(name);
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(error) => {
            println!("skipped: {name} cannot be read: {error}");
            None
        }
    }
}
