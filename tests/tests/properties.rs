//! Laws that hold for every route set and request.
//!
//! Route sets are random but seeded: a failure prints the seed, the smallest set
//! it was found to hold for, and the request. `FINGERPOST_ROUNDS` multiplies the
//! work, for longer runs.

use std::collections::BTreeMap;

use fingerpost::model::{
    HostMatch, Normalization, PathMatch, Precedence, RouteId, RouteMatch, RouteSet,
};
use fingerpost::oracle::{Answer, Oracle, Request, normalize};
use fingerpost_tests::build::{hosts, one_stage, prefix, route, rule};
use fingerpost_tests::engine::{Engine, agree, with_every_automaton, without_automata};
use fingerpost_tests::generate::Source;
use fingerpost_tests::minimise::minimise;
use fingerpost_tests::show::{Answered, Asked, Set};

#[test]
fn requests_reach_every_outcome() {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut deepest = 0;
    for seed in 0..60 {
        let mut source = Source::new(seed);
        let set = source.route_set(40);
        let oracle = Oracle::new(&set);
        for _ in 0..100 {
            let outcome = match oracle.answer(&source.request(&set)) {
                Answer::Forward(forward) => {
                    deepest = deepest.max(forward.trail.len());
                    "forward"
                }
                Answer::Redirect(_) => "redirect",
                Answer::Respond(responded) if responded.status == 204 => "preflight",
                Answer::Respond(_) | Answer::OneOf(_) => "respond",
                Answer::NoRoute { status: 421 } => "misdirected",
                Answer::NoRoute { .. } => "no route",
                Answer::Reject(_) => "reject",
                Answer::Ambiguous => "ambiguous",
            };
            *seen.entry(outcome).or_default() += 1;
        }
    }
    println!("{seen:?}, {deepest} stages");
    assert_eq!(seen.len(), 8, "{seen:?}");
    assert!(seen["forward"] > 1_000, "{seen:?}");
    assert!(deepest > 2);
}

#[test]
fn table_of_1_rule_answers_as_the_oracle() {
    table_answers_as_the_oracle(1, rounds(400), 20);
}

#[test]
fn table_of_2_rules_answers_as_the_oracle() {
    table_answers_as_the_oracle(2, rounds(400), 20);
}

#[test]
fn table_of_10_rules_answers_as_the_oracle() {
    table_answers_as_the_oracle(10, rounds(200), 50);
}

#[test]
fn table_of_100_rules_answers_as_the_oracle() {
    table_answers_as_the_oracle(100, rounds(20), 200);
}

#[test]
fn table_of_101_rules_answers_as_the_oracle() {
    table_answers_as_the_oracle(101, rounds(20), 200);
}

#[test]
fn table_of_1000_rules_answers_as_the_oracle() {
    table_answers_as_the_oracle(1_000, rounds(3), 500);
}

fn table_answers_as_the_oracle(rules: usize, sets: u64, requests: usize) {
    for seed in 0..sets {
        let mut source = Source::new(seed);
        let set = source.route_set(rules);
        let oracle = Oracle::new(&set);
        let mut engine = engine(seed, &set);
        for _ in 0..requests {
            let request = source.request(&set);
            let expected = oracle.answer(&request);
            if !agree(&request, &expected, &engine.answer(&request)) {
                fail(seed, &set, &request);
            }
        }
    }
}

/// Every fourth table is without automata, and every fourth with as many as there can
/// be: either way must answer the same.
fn engine(seed: u64, set: &RouteSet) -> Engine {
    match seed % 4 {
        2 => Engine::with_limits(set, with_every_automaton()),
        3 => Engine::with_limits(set, without_automata()),
        _ => Engine::new(set),
    }
}

/// Reports the smallest set found in which table and oracle differ.
fn fail(seed: u64, set: &RouteSet, request: &Request) -> ! {
    let answers = |set: &RouteSet| {
        let expected = Oracle::new(set).answer(request);
        (expected, engine(seed, set).answer(request))
    };
    let small = minimise(set, |set| {
        let (expected, found) = answers(set);
        !agree(request, &expected, &found)
    });
    let (expected, found) = answers(&small);
    panic!(
        "seed {seed}\n{}{}\noracle: {}\ntable:  {}",
        Set(&small),
        Asked(request),
        Answered(&expected),
        Answered(&found),
    );
}

/// Whatever would break out of a new path or query meets the same end in both.
#[test]
fn what_fills_a_hole_is_written_alike_by_table_and_oracle() {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 0..rounds(2_500) {
        let mut source = Source::new(seed);
        let set = source.rewriting_set();
        let oracle = Oracle::new(&set);
        let mut engine = engine(seed, &set);
        for _ in 0..12 {
            let request = source.hostile_request();
            let expected = oracle.answer(&request);
            if !agree(&request, &expected, &engine.answer(&request)) {
                fail(seed, &set, &request);
            }
            let outcome = match expected {
                Answer::Forward(_) => "forward",
                Answer::Redirect(_) => "redirect",
                Answer::Reject(_) => "reject",
                _ => "other",
            };
            *seen.entry(outcome).or_default() += 1;
        }
    }
    println!("{seen:?}");
    for outcome in ["forward", "redirect", "reject"] {
        assert!(seen[outcome] > 500, "{seen:?}");
    }
}

/// How much text an expression states is told by prefixes of other lengths, under an
/// order that goes by it.
#[test]
fn an_expression_states_as_much_text_for_table_and_oracle() {
    let paths = paths("/ab", 5);
    let (mut by_expression, mut by_prefix) = (0, 0);
    for seed in 0..rounds(120) {
        let mut source = Source::new(seed);
        let text = source.expression();
        let kind = match seed % 4 {
            3 => PathMatch::RegexStart(text),
            _ => PathMatch::Regex(text),
        };
        let expression = RouteMatch {
            path: kind,
            ..RouteMatch::default()
        };
        for length in [seed as usize % 2, 2 + seed as usize % 3] {
            let near = paths.iter().filter(|path| path.len() == length);
            let near = near.map(|path| prefix(path)).collect();
            let rules = vec![
                rule("expression", vec![expression.clone()]),
                rule("prefix", near),
            ];
            let set = one_stage(Precedence::Specific, vec![(&[], route("r", rules))]);
            let oracle = Oracle::new(&set);
            let mut engine = engine(seed, &set);
            for path in &paths {
                let request = Request::new("GET", Some("h"), path);
                let expected = oracle.answer(&request);
                if !agree(&request, &expected, &engine.answer(&request)) {
                    fail(seed, &set, &request);
                }
                if let Answer::Forward(forward) = expected {
                    let count = match forward.backend.name == "prefix" {
                        true => &mut by_prefix,
                        false => &mut by_expression,
                    };
                    *count += 1;
                }
            }
        }
    }
    println!("{by_expression} by expression, {by_prefix} by prefix");
    assert!(by_expression > 500 && by_prefix > 500);
}

/// What is found under an exact host is weighed against what hosts have that take more
/// than one, whichever comes first in the order of the stage.
#[test]
fn exact_hosts_and_others_are_ranked_as_the_oracle_does() {
    let requests = Source::contest_requests();
    for preset in [
        Precedence::GatewayApi,
        Precedence::AppMesh,
        Precedence::FirstMatch,
        Precedence::Specific,
        Precedence::OldestRoute,
    ] {
        let (mut exact, mut common) = (0, 0);
        for seed in 0..rounds(100) {
            let mut source = Source::new(seed);
            let set = source.contest_set(preset);
            let only = |is_exact| {
                let hosts = |host: &HostMatch| matches!(host, HostMatch::Exact(_)) == is_exact;
                only_under(&set, hosts)
            };
            let (exact_hosts, common_hosts) = (only(true), only(false));
            let oracles = [&set, &exact_hosts, &common_hosts].map(Oracle::new);
            let mut engine = engine(seed, &set);
            for request in &requests {
                let [expected, of_exact, of_common] =
                    oracles.each_ref().map(|oracle| oracle.answer(request));
                if !agree(request, &expected, &engine.answer(request)) {
                    fail(seed, &set, request);
                }
                let has_both = [&of_exact, &of_common]
                    .iter()
                    .all(|answer| matches!(answer, Answer::Forward(_)));
                if has_both && of_exact != of_common {
                    exact += usize::from(expected == of_exact);
                    common += usize::from(expected == of_common);
                }
            }
            for stage in engine.table().listing() {
                let ranks = stage.rows.iter().map(|row| row.rank as usize);
                assert!(ranks.eq(0..stage.rows.len()), "seed {seed}\n{}", Set(&set));
            }
        }
        println!("{preset:?}: {exact} won under exact hosts, {common} under others");
        assert!(exact > 100 && common > 100, "{preset:?}: {exact}, {common}");
    }
}

/// The same set, each of its routes under some of its hosts alone.
fn only_under(set: &RouteSet, is_kept: impl Fn(&HostMatch) -> bool) -> RouteSet {
    let mut set = set.clone();
    for stage in &mut set.stages {
        for attachment in &mut stage.attachments {
            attachment.hosts.retain(|binding| is_kept(&binding.host));
        }
        // No host stands for every host.
        stage.attachments.retain(|one| !one.hosts.is_empty());
    }
    set
}

/// Every path of these characters, up to a length.
fn paths(characters: &str, longest: usize) -> Vec<String> {
    let mut paths = vec![String::new()];
    let mut at = 0;
    while let Some(path) = paths.get(at).cloned() {
        if path.len() < longest {
            let first = path.is_empty();
            let next = characters.chars().filter(|next| !first || *next == '/');
            paths.extend(next.map(|next| format!("{path}{next}")));
        }
        at += 1;
    }
    paths
}

#[test]
fn same_set_and_request_give_the_same_answer() {
    for seed in 0..rounds(30) {
        let mut source = Source::new(seed);
        let set = source.route_set(40);
        let (mut one, mut other) = (Engine::new(&set), Engine::new(&set));
        let requests: Vec<_> = (0..60).map(|_| source.request(&set)).collect();
        let first: Vec<_> = requests.iter().map(|asked| one.answer(asked)).collect();
        // Another table, the other way round: nothing is left over in the scratch.
        let mut second: Vec<_> = requests
            .iter()
            .rev()
            .map(|asked| other.answer(asked))
            .collect();
        second.reverse();
        assert_eq!(first, second, "seed {seed}");
    }
}

/// Order of precedence and host choice depend on names and times, not on places.
#[test]
fn order_of_routes_with_distinct_times_does_not_matter() {
    for seed in 0..rounds(60) {
        let mut source = Source::new(seed);
        let mut set = source.route_set(30);
        for stage in &mut set.stages {
            stage.precedence = Precedence::GatewayApi;
            // Which of several host patterns is first in the stage does matter.
            let bindings = stage.attachments.iter_mut().flat_map(|at| &mut at.hosts);
            for binding in bindings.filter(|b| matches!(b.host, HostMatch::Regex(_))) {
                binding.host = HostMatch::Any;
                binding.written = HostMatch::Any;
            }
        }
        for (index, route) in set.routes.iter_mut().enumerate() {
            route.created = Some((index as i64 * 7919) % 1009);
        }
        let turned = turned(&set);
        same_answers(seed, &mut source, &set, &turned);
    }
}

#[test]
fn a_rule_that_cannot_match_changes_nothing() {
    for seed in 0..rounds(60) {
        let mut source = Source::new(seed);
        let set = source.route_set(30);
        let more = with_idle_rules(&set);
        same_answers(seed, &mut source, &set, &more);
    }
}

/// Oracle and table answer alike for two sets with the same routes.
fn same_answers(seed: u64, source: &mut Source, set: &RouteSet, changed: &RouteSet) {
    let (oracle, other) = (Oracle::new(set), Oracle::new(changed));
    let (mut table, mut other_table) = (Engine::new(set), Engine::new(changed));
    for _ in 0..60 {
        let request = source.request(set);
        let context = || format!("seed {seed}\n{}{}", Set(set), Asked(&request));
        let expected = named(set, oracle.answer(&request));
        let found = named(changed, other.answer(&request));
        assert_eq!(found, expected, "{}", context());
        let expected = named(set, table.answer(&request));
        let found = named(changed, other_table.answer(&request));
        assert_eq!(found, expected, "{}", context());
    }
}

#[test]
fn a_canonical_path_is_its_own_canonical_form() {
    use proptest::prelude::{Strategy, any, prop_oneof};
    let piece = prop_oneof![
        8 => proptest::sample::select(&[
            "/", "/", ".", "..", "%2e", "%2E", "%2f", "%", "%6", "31", "a", "%41", "%7e", "//",
        ][..]).prop_map(|text| text.as_bytes().to_vec()),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ];
    let paths = proptest::collection::vec(piece, 0..12).prop_map(|pieces| {
        let mut path = b"/".to_vec();
        path.extend(pieces.concat());
        path
    });
    let mut source = Source::new(1);
    let (mut changed, mut refused) = (0, 0);
    for _ in 0..rounds(20_000) {
        let path = source.draw(&paths);
        for profile in [
            Normalization::NONE,
            Normalization::BASE,
            Normalization::MERGE_SLASHES,
        ] {
            let Ok(normal) = normalize::normalize(&path, profile) else {
                refused += 1;
                continue;
            };
            let normal = normal.path;
            changed += usize::from(normal != path);
            assert!(normal.starts_with(b"/"));
            let again = normalize::normalize(&normal, profile).map(|again| again.path);
            assert_eq!(again.as_ref(), Ok(&normal), "{}", path.escape_ascii());
        }
    }
    assert!(changed > 1_000 && refused > 10, "{changed} {refused}");
}

/// The same set with its routes, and the attachments to each stage, turned round.
fn turned(set: &RouteSet) -> RouteSet {
    let mut turned = set.clone();
    let last = set.routes.len() as u32 - 1;
    turned.routes.reverse();
    for stage in &mut turned.stages {
        stage.attachments.reverse();
        for attachment in &mut stage.attachments {
            attachment.route = RouteId(last - attachment.route.0);
        }
    }
    turned
}

/// The same set with a rule at the end of each route, and a route at the end of
/// each stage, that no request meets.
fn with_idle_rules(set: &RouteSet) -> RouteSet {
    let mut more = set.clone();
    let idle = || {
        let never = RouteMatch {
            methods: vec!["NEVER".into()],
            ..RouteMatch::default()
        };
        rule("idle", vec![never])
    };
    for route in &mut more.routes {
        route.rules.push(idle());
    }
    for stage in 0..more.stages.len() {
        let route = more.add_route(route("idle/idle", vec![idle()]));
        more.stages[stage]
            .attachments
            .push(fingerpost::model::Attachment {
                route,
                hosts: hosts(&["*"]),
            });
    }
    more
}

/// An answer with routes by time of creation, where that tells them apart.
fn named(set: &RouteSet, mut answer: Answer) -> Answer {
    let mut times: Vec<_> = set.routes.iter().map(|route| route.created).collect();
    times.sort_unstable();
    times.dedup();
    if let Answer::Forward(forward) = &mut answer
        && times.len() == set.routes.len()
        && !times.contains(&None)
    {
        for step in &mut forward.trail {
            step.route = set.routes[step.route as usize].created.unwrap_or(0) as u32;
        }
    }
    answer
}

fn rounds(count: u64) -> u64 {
    let times = std::env::var("FINGERPOST_ROUNDS");
    count
        * times
            .ok()
            .and_then(|times| times.parse::<u64>().ok())
            .unwrap_or(1)
}
