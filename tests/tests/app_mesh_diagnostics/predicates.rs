//! Predicates that stand beside each other in one match.

use serde_json::json;

use super::support::{answers, gateway_route, http_match, table};

/// SPEC: all predicates of a match are ANDed (user guide, gateway-routes); nothing is
/// said of several of one name, so each of them must hold.
#[test]
fn of_several_header_predicates_of_one_name_all_must_hold() {
    let table = table(&[(
        "m.yaml",
        http_match(
            "{prefix: /, headers: [{name: x-v, match: {prefix: a}}, {name: X-V, match: {suffix: z}}, {name: x-v, invert: true, match: {exact: a-z}}]}",
        ),
    )]);
    for (value, outcome) in [
        ("a1z", "forward"),
        ("a1", "no_route"),
        ("1z", "no_route"),
        ("a-z", "no_route"),
    ] {
        let request = json!({"path": "/", "headers": {"x-v": value}});
        assert_eq!(answers(&table, &request)["outcome"], outcome, "{value}");
    }
    let none = json!({"path": "/"});
    assert_eq!(answers(&table, &none)["outcome"], "no_route");
}

#[test]
fn of_several_metadata_predicates_of_one_name_all_must_hold() {
    let table = table(&[(
        "m.yaml",
        gateway_route(
            "{grpcRoute: {match: {serviceName: shop.Cart, metadata: [{name: n, match: {range: {start: 10, end: 20}}}, {name: n, match: {regex: '1[5-9]'}}]}, action: {target: {virtualService: {virtualServiceRef: {name: s}}}}}}",
        ),
    )]);
    for (value, outcome) in [("16", "forward"), ("12", "no_route"), ("21", "no_route")] {
        let request = json!({
            "method": "POST", "path": "/shop.Cart/Add", "protocol": "grpc",
            "headers": {"n": value, "content-type": "application/grpc"},
        });
        assert_eq!(answers(&table, &request)["outcome"], outcome, "{value}");
    }
}
