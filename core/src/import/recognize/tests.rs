//! Which objects are found, and where each goes.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::objects;
use crate::diagnostic::codes::read as codes;
use crate::diagnostic::{Code, Severity};
use crate::import::{Dialect, Object, Options, Sources, document};

struct Found {
    gateway_api: Vec<String>,
    app_mesh: Vec<String>,
    diagnostics: Vec<(Code, Severity, String)>,
}

fn find_in(name: &str, text: &str, options: &Options) -> Found {
    let mut sources = Sources::new();
    sources.add(name, text);
    let (documents, mut diagnostics) = document::read(&sources, &options.limits);
    let objects = objects(&documents, options, &mut diagnostics);
    let names = |objects: &[Object<'_>]| {
        objects
            .iter()
            .map(|object| format!("{} {}", object.order, object.object_ref()))
            .collect()
    };
    Found {
        gateway_api: names(&objects.gateway_api),
        app_mesh: names(&objects.app_mesh),
        diagnostics: diagnostics
            .into_iter()
            .map(|found| (found.code, found.severity, found.message))
            .collect(),
    }
}

fn find(text: &str) -> Found {
    find_in("a.yaml", text, &Options::default())
}

const ROUTE: &str = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n\
                     metadata: {name: cart, namespace: shop}\n";

#[test]
fn api_version_and_kind_tell_the_dialect() {
    let found = find(&format!(
        "{ROUTE}---\napiVersion: appmesh.k8s.aws/v1beta2\nkind: Mesh\nmetadata: {{name: m}}\n---\n\
         apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop}}\n---\n\
         apiVersion: v1\nkind: Service\nmetadata: {{name: s, namespace: shop}}\n---\n\
         apiVersion: gateway.networking.x-k8s.io/v1alpha1\nkind: XListenerSet\n\
         metadata: {{name: x}}\n"
    ));
    assert_eq!(
        found.gateway_api,
        [
            "0 HTTPRoute shop/cart",
            "2 Namespace shop",
            "3 Service shop/s",
            "4 XListenerSet x"
        ]
    );
    assert_eq!(found.app_mesh, ["1 Mesh m", "2 Namespace shop"]);
    assert_eq!(found.diagnostics, []);
}

#[test]
fn other_kinds_are_passed_over_with_a_note() {
    let found = find(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, namespace: ns}\n---\n\
         apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n",
    );
    assert!(found.gateway_api.is_empty() && found.app_mesh.is_empty());
    let expected = [
        "Deployment ns/d: apps/v1 is of no known dialect, passed over",
        "Pod p: v1 is of no known dialect, passed over",
    ]
    .map(|message| (codes::UNKNOWN_KIND, Severity::Note, message.to_string()));
    assert_eq!(found.diagnostics, expected);
}

#[test]
fn lists_are_opened_in_order() {
    let found = find(
        "apiVersion: v1\nkind: List\nitems:\n\
         - {apiVersion: v1, kind: Service, metadata: {name: a}}\n\
         - apiVersion: v1\n  kind: List\n  items:\n\
         \x20 - {apiVersion: v1, kind: Service, metadata: {name: b}}\n\
         - {apiVersion: v1, kind: Service, metadata: {name: c}}\n---\n\
         - {apiVersion: v1, kind: Service, metadata: {name: d}}\n\
         - {apiVersion: v1, kind: Service, metadata: {name: e}}\n",
    );
    assert_eq!(
        found.gateway_api,
        [
            "0 Service a",
            "1 Service b",
            "2 Service c",
            "3 Service d",
            "4 Service e"
        ]
    );
    assert_eq!(found.diagnostics, []);
}

#[test]
fn items_of_a_typed_list_inherit_its_type() {
    let found = find(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRouteList\nitems:\n\
         - metadata: {name: a}\n- {kind: GRPCRoute, metadata: {name: b}}\n",
    );
    assert_eq!(found.gateway_api, ["0 HTTPRoute a", "1 GRPCRoute b"]);
    assert_eq!(found.diagnostics, []);
}

#[test]
fn what_is_wrong_with_a_list_is_reported() {
    let found = find(
        "apiVersion: v1\nkind: List\nitems: {a: 1}\n---\n- 1\n- x\n- \
         {apiVersion: v1, kind: Service, metadata: {name: s}}\n---\njust text\n---\n\
         {apiVersion: v1, kind: List}\n",
    );
    assert_eq!(found.gateway_api, ["0 Service s"]);
    let codes: Vec<_> = found
        .diagnostics
        .iter()
        .map(|(code, severity, _)| (*code, *severity))
        .collect();
    assert_eq!(
        codes,
        [
            (codes::INVALID_LIST, Severity::Error),
            (codes::NOT_AN_OBJECT, Severity::Note),
            (codes::NOT_AN_OBJECT, Severity::Note)
        ]
    );
}

#[test]
fn a_missing_type_is_an_error_where_the_rest_is_ours() {
    let cases = [
        ("kind: HTTPRoute", Severity::Error),
        ("kind: VirtualRouter", Severity::Error),
        ("kind: Kustomization", Severity::Warning),
        ("apiVersion: v1", Severity::Warning),
        ("a: 1", Severity::Warning),
        ("kind: 1", Severity::Error),
        ("apiVersion: [v1]\nkind: Service", Severity::Error),
    ];
    for (text, severity) in cases {
        let found = find(text);
        assert_eq!(found.diagnostics.len(), 1, "{text}");
        assert_eq!(found.diagnostics[0].0, codes::MISSING_TYPE, "{text}");
        assert_eq!(found.diagnostics[0].1, severity, "{text}");
    }
}

#[test]
fn app_mesh_api_json_is_told_by_its_keys() {
    let cases = [
        (
            r#"{"gatewayRouteName":"g","meshName":"m","virtualGatewayName":"v","spec":{}}"#,
            "GatewayRoute g",
        ),
        (
            r#"{"routeName":"r","virtualRouterName":"v","spec":{"httpRoute":{}}}"#,
            "Route r",
        ),
        (
            r#"{"spec":{"httpRoute":{"action":{"target":{}}}}}"#,
            "GatewayRoute ",
        ),
        (
            r#"{"spec":{"grpcRoute":{"action":{"weightedTargets":[]}}}}"#,
            "Route ",
        ),
        (
            r#"{"virtualRouterName":"v","spec":{"listeners":[]}}"#,
            "VirtualRouter v",
        ),
        (
            r#"{"virtualServiceName":"s","meshName":"m","spec":{}}"#,
            "VirtualService s",
        ),
        (
            r#"{"virtualNodeName":"n","meshName":"m","spec":{}}"#,
            "VirtualNode n",
        ),
        (
            r#"{"virtualGatewayName":"g","meshName":"m","spec":{}}"#,
            "VirtualGateway g",
        ),
        (r#"{"meshName":"m"}"#, "Mesh m"),
        (
            r#"{"route":{"routeName":"r","meshName":"m","spec":{"httpRoute":{}}}}"#,
            "Route r",
        ),
    ];
    for (text, object) in cases {
        let found = find_in("a.json", text, &Options::default());
        assert_eq!(found.app_mesh, [format!("0 {object}")], "{text}");
        assert_eq!(found.diagnostics, [], "{text}");
    }
}

#[test]
fn a_damaged_object_is_refused_and_others_are_not() {
    let found = find(&format!("{ROUTE}spec: {{a: 1, a: 2}}\n---\n{ROUTE}"));
    assert_eq!(found.gateway_api, ["0 HTTPRoute shop/cart"]);
    let codes: Vec<_> = found.diagnostics.iter().map(|(code, ..)| *code).collect();
    assert_eq!(codes, [codes::DUPLICATE_KEY, codes::DAMAGED_OBJECT]);
}

#[test]
fn remarks_on_objects_that_nobody_imports_are_dropped() {
    let found = find(&format!(
        "on: push\n---\napiVersion: apps/v1\nkind: Deployment\nspec: {{a: no}}\n---\n\
         {ROUTE}spec: {{a: no}}\n"
    ));
    let codes: Vec<_> = found.diagnostics.iter().map(|(code, ..)| *code).collect();
    assert_eq!(
        codes,
        [
            codes::AMBIGUOUS_SCALAR,
            codes::MISSING_TYPE,
            codes::UNKNOWN_KIND
        ]
    );
}

#[test]
fn a_forced_dialect_takes_its_own_and_what_has_no_api_version() {
    let options = Options {
        dialect: Some(Dialect::GatewayApi),
        ..Options::default()
    };
    let text = "kind: HTTPRoute\nmetadata: {name: a}\n---\n\
                apiVersion: appmesh.k8s.aws/v1beta2\nkind: Mesh\nmetadata: {name: m}\n---\n\
                apiVersion: v1\nkind: Namespace\nmetadata: {name: ns}\n";
    let found = find_in("a.yaml", text, &options);
    assert_eq!(found.gateway_api, ["0 HTTPRoute a", "1 Namespace ns"]);
    assert!(found.app_mesh.is_empty());
    let codes: Vec<_> = found.diagnostics.iter().map(|(code, ..)| *code).collect();
    assert_eq!(codes, [codes::MISSING_TYPE, codes::UNKNOWN_KIND]);
    assert!(
        found.diagnostics[1].2.contains("not of gateway-api"),
        "{:?}",
        found.diagnostics
    );
}

#[test]
fn diagnostics_of_a_file_are_bounded() {
    let mut options = Options::default();
    options.limits.diagnostics = 3;
    let found = find_in("a.yaml", &"---\na: 1\n".repeat(10), &options);
    assert_eq!(found.diagnostics.len(), 4);
    assert_eq!(found.diagnostics[3].0, codes::TOO_MANY_DIAGNOSTICS);
}

#[test]
fn dialect_names_are_read_back() {
    for dialect in Dialect::ALL {
        assert_eq!(dialect.as_str().parse(), Ok(*dialect));
    }
    assert!("envoy2".parse::<Dialect>().is_err());
}

#[test]
fn an_object_whose_metadata_is_no_text_is_refused_in_every_dialect() {
    for object in [
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: n}\n",
        "apiVersion: appmesh.k8s.aws/v1beta2\nkind: VirtualNode\nmetadata: {name: on, namespace: shop}\n",
        "apiVersion: v1\nkind: Service\nmetadata: {name: 7}\n",
        "apiVersion: appmesh.k8s.aws/v1beta2\nkind: VirtualNode\nmetadata: [name]\n",
    ] {
        let found = find(object);
        assert!(found.gateway_api.is_empty(), "{object}");
        assert!(found.app_mesh.is_empty(), "{object}");
        let error = (codes::METADATA, Severity::Error);
        let is_said = |one: &(Code, Severity, String)| (one.0, one.1) == error;
        assert!(found.diagnostics.iter().any(is_said), "{object}");
    }
}

#[test]
fn leniently_a_scalar_counts_as_the_text_of_a_name() {
    let options = Options {
        lenient: true,
        ..Options::default()
    };
    let text = "apiVersion: appmesh.k8s.aws/v1beta2\nkind: VirtualNode\nmetadata: {name: on, namespace: 7}\n";
    let found = find_in("a.yaml", text, &options);
    assert_eq!(found.app_mesh, ["0 VirtualNode 7/on"]);
    let warning = (codes::METADATA, Severity::Warning);
    assert!(
        found
            .diagnostics
            .iter()
            .any(|one| (one.0, one.1) == warning)
    );
}
