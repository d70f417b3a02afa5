//! Mesh use.

use alloc::format;
use alloc::string::{String, ToString};

use super::{ask, has, of_route, read, table};
use crate::Request;
use crate::diagnostic::codes::gateway_api as codes;

fn service(namespace: &str, name: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: {namespace}}}\n\
         spec: {{ports: [{{name: http, port: 80}}, {{name: alt, port: 8080}}, {{name: dns, port: 80, protocol: UDP}}]}}\n"
    )
}

fn bound(kind: &str, namespace: &str, name: &str, parent: &str, rule: &str) -> String {
    format!(
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: {namespace}}}\n\
         spec:\n  parentRefs: [{{group: '', kind: Service, {parent}}}]\n  rules: [{rule}]\n"
    )
}

fn get(text: &str, host: &str, path: &str, clients: Option<&str>) -> String {
    let routes = read(text).routes;
    let port = host
        .split_once(':')
        .map_or(80, |(_, port)| port.parse().unwrap());
    let mut request = Request::new(b"GET", path.as_bytes())
        .with_authority(host.as_bytes())
        .with_port(port);
    if let Some(clients) = clients {
        request = request.with_client_namespace(clients);
    }
    ask(&table(&routes), &request)
}

const TO_B: &str = "{matches: [{path: {value: /v1}}], backendRefs: [{name: b, port: 80}]}";

#[test]
fn once_a_route_is_bound_what_it_does_not_take_is_not_forwarded() {
    let text = service("home", "a")
        + &service("home", "b")
        + &bound("HTTPRoute", "home", "r", "name: a, port: 80", TO_B);
    for host in ["a", "a.home", "a.home.svc", "a.home.svc.cluster.local"] {
        assert_eq!(get(&text, host, "/v1", None), "b", "{host}");
        assert_eq!(get(&text, host, "/", None), "no_route 404", "{host}");
    }
    assert_eq!(get(&text, "a:8080", "/", None), "a");
    assert_eq!(get(&text, "b", "/", None), "b");
    let out = read(&text);
    assert_eq!(of_route(&out, "r", "Accepted"), "True/Accepted");
    assert_eq!(out.routes.gateways[0].object.to_string(), "Mesh mesh");
}

#[test]
fn consumer_routes_replace_the_producers_for_their_namespace() {
    let text = service("home", "a")
        + &service("home", "b")
        + &bound(
            "HTTPRoute",
            "home",
            "producer",
            "name: a",
            "{matches: [{path: {value: /p}}], backendRefs: [{name: a, port: 80}]}",
        )
        + &bound(
            "HTTPRoute",
            "client",
            "consumer",
            "name: a, namespace: home",
            "{matches: [{path: {value: /c}}], backendRefs: [{name: b, namespace: home, port: 80}]}",
        );
    assert_eq!(get(&text, "a.home", "/c", Some("client")), "b");
    assert_eq!(get(&text, "a.home", "/p", Some("client")), "no_route 404");
    assert_eq!(get(&text, "a.home", "/p", Some("home")), "a");
    assert_eq!(get(&text, "a.home", "/c", None), "no_route 404");
    assert_eq!(
        of_route(&read(&text), "consumer", "ResolvedRefs"),
        "True/ResolvedRefs"
    );
}

#[test]
fn of_kinds_bound_to_one_port_the_first_in_order_is_applied() {
    let text = service("home", "a")
        + &bound(
            "TCPRoute",
            "home",
            "t",
            "name: a",
            "{backendRefs: [{name: a, port: 80}]}",
        )
        + &bound(
            "HTTPRoute",
            "home",
            "h",
            "name: a",
            "{backendRefs: [{name: a, port: 80}]}",
        );
    let out = read(&text);
    assert_eq!(of_route(&out, "t", "Accepted"), "False/Conflicted");
    assert_eq!(of_route(&out, "h", "Accepted"), "True/Accepted");
    assert!(has(&out, codes::ROUTE_CONFLICTED));
}

#[test]
fn a_reference_may_name_a_port_by_its_name() {
    let text =
        service("home", "a") + &bound("HTTPRoute", "home", "r", "name: a, sectionName: alt", TO_B);
    assert_eq!(get(&text, "a", "/", None), "a");
    assert_eq!(get(&text, "a:8080", "/", None), "no_route 404");
    let none = service("home", "a") + &bound("HTTPRoute", "home", "r", "name: a, port: 9", TO_B);
    assert_eq!(
        of_route(&read(&none), "r", "Accepted"),
        "False/NoMatchingParent"
    );
}

#[test]
fn a_bare_name_means_the_clients_own_namespace_where_it_is_shared() {
    let text = service("away", "a")
        + &service("home", "a")
        + &bound(
            "HTTPRoute",
            "home",
            "r",
            "name: a",
            "{backendRefs: [{name: other, port: 80}]}",
        )
        + &service("home", "other");
    assert_eq!(get(&text, "a", "/", Some("home")), "other");
    assert_eq!(get(&text, "a", "/", Some("away")), "a");
}

#[test]
fn hostnames_mean_nothing_in_mesh_use() {
    let text = service("home", "a")
        + &service("home", "b")
        + &bound("HTTPRoute", "home", "r", "name: a", TO_B)
            .replace("  rules:", "  hostnames: [x.org]\n  rules:");
    assert_eq!(get(&text, "a", "/v1", None), "b");
    assert!(has(&read(&text), codes::MESH_HOSTNAMES));
}

#[test]
fn services_alone_are_a_mesh_that_forwards_to_itself() {
    assert_eq!(get(&service("home", "a"), "a", "/", None), "a");
    let gateway = service("home", "a") + "---\n" + &super::open_gateway();
    assert_eq!(read(&gateway).routes.gateways.len(), 1);
}

#[test]
fn where_no_service_is_given_the_reference_says_the_port() {
    let text = bound("HTTPRoute", "home", "r", "name: a, port: 80", TO_B);
    assert_eq!(get(&text, "a.home", "/v1", None), "b");
    assert_eq!(get(&text, "a.home:81", "/v1", None), "no_route 404");
}

#[test]
fn a_route_of_a_gateway_and_a_service_needs_grants_only_for_the_gateway() {
    let text = super::open_gateway()
        + &service("home", "a")
        + &service("away", "b")
        + &bound(
            "HTTPRoute",
            "home",
            "r",
            "name: a",
            "{backendRefs: [{name: b, namespace: away, port: 80}]}",
        )
        .replace(
            "parentRefs: [",
            "parentRefs: [{name: gw, namespace: infra}, ",
        );
    let out = read(&text);
    let parents = &out.status.routes[0].parents;
    assert_eq!(
        super::state(&parents[0].conditions, "ResolvedRefs"),
        "False/RefNotPermitted"
    );
    assert_eq!(
        super::state(&parents[1].conditions, "ResolvedRefs"),
        "True/ResolvedRefs"
    );
}
