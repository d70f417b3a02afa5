//! Patterns that cost more than they look, when compiled or when matched.
//!
//! That matching is linear in the input is measured in instructions by
//! `cargo xtask test --only linear`; here, that long inputs are answered rightly, on a
//! small stack and without memory.

use std::thread;
use std::time::{Duration, Instant};

use fingerpost::compile::limits::Limits;
use fingerpost::model::{Fact, FactMatch, PathMatch, Predicate, RouteMatch, ValueMatch};
use fingerpost::{Draws, Request, Table};
use fingerpost_tests::build::{With, path, regex};
use fingerpost_tests::engine::without_automata;

use crate::counting;
use crate::table::{first_match, guarded, on, refusals, refusals_within, table_within};

/// Takes targets of two megabytes, and captures as long.
fn long_targets(mut limits: Limits) -> Limits {
    limits.request_target = 2 << 20;
    limits.captured = 4 << 20;
    limits
}

/// Asks a table on a stack of 64 KiB, without taking memory.
fn won(table: &Table, target: &str, header: &[u8]) -> String {
    let headers: &[(&[u8], &[u8])] = &[(b"x", header)];
    let mut scratch = table.create_scratch();
    thread::scope(|scope| {
        let asking = || {
            let request = Request::new(b"GET", target.as_bytes()).with_headers(headers);
            let before = counting::calls();
            let decision = table.decide_with(&mut scratch, &request, Draws::fixed(0));
            let route = decision.stages().last().map(|stage| stage.route.name);
            assert_eq!(counting::calls(), before);
            route.unwrap_or_default().to_string()
        };
        let thread = thread::Builder::new().stack_size(64 << 10);
        thread.spawn_scoped(scope, asking).unwrap().join().unwrap()
    })
}

/// Asserts that compiling refuses a pattern, soon, naming its rule and the limit.
fn refuses(limits: Limits, pattern: &str, limit: &str) {
    let start = Instant::now();
    let found = refusals_within(limits, &guarded(regex(pattern)));
    let took = start.elapsed();
    assert!(
        found
            .iter()
            .any(|found| found.contains("deny") && found.contains(limit)),
        "{pattern}: {found:?}"
    );
    // Milliseconds in a release build; this bound only tells them from minutes.
    assert!(took < Duration::from_secs(5), "{pattern}: {took:?}");
}

#[test]
fn adv_rx_002_a_short_pattern_that_stands_for_a_large_program_is_refused() {
    let mut limits = Limits::default();
    limits.regex_program = 64 << 10;
    refuses(limits.clone(), "/a{5}{5}{5}{5}{5}{5}", "regex_program");
    assert_eq!(
        refusals_within(limits, &guarded(regex("/a{5}{5}"))),
        [] as [&str; 0]
    );
}

#[test]
fn adv_rx_003_repeated_classes_are_refused_by_default() {
    refuses(Limits::default(), r"/\w{255}{255}", "regex_program");
    let small = guarded(regex(r"/\w{25}"));
    assert_eq!(refusals(&small), [] as [&str; 0]);
}

#[test]
fn adv_rx_004_classes_of_unicode_are_refused() {
    // Values are bytes, so classes of Unicode are off; what is left is a syntax error.
    refuses(Limits::default(), r"/\pL{1000}", "");
    refuses(Limits::default(), r"/\pL", "");
    refuses(
        Limits::default(),
        r"/[[:alpha:]]{1000}{100}",
        "regex_program",
    );
}

#[test]
fn adv_rx_006_a_long_path_takes_no_stack() {
    let set = guarded(regex("/(a|b|c)*d"));
    for limits in [Limits::default(), without_automata()] {
        let table = table_within(long_targets(limits), &set);
        for length in [10 << 10, 64 << 10, 1 << 20] {
            let path = format!("/{}", "abc".repeat(length / 3));
            assert_eq!(won(&table, &path, b""), "open", "{length}");
            assert_eq!(won(&table, &format!("{path}d"), b""), "deny", "{length}");
        }
    }
}

fn template(pattern: &str) -> RouteMatch {
    path(PathMatch::Template(pattern.into()))
}

#[test]
fn adv_rx_007_holes_side_by_side_do_not_backtrack() {
    let set = guarded(template("/{a}-{b}-{c}-{d}"));
    for limits in [Limits::default(), without_automata()] {
        let table = table_within(long_targets(limits), &set);
        let dashes = "-".repeat(64 << 10);
        assert_eq!(won(&table, &format!("/{dashes}"), b""), "deny");
        assert_eq!(won(&table, &format!("/{dashes}/"), b""), "open");
        assert_eq!(
            won(&table, &format!("/{}", "a".repeat(64 << 10)), b""),
            "open"
        );
    }
}

#[test]
fn adv_rx_009_many_holes_are_one_automaton_or_refused() {
    let holes = |count: usize| -> String {
        let names = (0..count).map(|nth| format!("{{h{nth}}}"));
        format!("/{}:z", names.collect::<String>())
    };
    let table = table_within(
        long_targets(Limits::default()),
        &guarded(template(&holes(30))),
    );
    assert_eq!(won(&table, &format!("/{}:z", "a".repeat(30)), b""), "deny");
    assert_eq!(won(&table, &format!("/{}:z", "a".repeat(29)), b""), "open");
    assert_eq!(
        won(&table, &format!("/{}", "a".repeat(64 << 10)), b""),
        "open"
    );
    let found = refusals(&guarded(template(&holes(100))));
    assert!(
        found.iter().any(|found| found.contains("deny")),
        "{found:?}"
    );
}

#[test]
fn adv_rx_010_stars_over_segments_do_not_backtrack() {
    let set = guarded(path(PathMatch::Glob("/**/a/**/a/**/a/**/b".into())));
    for limits in [Limits::default(), without_automata()] {
        let table = table_within(long_targets(limits), &set);
        let many = "/a".repeat(30_000);
        assert_eq!(won(&table, &many, b""), "open");
        assert_eq!(won(&table, &format!("{many}/b"), b""), "deny");
    }
}

#[test]
fn adv_rx_012_all_patterns_of_a_table_have_a_budget() {
    let names: Vec<String> = (0..10_000).map(|nth| format!("r{nth}")).collect();
    let routes = |count: usize| {
        let routes = names.iter().take(count).enumerate();
        let routes =
            routes.map(|(nth, name)| (name.as_str(), on(regex(&format!("/r{nth}/[a-z]{{40}}")))));
        first_match(routes.collect())
    };
    let mut limits = Limits::default();
    limits.regex_programs = 1 << 20;
    let found = refusals_within(limits.clone(), &routes(10_000));
    let first = found.first().expect("the budget is crossed");
    assert!(
        first.contains("regex_programs") && first.contains(" r"),
        "{first}"
    );
    assert_eq!(refusals_within(limits, &routes(10)), [] as [&str; 0]);
}

#[test]
fn adv_rx_013_a_pattern_without_a_small_automaton_stays_linear() {
    let pattern = "(?:[01]*)1[01]{24}";
    let set = guarded(RouteMatch::default().header("x", ValueMatch::Regex(pattern.into())));
    for limits in [Limits::default(), without_automata()] {
        let table = table_within(limits, &set);
        let mut state = 1_u64;
        let mut haystack: Vec<u8> = (0..64 << 10)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                b'0' + (state >> 63) as u8
            })
            .collect();
        let place = haystack.len() - 25;
        haystack[place] = b'1';
        assert_eq!(won(&table, "/", &haystack), "deny");
        haystack[place] = b'0';
        assert_eq!(won(&table, "/", &haystack), "open");
        haystack[place] = b'1';
        haystack.push(b'2');
        assert_eq!(won(&table, "/", &haystack), "open");
    }
}

/// Whether a pattern takes a byte alone.
type Takes = fn(u8) -> bool;

#[test]
fn adv_rx_016_every_byte_has_a_defined_answer() {
    let set = |pattern: &str| {
        let fact = Fact::Attribute("x".into());
        let test = FactMatch::new(fact, ValueMatch::Regex(pattern.into()));
        guarded(RouteMatch {
            predicates: vec![Predicate::fact(test)],
            ..RouteMatch::default()
        })
    };
    let cases: [(&str, Takes); 8] = [
        ("", |_| false),
        ("^$", |_| false),
        (".*", |byte| byte != b'\n'),
        ("(?s).*", |_| true),
        ("[^/]+", |byte| byte != b'/'),
        (r"\x00", |byte| byte == 0),
        // A letter of two bytes is no single byte.
        ("(?i)é", |_| false),
        ("(?i)k", |byte| matches!(byte, b'k' | b'K')),
    ];
    for (pattern, takes) in cases {
        for limits in [Limits::default(), without_automata()] {
            let table = table_within(limits, &set(pattern));
            let mut scratch = table.create_scratch();
            let mut asked = |value: &[u8]| {
                let attributes: &[(&str, &[u8])] = &[("x", value)];
                let request = Request::new(b"GET", b"/").with_attributes(attributes);
                let decision = table.decide_with(&mut scratch, &request, Draws::fixed(0));
                let route = decision.stages().last().map(|stage| stage.route.name);
                route == Some("deny")
            };
            for byte in 0..=u8::MAX {
                assert_eq!(asked(&[byte]), takes(byte), "{pattern:?} {byte:#x}");
            }
            let takes_nothing = matches!(pattern, "" | "^$" | ".*" | "(?s).*");
            assert_eq!(asked(b""), takes_nothing, "{pattern:?}");
        }
    }
}
