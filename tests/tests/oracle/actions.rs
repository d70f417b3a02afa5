//! Filters and actions (gateway-api.md 7 and 8, app-mesh.md 2.3).

use fingerpost::model::{
    Action, Attachment, Backend, CorsPolicy, Fault, Filter, HeaderEdit, HeaderVerb, HostRewrite,
    InvalidTarget, Mirror, PathRewrite, Precedence, PrefixJoin, Redirect, Rewrite, RouteMatch,
    RouteSet, Rule, Scheme, Target,
};
use fingerpost::oracle::{Draws, Request};
use fingerpost_tests::build::{
    backend, enter, exact, filtered, one_stage, prefix, route, segments, stage, weighted,
};

use crate::{forwarded, get, goes, location, vectors, with};

fn rewriting(item: RouteMatch, replacement: &str, join: PrefixJoin) -> RouteSet {
    let path = PathRewrite::Prefix {
        replacement: replacement.into(),
        join,
    };
    let rewrite = Filter::Rewrite(Rewrite {
        host: None,
        path: Some(path),
        ..Rewrite::default()
    });
    let routes = vec![(
        &[][..],
        route("r", vec![filtered("r", vec![item], vec![rewrite])]),
    )];
    one_stage(Precedence::GatewayApi, routes)
}

fn sent(set: &RouteSet, target: &str) -> String {
    String::from_utf8(forwarded(set, &get("h", target)).target).unwrap()
}

#[test]
fn rewrite_7_2_vectors_of_gateway_api() {
    let Some(vectors) = vectors("replace-prefix-match.json") else {
        return;
    };
    let rows = vectors["table"].as_array().unwrap().iter();
    let open = vectors["not_specified_upstream"]["rows"]
        .as_array()
        .unwrap()
        .iter();
    let mut count = 0;
    for row in rows.chain(open) {
        let text = |key: &str| row[key].as_str();
        let expected = text("expect").or(text("suggested")).unwrap();
        let item = segments(text("prefix").unwrap());
        let set = rewriting(item, text("replace").unwrap(), PrefixJoin::Segments);
        assert_eq!(sent(&set, text("path").unwrap()), expected, "{row}");
        count += 1;
    }
    assert_eq!(count, 18);
}

#[test]
fn rewrite_app_mesh_2_3_examples() {
    for (matched, replacement, target, expected) in [
        ("/red", "/", "/red/tell", "/tell"),
        ("/chapter", "/", "/chapter1", "/1"),
        (
            "/maroon/",
            "/red/",
            "/maroon/tell?fishes=nemo",
            "/red/tell?fishes=nemo",
        ),
        ("/red", "/", "/red", "/"),
    ] {
        let set = rewriting(prefix(matched), replacement, PrefixJoin::OneSlash);
        assert_eq!(sent(&set, target), expected, "{target}");
    }
}

#[test]
fn rewrite_keeps_a_path_canonical_and_rooted() {
    let set = rewriting(prefix("/static"), "/data/", PrefixJoin::Literal);
    assert_eq!(goes(&set, &get("h", "/static../etc")), "reject");
    assert_eq!(sent(&set, "/static/etc"), "/data//etc");
    let set = rewriting(prefix("/p"), "", PrefixJoin::Literal);
    assert_eq!(sent(&set, "/p"), "/");
    assert_eq!(sent(&set, "/p//evil.com/"), "/evil.com/");
    assert_eq!(sent(&set, "/px?y"), "/x?y");
    // A match without a prefix: nothing changes.
    let set = rewriting(exact("/p"), "/q", PrefixJoin::Segments);
    assert_eq!(sent(&set, "/p"), "/p");
}

#[test]
fn second_stage_sees_the_rewritten_path_and_host() {
    let path = PathRewrite::Prefix {
        replacement: "/".into(),
        join: PrefixJoin::OneSlash,
    };
    let host = HostRewrite::To("red.default".into());
    let first = Rule {
        matches: vec![prefix("/paths")],
        filters: vec![
            edits("x-a", "1"),
            Filter::Rewrite(Rewrite {
                host: Some(host),
                path: Some(path),
                ..Rewrite::default()
            }),
        ],
        ..Rule::new(enter(1))
    };
    let mut set = one_stage(
        Precedence::AppMesh,
        vec![(&[], route("gateway", vec![first]))],
    );
    let mut router = stage("router", Precedence::AppMesh);
    let inner = filtered("red", vec![prefix("/red")], vec![edits("x-b", "2")]);
    let id = set.add_route(route("router", vec![inner]));
    router.attachments.push(Attachment {
        route: id,
        hosts: fingerpost_tests::build::hosts(&["red.default"]),
    });
    set.add_stage(router);
    let forward = forwarded(&set, &get("h:80", "/paths/red/x?q"));
    assert_eq!(forward.backend.name, "red");
    assert_eq!(forward.target, b"/red/x?q");
    assert_eq!(forward.authority.as_deref(), Some(&b"red.default"[..]));
    assert_eq!(
        forward
            .trail
            .iter()
            .map(|step| step.route)
            .collect::<Vec<_>>(),
        [0, 1]
    );
    let names: Vec<_> = forward
        .request_edits
        .iter()
        .map(|edit| &edit.name[..])
        .collect();
    assert_eq!(names, [b"x-a", b"x-b"]);
    assert_eq!(goes(&set, &get("h", "/paths/blue")), "404");
}

#[test]
fn stages_are_bounded() {
    let looping = Rule::new(enter(0));
    let set = one_stage(
        Precedence::FirstMatch,
        vec![(&[], route("r", vec![looping]))],
    );
    assert_eq!(goes(&set, &get("h", "/")), "500");
}

fn edits(name: &str, value: &str) -> Filter {
    Filter::RequestHeaders(vec![HeaderEdit {
        verb: HeaderVerb::Set,
        name: name.into(),
        value: value.into(),
    }])
}

#[test]
fn weights_8_are_shares_and_zero_is_never_chosen() {
    let set = |targets| {
        let action = Action::Forward(targets);
        one_stage(
            Precedence::GatewayApi,
            vec![(&[], route("r", vec![Rule::new(action)]))],
        )
    };
    let drawn = |set: &RouteSet, draws| {
        goes(
            set,
            &Request {
                draws,
                ..get("h", "/")
            },
        )
    };
    let thirds = set(vec![
        weighted("a", 1),
        weighted("zero", 0),
        weighted("b", 2),
    ]);
    let third = u64::MAX / 3;
    assert_eq!(drawn(&thirds, Draws::Same(0)), "a");
    assert_eq!(drawn(&thirds, Draws::Same(third)), "a");
    assert_eq!(drawn(&thirds, Draws::Same(third + 1)), "b");
    assert_eq!(drawn(&thirds, Draws::Same(u64::MAX)), "b");
    assert_eq!(drawn(&thirds, Draws::List(vec![])), "a");
    assert_eq!(drawn(&set(vec![]), Draws::Same(0)), "500");
    assert_eq!(drawn(&set(vec![weighted("a", 0)]), Draws::Same(0)), "500");
    // An invalid reference keeps its share.
    let mut broken = set(vec![weighted("a", 1), weighted("b", 1)]);
    if let Action::Forward(targets) = &mut broken.routes[0].rules[0].action {
        let backend = Backend::default();
        let invalid = InvalidTarget {
            backend,
            reason: "BackendNotFound".into(),
            status: 500,
        };
        targets[1].target = Target::Invalid(invalid);
    }
    assert_eq!(drawn(&broken, Draws::Same(0)), "a");
    assert_eq!(drawn(&broken, Draws::Same(u64::MAX)), "500");
}

#[test]
fn draws_are_taken_for_fault_then_backend_then_mirrors() {
    let mirror = |numerator| {
        Filter::Mirror(Mirror {
            target: Ok(backend("m")),
            numerator,
            denominator: 2,
        })
    };
    let fault = Fault {
        abort_status: Some(503),
        abort_ppm: 500_000,
        ..Fault::default()
    };
    let rule = Rule {
        filters: vec![
            mirror(1),
            mirror(2),
            mirror(0),
            mirror(1),
            Filter::Fault(fault),
        ],
        ..Rule::new(Action::Forward(vec![weighted("a", 1), weighted("b", 1)]))
    };
    let set = one_stage(Precedence::GatewayApi, vec![(&[], route("r", vec![rule]))]);
    let request = |draws| Request {
        draws,
        ..get("h", "/")
    };
    assert_eq!(goes(&set, &request(Draws::Same(0))), "503");
    const HIGH: u64 = u64::MAX;
    let forward = forwarded(&set, &request(Draws::List(vec![HIGH, 0, HIGH, 0])));
    assert_eq!(forward.backend.name, "a");
    let selected: Vec<_> = forward
        .mirrors
        .iter()
        .map(|(_, selected)| *selected)
        .collect();
    assert_eq!(selected, [false, true, false, true]);
}

#[test]
fn redirect_7_1_ports() {
    let set = |listens: Option<u16>, redirect: Redirect| {
        let rule = Rule {
            matches: vec![segments("/old")],
            ..Rule::new(Action::Redirect(redirect))
        };
        let mut set = one_stage(Precedence::GatewayApi, vec![(&[], route("r", vec![rule]))]);
        set.gateways[0].listeners[0].port = listens;
        set
    };
    let to = |scheme, port| Redirect {
        scheme,
        port,
        status: 302,
        ..Redirect::default()
    };
    let (http, secure) = (Some(Scheme::Http), Some(Scheme::Https));
    for (listens, redirect, expected) in [
        (Some(8080), to(None, None), "http://h:8080/old?q"),
        (Some(80), to(None, None), "http://h/old?q"),
        (Some(8080), to(http, None), "http://h/old?q"),
        (Some(8080), to(secure, None), "https://h/old?q"),
        (Some(8080), to(None, Some(8443)), "http://h:8443/old?q"),
        (Some(8080), to(secure, Some(443)), "https://h/old?q"),
        (None, to(None, None), "http://h/old?q"),
    ] {
        // The port of the authority never counts.
        assert_eq!(
            location(&set(listens, redirect), &get("h:1234", "/old?q")),
            expected
        );
    }
    let prefix = PathRewrite::Prefix {
        replacement: "/new".into(),
        join: PrefixJoin::Segments,
    };
    let redirect = Redirect {
        host: Some("x".into()),
        path: Some(prefix),
        ..to(None, None)
    };
    assert_eq!(
        location(&set(Some(80), redirect), &get("h", "/old/a?q")),
        "http://x/new/a?q"
    );
    let full = Redirect {
        path: Some(PathRewrite::Full("/n".into())),
        ..to(None, None)
    };
    assert_eq!(
        location(&set(Some(80), full), &get("h", "/old/a")),
        "http://h/n"
    );
}

#[test]
fn redirect_of_a_backend_replaces_it() {
    let mut one = weighted("a", 1);
    one.filters.push(Filter::Redirect(Redirect {
        host: Some("x".into()),
        status: 301,
        ..Redirect::default()
    }));
    let rule = Rule::new(Action::Forward(vec![one, weighted("b", 1)]));
    let set = one_stage(Precedence::GatewayApi, vec![(&[], route("r", vec![rule]))]);
    assert_eq!(location(&set, &get("h", "/p")), "http://x/p");
    let other = Request {
        draws: Draws::Same(u64::MAX),
        ..get("h", "/p")
    };
    assert_eq!(goes(&set, &other), "b");
}

#[test]
fn cors_7_3_a_preflight_is_answered_here() {
    let cors = vec![Filter::Cors(CorsPolicy::default())];
    let routes = vec![(&[][..], route("r", vec![filtered("r", vec![], cors)]))];
    let set = one_stage(Precedence::GatewayApi, routes);
    let asked = [
        ("Origin", "https://a"),
        ("Access-Control-Request-Method", "GET"),
    ];
    let options = || Request::new("OPTIONS", Some("h"), "/");
    assert_eq!(goes(&set, &with(options(), &asked)), "204");
    assert_eq!(goes(&set, &with(options(), &asked[..1])), "r");
    assert_eq!(goes(&set, &with(get("h", "/"), &asked)), "r");
}

#[test]
fn respond_and_no_gateway() {
    let respond = fingerpost::model::Respond {
        status: 403,
        ..Default::default()
    };
    let rule = Rule::new(Action::Respond(respond));
    let set = one_stage(Precedence::GatewayApi, vec![(&[], route("r", vec![rule]))]);
    assert_eq!(goes(&set, &get("h", "/")), "403");
    assert_eq!(goes(&RouteSet::new(), &get("h", "/")), "404");
}
