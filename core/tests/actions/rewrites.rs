//! Paths, queries, hosts and methods that are sent on.

use fingerpost::Normalization;
use fingerpost::model::{
    Action, Filter, HeaderVerb, HostRewrite, PathMatch, PathRewrite, PrefixJoin, QueryRewrite,
    Rewrite, RouteMatch,
};

use super::support::{
    Header, broken, drawn, edit, format, forward, full, get, idle, leaves, normalized, on, outcome,
    rewrite_path, substitution, table, to,
};

fn prefix(replacement: &str, join: PrefixJoin) -> Filter {
    rewrite_path(PathRewrite::Prefix {
        replacement: replacement.into(),
        join,
    })
}

fn regex(pattern: &str, replacement: &str, all: bool) -> Filter {
    rewrite_path(PathRewrite::Regex(substitution(pattern, replacement, all)))
}

fn host(rewrite: HostRewrite) -> Filter {
    Filter::Rewrite(Rewrite {
        host: Some(rewrite),
        ..Rewrite::default()
    })
}

/// What a filter makes of a target.
fn rewritten(filter: Filter, target: &str) -> String {
    leaves(&table(vec![forward(vec![filter])]), &get(target))
}

#[test]
fn a_full_path_keeps_the_query() {
    assert_eq!(rewritten(full("/new"), "/old/x?q=1"), "/new?q=1");
    assert_eq!(rewritten(full("new"), "/old"), "/new");
    assert_eq!(rewritten(full(""), "/old?q"), "/?q");
}

#[test]
fn holes_are_filled_with_facts_of_the_request_as_it_was_matched() {
    let filter = full("/{method}/{host}{path}/{header.x-user}/{query.page}/{cookie.sid}");
    let table = table(vec![forward(vec![filter])]);
    let headers: &[Header<'_>] = &[
        (b"X-User", b"u1"),
        (b"x-user", b"u2"),
        (b"cookie", b"a=1; sid=s"),
    ];
    let request = get("/a?page=%41&page=2").with_headers(headers);
    assert_eq!(
        leaves(&table, &request),
        "reject 400 RewriteNotCanonical",
        "%41 is an escape that whoever follows would decode"
    );
    let request = get("/a?page=%2f&page=2").with_headers(headers);
    assert_eq!(
        leaves(&table, &request),
        "/GET/shop.example/a/u1/%2f/s?page=%2f&page=2"
    );
}

#[test]
fn what_is_missing_is_empty() {
    assert_eq!(rewritten(full("/a/{header.none}b"), "/x"), "/a/b");
    let table = idle(vec![forward(vec![full("/a/{nothing}b")])]);
    assert_eq!(leaves(&table, &get("/x")), "/a/b");
}

#[test]
fn a_capture_that_no_path_has_is_told() {
    let code = |matches: &[&PathMatch], rewrite: &str| {
        let mut rule = forward(vec![full(rewrite)]);
        for one in matches {
            rule.matches.push(RouteMatch {
                path: PathMatch::clone(one),
                ..RouteMatch::default()
            });
        }
        broken(vec![rule]).1
    };
    let template = PathMatch::Template("/users/{id}".into());
    let regex = PathMatch::Regex("/(?P<n>a)(b)".into());
    assert_eq!(code(&[&template], "/{idd}"), [1639]);
    assert_eq!(code(&[&template], "/{1}"), [1639]);
    assert_eq!(code(&[&regex], "/{3}"), [1639]);
    assert!(code(&[&regex], "/{n}{0}{1}{2}").is_empty());
    assert!(code(&[&regex, &template], "/{id}").is_empty());
    assert_eq!(code(&[], "/{id}{id}"), [1639, 1639]);
    let edits = Filter::RequestHeaders(vec![edit(HeaderVerb::Set, "x", "{id}")]);
    assert_eq!(broken(vec![forward(vec![edits])]).1, [1639]);
}

#[test]
fn a_search_that_reads_on_to_the_end_is_made_a_few_times_only() {
    let on_path = |pattern: &str, places: usize| {
        let table = table(vec![forward(vec![regex(pattern, "b", true)])]);
        let target = format!("/{}", "a".repeat(places));
        leaves(&table, &get(&target))
    };
    let replaced = |places| format!("/{}", "b".repeat(places));
    assert_eq!(on_path("a", 1_000), replaced(1_000));
    assert_eq!(on_path("a.*z|a", 16), replaced(16));
    assert_eq!(on_path("a.*z|a", 17), "respond 500 RewriteTooLong");
}

#[test]
fn captures_of_the_match_fill_holes() {
    let template = PathMatch::Template("/users/{id}/{rest=**}".into());
    let rule = on(template, forward(vec![full("/v2/{rest}/of/{id}")]));
    let table = table(vec![rule]);
    assert_eq!(leaves(&table, &get("/users/7/a/b?q")), "/v2/a/b/of/7?q");
}

#[test]
fn a_query_in_a_path_comes_before_the_requests() {
    assert_eq!(rewritten(full("/n?a=1"), "/o?b=2"), "/n?a=1&b=2");
    assert_eq!(rewritten(full("/n?a=1"), "/o"), "/n?a=1");
    assert_eq!(rewritten(full("/n?"), "/o?b"), "/n?b");
    assert_eq!(rewritten(full("/n?"), "/o"), "/n");
    let both = Filter::Rewrite(Rewrite {
        path: Some(PathRewrite::Full(format("/n?a=1"))),
        query: Some(QueryRewrite::To(format("c=3"))),
        ..Rewrite::default()
    });
    assert_eq!(rewritten(both, "/o?b=2"), "/n?a=1&c=3");
}

#[test]
fn a_prefix_is_joined_as_its_dialect_says() {
    let on_prefix = |path: PathMatch, replacement: &str, join, target: &str| {
        let rule = on(path, forward(vec![prefix(replacement, join)]));
        leaves(&table(vec![rule]), &get(target))
    };
    let segments = || PathMatch::Segments("/foo".into());
    let string = || PathMatch::Prefix("/foo".into());
    use PrefixJoin::{Literal, OneSlash, Segments};
    assert_eq!(on_prefix(segments(), "/", Segments, "/foo"), "/");
    assert_eq!(on_prefix(segments(), "", Segments, "/foo/x"), "/x");
    assert_eq!(on_prefix(segments(), "/b/", Segments, "/foo/x?q"), "/b/x?q");
    assert_eq!(on_prefix(string(), "/", OneSlash, "/foo/x"), "/x");
    assert_eq!(on_prefix(string(), "/", OneSlash, "/foo1"), "/1");
    assert_eq!(on_prefix(string(), "/b/", Literal, "/foo/x"), "/b//x");
    assert_eq!(on_prefix(string(), "/b", Literal, "/foox"), "/bx");
    // A match that names no prefix has nothing to replace.
    let rule = on(PathMatch::Any, forward(vec![prefix("/b", Literal)]));
    assert_eq!(leaves(&idle(vec![rule]), &get("/foox")), "/foox");
}

#[test]
fn adv_rw_003_a_prefix_replaced_by_the_root_leaves_one_leading_slash() {
    let rule = || {
        let path = PathMatch::Segments("/foo".into());
        on(path, forward(vec![prefix("/", PrefixJoin::Segments)]))
    };
    let plain = table(vec![rule()]);
    let merging = normalized(vec![rule()], Normalization::MERGE_SLASHES);
    for (target, want) in [
        ("/foo", "/"),
        ("/foo/", "/"),
        ("/foo/bar", "/bar"),
        ("/foo//bar", "/bar"),
        ("/foo/bar//x", "/bar//x"),
    ] {
        assert_eq!(leaves(&plain, &get(target)), want, "{target}");
    }
    assert_eq!(leaves(&merging, &get("/foo/bar//x")), "/bar/x");
}

#[test]
fn adv_rw_004_slashes_at_the_seam_do_not_count() {
    let path = PathMatch::Segments("/foo/".into());
    let rule = on(path, forward(vec![prefix("/bar/", PrefixJoin::Segments)]));
    let table = table(vec![rule]);
    assert_eq!(leaves(&table, &get("/foo")), "/bar");
    assert_eq!(leaves(&table, &get("/foo/x")), "/bar/x");
}

#[test]
fn adv_rw_001_a_rewritten_path_is_never_repaired() {
    // A string prefix that ends within a segment can leave a dot segment behind.
    let rule = on(
        PathMatch::Prefix("/pub".into()),
        forward(vec![prefix("/", PrefixJoin::Literal)]),
    );
    let table = table(vec![rule]);
    for target in ["/pub../admin", "/pub.", "/pub..", "/pub./x"] {
        assert_eq!(
            leaves(&table, &get(target)),
            "reject 400 RewriteNotCanonical",
            "{target}"
        );
    }
    assert_eq!(leaves(&table, &get("/pub.../x")), "/.../x");
    assert_eq!(leaves(&table, &get("/pub/x")), "/x");
    // The dots of the request itself are gone before anything is matched, and what
    // is escaped stays so.
    assert_eq!(leaves(&table, &get("/pub%2f../admin")), "/%2f../admin");
    assert_eq!(leaves(&table, &get("/pub/..%2fadmin")), "/..%2fadmin");
}

#[test]
fn adv_rw_001_escaped_slashes_that_are_decoded_are_never_left_behind() {
    let rule = on(
        PathMatch::Segments("/pub".into()),
        forward(vec![prefix("", PrefixJoin::Segments)]),
    );
    let table = normalized(vec![rule], Normalization::DECODE_AND_MERGE);
    assert_eq!(
        leaves(&table, &get("/pub/..%2fadmin")),
        "no_route 404 NoRule"
    );
    assert_eq!(leaves(&table, &get("/pub/a%2fb")), "/a/b");
}

#[test]
fn what_a_rule_itself_states_is_made_canonical() {
    assert_eq!(rewritten(full("/a/../b/%41"), "/x"), "/b/A");
    assert_eq!(rewritten(full("//evil.example/x"), "/x"), "/evil.example/x");
    let rule = on(
        PathMatch::Segments("/foo".into()),
        forward(vec![prefix("/x/./y", PrefixJoin::Segments)]),
    );
    assert_eq!(leaves(&table(vec![rule]), &get("/foo/z")), "/x/y/z");
}

#[test]
fn without_normalisation_a_rewrite_is_not_held_against_one() {
    let rule = forward(vec![full("/a/{header.x}")]);
    let table = normalized(vec![rule], Normalization::NONE);
    let request = get("/").with_headers(&[(b"x", b"../b")]);
    assert_eq!(leaves(&table, &request), "/a/../b");
}

#[test]
fn adv_rw_010_a_rewrite_gives_a_path_and_nothing_else() {
    let rule = on(
        PathMatch::Prefix("/p".into()),
        forward(vec![prefix("/", PrefixJoin::OneSlash)]),
    );
    let table = table(vec![rule]);
    let request = get("/p/unix:AAAA|http://169.254.169.254/");
    table.decide(&request, |decision| {
        assert_eq!(decision.target(), b"/unix:AAAA|http://169.254.169.254/");
        assert_eq!(decision.authority(), Some(&b"shop.example"[..]));
        assert_eq!(decision.backend().unwrap().name, "a");
        assert!(!decision.is_backend_from_request());
    });
}

#[test]
fn a_pattern_is_replaced_once_or_everywhere() {
    assert_eq!(rewritten(regex("a+", "x", false), "/aa/a"), "/x/a");
    assert_eq!(rewritten(regex("a+", "x", true), "/aa/a?a"), "/x/x?a");
    assert_eq!(rewritten(regex("z", "x", true), "/aa/a?a"), "/aa/a?a");
    assert_eq!(
        rewritten(regex("^/(?<v>v[0-9])/(.*)$", "/{2}/{v}", false), "/v1/a/b"),
        "/a/b/v1"
    );
    assert_eq!(
        rewritten(regex("/(a)|/(b)", "/[{1}{2}]", true), "/a/b"),
        "/[a]/[b]"
    );
    assert_eq!(
        rewritten(regex("b$", "{0}{0}-{method}", false), "/ab"),
        "/abb-GET"
    );
}

#[test]
fn a_pattern_may_bring_a_query() {
    assert_eq!(
        rewritten(regex("^/u/([0-9]+)$", "/user?id={1}", false), "/u/7?x=1"),
        "/user?id=7&x=1"
    );
}

#[test]
fn adv_cs_010_empty_matches_advance_by_one_byte() {
    // RE2::GlobalReplace makes "-/-b-c-" of it; a path begins with a slash.
    assert_eq!(rewritten(regex("a*", "-", true), "/baaac"), "/-/-b-c-");
    assert_eq!(rewritten(regex("", "-", true), "/ab"), "/-/-a-b-");
    assert_eq!(rewritten(regex("b*", "<{0}>", true), "/abb"), "/<>/<>a<bb>");
}

#[test]
fn adv_cs_001_overlapping_groups_are_written_in_full() {
    let table = table(vec![forward(vec![regex("^/((.*))$", "/n/{1}{2}", false)])]);
    let plus = "+".repeat(300);
    let target = format!("/{plus}");
    assert_eq!(leaves(&table, &get(&target)).len(), 3 + 2 * plus.len());
}

#[test]
fn adv_cs_003_only_the_winners_captures_are_seen() {
    let first = on(
        PathMatch::Regex("/(.*)x".into()),
        forward(vec![full("/1/{1}")]),
    );
    let second = on(
        PathMatch::Regex("/mis(.*)".into()),
        forward(vec![full("/2/{1}")]),
    );
    let third = on(PathMatch::Any, forward(vec![full("/3/{1}")]));
    let table = idle(vec![first, second, third]);
    let mut scratch = table.create_scratch();
    for (target, want) in [
        ("/abx", "/1/ab"),
        ("/other", "/3/"),
        ("/mismatch", "/2/match"),
        ("/", "/3/"),
    ] {
        let request = get(target);
        let draws = fingerpost::Draws::fixed(0);
        let decision = table.decide_with(&mut scratch, &request, draws);
        assert_eq!(outcome(&decision), want, "{target}");
    }
}

#[test]
fn adv_cs_004_escapes_that_a_capture_brings_stay_escaped() {
    let filter = regex("^/here/(.*)$", "/elsewhere?{1}", false);
    let table = table(vec![forward(vec![filter])]);
    let request = get("/here/x%20HTTP/1.1%0d%0aFoo:%20bar");
    assert_eq!(
        leaves(&table, &request),
        "/elsewhere?x%20HTTP/1.1%0d%0aFoo:%20bar"
    );
    assert_eq!(
        leaves(&table, &get("/here/x HTTP/1.1\r\nFoo: bar")),
        "reject 400 BadPath"
    );
}

#[test]
fn adv_cs_006_a_value_of_the_request_never_makes_a_dot_segment() {
    let table = table(vec![forward(vec![full("/{decoded_query.p}")])]);
    assert_eq!(leaves(&table, &get("/f?p=ok")), "/ok?p=ok");
    assert_eq!(
        leaves(&table, &get("/f?p=..%2fWEB-INF%2fweb.xml")),
        "reject 400 RewriteNotCanonical"
    );
    assert_eq!(
        leaves(&table, &get("/f?p=%252e%252e/x")),
        "reject 400 RewriteNotCanonical"
    );
}

#[test]
fn what_cannot_stand_in_a_path_is_refused() {
    let table = table(vec![forward(vec![full("/a{header.x}")])]);
    for value in [&b"b c"[..], b"b\tc", b"b\nc", b"b#c", b"b\x7f", b"\0"] {
        let headers: &[Header<'_>] = &[(b"x", value)];
        let request = get("/").with_headers(headers);
        assert_eq!(
            leaves(&table, &request),
            "respond 500 UnsoundOutput",
            "{value:?}"
        );
    }
    let request = get("/?q=1").with_headers(&[(b"x", b"/b?c=d")]);
    assert_eq!(leaves(&table, &request), "reject 400 RewriteNotCanonical");
}

#[test]
fn a_host_is_rewritten_to_what_is_an_authority() {
    let authority = |filter: Filter, request: &fingerpost::Request<'_>| {
        let table = table(vec![forward(vec![filter])]);
        table.decide(request, |decision| match decision.status() {
            None => String::from_utf8(decision.authority().unwrap().to_vec()).unwrap(),
            Some(_) => outcome(&decision),
        })
    };
    let to = |text: &str| host(HostRewrite::To(format(text)));
    assert_eq!(authority(to("b.example:8080"), &get("/")), "b.example:8080");
    let tenant = |value: &'static [u8]| -> fingerpost::Request<'static> {
        let headers: &'static [Header<'static>] = vec![(&b"x"[..], value)].leak();
        get("/").with_headers(headers)
    };
    assert_eq!(
        authority(to("{header.x}.{host}"), &tenant(b"t1")),
        "t1.shop.example"
    );
    for value in [&b"a/b"[..], b"a@b", b"a\r\n", b"a b", b"a..b", b"a,b"] {
        assert_eq!(
            authority(to("{header.x}.{host}"), &tenant(value)),
            "respond 500 UnsoundOutput"
        );
    }
    let from_path = host(HostRewrite::FromPath(substitution(
        "^/([^/]+).*$",
        "{1}.svc",
        false,
    )));
    assert_eq!(authority(from_path.clone(), &get("/cart/1?x")), "cart.svc");
    assert_eq!(authority(from_path, &get("/")), "respond 500 UnsoundOutput");
}

#[test]
fn the_backends_name_as_host_is_the_proxys_to_fill_in() {
    let table = table(vec![forward(vec![host(HostRewrite::Backend)])]);
    table.decide(&get("/"), |decision| {
        assert!(decision.host_from_backend());
        assert_eq!(decision.rewritten_host(), None);
    });
    let plain = super::support::table(vec![forward(vec![])]);
    plain.decide(&get("/"), |decision| assert!(!decision.host_from_backend()));
}

#[test]
fn a_method_is_rewritten() {
    let method = |method: &str| {
        Filter::Rewrite(Rewrite {
            method: Some(method.into()),
            ..Rewrite::default()
        })
    };
    let table = table(vec![forward(vec![method("POST")])]);
    table.decide(&get("/"), |decision| {
        assert_eq!(decision.method(), b"POST");
        assert_eq!(decision.request().method(), b"GET");
    });
    let (table, codes) = broken(vec![forward(vec![method("GET /x")])]);
    assert_eq!(codes, [1630]);
    assert_eq!(leaves(&table, &get("/")), "respond 500 InvalidRule");
}

#[test]
fn of_several_rewrites_of_a_part_the_last_one_counts() {
    let mut rule = forward(vec![full("/1"), full("/2")]);
    let mut target = to("a", 1);
    target.filters = vec![full("/3{path}")];
    assert_eq!(leaves(&table(vec![rule.clone()]), &get("/x")), "/2");
    rule.action = Action::Forward(vec![target]);
    assert_eq!(leaves(&table(vec![rule]), &get("/x")), "/3/x");
}

#[test]
fn a_rewrite_that_cannot_be_compiled_is_not_left_out() {
    for filter in [
        regex("(", "x", false),
        regex("a", "{2}", false),
        full("/a b"),
        full("/a#b"),
        prefix("/a\nb", PrefixJoin::Literal),
        host(HostRewrite::To(format("a b"))),
        host(HostRewrite::To(format(""))),
    ] {
        let everything = PathMatch::Prefix("/".into());
        let rule = on(everything, forward(vec![filter.clone()]));
        let (table, codes) = broken(vec![rule]);
        assert_eq!(codes.len(), 1, "{filter:?}");
        assert_eq!(
            leaves(&table, &get("/")),
            "respond 500 InvalidRule",
            "{filter:?}"
        );
        let mut rule = forward(vec![]);
        let mut target = to("a", 1);
        target.filters = vec![filter];
        rule.action = Action::Forward(vec![target, to("b", 1)]);
        let (table, _) = broken(vec![rule]);
        assert_eq!(leaves(&table, &get("/")), "respond 500 InvalidTarget");
        assert_eq!(drawn(&table, &get("/"), u64::MAX).as_deref(), Some("b"));
    }
}

#[test]
fn adv_cs_011_output_over_the_limit_is_an_error_and_not_a_part() {
    let filter = regex("a", "{0}{0}{0}{0}{0}{0}{0}{0}", true);
    let added = Filter::RequestHeaders(vec![edit(HeaderVerb::Set, "x", "{path}")]);
    let table = table(vec![forward(vec![added, filter])]);
    assert_eq!(leaves(&table, &get("/aa")).len(), 17);
    let long = format!("/{}", "a".repeat(9_000));
    table.decide(&get(&long), |decision| {
        assert_eq!(outcome(&decision), "respond 500 RenderedTooLong");
        assert_eq!(decision.target(), long.as_bytes());
        assert_eq!(decision.request_edits().count(), 0);
        assert_eq!(decision.headers().count(), 0);
    });
}

#[test]
fn adv_rw_020_a_long_target_leaves_whole_or_not_at_all() {
    let table = table(vec![forward(vec![full("/x")])]);
    let target = format!("/{}?{}", "p".repeat(30_000), "q".repeat(30_000));
    assert_eq!(
        leaves(&table, &get(&target)),
        format!("/x?{}", "q".repeat(30_000))
    );
    let target = format!("/{}?{}", "p".repeat(40_000), "q".repeat(40_000));
    assert_eq!(leaves(&table, &get(&target)), "reject 400 TargetTooLong");
}
