//! What actions add to a decision in JSON.

use super::*;
use crate::model::{Fact, Format, HashKey, HostRewrite, MetadataValue};

fn format(text: &str) -> Format {
    Format::parse(text).unwrap()
}

fn forward(filters: Vec<Filter>) -> Rule {
    let mut rule = Rule::new(Action::Forward(vec![target("a", 1)]));
    rule.filters = filters;
    rule
}

fn told(rule: Rule, asked: &str) -> String {
    answer(&table(&["public"], &[rule]), asked).unwrap()
}

#[test]
fn every_verb_and_what_fills_a_hole_is_written() {
    let edit = |verb, name: &str, value: &str| HeaderEdit {
        verb,
        name: name.into(),
        value: format(value),
    };
    let edits = Filter::RequestHeaders(vec![
        edit(HeaderVerb::Append, "via", "{method}"),
        edit(HeaderVerb::SetIfAbsent, "a", "1"),
        edit(HeaderVerb::SetIfPresent, "b", "{path}"),
    ]);
    let out = told(
        forward(vec![edits]),
        r#"{"path":"/p","headers":[["Via","x"]]}"#,
    );
    let edits =
        r#""edits":[["append","via","GET"],["set_if_absent","a","1"],["set_if_present","b","/p"]]"#;
    assert!(out.contains(edits), "{out}");
    assert!(
        out.contains(r#""headers":[["via","x,GET"],["a","1"]]"#),
        "{out}"
    );
}

#[test]
fn the_method_that_leaves_is_the_rewritten_one() {
    let rewrite = Filter::Rewrite(Rewrite {
        method: Some("POST".into()),
        host: Some(HostRewrite::Backend),
        ..Rewrite::default()
    });
    let out = told(
        forward(vec![rewrite]),
        r#"{"path":"/","authority":"a.example"}"#,
    );
    let head = r#""request":{"method":"POST","authority":"a.example","authority_from_backend":true,"path":"/""#;
    assert!(out.contains(head), "{out}");
}

#[test]
fn hash_failover_and_captures_are_written() {
    let mut rule = forward(vec![]);
    let mut first = target("a", 1);
    first.failover = vec![backend("b"), backend("c")];
    rule.action = Action::Forward(vec![first]);
    rule.hash = vec![HashKey::new(Fact::Path)];
    rule.matches = vec![RouteMatch {
        path: PathMatch::Template("/{id}".into()),
        ..RouteMatch::default()
    }];
    let out = told(rule, r#"{"path":"/abc"}"#);
    let failover = concat!(
        r#""failover":[{"kind":"Service","namespace":"shop","name":"b","port":8080},"#,
        r#"{"kind":"Service","namespace":"shop","name":"c","port":8080}]"#
    );
    assert!(out.contains(failover), "{out}");
    // XXH64 with seed 0 of "/abc", in 16 digits.
    let (_, hash) = out.split_once(r#""hash_key":""#).unwrap();
    let hash = hash.split('"').next().unwrap();
    assert_eq!(hash.len(), 16, "{out}");
    assert!(hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert!(out.contains(r#""captures":{"id":"abc"}"#), "{out}");
}

#[test]
fn a_hash_has_leading_zeros() {
    assert_eq!(format!("{:016x}", 0xabcu64), "0000000000000abc");
    let mut rule = forward(vec![]);
    rule.hash = vec![HashKey::new(Fact::Header("x".into()))];
    let out = told(rule, r#"{"path":"/","headers":{"x":"abc"}}"#);
    assert!(out.contains(r#""hash_key":"44bc2cf5ad770999""#), "{out}");
}

#[test]
fn a_backend_that_the_request_names_is_marked() {
    let named = Target::FromRequest {
        kind: "cluster".into(),
        fact: Fact::Header("x-cluster".into()),
        status: 503,
    };
    let mut rule = forward(vec![]);
    rule.action = Action::Forward(vec![WeightedTarget::new(named, 1)]);
    let table = table(&["public"], &[rule]);
    let out = answer(&table, r#"{"path":"/","headers":{"x-cluster":"one"}}"#).unwrap();
    let backend = r#""backend":{"kind":"cluster","name":"one","from_request":true}"#;
    assert!(out.contains(&format!("{backend},\"backends\"")), "{out}");
    let out = answer(&table, r#"{"path":"/"}"#).unwrap();
    assert!(
        out.contains(r#""status":503"#) && out.contains(r#""backend":null"#),
        "{out}"
    );
    assert!(
        out.contains(r#""backends":[{"backend":{"from_request":true},"weight":1}]"#),
        "{out}"
    );
}

#[test]
fn metadata_has_its_types_and_stays_on_one_line() {
    let mut rule = forward(vec![]);
    rule.metadata = vec![
        ("text".into(), "1".into()),
        ("integer".into(), MetadataValue::Integer(-1)),
        ("number".into(), MetadataValue::Number(1e300)),
        ("none".into(), MetadataValue::Number(f64::INFINITY)),
        ("boolean".into(), MetadataValue::Boolean(false)),
        (
            "json".into(),
            MetadataValue::Json("{\"a\":\n [\"\u{202e}\\\"\", {}]}".into()),
        ),
    ];
    let out = told(rule, r#"{"path":"/"}"#);
    let metadata = concat!(
        r#""metadata":{"text":"1","integer":-1,"number":1e300,"none":null,"boolean":false,"#,
        r#""json":{"a":["\u202e\"",{}]}}"#
    );
    assert!(out.contains(metadata), "{out}");
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(value["metadata"]["json"]["a"][0], "\u{202e}\"");
}

#[test]
fn what_faults_and_tries_add_is_written() {
    let mut rule = forward(vec![Filter::Fault(Fault {
        abort_status: Some(503),
        abort_grpc_status: Some(14),
        ..Fault::default()
    })]);
    rule.retry = Some(RetryPolicy {
        backoff_ms: Some(1),
        max_backoff_ms: Some(2),
        ..RetryPolicy::default()
    });
    let out = told(rule, r#"{"path":"/"}"#);
    assert!(
        out.contains(r#""abort_status":503,"abort_grpc_status":14,"#),
        "{out}"
    );
    assert!(
        out.contains(r#""backoff_ms":1,"max_backoff_ms":2"#),
        "{out}"
    );
}

#[test]
fn a_rewrite_that_is_refused_says_so() {
    let rewrite = Filter::Rewrite(Rewrite {
        path: Some(PathRewrite::Full(format("/{header.x}"))),
        ..Rewrite::default()
    });
    let out = told(
        forward(vec![rewrite]),
        r#"{"path":"/","headers":{"x":".."}}"#,
    );
    let refused =
        r#"{"outcome":"reject","status":400,"reason":"the rewritten path is not canonical""#;
    assert!(out.starts_with(refused), "{out}");
}
