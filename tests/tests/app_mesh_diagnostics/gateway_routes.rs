//! Rules of the GatewayRoute webhook, and of the CRDs.

use fingerpost::diagnostic::Severity::{Error, Warning};

use super::support::{TARGET, gateway_route, http_match, object, rewrite, says};

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
fn a_service_by_name_alone_is_told_the_field_that_is_meant() {
    for target in [
        "{virtualService: {virtualServiceName: s}}",
        "{virtualServiceName: s}",
    ] {
        let route = gateway_route(&format!(
            "{{httpRoute: {{match: {{prefix: /}}, action: {{target: {target}}}}}}}"
        ));
        let text = "virtualServiceName is not a known field; virtualServiceRef is meant";
        let out = says(&route, Error, text);
        assert_eq!(
            out.diagnostics[0].message,
            format!("GatewayRoute shop/r: {text}")
        );
        let help = out.diagnostics[0].help.as_deref();
        assert_eq!(help, Some("write virtualServiceRef: {name: s}"));
    }
}
