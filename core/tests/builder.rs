//! The builder, from calls to decisions.
#![cfg(feature = "compile")]

use fingerpost::builder::{BuildFaultKind, Match, Route, Routes, Rule, any, path, segments};
use fingerpost::model::{
    self, Action, Fact, HeaderMatch, InvalidFormat, ObjectRef, PathMatch, RouteMatch,
};
use fingerpost::{Draws, Normalization, Outcome, Precedence, Request, Table};

/// The outcome, and the backend's name where there is one.
fn decide(table: &Table, request: &Request<'_>) -> (Outcome, String) {
    let mut scratch = table.create_scratch();
    let decision = table.decide_with(&mut scratch, request, Draws::fixed(0));
    let name = decision.backend().map(|backend| backend.name.to_string());
    (decision.outcome(), name.unwrap_or_default())
}

fn backend(table: &Table, method: &[u8], target: &[u8]) -> String {
    let request = Request::new(method, target).with_authority(b"shop.example");
    decide(table, &request).1
}

fn shop(rules: impl IntoIterator<Item = Rule>) -> Routes {
    let route = Route::host("shop.example");
    Routes::new().route(rules.into_iter().fold(route, Route::rule))
}

#[test]
fn the_most_specific_rule_wins_in_any_order() {
    let rules = [
        any().to("rest"),
        segments("/cart").to("cart"),
        segments("/cart").header("x-env", "canary").to("canary"),
    ];
    for rotation in 0..rules.len() {
        let mut rules = rules.to_vec();
        rules.rotate_left(rotation);
        let table = shop(rules).build().unwrap();
        assert_eq!(backend(&table, b"GET", b"/cart/1"), "cart");
        assert_eq!(backend(&table, b"GET", b"/cartoon"), "rest");
        let headers: &[(&[u8], &[u8])] = &[(b"X-Env", b"canary")];
        let request = Request::new(b"GET", b"/cart")
            .with_authority(b"shop.example")
            .with_headers(headers);
        assert_eq!(decide(&table, &request).1, "canary");
    }
}

#[test]
fn predicates_count_for_every_match_before_them() {
    let both = path("/a").or(path("/b")).method("GET");
    let last = path("/c").or(path("/d").method("GET"));
    let table = shop([both.to("both"), last.to("last")]).build().unwrap();
    assert_eq!(backend(&table, b"GET", b"/a"), "both");
    assert_eq!(backend(&table, b"POST", b"/a"), "");
    assert_eq!(backend(&table, b"POST", b"/c"), "last");
    assert_eq!(backend(&table, b"POST", b"/d"), "");
}

#[test]
fn two_spellings_of_a_path_are_one() {
    let table = shop([segments("/admin").respond(403), any().to("rest")])
        .build()
        .unwrap();
    for target in [&b"/admin"[..], b"//admin", b"/x/..//admin", b"/%61dmin"] {
        assert_eq!(backend(&table, b"GET", target), "");
    }
    let set = Routes::new().into_route_set().unwrap();
    assert_eq!(set.gateways[0].normalization, Normalization::MERGE_SLASHES);
    assert_eq!(set.stages[0].precedence, Precedence::Specific);
}

#[test]
fn a_stage_takes_what_is_handed_to_it_and_nothing_else() {
    let table = shop([segments("/api").to_stage("api")])
        .stage("other", [Route::any_host().rule(any().to("other"))])
        .stage(
            "api",
            [Route::any_host().rule(path("/api/users").to("users"))],
        )
        .build()
        .unwrap();
    assert_eq!(backend(&table, b"GET", b"/api/users"), "users");
    assert_eq!(backend(&table, b"GET", b"/api/carts"), "");
    assert_eq!(backend(&table, b"GET", b"/users"), "");
}

#[test]
fn a_share_of_zero_is_never_chosen() {
    let table = shop([any().split([("never", 0), ("always", 1)])])
        .build()
        .unwrap();
    assert_eq!(backend(&table, b"GET", b"/"), "always");
}

#[test]
fn every_fault_is_told_with_its_place() {
    let error = Routes::new()
        .route(
            Route::host("shop.example")
                .rule(any().to("cart").set_header("x-id", "{id"))
                .rule(any().source("10.0.0.0/33").to("cart:99999")),
        )
        .route(Route::any_host().rule(any().to_stage("nowhere")))
        .route(
            Route::any_host()
                .named("old")
                .rule(any().redirect(301, "ftp://a")),
        )
        .build()
        .unwrap_err();
    let found: Vec<_> = error
        .faults()
        .iter()
        .map(|fault| fault.place().to_string())
        .collect();
    let places = [
        "route shop.example, rule 0",
        "route shop.example, rule 1",
        "route shop.example, rule 1",
        "route *, rule 0",
        "route old, rule 0",
    ];
    assert_eq!(found, places);
    let kinds: Vec<_> = error.faults().iter().map(|fault| fault.kind()).collect();
    assert!(matches!(
        kinds[0],
        BuildFaultKind::Format {
            error: InvalidFormat::Unbalanced(0),
            ..
        }
    ));
    assert!(matches!(kinds[1], BuildFaultKind::Cidr { .. }));
    assert!(matches!(kinds[2], BuildFaultKind::Backend { .. }));
    assert_eq!(kinds[3], &BuildFaultKind::UnknownStage("nowhere".into()));
    assert!(matches!(kinds[4], BuildFaultKind::Location { .. }));
    assert_eq!(error.to_string().lines().count(), 5);
    assert!(error.diagnostics().is_empty());
}

#[test]
fn what_the_compiler_refuses_is_an_error() {
    let bad = fingerpost::builder::matching(PathMatch::Regex("(".into()));
    let error = shop([bad.to("a")]).build().unwrap_err();
    assert!(error.faults().is_empty());
    assert!(!error.diagnostics().is_empty());
    assert!(error.to_string().starts_with("error[FP"), "{error}");
}

#[test]
fn what_is_hardly_meant_is_refused_with_what_the_compiler_refuses() {
    let error = Routes::new()
        .route(
            Route::hosts(["http://Shop.example/", "shop.example:80", "a b"])
                .named("shop")
                .rule(path("users").to("a"))
                .rule(any().respond(999))
                .rule(any().respond(101))
                .rule(any().split([("a", 0), ("b", 0)]))
                .rule(path("/u/{id").to("a:99999"))
                .rule(fingerpost::builder::matching(PathMatch::Regex("(".into())).to("a")),
        )
        .build()
        .unwrap_err();
    let told: Vec<_> = error.faults().iter().map(|f| f.place()).collect();
    let rule = |at: usize| format!("route shop, rule {at}");
    let rules: Vec<_> = (0..5).map(rule).collect();
    assert_eq!(told[..3], ["route shop"; 3]);
    assert_eq!(told[3..], rules);
    let kinds: Vec<_> = error.faults().iter().map(|fault| fault.kind()).collect();
    assert!(matches!(kinds[0], BuildFaultKind::Host { .. }));
    assert_eq!(kinds[3], &BuildFaultKind::Path("users".into()));
    assert_eq!(kinds[4], &BuildFaultKind::Status(999));
    assert_eq!(kinds[6], &BuildFaultKind::NoWeight);
    let text = error.to_string();
    assert_eq!(text.matches("error[FP").count(), 2, "{text}");
}

#[test]
fn a_host_may_have_a_port_where_the_authority_is_compared() {
    let routes = || Routes::new().route(Route::host("shop.example:8443").rule(any().to("a")));
    assert!(routes().build().is_err());
    let table = routes()
        .host_form(fingerpost::HostForm::Authority)
        .build()
        .unwrap();
    let request = Request::new(b"GET", b"/").with_authority(b"shop.example:8443");
    assert_eq!(decide(&table, &request).1, "a");
}

#[test]
fn any_value_of_the_model_can_be_put_in() {
    let mut rule = model::Rule::new(Action::Forward(vec![]));
    rule.name = Some("by hand".into());
    let mut route = model::Route::new(ObjectRef::new("Route", "shop", "hand"), vec![rule]);
    route.created = Some(7);
    let set = Routes::new()
        .route(Route::from(route).rule(any().to("after")))
        .into_route_set()
        .unwrap();
    let route = &set.routes[0];
    assert_eq!(route.created, Some(7));
    assert_eq!(route.rules[0].name.as_deref(), Some("by hand"));
    assert_eq!(route.rules.len(), 2);

    let one = RouteMatch {
        path: PathMatch::Exact("/a".into()),
        headers: vec![HeaderMatch::new("x", "1".into())],
        ..RouteMatch::default()
    };
    let rule = Match::from(one).header("Y", "2").to("a").sticky(Fact::Host);
    let set = shop([rule]).into_route_set().unwrap();
    let rule = &set.routes[0].rules[0];
    let names: Vec<_> = rule.matches[0].headers.iter().map(|h| &*h.name).collect();
    assert_eq!(names, ["x", "y"]);
    assert_eq!(rule.sticky[0].fact, Fact::Host);
}
