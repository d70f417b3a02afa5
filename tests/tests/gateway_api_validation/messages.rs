//! What is said of a fault, and how much.

use std::collections::BTreeSet;

use fingerpost::diagnostic::Severity;
use serde_json::json;

use crate::support::{breaks, check, error_codes, manifest, takes};

#[test]
fn an_unknown_field_is_a_warning_with_advice() {
    let found = check(&manifest(
        "HTTPRoute",
        "v1",
        &json!({ "rules": [{ "matchs": [] }] }),
    ));
    let [found] = found.as_slice() else {
        panic!("{found:#?}")
    };
    assert_eq!((found.code.0, found.severity), (1101, Severity::Warning));
    assert_eq!(
        found.message,
        "HTTPRoute shop/cart: rules[0].matchs is not a known field"
    );
    assert_eq!(found.help.as_deref(), Some("did you mean 'matches'?"));
}

#[test]
fn a_value_of_the_wrong_type_names_both_types_and_the_way_out() {
    let text = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n\
        metadata: {name: cart, namespace: shop}\nspec:\n  rules:\n  - backendRefs:\n\
        \x20   - {name: a, port: \"80\"}\n    - {name: b, port: 80.5}\n    - {name: 7, port: 80}\n\
        \x20 - backendRefs: {name: a}\n";
    let found = check(text);
    let said: Vec<_> = found
        .iter()
        .map(|found| {
            (
                found.code.0,
                found.message.as_str(),
                found.help.as_deref().unwrap_or(""),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            (
                1103,
                "HTTPRoute shop/cart: rules[0].backendRefs[0].port must be an integer, not a string",
                "write it without quotes: 80"
            ),
            (
                1103,
                "HTTPRoute shop/cart: rules[0].backendRefs[1].port must be an integer, not a number",
                ""
            ),
            (
                1103,
                "HTTPRoute shop/cart: rules[0].backendRefs[2].name must be a string, not an integer",
                "put it in quotes: \"7\""
            ),
            (
                1103,
                "HTTPRoute shop/cart: rules[1].backendRefs must be a list, not an object",
                "make it an item of a list: write `- ` before it"
            ),
        ]
    );
    let origin = found[0].origin.unwrap();
    assert_eq!((origin.line, origin.column, origin.end_column), (7, 23, 27));
}

#[test]
fn a_missing_field_is_reported_at_what_misses_it() {
    let text = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n\
        metadata: {name: cart}\nspec:\n  rules:\n  - backendRefs:\n    - port: 80\n";
    let found = check(text);
    let [found] = found.as_slice() else {
        panic!("{found:#?}")
    };
    assert_eq!(found.code.0, 1102);
    assert_eq!(
        found.message,
        "HTTPRoute cart: rules[0].backendRefs[0].name is missing"
    );
    assert_eq!(
        found.origin.map(|origin| (origin.line, origin.column)),
        Some((7, 7))
    );
}

#[test]
fn null_is_absence_for_fields_but_not_for_items() {
    takes(
        "HTTPRoute",
        "v1",
        &json!({ "hostnames": null, "rules": [{ "matches": null }] }),
    );
    breaks("HTTPRoute", "v1", &json!({ "hostnames": [null] }), 1103);
    breaks("TCPRoute", "v1", &json!({ "rules": null }), 1102);
}

#[test]
fn lengths_count_characters_and_not_bytes() {
    let route = |value: String| json!({ "rules": [{ "matches": [{ "queryParams": [{ "name": "a", "value": value }] }] }] });
    takes("HTTPRoute", "v1", &route("é".repeat(1024)));
    breaks("HTTPRoute", "v1", &route("é".repeat(1025)), 1104);
}

#[test]
fn a_kind_that_a_version_does_not_have_is_refused() {
    breaks("HTTPRoute", "v1alpha2", &json!({}), 1338);
    breaks("GRPCRoute", "v1beta1", &json!({}), 1338);
}

#[test]
fn an_object_has_a_name_or_a_prefix_for_one() {
    let found = check("apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nspec: {}\n");
    assert_eq!(error_codes(&found), BTreeSet::from([1102]));
    let text = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n\
        metadata: {generateName: a-}\nspec: {}\n";
    assert!(check(text).is_empty());
}

#[test]
fn a_list_beyond_its_limit_is_reported_once_however_long() {
    let spec = json!({ "hostnames": vec!["?"; 5000] });
    let found = check(&manifest("HTTPRoute", "v1", &spec));
    let count = |code| found.iter().filter(|found| found.code.0 == code).count();
    assert_eq!((count(1108), count(1105)), (1, 16));
}

#[test]
fn items_without_their_key_are_not_said_to_repeat_each_other() {
    let headers = json!([{ "value": "a" }, { "value": "b" }]);
    let found = check(&manifest(
        "HTTPRoute",
        "v1",
        &json!({ "rules": [{ "matches": [{ "headers": headers }] }] }),
    ));
    assert_eq!(error_codes(&found), BTreeSet::from([1102]));
    assert_eq!(found.len(), 2);
}
