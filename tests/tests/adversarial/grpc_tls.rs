//! gRPC methods and TLS server names that are nearly those of a route.

use fingerpost::{RequestProtocol, Table};

use crate::asked::{get, grpc, tls};
use crate::manifest::{
    Imported, gateway, http_gateway, http_route, imported, object, route_of, rules,
};

const ADMIN: &str = "{method: {service: foo.Bar, method: Admin, type: Exact}}";

/// `deny` for one method, `open` for the rest.
fn methods() -> Imported {
    let open = "rules: [{backendRefs: [{name: app, port: 80}]}]";
    imported(&[
        http_gateway(),
        route_of("GRPCRoute", "deny", &rules(ADMIN)),
        route_of("GRPCRoute", "open", open),
    ])
}

#[test]
fn adv_gt_002_exact_grpc_names_are_literal() {
    let table = methods().sound();
    assert_eq!(grpc("/foo.Bar/Admin").answer(&table), "deny");
    for target in [
        "/fooXBar/Admin",
        "/foo.BarX/Admin",
        "/foo.Bar/AdminX",
        "/x.foo.Bar/Admin",
        "/foo.Bar/Admi",
    ] {
        assert_eq!(grpc(target).answer(&table), "open", "{target}");
    }
}

#[test]
fn adv_gt_002_a_grpc_match_without_names_is_refused() {
    let imported = imported(&[
        http_gateway(),
        route_of("GRPCRoute", "nameless", &rules("{method: {type: Exact}}")),
    ]);
    assert!(imported.refuses(1319), "{:#?}", imported.diagnostics);
    assert_ne!(grpc("/a/b/c").answer(&imported.table), "nameless");
}

#[test]
fn adv_gt_003_a_grpc_path_has_two_segments_and_no_more() {
    let table = methods().sound();
    for (target, route) in [
        // The Gateway API's profile merges no slashes.
        ("//foo.Bar/Admin", "open"),
        ("/foo.Bar//Admin", "open"),
        ("/foo.Bar/Admin/", "open"),
        ("/foo.Bar/Admin/x", "open"),
        ("/foo.Bar/Admin?x=1", "deny"),
        ("/foo.Bar/Admin", "deny"),
        ("/x/../foo.Bar/Admin", "deny"),
        ("/foo%2EBar/%41dmin", "deny"),
        ("/foo.Bar%2FAdmin", "open"),
    ] {
        assert_eq!(grpc(target).answer(&table), route, "{target}");
    }
}

#[test]
fn adv_gt_004_grpc_names_match_with_regard_to_case() {
    let table = methods().sound();
    assert_eq!(grpc("/foo.bar/admin").answer(&table), "open");
    assert_eq!(grpc("/foo.Bar/admin").answer(&table), "open");
    assert_eq!(grpc("/foo.Bar/Admin").answer(&table), "deny");
}

#[test]
fn adv_gt_006_grpc_is_told_by_its_content_type_in_any_case() {
    let table = imported(&[
        http_gateway(),
        route_of("GRPCRoute", "call", &rules(ADMIN)),
        http_route("page", &rules("{path: {value: /}}")),
    ])
    .sound();
    let asked = |content_type: &str| {
        get("/foo.Bar/Admin")
            .method("POST")
            .protocol(RequestProtocol::Http2)
            .header("Content-Type", content_type)
            .answer(&table)
    };
    for content_type in [
        "application/grpc",
        "Application/GRPC+proto",
        "application/grpc+json",
        "APPLICATION/GRPC;charset=utf-8",
        "application/grpc ; charset=utf-8",
    ] {
        assert_eq!(asked(content_type), "call", "{content_type}");
    }
    for content_type in [
        "application/grpcx",
        "application/grpc-web",
        "application/json",
        "text/application/grpc",
        "",
    ] {
        assert_eq!(asked(content_type), "page", "{content_type}");
    }
}

/// `a` for one server name, `w` for those beside it.
fn server_names() -> Table {
    let route = |name: &str, host: &str| {
        let backend = "rules: [{backendRefs: [{name: app, port: 443}]}]";
        let spec = format!("{{parentRefs: [{{name: public}}], hostnames: ['{host}'], {backend}}}");
        object("TLSRoute", name, &spec)
    };
    imported(&[
        gateway("{name: tls, port: 443, protocol: TLS, tls: {mode: Passthrough}}"),
        route("a", "a.example.com"),
        route("w", "*.example.com"),
    ])
    .sound()
}

#[test]
fn adv_gt_007_a_server_name_matches_without_regard_to_case() {
    let table = server_names();
    for (name, route) in [
        ("A.EXAMPLE.COM", "a"),
        ("a.example.com", "a"),
        ("B.Example.Com", "w"),
        ("a.example.org", "no_route"),
    ] {
        assert_eq!(tls(name).answer(&table), route, "{name}");
    }
}

#[test]
fn adv_gt_009_a_server_name_with_a_control_character_is_refused() {
    let table = server_names();
    for name in [
        "a.example.com\0.evil.com",
        "a.example.com\0",
        "\0",
        "a\r\n.example.com",
    ] {
        assert_eq!(tls(name).answer(&table), "reject:BadServerName", "{name:?}");
    }
    assert_eq!(tls("a.example.com").answer(&table), "a");
}

#[test]
fn adv_gt_010_a_server_name_is_a_dns_name() {
    let table = server_names();
    // Clients must not write the dot (RFC 6066 3); with it the name is the same one.
    assert_eq!(tls("a.example.com.").answer(&table), "a");
    for name in ["192.0.2.1", "[::1]", ""] {
        assert_eq!(tls(name).answer(&table), "no_route", "{name:?}");
    }
    let long = format!("{}.example.com", "a.".repeat(150));
    assert!(tls(long).answer(&table).starts_with("reject:"));
    let label = format!("{}.example.com", "a".repeat(60));
    assert_eq!(tls(label).answer(&table), "w");
}
