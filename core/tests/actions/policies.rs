//! Metadata, CORS, faults and tries.

use fingerpost::model::{
    Action, CorsOrigin, CorsPolicy, Fault, Filter, MetadataValue, Mirror, Respond, RetryPolicy,
    Rule, ValueMatch,
};
use fingerpost::{MetadataView, Outcome, Request, RequestProtocol};

use super::support::{Header, NONE, backend, broken, forward, get, leaves, outcome, table};

fn respond(status: u16) -> Action {
    Action::Respond(Respond {
        status,
        ..Respond::default()
    })
}

#[test]
fn metadata_keeps_its_types() {
    let mut rule = Rule::new(respond(200));
    let pair = |name: &str, value| (name.to_string(), value);
    rule.metadata = vec![
        pair("text", "a".into()),
        pair("integer", MetadataValue::Integer(-3)),
        pair("number", MetadataValue::Number(0.5)),
        pair("boolean", MetadataValue::Boolean(true)),
        pair("json", MetadataValue::Json("{ \"a\": [1, 2] }".into())),
        pair("nan", MetadataValue::Number(f64::NAN)),
    ];
    let table = table(vec![rule]);
    table.decide(&get("/"), |decision| {
        let values: Vec<_> = decision.metadata().collect();
        assert_eq!(
            values[..5],
            [
                ("text", MetadataView::Text("a")),
                ("integer", MetadataView::Integer(-3)),
                ("number", MetadataView::Number(0.5)),
                ("boolean", MetadataView::Boolean(true)),
                ("json", MetadataView::Json("{\"a\":[1,2]}")),
            ]
        );
        let shown: Vec<_> = values.iter().map(|(_, value)| value.to_string()).collect();
        assert_eq!(shown, ["a", "-3", "0.5", "true", "{\"a\":[1,2]}", "null"]);
    });
}

#[test]
fn metadata_that_is_no_json_is_left_out() {
    let mut rule = Rule::new(respond(200));
    rule.metadata = vec![
        ("a".into(), MetadataValue::Json("{\"a\":".into())),
        ("b".into(), "x".into()),
    ];
    let (table, codes) = broken(vec![rule]);
    assert_eq!(codes, [1632]);
    table.decide(&get("/"), |decision| {
        let names: Vec<_> = decision.metadata().map(|(name, _)| name).collect();
        assert_eq!(names, ["b"]);
    });
}

fn cors(origins: Vec<CorsOrigin>) -> Filter {
    Filter::Cors(CorsPolicy {
        allow_origins: origins,
        allow_methods: vec!["GET".into()],
        ..CorsPolicy::default()
    })
}

fn is_allowed(filter: Filter, headers: &[Header<'_>]) -> bool {
    let table = table(vec![forward(vec![filter])]);
    table.decide(&get("/").with_headers(headers), |decision| {
        assert_eq!(decision.outcome(), Outcome::Forward);
        decision.cors_headers().count() > 0
    })
}

#[test]
fn adv_po_005_an_origin_pattern_matches_the_whole_value() {
    let pattern = || {
        let value = ValueMatch::Regex(r"https://.*\.example\.com".into());
        cors(vec![CorsOrigin::Value(value)])
    };
    assert!(is_allowed(
        pattern(),
        &[(b"origin", b"https://a.example.com")]
    ));
    for origin in [
        &b"https://a.example.com.evil.com"[..],
        b"null",
        b"xhttps://a.example.com",
        b"https://a.example.com/",
    ] {
        assert!(!is_allowed(pattern(), &[(b"origin", origin)]), "{origin:?}");
    }
    let two: &[Header<'_>] = &[
        (b"origin", b"https://a.example.com"),
        (b"origin", b"https://a.example.com"),
    ];
    assert!(!is_allowed(pattern(), two));
    // An origin has no path; where a pattern lets one through, the pattern is wrong.
    assert!(!is_allowed(
        cors(vec![CorsOrigin::Value(ValueMatch::Regex(
            r"https://[^/]*\.example\.com".into()
        ))]),
        &[(b"origin", b"https://evil.com/.example.com")]
    ));
}

#[test]
fn an_origin_can_be_matched_by_any_kind_of_value() {
    let origin: &[Header<'_>] = &[(b"Origin", b"https://a.example")];
    for (value, allowed) in [
        (ValueMatch::Exact("https://a.example".into()), true),
        (ValueMatch::Exact("https://A.example".into()), false),
        (ValueMatch::Prefix("https://a".into()), true),
        (ValueMatch::Suffix(".example".into()), true),
        (ValueMatch::Contains("b".into()), false),
    ] {
        let filter = cors(vec![CorsOrigin::Value(value.clone())]);
        assert_eq!(is_allowed(filter, origin), allowed, "{value:?}");
    }
}

#[test]
fn two_origins_are_no_preflight() {
    let table = table(vec![forward(vec![cors(vec![CorsOrigin::Any])])]);
    let ask = |headers: &[Header<'_>]| {
        let request = Request::new(b"OPTIONS", b"/").with_headers(headers);
        table.decide(&request, |decision| decision.is_preflight())
    };
    let method: Header<'_> = (b"access-control-request-method", b"PUT");
    assert!(ask(&[(b"origin", b"https://a"), method]));
    assert!(!ask(&[
        (b"origin", b"https://a"),
        (b"Origin", b"https://b"),
        method
    ]));
}

fn aborting(fault: Fault) -> Rule {
    forward(vec![Filter::Fault(Fault {
        abort_ppm: 1_000_000,
        ..fault
    })])
}

#[test]
fn a_grpc_status_ends_grpc_requests_alone() {
    let rule = aborting(Fault {
        abort_grpc_status: Some(14),
        ..Fault::default()
    });
    let table = table(vec![rule]);
    assert_eq!(leaves(&table, &get("/s/m")), "/s/m");
    let grpc = get("/s/m").with_protocol(RequestProtocol::Grpc);
    table.decide(&grpc, |decision| {
        assert_eq!(outcome(&decision), "respond 200 Fault");
        assert_eq!(decision.grpc_status(), Some(14));
        assert_eq!(decision.fault().unwrap().0.abort_grpc_status, Some(14));
    });
}

#[test]
fn a_fault_with_both_statuses_gives_each_protocol_its_own() {
    let rule = aborting(Fault {
        abort_status: Some(503),
        abort_grpc_status: Some(8),
        ..Fault::default()
    });
    let table = table(vec![rule]);
    table.decide(&get("/"), |decision| {
        assert_eq!(decision.status(), Some(503));
        assert_eq!(decision.grpc_status(), None);
    });
    let grpc = get("/s/m").with_protocol(RequestProtocol::Grpc);
    table.decide(&grpc, |decision| {
        assert_eq!(decision.status(), Some(503));
        assert_eq!(decision.grpc_status(), Some(8));
    });
}

#[test]
fn adv_po_002_a_longest_wait_below_the_shortest_is_a_compile_error() {
    let retry = |most| {
        let mut rule = forward(vec![]);
        rule.retry = Some(RetryPolicy {
            attempts: Some(u32::MAX),
            backoff_ms: Some(10_000),
            max_backoff_ms: Some(most),
            ..RetryPolicy::default()
        });
        rule
    };
    let (table, codes) = broken(vec![retry(1_000)]);
    assert_eq!(codes, [1638]);
    table.decide(&get("/"), |decision| {
        assert_eq!(decision.retry().unwrap().max_backoff_ms, None);
    });
    let (table, codes) = broken(vec![retry(10_000)]);
    assert_eq!(codes, NONE);
    table.decide(&get("/"), |decision| {
        assert_eq!(decision.retry().unwrap().max_backoff_ms, Some(10_000));
    });
}

#[test]
fn adv_po_003_shares_and_statuses_out_of_range_are_compile_errors() {
    let rule = forward(vec![Filter::Fault(Fault {
        delay_ms: Some(1),
        delay_ppm: 1_000_001,
        abort_status: Some(99),
        abort_ppm: 1_000_000,
        ..Fault::default()
    })]);
    let (table, codes) = broken(vec![rule]);
    assert_eq!(codes, [1638, 1638]);
    table.decide(&get("/"), |decision| {
        let (fault, delayed, aborted) = decision.fault().unwrap();
        assert_eq!(
            (fault.delay_ppm, fault.abort_status),
            (1_000_000, Some(500))
        );
        assert!(delayed && aborted);
    });
}

#[test]
fn adv_po_006_a_mirror_of_no_share_is_never_drawn() {
    let mirror = |numerator| {
        Filter::Mirror(Mirror {
            target: Ok(backend("copy")),
            numerator,
            denominator: 100,
        })
    };
    let table = table(vec![forward(vec![mirror(0), mirror(100)])]);
    for draw in [0, u64::MAX] {
        let mut scratch = table.create_scratch();
        let request = get("/");
        let draws = fingerpost::Draws::fixed(draw);
        let decision = table.decide_with(&mut scratch, &request, draws);
        let selected: Vec<_> = decision.mirrors().map(|mirror| mirror.selected).collect();
        assert_eq!(selected, [false, true]);
    }
}

#[test]
fn adv_wt_008_a_share_above_one_is_all() {
    let filter = Filter::Mirror(Mirror {
        target: Ok(backend("copy")),
        numerator: u32::MAX,
        denominator: 100,
    });
    let table = table(vec![forward(vec![filter])]);
    table.decide(&get("/"), |decision| {
        let mirror = decision.mirrors().next().unwrap();
        assert!(mirror.selected);
        assert_eq!((mirror.numerator, mirror.denominator), (100, 100));
    });
}
