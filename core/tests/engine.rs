//! The engine from a hand-made route set to a decision.
#![cfg(feature = "compile")]

use fingerpost::compile::Compiler;
use fingerpost::model::{
    Action, Attachment, Backend, Filter, Gateway, HeaderMatch, HeaderRules, HostBinding, HostForm,
    HostMatch, Listener, ObjectRef, PathMatch, PathRewrite, PrefixJoin, Protocol, RepeatedValues,
    Rewrite, Route, RouteMatch, RouteSet, Rule, Stage, StageId, Target, ValueMatch, WeightedTarget,
};
use fingerpost::{Draws, Normalization, Origin, Outcome, Precedence, Request, Table};

fn to(name: &str, weight: u32) -> WeightedTarget {
    let backend = Backend {
        kind: "Service".into(),
        name: name.into(),
        ..Backend::default()
    };
    WeightedTarget {
        target: Target::Backend(backend),
        weight,
        filters: vec![],
        failover: Vec::new(),
        origin: Origin::default(),
    }
}

fn rule(path: PathMatch, name: &str) -> Rule {
    let mut rule = Rule::new(Action::Forward(vec![to(name, 1)]));
    rule.matches = vec![RouteMatch {
        path,
        ..RouteMatch::default()
    }];
    rule
}

fn route(name: &str, rules: Vec<Rule>) -> Route {
    Route {
        object: ObjectRef::new("HTTPRoute", "shop", name),
        created: None,
        rules,
        drops_faulty_matches: false,
        origin: Origin::default(),
    }
}

fn set(routes: Vec<(Vec<HostMatch>, Route)>) -> RouteSet {
    let mut set = RouteSet::new();
    let mut attachments = vec![];
    for (hosts, route) in routes {
        let route = set.add_route(route);
        let hosts = hosts
            .into_iter()
            .map(|host| HostBinding {
                host: host.clone(),
                written: host,
                port: None,
            })
            .collect();
        attachments.push(Attachment { route, hosts });
    }
    let stage = set.add_stage(Stage {
        object: ObjectRef::new("Listener", "infra", "public/http"),
        precedence: Precedence::GatewayApi,
        host_fallthrough: true,
        host_form: HostForm::default(),
        attachments,
        origin: Origin::default(),
    });
    set.gateways.push(gateway(stage));
    set
}

fn gateway(stage: StageId) -> Gateway {
    Gateway {
        object: ObjectRef::new("Gateway", "infra", "public"),
        listeners: vec![Listener {
            name: "http".into(),
            port: Some(80),
            protocol: Protocol::Http,
            hosts: vec![],
            client_namespace: None,
            detect_misdirected: false,
            stage,
            origin: Origin::default(),
        }],
        normalization: Normalization::BASE,
        headers: HeaderRules::default(),
        origin: Origin::default(),
    }
}

fn backend(table: &Table, request: &Request<'_>) -> String {
    table.decide(request, |decision| match decision.outcome() {
        Outcome::Forward => decision.backend().unwrap().name.to_string(),
        outcome => format!("{} {:?}", outcome.as_str(), decision.status()),
    })
}

fn get<'r>(host: &'r str, path: &'r str) -> Request<'r> {
    Request::new(b"GET", path.as_bytes()).with_authority(host.as_bytes())
}

#[test]
fn longest_segment_prefix_wins_and_exact_beats_it() {
    let table = Compiler::new()
        .compile(&set(vec![(
            vec![],
            route(
                "r",
                vec![
                    rule(PathMatch::Segments("/".into()), "root"),
                    rule(PathMatch::Segments("/a/".into()), "a"),
                    rule(PathMatch::Exact("/a/b".into()), "exact"),
                    rule(PathMatch::Segments("/a/b".into()), "ab"),
                    rule(PathMatch::Regex("/r/[0-9]+".into()), "regex"),
                ],
            ),
        )]))
        .table;
    for (path, want) in [
        ("/", "root"),
        ("/ab", "root"),
        ("/a", "a"),
        ("/a/", "a"),
        ("/a/c?x=1", "a"),
        ("/a/b", "exact"),
        ("/a/b/", "ab"),
        ("/a/./b", "exact"),
        ("/r/12", "regex"),
        ("/r/12x", "root"),
    ] {
        assert_eq!(backend(&table, &get("h", path)), want, "{path}");
    }
}

#[test]
fn hosts_are_an_order_and_not_an_exclusive_choice() {
    let table = Compiler::new()
        .compile(&set(vec![
            (
                vec![HostMatch::Any],
                route("any", vec![rule(PathMatch::Any, "any")]),
            ),
            (
                vec![HostMatch::Wildcard("example.com".into())],
                route("wild", vec![rule(PathMatch::Exact("/x".into()), "wild")]),
            ),
            (
                vec![HostMatch::Exact("a.example.com".into())],
                route(
                    "exact",
                    vec![rule(PathMatch::Segments("/x".into()), "exact")],
                ),
            ),
        ]))
        .table;
    assert_eq!(backend(&table, &get("a.example.com", "/x")), "exact");
    assert_eq!(backend(&table, &get("A.example.com.:80", "/y")), "any");
    assert_eq!(backend(&table, &get("b.c.example.com", "/x")), "wild");
    assert_eq!(backend(&table, &get("example.com", "/x")), "any");
}

#[test]
fn a_second_stage_sees_the_rewritten_path() {
    let mut set = set(vec![]);
    let inner = set.add_route(route(
        "inner",
        vec![rule(PathMatch::Exact("/tell".into()), "red")],
    ));
    let second = set.add_stage(Stage {
        object: ObjectRef::new("VirtualRouter", "shop", "red"),
        precedence: Precedence::AppMesh,
        host_fallthrough: true,
        host_form: HostForm::default(),
        attachments: vec![Attachment {
            route: inner,
            hosts: vec![],
        }],
        origin: Origin::default(),
    });
    let mut outer = rule(PathMatch::Prefix("/red".into()), "unused");
    outer.action = Action::Forward(vec![WeightedTarget {
        target: Target::Stage {
            stage: second,
            metadata: vec![("virtual_service".into(), "red".into())],
        },
        weight: 1,
        filters: vec![],
        failover: Vec::new(),
        origin: Origin::default(),
    }]);
    outer.filters = vec![Filter::Rewrite(Rewrite {
        host: None,
        path: Some(PathRewrite::Prefix {
            replacement: "/".into(),
            join: PrefixJoin::OneSlash,
        }),
        ..Rewrite::default()
    })];
    let outer = set.add_route(route("outer", vec![outer]));
    set.stages[0].attachments.push(Attachment {
        route: outer,
        hosts: vec![],
    });
    let table = Compiler::new().compile(&set).table;
    table.decide(&get("h", "/red/tell?x=1"), |decision| {
        assert_eq!(decision.backend().unwrap().name, "red");
        assert_eq!(decision.target(), b"/tell?x=1");
        assert_eq!(decision.stages().len(), 2);
        assert_eq!(
            decision.metadata().collect::<Vec<_>>(),
            [("virtual_service", fingerpost::MetadataView::Text("red"))]
        );
    });
    assert_eq!(
        backend(&table, &get("h", "/red/other")),
        "no_route Some(404)"
    );
}

#[test]
fn weights_are_shares_and_zero_never_wins() {
    let mut split = rule(PathMatch::Any, "unused");
    split.action = Action::Forward(vec![to("a", 0), to("b", 90), to("c", 10), to("d", 0)]);
    let table = Compiler::new()
        .compile(&set(vec![(vec![], route("r", vec![split]))]))
        .table;
    let mut scratch = table.create_scratch();
    let mut counts = std::collections::BTreeMap::new();
    for step in 0..1000u64 {
        let draw = step * (u64::MAX / 1000) + u64::MAX / 2000;
        let request = get("h", "/");
        let decision = table.decide_with(&mut scratch, &request, Draws::fixed(draw));
        *counts
            .entry(decision.backend().unwrap().name.to_string())
            .or_insert(0) += 1;
    }
    assert_eq!(
        counts.into_iter().collect::<Vec<_>>(),
        [("b".into(), 900), ("c".into(), 100)]
    );
}

#[test]
fn repeated_headers_are_joined() {
    let mut one = rule(PathMatch::Any, "joined");
    one.matches[0].headers = vec![HeaderMatch {
        name: "x-env".into(),
        value: ValueMatch::Exact("a,b".into()),
        ignore_case: false,
        invert: false,
        missing_matches: false,
        repeated: RepeatedValues::Joined,
        origin: Origin::default(),
    }];
    let table = Compiler::new()
        .compile(&set(vec![(vec![], route("r", vec![one]))]))
        .table;
    let headers: &[(&[u8], &[u8])] = &[(b"X-Env", b"a"), (b"other", b"x"), (b"x-env", b"b")];
    assert_eq!(
        backend(&table, &get("h", "/").with_headers(headers)),
        "joined"
    );
    assert_eq!(
        backend(&table, &get("h", "/").with_headers(&headers[..1])),
        "no_route Some(404)"
    );
}

/// Wherever a header stands, among headers of its name's length and others, and however
/// many names rules ask for.
#[test]
fn a_header_is_found_at_every_place() {
    for names in [1, 4, 5, 70] {
        let mut rules: Vec<Rule> = (0..names)
            .map(|at| {
                let mut rule = rule(PathMatch::Any, &format!("b{at}"));
                let mut header = HeaderMatch::new(
                    format!("x-{}", "n".repeat(1 + at)),
                    ValueMatch::Exact("a,b".into()),
                );
                header.repeated = RepeatedValues::Joined;
                rule.matches[0].headers = vec![header];
                rule
            })
            .collect();
        rules.push(rule(PathMatch::Any, "other"));
        let compiled = Compiler::new().compile(&set(vec![(vec![], route("r", rules))]));
        let table = compiled.table;
        for asked in [0, names - 1] {
            let name = format!("X-{}", "n".repeat(1 + asked));
            let alike = format!("y-{}", "n".repeat(1 + asked));
            let want = format!("b{asked}");
            for place in [0, 1, 62, 63, 64, 65, 127, 128, 140] {
                for filler in [alike.as_bytes(), b"z"] {
                    let mut headers: Vec<(&[u8], &[u8])> = vec![(filler, b"a,b"); 150];
                    headers[place] = (name.as_bytes(), b"a,b");
                    let request = get("h", "/").with_headers(&headers);
                    assert_eq!(backend(&table, &request), want, "{place}");
                    headers[place].1 = b"a";
                    let request = get("h", "/").with_headers(&headers);
                    assert_eq!(backend(&table, &request), "other", "{place}");
                    headers[place + 5] = (name.as_bytes(), b"b");
                    let request = get("h", "/").with_headers(&headers);
                    assert_eq!(backend(&table, &request), want, "{place}");
                    let request = get("h", "/").with_headers(&headers[..=place]);
                    assert_eq!(backend(&table, &request), "other", "{place}");
                }
            }
        }
    }
}

#[test]
fn what_matches_nothing_is_reported() {
    for host in ["W.example", "w.example:80", "w.example."] {
        let host = HostMatch::Exact(host.into());
        let one = route("r", vec![rule(PathMatch::Any, "b")]);
        let compiled = Compiler::new().compile(&set(vec![(vec![host], one)]));
        assert_eq!(compiled.diagnostics.len(), 1, "{:?}", compiled.diagnostics);
    }
    let one = route("r", vec![rule(PathMatch::Segments("old".into()), "b")]);
    let compiled = Compiler::new().compile(&set(vec![(vec![], one)]));
    assert_eq!(compiled.diagnostics.len(), 1, "{:?}", compiled.diagnostics);
    assert_eq!(
        HostMatch::parse("W.Example."),
        HostMatch::Exact("w.example".into())
    );
}

#[test]
fn ten_thousand_tenants_of_one_path_are_one_lookup_apart() {
    let mut rules: Vec<Rule> = (0..10_000)
        .map(|tenant| {
            let mut rule = rule(PathMatch::Any, &format!("tenant-{tenant}"));
            let wanted = ValueMatch::Exact(format!("t{tenant}"));
            rule.matches[0].headers = vec![HeaderMatch::new("x-tenant", wanted)];
            rule
        })
        .collect();
    rules.push(rule(PathMatch::Any, "everyone"));
    let compiled = Compiler::new().compile(&set(vec![(vec![], route("r", rules))]));
    let table = compiled.table;
    assert_eq!(table.stats().worst_candidates, 2);
    let ask = |headers: &[(&[u8], &[u8])]| backend(&table, &get("h", "/").with_headers(headers));
    assert_eq!(ask(&[(b"X-Tenant", b"t0")]), "tenant-0");
    assert_eq!(ask(&[(b"x-tenant", b"t9999")]), "tenant-9999");
    assert_eq!(ask(&[(b"x-tenant", b"t10000")]), "everyone");
    assert_eq!(ask(&[]), "everyone");
    assert_eq!(
        ask(&[(b"x-tenant", b"t1"), (b"x-tenant", b"t2")]),
        "everyone"
    );
}
