//! What articles write in place of App Mesh.

use fingerpost::diagnostic::Severity::{Error, Warning};
use fingerpost::import::Options;
use fingerpost::model::{Action, Target};

use super::support::{gateway_route, http_match, import_with, object, of, says, tells};

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
