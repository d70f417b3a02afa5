//! A batch of requests finds what its requests find one by one.

use fingerpost::Request;
use fingerpost::compile::Compiler;
use fingerpost::model::Precedence;
use fingerpost_tests::build::{enlarge, one_stage, prefix, route, rule, segments};
use fingerpost_tests::engine::{attributes, pairs, shown, whole};
use fingerpost_tests::generate::Source;

/// Requests, and places for what they find: none, fewer than a group, a group, more.
const LENGTHS: [(usize, usize); 13] = [
    (0, 0),
    (0, 3),
    (3, 0),
    (1, 1),
    (2, 2),
    (5, 3),
    (3, 5),
    (15, 15),
    (16, 16),
    (17, 17),
    (40, 33),
    (33, 40),
    (100, 100),
];

#[test]
fn small_tables() {
    let seeds = (0..30).map(|seed| (seed, [1, 10, 101][seed as usize % 3]));
    batches_find_what_requests_find(seeds, false);
}

/// These are gone through in rounds.
#[test]
fn large_tables() {
    let seeds = (0..30).map(|seed| (seed, [1, 10, 101][seed as usize % 3]));
    batches_find_what_requests_find(seeds, true);
}

#[test]
fn large_tables_of_many_rules() {
    batches_find_what_requests_find((0..3).map(|seed| (seed, 1_000)), true);
}

fn batches_find_what_requests_find(sets: impl Iterator<Item = (u64, usize)>, is_large: bool) {
    let found: usize = sets
        .map(|(seed, rules)| requests_found_alike(seed, rules, is_large))
        .sum();
    assert!(found > 100, "{found}");
}

/// How many requests have a rule.
fn requests_found_alike(seed: u64, rules: usize, is_large: bool) -> usize {
    let mut source = Source::new(seed);
    let mut set = source.route_set(rules);
    // None asks for what makes the table large.
    let asked: Vec<_> = (0..300).map(|_| source.request(&set)).collect();
    if is_large {
        enlarge(&mut set);
    }
    let table = Compiler::new().compile(&set).table;
    assert_eq!(table.stats().bytes > 32 << 20, is_large);
    let mut scratch = table.create_scratch();

    let headers: Vec<_> = asked.iter().map(pairs).collect();
    let facts: Vec<_> = asked.iter().map(attributes).collect();
    let requests: Vec<_> = (0..asked.len())
        .map(|at| whole(&table, &asked[at], &headers[at], &facts[at]))
        .collect();
    let mut alone = Vec::new();
    for request in &requests {
        alone.push(table.find_with(&mut scratch, request));
    }

    let mut from = 0;
    for (asked, room) in LENGTHS.repeat(3) {
        if from + asked > requests.len() {
            from = 0;
        }
        // What stood there before.
        let stale = alone[seed as usize % alone.len()];
        let mut found = vec![stale; room];
        let batch = &requests[from..from + asked];
        table.find_many_with(&mut scratch, batch, &mut found);
        for (at, found) in found.iter().enumerate() {
            let expected = match at < asked {
                true => alone[from + at],
                false => stale,
            };
            let (found, expected) = (shown(found.as_ref()), shown(expected.as_ref()));
            assert_eq!(found, expected, "seed {seed}, request {}", from + at);
        }
        from += asked;
    }
    alone.iter().flatten().count()
}

/// Some of these are put right before they are matched, and some are refused.
#[test]
fn hosts_and_targets_that_are_not_canonical() {
    let precedence = Precedence::GatewayApi;
    let rules = vec![
        rule("long", vec![segments("/a-rather-long-segment/b")]),
        rule("hole", vec![segments("/a-rather-long-segment")]),
        rule("prefix", vec![prefix("/a/b-")]),
    ];
    let hosts: &[&str] = &["shop.example", "*.shop.example"];
    let mut set = one_stage(precedence, vec![(hosts, route("r", rules))]);
    enlarge(&mut set);
    let table = Compiler::new().compile(&set).table;
    let mut scratch = table.create_scratch();
    let authorities: [&[u8]; 8] = [
        b"shop.example",
        b"Shop.Example",
        b"shop.example:8080",
        b"a.shop.example.",
        b"a.shop.example:80",
        b":80",
        b"",
        b"1",
    ];
    let targets: [&[u8]; 12] = [
        b"/a-rather-long-segment/b/c?d=/e",
        b"/a-rather-long-segment/b#c",
        b"/a-rather-long-segmenT/b",
        b"/a//../a-rather-long-segment",
        b"/a/b-c",
        b"/a/b%2dc",
        b"/",
        b"",
        b"?",
        b"*",
        b"//",
        b"a b",
    ];
    let mut requests = Vec::new();
    for authority in authorities {
        for target in targets {
            let request = Request::new(b"GET", target);
            requests.push(request.with_authority(authority));
            requests.push(request);
        }
    }
    let mut found = vec![None; requests.len()];
    table.find_many_with(&mut scratch, &requests, &mut found);
    for (request, found) in requests.iter().zip(&found) {
        let alone = table.find_with(&mut scratch, request);
        assert_eq!(shown(found.as_ref()), shown(alone.as_ref()), "{request:?}");
    }
    assert!(found.iter().flatten().count() > 10);
}
