//! Patterns that take more or less than they seem to.

use fingerpost::model::{
    Filter, Format, FormatPart, Normalization, PathMatch, PathRewrite, PrefixJoin, Rewrite,
    RouteMatch, RouteSet, Rule,
};
use fingerpost_tests::build::{filtered, path, prefix, regex, segments, weighted};

use crate::asked::{get, text};
use crate::table::{first_match, guarded, on, open, refusals, table, table_within};

/// Both the quick and the plain structures.
fn tables(set: &RouteSet) -> [fingerpost::Table; 2] {
    let plain = fingerpost_tests::engine::without_automata();
    [table(set), table_within(plain, set)]
}

fn rewriting(path: PathRewrite) -> Filter {
    Filter::Rewrite(Rewrite {
        path: Some(path),
        ..Rewrite::default()
    })
}

fn replacing_prefix(replacement: &str, join: PrefixJoin) -> Filter {
    rewriting(PathRewrite::Prefix {
        replacement: replacement.into(),
        join,
    })
}

fn ignoring_case(item: RouteMatch) -> RouteMatch {
    RouteMatch {
        path_ignore_case: true,
        ..item
    }
}

#[test]
fn adv_pm_002_a_string_prefix_takes_a_longer_name() {
    let of_text = table(&guarded(prefix("/abc")));
    assert_eq!(get("/abcd").answer(&of_text), "deny");
    assert_eq!(get("/ab").answer(&of_text), "open");
    let of_segments = table(&guarded(segments("/abc")));
    assert_eq!(get("/abcd").answer(&of_segments), "open");
    assert_eq!(get("/abc/d").answer(&of_segments), "deny");
}

#[test]
fn adv_pm_005_escapes_follow_the_same_rule_of_case() {
    for item in [
        prefix("/admin%2Fpanel"),
        segments("/admin%2Fpanel"),
        regex("/admin%2Fpanel"),
    ] {
        let table = table(&guarded(ignoring_case(item.clone())));
        for target in ["/ADMIN%2fpanel", "/admin%2Fpanel", "/Admin%2FPANEL"] {
            assert_eq!(get(target).answer(&table), "deny", "{item:?} {target}");
        }
        assert_eq!(get("/ADMIN%2epanel").answer(&table), "open");
    }
    let minding = table(&guarded(prefix("/admin%2Fpanel")));
    assert_eq!(get("/admin%2fpanel").answer(&minding), "open");
}

#[test]
fn adv_pm_006_folding_is_ascii_and_moves_no_byte() {
    let php = filtered(
        "app",
        vec![ignoring_case(prefix("/x.php"))],
        vec![replacing_prefix("/y", PrefixJoin::Literal)],
    );
    let mut set = first_match(vec![("php", php), ("rest", open())]);
    set.gateways[0].normalization = Normalization::NONE;
    let table = table(&set);
    // I with a dot, and the Kelvin sign: their small letters are shorter.
    let rest = b"/\xC4\xB0.php/\xE2\x84\xAA";
    let seen = get([b"/X.PHP", &rest[..]].concat()).ask(&table);
    assert_eq!(
        (seen.word(), seen.target),
        ("php".into(), text(&[b"/y", &rest[..]].concat()))
    );
    let seen = get([&rest[..], b"/x.php"].concat()).ask(&table);
    assert_eq!(seen.word(), "rest");
    assert_eq!(get("/\u{212a}").answer(&table), "rest");

    // The Kelvin sign is no k.
    let kelvin = first_match(vec![
        ("k", on(ignoring_case(prefix("/k")))),
        ("rest", open()),
    ]);
    let kelvin = crate::table::table(&kelvin);
    assert_eq!(get("/K").answer(&kelvin), "k");
    assert_eq!(get("/\u{212a}").answer(&kelvin), "rest");
}

#[test]
fn adv_pm_008_two_stars_take_every_path_and_other_globs_begin_with_a_slash() {
    let glob = |text: &str| path(PathMatch::Glob(text.into()));
    for pattern in ["**", "/**"] {
        let table = table(&guarded(glob(pattern)));
        for target in ["/", "/a", "/a/b", "/a/"] {
            assert_eq!(get(target).answer(&table), "deny", "{pattern} {target}");
        }
    }
    let narrow = table(&guarded(glob("/a/**")));
    assert_eq!(get("/").answer(&narrow), "open");
    for pattern in ["a/**", "*", "*.html", ""] {
        let found = refusals(&guarded(glob(pattern)));
        assert!(
            found.iter().any(|found| found.contains("deny")),
            "{pattern}: {found:?}"
        );
    }
}

/// A rule for a path that shows the capture `name` as the path that it sends.
fn showing(item: PathMatch, name: &str) -> Rule {
    let parts = [
        FormatPart::Text("/".into()),
        FormatPart::Capture(name.into()),
    ];
    let filters = vec![rewriting(PathRewrite::Full(Format::from_parts(parts)))];
    filtered("app", vec![path(item)], filters)
}

#[test]
fn adv_pm_012_a_capture_takes_the_most_with_every_structure() {
    let template = || PathMatch::Template("/{foo=**}.html".into());
    let alone = first_match(vec![("w", showing(template(), "foo"))]);
    let mut routes: Vec<(String, Rule)> = (0..40)
        .map(|nth| {
            let other = PathMatch::Template(format!("/{{foo=**}}.{nth}"));
            (format!("other{nth}"), showing(other, "foo"))
        })
        .collect();
    routes.insert(20, ("w".into(), showing(template(), "foo")));
    let routes = routes
        .iter()
        .map(|(name, rule)| (name.as_str(), rule.clone()));
    let among = first_match(routes.collect());
    for set in [alone, among] {
        for table in tables(&set) {
            for (target, captured) in [
                ("/a/b.html/c.html", "/a/b.html/c"),
                ("/a.html", "/a"),
                ("/a.html.html", "/a.html"),
            ] {
                let seen = get(target).ask(&table);
                assert_eq!(
                    (seen.word().as_str(), seen.target.as_str()),
                    ("w", captured)
                );
            }
            assert_ne!(get("/a.htm").answer(&table), "w");
        }
    }
}

#[test]
fn adv_pm_015_a_prefix_is_taken_from_the_path_that_it_matched() {
    // The rule's filter makes the path shorter than the prefix that the target's
    // filter replaces; both see the path as it came.
    let mut rule = filtered(
        "app",
        vec![prefix("/1234")],
        vec![rewriting(PathRewrite::Full("/123".into()))],
    );
    let mut share = weighted("app", 1);
    share.filters = vec![replacing_prefix("/", PrefixJoin::OneSlash)];
    rule.action = fingerpost::model::Action::Forward(vec![share]);
    let table = table(&first_match(vec![("r", rule)]));
    for (target, sent) in [("/1234", "/"), ("/1234/x", "/x"), ("/12345", "/5")] {
        let seen = get(target).ask(&table);
        assert_eq!(
            (seen.word().as_str(), seen.target.as_str()),
            ("r", sent),
            "{target}"
        );
    }
    assert_eq!(get("/123").answer(&table), "no_route");
}

#[test]
fn adv_pm_016_a_rewrite_makes_no_dot_segment() {
    let rule = filtered(
        "app",
        vec![prefix("/static")],
        vec![replacing_prefix("/data/", PrefixJoin::Literal)],
    );
    let table = table(&first_match(vec![("s", rule)]));
    for target in ["/static../etc/passwd", "/static..", "/static./x"] {
        assert_eq!(
            get(target).answer(&table),
            "reject:RewriteNotCanonical",
            "{target}"
        );
    }
    let seen = get("/staticx/y").ask(&table);
    assert_eq!(
        (seen.word().as_str(), seen.target.as_str()),
        ("s", "/data/x/y")
    );
}

#[test]
fn adv_pm_018_bytes_that_are_no_text_match_as_bytes() {
    let mut set = first_match(vec![
        ("a", on(prefix("/a"))),
        ("re", on(regex("/b."))),
        ("rest", on(prefix("/"))),
    ]);
    set.gateways[0].normalization = Normalization::NONE;
    for table in tables(&set) {
        for (target, route) in [
            (&b"/a\xFF"[..], "a"),
            (b"/b\xFF", "re"),
            (b"/b\xFF\xFF", "rest"),
            (b"/\xED\xA0\x80", "rest"),
            (b"/\xF4\x90\x80\x80", "rest"),
        ] {
            let seen = get(target).ask(&table);
            assert_eq!(
                (seen.word(), seen.target),
                (route.to_string(), text(target))
            );
        }
        for byte in 0..=u8::MAX {
            for (target, route) in [
                (vec![b'/', byte, b'x', b'y'], ""),
                (vec![b'/', b'a', byte, b'y'], "a"),
                (vec![b'/', b'b', byte], "re"),
            ] {
                let seen = get(&target).ask(&table);
                let shown = text(&target);
                match byte {
                    // What cannot stand in a target.
                    0..=b' ' | 0x7F => assert_eq!(seen.word(), "reject:BadPath", "{shown}"),
                    // What ends a path.
                    b'#' | b'?' => assert!(shown.starts_with(&seen.target), "{shown}"),
                    _ => {
                        assert_eq!(seen.target, shown);
                        if !route.is_empty() {
                            assert_eq!(seen.word(), route, "{shown}");
                        }
                    }
                }
            }
        }
    }
    let by_segments = table(&first_match(vec![
        ("a", on(segments("/a"))),
        ("rest", open()),
    ]));
    assert_eq!(get(b"/a\xFF").answer(&by_segments), "rest");
    assert_eq!(get(b"/a/\xFF").answer(&by_segments), "a");
}
