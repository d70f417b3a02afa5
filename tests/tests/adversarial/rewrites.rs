//! Paths, hosts and headers that leave as something else than the rule says.

use fingerpost::compile::limits::Limits;
use fingerpost::model::{
    Action, Fact, Filter, Format, HeaderEdit, HeaderVerb, Normalization, PathRewrite, PrefixJoin,
    Redirect, Rewrite, RouteMatch, Rule, Substitution, Target, WeightedTarget,
};
use fingerpost::{Draws, Outcome, Request, Table};
use fingerpost_tests::build::{With, filtered, prefix, regex, segments};

use crate::asked::{Seen, get};
use crate::table::{deny, first_match, is, redirecting, table, table_within};

fn format(text: &str) -> Format {
    Format::parse(text).unwrap()
}

fn rewriting(path: PathRewrite) -> Filter {
    Filter::Rewrite(Rewrite {
        path: Some(path),
        ..Rewrite::default()
    })
}

fn replacing_prefix(replacement: &str, join: PrefixJoin) -> PathRewrite {
    PathRewrite::Prefix {
        replacement: replacement.into(),
        join,
    }
}

fn substituting(pattern: &str, replacement: &str, all: bool) -> PathRewrite {
    PathRewrite::Regex(Substitution {
        pattern: pattern.into(),
        replacement: format(replacement),
        all,
    })
}

/// A rule for a match that sends another path.
fn sending(item: RouteMatch, path: PathRewrite) -> Rule {
    filtered("app", vec![item], vec![rewriting(path)])
}

fn one(rule: Rule) -> Table {
    table(&first_match(vec![("r", rule)]))
}

/// Asserts the target that leaves.
fn sends(table: &Table, target: &str, wanted: &str) {
    let seen = get(target).ask(table);
    let found = (seen.word(), seen.target);
    assert_eq!(found, ("r".to_string(), wanted.to_string()), "{target}");
}

fn setting(name: &str, value: &str) -> Filter {
    Filter::RequestHeaders(vec![HeaderEdit {
        verb: HeaderVerb::Set,
        name: name.into(),
        value: format(value),
    }])
}

fn value<'s>(seen: &'s Seen, name: &str) -> Vec<&'s str> {
    let lines = seen.headers.iter();
    let lines = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
    lines.map(|(_, value)| value.as_str()).collect()
}

#[test]
fn adv_rw_001_a_rewrite_leads_into_no_guarded_path() {
    for (profile, join) in [
        (Normalization::BASE, PrefixJoin::Segments),
        (Normalization::BASE, PrefixJoin::Literal),
        (Normalization::MERGE_SLASHES, PrefixJoin::Literal),
        (Normalization::DECODE_AND_MERGE, PrefixJoin::Literal),
    ] {
        let mut set = first_match(vec![
            ("pub", sending(prefix("/pub"), replacing_prefix("", join))),
            ("adm", deny(segments("/admin"))),
        ]);
        set.gateways[0].normalization = profile;
        let table = table(&set);
        for target in [
            "/pub/..%2fadmin",
            "/pub%2f../admin",
            "/pub../admin",
            "/pub/../admin",
            "/pub//admin",
            "/pub..%2fadmin",
        ] {
            let seen = get(target).ask(&table);
            if seen.outcome == Outcome::Forward {
                let decoded = seen.target.replace("%2f", "/");
                let is_dotted = seen.target.split('/').any(|part| part == "..");
                assert!(!is_dotted, "{profile:?} {target}: {seen:?}");
                assert!(
                    !seen.target.starts_with("//"),
                    "{profile:?} {target}: {seen:?}"
                );
                let decodes = profile == Normalization::DECODE_AND_MERGE;
                assert!(!decodes || decoded == seen.target, "{target}: {seen:?}");
            }
        }
        assert_eq!(get("/pub/x").ask(&table).target, "/x");
        assert_eq!(get("/pub/../admin").answer(&table), "adm");
    }
    let dotted = one(sending(
        prefix("/pub"),
        replacing_prefix("", PrefixJoin::Literal),
    ));
    assert_eq!(
        get("/pub../admin").answer(&dotted),
        "reject:RewriteNotCanonical"
    );
}

#[test]
fn adv_rw_006_a_redirect_names_no_other_host() {
    for join in [
        PrefixJoin::Literal,
        PrefixJoin::Segments,
        PrefixJoin::OneSlash,
    ] {
        let redirect = Redirect {
            path: Some(replacing_prefix("", join)),
            status: 302,
            ..Redirect::default()
        };
        let mut set = first_match(vec![("r", redirecting(prefix("/old"), redirect))]);
        for profile in [
            Normalization::NONE,
            Normalization::BASE,
            Normalization::MERGE_SLASHES,
        ] {
            set.gateways[0].normalization = profile;
            let table = table(&set);
            for target in [
                "/old//evil.com/",
                "/old/\\evil.com",
                "/old/%5cevil.com",
                "/old\\/evil.com",
                "/old///evil.com",
                "/old",
                "/old/",
            ] {
                let seen = get(target).no_host().ask(&table);
                if seen.outcome == Outcome::Redirect {
                    let location = seen.location.unwrap_or_default();
                    let rest = location.strip_prefix('/').expect(&location);
                    let is_host = rest.starts_with(['/', '\\']);
                    assert!(!is_host, "{profile:?} {join:?} {target}: {location}");
                }
                let seen = get(target).host("a.com").ask(&table);
                if seen.outcome == Outcome::Redirect {
                    let location = seen.location.unwrap_or_default();
                    let rest = location.strip_prefix("http://a.com").expect(&location);
                    assert!(rest.starts_with('/'), "{target}: {location}");
                }
            }
            let seen = get("/old/x").host("a.com").ask(&table);
            assert_eq!(seen.location.as_deref(), Some("http://a.com/x"));
        }
    }
}

#[test]
fn adv_rw_008_an_encoded_newline_stays_three_bytes() {
    let redirect = Redirect {
        path: Some(PathRewrite::Full(format("/new/{1}"))),
        status: 301,
        ..Redirect::default()
    };
    let table = one(redirecting(regex("/(.*)"), redirect));
    let location = |target: &str| get(target).ask(&table).location;
    assert_eq!(
        location("/a%0aevil").as_deref(),
        Some("http://h/new/a%0aevil")
    );
    assert_eq!(
        location("/a%0D%0Aevil").as_deref(),
        Some("http://h/new/a%0D%0Aevil")
    );
    for target in ["/a\nevil", "/a\r\nevil", "/a\0"] {
        assert_eq!(get(target).answer(&table), "reject:BadPath", "{target:?}");
    }
}

#[test]
fn adv_rw_010_a_path_names_no_backend() {
    let table = one(sending(
        prefix("/p"),
        replacing_prefix("/", PrefixJoin::OneSlash),
    ));
    let path = format!("/p/unix:{}|http://169.254.169.254/", "A".repeat(4_000));
    let seen = get(&path).ask(&table);
    assert_eq!((seen.word().as_str(), seen.backend.as_str()), ("r", "app"));
    assert_eq!(seen.target, path["/p".len()..]);
    assert_eq!(seen.authority.as_deref(), Some("h"));
}

#[test]
fn adv_rw_011_a_backend_that_a_header_names_is_a_sound_name() {
    let target = Target::FromRequest {
        kind: "cluster".into(),
        fact: Fact::Header("x-cluster".into()),
        status: 503,
    };
    let share = WeightedTarget::new(target, 1);
    let table = one(Rule::new(Action::Forward(vec![share])));
    let named = |values: &[&str]| {
        let values = values.iter();
        let asked = values.fold(get("/"), |asked, value| asked.header("X-Cluster", value));
        asked.ask(&table)
    };
    assert_eq!(
        (
            named(&["a"]).word().as_str(),
            named(&["a"]).backend.as_str()
        ),
        ("r", "a")
    );
    assert_eq!(named(&["a", "b"]).backend, "a");
    for values in [&[][..], &[""], &["a\r\nb"], &["a\0"]] {
        let seen = named(values);
        assert_ne!(seen.outcome, Outcome::Forward, "{values:?}");
        assert_eq!(seen.backend, "", "{values:?}");
    }
    assert_eq!(named(&[]).status, Some(503));
    let long = "a".repeat(1 << 20);
    let seen = named(&[&long]);
    assert!(seen.outcome != Outcome::Forward || seen.backend == long);
}

#[test]
fn adv_rw_018_queries_are_joined_by_one_rule() {
    let to = |path: &str| {
        let redirect = Redirect {
            path: Some(PathRewrite::Full(path.into())),
            status: 302,
            ..Redirect::default()
        };
        one(redirecting(prefix("/o"), redirect))
    };
    let location = |table: &Table, target: &str| get(target).ask(table).location.unwrap();
    // A path with a query of its own: the request's is not appended, as in Envoy.
    let fixed = to("/n?fixed=1");
    for target in ["/o?x=1", "/o?", "/o"] {
        assert_eq!(location(&fixed, target), "http://h/n?fixed=1", "{target}");
    }
    let plain = to("/n");
    assert_eq!(location(&plain, "/o?x=1"), "http://h/n?x=1");
    for target in ["/o?", "/o"] {
        assert_eq!(location(&plain, target).trim_end_matches('?'), "http://h/n");
    }
}

#[test]
fn adv_rw_020_what_leaves_is_whole_or_not_at_all() {
    let mut limits = Limits::default();
    limits.request_target = 256 << 10;
    let rule = sending(prefix("/"), PathRewrite::Full("/x".into()));
    let table = table_within(limits, &first_match(vec![("r", rule.clone())]));
    let (path, query) = ("p".repeat(64 << 10), "q".repeat(64 << 10));
    sends(&table, &format!("/{path}?{query}"), &format!("/x?{query}"));
    let narrow = one(rule);
    let seen = get(format!("/{path}?{query}")).ask(&narrow);
    assert_eq!(seen.word(), "reject:TargetTooLong");
}

#[test]
fn adv_cs_001_captures_that_overlap_are_written_whole() {
    let table = one(sending(
        regex("/((.*))"),
        PathRewrite::Full(format("/n/{1}{2}")),
    ));
    for length in [0, 1, 30, 10_000] {
        let text = "+".repeat(length);
        sends(&table, &format!("/{text}"), &format!("/n/{text}{text}"));
    }
    let by_pattern = one(sending(
        prefix("/"),
        substituting("^/((.*))$", "/n/{1}{2}", false),
    ));
    let text = "+".repeat(30);
    sends(
        &by_pattern,
        &format!("/{text}"),
        &format!("/n/{text}{text}"),
    );
}

#[test]
fn adv_cs_003_captures_are_the_winners() {
    let shown = PathRewrite::Full(format("/shown/{1}"));
    let table = table(&first_match(vec![
        (
            "lost",
            sending(regex("/(.*)").header("x", is("1")), shown.clone()),
        ),
        ("mismatch", sending(regex("/mismatch(.*)"), shown.clone())),
        ("won", sending(regex("/.(.*)"), shown.clone())),
        ("none", sending(RouteMatch::default(), shown)),
    ]));
    let mut scratch = table.create_scratch();
    for (target, route, sent) in [
        ("/abc", "won", "/shown/bc"),
        ("/mismatch1", "mismatch", "/shown/1"),
        ("/mismatch", "mismatch", "/shown/"),
        ("/", "none", "/shown/"),
        ("/abc", "won", "/shown/bc"),
    ] {
        let request = Request::new(b"GET", target.as_bytes());
        let decision = table.decide_with(&mut scratch, &request, Draws::fixed(0));
        let won = decision.stages().next().map(|stage| stage.route.name);
        assert_eq!(won, Some(route), "{target}");
        assert_eq!(crate::asked::text(decision.target()), sent, "{target}");
    }
}

#[test]
fn adv_cs_004_captures_are_not_decoded() {
    let table = one(sending(
        regex("/here/(.*)"),
        PathRewrite::Full(format("/elsewhere?{1}")),
    ));
    let crossing = "x%20HTTP/1.1%0d%0aFoo:%20bar";
    sends(
        &table,
        &format!("/here/{crossing}"),
        &format!("/elsewhere?{crossing}"),
    );
    for target in ["/here/x HTTP/1.1\r\nFoo: bar", "/here/x y", "/here/x\ny"] {
        assert_eq!(get(target).answer(&table), "reject:BadPath", "{target:?}");
    }
}

#[test]
fn adv_cs_006_what_is_rewritten_from_a_query_is_canonical() {
    let raw = one(sending(
        prefix("/f"),
        PathRewrite::Full(format("/{query.p}")),
    ));
    let decoded = one(sending(
        prefix("/f"),
        PathRewrite::Full(format("/{decoded_query.p}")),
    ));
    let reserved = "/f?p=..%2fWEB-INF%2fweb.xml";
    let seen = get(reserved).ask(&raw);
    assert!(!seen.target.contains("/../"), "{seen:?}");
    assert_eq!(get(reserved).answer(&decoded), "reject:RewriteNotCanonical");
    assert_eq!(get("/f?p=../x").answer(&raw), "reject:RewriteNotCanonical");
    assert!(get("/f?p=a%2fb").ask(&decoded).target.starts_with("/a/b"));
    let mut set = first_match(vec![(
        "r",
        sending(prefix("/f"), PathRewrite::Full(format("/{query.p}"))),
    )]);
    set.gateways[0].normalization = Normalization::DECODE_AND_MERGE;
    assert_eq!(
        get(reserved).answer(&table(&set)),
        "reject:RewriteNotCanonical"
    );
}

#[test]
fn adv_cs_007_what_fills_a_hole_is_not_read_again() {
    let table = one(filtered("app", vec![], vec![setting("x", "{query.a}")]));
    for text in [
        "{env.SECRET}",
        "{header.authorization}",
        "{{host}}",
        "%REQ(x)%",
        "{1}",
    ] {
        let seen = get(format!("/?a={text}"))
            .header("authorization", "secret")
            .ask(&table);
        assert_eq!(value(&seen, "x"), [text]);
    }
    let seen = get("/?a=1").header("x", "{host}").ask(&table);
    assert_eq!(value(&seen, "x"), ["1"]);
}

#[test]
fn adv_cs_008_a_value_that_refers_to_itself_is_filled_in_once() {
    let doubled = "{header.x}".repeat(20);
    let table = one(filtered("app", vec![], vec![setting("x", &doubled)]));
    let kilobyte = "v".repeat(1 << 10);
    let seen = get("/").header("x", &kilobyte).ask(&table);
    assert_eq!(value(&seen, "x"), [kilobyte.repeat(20)]);
    // Above what one decision may fill in, nothing leaves.
    let seen = get("/").header("x", kilobyte.repeat(16)).ask(&table);
    assert_eq!((seen.outcome, seen.status), (Outcome::Respond, Some(500)));
}

#[test]
fn adv_cs_010_empty_matches_are_replaced_as_re2_does() {
    // RE2::GlobalReplace("/baaac", "a*", "-") is "-/-b-c-"; the slash is put first.
    for (pattern, target, sent) in [
        ("a*", "/baaac", "/-/-b-c-"),
        ("a+", "/baaac", "/b-c"),
        ("(?:)", "/ab", "/-/-a-b-"),
        ("b*$", "/abb", "/a-"),
    ] {
        let table = one(sending(prefix("/"), substituting(pattern, "-", true)));
        let seen = get(target).ask(&table);
        assert_eq!(seen.word(), "r", "{pattern}");
        assert_eq!(seen.target, sent, "{pattern}");
    }
    let first = one(sending(prefix("/"), substituting("a", "-", false)));
    sends(&first, "/baaac", "/b-aac");
}

#[test]
fn adv_cs_011_an_output_over_the_limit_leaves_nothing_behind() {
    let table = one(sending(
        prefix("/"),
        substituting("a", &"b".repeat(70), true),
    ));
    let fits = format!("/{}", "a".repeat(100));
    sends(&table, &fits, &format!("/{}", "b".repeat(7_000)));
    let seen = get(format!("/{}", "a".repeat(1_000))).ask(&table);
    assert_ne!(seen.outcome, Outcome::Forward);
    assert!(!seen.target.contains('b'), "{} bytes", seen.target.len());
}
