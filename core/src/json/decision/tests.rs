//! What a decision says in JSON, over small tables built by hand.

use alloc::vec;

use super::*;
use crate::compile::Compiler;
use crate::json::RequestJson;
use crate::model::{
    Action, Attachment, Backend, CorsOrigin, CorsPolicy, Filter, Gateway, HeaderEdit, HostMatch,
    InvalidTarget, Listener, Mirror, ObjectRef, PathMatch, PathRewrite, Precedence, PrefixJoin,
    Redirect, Respond, RetryPolicy, Rewrite, Route, RouteMatch, RouteSet, Rule, Stage, Target,
    WeightedTarget,
};
use crate::table::Table;
use crate::vocabulary::{Fault, Normalization, Origin, Protocol, Timeouts};

mod actions;

fn backend(name: &str) -> Backend {
    Backend {
        kind: "Service".into(),
        namespace: "shop".into(),
        name: name.into(),
        port: Some(8080),
        ..Backend::default()
    }
}

fn target(name: &str, weight: u32) -> WeightedTarget {
    WeightedTarget {
        target: Target::Backend(backend(name)),
        weight,
        filters: vec![],
        failover: vec![],
        origin: Origin::default(),
    }
}

fn edit(verb: HeaderVerb, name: &str, value: &str) -> HeaderEdit {
    HeaderEdit {
        verb,
        name: name.into(),
        value: value.into(),
    }
}

fn prefix(path: &str) -> Vec<RouteMatch> {
    vec![RouteMatch {
        path: PathMatch::Segments(path.into()),
        ..RouteMatch::default()
    }]
}

/// One gateway, one listener, and these rules for every host.
fn table(gateways: &[&str], rules: &[Rule]) -> Table {
    let mut set = RouteSet::new();
    set.sources.push("cart.yaml".into());
    for (index, name) in gateways.iter().enumerate() {
        let mut rules = rules.to_vec();
        // Gateways differ, so that a request has to name one.
        rules.rotate_left(index);
        let route = set.add_route(Route {
            object: ObjectRef::new("HTTPRoute", "shop", "cart"),
            created: None,
            rules,
            drops_faulty_matches: false,
            origin: Origin::default(),
        });
        let stage = set.add_stage(Stage {
            object: ObjectRef::new("Listener", "infra", "https"),
            precedence: Precedence::FirstMatch,
            host_fallthrough: true,
            host_form: Default::default(),
            attachments: vec![Attachment {
                route,
                hosts: vec![],
            }],
            origin: Origin::default(),
        });
        set.gateways.push(Gateway {
            object: ObjectRef::new("Gateway", "infra", *name),
            listeners: vec![Listener {
                name: "https".into(),
                port: None,
                protocol: Protocol::AnyHttp,
                hosts: vec![HostMatch::Any],
                client_namespace: None,
                detect_misdirected: false,
                stage,
                origin: Origin::default(),
            }],
            normalization: Normalization::BASE,
            headers: Default::default(),
            origin: Origin::default(),
        });
    }
    let compiled = Compiler::new().compile(&set);
    assert_eq!(compiled.diagnostics, []);
    compiled.table
}

fn answer(table: &Table, json: &str) -> Result<String, RequestError> {
    let mut request = RequestJson::new();
    request.parse(json.as_bytes())?;
    let mut scratch = table.create_scratch();
    request.ask(table, |asked, draws| {
        let decision = table.decide_with(&mut scratch, asked, draws);
        write_decision(&decision, request.is_latin1())
    })?
}

/// A rule with everything that a decision can say.
fn full_rule() -> Rule {
    let mut rule = Rule::new(Action::Forward(vec![
        target("cart-v1", 90),
        target("cart-v2", 10),
    ]));
    rule.name = Some("canary".into());
    rule.matches = prefix("/cart");
    rule.origin = Origin {
        line: 12,
        column: 5,
        ..Origin::default()
    };
    rule.filters = vec![
        Filter::RequestHeaders(vec![
            edit(HeaderVerb::Set, "x-route", "cart"),
            edit(HeaderVerb::Add, "via", "fp"),
            edit(HeaderVerb::Remove, "x-debug", ""),
        ]),
        Filter::ResponseHeaders(vec![edit(HeaderVerb::Set, "x-served-by", "cart")]),
        Filter::Rewrite(Rewrite {
            host: None,
            path: Some(PathRewrite::Prefix {
                replacement: "/v2/cart".into(),
                join: PrefixJoin::Segments,
            }),
            ..Rewrite::default()
        }),
        Filter::Mirror(Mirror {
            target: Ok(backend("copy")),
            numerator: 10,
            denominator: 100,
        }),
    ];
    rule.timeouts = Timeouts {
        request_ms: Some(5000),
        backend_request_ms: None,
        idle_ms: Some(0),
    };
    rule.retry = Some(RetryPolicy {
        attempts: Some(3),
        per_try_timeout_ms: None,
        on: vec!["5xx".into()],
        backoff_ms: Some(25),
        max_backoff_ms: None,
    });
    rule.metadata = vec![("virtual_service".into(), "cart".into())];
    rule
}

#[test]
fn a_forward_has_the_contracts_fields_in_order() {
    let table = table(&["public"], &[full_rule()]);
    let asked = r#"{"path":"/cart/x?q=1","authority":"shop.example:8443",
        "headers":[["X-Env","canary"],["x-debug","1"]],"random":[18446744073709551615,0]}"#;
    assert_eq!(
        answer(&table, asked).unwrap(),
        concat!(
            r#"{"outcome":"forward","gateway":"infra/public","listener":"https","#,
            r#""route":{"kind":"HTTPRoute","namespace":"shop","name":"cart"},"rule":0,"#,
            r#""rule_name":"canary","match":0,"#,
            r#""origin":{"file":"cart.yaml","line":12,"column":5},"#,
            r#""backend":{"kind":"Service","namespace":"shop","name":"cart-v2","port":8080},"#,
            r#""backends":[{"backend":{"kind":"Service","namespace":"shop","name":"cart-v1","#,
            r#""port":8080},"weight":90},{"backend":{"kind":"Service","namespace":"shop","#,
            r#""name":"cart-v2","port":8080},"weight":10}],"#,
            r#""request":{"method":"GET","authority":"shop.example:8443","#,
            r#""path":"/v2/cart/x?q=1","headers":[["x-env","canary"],["x-route","cart"],"#,
            r#"["via","fp"]],"edits":[["set","x-route","cart"],["add","via","fp"],"#,
            r#"["remove","x-debug"]]},"response_edits":[["set","x-served-by","cart"]],"#,
            r#""mirrors":[{"backend":{"kind":"Service","namespace":"shop","name":"copy","#,
            r#""port":8080},"percent":10.0,"selected":true}],"#,
            r#""timeouts":{"request_ms":5000,"idle_ms":0},"#,
            r#""retry":{"attempts":3,"on":["5xx"],"backoff_ms":25},"#,
            r#""metadata":{"virtual_service":"cart"}}"#
        )
    );
}

#[test]
fn a_redirect_has_a_status_and_a_location_and_no_backend() {
    let redirect = Redirect {
        status: 301,
        ..Redirect::default()
    };
    let redirect = Redirect {
        host: Some("b.example".into()),
        ..redirect
    };
    let table = table(&["public"], &[Rule::new(Action::Redirect(redirect))]);
    let out = answer(&table, r#"{"path":"/x","authority":"a.example","port":80}"#).unwrap();
    assert!(
        out.starts_with(r#"{"outcome":"redirect","status":301,"gateway""#),
        "{out}"
    );
    assert!(out.contains(r#""backend":null"#), "{out}");
    assert!(
        out.contains(r#""redirect":{"location":"http://b.example/x"}"#),
        "{out}"
    );
    assert!(!out.contains(r#""request""#), "{out}");
}

#[test]
fn a_response_says_why_it_is_not_forwarded() {
    let invalid = WeightedTarget {
        target: Target::Invalid(InvalidTarget {
            backend: backend("gone"),
            reason: "BackendNotFound".into(),
            status: 500,
        }),
        ..target("gone", 1)
    };
    let broken = table(&["public"], &[Rule::new(Action::Forward(vec![invalid]))]);
    let out = answer(&broken, r#"{"path":"/"}"#).unwrap();
    assert!(
        out.starts_with(r#"{"outcome":"respond","status":500,"reason":""#),
        "{out}"
    );
    assert!(
        out.contains("BackendNotFound") && out.contains(r#""backend":null"#),
        "{out}"
    );
    let respond = Respond {
        status: 418,
        body: "tea\u{7}".into(),
        ..Respond::default()
    };
    let direct = table(&["public"], &[Rule::new(Action::Respond(respond))]);
    let out = answer(&direct, r#"{"path":"/"}"#).unwrap();
    assert!(out.contains(r#""status":418"#), "{out}");
    assert!(out.contains(r#""respond":{"body":"tea\u0007"}"#), "{out}");
}

#[test]
fn nothing_matched_and_a_refused_request_have_their_status() {
    let table = table(&["public"], &[full_rule()]);
    let out = answer(&table, r#"{"path":"/other"}"#).unwrap();
    assert!(
        out.starts_with(r#"{"outcome":"no_route","status":404,"#),
        "{out}"
    );
    assert!(
        !out.contains(r#""route":"#) && out.contains(r#""backend":null"#),
        "{out}"
    );
    let out = answer(&table, r#"{"path":"/a\u0001b"}"#).unwrap();
    assert!(
        out.starts_with(r#"{"outcome":"reject","status":400,"#),
        "{out}"
    );
}

#[test]
fn faults_and_preflights_are_shown() {
    let mut rule = Rule::new(Action::Forward(vec![target("a", 1)]));
    rule.filters = vec![Filter::Fault(Fault {
        delay_ms: Some(5),
        delay_ppm: 0,
        abort_status: Some(503),
        abort_ppm: 1_000_000,
        abort_grpc_status: None,
    })];
    let out = answer(&table(&["public"], &[rule.clone()]), r#"{"path":"/"}"#).unwrap();
    let fault =
        r#""fault":{"delay_ms":5,"abort_status":503,"delay_selected":false,"abort_selected":true}"#;
    assert!(
        out.contains(r#""outcome":"respond","status":503"#) && out.contains(fault),
        "{out}"
    );
    rule.filters = vec![Filter::Cors(CorsPolicy {
        allow_origins: vec![CorsOrigin::Any],
        ..CorsPolicy::default()
    })];
    let asked = r#"{"method":"OPTIONS","path":"/","headers":{"origin":"https://a.example",
        "access-control-request-method":"PUT"}}"#;
    let out = answer(&table(&["public"], &[rule]), asked).unwrap();
    let cors = r#""cors":{"preflight":true,"headers":[["access-control-allow-origin","*"]"#;
    assert!(out.contains(cors), "{out}");
}

#[test]
fn a_value_that_is_no_utf_8_makes_each_character_a_byte() {
    let table = table(&["public"], &[full_rule()]);
    let asked = r#"{"latin1":true,"path":"/cart","headers":{"x":"é"}}"#;
    let out = answer(&table, asked).unwrap();
    assert!(
        out.contains(r#"["x","é"]"#) && out.ends_with(r#","latin1":true}"#),
        "{out}"
    );
    let out = answer(&table, r#"{"path":"/cart","headers":{"x":"é"}}"#).unwrap();
    assert!(
        out.contains(r#"["x","é"]"#) && !out.contains("latin1"),
        "{out}"
    );
}

#[test]
fn an_open_gateway_is_an_error_only_where_gateways_differ() {
    let other = Rule::new(Action::Respond(Respond {
        status: 200,
        ..Respond::default()
    }));
    let table = table(&["a", "b"], &[other, full_rule()]);
    let error = answer(&table, r#"{"path":"/cart"}"#).unwrap_err();
    assert_eq!(error.code(), AMBIGUOUS_GATEWAY);
    assert_eq!(
        error.message(),
        "gateways infra/a and infra/b would answer differently: name one"
    );
    let out = answer(&table, r#"{"path":"/cart","gateway":"infra/b"}"#).unwrap();
    assert!(
        out.contains(r#""outcome":"forward","gateway":"infra/b""#),
        "{out}"
    );
    let error = answer(&table, r#"{"path":"/cart","gateway":"c"}"#).unwrap_err();
    assert_eq!(error.code().0, 1211);
}
