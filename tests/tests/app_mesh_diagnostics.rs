//! What App Mesh manifests are told: every rule of the admission webhooks with its
//! text, the holes that the webhooks leave, and every row of what articles get wrong.

use fingerpost::diagnostic::{Diagnostic, Severity};
use fingerpost::import::{Import, Options, Sources, import};
use fingerpost::model::{Action, Target};

use Severity::{Error, Note, Warning};

/// A GatewayRoute `shop/r` with this spec.
fn gateway_route(spec: &str) -> String {
    format!(
        "{{apiVersion: appmesh.k8s.aws/v1beta2, kind: GatewayRoute, metadata: {{name: r, namespace: shop}}, spec: {spec}}}"
    )
}

/// A GatewayRoute `shop/r` with an httpRoute of this match.
fn http_match(matches: &str) -> String {
    gateway_route(&format!(
        "{{httpRoute: {{match: {matches}, action: {TARGET}}}}}"
    ))
}

/// A GatewayRoute `shop/r` for the prefix /p with this rewrite.
fn rewrite(rewrite: &str) -> String {
    gateway_route(&format!(
        "{{httpRoute: {{match: {{prefix: /p}}, action: {{target: {{virtualService: {{virtualServiceRef: {{name: s}}}}}}, rewrite: {rewrite}}}}}}}"
    ))
}

/// An object of any kind.
fn object(kind: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: appmesh.k8s.aws/v1beta2, kind: {kind}, metadata: {{name: r, namespace: shop}}, spec: {spec}}}"
    )
}

const TARGET: &str = "{target: {virtualService: {virtualServiceRef: {name: s}}}}";

#[test]
fn every_rule_of_the_gateway_route_webhook_is_applied_with_its_text() {
    let cases = [
        (
            gateway_route("{priority: 1}"),
            "Missing GatewayRoute Type in GatewayRoute Spec",
        ),
        (
            gateway_route(&format!(
                "{{httpRoute: {{match: {{prefix: /}}, action: {TARGET}}}, http2Route: {{match: {{prefix: /}}, action: {TARGET}}}}}"
            )),
            "Found multiple types in GatewayRoute Spec. Only 1 (GRPC/HTTP/HTTP2) allowed",
        ),
        (
            http_match("{method: GET}"),
            "Either prefix or path or hostname must be specified",
        ),
        (
            http_match("{prefix: /, path: {exact: /x}}"),
            "Both prefix and path cannot be specified. Only 1 allowed",
        ),
        (
            http_match("{path: {}}"),
            "Either exact or regex for path must be specified",
        ),
        (
            http_match("{path: {exact: /x, regex: /y}}"),
            "Both exact and regex for path are not allowed. Only one must be specified",
        ),
        (
            http_match("{prefix: /, hostname: {}}"),
            "Either exact or suffix match for hostname must be specified",
        ),
        (
            http_match("{hostname: {exact: a, suffix: b}}"),
            "Both exact and suffix match for hostname are not allowed. Only one must be specified",
        ),
        (
            gateway_route(&format!(
                "{{grpcRoute: {{match: {{port: 1}}, action: {TARGET}}}}}"
            )),
            "Either servicename or hostname must be specified",
        ),
        (
            http_match("{prefix: /, headers: [{name: x, match: {exact: a, prefix: b}}]}"),
            "Too many Match Filters specified, only 1 allowed per header",
        ),
        (
            gateway_route(&format!(
                "{{grpcRoute: {{match: {{serviceName: s, metadata: [{{name: x, match: {{exact: a, regex: b}}}}]}}, action: {TARGET}}}}}"
            )),
            "Too many Match Filters specified, only 1 allowed per metadata",
        ),
        (
            http_match("{prefix: /, headers: [{name: x, match: {}}]}"),
            "Missing Match criteria for one or more header match block, don't specify match block if you dont need it",
        ),
        (
            http_match("{prefix: /, queryParameters: [{name: x, match: {}}]}"),
            "Missing Match criteria for one or more exact query match block, don't specify match block if you dont need it",
        ),
        (
            http_match("{prefix: /, headers: [{name: x, match: {range: {start: 5, end: 5}}}]}"),
            "Invalid Match Range specified, end has to be greater than start",
        ),
        (
            rewrite("{}"),
            "Either prefix, path or hostname for rewrite must be specified",
        ),
        (
            rewrite("{prefix: {value: /x/}, path: {exact: /y}}"),
            "Both prefix and path for rewrites cannot be specified. Only 1 allowed",
        ),
        (
            rewrite("{prefix: {value: /x/, defaultPrefix: DISABLED}}"),
            "Cannot specify both defaultPrefix and prefix for rewrite, only 1 allowed",
        ),
        (
            rewrite("{prefix: {value: /x}}"),
            "New Rewrite Prefix must start and end with '/'",
        ),
        (
            http_match("{prefix: p}"),
            "Prefix to be matched on must start with '/'",
        ),
    ];
    for (manifest, text) in cases {
        says(&manifest, Error, &format!("GatewayRoute shop/r: {text}"));
    }
}

#[test]
fn holes_of_the_webhook_are_closed() {
    let query = "don't specify match block if you dont need it";
    let cases = [
        // Query parameters beside headers.
        (
            http_match(
                "{prefix: /, headers: [{name: x}], queryParameters: [{name: y, match: {}}]}",
            ),
            Error,
            query,
        ),
        // Headers after one with a range.
        (
            http_match(
                "{prefix: /, headers: [{name: x, match: {range: {start: 1, end: 2}}}, {name: y, match: {}}]}",
            ),
            Error,
            query,
        ),
        // The hostname beside a gRPC service.
        (
            gateway_route(&format!(
                "{{grpcRoute: {{match: {{serviceName: s, hostname: {{}}}}, action: {TARGET}}}}}"
            )),
            Error,
            "Either exact or suffix match for hostname must be specified",
        ),
        (
            gateway_route(&format!(
                "{{grpcRoute: {{match: {{serviceName: s, metadata: [{{name: x, match: {{}}}}]}}, action: {TARGET}}}}}"
            )),
            Warning,
            "the metadata match is empty, so only presence is asked for",
        ),
        (
            http_match("{path: {exact: x}}"),
            Warning,
            "path.exact does not start with '/', so it matches no request",
        ),
        (
            http_match("{prefix: '/products/item/{id}'}"),
            Warning,
            "prefix '/products/item/{id}' is matched as text; App Mesh has no path templates",
        ),
        (
            http_match("{prefix: /aws-appmesh-x}"),
            Warning,
            "is reserved for App Mesh itself",
        ),
        (
            http_match("{prefix: /aws-app-mesh}"),
            Warning,
            "is reserved for App Mesh itself",
        ),
        (
            gateway_route(&format!(
                "{{grpcRoute: {{match: {{serviceName: aws.appmesh}}, action: {TARGET}}}}}"
            )),
            Warning,
            "is reserved for App Mesh itself",
        ),
        (
            gateway_route(
                "{httpRoute: {match: {prefix: /}, action: {target: {virtualService: {virtualServiceRef: {name: s}, virtualServiceARN: 'arn:x'}}}}}",
            ),
            Error,
            "only one of virtualServiceRef and virtualServiceARN may be specified",
        ),
        (
            gateway_route(
                "{httpRoute: {match: {prefix: /}, action: {target: {virtualService: {}}}}}",
            ),
            Error,
            "either virtualServiceRef or virtualServiceARN must be specified",
        ),
    ];
    for (manifest, severity, text) in cases {
        says(&manifest, severity, text);
    }
}

#[test]
fn rules_of_the_other_kinds_are_applied() {
    let route = |name: &str| {
        format!(
            "{{name: {name}, httpRoute: {{match: {{prefix: /}}, action: {{weightedTargets: [{{virtualNodeRef: {{name: v1}}, weight: 1}}]}}}}}}"
        )
    };
    let listeners = "listeners: [{portMapping: {port: 80, protocol: http}}]";
    let cases = [
        (
            object(
                "VirtualRouter",
                &format!("{{{listeners}, routes: [{}, {}]}}", route("a"), route("a")),
            ),
            Error,
            "VirtualRouter-r has duplicate route entries for a",
        ),
        (
            object(
                "VirtualRouter",
                &format!(
                    "{{{listeners}, routes: [{{name: a, httpRoute: {{match: {{method: GET}}, action: {{weightedTargets: [{{virtualNodeRef: {{name: v1}}, weight: 1}}]}}}}}}]}}"
                ),
            ),
            Error,
            "Either Prefix or Path must be specified",
        ),
        (
            object(
                "VirtualRouter",
                &format!(
                    "{{{listeners}, routes: [{{name: a, grpcRoute: {{match: {{methodName: m}}, action: {{weightedTargets: [{{virtualNodeRef: {{name: v1}}, weight: 1}}]}}}}}}]}}"
                ),
            ),
            Error,
            "methodName needs a serviceName",
        ),
        (
            object(
                "VirtualRouter",
                &format!("{{{listeners}, routes: [{{name: a}}]}}"),
            ),
            Error,
            "route 'a' has none of httpRoute, http2Route, grpcRoute and tcpRoute",
        ),
        (
            object(
                "VirtualRouter",
                &format!(
                    "{{{listeners}, routes: [{{name: a, tcpRoute: {{action: {{weightedTargets: [{{virtualNodeRef: {{name: v1}}, weight: 1}}]}}}}}}]}}"
                ),
            ),
            Warning,
            "route 'a': no listener of the router serves its tcpRoute",
        ),
        (
            object(
                "VirtualRouter",
                &format!(
                    "{{{listeners}, routes: [{{name: a, httpRoute: {{match: {{prefix: /}}, action: {{weightedTargets: [{{virtualNodeRef: {{name: v1}}, weight: 0}}]}}}}}}]}}"
                ),
            ),
            Warning,
            "route 'a' has no target with a weight above 0, so it answers no request",
        ),
        (
            object(
                "VirtualRouter",
                &format!(
                    "{{{listeners}, routes: [{{name: a, httpRoute: {{match: {{prefix: /}}, action: {{weightedTargets: [{{virtualNodeRef: {{name: v1}}, weight: 99}}, {{virtualNodeRef: {{name: v2}}, weight: 2}}]}}}}}}]}}"
                ),
            ),
            Warning,
            "route 'a' has weights of 101 in total; App Mesh takes at most 100",
        ),
        (
            object("VirtualNode", &format!("{{{listeners}}}")),
            Error,
            "ServiceDiscovery missing for VirtualNode-r. ServiceDiscovery must be specified when a listener is specified.",
        ),
        (
            object(
                "VirtualNode",
                "{backends: [{virtualService: {virtualServiceRef: {name: a}}}, {virtualService: {virtualServiceRef: {name: a, namespace: shop}}}]}",
            ),
            Error,
            "VirtualNode-r has duplicate VirtualServiceReferences a",
        ),
        (
            object(
                "VirtualService",
                "{provider: {virtualNode: {virtualNodeRef: {name: v1}}, virtualRouter: {virtualRouterRef: {name: r}}}}",
            ),
            Error,
            "only one of virtualRouter and virtualNode may be specified",
        ),
        (
            object("Ingress", "{}"),
            Error,
            "App Mesh has no such kind in this version",
        ),
        (
            object("BackendGroup", "{virtualservices: [{name: s}]}"),
            Note,
            "a BackendGroup says what clients may call, not where requests go",
        ),
    ];
    for (manifest, severity, text) in cases {
        says(&manifest, severity, text);
    }
}

#[test]
fn limits_of_the_crds_are_applied() {
    let many = "{name: x}, ".repeat(11);
    let cases = [
        (
            gateway_route("{priority: 1001, httpRoute: {}}"),
            "priority must be between 0 and 1000",
        ),
        (
            http_match(&format!("{{prefix: /, headers: [{many}]}}")),
            "httpRoute.match.headers must have at most 10 items",
        ),
        (
            http_match("{prefix: /, method: FETCH}"),
            "httpRoute.match.method must be",
        ),
        (
            http_match(&format!("{{path: {{exact: /{}}}}}", "x".repeat(255))),
            "httpRoute.match.path.exact must have",
        ),
        (
            object("VirtualRouter", "{listeners: [], routes: []}"),
            "VirtualRouter shop/r: listeners must not be empty",
        ),
        (
            object(
                "VirtualGateway",
                "{listeners: [{portMapping: {port: 70000, protocol: http}}]}",
            ),
            "listeners[0].portMapping.port must be between 1 and 65535",
        ),
        (
            object(
                "VirtualGateway",
                "{listeners: [{portMapping: {port: 80, protocol: tcp}}]}",
            ),
            "listeners[0].portMapping.protocol must be",
        ),
        (
            gateway_route("{httpRoute: {match: {prefix: /}}}"),
            "httpRoute.action is missing",
        ),
    ];
    for (manifest, text) in cases {
        says(&manifest, Error, text);
    }
}

#[test]
fn what_articles_write_instead_is_read_with_a_warning_or_refused() {
    let route = |spec: &str| gateway_route(spec);
    let good =
        "{match: {prefix: /}, action: {target: {virtualService: {virtualServiceRef: {name: s}}}}}";
    let cases = [
        (
            route(&format!("{{gatewayRouteName: x, httpRoute: {good}}}")),
            Warning,
            "gatewayRouteName is not a known field; awsName is meant",
        ),
        (
            route(&format!("{{meshRef: {{name: m}}, httpRoute: {good}}}")),
            Warning,
            "GatewayRoute create may not specify read-only field: spec.meshRef",
        ),
        (
            route(&format!(
                "{{virtualGatewayRef: {{name: g}}, httpRoute: {good}}}"
            )),
            Warning,
            "GatewayRoute create may not specify read-only field: spec.virtualGatewayRef",
        ),
        (
            route(&format!("{{mesh: m, httpRoute: {good}}}")),
            Warning,
            "mesh is not a known field; it is read as meshRef, which the controller fills in",
        ),
        (
            route(&format!(
                "{{virtualGateway: {{name: g}}, httpRoute: {good}}}"
            )),
            Warning,
            "virtualGateway is not a known field; it is read as virtualGatewayRef, which the controller fills in",
        ),
        (
            route(
                "{httpRoute: {match: {prefix: /}, action: {target: {virtualServiceRef: {name: s}}}}}",
            ),
            Warning,
            "virtualServiceRef is not a known field; target.virtualService.virtualServiceRef is meant",
        ),
        (
            route(
                "{httpRoute: {match: {prefix: /}, action: {target: {virtualService: {virtualServiceRef: {name: s.shop.svc.cluster.local}}}}}}",
            ),
            Warning,
            "a reference is by name, not by host name; VirtualService shop/s is meant",
        ),
        (
            http_match("{prefix: /, headers: [{name: x, match: {present: true}}]}"),
            Warning,
            "present is not a known field; a predicate without match asks for presence",
        ),
        (
            http_match("{prefix: /, queryParameters: [{name: x, match: {present: true}}]}"),
            Warning,
            "present is not a known field; a predicate without match asks for presence",
        ),
        (
            http_match("{prefix: /, headers: [{name: x, match: {exact: true}}]}"),
            Warning,
            "exact is read as the text \"true\"",
        ),
        (
            route("{tcpRoute: {action: {}}}"),
            Error,
            "a GatewayRoute has no tcpRoute",
        ),
        (
            object(
                "VirtualGateway",
                "{namespaceSelector: {}, listeners: [{portMapping: {port: 80, protocol: http}, tls: {mode: STRICT, certificate: {acm: {certificateArns: ['arn:aws:acm:x']}}}}]}",
            ),
            Warning,
            "certificateArns is not a known field; certificateARN is meant",
        ),
        (
            object(
                "VirtualService",
                "{virtualServiceName: x, provider: {virtualNodeRef: {name: v1}}}",
            ),
            Warning,
            "virtualNodeRef is not a known field; provider.virtualNode.virtualNodeRef is meant",
        ),
        (
            object("VirtualService", "{}").replace("name: r,", "name: r.shop.svc.cluster.local,"),
            Warning,
            "its name looks like the host that clients use, but that is 'r.shop.svc.cluster.local.shop'",
        ),
        (
            object("VirtualService", "{virtualServiceName: x}"),
            Warning,
            "virtualServiceName is not a known field; awsName is meant",
        ),
        (
            object(
                "Route",
                "{virtualRouter: {name: vr}, httpRoute: {match: {prefix: /}, action: {weightedTargets: [{virtualNodeRef: {name: v1}, weight: 1}]}}}",
            ),
            Warning,
            "the controller has no kind Route; it is read as a route of its VirtualRouter",
        ),
    ];
    for (manifest, severity, text) in cases {
        let out = says(&manifest, severity, text);
        if severity == Warning {
            let errors = of(&out, Error);
            assert!(errors.is_empty(), "{text}: {errors:#?}");
            let unknown = out.diagnostics.iter().filter(|found| found.code.0 < 1500);
            assert_eq!(
                unknown.count(),
                0,
                "{text}: told twice: {:#?}",
                out.diagnostics
            );
        }
    }
}

#[test]
fn a_policy_on_a_gateway_route_moves_to_the_router_behind() {
    let manifest = [
        gateway_route("{httpRoute: {match: {prefix: /}, action: {target: {virtualService: {virtualServiceRef: {name: s}}}}, retryPolicy: {maxRetries: 3, perRetryTimeout: {value: 1, unit: s}, httpRetryEvents: [SERVER_ERROR, gateway-error]}, timeout: {perRequest: {value: 5, unit: s}}}}"),
        object("VirtualService", "{provider: {virtualRouter: {virtualRouterRef: {name: r}}}}").replace("name: r, namespace", "name: s, namespace"),
        object("VirtualRouter", "{listeners: [{portMapping: {port: 80, protocol: http}}], routes: [{name: a, httpRoute: {match: {prefix: /}, action: {weightedTargets: [{virtualNodeRef: {name: v1}, weight: 1}]}}}]}"),
    ]
    .join("\n---\n");
    let out = says(&manifest, Warning, "retryPolicy is not a known field");
    tells(
        &out,
        Warning,
        "the retry event 'SERVER_ERROR' is read as 'server-error'",
    );
    let router = out
        .routes
        .routes
        .iter()
        .find(|route| route.object.kind == "VirtualRouter");
    let rule = &router.unwrap().rules[0];
    assert_eq!(rule.timeouts.request_ms, Some(5000));
    let retry = rule.retry.as_ref().unwrap();
    assert_eq!(retry.attempts, Some(3));
    assert!(
        retry.on.contains(&"508".to_string()) && retry.on.contains(&"gateway-error".to_string())
    );
}

#[test]
fn an_invented_api_is_refused_unless_reading_is_lenient() {
    let manifest = "{apiVersion: appmesh/v1beta1, kind: GatewayRoute, metadata: {name: e}, spec: {gatewayRoute: {httpRoute: {match: {prefix: /example}, action: {targetGroup: {name: group}}}}}}";
    says(manifest, Error, "appmesh/v1beta1 is no API of App Mesh");
    let mut options = Options::default();
    options.lenient = true;
    let out = import_with(manifest, &options);
    assert!(of(&out, Error).is_empty(), "{:#?}", out.diagnostics);
    tells(&out, Warning, "appmesh/v1beta1 is no API of App Mesh");
    let Action::Forward(targets) = &out.routes.routes[0].rules[0].action else {
        panic!("a forward")
    };
    assert!(matches!(&targets[0].target, Target::Backend(backend) if backend.name == "group"));
}

#[test]
fn membership_follows_the_selectors() {
    let mesh = |name: &str, selector: &str| {
        format!(
            "{{apiVersion: appmesh.k8s.aws/v1beta2, kind: Mesh, metadata: {{name: {name}}}, spec: {{namespaceSelector: {selector}}}}}"
        )
    };
    let namespace = |labels: &str| {
        format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: shop, labels: {labels}}}}}")
    };
    let service = "{apiVersion: appmesh.k8s.aws/v1beta2, kind: VirtualService, metadata: {name: s, namespace: shop}}";
    let gateway = |name: &str, spec: &str| {
        format!(
            "{{apiVersion: appmesh.k8s.aws/v1beta2, kind: VirtualGateway, metadata: {{name: {name}, namespace: shop}}, spec: {{listeners: [{{portMapping: {{port: 80, protocol: http}}}}], {spec}}}}}"
        )
    };
    let route = http_match("{prefix: /}");
    let by_label = "{matchLabels: {mesh: a}}";
    let cases = [
        (
            vec![
                mesh("a", by_label),
                namespace("{mesh: b}"),
                service.to_string(),
            ],
            Error,
            "failed to find matching mesh for namespace: shop, expecting 1 but found 0",
        ),
        (
            vec![mesh("a", "{}"), mesh("b", "{}"), service.to_string()],
            Error,
            "found multiple matching meshes for namespace: shop",
        ),
        (
            vec![mesh("a", by_label), service.to_string()],
            Note,
            "the labels of namespace 'shop' are not in the input; it is taken to belong to Mesh a",
        ),
        (
            vec![
                "{apiVersion: appmesh.k8s.aws/v1beta2, kind: Mesh, metadata: {name: a}, spec: {}}"
                    .to_string(),
                service.to_string(),
            ],
            Warning,
            "Mesh a has no namespaceSelector and selects nothing; namespace 'shop' is taken to belong to it",
        ),
        (
            vec![service.to_string()],
            Note,
            "the input holds no Mesh; its VirtualServices are taken to share one",
        ),
        (
            vec![
                gateway("g", "namespaceSelector: {matchLabels: {gateway: x}}"),
                namespace("{gateway: y}"),
                route.clone(),
            ],
            Error,
            "failed to find matching virtualGateway for gatewayRoute: shop/r, expecting 1 but found 0",
        ),
        (
            vec![
                gateway("g", "namespaceSelector: {}"),
                gateway("h", "namespaceSelector: {}"),
                route.clone(),
            ],
            Error,
            "found multiple matching virtualGateways for gatewayRoute: shop/r",
        ),
        (
            vec![
                gateway("g", "namespaceSelector: {matchLabels: {gateway: x}}"),
                route.clone(),
            ],
            Note,
            "the input does not tell its gateway; it is taken to belong to VirtualGateway shop/g",
        ),
        (
            vec![gateway("g", "podSelector: {}"), route.clone()],
            Warning,
            "VirtualGateway shop/g has no namespaceSelector and selects nothing; the route is taken to belong to it",
        ),
        (
            vec![route.clone()],
            Note,
            "VirtualGateway shop/assumed is not in the input; it is assumed, with a listener for every route",
        ),
        (
            vec![
                gateway(
                    "g",
                    "namespaceSelector: {}, gatewayRouteSelector: {matchLabels: {tier: x}}",
                ),
                route.clone(),
            ],
            Error,
            "failed to find matching virtualGateway for gatewayRoute: shop/r, expecting 1 but found 0",
        ),
        (
            vec![
                gateway(
                    "g",
                    "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}",
                ),
                route.clone(),
            ],
            Error,
            "failed to find matching virtualGateway for gatewayRoute: shop/r, expecting 1 but found 0",
        ),
    ];
    for (documents, severity, text) in cases {
        says(&documents.join("\n---\n"), severity, text);
    }
    // Two gateways told apart by the routes' labels need no guess.
    let two = [
        gateway(
            "g",
            "namespaceSelector: {}, gatewayRouteSelector: {matchLabels: {tier: x}}",
        ),
        gateway(
            "h",
            "namespaceSelector: {}, gatewayRouteSelector: {matchExpressions: [{key: tier, operator: DoesNotExist}]}",
        ),
        route,
    ];
    let out = import_with(&two.join("\n---\n"), &Options::default());
    assert!(of(&out, Error).is_empty(), "{:#?}", out.diagnostics);
    let attached: Vec<usize> = out
        .routes
        .gateways
        .iter()
        .map(|gateway| {
            let stage = gateway.listeners[0].stage.0 as usize;
            out.routes.stages[stage].attachments.len()
        })
        .collect();
    assert_eq!(attached, [0, 1]);
}

#[test]
fn routes_that_app_mesh_does_not_tell_apart_are_reported_with_both_places() {
    let named = |name: &str, matches: &str, priority: &str| {
        http_match(matches)
            .replace("name: r, namespace", &format!("name: {name}, namespace"))
            .replace("spec: {", &format!("spec: {{{priority}"))
    };
    let ambiguous = |a: (&str, &str), b: (&str, &str)| {
        let manifest = [named("a", a.0, a.1), named("b", b.0, b.1)].join("\n---\n");
        let out = import_with(&manifest, &Options::default());
        out.diagnostics
            .iter()
            .find(|found| found.code.0 == 1505)
            .cloned()
    };
    let plain = "{prefix: /x}";
    let header = "{prefix: /x, headers: [{name: h, match: {exact: a}}]}";
    let other = "{prefix: /x, headers: [{name: h, match: {exact: b}}]}";
    let found = ambiguous((plain, ""), (header, "")).expect("equal prefixes");
    assert_eq!(
        found.message,
        "GatewayRoute shop/b: ambiguous in App Mesh: GatewayRoute shop/a at m.yaml:1:2 has the same path and no other priority"
    );
    assert_eq!(found.origin.unwrap().line, 3);
    assert!(
        ambiguous((plain, ""), (plain, "")).is_some(),
        "the same route twice"
    );
    assert!(ambiguous((plain, "priority: 5, "), (header, "priority: 5, ")).is_some());
    assert!(
        ambiguous(("{path: {exact: /x/y}}", ""), (plain, "")).is_some(),
        "path against prefix"
    );
    assert!(ambiguous(("{path: {regex: '/x/[0-9]+'}}", ""), (plain, "")).is_some());
    // What priority, length, host or a predicate tells apart is not.
    assert!(ambiguous((plain, "priority: 5, "), (header, "")).is_none());
    assert!(ambiguous((plain, ""), ("{prefix: /xy}", "")).is_none());
    assert!(ambiguous((header, ""), (other, "")).is_none());
    assert!(
        ambiguous(
            ("{prefix: /x, method: GET}", ""),
            ("{prefix: /x, method: PUT}", "")
        )
        .is_none()
    );
    assert!(ambiguous(("{prefix: /x, hostname: {exact: a}}", ""), (plain, "")).is_none());
}

#[test]
fn a_route_that_no_listener_serves_is_reported() {
    let gateway = "{apiVersion: appmesh.k8s.aws/v1beta2, kind: VirtualGateway, metadata: {name: g, namespace: shop}, spec: {namespaceSelector: {}, listeners: [{portMapping: {port: 80, protocol: http}}, {portMapping: {port: 81, protocol: http}}]}}";
    let cases = [
        (
            gateway_route(&format!(
                "{{http2Route: {{match: {{prefix: /}}, action: {TARGET}}}}}"
            )),
            "VirtualGateway shop/g has no listener for an http2Route",
        ),
        (
            http_match("{prefix: /, port: 82}"),
            "VirtualGateway shop/g has no listener for an httpRoute of port 82",
        ),
        (
            http_match("{prefix: /}"),
            "VirtualGateway shop/g has several listeners for it, and the match names no port; all of them take it",
        ),
    ];
    for (route, text) in cases {
        says(&format!("{gateway}\n---\n{route}"), Warning, text);
    }
    let out = import_with(
        &format!("{gateway}\n---\n{}", http_match("{prefix: /, port: 81}")),
        &Options::default(),
    );
    assert!(
        out.diagnostics.iter().all(|found| found.severity == Note),
        "{:#?}",
        out.diagnostics
    );
}

#[test]
fn a_template_is_read_as_far_as_it_has_no_functions() {
    let template = |weight: &str| {
        format!(
            "Resources:
  Node: {{Type: 'AWS::AppMesh::VirtualNode', Properties: {{MeshName: m, VirtualNodeName: white}}}}
  Route:
    Type: AWS::AppMesh::Route
    Properties:
      MeshName: m
      VirtualRouterName: router
      RouteName: tell
      Spec: {{HttpRoute: {{Match: {{Prefix: /}}, Action: {{WeightedTargets: [{{VirtualNode: !GetAtt Node.VirtualNodeName, Weight: {weight}}}]}}}}}}"
        )
    };
    says(
        &template("!Ref Share"),
        Error,
        "Weight must be a number; functions of a template are not evaluated",
    );
    let out = import_with(&template("1"), &Options::default());
    assert!(of(&out, Error).is_empty(), "{:#?}", out.diagnostics);
    let Action::Forward(targets) = &out.routes.routes[0].rules[0].action else {
        panic!("a forward")
    };
    assert!(matches!(&targets[0].target, Target::Backend(backend) if backend.name == "white"));
    let missing = template("1").replace("Match: {Prefix: /}, ", "");
    says(&missing, Error, "Match is missing");
}

#[test]
fn of_two_objects_of_a_name_the_later_one_counts() {
    let service = |node: &str| {
        format!(
            "{{apiVersion: appmesh.k8s.aws/v1beta2, kind: VirtualService, metadata: {{name: s}}, spec: {{provider: {{virtualNode: {{virtualNodeRef: {{name: {node}}}}}}}}}}}"
        )
    };
    let manifest = [service("old"), service("new")].join("\n---\n");
    let out = says(
        &manifest,
        Warning,
        "VirtualService default/s: replaces an earlier one of the same name",
    );
    let Action::Forward(targets) = &out.routes.routes[0].rules[0].action else {
        panic!("a forward")
    };
    assert!(matches!(&targets[0].target, Target::Backend(backend) if backend.name == "new"));
}

#[test]
fn what_refers_to_a_refused_object_is_not_sent_to_it() {
    let route = http_match("{prefix: /}");
    let service = object(
        "VirtualService",
        "{provider: {virtualRouter: {virtualRouterRef: {name: r}}}}",
    )
    .replace("name: r, namespace", "name: s, namespace");
    let router = object(
        "VirtualRouter",
        "{listeners: [{portMapping: {port: 80, protocol: http}}], routes: [{name: x, httpRoute: {match: {prefix: /}, action: {weightedTargets: [{virtualNodeRef: {name: n}, weight: 101}]}}}]}",
    );
    let out = says(
        &format!("{route}\n---\n{service}\n---\n{router}\n"),
        Error,
        "weight must be between 0 and 100, not 101",
    );
    tells(
        &out,
        Warning,
        "there is no VirtualRouter shop/r; its share of requests is answered 503",
    );
}

fn says(manifest: &str, severity: Severity, text: &str) -> Import {
    let out = import_with(manifest, &Options::default());
    tells(&out, severity, text);
    out
}

fn tells(out: &Import, severity: Severity, text: &str) {
    let found = of(out, severity);
    let told = found.iter().find(|found| found.message.contains(text));
    let told = told.unwrap_or_else(|| panic!("nobody says '{text}': {:#?}", out.diagnostics));
    assert!(told.origin.is_some(), "{told:?} has no place");
    assert!(
        !told.message.ends_with('.') || text.ends_with('.'),
        "{told:?}"
    );
}

fn of(out: &Import, severity: Severity) -> Vec<&Diagnostic> {
    let found = out.diagnostics.iter();
    found.filter(|found| found.severity == severity).collect()
}

fn import_with(manifest: &str, options: &Options) -> Import {
    let mut sources = Sources::new();
    sources.add("m.yaml", manifest);
    import(&sources, options)
}
