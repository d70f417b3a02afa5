//! Which mesh and which gateway an object belongs to.

use fingerpost::diagnostic::Severity::{Error, Note, Warning};
use fingerpost::import::Options;

use super::support::{http_match, import_with, of, says};

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
fn what_is_said_of_membership_points_at_the_name() {
    let gateway = "{apiVersion: appmesh.k8s.aws/v1beta2, kind: VirtualGateway, metadata: {name: g, namespace: shop}, spec: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}}}";
    let route = http_match("{prefix: /}");
    let out = says(
        &format!("{gateway}\n---\n{route}"),
        Error,
        "failed to find matching virtualGateway",
    );
    let column = route.find("name: r").unwrap() + "name: ".len() + 1;
    let place = of(&out, Error)[0].origin.unwrap();
    assert_eq!((place.line, place.column as usize), (3, column));
}
