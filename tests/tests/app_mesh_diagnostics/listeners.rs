//! Routes and the listeners that serve them.

use fingerpost::diagnostic::Severity::{Note, Warning};
use fingerpost::import::Options;

use super::support::{TARGET, gateway_route, http_match, import_with, says};

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
