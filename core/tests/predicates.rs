//! What predicates ask, through the public surface.
//!
//! Every question is put to three tables: one whose facts all have automata, one
//! without any, and one as it is by default. They must agree.
#![cfg(feature = "explain")]
#![cfg(feature = "compile")]

use fingerpost::compile::Compiler;
use fingerpost::compile::limits::Limits;
use fingerpost::explain::TrialVerdict;
use fingerpost::model::{
    Action, Backend, Cidr, Fact, FactMatch, Filter, Format, Gateway, HeaderMatch, HostMatch,
    HostRewrite, Listener, Normalization, ObjectRef, PathMatch, PathRewrite, Precedence, Predicate,
    Protocol, QueryMatch, RepeatedValues, Rewrite, Route, RouteMatch, RouteSet, Rule, Scheme,
    Stage, StageId, Target, ValueMatch, WeightedTarget,
};
use fingerpost::{Draws, Outcome, Reason, Request, RequestProtocol, Table};

const DIRECT: [u32; 3] = [0, u32::MAX, 8];

fn limits(direct: u32) -> Limits {
    let mut limits = Limits::default();
    limits.direct_tests = direct;
    // Enough for what is asked here, and built in no time.
    limits.automaton = 64 << 10;
    limits
}

fn forward(name: &str) -> Rule {
    let backend = Backend {
        kind: "Service".into(),
        name: name.into(),
        ..Backend::default()
    };
    Rule::new(Action::Forward(vec![WeightedTarget::new(
        Target::Backend(backend),
        1,
    )]))
}

fn to(stage: StageId) -> Target {
    Target::Stage {
        stage,
        metadata: Vec::new(),
    }
}

fn rule(name: &str, one: RouteMatch) -> Rule {
    let mut rule = forward(name);
    rule.matches.push(one);
    rule
}

/// A set with one gateway and one stage, which holds these rules.
fn set(rules: Vec<Rule>) -> RouteSet {
    let mut set = RouteSet::new();
    let stage = stage(&mut set, rules);
    gateway(&mut set, "public", stage);
    set
}

fn stage(set: &mut RouteSet, rules: Vec<Rule>) -> StageId {
    let route = set.add_route(Route::new(ObjectRef::new("Route", "", "r"), rules));
    let mut stage = Stage::new(ObjectRef::new("Stage", "", "s"), Precedence::FirstMatch);
    stage.attach(route, [HostMatch::Any]);
    set.add_stage(stage)
}

fn gateway(set: &mut RouteSet, name: &str, stage: StageId) {
    let mut gateway = Gateway::new(ObjectRef::new("Gateway", "", name));
    let listener = Listener::new("http", Protocol::AnyHttp, stage);
    gateway.listeners.push(listener);
    set.gateways.push(gateway);
}

fn tables(set: &RouteSet) -> Vec<Table> {
    let tables = DIRECT.iter().map(|&direct| {
        let compiled = Compiler::new().with_limits(limits(direct)).compile(set);
        assert!(
            compiled.diagnostics.is_empty(),
            "{:?}",
            compiled.diagnostics
        );
        compiled.table
    });
    tables.collect()
}

/// Where a request goes, or why it is refused.
fn answer(table: &Table, request: &Request<'_>) -> String {
    table.decide(request, |decision| match decision.outcome() {
        Outcome::Forward => decision.backend().unwrap().name.to_string(),
        Outcome::Reject => format!("reject: {}", decision.reason().as_str()),
        outcome => outcome.as_str().to_string(),
    })
}

fn same_answer(tables: &[Table], request: &Request<'_>) -> String {
    let answers: Vec<String> = tables.iter().map(|table| answer(table, request)).collect();
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    answers[0].clone()
}

fn holds(one: RouteMatch, request: &Request<'_>) -> bool {
    let tables = tables(&set(vec![rule("taken", one.clone())]));
    let taken = same_answer(&tables, request) == "taken";
    assert!(taken || same_answer(&tables, request) == "no_route");
    for table in &tables {
        let explained = table.explain(request, Draws::fixed(0));
        let verdict = &explained.stages[0].trials[0].verdict;
        assert_eq!(*verdict == TrialVerdict::Won, taken, "{verdict:?}");
    }
    taken
}

fn matching(predicate: impl Into<Predicate>) -> RouteMatch {
    RouteMatch {
        predicates: vec![predicate.into()],
        ..RouteMatch::default()
    }
}

fn asked(test: FactMatch, request: &Request<'_>) -> bool {
    holds(matching(test), request)
}

/// What each of these tests gives, from one set of tables: a rule for each, which an
/// attribute of the request picks.
fn each(tests: &[FactMatch], request: Request<'_>) -> Vec<bool> {
    let pick = |nth: usize| FactMatch::new(Fact::Attribute("pick".into()), exact(&nth.to_string()));
    let rules = tests.iter().enumerate().map(|(nth, test)| {
        let one = RouteMatch {
            predicates: vec![pick(nth).into(), test.clone().into()],
            ..RouteMatch::default()
        };
        rule("taken", one)
    });
    let tables = tables(&set(rules.collect()));
    let answers = (0..tests.len()).map(|nth| {
        let nth = nth.to_string();
        let mut attributes = vec![("pick", nth.as_bytes())];
        attributes.extend_from_slice(request.attributes());
        same_answer(&tables, &request.with_attributes(&attributes)) == "taken"
    });
    answers.collect()
}

fn exact(text: &str) -> ValueMatch {
    ValueMatch::Exact(text.into())
}

fn cidrs(ranges: &[&str]) -> ValueMatch {
    ValueMatch::Cidr(ranges.iter().map(|range| range.parse().unwrap()).collect())
}

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

fn full() -> Request<'static> {
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
        (ValueMatch::RegexStart(escaped.clone()), true),
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

#[test]
fn case_is_ignored_in_ascii_letters_only() {
    let value = "Straße-ABA-abab";
    let headers: &[(&[u8], &[u8])] = &[(b"x", value.as_bytes())];
    let request = Request::new(b"GET", b"/").with_headers(headers);
    for (test, want) in [
        (exact("sTRAße-aba-ABAB"), true),
        (exact("STRASSE-aba-ABAB"), false),
        (ValueMatch::Prefix("STRAß".into()), true),
        (ValueMatch::Suffix("BAB".into()), true),
        (ValueMatch::Contains("aBA-aBab".into()), true),
        (ValueMatch::Contains("ababb".into()), false),
        (
            ValueMatch::In(vec!["b".into(), value.to_ascii_uppercase()]),
            true,
        ),
        (ValueMatch::Glob("S*E-a?a-*".into()), true),
        (ValueMatch::Regex("straße-[a-b]+-ABAB".into()), true),
        (ValueMatch::RegexSearch("aba-a".into()), true),
    ] {
        let plain = FactMatch::new(Fact::Header("x".into()), test);
        assert!(!asked(plain.clone(), &request), "{plain:?}");
        assert_eq!(
            asked(plain.clone().ignoring_case(), &request),
            want,
            "{plain:?}"
        );
    }
}

#[test]
fn values_are_bytes() {
    let headers: &[(&[u8], &[u8])] = &[(b"x", b"\xff\xfea*b\xc3")];
    let request = Request::new(b"GET", b"/?q=%FFz")
        .with_headers(headers)
        .with_attributes(&[("a", b"\xff1")]);
    let header = Fact::Header("x".into());
    for (fact, test, want) in [
        (&header, ValueMatch::Contains("a*b".into()), true),
        (&header, ValueMatch::Prefix("a".into()), false),
        (&header, ValueMatch::Regex("(?s).*a.b.".into()), true),
        (&header, ValueMatch::RegexStart("..a".into()), true),
        (&header, ValueMatch::Glob("??a?b?".into()), true),
        (&header, ValueMatch::Glob("*a*".into()), true),
        (&header, ValueMatch::Suffix("Ã".into()), false),
        (
            &Fact::Query("q".into()),
            ValueMatch::Suffix("z".into()),
            true,
        ),
        (
            &Fact::Query("q".into()),
            ValueMatch::Glob("?z".into()),
            true,
        ),
        (
            &Fact::Attribute("a".into()),
            ValueMatch::Range {
                start: i64::MIN,
                end: i64::MAX,
            },
            false,
        ),
    ] {
        let one = FactMatch::new(fact.clone(), test);
        assert_eq!(asked(one.clone(), &request), want, "{one:?}");
        assert_eq!(asked(one.clone().ignoring_case(), &request), want);
    }
}

#[test]
fn a_glob_stands_for_any_bytes_and_nothing_else_in_it_is_special() {
    let request = Request::new(b"GET", b"/").with_attributes(&[("a", b"x.y\nz[1]")]);
    for (pattern, want) in [
        ("x.y\nz[1]", true),
        ("x?y*[1]", true),
        ("x**", true),
        ("*", true),
        ("x+*", false),
        ("x?y?z", false),
        ("?.??z[*]", true),
        ("", false),
    ] {
        let test = ValueMatch::Glob(pattern.into());
        let one = FactMatch::new(Fact::Attribute("a".into()), test);
        assert_eq!(asked(one, &request), want, "{pattern}");
    }
}

#[test]
fn integers_are_digits_with_a_sign_that_fit() {
    for (value, want) in [
        ("5", true),
        ("+5", true),
        ("005", true),
        ("-5", false),
        ("5.0", false),
        (" 5", false),
        ("0x5", false),
        ("", false),
        ("+", false),
        ("99999999999999999999", false),
        ("9", true),
        ("10", false),
    ] {
        let attributes = [("a", value.as_bytes())];
        let request = Request::new(b"GET", b"/").with_attributes(&attributes);
        let test = ValueMatch::Range { start: 5, end: 10 };
        let one = FactMatch::new(Fact::Attribute("a".into()), test);
        assert_eq!(asked(one, &request), want, "{value}");
    }
}

#[test]
fn addresses_are_numbers_whatever_their_text() {
    let from = |address: &str, ranges: &[&str]| {
        let request = Request::new(b"GET", b"/").with_source_ip(address.parse().unwrap());
        let by_fact = asked(FactMatch::new(Fact::SourceIp, cidrs(ranges)), &request);
        let attributes = [("ip", address.as_bytes())];
        let request = Request::new(b"GET", b"/").with_attributes(&attributes);
        let one = FactMatch::new(Fact::Attribute("ip".into()), cidrs(ranges));
        assert_eq!(asked(one, &request), by_fact);
        let address = address.parse().unwrap();
        let in_model = |range: &&str| range.parse::<Cidr>().unwrap().contains(address);
        assert_eq!(by_fact, ranges.iter().any(|range| in_model(range)));
        by_fact
    };
    assert!(from("10.1.2.3", &["10.0.0.0/8"]));
    assert!(from("::ffff:10.1.2.3", &["10.0.0.0/8"]));
    assert!(from("10.1.2.3", &["::ffff:10.0.0.0/104"]));
    assert!(from("10.1.2.3", &["::/0"]));
    assert!(!from("::1", &["0.0.0.0/0"]));
    assert!(from("2001:db8:0:1::5", &["2001:db8::/48", "10.0.0.0/8"]));
    assert!(from("255.255.255.255", &["255.255.255.255"]));
    assert!(from(
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        &["ff00::/8"]
    ));
    assert!(!from("11.0.0.0", &["10.0.0.0/8", "11.0.0.1/32"]));
    assert!(from("10.128.0.1", &["10.0.0.0/9", "10.128.0.0/9"]));
    assert!(!from("10.0.0.1", &[]));
}

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
    let mut rules = vec![rule("left out", matching(too_deep)), forward("next")];
    rules[0]
        .matches
        .push(matching(FactMatch::new(Fact::Method, exact("PUT"))));
    let compiled = Compiler::new().compile(&set(rules));
    assert_eq!(compiled.diagnostics.len(), 1);
    let message = &compiled.diagnostics[0].message;
    assert!(
        message.starts_with("Route r: ") && message.contains("MAX_DEPTH"),
        "{message}"
    );
    assert_eq!(answer(&compiled.table, &full()), "next");
    assert_eq!(
        answer(&compiled.table, &Request::new(b"PUT", b"/")),
        "left out"
    );
}

#[test]
fn a_match_over_the_limit_of_steps_is_left_out() {
    let test = |nth: usize| FactMatch::new(Fact::Method, exact(&format!("M{nth}")));
    let any = Predicate::any((0..5).map(|nth| Predicate::fact(test(nth))));
    let rules = vec![rule("many", matching(any)), forward("next")];
    let mut limits = Limits::default();
    limits.predicate_steps = 4;
    let compiled = Compiler::new()
        .with_limits(limits.clone())
        .compile(&set(rules.clone()));
    assert_eq!(compiled.diagnostics.len(), 1);
    let message = &compiled.diagnostics[0].message;
    assert!(
        message.starts_with("Route r: ") && message.contains("predicate_steps"),
        "{message}"
    );
    let request = Request::new(b"M1", b"/");
    assert_eq!(answer(&compiled.table, &request), "next");
    limits.predicate_steps = 5;
    let compiled = Compiler::new().with_limits(limits).compile(&set(rules));
    assert!(compiled.diagnostics.is_empty());
    assert_eq!(answer(&compiled.table, &request), "many");
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

#[test]
fn path_and_host_are_asked_anew_in_each_stage() {
    let tests = |fact: Fact, value: &str, name: &str| {
        // More tests than are asked directly, so that the default has an automaton.
        let filler = (0..12).map(|nth| ValueMatch::Prefix(format!("/{nth}")));
        let mut any: Vec<_> = filler
            .map(|test| FactMatch::new(fact.clone(), test).into())
            .collect();
        any.push(Predicate::fact(FactMatch::new(
            fact,
            ValueMatch::Suffix(value.into()),
        )));
        rule(name, matching(Predicate::any(any)))
    };
    let mut set = RouteSet::new();
    let second = stage(
        &mut set,
        vec![
            tests(Fact::Path, "/old", "old"),
            tests(Fact::Host, "a.example", "old host"),
            tests(Fact::GrpcService, "old", "old service"),
            tests(Fact::Path, "/svc/new", "new"),
        ],
    );
    let mut first = tests(Fact::Path, "/old", "");
    first.action = Action::Forward(vec![WeightedTarget::new(to(second), 1)]);
    first.filters.push(Filter::Rewrite(Rewrite {
        host: Some(HostRewrite::To(Format::text("b.example"))),
        path: Some(PathRewrite::Full(Format::text("/svc/new"))),
        ..Rewrite::default()
    }));
    let first = stage(&mut set, vec![first]);
    gateway(&mut set, "public", first);
    let request = Request::new(b"GET", b"/old/old").with_authority(b"a.example");
    assert_eq!(same_answer(&tables(&set), &request), "new");
}

#[test]
fn each_gateway_asks_the_path_as_it_normalises_it() {
    let mut set = RouteSet::new();
    let contains = |name: &str| {
        let test = ValueMatch::Contains("..".into());
        rule(name, matching(FactMatch::new(Fact::Path, test)))
    };
    let first = stage(&mut set, vec![contains("dots")]);
    let second = stage(&mut set, vec![contains("dots"), forward("clean")]);
    gateway(&mut set, "raw", first);
    gateway(&mut set, "normal", second);
    set.gateways[0].normalization = Normalization::NONE;
    set.gateways[1].normalization = Normalization::BASE;
    for table in tables(&set) {
        let of = |name: &str| {
            let gateway = table.gateways_named(name).next().unwrap();
            let request = Request::new(b"GET", b"/a/../b").with_gateway(gateway);
            answer(&table, &request)
        };
        assert_eq!((of("raw"), of("normal")), ("dots".into(), "clean".into()));
        // Without a name both are asked, with one scratch.
        let request = Request::new(b"GET", b"/a/../b");
        let outcome = table.decide(&request, |decision| decision.outcome());
        assert_eq!(outcome, Outcome::Ambiguous);
    }
}

#[test]
fn a_control_character_in_a_header_that_is_asked_refuses_the_request() {
    let reason = Reason::BadHeader.as_str();
    let refused = format!("reject: {reason}");
    let ask = |fact: Fact| {
        let any = FactMatch::new(fact, ValueMatch::Present);
        tables(&set(vec![rule("there", matching(any)), forward("not")]))
    };
    let header = ask(Fact::Header("x".into()));
    for byte in [b'\0', b'\r', b'\n'] {
        let value = [b'a', byte, b'b'];
        let headers: &[(&[u8], &[u8])] = &[(b"X", &value)];
        let request = Request::new(b"GET", b"/").with_headers(headers);
        assert_eq!(same_answer(&header, &request), refused);
        assert_eq!(same_answer(&ask(Fact::Method), &request), "there");
        let headers: &[(&[u8], &[u8])] = &[(b"cookie", &value)];
        let request = Request::new(b"GET", b"/").with_headers(headers);
        assert_eq!(
            same_answer(&ask(Fact::Cookie("c".into())), &request),
            refused
        );
        assert_eq!(same_answer(&header, &request), "not");
    }
    let nameless = Request::new(b"GET", b"/").with_headers(&[(b"", b"v")]);
    assert_eq!(same_answer(&header, &nameless), refused);
    let tab = Request::new(b"GET", b"/").with_headers(&[(b"x", b"a\tb\x7f")]);
    assert_eq!(same_answer(&header, &tab), "there");
}

#[test]
fn a_further_stage_refuses_what_it_looks_at_too() {
    let mut set = RouteSet::new();
    let test = FactMatch::new(Fact::Header("x".into()), ValueMatch::Present);
    let second = stage(
        &mut set,
        vec![rule("there", matching(test)), forward("not")],
    );
    let action = Action::Forward(vec![WeightedTarget::new(to(second), 1)]);
    let first = stage(&mut set, vec![Rule::new(action)]);
    gateway(&mut set, "public", first);
    let request = Request::new(b"GET", b"/").with_headers(&[(b"x", b"a\0")]);
    let refused = format!("reject: {}", Reason::BadHeader.as_str());
    assert_eq!(same_answer(&tables(&set), &request), refused);
}

#[test]
fn more_repeated_values_than_there_is_room_for_are_refused() {
    let half = vec![b'a'; 40 << 10];
    let cookie = [b"c=", &half[..]].concat();
    let target = b"/".as_slice();
    for (fact, headers, attributes) in [
        (
            Fact::Header("x".into()),
            vec![(b"x".as_slice(), &half[..]); 2],
            vec![],
        ),
        (
            Fact::Cookie("c".into()),
            vec![(b"cookie".as_slice(), &cookie[..]); 2],
            vec![],
        ),
        (
            Fact::Attribute("a".into()),
            vec![],
            vec![("a", &half[..]); 2],
        ),
    ] {
        let one = FactMatch {
            repeated: RepeatedValues::Joined,
            ..FactMatch::new(fact.clone(), ValueMatch::Prefix("a".into()))
        };
        let tables = tables(&set(vec![rule("there", matching(one))]));
        let request = |count: usize| {
            Request::new(b"GET", target)
                .with_headers(&headers[..count.min(headers.len())])
                .with_attributes(&attributes[..count.min(attributes.len())])
        };
        assert_eq!(same_answer(&tables, &request(1)), "there");
        let refused = format!("reject: {}", Reason::HeaderTooLong.as_str());
        assert_eq!(same_answer(&tables, &request(2)), refused, "{fact:?}");
    }
}

#[test]
fn a_list_is_indexed_by_any_fact_with_one_value() {
    let facts = [
        Fact::Method,
        Fact::Sni,
        Fact::SourceIp,
        Fact::Cookie("t".into()),
        Fact::Attribute("t".into()),
        Fact::Header("t".into()),
        Fact::Query("t".into()),
    ];
    for fact in facts {
        let test = |nth: usize| FactMatch {
            repeated: RepeatedValues::First,
            ..FactMatch::new(fact.clone(), exact(&format!("10.0.0.{nth}")))
        };
        let tree = |nth: usize| {
            let method = FactMatch::new(Fact::Scheme, exact("http"));
            Predicate::all([method.into(), Predicate::all([test(nth).into()])])
        };
        let rules: Vec<Rule> = (0..100)
            .map(|nth| rule(&nth.to_string(), matching(tree(nth))))
            .collect();
        let tables = tables(&set(rules));
        for nth in [0, 7, 99, 100] {
            let value = format!("10.0.0.{nth}");
            let target = format!("/?t={value}&t=x");
            let cookie = format!("t={value}");
            let headers: &[(&[u8], &[u8])] =
                &[(b"t", value.as_bytes()), (b"cookie", cookie.as_bytes())];
            let attributes: &[(&str, &[u8])] = &[("t", value.as_bytes())];
            let request = Request::new(value.as_bytes(), target.as_bytes())
                .with_headers(headers)
                .with_attributes(attributes)
                .with_sni(value.as_bytes())
                .with_source_ip(value.parse().unwrap());
            let want = match nth {
                100 => "no_route".to_string(),
                _ => nth.to_string(),
            };
            assert_eq!(same_answer(&tables, &request), want, "{fact:?}");
        }
        for table in &tables {
            assert_eq!(table.stats().worst_candidates, 1, "{fact:?}");
        }
        // One of two is no key: the rule can hold without it.
        let rules: Vec<Rule> = (0..100)
            .map(|nth| {
                let either = Predicate::any([test(nth).into(), Predicate::fraction(0, 1)]);
                rule(&nth.to_string(), matching(either))
            })
            .collect();
        let compiled = Compiler::new().compile(&set(rules));
        assert_eq!(compiled.table.stats().worst_candidates, 100);
    }
}

#[test]
fn equal_predicates_are_stored_once() {
    let header = RouteMatch {
        headers: vec![HeaderMatch::new("x-env", exact("a"))],
        ..RouteMatch::default()
    };
    let fact = FactMatch {
        repeated: RepeatedValues::Joined,
        ..FactMatch::new(Fact::Header("X-Env".into()), exact("a"))
    };
    let rules = vec![rule("a", header), rule("b", matching(fact))];
    for table in tables(&set(rules)) {
        assert_eq!(table.stats().predicates, 1);
    }
}

/// Numbers from a seed.
struct Source(u64);

impl Source {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        (self.0 >> 33) as usize % bound
    }

    fn pick<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    fn text(&mut self, longest: usize) -> String {
        (0..self.below(longest + 1))
            .map(|_| self.pick(&['a', 'b', 'A', '.']))
            .collect()
    }

    fn address(&mut self) -> String {
        let byte = self.below(4);
        match self.below(3) {
            0 => format!("10.0.{byte}.{}", self.below(3)),
            1 => format!("::ffff:10.0.{byte}.{}", self.below(3)),
            _ => format!("2001:db8::{byte}"),
        }
    }

    fn test(&mut self) -> ValueMatch {
        let text = self.text(3);
        match self.below(13) {
            0 => ValueMatch::Present,
            1 | 2 => ValueMatch::Exact(text),
            3 => ValueMatch::Prefix(text),
            4 => ValueMatch::Suffix(text),
            5 => ValueMatch::Contains(text),
            6 => ValueMatch::In((0..self.below(4)).map(|_| self.text(2)).collect()),
            7 => ValueMatch::Glob(text.replace('A', "*").replace('.', "?")),
            8 => ValueMatch::Regex(format!("{text}[ab]*")),
            9 => ValueMatch::RegexStart(text),
            10 => ValueMatch::RegexSearch(format!("{text}|b+$")),
            11 => {
                let start = self.below(12) as i64 - 3;
                let end = start + self.below(6) as i64 - 1;
                ValueMatch::Range { start, end }
            }
            _ => {
                let ranges = (0..self.below(3)).map(|_| {
                    let address: std::net::IpAddr = self.address().parse().unwrap();
                    let longest = if address.is_ipv4() { 32 } else { 128 };
                    Cidr::new(address, (longest - self.below(20)) as u8).unwrap()
                });
                ValueMatch::Cidr(ranges.collect())
            }
        }
    }

    fn fact_match(&mut self, facts: &[Fact]) -> FactMatch {
        use RepeatedValues::{All, Any, First, Joined};
        FactMatch {
            fact: self.pick(facts),
            value: self.test(),
            ignore_case: self.below(2) == 0,
            invert: self.below(3) == 0,
            missing_matches: self.below(3) == 0,
            repeated: self.pick(&[Joined, Any, All, First]),
            origin: fingerpost::Origin::default(),
        }
    }

    fn predicate(&mut self, facts: &[Fact], depth: usize) -> Predicate {
        match self.below(8) {
            0 if depth > 0 => {
                Predicate::all((0..self.below(4)).map(|_| self.predicate(facts, depth - 1)))
            }
            1 if depth > 0 => {
                Predicate::any((0..self.below(4)).map(|_| self.predicate(facts, depth - 1)))
            }
            2 if depth > 0 => Predicate::negated(self.predicate(facts, depth - 1)),
            _ => self.fact_match(facts).into(),
        }
    }

    fn value(&mut self) -> String {
        match self.below(4) {
            0 => (self.below(16) as i64 - 5).to_string(),
            1 => self.address(),
            _ => self.text(5),
        }
    }
}

#[test]
fn automata_change_no_answer() {
    let facts = [
        Fact::Header("h".into()),
        Fact::Query("q".into()),
        Fact::RawQueryParameter("q".into()),
        Fact::Cookie("c".into()),
        Fact::Attribute("a".into()),
        Fact::Method,
        Fact::Sni,
        Fact::SourceIp,
    ];
    let mut asked = 0;
    for seed in 0..4 {
        let mut source = Source(seed);
        let count = 600;
        let rules: Vec<Rule> = (0..count)
            .map(|nth| {
                let mut one = matching(source.predicate(&facts, 3));
                one.path = PathMatch::Exact(format!("/{nth}"));
                rule("taken", one)
            })
            .collect();
        let set = set(rules);
        let mut tables = tables(&set);
        let mut small = limits(0);
        small.automaton = 2_000;
        tables.push(Compiler::new().with_limits(small).compile(&set).table);
        let mut scratches: Vec<_> = tables.iter().map(Table::create_scratch).collect();
        let mut held = 0;
        for _ in 0..6 {
            let mut values = |most: usize| {
                (0..source.below(most))
                    .map(|_| source.value())
                    .collect::<Vec<_>>()
            };
            let (headers, cookies) = (values(4), values(4));
            let (query, attributes) = (values(4), values(4));
            let (method, sni) = (values(2), values(2));
            let cookies = cookies.iter().map(|value| format!("c={value}"));
            let cookies: Vec<String> = cookies.collect();
            let named = headers.iter().map(|value| (&b"h"[..], value.as_bytes()));
            let of_cookies = cookies.iter().map(|line| (&b"cookie"[..], line.as_bytes()));
            let headers: Vec<(&[u8], &[u8])> = named.chain(of_cookies).collect();
            let attributes: Vec<(&str, &[u8])> = attributes
                .iter()
                .map(|value| ("a", value.as_bytes()))
                .collect();
            let query = query
                .iter()
                .map(|value| format!("&q={}", value.replace('A', "%41")));
            let query: String = query.collect();
            let address = source.address().parse().unwrap();
            for nth in 0..count {
                let target = format!("/{nth}?{query}");
                let mut request = Request::new(
                    method.first().map_or(b"GET", |method| method.as_bytes()),
                    target.as_bytes(),
                )
                .with_headers(&headers)
                .with_attributes(&attributes)
                .with_source_ip(address);
                if let Some(sni) = sni
                    .first()
                    .filter(|name| name.bytes().all(|b| b.is_ascii_lowercase()))
                {
                    request = request.with_sni(sni.as_bytes());
                }
                let answers: Vec<Outcome> = tables
                    .iter()
                    .zip(&mut scratches)
                    .map(|(table, scratch)| {
                        table
                            .decide_with(scratch, &request, Draws::fixed(0))
                            .outcome()
                    })
                    .collect();
                asked += 1;
                held += usize::from(answers[0] == Outcome::Forward);
                assert!(
                    answers.iter().all(|answer| *answer == answers[0]),
                    "{answers:?}: {:?} of {request:?}",
                    set.routes[0].rules[nth].matches[0].predicates
                );
            }
        }
        assert!(held > 500, "{held}");
    }
    assert_eq!(asked, 4 * 6 * 600);
}
