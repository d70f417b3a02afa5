//! Filters of rules and backends.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{get, has, http, of_route, open_gateway, read, route, rules};
use crate::diagnostic::Severity;
use crate::diagnostic::codes::gateway_api as codes;
use crate::model::{
    Action, CorsOrigin, Filter, HeaderVerb, PathRewrite, PrefixJoin, Rewrite, Scheme, Target,
};

fn with(filters: &str) -> String {
    http(&format!(
        "  - {{filters: [{filters}], backendRefs: [{{name: b, port: 80}}]}}"
    ))
}

fn filter(text: &str) -> Filter {
    rules(&with(text))[0].filters[0].clone()
}

#[test]
fn header_edits_are_set_add_and_remove_with_one_action_for_each_name() {
    let text = with(
        "{type: RequestHeaderModifier, requestHeaderModifier: {remove: [X-C, x-a], add: [{name: X-B, value: b}], set: [{name: X-A, value: a}, {name: x-a, value: z}]}}",
    );
    let out = read(&text);
    let Filter::RequestHeaders(edits) = &out.routes.routes[0].rules[0].filters[0] else {
        panic!("no edits")
    };
    let got: Vec<_> = edits
        .iter()
        .map(|one| (one.verb, one.name.as_str(), one.value.as_text().unwrap()))
        .collect();
    assert_eq!(
        got,
        [
            (HeaderVerb::Set, "x-a", "a"),
            (HeaderVerb::Add, "x-b", "b"),
            (HeaderVerb::Remove, "x-c", "")
        ]
    );
    assert!(has(&out, codes::REPEATED_NAME));
}

#[test]
fn a_redirect_is_the_rules_action_with_302_by_default() {
    let text = http(
        "  - {filters: [{type: RequestRedirect, requestRedirect: {scheme: https, hostname: B.org, port: 8443, path: {type: ReplacePrefixMatch, replacePrefixMatch: /n}}}], matches: [{path: {value: /o}}]}",
    )
    .replace("B.org", "b.org");
    let Action::Redirect(redirect) = &rules(&text)[0].action else {
        panic!("no redirect")
    };
    assert_eq!((redirect.status, redirect.port), (302, Some(8443)));
    assert_eq!(redirect.scheme, Some(Scheme::Https));
    assert_eq!(redirect.host, Some("b.org".into()));
    let path = PathRewrite::Prefix {
        replacement: "/n".to_string(),
        join: PrefixJoin::Segments,
    };
    assert_eq!(redirect.path, Some(path));
    assert!(!has(&read(&text), codes::NO_BACKENDS));
}

#[test]
fn a_redirect_of_one_backend_is_a_filter_of_that_backend() {
    let text = http(
        "  - {backendRefs: [{name: b, port: 80, filters: [{type: RequestRedirect, requestRedirect: {statusCode: 301}}]}]}",
    );
    let Action::Forward(targets) = &rules(&text)[0].action else {
        panic!("no targets")
    };
    assert!(matches!(&targets[0].filters[0], Filter::Redirect(redirect) if redirect.status == 301));
}

#[test]
fn an_unknown_filter_answers_500_and_leaves_the_other_rules() {
    for bad in [
        "{type: Odd}",
        "{type: ExtensionRef, extensionRef: {group: x.org, kind: Odd, name: o}}",
        "{type: URLRewrite}",
    ] {
        let text = http(&format!(
            "  - {{matches: [{{path: {{value: /a}}}}], filters: [{bad}], backendRefs: [{{name: b, port: 80}}]}}\n\
             \x20 - {{backendRefs: [{{name: good, port: 80}}]}}"
        ));
        let out = read(&text);
        // An error of the validator's says it in its help.
        let says = out.diagnostics.iter().any(|one| {
            let help = one.help.as_deref().unwrap_or_default();
            one.severity == Severity::Error
                && (one.code == codes::RULE_ANSWERS_500 || help.contains("answers 500"))
        });
        assert!(says, "{bad}");
        assert_eq!(of_route(&out, "r", "Accepted"), "True/Accepted");
        assert_eq!(
            of_route(&out, "r", "PartiallyInvalid"),
            "True/UnsupportedValue"
        );
        assert_eq!(get(&text, "h", "/a"), "respond 500");
        assert_eq!(get(&text, "h", "/b"), "good");
    }
}

#[test]
fn a_route_none_of_whose_rules_works_is_not_accepted_and_answers_500() {
    let text = with("{type: ExtensionRef, extensionRef: {group: x.org, kind: Odd, name: o}}");
    assert_eq!(
        of_route(&read(&text), "r", "Accepted"),
        "False/UnsupportedValue"
    );
    assert_eq!(get(&text, "h", "/"), "respond 500");
}

#[test]
fn redirect_and_rewrite_exclude_each_other() {
    let text = with(
        "{type: URLRewrite, urlRewrite: {hostname: a.org}}, {type: RequestRedirect, requestRedirect: {scheme: https}}",
    );
    assert_eq!(
        of_route(&read(&text), "r", "Accepted"),
        "False/IncompatibleFilters"
    );
    assert_eq!(get(&text, "h", "/"), "respond 500");
}

#[test]
fn filters_that_only_http_routes_have_are_not_supported_in_grpc_routes() {
    let text = open_gateway()
        + &route(
            "GRPCRoute",
            "r",
            "  rules: [{filters: [{type: CORS, cors: {}}], backendRefs: [{name: b, port: 80}]}]",
        );
    assert_eq!(
        of_route(&read(&text), "r", "Accepted"),
        "False/UnsupportedValue"
    );
}

#[test]
fn a_backends_bad_filter_fails_that_backend_only() {
    let text = http(
        "  - {backendRefs: [{name: a, port: 80, filters: [{type: ExtensionRef, extensionRef: {group: x.org, kind: Odd, name: o}}]}, {name: b, port: 80, weight: 2}]}",
    );
    let Action::Forward(targets) = &rules(&text)[0].action else {
        panic!("no targets")
    };
    assert!(
        matches!(&targets[0].target, Target::Invalid(invalid) if invalid.reason == "UnsupportedValue")
    );
    assert!(matches!(&targets[1].target, Target::Backend(_)));
    assert_eq!(of_route(&read(&text), "r", "Accepted"), "True/Accepted");
}

#[test]
fn mirrors_have_a_share_and_an_invalid_one_leaves_the_request_alone() {
    let share = |more: &str| {
        let filter = filter(&format!(
            "{{type: RequestMirror, requestMirror: {{backendRef: {{name: m, port: 80}}{more}}}}}"
        ));
        let Filter::Mirror(mirror) = filter else {
            panic!("no mirror")
        };
        (mirror.numerator, mirror.denominator)
    };
    assert_eq!(share(""), (1, 1));
    assert_eq!(share(", percent: 42"), (42, 100));
    assert_eq!(share(", fraction: {numerator: 1}"), (1, 100));
    assert_eq!(share(", fraction: {numerator: 1, denominator: 3}"), (1, 3));
    let text = with(
        "{type: RequestMirror, requestMirror: {backendRef: {name: m, namespace: other, port: 80}}}",
    );
    let out = read(&text);
    assert_eq!(of_route(&out, "r", "ResolvedRefs"), "False/RefNotPermitted");
    assert!(
        matches!(&out.routes.routes[0].rules[0].filters[0], Filter::Mirror(one) if one.target.is_err())
    );
    assert_eq!(get(&text, "h", "/"), "b");
}

#[test]
fn cors_ages_are_five_seconds_by_default() {
    let Filter::Cors(policy) = filter(
        "{type: CORS, cors: {allowOrigins: ['https://*.a.org', 'http://b.org:8080'], allowMethods: [GET], allowCredentials: true}}",
    ) else {
        panic!("no policy")
    };
    assert_eq!(policy.max_age_s, Some(5));
    assert!(policy.allow_credentials);
    assert_eq!(policy.allow_methods, ["GET"]);
    let (https, http) = ("https".to_string(), "http".to_string());
    assert_eq!(
        policy.allow_origins,
        [
            CorsOrigin::Wildcard {
                scheme: https,
                suffix: "a.org".to_string(),
                port: 443
            },
            CorsOrigin::Exact {
                scheme: http,
                host: "b.org".to_string(),
                port: 8080
            },
        ]
    );
}

#[test]
fn external_authorization_is_handed_on_and_said_not_to_be_performed() {
    let text = with(
        "{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: auth, port: 9000}, http: {path: /check}}}",
    );
    let out = read(&text);
    assert!(has(&out, codes::NOT_PERFORMED));
    let fact = (
        "external_auth".to_string(),
        "HTTP Service shop/auth:9000/check".into(),
    );
    assert_eq!(out.routes.routes[0].rules[0].metadata, [fact]);
    let closed = with(
        "{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: auth, namespace: other, port: 9000}, http: {}}}",
    );
    assert_eq!(get(&closed, "h", "/"), "respond 500");
}

#[test]
fn rewrites_have_host_and_path() {
    let rewrite = filter(
        "{type: URLRewrite, urlRewrite: {hostname: a.org, path: {type: ReplaceFullPath, replaceFullPath: /x}}}",
    );
    let Filter::Rewrite(Rewrite {
        host: Some(_),
        path: Some(PathRewrite::Full(path)),
        ..
    }) = rewrite
    else {
        panic!("no rewrite")
    };
    assert_eq!(path, "/x".into());
}
