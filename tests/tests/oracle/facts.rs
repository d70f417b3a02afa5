//! Facts, and predicates that are trees of tests.

use fingerpost::model::{
    Fact, FactMatch, Precedence, Predicate, QueryMatch, RepeatedValues, RouteMatch, RouteSet,
    Scheme, ValueMatch,
};
use fingerpost::oracle::{Protocol, Request};

use crate::{get, goes, rules, with};

fn holding(predicates: Vec<Predicate>) -> RouteSet {
    let item = RouteMatch {
        predicates,
        ..RouteMatch::default()
    };
    rules(Precedence::FirstMatch, vec![item])
}

fn has(request: &Request, fact: Fact, value: &str) -> bool {
    let test = FactMatch::new(fact, ValueMatch::Exact(value.into()));
    goes(&holding(vec![test.into()]), request) == "a"
}

fn is_missing(request: &Request, fact: Fact) -> bool {
    let mut test = FactMatch::new(fact, ValueMatch::Present);
    test.invert = true;
    test.missing_matches = true;
    goes(&holding(vec![test.into()]), request) == "a"
}

#[test]
fn facts_are_the_requests() {
    let request = Request {
        scheme: Some(Scheme::Https),
        sni: Some(b"A.Test".to_vec()),
        source_ip: "10.0.0.1".parse().ok(),
        client_namespace: Some("team".into()),
        attributes: vec![("jwt.sub".into(), b"u1".to_vec())],
        protocol: Protocol::Http3,
        ..Request::new("PUT", Some("A.test:8443"), "/x/../s.T/%47et?a=%31&b&a=2#f")
    };
    let request = with(
        request,
        &[("Cookie", "sid=\"x\"; k = v"), ("cookie", "sid=y")],
    );
    for (fact, value) in [
        (Fact::Path, "/s.T/Get"),
        (Fact::RawPath, "/x/../s.T/%47et"),
        (Fact::Method, "PUT"),
        (Fact::Scheme, "https"),
        (Fact::Host, "a.test"),
        (Fact::Authority, "A.test:8443"),
        (Fact::AuthorityPort, "8443"),
        (Fact::Port, "443"),
        (Fact::Version, "3"),
        (Fact::RawQuery, "a=%31&b&a=2"),
        (Fact::Query("a".into()), "1"),
        (Fact::Query("a".into()), "2"),
        (Fact::Query("b".into()), ""),
        (Fact::RawQueryParameter("a".into()), "%31"),
        (Fact::Cookie("sid".into()), "x"),
        (Fact::Cookie("sid".into()), "y"),
        (Fact::Cookie("k".into()), "v"),
        (Fact::Attribute("jwt.sub".into()), "u1"),
        (Fact::SourceIp, "10.0.0.1"),
        (Fact::Sni, "a.test"),
        (Fact::ClientNamespace, "team"),
        (Fact::GrpcService, "s.T"),
        (Fact::GrpcMethod, "Get"),
    ] {
        assert!(has(&request, fact.clone(), value), "{fact} {value}");
    }
    for fact in [
        Fact::DestinationIp,
        Fact::Grpc,
        Fact::Cookie("Sid".into()),
        Fact::Header("x".into()),
    ] {
        assert!(is_missing(&request, fact.clone()), "{fact}");
    }
    assert!(is_missing(&get("h", "/a"), Fact::GrpcService));
    assert!(is_missing(&get("h", "/a"), Fact::RawQuery));
}

#[test]
fn several_values_count_as_asked() {
    let twice = with(get("h", "/"), &[("x", "a"), ("X", "b")]);
    let of = |value: &str, repeated, invert| {
        let mut test = FactMatch::new(Fact::Header("x".into()), ValueMatch::Exact(value.into()));
        test.repeated = repeated;
        test.invert = invert;
        goes(&holding(vec![test.into()]), &twice) == "a"
    };
    assert!(of("a,b", RepeatedValues::Joined, false));
    assert!(of("b", RepeatedValues::Any, false) && !of("c", RepeatedValues::Any, false));
    assert!(!of("b", RepeatedValues::All, false));
    assert!(of("a", RepeatedValues::First, false) && !of("b", RepeatedValues::First, false));
    // The whole test is negated, not that of each value.
    assert!(!of("b", RepeatedValues::Any, true) && of("b", RepeatedValues::All, true));
}

#[test]
fn trees_of_no_parts_are_what_logic_says() {
    let holds = |predicate| goes(&holding(vec![predicate]), &get("h", "/")) == "a";
    assert!(holds(Predicate::all([])));
    assert!(!holds(Predicate::any([])));
    assert!(holds(Predicate::negated(Predicate::any([Predicate::any(
        []
    )]))));
}

#[test]
fn shares_are_by_the_requests_number() {
    let holds = |random, numerator, denominator| {
        let request = Request {
            random,
            ..get("h", "/")
        };
        let share = Predicate::fraction(numerator, denominator);
        goes(&holding(vec![share]), &request) == "a"
    };
    assert!(holds(0, 1, 4) && !holds(1 << 62, 1, 4) && holds((1 << 62) - 1, 1, 4));
    assert!(!holds(0, 0, 4) && holds(u64::MAX, 4, 4));
}

#[test]
fn addresses_are_compared_by_range() {
    let test = |range: &str, address: &str| {
        let request = Request {
            source_ip: address.parse().ok(),
            ..get("h", "/")
        };
        let value = ValueMatch::Cidr(vec![range.parse().unwrap()]);
        goes(
            &holding(vec![FactMatch::new(Fact::SourceIp, value).into()]),
            &request,
        ) == "a"
    };
    assert!(test("10.0.0.0/8", "10.1.2.3") && !test("10.0.0.0/8", "11.0.0.0"));
    assert!(test("10.0.0.0/8", "::ffff:10.1.2.3"));
    assert!(test("2001:db8::/32", "2001:db8::1") && !test("::1", "10.0.0.1"));
}

#[test]
fn query_is_read_decoded_or_as_it_came() {
    let mut item = QueryMatch::new("a b", ValueMatch::Exact("x+y".into()));
    let holds = |item: &QueryMatch, target: &str| {
        let item = RouteMatch {
            query: vec![item.clone()],
            ..RouteMatch::default()
        };
        let set = rules(Precedence::FirstMatch, vec![item]);
        goes(&set, &get("h", target)) == "a"
    };
    assert!(holds(&item, "/?a%20b=x%2By") && holds(&item, "/?a%20b=x+y"));
    item.raw = true;
    assert!(!holds(&item, "/?a%20b=x+y"));
    item.name = "a%20b".into();
    assert!(holds(&item, "/?a%20b=x+y") && !holds(&item, "/?a%20b=x%2By"));
    item.ignore_case = true;
    assert!(holds(&item, "/?a%20b=X+y"));
}
