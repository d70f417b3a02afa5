//! Meanings that no debug form shows at a glance.

use super::{matched, read, rule, targets};
use crate::diagnostic::codes::native as codes;
use crate::model::{Filter, Normalization, PathMatch, Target};

#[test]
fn a_path_alone_is_exact_unless_it_has_holes() {
    assert_eq!(matched("path: /a").path, PathMatch::Exact("/a".into()));
    for text in ["/{id}", "/*", "/a/**", "/a}}"] {
        let path = matched(&alloc::format!("path: '{text}'")).path;
        assert_eq!(path, PathMatch::Template(text.into()));
    }
    assert_eq!(matched("method: GET").path, PathMatch::Any);
}

#[test]
fn a_backend_is_in_its_routes_namespace_unless_it_says() {
    let found = read(
        "fingerpost: v1\nnamespace: shop\nroutes: [{name: r, rules: [{backends: [a, infra/b, {name: c}, {name: d, namespace: ''}]}]}]\n",
    );
    let namespaces = targets(&found.routes.routes[0].rules[0]).iter();
    let namespaces = namespaces.map(|target| match &target.target {
        Target::Backend(backend) => backend.namespace.as_str(),
        other => panic!("{other:?}"),
    });
    assert!(namespaces.eq(["shop", "infra", "shop", ""]));
}

#[test]
fn filters_stand_in_one_order_whatever_the_order_of_fields() {
    let rule = rule(
        "response_headers: {}, filters: [{rewrite: {method: PUT}}], mirrors: [a], rewrite: {method: POST}, request_headers: {}, fault: {}, cors: {}, backend: a",
    );
    let kinds = rule.filters.iter().map(|filter| match filter {
        Filter::Cors(_) => "cors",
        Filter::Fault(_) => "fault",
        Filter::RequestHeaders(_) => "request",
        Filter::Rewrite(_) => "rewrite",
        Filter::Mirror(_) => "mirror",
        Filter::ResponseHeaders(_) => "response",
        Filter::Redirect(_) => "redirect",
    });
    let wanted = [
        "cors", "fault", "request", "rewrite", "mirror", "response", "rewrite",
    ];
    assert!(kinds.eq(wanted));
}

#[test]
fn ages_are_seconds_or_times() {
    for (text, seconds) in [("2020-09-08T01:02:03Z", 1_599_526_923), ("12", 12)] {
        let found = read(&alloc::format!(
            "fingerpost: v1\nroutes: [{{name: r, created: {text}, rules: []}}]\n"
        ));
        assert!(found.diagnostics.is_empty(), "{:?}", found.diagnostics);
        assert_eq!(found.routes.routes[0].created, Some(seconds));
    }
}

#[test]
fn an_empty_list_of_backends_is_noted() {
    let found = read(&super::document_of("backends: []"));
    assert_eq!(found.diagnostics[0].code, codes::NO_BACKENDS);
    assert!(targets(&found.routes.routes[0].rules[0]).is_empty());
}

#[test]
fn a_profile_is_changed_by_what_stands_beside_it() {
    let found = read("fingerpost: v1\nnormalization: {profile: base, fragment: reject}\n");
    let wanted = Normalization {
        fragment: crate::model::Fragment::Reject,
        ..Normalization::BASE
    };
    assert_eq!(found.routes.gateways[0].normalization, wanted);
}
