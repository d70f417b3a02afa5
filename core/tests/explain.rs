//! What an explanation says besides who won.
#![cfg(all(feature = "compile", feature = "explain"))]

use fingerpost::builder::{Route, Routes, Rule, any, path};
use fingerpost::explain::Explanation;
use fingerpost::model::Fact;
use fingerpost::{Draws, Outcome, Request};

fn explained(rule: Rule, target: &[u8], headers: &[(&[u8], &[u8])]) -> Explanation {
    let routes = Routes::new().route(Route::any_host().rule(rule));
    let table = routes.build().unwrap();
    let request = Request::new(b"GET", target)
        .with_authority(b"shop.example")
        .with_headers(headers);
    table.explain(&request, Draws::fixed(0))
}

/// The obstacle of a rule that a request with this header cannot have carried out.
fn obstacle(rule: Rule, target: &[u8], tenant: &[u8]) -> String {
    let told = explained(rule, target, &[(b"x-tenant", tenant)]);
    assert_ne!(told.outcome, Outcome::Forward);
    assert_ne!(told.outcome, Outcome::Redirect);
    told.obstacle.expect("an obstacle").to_string()
}

#[test]
fn the_value_that_cannot_stand_where_it_goes_is_named() {
    let host = any().to("a").rewrite_host("{header.x-tenant}.internal");
    assert_eq!(
        obstacle(host, b"/", b"a b"),
        "host is no host: \"a b.internal\""
    );
    let redirect = any().redirect(302, "https://{header.x-tenant}/");
    assert_eq!(obstacle(redirect, b"/", b"a b"), "host is no host: \"a b\"");
    let path_of = any().to("a").rewrite("/t/{header.x-tenant}");
    assert_eq!(
        obstacle(path_of.clone(), b"/", b"a b"),
        "path holds a space, a control character or '#': \"/t/a b\""
    );
    assert_eq!(
        obstacle(path_of, b"/", b"../b"),
        "path is not canonical, or holds what no request may bring: \"/t/../b\""
    );
    let response = any()
        .respond(200)
        .set_response_header("x-t", "{decoded_query.t}");
    assert_eq!(
        obstacle(response, b"/?t=%0a", b""),
        "response header x-t holds a control character: \"\\n\""
    );
}

#[test]
fn a_rule_that_is_carried_out_has_no_obstacle() {
    let rule = path("/u/{id}").to("a").rewrite("/v2/{id}");
    let told = explained(rule, b"/u/7", &[]);
    assert_eq!(told.outcome, Outcome::Forward);
    assert_eq!(told.obstacle, None);
}

#[test]
fn the_facts_whose_hash_chose_are_named_as_far_as_the_request_has_them() {
    let rule = any()
        .split([("a", 1), ("b", 1)])
        .sticky(Fact::Cookie("sid".into()))
        .sticky(Fact::Host);
    let with_both = explained(rule.clone(), b"/", &[(b"cookie", b"sid=1")]);
    assert_eq!(with_both.stages[0].hashed, ["cookie sid", "host"]);
    let with_one = explained(rule, b"/", &[]);
    assert_eq!(with_one.stages[0].hashed, ["host"]);
    let drawn = explained(any().split([("a", 1), ("b", 1)]), b"/", &[]);
    assert!(drawn.stages[0].hashed.is_empty());
}
