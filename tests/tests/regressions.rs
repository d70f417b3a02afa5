//! What random route sets once found, each in its smallest form.
//!
//! Every case is asked of the oracle and of the table.

use fingerpost::model::{
    Action, CorsPolicy, EscapedSlashes, Filter, Format, FormatPart, HostBinding, HostMatch,
    MalformedEscapes, Normalization, PathMatch, PathParameters, PathRewrite, Precedence,
    PrefixJoin, Protocol, QueryRewrite, Redirect, Rewrite, RouteMatch, RouteSet, Rule, Scheme,
    ValueMatch,
};
use fingerpost::oracle::{Answer, Oracle, Protocol as Speaks, Request};
use fingerpost_tests::build::{
    With, enter, exact, filtered, listener, one_stage, prefix, route, rule, segments, stage,
    weighted,
};
use fingerpost_tests::engine::{Engine, agree};
use fingerpost_tests::show::Answered;

/// What both make of a request.
fn answer(set: &RouteSet, request: &Request) -> Answer {
    let expected = Oracle::new(set).answer(request);
    let found = Engine::new(set).answer(request);
    assert!(
        agree(request, &expected, &found),
        "oracle: {}\ntable:  {}",
        Answered(&expected),
        Answered(&found)
    );
    found
}

fn assert_refused(answer: &Answer) {
    assert!(matches!(answer, Answer::Reject(_)), "{}", Answered(answer));
}

fn one(rule: Rule) -> RouteSet {
    one_stage(Precedence::GatewayApi, vec![(&[], route("r", vec![rule]))])
}

fn sent(set: &RouteSet, target: &str) -> String {
    match answer(set, &Request::new("GET", Some("h"), target)) {
        Answer::Forward(forward) => String::from_utf8(forward.target).unwrap(),
        other => panic!("not forwarded: {other:?}"),
    }
}

fn rewriting(item: RouteMatch, replacement: &str, join: PrefixJoin) -> RouteSet {
    let path = Some(PathRewrite::Prefix {
        replacement: replacement.into(),
        join,
    });
    one(filtered(
        "b",
        vec![item],
        vec![Filter::Rewrite(Rewrite {
            host: None,
            path,
            ..Rewrite::default()
        })],
    ))
}

#[test]
fn redirect_without_a_host_is_a_bare_path_or_names_the_address() {
    let location = |port, address: Option<&str>| {
        let redirect = Redirect {
            port,
            status: 307,
            ..Redirect::default()
        };
        let request = Request {
            destination_ip: address.map(|text| text.parse().unwrap()),
            ..Request::new("GET", None, "/ab")
        };
        match answer(&one(Rule::new(Action::Redirect(redirect))), &request) {
            Answer::Redirect(redirected) => String::from_utf8(redirected.location).unwrap(),
            other => panic!("not redirected: {other:?}"),
        }
    };
    assert_eq!(location(None, Some("192.0.2.1")), "/ab");
    assert_eq!(location(Some(81), None), "http://:81/ab");
    assert_eq!(
        location(Some(81), Some("192.0.2.1")),
        "http://192.0.2.1:81/ab"
    );
    assert_eq!(
        location(Some(81), Some("2001:db8::1")),
        "http://[2001:db8::1]:81/ab"
    );
}

#[test]
fn rewrite_of_a_match_without_a_prefix_leaves_double_slashes() {
    let mut set = rewriting(RouteMatch::default(), "/b/c/", PrefixJoin::Segments);
    set.gateways[0].normalization = Normalization::NONE;
    assert_eq!(sent(&set, "//a/../b"), "//a/../b");
}

#[test]
fn rewrite_by_segments_keeps_the_slash_of_a_string_prefix() {
    let set = rewriting(prefix("/a/"), "/x", PrefixJoin::Segments);
    assert_eq!(sent(&set, "/a/b"), "/x/b");
    let set = rewriting(prefix("/a"), "/x", PrefixJoin::Segments);
    assert_eq!(sent(&set, "/a/b"), "/x/b");
    assert_eq!(sent(&set, "/ab"), "/xb");
}

#[test]
fn rewrite_of_a_segment_prefix_as_text_leaves_its_slash() {
    let set = rewriting(segments("/a/b/"), "/a", PrefixJoin::Literal);
    assert_eq!(sent(&set, "/a/b"), "/a");
    assert_eq!(sent(&set, "/a/b/c"), "/a/c");
}

#[test]
fn slashes_merge_after_dot_segments_went() {
    let mut set = one(rule("b", vec![]));
    set.gateways[0].normalization = Normalization::MERGE_SLASHES;
    assert_eq!(sent(&set, "/a//../b"), "/a/b");
}

#[test]
fn path_whose_escapes_would_make_an_escape_is_refused() {
    let mut set = one(rule("b", vec![]));
    for target in ["/%6%31", "/%2%66", "/%%361"] {
        set.gateways[0].normalization = Normalization::BASE;
        let request = Request::new("GET", Some("h"), target);
        assert_refused(&answer(&set, &request));
        set.gateways[0].normalization = Normalization::NONE;
        assert_eq!(sent(&set, target), target);
    }
}

#[test]
fn target_without_a_path_is_refused() {
    let set = one(rule("b", vec![]));
    for target in ["", "?q=1", "a/b", "*"] {
        let request = Request::new("GET", Some("h"), target);
        assert_refused(&answer(&set, &request));
    }
}

#[test]
fn connect_takes_an_authority_and_nothing_else() {
    let set = one(rule("b", vec![]));
    let connect = |target| answer(&set, &Request::new("CONNECT", Some("h"), target));
    match connect("a.test:443") {
        Answer::Forward(forward) => assert_eq!(forward.target, b"a.test:443"),
        other => panic!("not forwarded: {other:?}"),
    }
    for target in ["a//b?q=1", "a.test:443/x", "?q", "a b", ""] {
        assert_refused(&connect(target));
    }
}

#[test]
fn authority_that_names_no_host_is_refused() {
    let set = one(rule("b", vec![]));
    for authority in ["a,b", "a:65536", "[a.b]", "[::1]x", "", "a%2eb", "a..b"] {
        let request = Request::new("GET", Some(authority), "/");
        assert_refused(&answer(&set, &request));
    }
}

#[test]
fn preflight_of_a_backends_cors_filter_is_answered() {
    let mut target = weighted("b", 1);
    target.filters.push(Filter::Cors(CorsPolicy::default()));
    let set = one(Rule::new(Action::Forward(vec![target])));
    let mut request = Request::new("OPTIONS", Some("h"), "/");
    for name in ["origin", "access-control-request-method"] {
        request.headers.push((name.into(), b"x".to_vec()));
    }
    assert_eq!(answer(&set, &request), Answer::respond(204));
}

fn https(authority: &str, sni: &str) -> Request {
    Request {
        scheme: Some(Scheme::Https),
        sni: Some(sni.into()),
        ..Request::new("GET", Some(authority), "/")
    }
}

#[test]
fn one_of_equal_listeners_is_not_misdirected() {
    let mut set = one(rule("b", vec![exact("/none")]));
    let mut second = listener("second", 0);
    second.detect_misdirected = true;
    set.gateways[0].listeners.push(second);
    let expected = Answer::NoRoute { status: 404 };
    assert_eq!(answer(&set, &https("a.test", "a.test")), expected);
}

#[test]
fn authority_that_no_listener_takes_is_404_and_not_misdirected() {
    let mut set = one(rule("b", vec![]));
    set.gateways[0].listeners[0].hosts = vec![HostMatch::parse("*.test")];
    set.gateways[0].listeners[0].detect_misdirected = true;
    let expected = Answer::NoRoute { status: 404 };
    assert_eq!(answer(&set, &https("other.org", "a.test")), expected);
    assert!(matches!(
        answer(&set, &https("b.test", "a.test")),
        Answer::Forward(_)
    ));
}

#[test]
fn malformed_server_name_is_refused() {
    let set = one(rule("b", vec![]));
    let request = https("a.test", "a.test\0.evil.test");
    assert_refused(&answer(&set, &request));
}

#[test]
fn connection_keeps_its_server_name_in_further_stages() {
    let mut set = one(Rule::new(enter(1)));
    set.gateways[0].listeners[0].protocol = Protocol::Tls;
    let mut inner = stage("inner", Precedence::GatewayApi);
    inner.attachments.push(fingerpost::model::Attachment {
        route: fingerpost::model::RouteId(1),
        hosts: fingerpost_tests::build::hosts(&["*.test"]),
    });
    set.add_stage(inner);
    set.add_route(route("inner", vec![rule("b", vec![])]));
    let request = Request {
        protocol: Speaks::Tls,
        sni: Some(b"a.test".to_vec()),
        ..Request::default()
    };
    assert!(matches!(answer(&set, &request), Answer::Forward(_)));
}

#[test]
fn values_are_trimmed_where_a_gateway_says_so() {
    let mut set = one(rule(
        "b",
        vec![RouteMatch::default().header("x", exactly("a"))],
    ));
    let mut request = Request::new("GET", Some("h"), "/");
    request.headers.push((b"X".to_vec(), b" a\t".to_vec()));
    let expected = Answer::NoRoute { status: 404 };
    assert_eq!(answer(&set, &request), expected);
    set.gateways[0].headers.trim_values = true;
    assert!(matches!(answer(&set, &request), Answer::Forward(_)));
    // Joined values are trimmed one by one.
    request.headers.push((b"x".to_vec(), b"\tb ".to_vec()));
    set.routes[0].rules[0].matches[0].headers[0].value = exactly("a,b");
    assert!(matches!(answer(&set, &request), Answer::Forward(_)));
}

#[test]
fn a_segment_prefix_loses_one_slash_at_its_end() {
    let mut set = one(rule("b", vec![segments("/a//")]));
    set.gateways[0].normalization = Normalization::NONE;
    for (target, taken) in [
        ("/a/", true),
        ("/a//b", true),
        ("/a", false),
        ("/a/b", false),
    ] {
        let answer = answer(&set, &Request::new("GET", Some("h"), target));
        assert_eq!(matches!(answer, Answer::Forward(_)), taken, "{target}");
    }
}

#[test]
fn a_query_that_a_path_brings_is_held_to_what_may_be_sent() {
    let full = Format::parse("/p?q={attribute.x}").unwrap();
    let rewrite = || Some(PathRewrite::Full(full.clone()));
    let forward = one(filtered(
        "b",
        vec![],
        vec![Filter::Rewrite(Rewrite {
            path: rewrite(),
            ..Rewrite::default()
        })],
    ));
    let redirect = one(Rule::new(Action::Redirect(Redirect {
        path: rewrite(),
        status: 302,
        ..Redirect::default()
    })));
    for set in [forward, redirect] {
        for (value, written) in [
            ("a&b=1;c", "a%26b=1%3Bc"),
            ("a b", "a%20b"),
            ("a\r\nx: y", "a%0D%0Ax:%20y"),
            ("#", "%23"),
            ("?a%26", "?a%26"),
        ] {
            let mut request = Request::new("GET", Some("h"), "/");
            request.attributes.push(("x".into(), value.into()));
            let target = match answer(&set, &request) {
                Answer::Forward(forward) => forward.target,
                Answer::Redirect(redirected) => redirected.location,
                other => panic!("{value:?}: {other:?}"),
            };
            let target = String::from_utf8(target).unwrap();
            assert!(target.ends_with(&format!("/p?q={written}")), "{target}");
        }
    }
}

#[test]
fn a_host_expression_with_a_port_comes_before_the_same_without() {
    let binding = |port| HostBinding {
        host: HostMatch::Regex("a.*".into()),
        written: HostMatch::Regex("a.*".into()),
        port,
    };
    let rules = |name| (&[][..], route(name, vec![rule(name, vec![])]));
    let mut set = one_stage(Precedence::Specific, vec![rules("any"), rules("port")]);
    set.stages[0].attachments[0].hosts = vec![binding(None)];
    set.stages[0].attachments[1].hosts = vec![binding(Some(8080))];
    for (authority, to) in [("a.test:8080", "port"), ("a.test", "any")] {
        match answer(&set, &Request::new("GET", Some(authority), "/")) {
            Answer::Forward(forward) => assert_eq!(forward.backend.name, to),
            other => panic!("not forwarded: {other:?}"),
        }
    }
}

#[test]
fn a_named_group_has_its_number_as_well() {
    let item = RouteMatch {
        path: PathMatch::Regex("/(?P<id>[a-z]+)/(.*)".into()),
        ..RouteMatch::default()
    };
    let path = Some(PathRewrite::Full(Format::parse("/{2}/{1}{id}").unwrap()));
    let rewrite = Rewrite {
        path,
        ..Rewrite::default()
    };
    let set = one(filtered("b", vec![item], vec![Filter::Rewrite(rewrite)]));
    assert_eq!(sent(&set, "/a/b"), "/b/aa");
}

#[test]
fn an_expression_is_as_specific_as_what_all_its_branches_begin_with() {
    let item = RouteMatch {
        path: PathMatch::Regex("/a/b|/b".into()),
        ..RouteMatch::default()
    };
    let mut set = one(rule("any", vec![]));
    set.stages[0].precedence = Precedence::Specific;
    set.routes[0].rules.push(rule("expression", vec![item]));
    match answer(&set, &Request::new("GET", Some("h"), "/b")) {
        Answer::Forward(forward) => assert_eq!(forward.backend.name, "expression"),
        other => panic!("not forwarded: {other:?}"),
    }
}

#[test]
fn an_expression_states_the_text_around_its_assertions() {
    let winner = |expression: &str, prefixed: &str, target: &str| {
        let item = RouteMatch {
            path: PathMatch::Regex(expression.into()),
            ..RouteMatch::default()
        };
        let mut set = one(rule("prefix", vec![prefix(prefixed)]));
        set.stages[0].precedence = Precedence::Specific;
        set.routes[0].rules.push(rule("expression", vec![item]));
        match answer(&set, &Request::new("GET", Some("h"), target)) {
            Answer::Forward(forward) => forward.backend.name,
            other => panic!("not forwarded: {other:?}"),
        }
    };
    for (expression, prefixed, target, want) in [
        (r"/a\b/bcd", "/a/", "/a/bcd", "expression"),
        (r"/b(x)|/b(?m:$)", "/b", "/b", "prefix"),
        (r"/b(x)|(?m:^)/", "/", "/", "prefix"),
        (r"(?:\b|/)b?", "", "/b", "prefix"),
        ("/b(?:.){0}", "/", "/b", "expression"),
        ("/a?a", "/", "/a", "expression"),
        ("/a?a", "/a", "/a", "prefix"),
        (
            "/a{300}",
            "/a",
            &format!("/{}", "a".repeat(300)),
            "expression",
        ),
    ] {
        assert_eq!(winner(expression, prefixed, target), want, "{expression}");
    }
}

/// What a path rewritten to this format becomes, where a header `x` has this value;
/// `None` where that is refused.
fn written(by: Normalization, format: &str, value: &str) -> Option<String> {
    let full = Format::parse(format).unwrap();
    let rewrite = || Some(PathRewrite::Full(full.clone()));
    let mut forward = one(filtered(
        "b",
        vec![],
        vec![Filter::Rewrite(Rewrite {
            path: rewrite(),
            ..Rewrite::default()
        })],
    ));
    let mut redirect = one(Rule::new(Action::Redirect(Redirect {
        path: rewrite(),
        status: 302,
        ..Redirect::default()
    })));
    let mut request = Request::new("GET", Some("h"), "/?c=1&d=2");
    request.headers.push((b"x".to_vec(), value.into()));
    forward.gateways[0].normalization = by;
    redirect.gateways[0].normalization = by;
    match (answer(&forward, &request), answer(&redirect, &request)) {
        (Answer::Forward(forward), Answer::Redirect(redirected)) => {
            let target = String::from_utf8(forward.target).unwrap();
            let location = String::from_utf8(redirected.location).unwrap();
            let path = |target: &str| target.split('?').next().unwrap().to_string();
            assert_eq!(path(&location), format!("http://h{}", path(&target)));
            Some(target)
        }
        (Answer::Reject(_), Answer::Reject(_)) => None,
        others => panic!("{format} with {value}: {others:?}"),
    }
}

const STRICT: Normalization = Normalization {
    escaped_slashes: EscapedSlashes::Reject,
    path_parameters: PathParameters::Reject,
    malformed_escapes: MalformedEscapes::Reject,
    ..Normalization::MERGE_SLASHES
};

#[test]
fn a_value_opens_no_query() {
    for by in [Normalization::NONE, Normalization::BASE, STRICT] {
        assert_eq!(written(by, "/v2/{header.x}", "a?admin=1"), None);
        assert_eq!(written(by, "/v2{header.x}?q=1", "?a"), None);
        let sent = written(by, "/v2/{header.x}?q=1", "a");
        assert_eq!(sent.as_deref(), Some("/v2/a?q=1&c=1&d=2"));
        let sent = written(by, "/v2?q={header.x}", "a?b");
        assert_eq!(sent.as_deref(), Some("/v2?q=a?b&c=1&d=2"));
    }
}

#[test]
fn a_value_brings_nothing_that_the_gateway_rejects() {
    for value in ["..%2f..%2fadmin", "a%5Cb", "..;/b", "%zz", "%", "a%2"] {
        assert_eq!(written(STRICT, "/v2/{header.x}", value), None, "{value}");
    }
    assert_eq!(written(STRICT, "/%2{header.x}", "f"), None);
    assert_eq!(written(STRICT, "/{header.x}2f", "%"), None);
    let sent = written(STRICT, "/projects/group%2F{header.x};v=1", "a%25");
    assert_eq!(sent.as_deref(), Some("/projects/group%2Fa%25;v=1?c=1&d=2"));
    let sent = written(Normalization::BASE, "/v2/{header.x}", "a%2fb;c%zz");
    assert_eq!(sent.as_deref(), Some("/v2/a%2fb;c%zz?c=1&d=2"));
}

#[test]
fn a_whole_query_is_several_parameters_only_where_one_begins() {
    for (format, want) in [
        ("/a?{raw_query}", "/a?c=1&d=2&c=1&d=2"),
        ("/a?x&{raw_query}", "/a?x&c=1&d=2&c=1&d=2"),
        ("/a?x={raw_query}", "/a?x=c=1%26d=2&c=1&d=2"),
        ("/a?{header.x}{raw_query}", "/a?c=1%26d=2&c=1&d=2"),
    ] {
        let sent = written(STRICT, format, "");
        assert_eq!(sent.as_deref(), Some(want), "{format}");
    }
    assert_eq!(
        written(STRICT, "/a{raw_query}", "").as_deref(),
        Some("/ac=1&d=2?c=1&d=2")
    );
}

#[test]
fn what_is_left_of_a_path_begins_no_parameter() {
    let set = rewriting(prefix("/a"), "/b?from=", PrefixJoin::Literal);
    assert_eq!(sent(&set, "/a/c&d=1"), "/b?from=/c%26d=1");
    let mut set = rewriting(prefix("/a"), "/%2", PrefixJoin::Literal);
    set.gateways[0].normalization = STRICT;
    assert_refused(&answer(&set, &Request::new("GET", Some("h"), "/af")));
    assert_eq!(sent(&set, "/a5"), "/%25");
}

#[test]
fn a_query_takes_what_fills_its_holes_as_values() {
    let query = Format::parse("user={id}&{raw_query}").unwrap();
    let item = RouteMatch {
        path: PathMatch::Template("/users/{id}".into()),
        ..RouteMatch::default()
    };
    let rewrite = Rewrite {
        query: Some(QueryRewrite::To(query)),
        ..Rewrite::default()
    };
    let set = one(filtered("b", vec![item], vec![Filter::Rewrite(rewrite)]));
    let sent = sent(&set, "/users/x&admin=1;y?a=1&b=2");
    assert_eq!(sent, "/users/x&admin=1;y?user=x%26admin=1%3By&a=1&b=2");
}

#[test]
fn a_constant_is_one_text_however_it_was_cut() {
    let texts = ["/a/%2", "e", "%2e/b"].map(|text| FormatPart::Text(text.into()));
    let path = Some(PathRewrite::Full(Format::from_parts(texts)));
    let rewrite = Rewrite {
        path,
        ..Rewrite::default()
    };
    let set = one(filtered("b", vec![], vec![Filter::Rewrite(rewrite)]));
    assert_eq!(sent(&set, "/"), "/b");
}

fn exactly(text: &str) -> ValueMatch {
    ValueMatch::Exact(text.into())
}
