//! Paths, methods, redirects, rewrites and weights in the words of the Gateway API.

use fingerpost::diagnostic::Severity;
use fingerpost::model::{PathMatch, RouteMatch};
use fingerpost::{Outcome, Table};
use fingerpost_tests::build::path;

use crate::asked::{Asked, get};
use crate::manifest::{Imported, gateway, http_gateway, http_route, imported, rules};
use crate::table::{first_match, on, open, table};

/// A table of one HTTPRoute `r` with these rules.
fn one(rules: &str) -> Imported {
    imported(&[
        http_gateway(),
        http_route("r", &format!("rules: [{rules}]")),
    ])
}

/// A rule with these matches and filters, and a backend unless it redirects.
fn rule(matches: &str, filters: &str) -> String {
    let backend = match filters.contains("RequestRedirect") {
        true => "",
        false => ", backendRefs: [{name: app, port: 80}]",
    };
    format!("{{matches: [{matches}], filters: [{filters}]{backend}}}")
}

fn redirect(fields: &str) -> String {
    format!("{{type: RequestRedirect, requestRedirect: {{{fields}}}}}")
}

fn replace_prefix(prefix: &str) -> String {
    format!("path: {{type: ReplacePrefixMatch, replacePrefixMatch: '{prefix}'}}")
}

fn rewrite_prefix(prefix: &str) -> String {
    format!(
        "{{type: URLRewrite, urlRewrite: {{{}}}}}",
        replace_prefix(prefix)
    )
}

/// The target that leaves.
fn sent(table: &Table, target: &str) -> String {
    let seen = get(target).ask(table);
    assert_eq!(seen.word(), "r", "{target}");
    seen.target
}

/// Where a client is sent.
fn location(table: &Table, asked: &Asked) -> String {
    let seen = asked.ask(table);
    assert_eq!(seen.outcome, Outcome::Redirect, "{asked:?}");
    seen.location.unwrap()
}

#[test]
fn adv_pm_001_a_prefix_is_of_segments() {
    let table = one(&rule("{path: {value: /abc}}", "")).sound();
    for target in ["/abc", "/abc/", "/abc/def", "/abc?d", "/abc//d"] {
        assert_eq!(get(target).answer(&table), "r", "{target}");
    }
    for target in ["/abcd", "/ab", "/abc%2Fd", "/abc;d", "/ABC", "/x/abc"] {
        assert_eq!(get(target).answer(&table), "no_route", "{target}");
    }
}

#[test]
fn adv_pm_004_a_longer_name_is_not_below_a_prefix() {
    let table = imported(&[
        http_gateway(),
        http_route("ca", &rules("{path: {value: /pki/ca/local}}")),
        http_route("rest", &rules("{path: {value: /}}")),
    ])
    .sound();
    assert_eq!(get("/pki/ca/local-secret").answer(&table), "rest");
    assert_eq!(get("/pki/ca/local/../local-secret").answer(&table), "rest");
    assert_eq!(get("/pki/ca/local/crl").answer(&table), "ca");
}

#[test]
fn adv_pm_011_each_dialect_says_where_an_expression_is_anchored() {
    // Gateway API: the whole path.
    let whole = one(&rule(
        "{path: {type: RegularExpression, value: '/foo.*'}}",
        "",
    ))
    .sound();
    // Ingress of nginx: from the beginning, without regard to case.
    let start = table(&first_match(vec![
        (
            "r",
            on(RouteMatch {
                path_ignore_case: true,
                ..path(PathMatch::RegexStart("/foo.*".into()))
            }),
        ),
        ("no_route", open()),
    ]));
    // Found anywhere, which neither of them does.
    let search = table(&first_match(vec![
        ("r", on(path(PathMatch::RegexSearch("/foo.*".into())))),
        ("no_route", open()),
    ]));
    for (target, of_whole, of_start, of_search) in [
        ("/x/foo", "no_route", "no_route", "r"),
        ("/foo", "r", "r", "r"),
        ("/foo/x", "r", "r", "r"),
        ("/FOO", "no_route", "r", "no_route"),
        ("/x/FOO", "no_route", "no_route", "no_route"),
    ] {
        assert_eq!(get(target).answer(&whole), of_whole, "{target}");
        assert_eq!(get(target).answer(&start), of_start, "{target}");
        assert_eq!(get(target).answer(&search), of_search, "{target}");
    }
    let narrow = one(&rule("{path: {type: RegularExpression, value: '/fo'}}", "")).sound();
    assert_eq!(get("/foo").answer(&narrow), "no_route");
}

#[test]
fn adv_pm_014_an_empty_path_is_refused() {
    let empty = one(&rule("{path: {type: Exact, value: ''}}", ""));
    assert!(empty.refuses(1315), "{:#?}", empty.diagnostics);
    for target in ["/", "/a", "*"] {
        let seen = get(target).ask(&empty.table);
        assert_ne!(seen.outcome, Outcome::Forward, "{target}");
    }
}

#[test]
fn adv_me_001_a_method_matches_with_regard_to_case() {
    let table = imported(&[
        http_gateway(),
        http_route("g", &rules("{method: GET}")),
        http_route("rest", &rules("{}")),
    ])
    .sound();
    for (method, route) in [
        ("GET", "g"),
        ("get", "rest"),
        ("Get", "rest"),
        ("GETS", "rest"),
    ] {
        assert_eq!(get("/").method(method).answer(&table), route, "{method}");
    }
}

#[test]
fn adv_me_008_the_preface_of_http2_is_no_request() {
    let table = one(&rule("{path: {value: /}}", "")).sound();
    for method in ["PRI", "GET"] {
        let seen = get("*").method(method).ask(&table);
        assert_eq!(seen.outcome, Outcome::Reject, "{method}");
    }
    assert_eq!(get("/*").method("PRI").answer(&table), "r");
}

#[test]
fn adv_rw_003_a_prefix_replaced_by_a_slash_leaves_one_path() {
    let table = one(&rule("{path: {value: /foo}}", &rewrite_prefix("/"))).sound();
    for (target, wanted) in [
        ("/foo", "/"),
        ("/foo/", "/"),
        ("/foo/bar", "/bar"),
        ("/foo?q=1", "/?q=1"),
        ("/foo/bar/", "/bar/"),
    ] {
        assert_eq!(sent(&table, target), wanted, "{target}");
    }
    // However many slashes, the path that leaves is no `//host`.
    for target in ["/foo//bar", "/foo///bar", "/foo//evil.com/x"] {
        assert!(!sent(&table, target).starts_with("//"), "{target}");
    }
    let table = one(&rule(
        "{path: {value: /foo}}",
        &redirect(&replace_prefix("/")),
    ))
    .sound();
    for target in ["/foo//evil.com", "/foo///evil.com", "/foo/\\evil.com"] {
        let location = location(&table, &get(target).no_host());
        let mut after = location.bytes();
        assert_eq!(after.next(), Some(b'/'), "{location}");
        assert!(!matches!(after.next(), Some(b'/' | b'\\')), "{location}");
    }
}

#[test]
fn adv_rw_004_slashes_at_the_end_of_prefixes_do_not_count() {
    for (prefix, replacement) in [("/foo/", "/bar/"), ("/foo", "/bar/"), ("/foo/", "/bar")] {
        let matches = format!("{{path: {{value: {prefix}}}}}");
        let table = one(&rule(&matches, &rewrite_prefix(replacement))).sound();
        for (target, wanted) in [
            ("/foo", "/bar"),
            ("/foo/x", "/bar/x"),
            ("/foo/x/", "/bar/x/"),
        ] {
            assert_eq!(sent(&table, target), wanted, "{prefix} to {replacement}");
        }
    }
}

#[test]
fn adv_rw_013_a_redirect_to_where_the_request_was_is_still_one() {
    let listener = "{name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}";
    let secret = "{apiVersion: v1, kind: Secret, metadata: {name: c}, type: kubernetes.io/tls}";
    let table = imported(&[
        gateway(listener),
        secret.to_string(),
        http_route(
            "r",
            &format!(
                "rules: [{}]",
                rule("{path: {value: /}}", &redirect("scheme: https"))
            ),
        ),
    ])
    .sound();
    let seen = get("/a?b").https().host("a.com").ask(&table);
    assert_eq!(seen.outcome, Outcome::Redirect);
    assert_eq!(seen.location.as_deref(), Some("https://a.com/a?b"));
    assert_eq!(
        get("/a").host("a.com").ask(&table).outcome,
        Outcome::NoRoute
    );
}

#[test]
fn adv_rw_016_a_scheme_brings_its_port_and_no_scheme_keeps_the_listeners() {
    let listener =
        "{name: https, port: 8443, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}";
    let secret = "{apiVersion: v1, kind: Secret, metadata: {name: c}, type: kubernetes.io/tls}";
    let sent = |fields: &str| {
        let rule = rule("{path: {value: /}}", &redirect(fields));
        let table = imported(&[
            gateway(listener),
            secret.to_string(),
            http_route("r", &format!("rules: [{rule}]")),
        ])
        .sound();
        let asked = get("/x?y=1").https().port(8443).host("a.com:8443");
        location(&table, &asked)
    };
    assert_eq!(sent("scheme: http"), "http://a.com/x?y=1");
    assert_eq!(sent("scheme: https"), "https://a.com/x?y=1");
    assert_eq!(sent("statusCode: 301"), "https://a.com:8443/x?y=1");
    assert_eq!(sent("hostname: b.com"), "https://b.com:8443/x?y=1");
    assert_eq!(sent("scheme: http, port: 8080"), "http://a.com:8080/x?y=1");
    assert_eq!(sent("scheme: http, port: 80"), "http://a.com/x?y=1");
}

#[test]
fn adv_rw_017_a_port_and_a_status_have_a_range() {
    for (fields, codes) in [
        ("port: 0", [1107, 1107]),
        ("port: 65536", [1107, 1107]),
        ("port: -1", [1107, 1107]),
        ("statusCode: 200", [1106, 1107]),
        ("statusCode: 999", [1106, 1107]),
    ] {
        let found = one(&rule("{path: {value: /}}", &redirect(fields)));
        let is_refused = codes.iter().any(|&code| found.refuses(code));
        assert!(is_refused, "{fields}: {:#?}", found.diagnostics);
        let seen = get("/").ask(&found.table);
        assert_ne!(seen.outcome, Outcome::Redirect, "{fields}");
    }
    let sound = one(&rule(
        "{path: {value: /}}",
        &redirect("port: 65535, statusCode: 302"),
    ));
    assert_eq!(location(&sound.sound(), &get("/")), "http://h:65535/");
}

#[test]
fn adv_wt_002_shares_of_nothing_are_answered_with_500() {
    let both = |first, second| {
        let backends = format!(
            "backendRefs: [{{name: a, port: 80, weight: {first}}}, {{name: b, port: 80, weight: {second}}}]"
        );
        one(&format!("{{{backends}}}")).sound()
    };
    for draw in [0, 1, u64::MAX / 2, u64::MAX] {
        let seen = get("/").draw(draw).ask(&both(0, 0));
        assert_eq!(
            (seen.word().as_str(), seen.status),
            ("respond:NoTarget", Some(500))
        );
        assert_eq!(get("/").draw(draw).ask(&both(0, 1)).backend, "b");
        assert_eq!(get("/").draw(draw).ask(&both(1, 0)).backend, "a");
    }
}

#[test]
fn adv_wt_004_a_weight_has_a_range() {
    for weight in ["1000001", "-1", "4294967296", "1.5"] {
        let found = one(&format!(
            "{{backendRefs: [{{name: a, port: 80, weight: {weight}}}]}}"
        ));
        let is_refused = found.refuses(1107) || found.refuses(1103);
        assert!(is_refused, "{weight}: {:#?}", found.diagnostics);
    }
    for weight in ["0", "1000000"] {
        let found = one(&format!(
            "{{backendRefs: [{{name: a, port: 80, weight: {weight}}}]}}"
        ));
        let mut errors = found.diagnostics.iter();
        assert!(
            !errors.any(|found| found.severity == Severity::Error),
            "{weight}"
        );
    }
}

#[test]
fn adv_wt_008_a_share_of_more_than_everything_is_refused() {
    let mirror = |share: &str| {
        let filter = format!(
            "{{type: RequestMirror, requestMirror: {{backendRef: {{name: m, port: 80}}, {share}}}}}"
        );
        one(&rule("{path: {value: /}}", &filter))
    };
    for share in [
        "fraction: {numerator: 2147483647, denominator: 100}",
        "fraction: {numerator: 101}",
    ] {
        let found = mirror(share);
        assert!(found.refuses(1313), "{share}: {:#?}", found.diagnostics);
    }
    for share in [
        "fraction: {numerator: 4294967295}",
        "percent: 101",
        "percent: -1",
    ] {
        let found = mirror(share);
        let is_refused = [1313, 1107, 1103].iter().any(|&code| found.refuses(code));
        assert!(is_refused, "{share}: {:#?}", found.diagnostics);
    }
    let whole = mirror("fraction: {numerator: 100, denominator: 100}");
    assert_eq!(get("/").answer(&whole.sound()), "r");
}
