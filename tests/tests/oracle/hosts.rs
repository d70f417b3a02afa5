//! Hosts (gateway-api.md 1).

use fingerpost::model::{HostBinding, HostMatch, Precedence, Route};
use fingerpost::oracle::host;
use fingerpost_tests::build::{created, exact, one_stage, route, rule, segments};

use crate::{get, goes, rules, vectors};

#[test]
fn host_1_1_wildcard_takes_one_or_more_labels_and_never_the_bare_suffix() {
    let set = one_stage(
        Precedence::GatewayApi,
        vec![(&["*.example.com"], route("w", vec![rule("w", vec![])]))],
    );
    for (host, expected) in [
        ("a.example.com", "w"),
        ("a.b.example.com", "w"),
        ("A.Example.COM", "w"),
        ("a.example.com:8443", "w"),
        ("a.example.com.", "w"),
        ("example.com", "404"),
        ("evilexample.com", "404"),
        (".example.com", "reject"),
    ] {
        assert_eq!(goes(&set, &get(host, "/")), expected, "{host}");
    }
}

#[test]
fn host_normal_form_refuses_what_is_not_a_host() {
    let normal = |text: &str| host::normalize(Some(text.as_bytes()));
    for (text, expected) in [
        ("example.com.:88", "example.com"),
        ("example.com:", "example.com"),
        ("Example.com:65535", "example.com"),
        ("[2001:DB8::1]:80", "[2001:db8::1]"),
        ("[::1]", "[::1]"),
        ("a_b.example", "a_b.example"),
    ] {
        assert_eq!(normal(text), Some(Some(expected.into())), "{text}");
    }
    for text in [
        "example.com..",
        ".",
        ":80",
        "a..b",
        "example.com:98777",
        "a:1.2",
        "a:9000:80",
        "a:-1",
        "a:+80",
        "a:0x50",
        "[2001:db8::1",
        "[::1].",
        "x[::1]",
        "[::1]x:80",
        "a:000080",
        "a%2eb",
        "[example.com]",
        "user@example.com",
        "exa#mple.com",
        "exa?mple.com",
        "exa/mple.com",
        "exa mple.com",
        "exa\tmple.com",
        "example.com, evil.com",
        "b\u{fc}cher.example",
        "a\u{0}.b",
    ] {
        assert_eq!(normal(text), None, "{text:?}");
    }
    assert_eq!(host::normalize(Some(&[b'a'; 256])), None);
    assert_eq!(host::normalize(Some(b"")), None);
    assert_eq!(host::normalize(None), Some(None));
}

#[test]
fn host_1_4_exact_beats_wildcard_of_the_same_length() {
    let set = one_stage(
        Precedence::GatewayApi,
        vec![
            (
                &["*.example.org"],
                created(1, route("w", vec![rule("w", vec![exact("/x")])])),
            ),
            (
                &["a.example.org"],
                created(2, route("e", vec![rule("e", vec![segments("/")])])),
            ),
        ],
    );
    // Host comes before path, too.
    assert_eq!(goes(&set, &get("a.example.org", "/x")), "e");
    assert_eq!(goes(&set, &get("b.example.org", "/x")), "w");
}

#[test]
fn host_1_4_is_an_order_and_not_an_exclusive_choice() {
    let mut set = one_stage(
        Precedence::GatewayApi,
        vec![
            (
                &["a.example.org"],
                route("e", vec![rule("e", vec![exact("/e")])]),
            ),
            (
                &["*.example.org"],
                route("w", vec![rule("w", vec![exact("/w")])]),
            ),
            (&[], route("any", vec![rule("any", vec![])])),
        ],
    );
    let request = |target| get("a.example.org", target);
    assert_eq!(goes(&set, &request("/e")), "e");
    assert_eq!(goes(&set, &request("/w")), "w");
    assert_eq!(goes(&set, &request("/x")), "any");
    set.stages[0].host_fallthrough = false;
    assert_eq!(goes(&set, &request("/e")), "e");
    assert_eq!(goes(&set, &request("/w")), "404");
    assert_eq!(goes(&set, &get("other", "/w")), "any");
}

#[test]
fn host_1_4_counts_characters_as_the_route_writes_them() {
    let mut set = rules(Precedence::GatewayApi, vec![segments("/"), exact("/")]);
    let narrowed = |written: &str| {
        vec![HostBinding {
            host: HostMatch::parse("a.example.org"),
            written: HostMatch::parse(written),
            port: None,
        }]
    };
    set.stages[0].attachments[0].hosts = narrowed("*.example.org");
    set.stages[0].attachments[1].hosts = narrowed("*");
    assert_eq!(goes(&set, &get("a.example.org", "/")), "a");
    set.stages[0].attachments[0].hosts = narrowed("*");
    assert_eq!(goes(&set, &get("a.example.org", "/")), "b");
}

#[test]
fn host_of_several_that_match_the_best_counts() {
    let set = one_stage(
        Precedence::GatewayApi,
        vec![
            (
                &["*.org", "a.example.org"],
                route("two", vec![rule("two", vec![segments("/")])]),
            ),
            (
                &["*.example.org"],
                route("one", vec![rule("one", vec![exact("/")])]),
            ),
        ],
    );
    assert_eq!(goes(&set, &get("a.example.org", "/")), "two");
    assert_eq!(goes(&set, &get("b.example.org", "/")), "one");
}

#[test]
fn host_vectors_of_gateway_api() {
    let Some(vectors) = vectors("hostnames.json") else {
        return;
    };
    let cases = vectors["pattern_matches_host"].as_array().unwrap();
    assert!(cases.len() >= 7);
    for case in cases {
        let pattern = HostMatch::parse(case["pattern"].as_str().unwrap());
        let host = case["host"].as_str().unwrap();
        let expected = case["match"].as_bool().unwrap();
        assert_eq!(
            host::matches(&pattern, Some(host.as_bytes())),
            expected,
            "{case}"
        );
    }
    // Each pattern of the descending list as the only way in: the first one wins.
    let order = vectors["specificity_descending"].as_array().unwrap();
    let texts: Vec<&str> = order.iter().map(|text| text.as_str().unwrap()).collect();
    for first in 0..texts.len() {
        let mut routes: Vec<(&[&str], Route)> = Vec::new();
        for at in (first..texts.len()).rev() {
            routes.push((
                &texts[at..=at],
                route(texts[at], vec![rule(texts[at], vec![])]),
            ));
        }
        let set = one_stage(Precedence::GatewayApi, routes);
        assert_eq!(goes(&set, &get("www.example.com", "/")), texts[first]);
    }
}
