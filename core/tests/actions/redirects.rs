//! Locations.

use fingerpost::model::{
    Action, Filter, PathMatch, PathRewrite, PrefixJoin, Protocol, QueryEdit, QueryRewrite,
    Redirect, Rule, Scheme,
};
use fingerpost::{Request, Table};

use super::support::{broken, format, forward, get, leaves, on, set, substitution, table, to};

fn redirect(redirect: Redirect) -> Rule {
    Rule::new(Action::Redirect(redirect))
}

fn to_path(path: &str) -> Redirect {
    Redirect {
        path: Some(PathRewrite::Full(format(path))),
        status: 301,
        ..Redirect::default()
    }
}

fn location(parts: Redirect, target: &str) -> String {
    leaves(&table(vec![redirect(parts)]), &get(target))
}

#[test]
fn parts_that_are_not_set_are_the_requests() {
    assert_eq!(
        location(to_path("/new"), "/old?q=1"),
        "301 http://shop.example/new?q=1"
    );
    let host = Redirect {
        host: Some("b.example".into()),
        port: Some(8443),
        scheme: Some(Scheme::Https),
        status: 308,
        ..Redirect::default()
    };
    assert_eq!(location(host, "/a?q"), "308 https://b.example:8443/a?q");
}

#[test]
fn host_path_and_query_may_have_holes() {
    let parts = Redirect {
        host: Some(format("{tenant}.example")),
        path: Some(PathRewrite::Full(format("/t/{rest}"))),
        query: Some(QueryRewrite::To(format("from={host}&m={method}"))),
        status: 302,
        ..Redirect::default()
    };
    let path = PathMatch::Template("/{tenant}/{rest=**}".into());
    let table = table(vec![on(path, redirect(parts))]);
    assert_eq!(
        leaves(&table, &get("/acme/a/b?x")),
        "302 http://acme.example/t/a/b?from=shop.example&m=GET"
    );
    assert_eq!(leaves(&table, &get("/a@b/c")), "respond 500 UnsoundOutput");
    assert_eq!(leaves(&table, &get("/a:80/c")), "respond 500 UnsoundOutput");
}

#[test]
fn a_query_is_stripped_or_edited() {
    let with = |query: QueryRewrite| Redirect {
        query: Some(query),
        ..to_path("/n")
    };
    assert_eq!(
        location(with(QueryRewrite::To("".into())), "/o?x=1"),
        "301 http://shop.example/n"
    );
    let remove = QueryEdit::Remove { name: "x".into() };
    assert_eq!(
        location(with(QueryRewrite::Edit(vec![remove])), "/o?x=1&y"),
        "301 http://shop.example/n?y"
    );
}

#[test]
fn adv_rw_018_a_path_with_a_query_takes_the_place_of_the_requests() {
    let parts = || to_path("/n?fixed=1");
    for target in ["/o?x=1", "/o?", "/o"] {
        assert_eq!(
            location(parts(), target),
            "301 http://shop.example/n?fixed=1",
            "{target}"
        );
    }
    assert_eq!(location(to_path("/n"), "/o?"), "301 http://shop.example/n");
    let both = Redirect {
        query: Some(QueryRewrite::To("x=2".into())),
        ..parts()
    };
    assert_eq!(
        location(both, "/o?x=1"),
        "301 http://shop.example/n?fixed=1&x=2"
    );
}

#[test]
fn adv_rw_006_a_location_never_names_another_host_by_its_path() {
    let parts = || Redirect {
        path: Some(PathRewrite::Prefix {
            replacement: "".into(),
            join: PrefixJoin::Segments,
        }),
        status: 301,
        ..Redirect::default()
    };
    let path = PathMatch::Segments("/old".into());
    let table = table(vec![on(path, redirect(parts()))]);
    for (target, path) in [
        ("/old//evil.com/", "/evil.com/"),
        ("/old/%5cevil.com", "/%5cevil.com"),
        ("/old", "/"),
    ] {
        assert_eq!(
            leaves(&table, &get(target)),
            format!("301 http://shop.example{path}")
        );
        let bare = Request::new(b"GET", target.as_bytes());
        assert_eq!(leaves(&table, &bare), format!("301 {path}"), "{target}");
    }
    for target in ["/old/\\evil.com", "/old\\\\evil.com"] {
        let bare = Request::new(b"GET", target.as_bytes());
        let location = leaves(&table, &bare);
        let path = location.strip_prefix("301 ").unwrap_or("/");
        let second = path.as_bytes().get(1);
        assert!(!matches!(second, Some(b'/' | b'\\')), "{location}");
    }
}

#[test]
fn adv_rw_007_a_host_that_the_rule_does_not_set_is_flagged() {
    let is_flagged = |table: &Table| {
        table.decide(&get("/"), |decision| {
            assert!(decision.location().is_some());
            decision.is_host_from_request()
        })
    };
    assert!(is_flagged(&table(vec![redirect(to_path("/new"))])));
    let own = Redirect {
        host: Some("b.example".into()),
        ..to_path("/new")
    };
    assert!(!is_flagged(&table(vec![redirect(own)])));
    let forwarded = table(vec![forward(vec![])]);
    forwarded.decide(&get("/"), |decision| {
        assert!(!decision.is_host_from_request());
    });
}

#[test]
fn adv_rw_008_escapes_stay_escaped_in_a_location() {
    let path = PathMatch::Regex("/(.*)".into());
    let table = table(vec![on(path, redirect(to_path("/new/{1}")))]);
    assert_eq!(
        leaves(&table, &get("/a%0aevil")),
        "301 http://shop.example/new/a%0aevil"
    );
    assert_eq!(leaves(&table, &get("/a\nevil")), "reject 400 BadPath");
}

#[test]
fn adv_rw_013_a_redirect_to_the_address_that_was_asked_for_is_returned() {
    let parts = Redirect {
        scheme: Some(Scheme::Https),
        status: 301,
        ..Redirect::default()
    };
    let table = table(vec![redirect(parts)]);
    let request = get("/a?b").with_scheme(Scheme::Https);
    assert_eq!(leaves(&table, &request), "301 https://shop.example/a?b");
}

#[test]
fn adv_rw_016_a_scheme_brings_its_port_and_without_one_the_listeners_stays() {
    let with_port = |parts: Redirect| {
        let mut set = set(vec![redirect(parts)]);
        set.gateways[0].listeners[0].port = Some(8443);
        set.gateways[0].listeners[0].protocol = Protocol::Https;
        let table = fingerpost::compile::Compiler::new().compile(&set).table;
        let request = Request::new(b"GET", b"/x")
            .with_authority(b"a.com:8443")
            .with_scheme(Scheme::Https)
            .with_port(8443);
        leaves(&table, &request)
    };
    let http = Redirect {
        scheme: Some(Scheme::Http),
        status: 302,
        ..Redirect::default()
    };
    assert_eq!(with_port(http), "302 http://a.com/x");
    let plain = Redirect {
        status: 302,
        ..Redirect::default()
    };
    assert_eq!(with_port(plain), "302 https://a.com:8443/x");
}

#[test]
fn adv_rw_017_ports_and_statuses_out_of_range_are_compile_errors() {
    for (status, port) in [
        (301, Some(0)),
        (200, None),
        (999, None),
        (400, None),
        (0, None),
        (304, None),
        (305, None),
        (306, None),
        (399, None),
    ] {
        let parts = Redirect {
            status,
            port,
            ..Redirect::default()
        };
        let (table, codes) = broken(vec![redirect(parts.clone())]);
        assert_eq!(codes, [1630], "{status} {port:?}");
        assert_eq!(leaves(&table, &get("/")), "respond 500 InvalidRule");
        let mut rule = forward(vec![]);
        let mut target = to("a", 1);
        target.filters = vec![Filter::Redirect(parts)];
        rule.action = Action::Forward(vec![target]);
        let (table, codes) = broken(vec![rule]);
        assert_eq!(codes, [1630]);
        assert_eq!(leaves(&table, &get("/")), "respond 500 InvalidTarget");
    }
    for status in [300, 303, 308] {
        let parts = Redirect {
            status,
            ..to_path("/n")
        };
        assert_eq!(
            location(parts, "/"),
            format!("{status} http://shop.example/n")
        );
    }
}

#[test]
fn a_location_that_is_not_canonical_refuses_the_request() {
    let table = table(vec![redirect(to_path("/a/{header.x}"))]);
    let request = get("/").with_headers(&[(b"x", b"../b")]);
    assert_eq!(leaves(&table, &request), "reject 400 RewriteNotCanonical");
    table.decide(&request, |decision| assert_eq!(decision.location(), None));
}

#[test]
fn a_pattern_is_replaced_in_a_location() {
    let parts = Redirect {
        path: Some(PathRewrite::Regex(substitution("^/en(/.*)$", "{1}", false))),
        status: 301,
        ..Redirect::default()
    };
    let table = table(vec![redirect(parts)]);
    assert_eq!(leaves(&table, &get("/en/a")), "301 http://shop.example/a");
    assert_eq!(
        leaves(&table, &get("/fr/a")),
        "301 http://shop.example/fr/a"
    );
}
