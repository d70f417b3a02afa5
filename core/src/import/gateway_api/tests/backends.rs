//! References to backends.

use alloc::format;
use alloc::string::String;

use super::{get, has, http, of_route, read, read_with, route};
use crate::diagnostic::Code;
use crate::diagnostic::codes::gateway_api as codes;
use crate::import::gateway_api::Options;
use crate::model::{Action, Target, WeightedTarget};

const SERVICE: &str = "---\napiVersion: v1\nkind: Service\nmetadata: {name: there, namespace: shop}\n\
                       spec: {ports: [{port: 80}, {port: 81, appProtocol: kubernetes.io/h2c}, {port: 82, appProtocol: kubernetes.io/odd}, {port: 83, appProtocol: http}]}\n";

fn to(reference: &str) -> String {
    http(&format!("  - {{backendRefs: [{reference}]}}"))
}

fn first(text: &str) -> WeightedTarget {
    let Action::Forward(targets) = &super::rules(text)[0].action else {
        panic!("no targets")
    };
    targets[0].clone()
}

#[track_caller]
fn fails(text: &str, reason: &str, code: Code) {
    let out = read(text);
    assert_eq!(
        of_route(&out, "r", "ResolvedRefs"),
        format!("False/{reason}")
    );
    assert_eq!(of_route(&out, "r", "Accepted"), "True/Accepted");
    let warning = out.diagnostics.iter().find(|one| one.code == code).unwrap();
    assert!(warning.origin.is_some());
    assert_eq!(get(text, "h", "/"), "respond 500");
}

#[test]
fn an_invalid_reference_answers_500_and_says_why() {
    fails(
        &(to("{name: none, port: 80}") + SERVICE),
        "BackendNotFound",
        codes::BACKEND_NOT_FOUND,
    );
    fails(
        &(to("{name: there, port: 99}") + SERVICE),
        "BackendNotFound",
        codes::BACKEND_NOT_FOUND,
    );
    fails(
        &to("{kind: Odd, name: there, port: 80}"),
        "InvalidKind",
        codes::INVALID_KIND,
    );
    fails(
        &to("{name: there, namespace: other, port: 80}"),
        "RefNotPermitted",
        codes::REF_NOT_PERMITTED,
    );
    fails(
        &(to("{name: there, port: 82}") + SERVICE),
        "UnsupportedProtocol",
        codes::UNSUPPORTED_PROTOCOL,
    );
}

#[test]
fn an_invalid_reference_keeps_its_share() {
    let text =
        to("{name: there, port: 80, weight: 3}, {name: none, port: 80, weight: 7}") + SERVICE;
    let Action::Forward(targets) = &super::rules(&text)[0].action else {
        panic!("no targets")
    };
    assert_eq!((targets[0].weight, targets[1].weight), (3, 7));
    assert!(matches!(&targets[1].target, Target::Invalid(invalid) if invalid.status == 500));
}

#[test]
fn the_services_protocol_is_handed_on() {
    let protocol = |port: u16| {
        let target = first(&(to(&format!("{{name: there, port: {port}}}")) + SERVICE)).target;
        let Target::Backend(backend) = target else {
            panic!("invalid")
        };
        backend.protocol
    };
    assert_eq!(protocol(81).as_deref(), Some("h2c"));
    assert_eq!(protocol(80), None);
    assert_eq!(protocol(83), None);
}

#[test]
fn where_no_service_is_given_every_backend_is_assumed() {
    let text = to("{name: anything, port: 80}");
    assert!(has(&read(&text), codes::ASSUMED));
    assert_eq!(get(&text, "h", "/"), "anything");
}

fn grant(from: &str, to: &str) -> String {
    format!(
        "---\napiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata: {{name: g, namespace: other}}\n\
         spec: {{from: [{{group: gateway.networking.k8s.io, {from}}}], to: [{{group: '', {to}}}]}}\n"
    )
}

#[test]
fn a_grant_in_the_targets_namespace_permits_by_kind_namespace_and_name() {
    let text = to("{name: there, namespace: other, port: 80}");
    let permits =
        |from: &str, to: &str| get(&(text.clone() + &grant(from, to)), "h", "/") == "there";
    assert!(permits("kind: HTTPRoute, namespace: shop", "kind: Service"));
    assert!(permits(
        "kind: HTTPRoute, namespace: shop",
        "kind: Service, name: there"
    ));
    assert!(!permits(
        "kind: HTTPRoute, namespace: shop",
        "kind: Service, name: elsewhere"
    ));
    assert!(!permits(
        "kind: GRPCRoute, namespace: shop",
        "kind: Service"
    ));
    assert!(!permits(
        "kind: HTTPRoute, namespace: infra",
        "kind: Service"
    ));
    assert!(!permits("kind: HTTPRoute, namespace: shop", "kind: Secret"));
}

#[test]
fn no_backends_answer_500_and_are_no_unresolved_reference() {
    let text = http("  - {matches: [{path: {value: /a}}]}");
    let out = read(&text);
    assert_eq!(of_route(&out, "r", "ResolvedRefs"), "True/ResolvedRefs");
    assert!(has(&out, codes::NO_BACKENDS));
    assert_eq!(get(&text, "h", "/a"), "respond 500");
}

#[test]
fn kinds_that_the_embedder_knows_are_backends() {
    let text = to("{group: inference.networking.k8s.io, kind: InferencePool, name: pool}");
    let mut options = Options::default();
    options
        .backend_kinds
        .push(("inference.networking.k8s.io".into(), "InferencePool".into()));
    let out = read_with(&text, options);
    assert_eq!(of_route(&out, "r", "ResolvedRefs"), "True/ResolvedRefs");
}

#[test]
fn weights_are_one_where_none_is_stated_and_at_most_a_million() {
    assert_eq!(first(&to("{name: b, port: 80}")).weight, 1);
    assert_eq!(first(&to("{name: b, port: 80, weight: 0}")).weight, 0);
    assert_eq!(
        first(&to("{name: b, port: 80, weight: 1000000}")).weight,
        1_000_000
    );
}

#[test]
fn layer_four_routes_have_one_rule_of_backends() {
    let text = super::gateway(
        "  - {name: tls, port: 443, protocol: TLS, tls: {mode: Passthrough}, allowedRoutes: {namespaces: {from: All}}}",
    ) + &route(
        "TLSRoute",
        "r",
        "  hostnames: ['*.a.org']\n  rules: [{backendRefs: [{name: b, port: 443}]}]",
    );
    let out = read(&text);
    assert_eq!(out.routes.routes[0].rules.len(), 1);
    assert!(out.routes.routes[0].rules[0].matches.is_empty());
    assert_eq!(
        out.routes.stages[0].attachments[0].hosts[0].host.to_text(),
        "*.a.org"
    );
}

#[test]
fn an_error_in_a_reference_costs_that_reference() {
    let text = to("{name: a, port: 80, weight: 3}, {name: b, weight: 7}");
    let Action::Forward(targets) = &super::rules(&text)[0].action else {
        panic!("no targets")
    };
    assert!(matches!(&targets[0].target, Target::Backend(_)));
    assert!(matches!(&targets[1].target, Target::Invalid(_)));
    assert_eq!(get(&text, "h", "/"), "a");
}
