//! The rules of routes, one by one.

use fingerpost::diagnostic::Severity;
use serde_json::{Value, json};

use crate::support::{breaks, check, manifest, takes};

#[test]
fn filters_are_checked_in_rules_and_in_backends_alike() {
    // Each list of filters with the code that it breaks.
    let header = json!({ "add": [{ "name": "a", "value": "b" }] });
    let mirror = json!({ "backendRef": { "name": "a", "port": 1 } });
    let both = [
        (json!([{ "type": "RequestHeaderModifier" }]), 1308),
        (json!([{ "type": "ResponseHeaderModifier" }]), 1308),
        (json!([{ "type": "RequestMirror" }]), 1308),
        (json!([{ "type": "ExtensionRef" }]), 1308),
        (
            json!([{ "type": "RequestMirror", "requestMirror": mirror, "responseHeaderModifier": header }]),
            1309,
        ),
        (
            json!([{ "type": "RequestMirror", "requestMirror": mirror, "requestHeaderModifier": header }]),
            1309,
        ),
        (
            json!([{ "type": "RequestMirror", "requestMirror": mirror,
                  "extensionRef": { "group": "a", "kind": "b", "name": "c" } }]),
            1309,
        ),
        (
            json!([{ "type": "ResponseHeaderModifier", "responseHeaderModifier": header, "requestMirror": mirror }]),
            1309,
        ),
        (
            json!([{ "type": "RequestMirror", "requestMirror": { "backendRef": { "name": "a" } } }]),
            1305,
        ),
        (
            json!([{ "type": "RequestMirror", "requestMirror":
            { "backendRef": { "name": "a", "port": 1 }, "percent": 1, "fraction": { "numerator": 1 } } }]),
            1312,
        ),
        (
            json!([{ "type": "RequestMirror", "requestMirror":
            { "backendRef": { "name": "a", "port": 1 }, "fraction": { "numerator": 101 } } }]),
            1313,
        ),
        (
            json!([{ "type": "RequestHeaderModifier", "requestHeaderModifier": header },
                { "type": "RequestHeaderModifier", "requestHeaderModifier": header }]),
            1306,
        ),
    ];
    let full = |field: &str| json!({ "type": "ReplaceFullPath", field: "/x" });
    let http = [
        (json!([{ "type": "CORS" }]), 1308),
        (json!([{ "type": "URLRewrite" }]), 1308),
        (json!([{ "type": "ExternalAuth" }]), 1308),
        (
            json!([{ "type": "RequestMirror", "requestMirror": mirror, "cors": {} }]),
            1309,
        ),
        (
            json!([{ "type": "RequestMirror", "requestMirror": mirror, "requestRedirect": {} }]),
            1309,
        ),
        (
            json!([{ "type": "RequestMirror", "requestMirror": mirror, "urlRewrite": {} }]),
            1309,
        ),
        (
            json!([{ "type": "RequestMirror", "requestMirror": mirror,
                  "externalAuth": { "protocol": "GRPC", "grpc": {}, "backendRef": { "name": "a", "port": 1 } } }]),
            1309,
        ),
        (
            json!([{ "type": "URLRewrite", "urlRewrite": { "path": full("replacePrefixMatch") } }]),
            1309,
        ),
        (
            json!([{ "type": "URLRewrite", "urlRewrite": { "path": { "type": "ReplaceFullPath" } } }]),
            1308,
        ),
        (
            json!([{ "type": "URLRewrite", "urlRewrite": { "path": { "type": "ReplacePrefixMatch" } } }]),
            1308,
        ),
        (
            json!([{ "type": "URLRewrite", "urlRewrite":
            { "path": { "type": "ReplacePrefixMatch", "replacePrefixMatch": "/", "replaceFullPath": "/" } } }]),
            1309,
        ),
        (
            json!([{ "type": "CORS", "cors": { "allowHeaders": ["*", "a"] } }]),
            1314,
        ),
        (
            json!([{ "type": "CORS", "cors": { "allowMethods": ["GET", "*"] } }]),
            1314,
        ),
        (
            json!([{ "type": "CORS", "cors": { "allowOrigins": ["*", "http://a"] } }]),
            1314,
        ),
        (
            json!([{ "type": "CORS", "cors": {} }, { "type": "CORS", "cors": {} }]),
            1306,
        ),
        (
            json!([{ "type": "URLRewrite", "urlRewrite": {} }, { "type": "URLRewrite", "urlRewrite": {} }]),
            1306,
        ),
        (
            json!([{ "type": "ExternalAuth", "externalAuth":
            { "protocol": "GRPC", "grpc": {}, "backendRef": { "name": "a" } } }]),
            1305,
        ),
        (
            json!([{ "type": "ExternalAuth", "externalAuth":
            { "protocol": "GRPC", "grpc": {}, "http": {}, "backendRef": { "name": "a", "port": 1 } } }]),
            1309,
        ),
        (
            json!([{ "type": "ExternalAuth", "externalAuth":
            { "protocol": "HTTP", "grpc": {}, "http": {}, "backendRef": { "name": "a", "port": 1 } } }]),
            1309,
        ),
        (
            json!([{ "type": "ExternalAuth", "externalAuth":
            { "protocol": "HTTP", "backendRef": { "name": "a", "port": 1 } } }]),
            1308,
        ),
        (
            json!([{ "type": "RequestRedirect", "requestRedirect": {} },
                { "type": "URLRewrite", "urlRewrite": {} }]),
            1307,
        ),
        (
            json!([{ "type": "RequestRedirect", "requestRedirect": {} },
                { "type": "RequestRedirect", "requestRedirect": {} }]),
            1306,
        ),
        (json!([{ "type": "RequestRedirect" }]), 1308),
        (
            json!([{ "type": "RequestRedirect", "requestRedirect": { "path": full("replacePrefixMatch") } }]),
            1309,
        ),
    ];
    for (filters, code) in &both {
        for kind in ["HTTPRoute", "GRPCRoute"] {
            breaks(
                kind,
                "v1",
                &json!({ "rules": [{ "filters": filters }] }),
                *code,
            );
            let backend = json!({ "name": "a", "port": 1, "filters": filters });
            breaks(
                kind,
                "v1",
                &json!({ "rules": [{ "backendRefs": [backend] }] }),
                *code,
            );
        }
    }
    for (filters, code) in &http {
        for version in ["v1", "v1beta1"] {
            breaks(
                "HTTPRoute",
                version,
                &json!({ "rules": [{ "filters": filters }] }),
                *code,
            );
            let backend = json!({ "name": "a", "port": 1, "filters": filters });
            breaks(
                "HTTPRoute",
                version,
                &json!({ "rules": [{ "backendRefs": [backend] }] }),
                *code,
            );
        }
    }
}

#[test]
fn filters_that_may_repeat_are_taken() {
    let mirror = json!({ "type": "RequestMirror", "requestMirror": { "backendRef": { "name": "a", "port": 1 } } });
    let extension = json!({ "type": "ExtensionRef", "extensionRef": { "group": "a", "kind": "b", "name": "c" } });
    for kind in ["HTTPRoute", "GRPCRoute"] {
        let spec = json!({ "rules": [{ "filters": [mirror, mirror, extension, extension] }] });
        takes(kind, "v1", &spec);
    }
}

#[test]
fn the_path_of_a_match_is_normal_unless_it_is_an_expression() {
    let with = |kind: &str, value: &str| json!({ "rules": [{ "matches": [{ "path": { "type": kind, "value": value } }] }] });
    let faults = [
        ("a", 1315),
        ("", 1315),
        ("//", 1316),
        ("/a//b", 1316),
        ("/./a", 1316),
        ("/a/.", 1316),
        ("/../a", 1316),
        ("/a/..", 1316),
        ("/a%2fb", 1317),
        ("/a%2Fb", 1317),
        ("/a#b", 1318),
        ("/a?b", 1318),
        ("/a%zz", 1318),
        ("/a b", 1318),
        ("/é", 1318),
    ];
    for (value, code) in faults {
        breaks("HTTPRoute", "v1", &with("Exact", value), code);
        breaks("HTTPRoute", "v1", &with("PathPrefix", value), code);
        takes("HTTPRoute", "v1", &with("RegularExpression", value));
    }
    for value in [
        "/", "/a/", "/...", "/.a", "/a..", "/%20", "/a:b@c", "/a.", "/..a/",
    ] {
        takes("HTTPRoute", "v1", &with("Exact", value));
    }
    // The type is PathPrefix where it is absent.
    breaks(
        "HTTPRoute",
        "v1",
        &json!({ "rules": [{ "matches": [{ "path": { "value": "a" } }] }] }),
        1315,
    );
}

#[test]
fn a_prefix_is_replaced_only_behind_one_match_of_a_prefix() {
    let prefix = json!({ "type": "ReplacePrefixMatch", "replacePrefixMatch": "/x" });
    let exact = json!([{ "path": { "type": "Exact", "value": "/a" } }]);
    let two = json!([{ "path": { "value": "/a" } }, { "path": { "value": "/b" } }]);
    for (kind, field) in [
        ("RequestRedirect", "requestRedirect"),
        ("URLRewrite", "urlRewrite"),
    ] {
        let filter = json!({ "type": kind, field: { "path": prefix } });
        let backend = json!({ "name": "a", "port": 1, "filters": [filter] });
        for matches in [&exact, &two, &json!([])] {
            breaks(
                "HTTPRoute",
                "v1",
                &json!({ "rules": [{ "matches": matches, "filters": [filter] }] }),
                1311,
            );
            let spec = json!({ "rules": [{ "matches": matches, "backendRefs": [backend] }] });
            breaks("HTTPRoute", "v1", &spec, 1311);
        }
        // The default match is the prefix '/'.
        takes(
            "HTTPRoute",
            "v1",
            &json!({ "rules": [{ "filters": [filter] }] }),
        );
        takes(
            "HTTPRoute",
            "v1",
            &json!({ "rules": [{ "matches": [{}], "backendRefs": [backend] }] }),
        );
        // An API server takes this by a slip of its rule; it is still no good.
        let spec = json!({ "rules": [{ "matches": exact, "backendRefs": [backend, backend] }] });
        let found = check(&manifest("HTTPRoute", "v1", &spec));
        let codes: Vec<_> = found
            .iter()
            .map(|found| (found.code.0, found.severity))
            .collect();
        assert_eq!(codes, [(1311, Severity::Warning)]);
    }
}

#[test]
fn routes_break_their_rules_one_by_one() {
    let backend = json!({ "name": "a", "port": 1 });
    let redirect = json!({ "type": "RequestRedirect", "requestRedirect": {} });
    let spec = json!({ "rules": [{ "filters": [redirect], "backendRefs": [backend] }] });
    breaks("HTTPRoute", "v1", &spec, 1310);

    let timeouts = |request, attempt| json!({ "rules": [{ "timeouts": { "request": request, "backendRequest": attempt } }] });
    breaks("HTTPRoute", "v1", &timeouts("1s", "1001ms"), 1321);
    takes("HTTPRoute", "v1", &timeouts("0s", "1h"));

    let method = |kind: &str, field: &str, value: &str| json!({ "rules": [{ "matches": [{ "method": { "type": kind, field: value } }] }] });
    breaks(
        "GRPCRoute",
        "v1",
        &json!({ "rules": [{ "matches": [{ "method": {} }] }] }),
        1319,
    );
    breaks("GRPCRoute", "v1", &method("Exact", "method", "a.b"), 1320);
    breaks("GRPCRoute", "v1", &method("Exact", "service", "a..b"), 1320);
    breaks("GRPCRoute", "v1", &method("Exact", "service", ""), 1320);
    takes("GRPCRoute", "v1", &method("Exact", "service", ".a.B_9"));
    takes(
        "GRPCRoute",
        "v1",
        &method("RegularExpression", "service", "[a-z]+\\..*"),
    );

    for kind in ["HTTPRoute", "GRPCRoute"] {
        // Two times 64 are 128; a rule without matches has one in HTTPRoute, none in GRPCRoute.
        let matches = vec![json!({}); 64];
        let full = json!([{ "matches": matches }, { "matches": matches }]);
        takes(kind, "v1", &json!({ "rules": full }));
        let more = json!([{ "matches": matches }, { "matches": matches }, { "matches": [{}] }]);
        breaks(kind, "v1", &json!({ "rules": more }), 1303);
        let implied = json!({ "rules": [{ "matches": matches }, { "matches": matches }, {}] });
        if kind == "HTTPRoute" {
            breaks(kind, "v1", &implied, 1303);
        } else {
            takes(kind, "v1", &implied);
        }
        for session in [
            (json!({ "cookie": { "lifetimeType": "Permanent" } }), 1322),
            (json!({}), 1308),
            (json!({ "type": "Header" }), 1308),
            (json!({ "cookie": {}, "header": { "name": "a" } }), 1309),
            (
                json!({ "type": "Header", "cookie": {}, "header": { "name": "a" } }),
                1309,
            ),
        ] {
            breaks(
                kind,
                "v1",
                &json!({ "rules": [{ "sessionPersistence": session.0 }] }),
                session.1,
            );
        }
        takes(
            kind,
            "v1",
            &json!({ "rules": [{ "sessionPersistence": { "cookie": {} } }] }),
        );
    }
}

#[test]
fn every_kind_of_route_is_checked_for_parents_names_and_ports() {
    let backend = json!({ "name": "a", "port": 1 });
    for (kind, version) in [
        ("HTTPRoute", "v1"),
        ("HTTPRoute", "v1beta1"),
        ("GRPCRoute", "v1"),
        ("TLSRoute", "v1"),
        ("TLSRoute", "v1alpha3"),
        ("TLSRoute", "v1alpha2"),
        ("TCPRoute", "v1"),
        ("TCPRoute", "v1alpha2"),
        ("UDPRoute", "v1"),
        ("UDPRoute", "v1alpha2"),
    ] {
        let route = |parents: Value, rules: Value| {
            let mut spec = json!({ "parentRefs": parents, "rules": rules });
            if kind == "TLSRoute" {
                spec["hostnames"] = json!(["a.example"]);
            }
            spec
        };
        let sound = json!([{ "backendRefs": [backend] }]);
        let parents = |parents| route(parents, sound.clone());
        takes(
            kind,
            version,
            &parents(json!([{ "name": "a" }, { "name": "b" }])),
        );
        takes(
            kind,
            version,
            &parents(json!([{ "name": "a", "port": 1 }, { "name": "a", "port": 2 }])),
        );
        takes(
            kind,
            version,
            &parents(json!([{ "name": "a" }, { "name": "a", "kind": "Service", "group": "" }])),
        );
        takes(
            kind,
            version,
            &parents(json!([{ "name": "a" }, { "name": "a", "namespace": "b" }])),
        );
        breaks(
            kind,
            version,
            &parents(json!([{ "name": "a" }, { "name": "a", "kind": "Gateway" }])),
            1302,
        );
        breaks(
            kind,
            version,
            &parents(json!([{ "name": "a" }, { "name": "a", "sectionName": "b" }])),
            1301,
        );
        let portless = json!([{ "backendRefs": [{ "name": "a" }] }]);
        breaks(kind, version, &route(json!([]), portless), 1305);
        let custom =
            json!([{ "backendRefs": [{ "name": "a", "group": "g.example", "kind": "K" }] }]);
        takes(kind, version, &route(json!([]), custom));
        let named = json!({ "name": "a", "backendRefs": [backend] });
        let twice = route(json!([]), json!([named, named]));
        // Where only one rule may stand, there is no second name.
        let one_rule =
            matches!(kind, "TLSRoute" | "TCPRoute" | "UDPRoute") && version != "v1alpha2";
        breaks(kind, version, &twice, if one_rule { 1108 } else { 1304 });
    }
}

#[test]
fn hostnames_of_tls_routes_are_no_addresses() {
    let route = |hostname: &str| json!({ "hostnames": [hostname], "rules": [{ "backendRefs": [{ "name": "a", "port": 1 }] }] });
    for version in ["v1", "v1alpha3"] {
        breaks("TLSRoute", version, &route("1.2.3.4"), 1331);
        breaks("TLSRoute", version, &route("a.*.b"), 1331);
        breaks("TLSRoute", version, &route("*"), 1331);
        breaks("TLSRoute", version, &route("A.example"), 1331);
        takes("TLSRoute", version, &route("*.a.example"));
    }
    takes("TLSRoute", "v1alpha2", &route("1.2.3.4"));
}
