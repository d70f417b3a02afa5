//! Nested predicates, shares of requests, and their limits.

use fingerpost::Request;
use fingerpost::compile::Compiler;
use fingerpost::compile::limits::Limits;
use fingerpost::model::{Fact, FactMatch, Predicate, RouteMatch, Scheme};

use crate::facts::full;
use crate::support::{answer, exact, forward, holds, matching, rule, set};

#[test]
fn scheme_and_grpc_are_asked_besides() {
    let https = Request::new(b"GET", b"/").with_scheme(Scheme::Https);
    let grpc =
        Request::new(b"POST", b"/s/m").with_headers(&[(b"content-type", b"application/grpc")]);
    let one = RouteMatch {
        scheme: Some(Scheme::Https),
        ..RouteMatch::default()
    };
    assert!(holds(one.clone(), &https) && !holds(one, &grpc));
    let one = RouteMatch {
        grpc_only: true,
        ..RouteMatch::default()
    };
    assert!(holds(one.clone(), &grpc) && !holds(one, &https));
}

#[test]
fn all_any_and_not_nest() {
    let request = full();
    let yes = || Predicate::fact(FactMatch::new(Fact::Method, exact("POST")));
    let no = || Predicate::fact(FactMatch::new(Fact::Method, exact("GET")));
    let absent = || Predicate::fact(FactMatch::new(Fact::Cookie("no".into()), exact("x")));
    let all = |parts: Vec<Predicate>| Predicate::all(parts);
    let any = |parts: Vec<Predicate>| Predicate::any(parts);
    let not = Predicate::negated;
    for (predicate, want) in [
        (all(vec![]), true),
        (any(vec![]), false),
        (not(any(vec![])), true),
        (all(vec![yes(), yes()]), true),
        (all(vec![yes(), no()]), false),
        (any(vec![no(), yes()]), true),
        (any(vec![no(), absent()]), false),
        (not(absent()), true),
        (not(all(vec![yes(), not(yes())])), true),
        (
            all(vec![any(vec![no(), yes()]), not(any(vec![no(), absent()]))]),
            true,
        ),
        (any(vec![all(vec![yes(), any(vec![])]), no()]), false),
        (any(vec![all(vec![yes(), any(vec![])]), yes()]), true),
    ] {
        assert_eq!(
            holds(matching(predicate.clone()), &request),
            want,
            "{predicate:?}"
        );
    }
}

#[test]
fn a_predicate_as_deep_as_it_may_be_is_asked() {
    let mut deep = Predicate::fact(FactMatch::new(Fact::Method, exact("POST")));
    for nth in 1..Predicate::MAX_DEPTH {
        deep = match nth % 3 {
            0 => Predicate::negated(deep),
            1 => Predicate::all([deep]),
            _ => Predicate::any([deep]),
        };
    }
    let negations = (1..Predicate::MAX_DEPTH).filter(|nth| nth % 3 == 0).count();
    assert_eq!(holds(matching(deep.clone()), &full()), negations % 2 == 0);

    let too_deep = Predicate::negated(deep);
    let mut rules = vec![rule("some", matching(too_deep)), forward("next")];
    rules[0].name = Some("deny-admin".into());
    rules[0].matches[0].methods.push("GET".into());
    rules[0]
        .matches
        .push(matching(FactMatch::new(Fact::Method, exact("PUT"))));
    let mut dropping = set(rules.clone());
    dropping.routes[0].drops_faulty_matches = true;
    let dropped = Compiler::new().compile(&dropping).table;
    assert_eq!(answer(&dropped, &Request::new(b"GET", b"/")), "next");
    assert_eq!(answer(&dropped, &Request::new(b"PUT", b"/")), "some");

    let compiled = Compiler::new().compile(&set(rules));
    assert_eq!(compiled.diagnostics.len(), 1);
    let message = &compiled.diagnostics[0].message;
    assert!(
        message.starts_with("Route r: rule 0 \"deny-admin\": ") && message.contains("MAX_DEPTH"),
        "{message}"
    );
    // What it was to take does not fall to the next rule.
    let of_method = |method| answer(&compiled.table, &Request::new(method, b"/"));
    assert_eq!(of_method(b"GET"), "respond");
    assert_eq!(of_method(b"PUT"), "some");
    assert_eq!(of_method(b"POST"), "next");
    assert_eq!(compiled.table.stats().rules, 2);
}

#[test]
fn a_match_over_the_limit_of_steps_answers_500_under_those_that_fit() {
    let test = |nth: usize| FactMatch::new(Fact::Method, exact(&format!("M{nth}")));
    let any = Predicate::any((0..5).map(|nth| Predicate::fact(test(nth))));
    let mut many = matching(any);
    let last = FactMatch::new(Fact::Header("x".into()), exact("1"));
    many.predicates.push(last.into());
    let rules = vec![rule("many", many), forward("next")];
    let mut limits = Limits::default();
    limits.predicate_steps = 4;
    let compiled = Compiler::new()
        .with_limits(limits.clone())
        .compile(&set(rules.clone()));
    assert_eq!(compiled.diagnostics.len(), 1);
    let message = &compiled.diagnostics[0].message;
    assert!(
        message.starts_with("Route r: rule 0: ") && message.contains("predicate_steps"),
        "{message}"
    );
    let header: &[(&[u8], &[u8])] = &[(b"x", b"1")];
    let request = Request::new(b"M1", b"/").with_headers(header);
    for method in [&b"M1"[..], b"GET"] {
        let request = Request::new(method, b"/");
        assert_eq!(answer(&compiled.table, &request), "next");
        let request = request.with_headers(header);
        assert_eq!(answer(&compiled.table, &request), "respond");
    }
    limits.predicate_steps = 6;
    let compiled = Compiler::new().with_limits(limits).compile(&set(rules));
    assert!(compiled.diagnostics.is_empty());
    assert_eq!(answer(&compiled.table, &request), "many");
}

#[test]
fn a_method_over_the_limit_is_no_test_and_its_match_answers_500() {
    let of = |name: &str, methods: Vec<String>| {
        let one = RouteMatch {
            methods,
            ..RouteMatch::default()
        };
        rule(name, one)
    };
    let known = (0..63).map(|nth| format!("M{nth}")).collect();
    let mut deny = of("deny", vec!["M0".into(), "ZAP".into()]);
    deny.name = Some("deny-zap".into());
    let rules = vec![of("known", known), deny, forward("open")];
    let compiled = Compiler::new().compile(&set(rules));
    let [found] = &compiled.diagnostics[..] else {
        panic!("{:?}", compiled.diagnostics);
    };
    assert_eq!(found.code.to_string(), "FP1603");
    assert!(found.message.starts_with("Route r: rule 1 \"deny-zap\": "));
    assert!(found.help.as_deref().unwrap().contains("cannot be raised"));
    let of_method = |method| answer(&compiled.table, &Request::new(method, b"/"));
    assert_eq!(of_method(b"M62"), "known");
    assert_eq!(of_method(b"ZAP"), "respond");
    assert_eq!(of_method(b"GET"), "respond");
}

#[test]
fn a_fraction_takes_its_share() {
    let of = |numerator, denominator, random| {
        let one = matching(Predicate::fraction(numerator, denominator));
        holds(one, &Request::new(b"GET", b"/").with_random(random))
    };
    assert!(of(1, 100, 0) && !of(0, 100, 0));
    assert!(of(100, 100, u64::MAX) && !of(99, 100, u64::MAX));
    assert!(of(1, 2, u64::MAX / 2) && !of(1, 2, u64::MAX / 2 + 1));
    assert!(of(1, 0, 0), "a denominator is at least one");
}
