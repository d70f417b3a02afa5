//! Header values that one reader joins, trims or cuts short, and another does not.

use fingerpost::RepeatedValues;
use fingerpost::diagnostic::Severity;
use fingerpost::model::{HeaderMatch, RouteMatch, RouteSet, ValueMatch};
use fingerpost_tests::build::With;

use crate::asked::{Asked, get};
use crate::manifest::{http_gateway, http_route, imported, read, rules};
use crate::table::{first_match, guarded, is, on, open, table};

/// The header `x-role` is `admin`, in one of its lines or all of them joined.
fn role(repeated: RepeatedValues, invert: bool) -> RouteMatch {
    RouteMatch {
        headers: vec![HeaderMatch {
            repeated,
            invert,
            ..HeaderMatch::new("x-role", is("admin"))
        }],
        ..RouteMatch::default()
    }
}

fn roles(values: &[&str]) -> Asked {
    let asked = get("/");
    let values = values.iter();
    values.fold(asked, |asked, value| asked.header("x-role", value))
}

fn header(name: &str, value: ValueMatch) -> RouteMatch {
    RouteMatch::default().header(name, value)
}

#[test]
fn adv_hm_001_each_line_of_a_header_is_tested_on_its_own() {
    let table = table(&guarded(role(RepeatedValues::Any, false)));
    assert_eq!(roles(&["user", "admin"]).answer(&table), "deny");
    assert_eq!(roles(&["admin", "user"]).answer(&table), "deny");
    assert_eq!(roles(&["user", "guest"]).answer(&table), "open");
    assert_eq!(roles(&["user,admin"]).answer(&table), "open");
    assert_eq!(roles(&[]).answer(&table), "open");
}

#[test]
fn adv_hm_002_joined_lines_are_one_value_only_where_the_rule_says_so() {
    let joined = table(&guarded(role(RepeatedValues::Joined, false)));
    assert_eq!(roles(&["user", "admin"]).answer(&joined), "open");
    assert_eq!(roles(&["admin"]).answer(&joined), "deny");
    let both = table(&guarded(header("x-role", is("user,admin"))));
    assert_eq!(roles(&["user", "admin"]).answer(&both), "deny");
    assert_eq!(roles(&["admin", "user"]).answer(&both), "open");
}

#[test]
fn adv_hm_004_an_inverted_test_is_that_no_line_matches() {
    let table = table(&first_match(vec![
        ("ok", on(role(RepeatedValues::Any, true))),
        ("deny", open()),
    ]));
    assert_eq!(roles(&["user", "admin"]).answer(&table), "deny");
    assert_eq!(roles(&["admin", "user"]).answer(&table), "deny");
    assert_eq!(roles(&["admin"]).answer(&table), "deny");
    assert_eq!(roles(&["user", "guest"]).answer(&table), "ok");
}

#[test]
fn adv_hm_005_of_names_that_differ_in_case_the_first_counts() {
    let two = "headers: [{name: Foo, value: a}, {name: foo, value: b}]";
    let imported = imported(&[
        http_gateway(),
        http_route("r", &rules(&format!("{{{two}}}"))),
    ]);
    assert!(
        imported.says(Severity::Warning, 1432),
        "{:#?}",
        imported.diagnostics
    );
    let table = imported.sound();
    assert_eq!(get("/").header("foo", "a").answer(&table), "r");
    assert_eq!(get("/").header("FOO", "a").answer(&table), "r");
    assert_eq!(get("/").header("foo", "b").answer(&table), "no_route");
}

fn user_id(reject_underscores: bool) -> RouteSet {
    let mut set = first_match(vec![
        ("r", on(header("x-user-id", ValueMatch::Present))),
        ("rest", open()),
    ]);
    set.gateways[0].headers.reject_underscores = reject_underscores;
    set
}

#[test]
fn adv_hm_007_an_underscore_is_no_hyphen() {
    let lenient = table(&user_id(false));
    assert_eq!(get("/").header("x_user_id", "1").answer(&lenient), "rest");
    assert_eq!(get("/").header("X-User-Id", "1").answer(&lenient), "r");
    let strict = table(&user_id(true));
    assert_eq!(
        get("/").header("x_user_id", "1").answer(&strict),
        "reject:UnderscoreHeader"
    );
    assert_eq!(get("/").header("X-User-Id", "1").answer(&strict), "r");
}

#[test]
fn adv_hm_008_a_control_character_ends_no_value() {
    let table = table(&guarded(header("x", is("admin"))));
    for value in [
        "admin\0junk",
        "admin\0",
        "\0admin",
        "admin\r",
        "admin\n",
        "admin\r\nx: y",
    ] {
        let asked = get("/").header("x", value);
        assert_eq!(asked.answer(&table), "reject:BadHeader", "{value:?}");
    }
    assert_eq!(get("/").header("x", "admin").answer(&table), "deny");
    assert_eq!(get("/").header("x", "adminjunk").answer(&table), "open");
    assert_eq!(get("/").header("x", "admin\tjunk").answer(&table), "open");
}

#[test]
fn adv_hm_009_spaces_around_a_value_count_unless_they_are_trimmed() {
    let mut set = guarded(header("x", is("admin")));
    let asked = get("/").header("x", " \t admin \t ");
    assert_eq!(asked.answer(&table(&set)), "open");
    set.gateways[0].headers.trim_values = true;
    assert_eq!(asked.answer(&table(&set)), "deny");
    let within = get("/").header("x", "ad min");
    assert_eq!(within.answer(&table(&set)), "open");
}

#[test]
fn adv_hm_011_a_header_without_a_name_ends_no_list() {
    let table = table(&guarded(header("x", is("admin"))));
    let between = get("/")
        .header("a", "1")
        .header("", "2")
        .header("x", "admin");
    assert_eq!(between.answer(&table), "reject:BadHeader");
    let sound = get("/").header("a", "1").header("x", "admin");
    assert_eq!(sound.answer(&table), "deny");
}

#[test]
fn adv_hm_012_a_hash_names_no_occurrence_of_a_header() {
    let hashed = |key: &str| {
        read(format!(
            "{{fingerpost: v1, routes: [{{name: r, rules: [{{backend: app, hash: [{key}]}}]}}]}}"
        ))
    };
    // A key is the first value of a header; there is no number to be negative.
    let indexed = hashed("{fact: header.x, index: -5}");
    assert!(indexed.refuses(1101), "{:#?}", indexed.diagnostics);
    assert!(!hashed("{fact: header.x}").refuses(1101));
    assert_eq!(get("/").answer(&hashed("header.x").sound()), "r");
}

#[test]
fn adv_hm_014_a_range_takes_decimal_integers_and_nothing_else() {
    let range = ValueMatch::Range { start: -1, end: 10 };
    let mut set = first_match(vec![("n", on(header("v", range))), ("rest", open())]);
    let plain = table(&set);
    for (value, route) in [
        ("-1", "n"),
        ("0", "n"),
        ("9", "n"),
        ("009", "n"),
        // absl::SimpleAtoi, which Envoy reads such values with, takes a plus sign.
        ("+5", "n"),
        ("10", "rest"),
        ("-2", "rest"),
        ("9223372036854775807", "rest"),
        ("9223372036854775808", "rest"),
        ("-9223372036854775809", "rest"),
        ("99999999999999999999999999999999999999", "rest"),
        ("1e1", "rest"),
        ("5x", "rest"),
        ("0x5", "rest"),
        ("5.0", "rest"),
        ("--5", "rest"),
        ("+", "rest"),
        ("-", "rest"),
        ("", "rest"),
        // Spaces are the proxy's to trim; the next table does.
        (" 5", "rest"),
    ] {
        assert_eq!(
            get("/").header("v", value).answer(&plain),
            route,
            "{value:?}"
        );
    }
    set.gateways[0].headers.trim_values = true;
    let trimming = table(&set);
    assert_eq!(get("/").header("v", " 5").answer(&trimming), "n");
    assert_eq!(get("/").header("v", "5 5").answer(&trimming), "rest");
}
