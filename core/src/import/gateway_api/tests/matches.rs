//! Rules, matches and policies.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::{get, has, http, of_route, open_gateway, read, route, rules, to};
use crate::diagnostic::Severity;
use crate::diagnostic::codes::gateway_api as codes;
use crate::model::{Action, HeaderMatch, PathMatch, RepeatedValues, ValueMatch};

fn paths(matches: &str) -> Vec<PathMatch> {
    let rules = rules(&http(&format!(
        "  - {{matches: {matches}, backendRefs: [{{name: b, port: 80}}]}}"
    )));
    rules[0]
        .matches
        .iter()
        .map(|one| one.path.clone())
        .collect()
}

#[test]
fn every_default_of_a_match_is_the_prefix_slash() {
    let root = [PathMatch::Segments("/".into())];
    assert_eq!(paths("[{}]"), root);
    assert_eq!(paths("[{path: {}}]"), root);
    assert_eq!(paths("[]"), root);
    assert_eq!(
        paths("[{path: {value: /a}}]"),
        [PathMatch::Segments("/a".into())]
    );
}

#[test]
fn path_types_become_the_models() {
    assert_eq!(
        paths(
            "[{path: {type: Exact, value: /a}}, {path: {type: RegularExpression, value: '/[0-9]+'}}]"
        ),
        [
            PathMatch::Exact("/a".into()),
            PathMatch::Regex("/[0-9]+".into())
        ]
    );
}

#[test]
fn a_route_without_rules_answers_500_everywhere() {
    let text = open_gateway() + &route("HTTPRoute", "r", "  hostnames: [a.org]");
    assert_eq!(get(&text, "a.org", "/x"), "respond 500");
}

#[test]
fn of_equal_header_names_the_first_counts() {
    let text = http(
        "  - matches: [{headers: [{name: X-A, value: '1'}, {name: x-a, value: '2'}]}]\n    backendRefs: [{name: b, port: 80}]",
    );
    let out = read(&text);
    let header = HeaderMatch {
        name: "x-a".to_string(),
        value: ValueMatch::Exact("1".to_string()),
        ignore_case: false,
        invert: false,
        missing_matches: false,
        repeated: RepeatedValues::Joined,
        origin: out.routes.routes[0].rules[0].matches[0].headers[0].origin,
    };
    assert_eq!(out.routes.routes[0].rules[0].matches[0].headers, [header]);
    assert!(has(&out, codes::REPEATED_NAME));
}

#[test]
fn of_equal_query_names_the_first_counts_and_case_makes_a_difference() {
    let text = http(
        "  - matches: [{queryParams: [{name: a, value: '1'}, {name: a, value: '2'}, {name: A, value: '3'}]}]\n    backendRefs: [{name: b, port: 80}]",
    );
    assert_eq!(get(&text, "h", "/?a=1&A=3"), "b");
    assert_eq!(get(&text, "h", "/?a=2&A=3"), "no_route 404");
}

#[test]
fn a_bad_match_costs_its_rule_and_no_other() {
    let text = http(
        "  - {matches: [{path: {type: RegularExpression, value: '('}}], backendRefs: [{name: bad, port: 80}]}\n\
         \x20 - {matches: [{path: {value: /good}}], backendRefs: [{name: good, port: 80}]}",
    );
    let out = read(&text);
    assert!(has(&out, codes::MATCH_LEFT_OUT));
    assert_eq!(of_route(&out, "r", "Accepted"), "True/Accepted");
    assert_eq!(
        of_route(&out, "r", "PartiallyInvalid"),
        "True/UnsupportedValue"
    );
    assert_eq!(get(&text, "h", "/good"), "good");
    assert_eq!(get(&text, "h", "/("), "no_route 404");
}

#[test]
fn a_rule_with_an_error_of_the_validators_answers_500() {
    let text = http(
        "  - {matches: [{path: {value: /a}}], timeouts: {request: soon}, backendRefs: [{name: bad, port: 80}]}\n\
         \x20 - {matches: [{path: {value: /}}], backendRefs: [{name: good, port: 80}]}",
    );
    assert_eq!(get(&text, "h", "/a"), "respond 500");
    assert_eq!(get(&text, "h", "/b"), "good");
    assert_eq!(
        of_route(&read(&text), "r", "PartiallyInvalid"),
        "True/UnsupportedValue"
    );
}

#[test]
fn grpc_matches_name_service_and_method_and_take_only_grpc() {
    let grpc = |rules: &str| {
        let text = open_gateway() + &route("GRPCRoute", "r", &format!("  rules:\n{rules}"));
        super::rules(&text)[0].matches.clone()
    };
    let backends = "backendRefs: [{name: b, port: 80}]";
    let one = grpc(&format!(
        "  - {{matches: [{{method: {{service: a.B, method: C}}}}], {backends}}}"
    ));
    assert!(one[0].grpc_only);
    let exact = |text: &str| Some(ValueMatch::Exact(text.to_string()));
    assert_eq!(
        one[0].path,
        PathMatch::Grpc {
            service: exact("a.B"),
            method: exact("C")
        }
    );
    let regex = grpc(&format!(
        "  - {{matches: [{{method: {{type: RegularExpression, service: 'a[.].*'}}}}], {backends}}}"
    ));
    let service = Some(ValueMatch::Regex("a[.].*".to_string()));
    assert_eq!(
        regex[0].path,
        PathMatch::Grpc {
            service,
            method: None
        }
    );
    let every = grpc(&format!("  - {{{backends}}}"));
    assert_eq!(
        every[0].path,
        PathMatch::Grpc {
            service: None,
            method: None
        }
    );
    assert!(every[0].grpc_only);
}

#[test]
fn a_grpc_route_without_rules_takes_nothing() {
    let out = read(&(open_gateway() + &route("GRPCRoute", "r", "  hostnames: [a.org]")));
    assert!(out.routes.routes[0].rules.is_empty());
    assert!(has(&out, codes::NO_BACKENDS));
}

#[test]
fn names_timeouts_retries_and_sessions_are_handed_on() {
    let rule = &rules(&http(
        "  - name: canary\n    timeouts: {request: 1m, backendRequest: 500ms}\n    \
         retry: {attempts: 3, codes: [503], backoff: 25ms}\n    \
         sessionPersistence: {type: Header, header: {name: x-s}}\n    backendRefs: [{name: b, port: 80}]",
    ))[0];
    assert_eq!(rule.name.as_deref(), Some("canary"));
    assert_eq!(rule.timeouts.request_ms, Some(60_000));
    assert_eq!(rule.timeouts.backend_request_ms, Some(500));
    let retry = rule.retry.as_ref().unwrap();
    assert_eq!((retry.attempts, retry.backoff_ms), (Some(3), Some(25)));
    assert_eq!(retry.on, ["503", "connect-failure", "reset"]);
    assert!(matches!(
        rule.session.as_ref().unwrap(),
        crate::model::SessionPolicy::Header { name: Some(name), .. } if name == "x-s"
    ));
    assert!(matches!(rule.action, Action::Forward(_)));
}

#[test]
fn every_served_version_of_a_kind_is_read() {
    for (kind, version) in [("HTTPRoute", "v1beta1"), ("HTTPRoute", "v1")] {
        let text = (open_gateway() + &route(kind, "r", &to("b"))).replace(
            &format!("/v1\nkind: {kind}"),
            &format!("/{version}\nkind: {kind}"),
        );
        assert_eq!(get(&text, "h", "/"), "b", "{kind} {version}");
    }
}

#[test]
fn items_of_a_typed_list_need_no_type_of_their_own() {
    let list = "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRouteList\nitems:\n\
                - metadata: {name: r, namespace: shop}\n  spec:\n    parentRefs: [{name: gw, namespace: infra}]\n    \
                rules: [{backendRefs: [{name: b, port: 80}]}]\n";
    assert_eq!(get(&(open_gateway() + list), "h", "/"), "b");
}

#[test]
fn a_lenient_import_takes_what_an_api_server_refuses() {
    let text = http(
        "  - {matches: [{path: {value: /a}}], timeouts: {request: soon}, backendRefs: [{name: b, port: 80}]}",
    );
    let mut sources = crate::import::Sources::new();
    sources.add("test.yaml", text);
    let options = crate::import::Options {
        lenient: true,
        ..Default::default()
    };
    let out = crate::import::import(&sources, &options);
    assert!(
        out.diagnostics
            .iter()
            .all(|one| one.severity < Severity::Error)
    );
    assert!(matches!(
        out.routes.routes[0].rules[0].action,
        Action::Forward(_)
    ));
}
