//! What is left of an input of which a part is refused: one bad rule costs itself and no
//! other, and what depends on a refused object fails.

use fingerpost::diagnostic::Severity::{Error, Warning};
use fingerpost::import::Options;

use super::support::{answers, gateway_route, http_match, import_with, object, of, says, table};

/// `shop/cart`, a router with these routes.
fn router(routes: &str) -> String {
    named(
        "VirtualRouter",
        "cart",
        &format!(
            "{{listeners: [{{portMapping: {{port: 80, protocol: http}}}}], routes: [{routes}]}}"
        ),
    )
}

fn named(kind: &str, name: &str, spec: &str) -> String {
    object(kind, spec).replace("{name: r, ", &format!("{{name: {name}, "))
}

/// A route of a router, to one node.
fn route(name: &str, head: &str, prefix: &str, node: &str) -> String {
    format!(
        "{{name: {name}, {head} httpRoute: {{match: {{prefix: {prefix}}}, action: {{weightedTargets: [{{virtualNodeRef: {{name: {node}}}, weight: 1}}]}}}}}}"
    )
}

/// A gateway route for everything to the service `s`, whose provider is `shop/cart`.
fn entrance() -> String {
    let provider = "{provider: {virtualRouter: {virtualRouterRef: {name: cart}}}}";
    let service = named("VirtualService", "s", provider);
    format!("{}\n---\n{service}", http_match("{prefix: /}"))
}

/// Outcome, status and backend of a GET for a path.
fn asked(manifest: &str, path: &str) -> (String, u64, String) {
    let table = table(&[("m.yaml", manifest.to_string())]);
    let answer = answers(&table, &serde_json::json!({"path": path}));
    let backend = answer["backend"]["name"].as_str().unwrap_or_default();
    (
        answer["outcome"].as_str().unwrap().to_string(),
        answer["status"].as_u64().unwrap_or_default(),
        backend.to_string(),
    )
}

#[test]
fn a_bad_route_of_a_router_costs_itself_alone() {
    let bad = [
        route("bad", "priority: 2000,", "/bad", "one"),
        route("bad", "", "bad", "one"),
        route("bad", "", "[/bad]", "one"),
        route("[bad]", "", "/bad", "one"),
        route("bad", "", "/bad", "[one]"),
        route("good", "", "/bad", "one"),
        "{name: bad}".to_string(),
        "7".to_string(),
    ];
    for bad in bad {
        let routes = format!("{}, {bad}", route("good", "", "/good", "one"));
        let manifest = format!("{}\n---\n{}", entrance(), router(&routes));
        let out = import_with(&manifest, &Options::default());
        let errors = of(&out, Error);
        assert!(!errors.is_empty(), "{bad} is taken");
        for error in errors {
            assert!(
                error.message.starts_with("VirtualRouter shop/cart: "),
                "{error:?}"
            );
        }
        let warned = out.diagnostics.iter().filter(|found| found.code.0 == 1522);
        assert_eq!(warned.count(), 0, "{bad}: the router was refused");
        assert_eq!(asked(&manifest, "/good").2, "one", "{bad}");
        assert_eq!(asked(&manifest, "/bad").0, "no_route", "{bad}");
    }
}

#[test]
fn an_error_of_a_route_says_that_the_route_is_left_out() {
    let manifest = router(&route("bad", "priority: 2000,", "/", "one"));
    let out = says(
        &manifest,
        Error,
        "VirtualRouter shop/cart: routes[0].priority must be between 0 and 1000, not 2000",
    );
    let help = of(&out, Error)[0].help.as_deref();
    assert_eq!(
        help,
        Some("this route is left out; the others of the router stand")
    );
}

#[test]
fn a_bad_route_of_the_older_form_costs_itself_alone() {
    let manifest = "{apiVersion: appmesh.k8s.aws/v1beta1, kind: VirtualService, metadata: {name: s.shop, namespace: shop}, spec: {meshName: m, routes: [{name: good, http: {match: {prefix: /good}, action: {weightedTargets: [{virtualNodeName: one, weight: 1}]}}}, {name: bad, http: {match: {prefix: /bad}, action: {weightedTargets: [{virtualNodeName: one, weight: 1000}]}}}]}}";
    says(
        manifest,
        Error,
        "routes[1].http.action.weightedTargets[0].weight must be",
    );
    let table = table(&[("m.yaml", manifest.to_string())]);
    for (path, outcome) in [("/good", "forward"), ("/bad", "no_route")] {
        let request = serde_json::json!({"path": path, "authority": "s.shop"});
        assert_eq!(answers(&table, &request)["outcome"], outcome, "{path}");
    }
}

#[test]
fn what_refers_to_a_refused_object_says_so_and_fails() {
    let good = route("a", "", "/", "one");
    let bad_router = named("VirtualRouter", "cart", "{listeners: []}");
    let bad_node = named("VirtualNode", "one", "{listeners: 7}");
    let bad_service = named("VirtualService", "s", "{provider: 7}");
    let to_s = http_match("{prefix: /}");
    let to_node = named(
        "VirtualService",
        "s",
        "{provider: {virtualNode: {virtualNodeRef: {name: one}}}}",
    );
    let cases = [
        (
            vec![entrance(), bad_router],
            "VirtualRouter shop/cart was refused",
        ),
        (
            vec![entrance(), router(&good), bad_node.clone()],
            "VirtualNode shop/one was refused",
        ),
        (
            vec![to_s.clone(), to_node, bad_node],
            "VirtualNode shop/one was refused",
        ),
        (vec![to_s, bad_service], "VirtualService shop/s was refused"),
    ];
    for (documents, text) in cases {
        let manifest = documents.join("\n---\n");
        let out = says(
            &manifest,
            Warning,
            &format!("{text}; its share of requests is answered 503"),
        );
        let assumed = out
            .diagnostics
            .iter()
            .find(|found| found.message.contains("taken to exist"));
        assert_eq!(assumed, None);
        let (outcome, status, _) = asked(&manifest, "/");
        assert_ne!(outcome, "forward", "{text}");
        assert_eq!(status, 503, "{text}");
    }
}

#[test]
fn a_refused_object_is_known_by_its_host_and_its_name_in_aws_too() {
    let bad = named("VirtualService", "s", "{awsName: s.example, provider: 7}");
    for reference in [
        "{virtualServiceRef: {name: s.example}}",
        "{virtualServiceRef: {name: s.shop.svc.cluster.local}}",
        "{virtualServiceARN: 'arn:aws:appmesh:eu-west-1:1:mesh/m/virtualService/s.example'}",
    ] {
        let route = gateway_route(&format!(
            "{{httpRoute: {{match: {{prefix: /}}, action: {{target: {{virtualService: {reference}}}}}}}}}"
        ));
        let manifest = format!("{route}\n---\n{bad}");
        says(&manifest, Warning, "VirtualService shop/s was refused");
        assert_eq!(asked(&manifest, "/").1, 503, "{reference}");
    }
}

#[test]
fn the_routes_of_a_refused_gateway_get_no_other_gateway() {
    let bad = named(
        "VirtualGateway",
        "g",
        "{listeners: 7, namespaceSelector: {}}",
    );
    let route = http_match("{prefix: /}");
    let by_name = gateway_route(
        "{virtualGatewayRef: {name: g, uid: x}, httpRoute: {match: {prefix: /}, action: {target: {virtualService: {virtualServiceRef: {name: s}}}}}}",
    );
    // One that may select the route, and one that surely does.
    let may = named(
        "VirtualGateway",
        "h",
        "{listeners: [{portMapping: {port: 80, protocol: http}}], namespaceSelector: {matchLabels: {a: b}}}",
    );
    let does = may.replace("{matchLabels: {a: b}}", "{}");
    let maybe = "VirtualGateway shop/g was refused, which may be its gateway";
    for (documents, text) in [
        (vec![bad.clone(), route.clone()], maybe),
        (vec![bad.clone(), may, route.clone()], maybe),
        (
            vec![bad.clone(), by_name],
            "GatewayRoute shop/r: VirtualGateway shop/g was refused",
        ),
    ] {
        let manifest = documents.join("\n---\n");
        says(&manifest, Error, text);
        assert_ne!(asked(&manifest, "/").0, "forward", "{text}");
    }
    let sure = [bad, does, route].join("\n---\n");
    assert_eq!(asked(&sure, "/").0, "forward");
}

#[test]
fn the_objects_of_a_refused_mesh_get_no_other_mesh() {
    let bad = "{apiVersion: appmesh.k8s.aws/v1beta2, kind: Mesh, metadata: {name: m}, spec: {namespaceSelector: 7}}";
    let route = http_match("{prefix: /}");
    let by_name = gateway_route(
        "{meshRef: {name: m, uid: x}, httpRoute: {match: {prefix: /}, action: {target: {virtualService: {virtualServiceRef: {name: s}}}}}}",
    );
    for (route, text) in [
        (route, "Mesh m was refused, which may be its mesh"),
        (by_name, "GatewayRoute shop/r: Mesh m was refused"),
    ] {
        let manifest = format!("{bad}\n---\n{route}");
        says(&manifest, Error, text);
        assert_ne!(asked(&manifest, "/").0, "forward", "{text}");
    }
}
