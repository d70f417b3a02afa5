//! Routes between which App Mesh does not choose.

use fingerpost::import::Options;

use super::support::{http_match, import_with};

#[test]
fn routes_that_app_mesh_does_not_tell_apart_are_reported_with_both_places() {
    let named = |name: &str, matches: &str, priority: &str| {
        http_match(matches)
            .replace("name: r, namespace", &format!("name: {name}, namespace"))
            .replace("spec: {", &format!("spec: {{{priority}"))
    };
    let ambiguous = |a: (&str, &str), b: (&str, &str)| {
        let manifest = [named("a", a.0, a.1), named("b", b.0, b.1)].join("\n---\n");
        let out = import_with(&manifest, &Options::default());
        out.diagnostics
            .iter()
            .find(|found| found.code.0 == 1505)
            .cloned()
    };
    let plain = "{prefix: /x}";
    let header = "{prefix: /x, headers: [{name: h, match: {exact: a}}]}";
    let other = "{prefix: /x, headers: [{name: h, match: {exact: b}}]}";
    let found = ambiguous((plain, ""), (header, "")).expect("equal prefixes");
    assert_eq!(
        found.message,
        "GatewayRoute shop/b: ambiguous in App Mesh: GatewayRoute shop/a at m.yaml:1:124 has the same path and no other priority"
    );
    assert_eq!(found.origin.unwrap().line, 3);
    assert!(
        ambiguous((plain, ""), (plain, "")).is_some(),
        "the same route twice"
    );
    assert!(ambiguous((plain, "priority: 5, "), (header, "priority: 5, ")).is_some());
    assert!(
        ambiguous(("{path: {exact: /x/y}}", ""), (plain, "")).is_some(),
        "path against prefix"
    );
    assert!(ambiguous(("{path: {regex: '/x/[0-9]+'}}", ""), (plain, "")).is_some());
    // What priority, length, host or a predicate tells apart is not.
    assert!(ambiguous((plain, "priority: 5, "), (header, "")).is_none());
    assert!(ambiguous((plain, ""), ("{prefix: /xy}", "")).is_none());
    assert!(ambiguous((header, ""), (other, "")).is_none());
    assert!(
        ambiguous(
            ("{prefix: /x, method: GET}", ""),
            ("{prefix: /x, method: PUT}", "")
        )
        .is_none()
    );
    assert!(ambiguous(("{prefix: /x, hostname: {exact: a}}", ""), (plain, "")).is_none());
}
