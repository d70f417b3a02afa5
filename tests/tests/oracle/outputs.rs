//! What leaves: rewrites, texts with holes, header verbs, hashes.

use fingerpost::model::{
    Action, Fact, Filter, Format, HashKey, HeaderEdit, HeaderVerb, HostRewrite, PathMatch,
    PathRewrite, Precedence, QueryEdit, QueryRewrite, Rewrite, RouteSet, Rule, Substitution,
    Target, WeightedTarget,
};
use fingerpost::oracle::{Request, hash::xxh64};
use fingerpost_tests::build::{filtered, one_stage, path, route, weighted};

use crate::{forwarded, get, goes, with};

fn format(text: &str) -> Format {
    Format::parse(text).unwrap()
}

fn one(rule: Rule) -> RouteSet {
    one_stage(Precedence::FirstMatch, vec![(&[], route("r", vec![rule]))])
}

/// A rule over the template with this rewrite.
fn rewriting(template: &str, rewrite: Rewrite) -> RouteSet {
    let item = path(PathMatch::Template(template.into()));
    one(filtered("b", vec![item], vec![Filter::Rewrite(rewrite)]))
}

fn to_path(path: PathRewrite) -> Rewrite {
    Rewrite {
        path: Some(path),
        ..Rewrite::default()
    }
}

fn sent(set: &RouteSet, request: &Request) -> String {
    String::from_utf8(forwarded(set, request).target).unwrap()
}

#[test]
fn holes_are_filled_in_once() {
    let set = rewriting(
        "/users/{id}",
        to_path(PathRewrite::Full(format("/v2/{id}/{header.x}{query.q}"))),
    );
    let request = with(get("h", "/users/7?q=%2F"), &[("X", "{host}")]);
    assert_eq!(sent(&set, &request), "/v2/7/{host}%2F?q=%2F");
    assert_eq!(sent(&set, &get("h", "/users/7")), "/v2/7/");
}

#[test]
fn what_cannot_stand_in_a_path_is_never_sent() {
    let set = rewriting(
        "/{rest=**}",
        to_path(PathRewrite::Full(format("/p/{header.x}"))),
    );
    let goes = |value: &str| goes(&set, &with(get("h", "/a"), &[("x", value)]));
    assert_eq!(goes("b"), "b");
    for value in ["a b", "a#b", "a\u{7f}"] {
        assert_eq!(goes(value), "500", "{value:?}");
    }
    for value in ["../b", "%61", "a\\b"] {
        assert_eq!(goes(value), "reject", "{value:?}");
    }
    // What the request brings opens no query.
    assert_eq!(goes("c?d=2"), "reject");
}

#[test]
fn patterns_are_replaced_once_or_everywhere() {
    let with = |pattern: &str, replacement: &str, all, target: &str| {
        let substitution = Substitution {
            pattern: pattern.into(),
            replacement: format(replacement),
            all,
        };
        let set = rewriting("/{rest=**}", to_path(PathRewrite::Regex(substitution)));
        sent(&set, &get("h", target))
    };
    assert_eq!(with("/(a+)", "/<{1}>", false, "/aa/a"), "/<aa>/a");
    assert_eq!(with("/(a+)", "/<{1}>", true, "/aa/a"), "/<aa>/<a>");
    assert_eq!(with("(?P<x>b)", "{x}{0}", true, "/ab"), "/abb");
    assert_eq!(with("c", "d", true, "/ab?c"), "/ab?c");
    // Empty matches, as RE2's GlobalReplace has them.
    assert_eq!(with("b*", "-", true, "/abb"), "/-/-a-");
}

#[test]
fn queries_are_edited_by_parameter() {
    let with = |edits: Vec<QueryEdit>, target: &str| {
        let rewrite = Rewrite {
            query: Some(QueryRewrite::Edit(edits)),
            ..Rewrite::default()
        };
        sent(&rewriting("/{rest=**}", rewrite), &get("h", target))
    };
    let set = |name: &str, value: &str| QueryEdit::Set {
        name: name.into(),
        value: Format::text(value),
    };
    let add = |name: &str, value: &str| QueryEdit::Add {
        name: name.into(),
        value: Format::text(value),
    };
    let name = |name: &str| QueryEdit::Remove { name: name.into() };
    assert_eq!(
        with(vec![set("a", "1")], "/?b=%62&%61=0&a=2"),
        "/?b=%62&%61=1"
    );
    assert_eq!(with(vec![set("a", "x y&z")], "/"), "/?a=x%20y%26z");
    assert_eq!(with(vec![add("a", "1")], "/?a=0"), "/?a=0&a=1");
    assert_eq!(with(vec![name("a")], "/?a=0&b&%61"), "/?b");
    assert_eq!(with(vec![name("a")], "/?a=0"), "/");
    let names = vec!["b".to_string()];
    assert_eq!(
        with(vec![QueryEdit::Keep { names }], "/?a=0&b=1&c"),
        "/?b=1"
    );
}

#[test]
fn hosts_and_methods_are_rewritten() {
    let rewrite = Rewrite {
        host: Some(HostRewrite::To(format("{id}.test"))),
        method: Some("PUT".into()),
        ..Rewrite::default()
    };
    let set = rewriting("/{id}", rewrite);
    let forward = forwarded(&set, &get("h", "/a"));
    assert_eq!(forward.authority.as_deref(), Some(&b"a.test"[..]));
    assert_eq!(forward.method, b"PUT");
    assert_eq!(goes(&set, &get("h", "/a@b")), "500");
    let substitution = Substitution {
        pattern: "^/([a-z]+)/.*$".into(),
        replacement: format("{1}.test"),
        all: false,
    };
    let rewrite = Rewrite {
        host: Some(HostRewrite::FromPath(substitution)),
        ..Rewrite::default()
    };
    let set = rewriting("/{rest=**}", rewrite);
    let forward = forwarded(&set, &get("h", "/a/b"));
    assert_eq!(forward.authority.as_deref(), Some(&b"a.test"[..]));
    assert_eq!(goes(&set, &get("h", "/a")), "500");
}

#[test]
fn header_verbs_do_what_they_say() {
    let edit = |verb, name: &str, value: &str| HeaderEdit {
        verb,
        name: name.into(),
        value: format(value),
    };
    let edits = vec![
        edit(HeaderVerb::Set, "a", "1"),
        edit(HeaderVerb::Add, "b", "2"),
        edit(HeaderVerb::Append, "c", "3"),
        edit(HeaderVerb::Append, "d", "4"),
        edit(HeaderVerb::SetIfAbsent, "e", "5"),
        edit(HeaderVerb::SetIfAbsent, "f", "6"),
        edit(HeaderVerb::SetIfPresent, "g", "7"),
        edit(HeaderVerb::SetIfPresent, "h", "8"),
        edit(HeaderVerb::Remove, "i", ""),
    ];
    let set = one(filtered("b", vec![], vec![Filter::RequestHeaders(edits)]));
    let names = ["A", "a", "B", "C", "c", "e", "g", "G", "I"];
    let headers: Vec<_> = names.iter().map(|name| (*name, "0")).collect();
    let head = forwarded(&set, &with(get("h", "/"), &headers)).head;
    let text = |(name, value): &(Vec<u8>, Vec<u8>)| {
        format!("{}={}", name.escape_ascii(), value.escape_ascii())
    };
    let head: Vec<_> = head.iter().map(text).collect();
    let expected = "a=1 b=0 b=2 c=0 c=0,3 d=4 e=0 f=6 g=7";
    assert_eq!(head.join(" "), expected);
}

#[test]
fn hashes_combine_what_is_there() {
    let key = |name: &str, terminal| HashKey {
        fact: Fact::Header(name.into()),
        terminal,
    };
    let mut rule = filtered("b", vec![], vec![]);
    rule.hash = vec![key("x", false), key("y", true), key("z", false)];
    let set = one(rule);
    let hash = |headers| forwarded(&set, &with(get("h", "/"), headers)).hash;
    assert_eq!(hash(&[]), None);
    assert_eq!(hash(&[("x", "a")]), Some(xxh64(b"a")));
    assert_eq!(hash(&[("z", "a")]), Some(xxh64(b"a")));
    let both = xxh64(b"a").rotate_left(1) ^ xxh64(b"b");
    assert_eq!(hash(&[("x", "a"), ("y", "b"), ("z", "c")]), Some(both));
    // The first value, and a terminal key ends what has a hash already.
    assert_eq!(
        hash(&[("y", "a"), ("y", "b"), ("z", "c")]),
        Some(xxh64(b"a"))
    );
}

#[test]
fn a_key_chooses_in_place_of_chance() {
    let mut rule = Rule::new(Action::Forward(vec![weighted("a", 1), weighted("b", 1)]));
    rule.sticky = vec![HashKey::new(Fact::Header("x".into()))];
    let set = one(rule);
    for (value, half) in [("a", "b"), ("abc", "a")] {
        // The hash scaled to two: its highest bit.
        assert_eq!(xxh64(value.as_bytes()) >> 63 == 1, half == "b");
        for random in [0, u64::MAX] {
            let mut request = with(get("h", "/"), &[("x", value)]);
            request.draws = fingerpost::oracle::Draws::Same(random);
            assert_eq!(goes(&set, &request), half);
        }
    }
    let mut request = get("h", "/");
    request.draws = fingerpost::oracle::Draws::Same(u64::MAX);
    assert_eq!(goes(&set, &request), "b");
}

#[test]
fn a_request_can_name_its_backend() {
    let target = Target::FromRequest {
        kind: "cluster".into(),
        fact: Fact::Header("x".into()),
        status: 503,
    };
    let set = one(Rule::new(Action::Forward(vec![WeightedTarget::new(
        target, 1,
    )])));
    let goes = |headers| goes(&set, &with(get("h", "/"), headers));
    assert_eq!(goes(&[("x", "cart"), ("x", "other")]), "cart");
    assert_eq!(goes(&[]), "503");
    assert_eq!(goes(&[("x", "")]), "503");
    assert_eq!(goes(&[("x", "a\u{85}")]), "503");
}
