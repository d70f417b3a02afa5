//! Combinations of text and hole over `k` segments: 2^k rules where all are there.
//!
//! A trie that goes back where it went wrong tries all of them before it gives up on a
//! path whose last segment is wrong. A trie in which every path follows one way does
//! not, and these are ways around it: rules that ask for more than the path, a last
//! segment that is a pattern by itself, and so few combinations over so many segments
//! that their one-way trie is many times as large as they are.
//!
//! A request for a rule has text in the places of its text and other text in those of
//! its holes. What else takes its path has a hole wherever it has one, and so is less
//! specific.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{Ask, Path, Rule, Set, value};
use crate::Random;

/// How all templates and most requests end.
const END: &str = "/end";
/// Host and header of [`with_header`].
const HOST: &str = "api.example";
const HEADER: &str = "x-ring";
/// How all templates of [`with_pattern`] end.
const PATTERN: &str = "/{x}-0{y}";
/// Segments of [`sparse`].
const SPARSE: usize = 14;

/// All combinations over so many segments.
pub fn set(segments: usize) -> Set {
    let rules = (0..1 << segments).map(|at| rule(at, template(segments, at) + END));
    Set::new(
        "adversarial",
        rules.collect(),
        move |_, rule, random| hit(rule, path(segments, rule, random) + END),
        move |_, random| Ask::get(some_path(segments, random) + "/nowhere"),
        move |_, random| Ask::get(path(segments, 0, random) + "/ene"),
    )
}

/// All combinations, each of which asks for a header too: that a path has been found
/// says little.
pub fn with_header(segments: usize) -> Set {
    let rules = (0..1 << segments).map(|at| Rule {
        host: Some(HOST.into()),
        header: Some((HEADER, ring(at))),
        ..rule(at, template(segments, at) + END)
    });
    let ask = |path: String, ring: String| Ask {
        host: HOST.into(),
        headers: vec![(HEADER, Cow::Owned(ring))],
        ..Ask::get(path + END)
    };
    Set::new(
        "adversarial-header",
        rules.collect(),
        move |_, rule, random| Ask {
            want: Some(rule as u32),
            ..ask(path(segments, rule, random), ring(rule))
        },
        move |_, random| ask(some_path(segments, random), "ring-none".into()),
        // The path of every rule.
        move |_, random| ask(path(segments, 0, random), "ring-none".into()),
    )
}

/// All combinations, and a last segment of two holes around text.
pub fn with_pattern(segments: usize) -> Set {
    let rules = (0..1 << segments).map(|at| rule(at, template(segments, at) + PATTERN));
    Set::new(
        "adversarial-pattern",
        rules.collect(),
        move |_, rule, random| {
            let (x, y) = (value(random), value(random));
            hit(rule, path(segments, rule, random) + &format!("/{x}-0{y}"))
        },
        move |_, random| Ask::get(some_path(segments, random) + "/nowhere"),
        // What a search for the text nearly finds at every second byte, and finds where
        // nothing is left for the last hole.
        move |_, random| Ask::get(path(segments, 0, random) + "/x" + &"-1".repeat(32) + "-0"),
    )
}

/// So many combinations over fourteen segments, drawn at random.
///
/// # Panics
///
/// Never ends where there are fewer combinations than that.
pub fn sparse(rules: usize) -> Set {
    let mut random = Random::new(0x5a45e);
    let mut drawn = HashSet::new();
    let mut combinations = Vec::new();
    while combinations.len() < rules {
        let combination = random.below(1 << SPARSE);
        if drawn.insert(combination) {
            combinations.push(combination);
        }
    }
    let rules = combinations.iter().enumerate();
    let rules = rules.map(|(at, &holes)| rule(at, template(SPARSE, holes) + END));
    Set::new(
        "adversarial-sparse",
        rules.collect(),
        move |_, rule, random| hit(rule, path(SPARSE, combinations[rule], random) + END),
        move |_, random| Ask::get(some_path(SPARSE, random) + "/nowhere"),
        move |_, random| Ask::get(path(SPARSE, 0, random) + "/ene"),
    )
}

fn rule(at: usize, template: String) -> Rule {
    Rule {
        host: None,
        path: Path::Template(template),
        method: None,
        header: None,
        class: at as u32,
    }
}

fn hit(rule: usize, path: String) -> Ask {
    Ask {
        want: Some(rule as u32),
        ..Ask::get(path)
    }
}

fn ring(rule: usize) -> String {
    format!("ring-{}", rule % 97)
}

/// Bit by bit: a hole where it is set, text where it is not.
fn template(segments: usize, holes: usize) -> String {
    let mut text = String::new();
    for segment in 0..segments {
        match holes >> segment & 1 {
            0 => text.push_str("/a"),
            _ => text.push_str(&format!("/{{p{segment}}}")),
        }
    }
    text
}

/// Bit by bit: other text where it is set, the templates' own where it is not.
fn path(segments: usize, holes: usize, random: &mut Random) -> String {
    let mut text = String::new();
    for segment in 0..segments {
        match holes >> segment & 1 {
            0 => text.push_str("/a"),
            _ => text.push_str(["/b", "/c", "/d", "/e"][random.below(4)]),
        }
    }
    text
}

fn some_path(segments: usize, random: &mut Random) -> String {
    let holes = random.below(1 << segments);
    path(segments, holes, random)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{sparse, with_header, with_pattern};
    use crate::Random;
    use crate::engines::Fingerpost;
    use crate::routes::Set;
    use crate::routes::template::takes;

    /// The rules whose template takes a path.
    fn taking(set: &Set, path: &str) -> Vec<usize> {
        let rules = set.rules.iter().enumerate();
        let taking = rules.filter(|(_, rule)| takes(rule.path.text(), path));
        taking.map(|(at, _)| at).collect()
    }

    #[test]
    fn a_path_is_taken_by_its_rule_and_a_miss_by_none() {
        let mut random = Random::new(1);
        for set in [with_pattern(6), sparse(64)] {
            for rule in 0..set.size() {
                let ask = set.hit(rule, &mut random);
                assert!(taking(&set, &ask.path).contains(&rule), "{ask:?}");
                for miss in [set.miss(&mut random), set.worst(&mut random)] {
                    assert!(taking(&set, &miss.path).is_empty(), "{miss:?}");
                }
            }
        }
    }

    #[test]
    fn the_worst_path_with_a_header_is_that_of_every_rule() {
        let set = with_header(6);
        let worst = set.worst(&mut Random::new(1));
        assert_eq!(taking(&set, &worst.path).len(), set.size());
    }

    #[test]
    fn sparse_combinations_differ_and_are_too_many_for_one_way() {
        let set = sparse(500);
        let texts: HashSet<&str> = set.rules.iter().map(|rule| rule.path.text()).collect();
        assert_eq!(texts.len(), 500);
        let engine = Fingerpost::new(&set).unwrap();
        let steps = engine.table().stats().worst_path_steps;
        assert!(steps > 128, "{steps}");
    }
}
