//! Rules of the other kinds, and of the other forms.

use fingerpost::diagnostic::Severity::{Error, Note, Warning};
use fingerpost::import::Options;
use fingerpost::model::{Action, Target};

use super::support::{import_with, object, of, says};

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
            "serviceDiscovery missing for VirtualNode-r; it must be specified when a listener is specified",
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
