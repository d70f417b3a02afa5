//! Many patterns in one table: automata that they share, and budgets.
#![cfg(feature = "compile")]

mod routes;

use std::time::{Duration, Instant};

use fingerpost::compile::limits::Limits;
use fingerpost::model::{PathMatch, RouteMatch, Rule};
use fingerpost::{Normalization, Precedence};
use routes::{Asked, Shape, folded, glob, path, raw, regex, rule, template};

/// The same set with every engine: shared automata always, never, and by default; and
/// without any dense automaton.
fn engines(rules: &[Rule], shape: &Shape) -> Vec<Asked> {
    let set = shape.set(vec![(vec![], rules.to_vec())]);
    let mut always = Limits::default();
    always.ungrouped_patterns = 0;
    let mut small = Limits::default();
    small.ungrouped_patterns = 1;
    small.group_automaton = 2 << 10;
    let mut never = Limits::default();
    never.ungrouped_patterns = u32::MAX;
    let mut none = Limits::default();
    none.regex_automaton = 0;
    none.regex_automata = 0;
    let limits = [Limits::default(), always, small, never, none];
    let limits = limits.into_iter().map(|mut limits| {
        // Automata that are given up late cost the most.
        limits.group_automaton = limits.group_automaton.min(32 << 10);
        limits.regex_automata = limits.regex_automata.min(2 << 20);
        Asked::with_limits(&set, limits)
    });
    limits.collect()
}

/// A small source of chance: the same numbers on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) as usize % bound
    }

    fn of<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        texts[self.below(texts.len())]
    }

    fn text(&mut self, pieces: &[&str], most: usize) -> String {
        (0..=self.below(most)).map(|_| self.of(pieces)).collect()
    }

    fn path_match(&mut self) -> RouteMatch {
        let letters = ["a", "b", "A", "/", "/a", "/b"];
        let kind = match self.below(10) {
            0 => PathMatch::Exact(format!("/{}", self.text(&letters, 3))),
            1 => PathMatch::Prefix(format!("/{}", self.text(&letters, 2))),
            2 => PathMatch::Segments(format!("/{}", self.text(&letters, 2))),
            3 => PathMatch::Suffix(self.text(&letters, 2)),
            4 => PathMatch::Contains(self.text(&letters, 2)),
            5 => {
                let pieces = ["a", "*", "?", "/**", "/**/", "**", "/b", "A"];
                glob(&format!("/{}", self.text(&pieces, 4)))
            }
            6 => {
                let mut text = format!("/{}", self.text(&["a", "*", "/b", "**"], 2));
                for name in ["x", "y"] {
                    let hole = self.of(&["", "{N}", "{N=**}", "{N=a/*}"]);
                    text.push_str(&hole.replace('N', name));
                    text.push_str(self.of(&["", "a", "/", "B"]));
                }
                template(&text)
            }
            at => {
                let pieces = [
                    "a", "b", "/", "[^/]*", "(a|b)+", ".*", "A?", "a{2}", "^", "$",
                ];
                let text = format!("{}{}", self.of(&["/", "", "/a"]), self.text(&pieces, 4));
                match at {
                    7 => regex(&text),
                    8 => PathMatch::RegexStart(text),
                    _ => PathMatch::RegexSearch(text),
                }
            }
        };
        let mut one = match self.below(6) {
            0 => raw(kind),
            1 | 2 => folded(kind),
            _ => path(kind),
        };
        if self.below(4) == 0 {
            one.methods = vec![self.of(&["PUT", "GET"]).into()];
        }
        one
    }
}

#[test]
fn shared_automata_give_the_answers_of_single_patterns() {
    let mut chance = Chance(7);
    let mut taken = 0;
    for round in 0..24 {
        let count = [3, 12, 30, 80][round % 4];
        let precedence = [Precedence::FirstMatch, Precedence::Specific][round % 2];
        let rules: Vec<Rule> = (0..count)
            .map(|at| rule(&format!("{at}"), chance.path_match()))
            .collect();
        let shape = Shape {
            precedence,
            normalization: [Normalization::BASE, Normalization::NONE][round / 2 % 2],
            ..Shape::default()
        };
        let mut engines = engines(&rules, &shape);
        for _ in 0..100 {
            let letters = ["a", "b", "/", "A", "B", "%61", "/a", "."];
            let asked = format!("/{}", chance.text(&letters, 7));
            let [first, others @ ..] = &mut engines[..] else {
                unreachable!()
            };
            let want = (first.path(&asked), first.captures(&asked));
            taken += usize::from(want.0 != "-");
            for (at, other) in others.iter_mut().enumerate() {
                let got = (other.path(&asked), other.captures(&asked));
                assert_eq!(got, want, "engine {at}, round {round}, {asked}: {rules:#?}");
            }
        }
    }
    assert!(taken > 500, "{taken}");
}

#[test]
fn what_a_search_finds_is_what_trying_each_rule_alone_finds() {
    let mut chance = Chance(11);
    for _ in 0..40 {
        let rules: Vec<Rule> = (0..30)
            .map(|at| rule(&format!("{at}"), chance.path_match()))
            .collect();
        let shape = Shape::default();
        let mut together = Asked::new(&shape.set(vec![(vec![], rules.clone())]));
        let mut alone: Vec<Asked> = rules
            .iter()
            .map(|rule| Asked::new(&shape.set(vec![(vec![], vec![rule.clone()])])))
            .collect();
        for _ in 0..40 {
            let asked = format!("/{}", chance.text(&["a", "b", "/", "A", "/b"], 6));
            let first = alone.iter_mut().map(|one| one.path(&asked));
            let want = first.into_iter().find(|name| name != "-");
            assert_eq!(together.path(&asked), want.unwrap_or("-".into()), "{asked}");
        }
    }
}

#[test]
fn patterns_at_one_node_share_an_automaton_where_there_are_many() {
    let templates = |count: usize| {
        let rules = (0..count).map(|at| {
            let text = format!("/users/x{{id}}/part-{at}");
            rule(&format!("{at}"), path(template(&text)))
        });
        Asked::new(&Shape::default().set(vec![(vec![], rules.collect())]))
    };
    let mut many = templates(300);
    assert_eq!(many.path("/users/x4/part-299"), "299");
    assert_eq!(many.captures("/users/x4/part-7"), "id=4");
    assert_eq!(many.path("/users/x4/part-300"), "-");
    assert_eq!(many.table.stats().worst_candidates, 1);
    assert_eq!(templates(4).table.stats().worst_candidates, 4);
}

#[test]
fn adv_rx_002_adv_rx_003_adv_rx_004_a_program_over_the_limit_is_refused_at_once() {
    for pattern in ["a{5}{5}{5}{5}{5}{5}", r"\w{255}{255}", r"[a-z]{100}{100}"] {
        let before = Instant::now();
        let asked = Shape::default().table(vec![("large", path(regex(pattern)))]);
        assert!(before.elapsed() < Duration::from_secs(2), "{pattern}");
        let [refusal] = &asked.diagnostics[..] else {
            panic!("{:?}", asked.diagnostics);
        };
        assert!(
            refusal.message.contains("Limits::regex_program"),
            "{}",
            refusal.message
        );
    }
    // Classes of Unicode are not read at all.
    let unicode = Shape::default().table(vec![("no", path(regex(r"\pL{1000}")))]);
    assert_eq!(unicode.diagnostics.len(), 1);
}

#[test]
fn adv_rx_006_adv_rx_007_adv_rx_010_hard_patterns_take_hard_paths() {
    let long = |piece: &str, length: usize| format!("/{}", piece.repeat(length / piece.len()));
    for (kind, asked) in [
        (regex("/(a|b|c)*d"), long("abc", 60_000)),
        (template("/{a}-{b}-{c}-{d}"), long("-", 60_000)),
        (glob("/**/a/**/a/**/a/**/b"), long("a/", 60_000)),
        (regex("/(?:[01]*)1[01]{24}"), long("01", 60_000)),
    ] {
        let mut asked_of = engines(&[rule("yes", path(kind.clone()))], &Shape::default());
        let want = asked_of[0].path(&asked);
        for engine in &mut asked_of {
            let before = Instant::now();
            assert_eq!(engine.path(&asked), want, "{kind:?}");
            assert!(before.elapsed() < Duration::from_secs(20), "{kind:?}");
        }
    }
}

#[test]
fn adv_rx_009_thirty_holes_make_a_small_program() {
    let text: String = (0..30).map(|at| format!("/{{a{at}=**}}")).collect();
    let mut asked = Shape::default().table(vec![("yes", path(template(&text)))]);
    assert!(asked.diagnostics.is_empty(), "{:?}", asked.diagnostics);
    assert_eq!(asked.path("/a".repeat(30)), "yes");
    assert_eq!(asked.path("/a".repeat(29)), "-");
}

#[test]
fn adv_rx_012_the_rule_that_crosses_the_budget_of_all_programs_is_named() {
    let rules = (0..200).map(|at| rule(&format!("{at}"), path(regex(&format!("/x{at}[a-z]+")))));
    let set = Shape::default().set(vec![(vec![], rules.collect())]);
    let mut limits = Limits::default();
    limits.regex_programs = 64 << 10;
    let mut asked = Asked::with_limits(&set, limits);
    let refused = asked.diagnostics.len();
    assert!(refused > 0 && refused < 200, "{refused}");
    for refusal in &asked.diagnostics {
        assert_eq!(refusal.code.to_string(), "FP1623");
        assert!(
            refusal.message.contains("Route route-0"),
            "{}",
            refusal.message
        );
        assert!(
            refusal.message.contains("Limits::regex_programs"),
            "{}",
            refusal.message
        );
    }
    assert_eq!(asked.path("/x0ab"), "0");
    assert_eq!(asked.path("/x199ab"), "-");
}
