//! Predicates that hold for every request, or for none.
//!
//! Each kind of predicate is asked with a request that meets it and one that does
//! not, and so is its negation: a predicate that is replaced by `true` or `false`, or
//! a negation that is lost, fails here.

use std::collections::BTreeSet;

use fingerpost::model::{
    Fact, FactMatch, HeaderMatch, PathMatch, Predicate, QueryMatch, RouteMatch, ValueMatch,
};
use fingerpost::{RequestProtocol, Scheme};
use fingerpost_tests::build::{With, path};

use crate::asked::{Asked, get};
use crate::table::{guarded, is, table};

/// A predicate, a request that meets it, and one that does not.
type Pair = (RouteMatch, Asked, Asked);

/// The name of an enum's variant.
fn variant(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    text.chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect()
}

fn holds(name: &str, (item, met, unmet): &Pair) {
    let table = table(&guarded(item.clone()));
    assert_eq!(met.answer(&table), "deny", "{name}: {item:?}: {met:?}");
    assert_eq!(unmet.answer(&table), "open", "{name}: {item:?}: {unmet:?}");
}

fn values() -> Vec<(ValueMatch, &'static str, &'static str)> {
    vec![
        (is("abc"), "abc", "abcd"),
        (ValueMatch::Prefix("ab".into()), "abc", "cab"),
        (ValueMatch::Suffix("bc".into()), "abc", "abcd"),
        (ValueMatch::Contains("b".into()), "abc", "ac"),
        (ValueMatch::In(vec!["x".into(), "y".into()]), "y", "xy"),
        (ValueMatch::Glob("a*c".into()), "abc", "abcd"),
        (ValueMatch::Regex("a.c".into()), "abc", "abcd"),
        (ValueMatch::RegexStart("b".into()), "bc", "abc"),
        (ValueMatch::RegexSearch("b".into()), "abc", "ac"),
        (
            ValueMatch::Cidr(vec!["10.0.0.0/8".parse().unwrap()]),
            "10.1.2.3",
            "11.1.2.3",
        ),
        (ValueMatch::Range { start: 2, end: 5 }, "4", "5"),
    ]
}

fn paths() -> Vec<(PathMatch, &'static str, &'static str)> {
    let text = String::from;
    vec![
        (PathMatch::Exact(text("/a")), "/a", "/a/"),
        (PathMatch::Prefix(text("/a")), "/ab", "/ba"),
        (PathMatch::Segments(text("/a")), "/a/b", "/ab"),
        (PathMatch::Suffix(text("/a")), "/b/a", "/a/b"),
        (PathMatch::Contains(text("b/c")), "/ab/cd", "/abcd"),
        (PathMatch::Glob(text("/a/*/c")), "/a/b/c", "/a/b/b/c"),
        (PathMatch::Template(text("/a/{id}")), "/a/1", "/a/1/2"),
        (PathMatch::Regex(text("/a.")), "/ab", "/abc"),
        (PathMatch::RegexStart(text("/a.")), "/abc", "/b/abc"),
        (PathMatch::RegexSearch(text("b.")), "/abc", "/ab"),
        (
            PathMatch::Grpc {
                service: Some(is("s")),
                method: Some(is("m")),
            },
            "/s/m",
            "/s/n",
        ),
    ]
}

fn facts() -> Vec<(Fact, &'static str, Asked, Asked)> {
    let plain = || get("/");
    let grpc = |target| get(target).protocol(RequestProtocol::Grpc);
    vec![
        (Fact::Path, "/a", get("/x/../a"), get("/a/")),
        (Fact::RawPath, "/%61", get("/%61?q"), get("/a")),
        (Fact::Method, "PUT", plain().method("PUT"), plain()),
        (Fact::Scheme, "https", plain().https(), plain()),
        (Fact::Host, "a.b", plain().host("A.b:1"), plain()),
        (
            Fact::Authority,
            "A.b:1",
            plain().host("A.b:1"),
            plain().host("a.b:1"),
        ),
        (Fact::AuthorityPort, "81", plain().host("h:81"), plain()),
        (Fact::Port, "8080", plain().port(8080), plain()),
        (
            Fact::Version,
            "2",
            plain().protocol(RequestProtocol::Http2),
            plain(),
        ),
        (Fact::RawQuery, "a=%31", get("/?a=%31"), get("/?a=1")),
        (
            Fact::Header("x".into()),
            "1",
            plain().header("X", "1"),
            plain(),
        ),
        (
            Fact::Query("é".into()),
            "1",
            get("/?%C3%A9=%31"),
            get("/?e=1"),
        ),
        (
            Fact::RawQueryParameter("a".into()),
            "%31",
            get("/?a=%31"),
            get("/?a=1"),
        ),
        (
            Fact::Cookie("c".into()),
            "1",
            plain().header("cookie", "b=2; c=1"),
            plain().header("cookie", "C=1; b=c=1"),
        ),
        (
            Fact::Attribute("jwt.sub".into()),
            "u",
            plain().attribute("jwt.sub", "u"),
            plain().attribute("jwt.iss", "u"),
        ),
        (
            Fact::SourceIp,
            "10.0.0.7",
            plain().source("10.0.0.7"),
            plain(),
        ),
        (
            Fact::DestinationIp,
            "10.0.0.8",
            plain().destination("10.0.0.8"),
            plain(),
        ),
        (Fact::Sni, "a.b", plain().sni("A.b"), plain()),
        (Fact::ClientNamespace, "n", plain().client("n"), plain()),
        (Fact::GrpcService, "s", grpc("/s/m"), grpc("/t/m")),
        (Fact::GrpcMethod, "m", grpc("/s/m"), grpc("/s/n")),
        (Fact::Grpc, "grpc", grpc("/s/m"), get("/s/m")),
    ]
}

#[test]
fn adv_pr_004_every_path_predicate_can_fail_and_hold() {
    let mut kinds = BTreeSet::new();
    for (wanted, met, unmet) in paths() {
        let name = variant(&wanted);
        holds(&name, &(path(wanted), get(met), get(unmet)));
        assert!(kinds.insert(name));
    }
    // All but `Any`, which holds for every path.
    assert_eq!(kinds.len(), 11);

    let ignoring = RouteMatch {
        path_ignore_case: true,
        ..path(PathMatch::Exact("/a".into()))
    };
    holds("ignore case", &(ignoring, get("/A"), get("/B")));
    let minding = path(PathMatch::Exact("/a".into()));
    holds("mind case", &(minding, get("/a"), get("/A")));
    let raw = RouteMatch {
        path_raw: true,
        ..path(PathMatch::Exact("/x/../a".into()))
    };
    holds("raw", &(raw, get("/x/../a"), get("/a")));
}

#[test]
fn adv_pr_004_every_predicate_on_a_value_can_fail_and_hold() {
    let mut kinds = BTreeSet::new();
    for (value, met, unmet) in values() {
        let name = variant(&value);
        let by_header = |value: &str| get("/").header("x", value);
        let by_query = |value: &str| get(format!("/?x={value}"));
        let header = |invert| RouteMatch {
            headers: vec![HeaderMatch {
                invert,
                ..HeaderMatch::new("x", value.clone())
            }],
            ..RouteMatch::default()
        };
        let query = |invert| RouteMatch {
            query: vec![QueryMatch {
                invert,
                ..QueryMatch::new("x", value.clone())
            }],
            ..RouteMatch::default()
        };
        holds(&name, &(header(false), by_header(met), by_header(unmet)));
        holds(&name, &(header(false), by_header(met), get("/")));
        holds(&name, &(header(true), by_header(unmet), by_header(met)));
        holds(&name, &(query(false), by_query(met), by_query(unmet)));
        holds(&name, &(query(false), by_query(met), get("/")));
        holds(&name, &(query(true), by_query(unmet), by_query(met)));
        assert!(kinds.insert(name));
    }
    // All but `Present`, which follows.
    assert_eq!(kinds.len(), 11);

    let present = |invert| RouteMatch {
        headers: vec![HeaderMatch {
            invert,
            missing_matches: invert,
            ..HeaderMatch::new("x", ValueMatch::Present)
        }],
        ..RouteMatch::default()
    };
    let (there, missing) = (get("/").header("x", ""), get("/"));
    holds("present", &(present(false), there.clone(), missing.clone()));
    holds("absent", &(present(true), missing, there));

    let cased = |ignore_case| RouteMatch {
        headers: vec![HeaderMatch {
            ignore_case,
            ..HeaderMatch::new("x", is("abc"))
        }],
        ..RouteMatch::default()
    };
    let asked = |value: &str| get("/").header("x", value);
    holds("ignore case", &(cased(true), asked("ABC"), asked("abd")));
    holds("mind case", &(cased(false), asked("abc"), asked("ABC")));
}

#[test]
fn adv_pr_004_every_predicate_on_a_fact_can_fail_and_hold() {
    let mut kinds = BTreeSet::new();
    for (fact, value, met, unmet) in facts() {
        let name = variant(&fact);
        let test = FactMatch::new(fact, is(value));
        let of = |predicate: Predicate| RouteMatch {
            predicates: vec![predicate],
            ..RouteMatch::default()
        };
        let plain = Predicate::fact(test.clone());
        let negated = Predicate::negated(plain.clone());
        let inverted = Predicate::fact(test.inverted());
        holds(&name, &(of(plain), met.clone(), unmet.clone()));
        holds(&name, &(of(negated), unmet.clone(), met.clone()));
        holds(&name, &(of(inverted), unmet, met));
        assert!(kinds.insert(name));
    }
    assert_eq!(kinds.len(), 22);
}

#[test]
fn adv_pr_004_every_other_predicate_can_fail_and_hold() {
    let any = RouteMatch::default;
    let method = any().method("PUT");
    holds("method", &(method, get("/").method("PUT"), get("/")));
    let scheme = RouteMatch {
        scheme: Some(Scheme::Https),
        ..any()
    };
    holds("scheme", &(scheme, get("/").https(), get("/")));
    let grpc = RouteMatch {
        grpc_only: true,
        ..any()
    };
    holds(
        "grpc",
        &(grpc, get("/").protocol(RequestProtocol::Grpc), get("/")),
    );

    let of = |predicate| RouteMatch {
        predicates: vec![predicate],
        ..any()
    };
    let (low, high) = (get("/").random(0), get("/").random(u64::MAX));
    let half = Predicate::fraction(1, 2);
    holds("fraction", &(of(half.clone()), low.clone(), high.clone()));
    holds("no fraction", &(of(Predicate::negated(half)), high, low));

    let header = |name: &str| {
        let fact = Fact::Header(name.into());
        Predicate::fact(FactMatch::new(fact, ValueMatch::Present))
    };
    let (a, b) = (get("/").header("a", ""), get("/").header("b", ""));
    let both = get("/").header("a", "").header("b", "");
    let parts = || [header("a"), header("b")];
    holds(
        "all",
        &(of(Predicate::all(parts())), both.clone(), a.clone()),
    );
    holds("any", &(of(Predicate::any(parts())), b.clone(), get("/")));
    let not_all = Predicate::negated(Predicate::all(parts()));
    holds("not all", &(of(not_all), a, both));
    let neither = Predicate::negated(Predicate::any(parts()));
    holds("neither", &(of(neither), get("/"), b));
}
