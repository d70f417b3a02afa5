//! Header edits and the head that leaves.

use fingerpost::compile::limits::Limits;
use fingerpost::model::{
    Action, Filter, HeaderEdit, HostRewrite, PathMatch, PathRewrite, Redirect, Respond, Rewrite,
    Rule,
};
use fingerpost::{HeaderVerb, Outcome, Request};

use super::support::{
    Header, broken, edit, forward, full, get, head, leaves, limited, on, table, to,
};

use HeaderVerb::{Add, Append, Remove, Set, SetIfAbsent, SetIfPresent};

fn request_edits(edits: Vec<HeaderEdit>) -> Filter {
    Filter::RequestHeaders(edits)
}

fn edited(edits: Vec<HeaderEdit>, headers: &[Header<'_>]) -> Vec<String> {
    let table = table(vec![forward(vec![request_edits(edits)])]);
    head(&table, &get("/").with_headers(headers))
}

#[test]
fn each_verb_does_what_it_says() {
    let two: &[Header<'_>] = &[(b"X", b"1"), (b"o", b"0"), (b"x", b"2")];
    let none: &[Header<'_>] = &[(b"o", b"0")];
    for (verb, with, without) in [
        (Set, vec!["o: 0", "x: n"], vec!["o: 0", "x: n"]),
        (
            Add,
            vec!["X: 1", "o: 0", "x: 2", "x: n"],
            vec!["o: 0", "x: n"],
        ),
        (Append, vec!["X: 1", "o: 0", "x: 2,n"], vec!["o: 0", "x: n"]),
        (
            SetIfAbsent,
            vec!["X: 1", "o: 0", "x: 2"],
            vec!["o: 0", "x: n"],
        ),
        (SetIfPresent, vec!["o: 0", "x: n"], vec!["o: 0"]),
        (Remove, vec!["o: 0"], vec!["o: 0"]),
    ] {
        assert_eq!(edited(vec![edit(verb, "X", "n")], two), with, "{verb:?}");
        assert_eq!(
            edited(vec![edit(verb, "x", "n")], none),
            without,
            "{verb:?}"
        );
    }
}

#[test]
fn edits_apply_in_order() {
    let x: &[Header<'_>] = &[(b"x", b"0")];
    for (edits, want) in [
        (
            vec![edit(Set, "x", "1"), edit(Add, "x", "2")],
            vec!["x: 1", "x: 2"],
        ),
        (vec![edit(Add, "x", "1"), edit(Set, "x", "2")], vec!["x: 2"]),
        (vec![edit(Add, "x", "1"), edit(Remove, "x", "")], vec![]),
        (
            vec![edit(Remove, "x", ""), edit(SetIfAbsent, "x", "1")],
            vec!["x: 1"],
        ),
        (
            vec![edit(Remove, "x", ""), edit(SetIfPresent, "x", "1")],
            vec![],
        ),
        (
            vec![edit(Set, "y", "1"), edit(SetIfPresent, "y", "2")],
            vec!["x: 0", "y: 2"],
        ),
        (
            vec![edit(Append, "x", "1"), edit(Append, "x", "2")],
            vec!["x: 0,1,2"],
        ),
        (
            vec![
                edit(Append, "x", "1"),
                edit(Add, "x", "2"),
                edit(Append, "x", "3"),
            ],
            vec!["x: 0,1", "x: 2,3"],
        ),
        (
            vec![
                edit(Append, "x", "1"),
                edit(Set, "x", "2"),
                edit(Append, "x", "3"),
            ],
            vec!["x: 2,3"],
        ),
        (
            vec![
                edit(Append, "x", "1"),
                edit(Remove, "x", ""),
                edit(Append, "x", "3"),
            ],
            vec!["x: 3"],
        ),
        (
            vec![
                edit(Append, "a", "1"),
                edit(Append, "b", "1"),
                edit(Append, "a", "2"),
                edit(Append, "b", "2"),
            ],
            vec!["x: 0", "a: 1,2", "b: 1,2"],
        ),
    ] {
        assert_eq!(edited(edits.clone(), x), want, "{edits:?}");
    }
}

#[test]
fn values_are_filled_in_from_the_request_as_it_came_into_the_stage() {
    let edits = request_edits(vec![
        edit(Set, "x-path", "{path}?{raw_query}"),
        edit(Set, "x-raw", "{raw_path}"),
        edit(Append, "x-forwarded-for", "{source_ip}"),
        edit(Set, "x-id", "{id}"),
        edit(Set, "x-user", "user={attribute.jwt.sub}"),
    ]);
    let host = Filter::Rewrite(Rewrite {
        host: Some(HostRewrite::To("other.example".into())),
        ..Rewrite::default()
    });
    let after = request_edits(vec![edit(Set, "x-host", "{host} {authority}")]);
    let path = PathMatch::Template("/u/{id}".into());
    let table = table(vec![on(
        path,
        forward(vec![edits, host, full("/new"), after]),
    )]);
    let headers: &[Header<'_>] = &[(b"X-Forwarded-For", b"10.0.0.1")];
    let request = Request::new(b"GET", b"/u/./7%41?a=b")
        .with_authority(b"Shop.Example:80")
        .with_headers(headers)
        .with_source_ip("192.0.2.1".parse().unwrap())
        .with_attributes(&[("jwt.sub", b"u1")]);
    assert_eq!(
        head(&table, &request),
        [
            "X-Forwarded-For: 10.0.0.1,192.0.2.1",
            "x-path: /u/7A?a=b",
            "x-raw: /u/./7%41",
            "x-id: 7A",
            "x-user: user=u1",
            "x-host: shop.example Shop.Example:80",
        ]
    );
    table.decide(&request, |decision| {
        let verbs: Vec<_> = decision.request_edits().map(|edit| edit.verb).collect();
        assert_eq!(verbs, [Set, Set, Append, Set, Set, Set]);
        let values: Vec<_> = decision.request_edits().map(|edit| edit.value).collect();
        assert_eq!(values[2], b"192.0.2.1");
        assert_eq!(decision.target(), b"/new?a=b");
    });
}

#[test]
fn adv_cs_007_what_fills_a_hole_is_never_read_again() {
    let edits = vec![
        edit(Set, "x", "{query.a}"),
        edit(Set, "y", "{{path}} {header.h}"),
    ];
    let table = table(vec![forward(vec![request_edits(edits)])]);
    let headers: &[Header<'_>] = &[(b"h", b"{path}{{}}%REQ(x)%")];
    let request = get("/?a={env.SECRET}").with_headers(headers);
    assert_eq!(
        head(&table, &request)[1..],
        ["x: {env.SECRET}", "y: {path} {path}{{}}%REQ(x)%"]
    );
}

#[test]
fn adv_cs_008_a_value_is_as_long_as_its_parts() {
    let value = "{header.x}".repeat(20);
    let table = table(vec![forward(vec![request_edits(vec![edit(
        Set, "x", &value,
    )])])]);
    let long = vec![b'v'; 1024];
    let headers: &[Header<'_>] = &[(b"x", &long)];
    table.decide(&get("/").with_headers(headers), |decision| {
        let (_, value) = decision.headers().next().unwrap();
        assert_eq!(value.len(), 20 * 1024);
    });
    let long = vec![b'v'; 4096];
    let headers: &[Header<'_>] = &[(b"x", &long)];
    let request = get("/").with_headers(headers);
    assert_eq!(leaves(&table, &request), "respond 500 RenderedTooLong");
}

#[test]
fn a_control_character_never_leaves_in_a_value() {
    let table = table(vec![forward(vec![request_edits(vec![edit(
        Set,
        "y",
        "a{query.a}{header.x}",
    )])])]);
    for value in [&b"\r\nz: 1"[..], b"\0", b"\x1b[31m", b"\x7f"] {
        let headers: &[Header<'_>] = &[(b"x", value)];
        let request = get("/").with_headers(headers);
        table.decide(&request, |decision| {
            assert!(matches!(
                decision.outcome(),
                Outcome::Respond | Outcome::Reject
            ));
            assert_eq!(decision.request_edits().count(), 0, "{value:?}");
        });
    }
    let request = get("/").with_headers(&[(b"x", b"\tb \xff")]);
    assert_eq!(head(&table, &request)[1], "y: a\\tb \\xff");
}

#[test]
fn response_edits_are_shown_whoever_answers() {
    let edits = || Filter::ResponseHeaders(vec![edit(Set, "x", "{path}"), edit(Remove, "y", "")]);
    let respond = Action::Respond(Respond {
        status: 200,
        ..Respond::default()
    });
    let redirect = Action::Redirect(Redirect {
        status: 302,
        path: Some(PathRewrite::Full("/n".into())),
        ..Redirect::default()
    });
    for action in [Action::Forward(vec![to("a", 1)]), respond, redirect] {
        let mut rule = Rule::new(action);
        rule.filters = vec![edits()];
        let table = table(vec![rule]);
        table.decide(&get("/p"), |decision| {
            let edits: Vec<_> = decision.response_edits().collect();
            assert_eq!(edits.len(), 2);
            assert_eq!((edits[0].name, edits[0].value), (&b"x"[..], &b"/p"[..]));
            assert_eq!((edits[1].verb, edits[1].value), (Remove, &b""[..]));
        });
    }
}

#[test]
fn adv_hi_002_a_name_that_is_none_and_a_value_with_a_line_feed_are_compile_errors() {
    let bad = vec![
        edit(Set, "bad name", "v"),
        edit(Set, "", "v"),
        edit(Set, "x:y", "v"),
        edit(Set, "é", "a"),
        edit(Set, "ok", "v"),
    ];
    let (table, codes) = broken(vec![forward(vec![request_edits(bad)])]);
    assert_eq!(codes, [1631; 4]);
    assert_eq!(head(&table, &get("/")), ["ok: v"]);
    for bad in [edit(Set, "x", "a\nb"), edit(Set, "x\r", "a")] {
        let edits = vec![bad, edit(Remove, "x-admin", "")];
        for filter in [
            request_edits(edits.clone()),
            Filter::ResponseHeaders(edits.clone()),
        ] {
            let (table, codes) = broken(vec![forward(vec![filter.clone()])]);
            assert_eq!(codes, [1605]);
            assert_eq!(leaves(&table, &get("/")), "respond 500 InvalidRule");
            let mut target = to("a", 1);
            target.filters = vec![filter];
            let rule = Rule::new(Action::Forward(vec![target]));
            let (table, _) = broken(vec![rule]);
            assert_eq!(leaves(&table, &get("/")), "respond 500 InvalidTarget");
        }
    }
}

#[test]
fn adv_hi_003_host_and_pseudo_headers_are_not_edited() {
    let names = [":path", "Host", ":authority", ":method"];
    let removals = names.map(|name| edit(Remove, name, ""));
    let (table, codes) = broken(vec![forward(vec![request_edits(removals.to_vec())])]);
    assert_eq!(codes, [1608; 4]);
    table.decide(&get("/"), |decision| {
        assert_eq!(decision.request_edits().count(), 0);
        assert_eq!(decision.authority(), Some(&b"shop.example"[..]));
    });
    let response = Filter::ResponseHeaders(vec![edit(Set, ":status", "200")]);
    let (table, codes) = broken(vec![forward(vec![response])]);
    assert_eq!(codes, [1631]);
    table.decide(&get("/"), |decision| {
        assert_eq!(decision.response_edits().count(), 0);
    });
}

#[test]
fn adv_hi_005_set_replaces_a_name_in_any_case() {
    let headers: &[Header<'_>] = &[
        (b"x-user", b"admin"),
        (b"X-USER", b"admin"),
        (b"X_User", b"admin"),
        (b"X-User", b"admin"),
    ];
    assert_eq!(
        edited(vec![edit(Set, "X-User", "bob")], headers),
        ["X_User: admin", "x-user: bob"],
        "an underscore is another name; HeaderRules::reject_underscores refuses it"
    );
}

#[test]
fn adv_hi_006_a_rules_edits_come_before_its_targets() {
    let mut rule = forward(vec![request_edits(vec![edit(Add, "x", "rule")])]);
    let mut target = to("a", 1);
    target.filters = vec![request_edits(vec![
        edit(Append, "x", "target"),
        edit(Add, "x", "2"),
    ])];
    rule.action = Action::Forward(vec![target]);
    assert_eq!(
        head(&table(vec![rule]), &get("/")),
        ["x: rule,target", "x: 2"]
    );
}

#[test]
fn many_edits_and_many_headers_leave_the_right_head() {
    let edits = (0..256)
        .map(|nth| edit(Set, &format!("x-{nth}"), "new"))
        .collect();
    let names: Vec<_> = (0..512).map(|nth| format!("X-{nth}")).collect();
    let headers: Vec<Header<'_>> = names
        .iter()
        .map(|name| (name.as_bytes(), &b"old"[..]))
        .collect();
    let head = edited(edits, &headers);
    assert_eq!(head.len(), 512);
    assert_eq!(
        head.iter().filter(|line| line.ends_with("old")).count(),
        256
    );
    assert_eq!(head[0], "X-256: old");
    assert_eq!(head[256], "x-0: new");
}

#[test]
fn appended_values_are_written_once_however_they_alternate() {
    let names = ["a", "b"].into_iter().cycle().take(256);
    let edits = names.map(|name| edit(Append, name, "value")).collect();
    let rule = forward(vec![request_edits(edits)]);
    let headers: &[Header<'_>] = &[(b"a", b"own")];
    let request = get("/").with_headers(headers);
    let shown: [usize; 2] = [3 + 128 * 6, 127 * 6 + 5];
    // What is written is what is shown: nothing is copied anew for each edit.
    let mut limits = Limits::default();
    limits.rendered = shown.iter().sum::<usize>() as u32;
    let (table, _) = limited(vec![rule.clone()], &limits);
    table.decide(&request, |decision| {
        let lengths: Vec<_> = decision.headers().map(|(_, value)| value.len()).collect();
        assert_eq!(lengths, shown);
    });
    limits.rendered -= 1;
    let (table, _) = limited(vec![rule], &limits);
    assert_eq!(leaves(&table, &request), "respond 500 RenderedTooLong");
}
