//! Paths (gateway-api.md 3.3, RFC 3986).

use fingerpost::model::{Normalization, Precedence, RouteMatch};
use fingerpost::oracle::{Refusal, Request, normalize};
use fingerpost_tests::build::{prefix, regex, segments};

use crate::{get, goes, rules};

#[test]
fn path_3_3_prefixes_are_element_wise_or_plain() {
    let set = rules(
        Precedence::GatewayApi,
        vec![segments("/abc/"), prefix("/ab")],
    );
    for (target, expected) in [
        ("/abc", "a"),
        ("/abc/", "a"),
        ("/abc/def", "a"),
        ("/abcd", "b"),
        ("/ab", "b"),
        ("/a", "404"),
        ("/ABC", "404"),
    ] {
        assert_eq!(goes(&set, &get("h", target)), expected, "{target}");
    }
}

#[test]
fn path_regex_is_over_the_whole_path() {
    let set = rules(
        Precedence::FirstMatch,
        vec![regex("/foo.*|/bar"), regex("(")],
    );
    assert_eq!(goes(&set, &get("h", "/foo/x")), "a");
    assert_eq!(goes(&set, &get("h", "/bar")), "a");
    assert_eq!(goes(&set, &get("h", "/bar/x")), "404");
    assert_eq!(goes(&set, &get("h", "/x/foo")), "404");
}

#[test]
fn path_normal_forms() {
    for (input, base, merged) in [
        ("/app/../admin", "/admin", "/admin"),
        ("/a/b/%2e%2e/%2E%2E/admin", "/admin", "/admin"),
        ("/app//../../admin", "/admin", "/admin"),
        ("//admin/secret", "//admin/secret", "/admin/secret"),
        ("/a/..", "/", "/"),
        ("/a/b/..", "/a/", "/a/"),
        ("/a/.", "/a/", "/a/"),
        ("/..", "/", "/"),
        ("/foo///../bar", "/foo//bar", "/foo/bar"),
        ("/%61dmin%2Fx%2f", "/admin%2Fx%2f", "/admin%2Fx%2f"),
        ("/abc%2", "/abc%2", "/abc%2"),
        ("/abc%zz%", "/abc%zz%", "/abc%zz%"),
        (
            "/%c0%ae%c0%ae/admin",
            "/%c0%ae%c0%ae/admin",
            "/%c0%ae%c0%ae/admin",
        ),
        ("/.../..a", "/.../..a", "/.../..a"),
    ] {
        let normal = |by| normalize::normalize(input.as_bytes(), by).unwrap().path;
        assert_eq!(normal(Normalization::NONE), input.as_bytes());
        assert_eq!(normal(Normalization::BASE), base.as_bytes(), "{input}");
        let found = normal(Normalization::MERGE_SLASHES);
        assert_eq!(found, merged.as_bytes(), "{input}");
    }
    for ambiguous in ["/%6%31", "/%2%66", "/%%361"] {
        let normal = |by| normalize::normalize(ambiguous.as_bytes(), by);
        let refused = normal(Normalization::BASE).unwrap_err();
        assert_eq!(refused, [Refusal::Escape], "{ambiguous}");
        let kept = normal(Normalization::NONE).unwrap();
        assert_eq!(kept.path, ambiguous.as_bytes());
    }
}

#[test]
fn path_malformed_targets_are_refused() {
    let set = rules(Precedence::GatewayApi, vec![RouteMatch::default()]);
    for target in [
        "",
        "a",
        "http://h/",
        "*",
        "/a\u{1}",
        "/a\u{7f}",
        "/?a\nb",
        "/%6%31",
    ] {
        assert_eq!(goes(&set, &get("h", target)), "reject", "{target:?}");
    }
    assert_eq!(goes(&set, &Request::new("OPTIONS", None, "*")), "a");
    assert_eq!(goes(&set, &get("h", "/a#b")), "a");
}
