//! What leaves: no control character in a head or Location, no `//host` path, and no
//! CORS answer to an origin that only ends like an allowed one.

#![cfg(feature = "import")]

use fingerpost::import::{Options, Sources, import};
use fingerpost::{Outcome, Request, Table, compile::Compiler};

fn compile(manifests: &str) -> (Table, Vec<String>) {
    let mut sources = Sources::new();
    sources.add("a.yaml", manifests);
    let read = import(&sources, &Options::default());
    let compiled = Compiler::new().compile(&read.routes);
    let found = read.diagnostics.iter().chain(&compiled.diagnostics);
    let errors = found.filter(|found| found.severity == fingerpost::diagnostic::Severity::Error);
    let errors = errors.map(|error| error.message.clone()).collect();
    (compiled.table, errors)
}

/// A rule with one filter for paths under `/a`.
fn filtered(filter: &str) -> String {
    let backends = match filter.contains("RequestRedirect") {
        true => "",
        false => ", backendRefs: [{name: b, port: 80}]",
    };
    format!(
        "apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: r}}
spec:
  parentRefs: [{{name: g}}]
  rules: [{{matches: [{{path: {{value: /a}}}}], filters: [{filter}]{backends}}}]
"
    )
}

#[test]
fn a_replacement_with_a_control_character_never_leaves() {
    for (filter, path) in [
        (
            "{type: URLRewrite, urlRewrite: {path: PATH}}",
            r#"{type: ReplaceFullPath, replaceFullPath: "/x\r\ny: z"}"#,
        ),
        (
            "{type: RequestRedirect, requestRedirect: {path: PATH}}",
            r#"{type: ReplacePrefixMatch, replacePrefixMatch: "/x\ny"}"#,
        ),
    ] {
        let (table, errors) = compile(&filtered(&filter.replace("PATH", path)));
        assert!(
            errors
                .iter()
                .any(|error| error.contains("control character")),
            "{errors:?}"
        );
        let request = Request::new(b"GET", b"/a").with_authority(b"h");
        table.decide(&request, |decision| {
            assert_eq!(decision.outcome(), Outcome::Respond);
            assert_eq!(decision.status(), Some(500));
        });
    }
}

#[test]
fn a_host_with_a_control_character_never_leaves() {
    let (table, errors) = compile(
        r#"
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: {name: r}
spec:
  httpRoute:
    match: {prefix: /}
    action: {target: {virtualService: {virtualServiceRef: {name: vs}}}}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualService
metadata: {name: vs}
spec:
  awsName: "x\r\ny: z"
  provider: {virtualNode: {virtualNodeRef: {name: n}}}
"#,
    );
    assert!(
        errors
            .iter()
            .any(|error| error.contains("control character")),
        "{errors:?}"
    );
    let request = Request::new(b"GET", b"/").with_authority(b"h");
    table.decide(&request, |decision| {
        assert_eq!(decision.authority(), Some(&b"h"[..]));
    });
}

#[test]
fn no_rewrite_makes_a_path_that_names_another_host() {
    for (path, target) in [
        (
            "{type: ReplaceFullPath, replaceFullPath: /x/..//evil.example}",
            "/a",
        ),
        (
            "{type: ReplacePrefixMatch, replacePrefixMatch: /.}",
            "/a//evil.example",
        ),
        (
            "{type: ReplacePrefixMatch, replacePrefixMatch: /}",
            "/a//evil.example",
        ),
    ] {
        let (table, _) = compile(&filtered(&format!(
            "{{type: URLRewrite, urlRewrite: {{path: {path}}}}}"
        )));
        let request = Request::new(b"GET", target.as_bytes()).with_authority(b"h");
        table.decide(&request, |decision| {
            assert_eq!(decision.path(), b"/evil.example", "{path}");
        });
    }
}

#[test]
fn a_location_without_a_host_begins_with_one_slash() {
    let redirect = "{type: RequestRedirect, requestRedirect: {statusCode: 301}}";
    let (table, _) = compile(&filtered(redirect).replace("/a", "/"));
    for target in ["//evil.example/x", "/\\evil.example/x"] {
        table.decide(&Request::new(b"GET", target.as_bytes()), |decision| {
            assert_eq!(decision.location(), Some(&b"/evil.example/x"[..]));
        });
    }
}

#[test]
fn an_origin_with_a_path_or_user_is_no_origin() {
    let (table, _) = compile(&filtered(
        "{type: CORS, cors: {allowOrigins: ['https://*.a.example']}}",
    ));
    for (origin, allowed) in [
        (&b"https://x.y.a.example"[..], true),
        (b"https://a.example", false),
        (b"https://evil.example/.a.example", false),
        (b"https://evil.example?.a.example", false),
        (b"https://evil.example@x.a.example", false),
    ] {
        let headers = [(&b"origin"[..], origin)];
        let request = Request::new(b"GET", b"/a")
            .with_authority(b"h")
            .with_headers(&headers);
        table.decide(&request, |decision| {
            assert_eq!(decision.cors_headers().count() > 0, allowed);
        });
    }
}

#[test]
fn no_header_edit_makes_a_second_host() {
    for verb in ["set: [{name: Host, value: evil.example}]", "remove: [HOST]"] {
        let filter = format!("{{type: RequestHeaderModifier, requestHeaderModifier: {{{verb}}}}}");
        let (table, errors) = compile(&filtered(&filter));
        assert!(errors.is_empty(), "{errors:?}");
        let request = Request::new(b"GET", b"/a").with_authority(b"h");
        table.decide(&request, |decision| {
            assert_eq!(decision.authority(), Some(&b"h"[..]));
            assert_eq!(decision.request_edits().count(), 0);
        });
    }
}
