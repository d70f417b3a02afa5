//! Listeners of Gateways and ListenerSets.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{gateway, get, get_tls, has, of_listener, read, read_with, route, state, to};
use crate::diagnostic::codes::gateway_api as codes;
use crate::import::gateway_api::Options;
use crate::model::Protocol;

const ALL: &str = "allowedRoutes: {namespaces: {from: All}}";

fn on(section: &str, kind: &str, name: &str, spec: &str) -> String {
    route(kind, name, spec).replace(
        "namespace: infra}]",
        &format!("namespace: infra, sectionName: {section}}}]"),
    )
}

#[test]
fn a_request_sees_only_the_listener_that_fits_best() {
    let text = gateway(&format!(
        "  - {{name: any, port: 80, protocol: HTTP, {ALL}}}\n\
         \x20 - {{name: wide, port: 80, protocol: HTTP, hostname: '*.a.org', {ALL}}}\n\
         \x20 - {{name: exact, port: 80, protocol: HTTP, hostname: b.a.org, {ALL}}}"
    )) + &on("any", "HTTPRoute", "r1", &to("any"))
        + &on("wide", "HTTPRoute", "r2", &to("wide"))
        + &on(
            "exact",
            "HTTPRoute",
            "r3",
            "  rules: [{matches: [{path: {value: /x}}], backendRefs: [{name: exact, port: 80}]}]",
        );
    assert_eq!(get(&text, "c.org", "/"), "any");
    assert_eq!(get(&text, "c.a.org", "/"), "wide");
    assert_eq!(get(&text, "b.a.org", "/x"), "exact");
    assert_eq!(get(&text, "b.a.org", "/"), "no_route 404");
}

#[test]
fn without_isolation_listeners_of_a_port_are_searched_together() {
    let text = gateway(&format!(
        "  - {{name: any, port: 80, protocol: HTTP, {ALL}}}\n\
         \x20 - {{name: exact, port: 80, protocol: HTTP, hostname: b.a.org, {ALL}}}"
    )) + &on("any", "HTTPRoute", "r1", &to("any"))
        + &on(
            "exact",
            "HTTPRoute",
            "r3",
            "  rules: [{matches: [{path: {value: /x}}], backendRefs: [{name: exact, port: 80}]}]",
        );
    let options = Options {
        listener_isolation: false,
        ..Options::default()
    };
    let out = read_with(&text, options);
    assert_eq!(out.routes.stages.len(), 1);
    let table = super::table(&out.routes);
    let request =
        |path: &'static [u8]| crate::Request::new(b"GET", path).with_authority(b"b.a.org");
    assert_eq!(super::ask(&table, &request(b"/x")), "exact");
    assert_eq!(super::ask(&table, &request(b"/")), "any");
}

#[test]
fn of_indistinct_listeners_of_one_gateway_none_is_accepted() {
    let text = gateway(&format!(
        "  - {{name: one, port: 80, protocol: HTTP, hostname: a.org, {ALL}}}\n\
         \x20 - {{name: two, port: 80, protocol: HTTP, hostname: a.org, {ALL}}}\n\
         \x20 - {{name: other, port: 80, protocol: HTTP, hostname: b.org, {ALL}}}"
    )) + &route("HTTPRoute", "r", &to("b"));
    let out = read(&text);
    assert_eq!(
        of_listener(&out, "one", "Conflicted"),
        "True/HostnameConflict"
    );
    assert_eq!(
        of_listener(&out, "two", "Accepted"),
        "False/HostnameConflict"
    );
    assert_eq!(of_listener(&out, "other", "Accepted"), "True/Accepted");
    assert_eq!(
        state(&out.status.gateways[0].conditions, "Accepted"),
        "True/ListenersNotValid"
    );
    assert!(has(&out, codes::LISTENER_CONFLICT));
    assert_eq!(out.routes.gateways[0].listeners.len(), 1);
    assert_eq!(get(&text, "a.org", "/"), "no_route 404");
    assert_eq!(get(&text, "b.org", "/"), "b");
}

#[test]
fn tcp_beside_http_makes_both_indistinct_and_udp_does_not() {
    let out = read(&gateway(
        "  - {name: http, port: 80, protocol: HTTP}\n  - {name: tcp, port: 80, protocol: TCP}\n\
         \x20 - {name: udp, port: 80, protocol: UDP}\n  - {name: late, port: 81, protocol: HTTP}",
    ));
    assert_eq!(
        of_listener(&out, "http", "Conflicted"),
        "True/ProtocolConflict"
    );
    assert_eq!(
        of_listener(&out, "tcp", "Accepted"),
        "False/ProtocolConflict"
    );
    assert_eq!(of_listener(&out, "udp", "Conflicted"), "False/NoConflicts");
    assert_eq!(of_listener(&out, "late", "Accepted"), "True/Accepted");
}

#[test]
fn the_server_name_chooses_and_a_better_listener_for_the_authority_is_421() {
    let tls = "tls: {certificateRefs: [{name: c}]}";
    let text = gateway(&format!(
        "  - {{name: a, port: 443, protocol: HTTPS, hostname: a.org, {tls}, {ALL}}}\n\
         \x20 - {{name: b, port: 443, protocol: HTTPS, hostname: b.org, {tls}, {ALL}}}"
    )) + &on("a", "HTTPRoute", "r1", &to("one"))
        + &on("b", "HTTPRoute", "r2", &to("two"));
    assert_eq!(get_tls(&text, "a.org", "a.org"), "one");
    assert_eq!(get_tls(&text, "a.org", "b.org"), "no_route 421");
    assert_eq!(get_tls(&text, "a.org", "c.org"), "no_route 404");
}

#[test]
fn a_listener_whose_only_certificate_is_missing_is_not_served() {
    let listener = format!(
        "  - {{name: a, port: 443, protocol: HTTPS, tls: {{certificateRefs: [{{name: c}}]}}, {ALL}}}"
    );
    let other = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: other, namespace: infra}\n";
    let alone = read(&(gateway(&listener) + &route("HTTPRoute", "r", &to("one"))));
    assert_eq!(of_listener(&alone, "a", "Programmed"), "True/Programmed");
    assert!(has(&alone, codes::ASSUMED));
    let out = read(&(gateway(&listener) + other + &route("HTTPRoute", "r", &to("one"))));
    assert_eq!(
        of_listener(&out, "a", "ResolvedRefs"),
        "False/InvalidCertificateRef"
    );
    assert_eq!(of_listener(&out, "a", "Programmed"), "False/Invalid");
    assert_eq!(out.status.listeners[0].attached_routes, 1);
    assert!(out.routes.gateways[0].listeners.is_empty());
}

#[test]
fn an_unknown_kind_leaves_the_others_at_work() {
    let text = gateway(
        "  - {name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}, kinds: [{kind: Odd}, {kind: HTTPRoute}]}}",
    ) + &route("HTTPRoute", "r", &to("one"))
        + &route(
            "GRPCRoute",
            "g",
            "  rules: [{backendRefs: [{name: g, port: 80}]}]",
        );
    let out = read(&text);
    assert_eq!(
        of_listener(&out, "http", "ResolvedRefs"),
        "False/InvalidRouteKinds"
    );
    assert_eq!(out.status.listeners[0].supported_kinds, ["HTTPRoute"]);
    assert_eq!(super::of_route(&out, "r", "Accepted"), "True/Accepted");
    assert_eq!(
        super::of_route(&out, "g", "Accepted"),
        "False/NotAllowedByListeners"
    );
}

fn set(name: &str, created: &str, hostname: &str) -> String {
    format!(
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: ListenerSet\n\
         metadata: {{name: {name}, namespace: shop, creationTimestamp: '{created}'}}\n\
         spec:\n  parentRef: {{name: gw, namespace: infra}}\n  listeners:\n\
         \x20 - {{name: {name}-l, port: 80, protocol: HTTP, hostname: {hostname}}}\n\
         ---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n\
         metadata: {{name: {name}-r, namespace: shop}}\n\
         spec:\n  parentRefs: [{{kind: ListenerSet, name: {name}}}]\n  rules: [{{backendRefs: [{{name: {name}, port: 80}}]}}]\n"
    )
}

#[test]
fn the_older_listener_set_keeps_a_host_and_gateways_come_first() {
    let gateway = gateway("  - {name: own, port: 80, protocol: HTTP, hostname: own.org}")
        + "  allowedListeners: {namespaces: {from: All}}\n";
    let text = gateway
        + &set("new", "2024-01-02T00:00:00Z", "both.org")
        + &set("old", "2024-01-01T00:00:00Z", "both.org")
        + &set("thief", "2023-01-01T00:00:00Z", "own.org");
    let out = read(&text);
    assert_eq!(of_listener(&out, "old-l", "Accepted"), "True/Accepted");
    assert_eq!(
        of_listener(&out, "new-l", "Conflicted"),
        "True/HostnameConflict"
    );
    assert_eq!(
        of_listener(&out, "thief-l", "Conflicted"),
        "True/HostnameConflict"
    );
    assert_eq!(of_listener(&out, "own", "Accepted"), "True/Accepted");
    let names: Vec<_> = out.routes.gateways[0]
        .listeners
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(names, ["own", "shop/old:old-l"]);
    assert_eq!(get(&text, "both.org", "/"), "old");
    assert_eq!(get(&text, "own.org", "/"), "no_route 404");
    assert_eq!(out.status.gateways[0].attached_listener_sets, Some(1));
}

#[test]
fn a_gateway_takes_no_listener_set_unless_it_says_so() {
    let text = gateway("  - {name: own, port: 80, protocol: HTTP, hostname: own.org}")
        + &set("one", "2024-01-02T00:00:00Z", "one.org");
    let out = read(&text);
    let status = out
        .status
        .gateways
        .iter()
        .find(|one| one.gateway.name == "one")
        .unwrap();
    assert_eq!(state(&status.conditions, "Accepted"), "False/NotAllowed");
    assert!(has(&out, codes::LISTENER_SET_NOT_ALLOWED));
    assert_eq!(get(&text, "one.org", "/"), "no_route 404");
}

#[test]
fn selectors_know_the_name_of_every_namespace_and_all_four_operators() {
    let selector = |selector: &str| {
        let listener = format!(
            "  - {{name: http, port: 80, protocol: HTTP, allowedRoutes: {{namespaces: {{from: Selector, selector: {selector}}}}}}}"
        );
        let namespace =
            "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {tier: gold}}\n";
        let out = read(&(gateway(&listener) + namespace + &route("HTTPRoute", "r", &to("one"))));
        super::of_route(&out, "r", "Accepted") == "True/Accepted"
    };
    assert!(selector(
        "{matchLabels: {kubernetes.io/metadata.name: shop}}"
    ));
    assert!(selector("{matchLabels: {tier: gold}}"));
    assert!(!selector("{matchLabels: {tier: gold, more: x}}"));
    assert!(selector(
        "{matchExpressions: [{key: tier, operator: In, values: [gold, silver]}]}"
    ));
    assert!(!selector(
        "{matchExpressions: [{key: tier, operator: NotIn, values: [gold]}]}"
    ));
    assert!(selector(
        "{matchExpressions: [{key: none, operator: NotIn, values: [gold]}]}"
    ));
    assert!(selector(
        "{matchExpressions: [{key: tier, operator: Exists}]}"
    ));
    assert!(!selector(
        "{matchExpressions: [{key: tier, operator: DoesNotExist}]}"
    ));
    assert!(selector("{}"));
}

#[test]
fn protocols_become_the_models() {
    let out = read(&gateway(
        "  - {name: a, port: 1, protocol: HTTP}\n  - {name: b, port: 2, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}\n\
         \x20 - {name: c, port: 3, protocol: TLS, tls: {mode: Passthrough}}\n  - {name: d, port: 4, protocol: TCP}\n\
         \x20 - {name: e, port: 5, protocol: UDP}\n  - {name: f, port: 6, protocol: SCTP}",
    ));
    let got: Vec<_> = out.routes.gateways[0]
        .listeners
        .iter()
        .map(|one| (one.port.unwrap(), one.protocol))
        .collect();
    assert_eq!(
        got,
        [
            (1, Protocol::Http),
            (2, Protocol::Https),
            (3, Protocol::Tls),
            (4, Protocol::Tcp),
            (5, Protocol::Udp)
        ]
    );
    assert_eq!(
        of_listener(&out, "f", "Accepted"),
        "False/UnsupportedProtocol"
    );
}
