//! Deciding, and reading the decision, asks nothing of the allocator.

mod counting;

use std::env;
use std::hint::black_box;

use fingerpost::compile::Compiler;
use fingerpost::compile::limits::Limits;
use fingerpost::http::RequestHead;
use fingerpost::model::{
    Action, CorsOrigin, CorsPolicy, Fact, FactMatch, Filter, Format, Gateway, HashKey, HeaderEdit,
    HeaderVerb, HostMatch, HostRewrite, Listener, MetadataValue, ObjectRef, PathMatch, PathRewrite,
    Precedence, Predicate, Protocol, QueryEdit, QueryRewrite, Redirect, RepeatedValues, Rewrite,
    Route, RouteMatch, RouteSet, Rule, Stage, Substitution, Target, ValueMatch, WeightedTarget,
};
use fingerpost::{
    Decision, Draws, GatewayId, Handle, Outcome, Request, RequestProtocol, Scratch, Table, oracle,
};
use fingerpost_tests::build::{enlarge, forward, path, weighted};
use fingerpost_tests::engine::{draws, pairs, request, without_automata};
use fingerpost_tests::generate::Source;
use fingerpost_tests::show::Asked;

use counting::{calls, freed};

/// Requests decided over all tables, where [`DECISIONS_VARIABLE`] says nothing.
const DECISIONS: usize = 50_000;
/// The variable that asks for another number of them; stage `alloc` does.
const DECISIONS_VARIABLE: &str = "FINGERPOST_DECISIONS";

#[test]
fn deciding_and_reading_a_decision_does_not_allocate() {
    let before = calls();
    black_box(Box::new(1));
    assert_eq!(calls(), before + 1, "the counter counts");

    let tables = [1, 10, 101, 400].repeat(3);
    let decisions = match env::var(DECISIONS_VARIABLE) {
        Ok(number) => number.parse().expect("a number of decisions"),
        Err(_) => DECISIONS,
    };
    let rounds = decisions.div_ceil(tables.len());
    let mut total = Seen::default();
    let mut made = 0;
    for (seed, rules) in tables.into_iter().enumerate() {
        let mut source = Source::new(seed as u64);
        let mut set = source.route_set(rules);
        let asked = asked(&mut source, &set);
        if seed % 3 == 0 {
            enlarge(&mut set);
        }
        let limits = match seed % 2 {
            0 => Limits::default(),
            _ => without_automata(),
        };
        let table = Compiler::new().with_limits(limits).compile(&set).table;
        let mut scratch = table.create_scratch();
        let headers: Vec<_> = asked.iter().map(pairs).collect();
        let requests: Vec<_> = asked.iter().zip(&headers).collect();
        let gateways: Vec<_> = asked.iter().map(|asked| gateway(&table, asked)).collect();
        for nth in 0..rounds {
            let at = nth % requests.len();
            let (asked, headers) = requests[at];
            let mut request = request(asked, headers);
            if let Some(gateway) = gateways[at] {
                request = request.with_gateway(gateway);
            }
            let before = calls();
            let matched = table.find_with(&mut scratch, &request);
            black_box(matched.map(|matched| (matched.stage(), matched.gateway())));
            if nth < requests.len() {
                let mut found = [None; 2];
                table.find_many_with(&mut scratch, &[request; 2], &mut found);
                black_box(found);
            }
            let seen = decide_and_read(&table, &mut scratch, &request, asked);
            let allocations = calls() - before;
            if allocations != 0 {
                let text: String = Asked(asked).to_string().chars().take(600).collect();
                panic!(
                    "{allocations} allocations: {rules} rules, seed {seed}, request {at}: {text}"
                );
            }
            total.add(&seen);
            made += 1;
        }
    }
    println!("{made} decisions: {total:?}");
    assert!(made >= decisions);
    // What the mix is made of, each in a share of the requests that is not small.
    let share = |count: usize| count as f64 / made as f64;
    assert!(share(total.forwarded) > 0.1, "{total:?}");
    assert!(share(total.deep) > 0.005, "{total:?}");
    assert!(share(total.captures) > 0.01, "{total:?}");
    assert!(share(total.changed) > 0.01, "{total:?}");
    assert!(share(total.edits) > 0.05, "{total:?}");
}

#[test]
fn a_request_of_the_http_crate_is_taken_without_allocating() {
    for (count, allocations) in [(0, 0), (RequestHead::INLINE_HEADERS, 0), (33, 1)] {
        let mut request = http::Request::get("https://shop.example/cart?n=1");
        for at in 0..count {
            request = request.header("x-a", at);
        }
        let request = request.body(()).unwrap();
        let before = calls();
        let head = RequestHead::from(&request);
        black_box(head.request());
        assert_eq!(calls() - before, allocations, "{count} headers");
    }
}

/// Every fact, asked in every way, by automata and without.
#[test]
fn a_reader_takes_another_table_without_allocating_or_freeing() {
    let table = |seed| {
        let mut source = Source::new(seed);
        let set = source.route_set(40);
        Compiler::new().compile(&set).table
    };
    let handle = Handle::new(table(0));
    let mut reader = handle.reader();
    let get = Request::new(b"GET", b"/a").with_authority(b"shop.example");
    for seed in 1..20 {
        let replaced = handle.clone();
        std::thread::spawn(move || replaced.replace(table(seed)))
            .join()
            .expect("nothing panics");
        let before = (calls(), freed());
        let (table, scratch) = reader.current();
        black_box(table.decide_with(scratch, &get, Draws::fixed(0)).outcome());
        assert_eq!((calls(), freed()), before, "{seed}");
        assert_eq!(table.stats(), handle.table().stats());
    }
    assert_eq!(handle.collect(), 0);
}

#[test]
fn asking_every_fact_does_not_allocate() {
    let texts = ["a", "1"];
    let mut tests = Vec::new();
    for fact in facts() {
        for text in texts {
            tests.extend(asked_of(&fact, text));
        }
    }
    let predicates = tests.into_iter().map(Predicate::fact).collect::<Vec<_>>();
    // Each test is followed by one that fails, so that the next is asked too.
    let nothing = Predicate::fact(FactMatch::new(Fact::Method, ValueMatch::In(Vec::new())));
    let rules = predicates.chunks(64).map(|some| {
        let each = some.iter().map(|one| {
            let fails = [one.clone(), nothing.clone()];
            Predicate::all(fails)
        });
        let mut rule = Rule::new(Action::Forward(Vec::new()));
        rule.matches.push(RouteMatch {
            predicates: vec![Predicate::any(each.chain([nothing.clone()]))],
            ..RouteMatch::default()
        });
        rule
    });
    let mut set = RouteSet::new();
    let route = set.add_route(Route::new(
        ObjectRef::new("Route", "", "r"),
        rules.collect(),
    ));
    let mut stage = Stage::new(ObjectRef::new("Stage", "", "s"), Precedence::FirstMatch);
    stage.attach(route, [HostMatch::Any]);
    let stage = set.add_stage(stage);
    let mut gateway = Gateway::new(ObjectRef::new("Gateway", "", "g"));
    let listener = Listener::new("http", Protocol::AnyHttp, stage);
    gateway.listeners.push(listener);
    set.gateways.push(gateway);

    let long = "ab,".repeat(2_000);
    let cookie = format!("n=a; n=\"b\"; n={long}");
    let headers: &[(&[u8], &[u8])] = &[
        (b"n", b"a"),
        (b"N", long.as_bytes()),
        (b"cookie", cookie.as_bytes()),
        (b"cookie", b"n=1; other"),
        (b"n", b"\xff"),
    ];
    let attributes: &[(&str, &[u8])] = &[("n", b"a"), ("n", b"10.0.0.1"), ("n", b"7")];
    let target = format!("/shop.A/b%41?n=%61&n={}&n=b&%6e=1", "%61b".repeat(1_000));
    let full = Request::new(b"GET", target.as_bytes())
        .with_authority(b"Shop.example:8080")
        .with_headers(headers)
        .with_attributes(attributes)
        .with_protocol(RequestProtocol::Grpc)
        .with_sni(b"Shop.example")
        .with_client_namespace("a")
        .with_source_ip("10.0.0.1".parse().unwrap())
        .with_destination_ip("::ffff:10.0.0.1".parse().unwrap());
    let bare = Request::new(b"GET", b"/");
    for direct_tests in [0, 8, u32::MAX] {
        let mut limits = Limits::default();
        limits.direct_tests = direct_tests;
        let compiled = Compiler::new().with_limits(limits).compile(&set);
        assert!(compiled.diagnostics.is_empty());
        let mut scratch = compiled.table.create_scratch();
        for _ in 0..2 {
            for request in [&full, &bare] {
                let before = calls();
                let decision = compiled
                    .table
                    .decide_with(&mut scratch, request, Draws::fixed(0));
                let outcome = decision.outcome();
                assert_eq!(calls() - before, 0, "{direct_tests}");
                assert_eq!(outcome, Outcome::NoRoute);
            }
        }
    }
}

fn facts() -> Vec<Fact> {
    let name = || "n".to_owned();
    vec![
        Fact::Path,
        Fact::RawPath,
        Fact::Method,
        Fact::Scheme,
        Fact::Host,
        Fact::Authority,
        Fact::AuthorityPort,
        Fact::Port,
        Fact::Version,
        Fact::RawQuery,
        Fact::Header(name()),
        Fact::Query(name()),
        Fact::RawQueryParameter(name()),
        Fact::Cookie(name()),
        Fact::Attribute(name()),
        Fact::SourceIp,
        Fact::DestinationIp,
        Fact::Sni,
        Fact::ClientNamespace,
        Fact::GrpcService,
        Fact::GrpcMethod,
        Fact::Grpc,
    ]
}

/// Tests of every kind, for every way in which several values can count.
fn asked_of(fact: &Fact, text: &str) -> Vec<FactMatch> {
    let owned = || text.to_owned();
    let pattern = format!("{}[a-z]*", text.replace('.', "[.]"));
    let kinds = [
        ValueMatch::Exact(owned()),
        ValueMatch::Prefix(owned()),
        ValueMatch::Suffix(owned()),
        ValueMatch::Contains(owned()),
        ValueMatch::In(vec![owned(), "z".into()]),
        ValueMatch::Glob(format!("{text}?*")),
        ValueMatch::Regex(pattern.clone()),
        ValueMatch::RegexStart(pattern.clone()),
        ValueMatch::RegexSearch(pattern),
        ValueMatch::Cidr(vec!["10.0.0.0/8".parse().unwrap()]),
        ValueMatch::Range { start: 0, end: 9 },
        ValueMatch::Present,
    ];
    let mut tests = Vec::new();
    for (at, value) in kinds.into_iter().enumerate() {
        for repeated in [
            RepeatedValues::Joined,
            RepeatedValues::Any,
            RepeatedValues::All,
            RepeatedValues::First,
        ] {
            tests.push(FactMatch {
                repeated,
                ignore_case: at % 2 == 0,
                ..FactMatch::new(fact.clone(), value.clone())
            });
        }
    }
    tests
}

/// What decisions held.
#[derive(Debug, Default)]
struct Seen {
    forwarded: usize,
    /// Through more than one stage.
    deep: usize,
    /// Forwarded with a path, query, host or method that is not the request's.
    changed: usize,
    captures: usize,
    edits: usize,
}

impl Seen {
    fn add(&mut self, other: &Self) {
        self.forwarded += other.forwarded;
        self.deep += other.deep;
        self.changed += other.changed;
        self.captures += other.captures;
        self.edits += other.edits;
    }
}

fn decide_and_read<'a>(
    table: &'a Table,
    scratch: &'a mut Scratch,
    request: &Request<'a>,
    asked: &oracle::Request,
) -> Seen {
    let decision = table.decide_with(scratch, request, draws(asked));
    black_box((decision.outcome(), decision.status(), decision.reason()));
    black_box((decision.gateway(), decision.listener(), decision.rival()));
    black_box((decision.target(), decision.path(), decision.authority()));
    black_box((decision.location(), decision.body(), decision.failure()));
    black_box((decision.timeouts(), decision.session(), decision.fault()));
    black_box(decision.retry().map(|retry| retry.on().count()));
    black_box((decision.backend(), decision.backends().count()));
    black_box((decision.mirrors().count(), decision.metadata().count()));
    black_box(decision.cors_headers().count());
    let is_changed = decision.method() != asked.method.as_slice()
        || decision.target() != asked.target.as_slice()
        || decision.authority() != asked.authority.as_deref();
    let mut seen = read_heads(&decision);
    seen.changed = usize::from(seen.forwarded > 0 && is_changed);
    seen
}

fn read_heads(decision: &Decision<'_>) -> Seen {
    let edits = decision.request_edits().count() + decision.response_edits().count();
    let headers = decision
        .headers()
        .map(|(name, value)| name.len() + value.len());
    black_box(headers.sum::<usize>());
    Seen {
        forwarded: usize::from(decision.outcome() == Outcome::Forward),
        deep: usize::from(decision.stages().count() > 1),
        changed: 0,
        captures: decision.captures().count(),
        edits,
    }
}

fn gateway(table: &Table, asked: &oracle::Request) -> Option<GatewayId> {
    table.gateways_named(asked.gateway.as_ref()?).next()
}

/// Requests that hit rules, and requests as large as the limits let through, and
/// larger.
fn asked(source: &mut Source, set: &RouteSet) -> Vec<oracle::Request> {
    let mut asked: Vec<_> = (0..1_000).map(|_| source.request(set)).collect();
    for size in [1_000, 60_000, 65_000, 70_000, 200_000] {
        for (nth, piece) in ["/%61", "/../b", "//", "?q=%61&r=", "&q=1"]
            .iter()
            .enumerate()
        {
            let mut request = source.request(set);
            request.target.extend(piece.bytes().cycle().take(size));
            let value = b"ab,".iter().copied().cycle().take(size / 2);
            for name in ["x-a", "X-A", "x-b"].iter().take(1 + nth) {
                request
                    .headers
                    .push((name.as_bytes().to_vec(), value.clone().collect()));
            }
            asked.push(request);
        }
    }
    let mut crowd = source.request(set);
    for nth in 0..500 {
        let name = format!("x-{}", (b'a' + (nth % 26) as u8) as char);
        crowd.headers.push((name.into_bytes(), b"1".to_vec()));
    }
    asked.push(crowd);
    asked
}

/// Rules that write: everything that is rendered, replaced, hashed or joined.
fn writing_rules() -> RouteSet {
    let format = |text: &str| Format::parse(text).expect("a format");
    let edit = |verb, name: &str, value: &str| HeaderEdit {
        verb,
        name: name.into(),
        value: format(value),
    };
    let substitution = |pattern: &str, replacement: &str| Substitution {
        pattern: pattern.into(),
        replacement: format(replacement),
        all: true,
    };
    let edits = || {
        Filter::RequestHeaders(vec![
            edit(HeaderVerb::Append, "x-a", "{path}-{query.q}"),
            edit(HeaderVerb::Append, "x-a", "{header.x-b}"),
            edit(HeaderVerb::Set, "x-b", "{cookie.sid}{decoded_query.q}"),
            edit(HeaderVerb::SetIfAbsent, "x-c", "{source_ip}"),
            edit(HeaderVerb::SetIfPresent, "x-d", "{port}"),
            edit(HeaderVerb::Remove, "x-e", ""),
        ])
    };
    let query = QueryRewrite::Edit(vec![
        QueryEdit::Set {
            name: "q".into(),
            value: format("{header.x-a}"),
        },
        QueryEdit::Add {
            name: "r".into(),
            value: format("{raw_query}"),
        },
        QueryEdit::Remove { name: "s".into() },
    ]);
    let rewrite = |path, query| {
        Filter::Rewrite(Rewrite {
            host: Some(HostRewrite::FromPath(substitution(
                "^/([a-z]+).*$",
                "{1}.x",
            ))),
            path: Some(path),
            query: Some(query),
            method: Some("POST".into()),
        })
    };
    let mut sticky = rule(
        path(PathMatch::Prefix("/full".into())),
        Action::Forward(vec![weighted("a", 1), weighted("b", 2)]),
    );
    sticky.sticky = vec![
        HashKey::new(Fact::Cookie("sid".into())),
        HashKey::new(Fact::SourceIp),
    ];
    sticky.hash = vec![HashKey::new(Fact::Query("q".into()))];
    sticky.metadata = vec![("n".into(), MetadataValue::Number(0.5))];
    sticky.filters = vec![
        edits(),
        rewrite(
            PathRewrite::Full(format("/n{path}?own={method}")),
            query.clone(),
        ),
        Filter::ResponseHeaders(vec![edit(HeaderVerb::Set, "y", "{host}")]),
        Filter::Cors(CorsPolicy {
            allow_origins: vec![CorsOrigin::Value(ValueMatch::Regex("https://.*".into()))],
            ..CorsPolicy::default()
        }),
    ];
    let mut replaced = rule(path(PathMatch::Prefix("/re".into())), forward("c"));
    replaced.filters = vec![
        edits(),
        rewrite(
            PathRewrite::Regex(substitution("[a-c]+|x*", "{0}{0}")),
            QueryRewrite::To(format("{raw_query}&p={path}")),
        ),
    ];
    let redirect = Redirect {
        host: Some(format("{host}")),
        path: Some(PathRewrite::Regex(substitution("/", "//"))),
        query: Some(query),
        status: 302,
        ..Redirect::default()
    };
    let redirect = rule(
        path(PathMatch::Prefix("/to".into())),
        Action::Redirect(redirect),
    );
    let named = Target::FromRequest {
        kind: "cluster".into(),
        fact: Fact::Header("x-a".into()),
        status: 503,
    };
    let named = rule(
        path(PathMatch::Any),
        Action::Forward(vec![WeightedTarget::new(named, 1)]),
    );
    one_stage(vec![sticky, replaced, redirect, named])
}

fn rule(one: RouteMatch, action: Action) -> Rule {
    let mut rule = Rule::new(action);
    rule.matches = vec![one];
    rule
}

fn one_stage(rules: Vec<Rule>) -> RouteSet {
    let mut set = RouteSet::new();
    let route = set.add_route(Route::new(ObjectRef::new("Route", "", "r"), rules));
    let mut stage = Stage::new(ObjectRef::new("Listener", "", "l"), Precedence::FirstMatch);
    stage.attach(route, []);
    let stage = set.add_stage(stage);
    let mut gateway = Gateway::new(ObjectRef::new("Gateway", "", "g"));
    let listener = Listener::new("l", Protocol::AnyHttp, stage);
    gateway.listeners.push(listener);
    set.gateways.push(gateway);
    set
}

#[test]
fn writing_what_leaves_does_not_allocate() {
    let table = Compiler::new().compile(&writing_rules()).table;
    let mut scratch = table.create_scratch();
    let mut outcomes = [0; 4];
    for size in [0, 1, 10, 1_000, 9_000, 30_000, 60_000] {
        for start in ["/full", "/re", "/to", "/other"] {
            for piece in ["a", "/", "abcx", "%41", "?q=%41", "&q=1&s&%71", "/..", " "] {
                let target: String = start
                    .chars()
                    .chain(piece.chars().cycle().take(size))
                    .collect();
                let value: Vec<u8> = piece.bytes().cycle().take(size).collect();
                let headers: &[(&[u8], &[u8])] = &[
                    (b"x-a", &value),
                    (b"X-B", b"1"),
                    (b"X-A", b"2"),
                    (b"x-d", b"3"),
                    (b"cookie", b"sid=abc"),
                    (b"origin", b"https://a.example"),
                ];
                let request = Request::new(b"GET", target.as_bytes())
                    .with_authority(b"shop.example")
                    .with_headers(headers)
                    .with_source_ip([192, 0, 2, 1].into());
                let before = calls();
                let decision = table.decide_with(&mut scratch, &request, Draws::fixed(0));
                read_all(&decision);
                let outcome = decision.outcome();
                assert_eq!(calls() - before, 0, "{start} {piece} {size}");
                let at = match outcome {
                    Outcome::Forward => 0,
                    Outcome::Redirect => 1,
                    Outcome::Respond => 2,
                    _ => 3,
                };
                outcomes[at] += 1;
            }
        }
    }
    assert!(outcomes.iter().all(|&count| count > 5), "{outcomes:?}");
}

fn read_all(decision: &Decision<'_>) {
    black_box((decision.method(), decision.target(), decision.authority()));
    black_box((decision.location(), decision.hash(), decision.backend()));
    black_box((decision.failover().count(), decision.metadata().count()));
    black_box((decision.cors_headers().count(), decision.captures().count()));
    black_box((
        decision.is_backend_from_request(),
        decision.is_host_from_request(),
    ));
    read_heads(decision);
}

/// Every kind of path and host, with each engine, on short paths and on long ones.
#[test]
fn patterns_and_captures_do_not_allocate() {
    use fingerpost::model::{
        Action, Gateway, HostMatch, Listener, ObjectRef, PathMatch, Precedence, Protocol, Respond,
        Route, RouteMatch, Rule, Stage,
    };
    let paths = [
        PathMatch::Template("/users/{id}/files/{rest=**}".into()),
        PathMatch::Template("/{a}-{b}.{c=**}".into()),
        PathMatch::Glob("/a/**/b/*.css".into()),
        PathMatch::Regex("/(?P<x>a|ab)(c|bcd)(d*)".into()),
        PathMatch::Regex("/(?:[01]*)1[01]{12}".into()),
        PathMatch::RegexStart("/(a(b)?)+c".into()),
        PathMatch::RegexSearch("(b+)(c?)/".into()),
        PathMatch::Suffix(".php".into()),
        PathMatch::Contains("/adm".into()),
    ];
    let mut stage = Stage::new(
        ObjectRef::new("Listener", "", "http"),
        Precedence::FirstMatch,
    );
    let mut set = RouteSet::new();
    for host in [
        HostMatch::Regex("[a-z]+[.]test".into()),
        HostMatch::WildcardPrefix("www.".into()),
        HostMatch::OneLabel("one.test".into()),
    ] {
        let mut rules = Vec::new();
        for way in 0..3 {
            for path in &paths {
                let mut rule = Rule::new(Action::Respond(Respond {
                    status: 200,
                    ..Respond::default()
                }));
                rule.matches.push(RouteMatch {
                    path: path.clone(),
                    path_raw: way == 1,
                    path_ignore_case: way == 2,
                    ..RouteMatch::default()
                });
                rules.push(rule);
            }
        }
        let route = set.add_route(Route::new(ObjectRef::new("Route", "", "r"), rules));
        stage.attach(route, [host]);
    }
    let stage = set.add_stage(stage);
    let mut gateway = Gateway::new(ObjectRef::new("Gateway", "", "g"));
    let listener = Listener::new("http", Protocol::AnyHttp, stage);
    gateway.listeners.push(listener);
    set.gateways.push(gateway);

    let short = [
        "/users/1/files/a/b",
        "/USERS/1/files/",
        "/x-y.z/w",
        "/a/b/x.css",
        "/a/x/y/b/.css",
        "/abcdd",
        "/1000000000000",
        "/ababc",
        "/xbbc/",
        "/index.PHP",
        "/x/ADMin",
        "/none",
    ];
    let long = ["a/", "-", "01", "ab", "A/b/"].map(|piece| format!("/{}", piece.repeat(8_000)));
    let asked: Vec<&str> = short
        .into_iter()
        .chain(long.iter().map(String::as_str))
        .collect();
    let mut captured = 0;
    for limits in [Limits::default(), without_automata()] {
        let compiled = Compiler::new().with_limits(limits).compile(&set);
        assert!(
            compiled.diagnostics.is_empty(),
            "{:?}",
            compiled.diagnostics
        );
        let mut scratch = compiled.table.create_scratch();
        for host in [
            "shop.test",
            "WWW.shop.Example:80",
            "a.one.test",
            "no.example",
        ] {
            for path in &asked {
                let request = Request::new(b"GET", path.as_bytes()).with_authority(host.as_bytes());
                let before = calls();
                let decision = compiled
                    .table
                    .decide_with(&mut scratch, &request, Draws::fixed(0));
                captured += decision.captures().count();
                assert_eq!(calls(), before, "{host} {}", path.get(..60).unwrap_or(path));
            }
        }
    }
    assert!(captured > 50, "{captured}");
}
