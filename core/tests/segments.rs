//! Paths told apart segment by segment: every trie against the plain reading of each rule.
#![cfg(feature = "compile")]

mod routes;

use fingerpost::Normalization;
use fingerpost::compile::Compiler;
use fingerpost::compile::limits::Limits;
use fingerpost::diagnostic::{Severity, codes};
use fingerpost::model::{Fact, FactMatch, HostMatch, PathMatch, Predicate, RouteMatch, ValueMatch};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use routes::{Asked, Shape, folded, host, path, rule, template};

/// Segments of rules and requests: short, longer than a word, as long as one, empty.
const TEXTS: &[&str] = &[
    "a",
    "b",
    "A",
    "",
    "12345678",
    "segment-of-text",
    "segment-of-texT",
];

#[derive(Clone, Debug)]
enum Step {
    Text(&'static str),
    Hole,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Exact,
    Segments,
    Prefix,
    Rest,
}

#[derive(Clone, Debug)]
struct Ask {
    steps: Vec<Step>,
    kind: Kind,
    /// Bytes cut off a string prefix.
    cut: usize,
    fold: bool,
}

fn asks() -> impl Strategy<Value = Ask> {
    let step = prop_oneof![
        3 => select(TEXTS).prop_map(Step::Text),
        2 => Just(Step::Hole),
    ];
    let kind = select(&[Kind::Exact, Kind::Segments, Kind::Prefix, Kind::Rest][..]);
    let ask = (vec(step, 1..6), kind, 0usize..4, prop::bool::weighted(0.2));
    ask.prop_map(|(mut steps, kind, cut, fold)| {
        // Only templates have holes.
        if matches!(kind, Kind::Segments | Kind::Prefix) {
            for step in &mut steps {
                if let Step::Hole = step {
                    *step = Step::Text("a");
                }
            }
        }
        Ask {
            steps,
            kind,
            cut,
            fold,
        }
    })
}

impl Ask {
    fn text(&self) -> String {
        let mut text = String::new();
        for step in &self.steps {
            text.push('/');
            text.push_str(match step {
                Step::Text(text) => text,
                Step::Hole => "*",
            });
        }
        match self.kind {
            Kind::Rest => text.push_str("/**"),
            Kind::Prefix => text.truncate(text.len().saturating_sub(self.cut).max(1)),
            Kind::Exact | Kind::Segments => {}
        }
        text
    }

    fn model(&self) -> PathMatch {
        let text = self.text();
        match self.kind {
            Kind::Exact | Kind::Rest => template(&text),
            Kind::Segments => PathMatch::Segments(text),
            Kind::Prefix => PathMatch::Prefix(text),
        }
    }

    /// Read off the documentation of `PathMatch`, by nothing but comparing texts.
    fn takes(&self, asked: &str) -> bool {
        let fold = |text: &str| match self.fold {
            true => text.to_ascii_lowercase(),
            false => text.to_string(),
        };
        let (own, asked) = (fold(&self.text()), fold(asked));
        match self.kind {
            Kind::Prefix => asked.starts_with(&own),
            Kind::Segments => {
                let own = own.strip_suffix('/').unwrap_or(&own);
                let rest = asked.strip_prefix(own);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
            Kind::Exact | Kind::Rest => {
                let own = own.strip_suffix("/**").unwrap_or(&own);
                let (own, asked): (Vec<&str>, Vec<&str>) =
                    (own.split('/').collect(), asked.split('/').collect());
                let fits = own.iter().zip(&asked).all(|(own, asked)| match *own {
                    "*" => !asked.is_empty(),
                    text => text == *asked,
                });
                fits && match self.kind {
                    Kind::Rest => asked.len() > own.len(),
                    _ => asked.len() == own.len(),
                }
            }
        }
    }
}

fn path_steps(most: u32) -> Limits {
    let mut limits = Limits::default();
    limits.path_steps = most;
    limits
}

fn table(asks: &[Ask], limits: Limits) -> Asked {
    let rules = asks.iter().enumerate().map(|(at, ask)| {
        let one = match ask.fold {
            true => folded(ask.model()),
            false => path(ask.model()),
        };
        rule(&at.to_string(), one)
    });
    let shape = Shape {
        normalization: Normalization::NONE,
        ..Shape::default()
    };
    Asked::with_limits(&shape.set(vec![(vec![], rules.collect())]), limits)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Holes beside text, and a trie in which every path follows one way.
    #[test]
    fn every_trie_finds_the_first_rule_that_takes_the_path(
        asks in vec(asks(), 1..12),
        asked in vec(vec(select(TEXTS), 1..7), 1..8),
    ) {
        let mut tables = [0, 128, u32::MAX].map(|most| table(&asks, path_steps(most)));
        let texts = asks.iter().map(|ask| ask.text().replace("**", "x").replace('*', "a"));
        let asked = asked.iter().map(|segments| format!("/{}", segments.join("/"))).chain(texts);
        for asked in asked {
            let first = asks.iter().position(|ask| ask.takes(&asked));
            let want = first.map_or("-".to_string(), |at| at.to_string());
            for table in &mut tables {
                prop_assert_eq!(table.path(&asked), &*want, "{}", &asked);
            }
        }
    }
}

/// All combinations of a text and a hole over so many segments.
fn combinations(segments: u32) -> Vec<Ask> {
    let one = |bits: u32| Ask {
        steps: (0..segments)
            .map(|at| match bits >> at & 1 {
                0 => Step::Hole,
                _ => Step::Text("a"),
            })
            .collect(),
        kind: Kind::Exact,
        cut: 0,
        fold: false,
    };
    (0..1 << segments).map(one).collect()
}

#[test]
fn no_path_comes_by_every_combination_of_text_and_hole() {
    let asks = combinations(10);
    let stats = table(&asks, path_steps(u32::MAX)).table.stats();
    assert_eq!(stats.worst_path_steps, (1 << 11) - 1);
    // All that there are: both count the root.
    assert_eq!(stats.path_nodes, stats.worst_path_steps);
    let mut table = table(&asks, Limits::default());
    let stats = table.table.stats();
    assert_eq!(stats.worst_path_steps, 11);
    // Each place has one rule at most that could win.
    assert_eq!(stats.worst_path_hits, 1);
    assert_eq!(table.path("/a".repeat(10)), "0");
    assert_eq!(table.path(format!("{}/", "/a".repeat(9))), "-");
}

/// So many templates, each segment of which is a text or a hole, at random.
fn sparse(count: usize, segments: u32) -> Vec<Ask> {
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        state >> 33
    };
    let one = |bits: u64| Ask {
        steps: (0..segments)
            .map(|at| match bits >> at & 1 {
                0 => Step::Hole,
                _ => Step::Text("a"),
            })
            .chain([Step::Text("b")])
            .collect(),
        kind: Kind::Exact,
        cut: 0,
        fold: false,
    };
    (0..count).map(|_| one(next())).collect()
}

/// Whether it is told that paths come by too many places under some of the hosts.
fn is_told(hosts: &[(&str, &[Ask])], of: impl Fn(PathMatch) -> RouteMatch) -> bool {
    let routes = hosts.iter().map(|&(name, asks)| {
        let rules = asks.iter().enumerate();
        let rules = rules.map(|(at, ask)| rule(&at.to_string(), of(ask.model())));
        (vec![host(HostMatch::Exact(name.into()))], rules.collect())
    });
    let compiled = Compiler::new().compile(&Shape::default().set(routes.collect()));
    let told = compiled
        .diagnostics
        .iter()
        .any(|one| one.code == codes::compile::TOO_MANY_WAYS && one.severity == Severity::Warning);
    let most = Limits::default().path_steps as usize;
    let stats = compiled.table.stats();
    let worst = stats.worst_path_steps.max(stats.worst_path_hits);
    assert_eq!(told, worst > most, "{stats:?}");
    told
}

#[test]
fn paths_that_fit_in_too_many_ways_are_told_of() {
    assert!(!is_told(&[("a", &combinations(8))], path));
    assert!(!is_told(&[("a", &sparse(3_000, 12))], path));
    // The trie in which every path follows one way has too many nodes.
    assert!(is_told(&[("a", &sparse(500, 14))], path));
    // No rule is there for everybody, so that a path comes by all.
    let asks_a_header = |asked| RouteMatch {
        predicates: vec![Predicate::fact(FactMatch::new(
            Fact::Header("x-env".into()),
            ValueMatch::Exact("canary".into()),
        ))],
        ..path(asked)
    };
    assert!(is_told(&[("a", &combinations(8))], asks_a_header));
    assert!(!is_told(&[("a", &combinations(6))], asks_a_header));
}

#[test]
fn no_host_takes_from_another_what_its_trie_may_cost() {
    let (large, small) = (combinations(14), combinations(10));
    assert!(!is_told(&[("a", &large), ("b", &small)], path));
    assert!(!is_told(&[("b", &small), ("a", &large)], path));
}

#[test]
fn what_is_deeper_than_the_trie_is_found() {
    let deep = |last: &str| format!("{}/{last}", "/a".repeat(80));
    let long = "x".repeat(70_000);
    let mut limits = Limits::default();
    limits.request_target = 1 << 20;
    limits.regex_pattern = 1 << 20;
    limits.regex_program = 64 << 20;
    limits.regex_programs = 64 << 20;
    let rules = vec![
        rule("deep", path(PathMatch::Exact(deep("b")))),
        rule("below", path(PathMatch::Segments(deep("c")))),
        rule("hole", path(template(&deep("{x}/d")))),
        rule("long", path(PathMatch::Exact(format!("/{long}/b")))),
        rule("longer", path(PathMatch::Segments(format!("/a/{long}")))),
        rule("around", path(template(&format!("/a/{long}/{{x}}/b")))),
    ];
    let mut asked = Asked::with_limits(&Shape::default().set(vec![(vec![], rules)]), limits);
    assert!(asked.diagnostics.is_empty(), "{:?}", asked.diagnostics);
    for (path, want) in [
        (deep("b"), "deep"),
        (deep("c/d"), "below"),
        (deep("x/d"), "hole"),
        (deep("x"), "-"),
        (format!("/{long}/b"), "long"),
        (format!("/{long}x/b"), "-"),
        (format!("/a/{long}/b"), "longer"),
        (format!("/a/{long}x"), "-"),
    ] {
        let shown = path.get(..200).unwrap_or(&path);
        assert_eq!(asked.path(&path), want, "{shown}");
    }
}

#[test]
fn a_byte_that_stands_for_holes_is_text_in_a_rule() {
    let table = |ask| Shape::default().table(vec![("yes", path(ask))]);
    for ask in [
        PathMatch::Exact("/a/\0".into()),
        PathMatch::Segments("/a/\0".into()),
        template("/a/\0"),
        template("/{x}/\0"),
    ] {
        let told = format!("{ask:?}");
        assert_eq!(table(ask).path("/a/b"), "-", "{told}");
    }
}
