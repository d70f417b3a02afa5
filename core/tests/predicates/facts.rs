//! Every fact with every kind of test; facts that are missing, empty or repeated.

use fingerpost::model::{
    Fact, FactMatch, HeaderMatch, QueryMatch, RepeatedValues, RouteMatch, ValueMatch,
};
use fingerpost::{Request, RequestProtocol};

use crate::support::{asked, cidrs, each, exact, holds};

/// A request that has every fact, and the value of each.
const FULL: &[(Fact, &str)] = &[
    (Fact::Path, "/shop.Cart/Add"),
    (Fact::RawPath, "/./shop.Cart/Add"),
    (Fact::Method, "POST"),
    (Fact::Scheme, "http"),
    (Fact::Host, "shop.example"),
    (Fact::Authority, "Shop.Example:8080"),
    (Fact::AuthorityPort, "8080"),
    (Fact::Port, "9090"),
    (Fact::Version, "2"),
    (Fact::RawQuery, "q=a%20b&&n=7&%6e=800"),
    (Fact::SourceIp, "10.1.2.3"),
    (Fact::DestinationIp, "2001:db8::1"),
    (Fact::Sni, "sni.example"),
    (Fact::ClientNamespace, "team-a"),
    (Fact::GrpcService, "shop.Cart"),
    (Fact::GrpcMethod, "Add"),
    (Fact::Grpc, "grpc"),
];

fn named_facts() -> Vec<(Fact, &'static str)> {
    vec![
        (Fact::Header("X-Env".into()), "canary"),
        (Fact::Query("q".into()), "a b"),
        (Fact::RawQueryParameter("q".into()), "a%20b"),
        (Fact::Query("n".into()), "7"),
        (Fact::Cookie("sid".into()), "s1"),
        (Fact::Attribute("jwt.sub".into()), "u1"),
    ]
}

fn facts() -> Vec<(Fact, &'static str)> {
    FULL.iter().cloned().chain(named_facts()).collect()
}

const HEADERS: &[(&[u8], &[u8])] = &[
    (b"x-env", b"canary"),
    (b"cookie", b"other=1; sid=\"s1\"; broken"),
];
const ATTRIBUTES: &[(&str, &[u8])] = &[("jwt.sub", b"u1"), ("jwt.iss", b"me")];

pub(crate) fn full() -> Request<'static> {
    Request::new(b"POST", b"/./shop.Cart/Add?q=a%20b&&n=7&%6e=800")
        .with_authority(b"Shop.Example:8080")
        .with_port(9090)
        .with_protocol(RequestProtocol::Grpc)
        .with_headers(HEADERS)
        .with_source_ip("10.1.2.3".parse().unwrap())
        .with_destination_ip("2001:db8::1".parse().unwrap())
        .with_sni(b"SNI.Example")
        .with_client_namespace("team-a")
        .with_attributes(ATTRIBUTES)
}

/// Tests of every kind, each with whether a value passes it.
fn kinds_for(value: &str) -> Vec<(ValueMatch, bool)> {
    let (head, tail) = (&value[..1], &value[value.len() - 1..]);
    let escaped: String = value.chars().fold(String::new(), |mut text, letter| {
        if letter.is_ascii_punctuation() {
            text.push('\\');
        }
        text.push(letter);
        text
    });
    let number: Option<i64> = value.parse().ok();
    let is_address = value.parse::<std::net::IpAddr>().is_ok();
    let bound = number.unwrap_or(0);
    vec![
        (ValueMatch::Present, true),
        (exact(value), true),
        (exact(&format!("{value}x")), false),
        (exact(""), false),
        (ValueMatch::Prefix(head.into()), true),
        (ValueMatch::Prefix("~".into()), false),
        (ValueMatch::Prefix("".into()), true),
        (ValueMatch::Suffix(tail.into()), true),
        (ValueMatch::Suffix("~".into()), false),
        (ValueMatch::Suffix("".into()), true),
        (ValueMatch::Contains(value.into()), true),
        (ValueMatch::Contains("~".into()), false),
        (ValueMatch::Contains("".into()), true),
        (ValueMatch::In(vec!["~".into(), value.into()]), true),
        (ValueMatch::In(vec!["~".into(), head.repeat(99)]), false),
        (ValueMatch::In(vec![]), false),
        (ValueMatch::Glob(format!("{head}*")), true),
        (ValueMatch::Glob(format!("?{}", "?".repeat(98))), false),
        (ValueMatch::Regex(escaped.clone()), true),
        (ValueMatch::Regex(format!("{escaped}x")), false),
        (ValueMatch::RegexStart(escaped), true),
        (ValueMatch::RegexStart("~".into()), false),
        (ValueMatch::RegexSearch(format!("{tail}$")), tail != "$"),
        (ValueMatch::RegexSearch("~".into()), false),
        (cidrs(&["0.0.0.0/0", "::/0"]), is_address),
        (cidrs(&["192.0.2.0/24"]), false),
        (
            ValueMatch::Range {
                start: bound,
                end: bound + 1,
            },
            number.is_some(),
        ),
        (
            ValueMatch::Range {
                start: bound + 1,
                end: bound + 2,
            },
            false,
        ),
    ]
}

#[test]
fn every_fact_takes_every_kind_of_test() {
    for (fact, value) in facts() {
        let (mut tests, mut wanted) = (Vec::new(), Vec::new());
        for (test, want) in kinds_for(value) {
            let plain = FactMatch::new(fact.clone(), test);
            let inverted = FactMatch {
                invert: true,
                ..plain.clone()
            };
            tests.extend([plain, inverted]);
            wanted.extend([want, !want]);
        }
        for (at, got) in each(&tests, full()).into_iter().enumerate() {
            assert_eq!(got, wanted[at], "{fact:?} is {value}: {:?}", tests[at]);
        }
    }
}

#[test]
fn a_missing_fact_gives_what_the_test_says() {
    let bare = Request::new(b"GET", b"/");
    // What every HTTP request has.
    let there = [
        Fact::Path,
        Fact::RawPath,
        Fact::Method,
        Fact::Scheme,
        Fact::Port,
        Fact::Version,
    ];
    for (fact, _) in facts() {
        if there.contains(&fact) {
            continue;
        }
        let mut tests = Vec::new();
        for (test, _) in kinds_for("x") {
            for (invert, missing_matches) in
                [(false, false), (false, true), (true, false), (true, true)]
            {
                tests.push(FactMatch {
                    invert,
                    missing_matches,
                    ..FactMatch::new(fact.clone(), test.clone())
                });
            }
        }
        for (got, one) in each(&tests, bare).into_iter().zip(&tests) {
            assert_eq!(got, one.missing_matches, "{one:?}");
        }
    }
}

#[test]
fn an_empty_value_is_there() {
    let request = Request::new(b"GET", b"/?empty=&bare&=noname")
        .with_headers(&[(b"x-empty", b""), (b"cookie", b"c=;d=\"\"")])
        .with_attributes(&[("a", b"")]);
    for fact in [
        Fact::Header("x-empty".into()),
        Fact::Query("empty".into()),
        Fact::Query("bare".into()),
        Fact::RawQueryParameter("bare".into()),
        Fact::Cookie("c".into()),
        Fact::Cookie("d".into()),
        Fact::Attribute("a".into()),
    ] {
        for (test, want) in [
            (ValueMatch::Present, true),
            (exact(""), true),
            (ValueMatch::In(vec!["".into()]), true),
            (ValueMatch::Prefix("".into()), true),
            (ValueMatch::Contains("a".into()), false),
            (ValueMatch::Glob("*".into()), true),
            (ValueMatch::Glob("?".into()), false),
            (ValueMatch::Regex("".into()), true),
            (ValueMatch::Range { start: 0, end: 9 }, false),
            (cidrs(&["0.0.0.0/0"]), false),
        ] {
            let one = FactMatch::new(fact.clone(), test);
            assert_eq!(asked(one.clone(), &request), want, "{one:?}");
        }
    }
}

#[test]
fn what_is_no_cookie_is_not_there() {
    let request = Request::new(b"GET", b"/").with_headers(&[
        (b"Cookie", b"bare; Sid=1;  spaced = v ; q=\"; =noname"),
        (b"cookie", b"sid=2; sid=3"),
    ]);
    let cookie = |name: &str, value: &str| {
        asked(
            FactMatch::new(Fact::Cookie(name.into()), exact(value)),
            &request,
        )
    };
    assert!(!cookie("bare", ""));
    assert!(cookie("Sid", "1") && !cookie("sid", "1"));
    assert!(cookie("sid", "2") && cookie("sid", "3"));
    assert!(cookie("spaced", "v"));
    assert!(cookie("q", "\""));
}

#[test]
fn several_values_count_as_the_test_says() {
    let request = Request::new(b"GET", b"/?k=%61&o=1&k=b&%6b=b")
        .with_headers(&[
            (b"K", b"a"),
            (b"x", b"1"),
            (b"k", b"b"),
            (b"k", b"b"),
            (b"cookie", b"k=a; o=1; k=b"),
            (b"cookie", b"k=b"),
        ])
        .with_attributes(&[("k", b"a"), ("o", b"1"), ("k", b"b"), ("k", b"b")]);
    use RepeatedValues::{All, Any, First, Joined};
    for fact in [
        Fact::Header("k".into()),
        Fact::Query("k".into()),
        Fact::Cookie("k".into()),
        Fact::Attribute("k".into()),
    ] {
        for (repeated, test, want) in [
            (Joined, exact("a,b,b"), true),
            (Joined, exact("a"), false),
            (Joined, ValueMatch::Prefix("a,".into()), true),
            (Joined, ValueMatch::Glob("a?b*".into()), true),
            (First, exact("a"), true),
            (First, exact("b"), false),
            (First, ValueMatch::Contains(",".into()), false),
            (Any, exact("b"), true),
            (Any, exact("a"), true),
            (Any, exact("a,b,b"), false),
            (Any, ValueMatch::Regex("[c-z]".into()), false),
            (All, exact("b"), false),
            (All, ValueMatch::Regex("[ab]".into()), true),
            (All, ValueMatch::In(vec!["b".into(), "a".into()]), true),
            (All, ValueMatch::Prefix("b".into()), false),
            (All, ValueMatch::Present, true),
        ] {
            for invert in [false, true] {
                let one = FactMatch {
                    repeated,
                    invert,
                    ..FactMatch::new(fact.clone(), test.clone())
                };
                assert_eq!(asked(one.clone(), &request), want != invert, "{one:?}");
            }
        }
    }
    let raw = |repeated, value| FactMatch {
        repeated,
        ..FactMatch::new(Fact::RawQueryParameter("k".into()), exact(value))
    };
    assert!(asked(raw(Joined, "%61,b"), &request));
    assert!(!asked(raw(Any, "a"), &request));
}

#[test]
fn headers_and_query_say_the_same_as_their_facts() {
    let request = full();
    let header = |value: ValueMatch, change: fn(&mut HeaderMatch)| {
        let mut header = HeaderMatch::new("x-env", value);
        change(&mut header);
        let one = RouteMatch {
            headers: vec![header],
            ..RouteMatch::default()
        };
        holds(one, &request)
    };
    assert!(header(exact("canary"), |_| {}));
    assert!(!header(exact("CANARY"), |_| {}));
    assert!(header(exact("CANARY"), |header| header.ignore_case = true));
    assert!(!header(exact("canary"), |header| header.invert = true));
    assert!(header(exact("x"), |header| header.invert = true));
    assert!(!header(exact("canary"), |header| header.name = "no".into()));
    assert!(header(exact("x"), |header| {
        header.name = "no".into();
        header.missing_matches = true;
    }));
    let query = |name: &str, value: ValueMatch, change: fn(&mut QueryMatch)| {
        let mut query = QueryMatch::new(name, value);
        change(&mut query);
        let one = RouteMatch {
            query: vec![query],
            ..RouteMatch::default()
        };
        holds(one, &request)
    };
    assert!(query("q", exact("a b"), |_| {}));
    assert!(!query("q", exact("a%20b"), |_| {}));
    assert!(query("q", exact("a%20b"), |query| query.raw = true));
    assert!(!query("q", exact("a b"), |query| query.invert = true));
    assert!(query("q", exact("A B"), |query| query.ignore_case = true));
    assert!(!query("N", exact("7"), |_| {}), "names have a case");
    assert!(query("n", exact("800"), |query| {
        query.repeated = RepeatedValues::Any;
    }));
    assert!(query("n", exact("7,800"), |query| {
        query.repeated = RepeatedValues::Joined;
    }));
    assert!(query("no", exact("x"), |query| query.missing_matches = true));
}
