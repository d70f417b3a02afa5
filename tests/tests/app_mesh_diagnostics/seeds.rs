//! The articles' snippets as written: each fault of theirs has its warning.

// A skipped test says so.
#![allow(clippy::print_stdout)]

use std::fs;

use fingerpost::diagnostic::Severity::{self, Error, Warning};
use fingerpost::import::{Import, Options, Sources, import};
use fingerpost_tests::shared;

use super::support::tells;

const ANATOMY: &[&str] = &["s000-1-anatomy-gatewayroute.yaml"];
const TLS: &[&str] = &["s000-2-virtualgateway-tls.yaml"];
const SHOP: &[&str] = &["s000-3-mesh-nodes-services.yaml"];
const ROUTES: &[&str] = &["s000-4-gatewayroutes-products-orders.yaml"];
const SHOP_AND_ROUTES: &[&str] = &[
    "s000-3-mesh-nodes-services.yaml",
    "s000-4-gatewayroutes-products-orders.yaml",
];
const RETRY: &[&str] = &["s000-5-gatewayroute-retry-timeout.yaml"];
const API: &[&str] = &["s001-1-mesh-node-service-gateway.yaml"];
const API_ROUTES: &[&str] = &["s001-2-gatewayroutes.yaml"];
const API_ROUTER: &[&str] = &["s001-3-router-and-route-crd.yaml"];
const INVENTED: &[&str] = &["s002-1-gatewayroute-v1beta1.yaml"];

const STRIPPED: &str =
    "by default the matched prefix is replaced by '/' before the request is sent on";

/// Files, and what is said of them. The names of objects are left out where several of
/// the file have the fault.
const ROWS: &[(&[&str], Severity, &str)] = &[
    (
        ANATOMY,
        Warning,
        "gatewayRouteName is not a known field; awsName is meant",
    ),
    (
        ANATOMY,
        Warning,
        "GatewayRoute create may not specify read-only field: spec.meshRef",
    ),
    (
        ANATOMY,
        Warning,
        "GatewayRoute create may not specify read-only field: spec.virtualGatewayRef",
    ),
    (
        ANATOMY,
        Warning,
        "target.virtualService.virtualServiceRef is meant",
    ),
    (
        ANATOMY,
        Error,
        "Both prefix and path cannot be specified. Only 1 allowed",
    ),
    (
        TLS,
        Warning,
        "certificateArns is not a known field; certificateARN is meant",
    ),
    (
        SHOP,
        Warning,
        "meshName is not a known field; awsName is meant",
    ),
    (
        SHOP,
        Warning,
        "virtualNodeName is not a known field; awsName is meant",
    ),
    (
        SHOP,
        Warning,
        "virtualServiceName is not a known field; awsName is meant",
    ),
    (
        SHOP,
        Warning,
        "virtualGatewayName is not a known field; awsName is meant",
    ),
    (
        SHOP,
        Warning,
        "provider.virtualNode.virtualNodeRef is meant",
    ),
    (
        SHOP,
        Warning,
        "VirtualGateway create may not specify read-only field: spec.meshRef",
    ),
    (
        ROUTES,
        Warning,
        "GatewayRoute default/product-gateway-route: a reference is by name, not by host name",
    ),
    (
        ROUTES,
        Warning,
        "GatewayRoute default/product-beta-gateway-route: ambiguous in App Mesh",
    ),
    (
        RETRY,
        Warning,
        "retryPolicy is not a known field; a GatewayRoute has none",
    ),
    (
        RETRY,
        Warning,
        "timeout is not a known field; a GatewayRoute has none",
    ),
    (
        RETRY,
        Warning,
        "the retry event 'SERVER_ERROR' is read as 'server-error'",
    ),
    (
        RETRY,
        Warning,
        "the retry event 'GATEWAY_ERROR' is read as 'gateway-error'",
    ),
    (
        API,
        Warning,
        "mesh is not a known field; it is read as meshRef",
    ),
    (
        API_ROUTES,
        Warning,
        "virtualGateway is not a known field; it is read as virtualGatewayRef",
    ),
    (API_ROUTES, Warning, "exact is read as the text \"true\""),
    (
        API_ROUTES,
        Warning,
        "backend-app-v2-canary-gatewayroute: ambiguous in App Mesh",
    ),
    (
        API_ROUTER,
        Warning,
        "the controller has no kind Route; it is read as a route of its VirtualRouter",
    ),
    (INVENTED, Error, "appmesh/v1beta1 is no API of App Mesh"),
    // With the services in the input, and without.
    (SHOP_AND_ROUTES, Warning, STRIPPED),
    (ROUTES, Warning, STRIPPED),
    (RETRY, Warning, STRIPPED),
    (API_ROUTES, Warning, STRIPPED),
];

#[test]
fn every_fault_of_the_articles_snippets_has_its_warning() {
    let mut held = 0;
    for (files, severity, text) in ROWS {
        let Some(out) = read(files) else { return };
        tells(&out, *severity, text);
        held += 1;
    }
    println!("{held} rows");
}

/// The article's own request shows that the path is meant to stay.
#[test]
fn each_route_of_the_shop_is_told_that_its_prefix_is_stripped() {
    for files in [ROUTES, SHOP_AND_ROUTES] {
        let Some(out) = read(files) else { return };
        for name in ["product", "order", "product-beta"] {
            let text = format!("GatewayRoute default/{name}-gateway-route: {STRIPPED}");
            tells(&out, Warning, &text);
        }
    }
}

fn read(files: &[&str]) -> Option<Import> {
    let folder = shared::folder("data/seed-fixtures/as-written")?;
    let mut sources = Sources::new();
    for file in files {
        sources.add(*file, fs::read_to_string(folder.join(file)).unwrap());
    }
    Some(import(&sources, &Options::default()))
}
