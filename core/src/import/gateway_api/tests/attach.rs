//! Routes and their parents.

use alloc::format;
use alloc::string::String;

use super::{gateway, get, has, of_route, open_gateway, read, read_with, route, state, to};
use crate::diagnostic::codes::gateway_api as codes;
use crate::import::gateway_api::{GrpcHttpConflict, HostnamePrecedence, Options};
use crate::model::{HostBinding, HostMatch, Precedence};

#[test]
fn a_listener_takes_routes_of_its_own_namespace_where_nothing_is_said() {
    let text =
        gateway("  - {name: http, port: 80, protocol: HTTP}") + &route("HTTPRoute", "r", &to("b"));
    let out = read(&text);
    assert_eq!(
        of_route(&out, "r", "Accepted"),
        "False/NotAllowedByListeners"
    );
    let warning = out
        .diagnostics
        .iter()
        .find(|one| one.code == codes::NOT_ALLOWED_BY_LISTENERS)
        .unwrap();
    assert_eq!(warning.origin.unwrap().line, 13);
    let same = text.replace("namespace: shop", "namespace: infra");
    assert_eq!(of_route(&read(&same), "r", "Accepted"), "True/Accepted");
}

#[test]
fn section_and_port_must_both_be_the_listeners() {
    let with = |more: &str| {
        let text = open_gateway() + &route("HTTPRoute", "r", &to("b"));
        let out = read(&text.replace(
            "namespace: infra}]",
            &format!("namespace: infra, {more}}}]"),
        ));
        of_route(&out, "r", "Accepted")
    };
    assert_eq!(with("sectionName: http"), "True/Accepted");
    assert_eq!(with("port: 80"), "True/Accepted");
    assert_eq!(with("sectionName: http, port: 80"), "True/Accepted");
    assert_eq!(
        with("sectionName: http, port: 81"),
        "False/NoMatchingParent"
    );
    assert_eq!(with("sectionName: other"), "False/NoMatchingParent");
}

#[test]
fn hostnames_outside_of_the_listeners_are_ignored() {
    let listener = "  - {name: http, port: 80, protocol: HTTP, hostname: '*.a.org', allowedRoutes: {namespaces: {from: All}}}";
    let hosts = |hosts: &str| {
        gateway(listener)
            + &route(
                "HTTPRoute",
                "r",
                &format!("  hostnames: [{hosts}]\n{}", to("b")),
            )
    };
    assert_eq!(get(&hosts("x.a.org, y.org"), "x.a.org", "/"), "b");
    assert_eq!(get(&hosts("x.a.org, y.org"), "y.org", "/"), "no_route 404");
    assert_eq!(get(&hosts("'*.org'"), "x.y.a.org", "/"), "b");
    assert_eq!(
        of_route(&read(&hosts("y.org")), "r", "Accepted"),
        "False/NoMatchingListenerHostname"
    );
}

#[test]
fn the_routes_own_hostname_counts_unless_the_option_says_the_intersection() {
    let text = gateway(
        "  - {name: http, port: 80, protocol: HTTP, hostname: x.a.org, allowedRoutes: {namespaces: {from: All}}}",
    ) + &route(
        "HTTPRoute",
        "r",
        &format!("  hostnames: ['*.a.org']\n{}", to("b")),
    );
    let binding = |options: Options| {
        read_with(&text, options).routes.stages[0].attachments[0]
            .hosts
            .clone()
    };
    let host = HostMatch::Exact("x.a.org".into());
    let written = HostMatch::Wildcard("a.org".into());
    assert_eq!(
        binding(Options::default()),
        [HostBinding {
            host: host.clone(),
            written,
            port: None,
        }]
    );
    let options = Options {
        hostname_precedence: HostnamePrecedence::Intersected,
        ..Options::default()
    };
    assert_eq!(
        binding(options),
        [HostBinding {
            host: host.clone(),
            written: host,
            port: None,
        }]
    );
}

#[test]
fn a_less_specific_host_still_serves_what_the_more_specific_leaves() {
    let text = open_gateway()
        + &route(
            "HTTPRoute",
            "exact",
            "  hostnames: [x.a.org]\n  rules: [{matches: [{path: {value: /}, method: POST}], backendRefs: [{name: exact, port: 80}]}]",
        )
        + &route(
            "HTTPRoute",
            "wide",
            &format!("  hostnames: ['*.a.org']\n{}", to("wide")),
        );
    assert_eq!(get(&text, "x.a.org", "/"), "wide");
}

#[test]
fn the_older_route_wins_and_input_order_is_age_where_no_time_is_stated() {
    let dated = |name: &str, time: &str| {
        route("HTTPRoute", name, &to(name)).replace(
            "namespace: shop}",
            &format!("namespace: shop, creationTimestamp: '{time}'}}"),
        )
    };
    let text = open_gateway()
        + &dated("new", "2024-01-02T00:00:00Z")
        + &dated("old", "2024-01-01T00:00:00Z");
    assert_eq!(get(&text, "h", "/"), "old");
    assert_eq!(read(&text).routes.routes[1].created, Some(1_704_067_200));
    let undated =
        open_gateway() + &route("HTTPRoute", "z", &to("z")) + &route("HTTPRoute", "a", &to("a"));
    assert_eq!(get(&undated, "h", "/"), "z");
}

#[test]
fn a_missing_parent_and_a_foreign_one_are_told_apart() {
    let text = open_gateway() + &route("HTTPRoute", "r", &to("b"));
    let out = read(&text.replace(
        "[{name: gw, namespace: infra}]",
        "[{name: none}, {kind: Service, name: s}]",
    ));
    assert!(has(&out, codes::PARENT_NOT_FOUND) && has(&out, codes::PARENT_KIND));
    let conditions = &out.status.routes[0].parents;
    assert_eq!(
        state(&conditions[0].conditions, "Accepted"),
        "False/NoMatchingParent"
    );
    assert_eq!(
        state(&conditions[1].conditions, "Accepted"),
        "False/NoMatchingParent"
    );
}

#[test]
fn default_gateways_take_routes_that_ask_for_them() {
    let text = open_gateway()
        + "  defaultScope: All\n"
        + &route(
            "HTTPRoute",
            "r",
            &format!("  useDefaultGateways: All\n{}", to("b")),
        )
        .replace("  parentRefs: [{name: gw, namespace: infra}]\n", "");
    assert_eq!(get(&text, "h", "/"), "b");
    assert_eq!(
        get(
            &text.replace("defaultScope: All", "defaultScope: None"),
            "h",
            "/"
        ),
        "no_route 404"
    );
}

#[test]
fn without_any_gateway_those_that_routes_name_are_assumed() {
    let text = route("HTTPRoute", "r", &to("b"));
    let out = read(&text);
    assert_eq!(get(&text, "h", "/"), "b");
    assert!(has(&out, codes::ASSUMED));
    assert_eq!(out.routes.gateways[0].object.name, "gw");
    assert!(out.status.gateways.is_empty() && out.status.listeners.is_empty());
    let sections = route("HTTPRoute", "r", &to("plain"))
        .replace("infra}]", "infra, sectionName: http}]")
        + &route("HTTPRoute", "s", &to("secure")).replace("infra}]", "infra, sectionName: https}]");
    assert_eq!(get(&sections, "h", "/"), "plain");
    assert_eq!(super::get_tls(&sections, "h", "h"), "secure");
}

#[test]
fn of_tcp_routes_all_are_attached_and_the_oldest_is_chosen() {
    let text = gateway(
        "  - {name: tcp, port: 9000, protocol: TCP, allowedRoutes: {namespaces: {from: All}}}",
    ) + &route("TCPRoute", "one", &to("one"))
        + &route("TCPRoute", "two", &to("two"));
    let out = read(&text);
    assert_eq!(out.status.listeners[0].attached_routes, 2);
    assert_eq!(out.routes.stages[0].precedence, Precedence::OldestRoute);
    assert_eq!(of_route(&out, "two", "Accepted"), "True/Accepted");
}

#[test]
fn grpc_and_http_routes_merge_or_the_later_is_rejected() {
    let host = |host: &str| format!("  hostnames: ['{host}']\n");
    let text = |grpc: &str| -> String {
        open_gateway()
            + &route("HTTPRoute", "h", &(host("*.a.org") + &to("h")))
            + &route("GRPCRoute", "g", &(host(grpc) + &to("g")))
    };
    let options = Options {
        grpc_http_conflict: GrpcHttpConflict::RejectLater,
        ..Options::default()
    };
    assert_eq!(
        of_route(&read(&text("x.a.org")), "g", "Accepted"),
        "True/Accepted"
    );
    for (host, accepted) in [
        ("x.a.org", "False/Conflicted"),
        ("*.b.a.org", "False/Conflicted"),
        ("*.org", "False/Conflicted"),
        ("a.org", "True/Accepted"),
        ("*.b.org", "True/Accepted"),
    ] {
        let out = read_with(&text(host), options.clone());
        assert_eq!(of_route(&out, "g", "Accepted"), accepted, "{host}");
        assert_eq!(of_route(&out, "h", "Accepted"), "True/Accepted");
    }
}

#[test]
fn of_two_objects_of_one_name_the_later_counts_in_the_first_ones_place() {
    let text = open_gateway()
        + &route("HTTPRoute", "r", &to("one"))
        + &route("HTTPRoute", "r", &to("two"));
    assert!(has(&read(&text), codes::REPEATED_OBJECT));
    assert_eq!(get(&text, "h", "/"), "two");
}

#[test]
fn a_route_without_parents_is_reported() {
    let text = open_gateway()
        + &route("HTTPRoute", "r", &to("b"))
            .replace("  parentRefs: [{name: gw, namespace: infra}]\n", "");
    let out = read(&text);
    assert!(has(&out, codes::NO_PARENTS));
    assert_eq!(get(&text, "h", "/"), "no_route 404");
}
