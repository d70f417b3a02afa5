//! A decision program read back as the AND, OR and NOT that it was written from.
//!
//! The table keeps steps only: where a test leads if it holds and if not. Two steps that
//! follow each other, the second of which nothing else leads to, are one expression of
//! both: which one, the places say that they share. Since every AND, OR and NOT is a run
//! of steps that is entered at its beginning alone, joining neighbours so leaves one
//! expression in the end.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::table::predicate::Step;

/// What a program asks.
pub(super) enum Asked {
    /// A test, and whether its contrary is asked.
    Test {
        predicate: u32,
        negated: bool,
    },
    All(Vec<Asked>),
    Any(Vec<Asked>),
    Not(Box<Asked>),
}

/// Deepest nesting that is read back: twice that of the model, since a NOT may be told
/// where none was written. A program that is no compiler's could be any deeper, and what
/// reads it back recurses.
const DEEPEST: usize = 128;

/// A run of steps that is one expression, and where it leads.
struct Run {
    asked: Asked,
    /// How deep it is nested.
    depth: usize,
    start: u32,
    yes: u32,
    no: u32,
}

/// What a program asks; `None` for a program that the compiler does not write.
pub(super) fn read(steps: &[Step]) -> Option<Asked> {
    // How many runs lead to each step. What is joined leads there once.
    let mut entrances = alloc::vec![0_u32; steps.len()];
    let count = |entrances: &mut [u32], place: u32, by: i32| {
        if let Some(entrance) = entrances.get_mut(place as usize) {
            *entrance = entrance.saturating_add_signed(by);
        }
    };
    count(&mut entrances, 0, 1);
    for (step, start) in steps.iter().zip(0..) {
        // What constants folded away, nothing leads to.
        if entrances.get(start) > Some(&0) {
            count(&mut entrances, step.yes, 1);
            count(&mut entrances, step.no, 1);
        }
    }
    let mut runs: Vec<Run> = Vec::new();
    for (step, start) in steps.iter().zip(0_u32..) {
        if entrances.get(start as usize) == Some(&0) {
            continue;
        }
        let predicate = step.predicate;
        let negated = false;
        let mut last = Run {
            asked: Asked::Test { predicate, negated },
            depth: 1,
            start,
            yes: step.yes,
            no: step.no,
        };
        while let Some(first) = runs.pop() {
            let is_alone = entrances.get(last.start as usize) == Some(&1);
            let Some(shared) = shared(&first, &last).filter(|_| is_alone) else {
                runs.push(first);
                break;
            };
            // Both led there, and one run does now.
            count(&mut entrances, shared, -1);
            last = join(first, last);
            if last.depth > DEEPEST {
                return None;
            }
        }
        runs.push(last);
    }
    let run = runs.pop()?;
    match (runs.is_empty(), run.yes, run.no) {
        (true, Step::HOLDS, Step::FAILS) => Some(run.asked),
        (true, Step::FAILS, Step::HOLDS) => Some(not(run.asked)),
        _ => None,
    }
}

/// The place that two neighbours both lead to, where they are one expression.
fn shared(first: &Run, last: &Run) -> Option<u32> {
    let other = match (first.yes == last.start, first.no == last.start) {
        (true, false) => first.no,
        (false, true) => first.yes,
        _ => return None,
    };
    (other == last.yes || other == last.no).then_some(other)
}

fn join(mut first: Run, mut last: Run) -> Run {
    let is_first_contrary = match first.yes == last.start {
        true => first.no == last.yes,
        false => first.yes == last.no,
    };
    if is_first_contrary {
        // One of the two is asked the other way round: the one that ends as no match does.
        match last.yes == Step::FAILS || last.no == Step::HOLDS {
            true => last = contrary(last),
            false => first = contrary(first),
        }
    }
    let is_all = first.yes == last.start;
    let depth = first.depth_within(is_all).max(last.depth_within(is_all)) + 1;
    let asked = match is_all {
        true => all(first.asked, last.asked),
        false => any(first.asked, last.asked),
    };
    Run {
        asked,
        depth,
        start: first.start,
        yes: last.yes,
        no: last.no,
    }
}

impl Run {
    /// How deep the run's parts are in an AND, or an OR, that they become parts of.
    fn depth_within(&self, is_all: bool) -> usize {
        match (&self.asked, is_all) {
            (Asked::All(_), true) | (Asked::Any(_), false) => self.depth - 1,
            _ => self.depth,
        }
    }
}

fn contrary(run: Run) -> Run {
    Run {
        depth: match run.asked {
            Asked::Test { .. } => run.depth,
            Asked::Not(_) => run.depth - 1,
            Asked::All(_) | Asked::Any(_) => run.depth + 1,
        },
        asked: not(run.asked),
        start: run.start,
        yes: run.no,
        no: run.yes,
    }
}

fn not(asked: Asked) -> Asked {
    match asked {
        Asked::Test { predicate, negated } => Asked::Test {
            predicate,
            negated: !negated,
        },
        Asked::Not(asked) => *asked,
        other => Asked::Not(Box::new(other)),
    }
}

fn all(first: Asked, last: Asked) -> Asked {
    // The parts are added to, so that many of them are not copied for each.
    let mut parts = match first {
        Asked::All(parts) => parts,
        other => Vec::from([other]),
    };
    match last {
        Asked::All(more) => parts.extend(more),
        other => parts.push(other),
    }
    Asked::All(parts)
}

fn any(first: Asked, last: Asked) -> Asked {
    let mut parts = match first {
        Asked::Any(parts) => parts,
        other => Vec::from([other]),
    };
    match last {
        Asked::Any(more) => parts.extend(more),
        other => parts.push(other),
    }
    Asked::Any(parts)
}

impl Asked {
    /// In words: what is joined stands in parentheses, so that a text holds for itself
    /// wherever it is put. Recurses as deep as the predicates, which [`DEEPEST`] bounds.
    pub(super) fn text(&self, test: &impl Fn(u32, bool) -> String) -> String {
        let joined = |parts: &[Self], word: &str| {
            let parts: Vec<String> = parts.iter().map(|part| part.text(test)).collect();
            format!("({})", parts.join(word))
        };
        match self {
            Self::Test { predicate, negated } => test(*predicate, *negated),
            Self::All(parts) => joined(parts, " and "),
            Self::Any(parts) => joined(parts, " or "),
            Self::Not(part) => format!("not {}", part.text(test)),
        }
    }
}

#[cfg(all(test, feature = "compile"))]
mod tests {
    use alloc::string::ToString;

    use super::*;
    use crate::compile::program::tests::{not, test, tree};
    use crate::compile::program::{Tree, steps};

    fn told(tree: &Tree) -> String {
        let asked = read(&steps(tree)).expect("a program of the compiler");
        asked.text(&|id, negated| match negated {
            true => format!("!{id}"),
            false => id.to_string(),
        })
    }

    #[test]
    fn and_or_and_not_are_told_as_they_were_written() {
        let either = || Tree::Any(Vec::from([test(1), test(2)]));
        assert_eq!(told(&test(0)), "0");
        assert_eq!(told(&not(test(0))), "!0");
        assert_eq!(
            told(&Tree::All(Vec::from([test(0), either()]))),
            "(0 and (1 or 2))"
        );
        assert_eq!(
            told(&Tree::All(Vec::from([not(test(0)), either(), test(3)]))),
            "(!0 and (1 or 2) and 3)"
        );
        assert_eq!(
            told(&Tree::All(Vec::from([not(either()), test(3)]))),
            "(not (1 or 2) and 3)"
        );
        assert_eq!(told(&not(either())), "not (1 or 2)");
        let both = Tree::All(Vec::from([test(0), test(1)]));
        assert_eq!(
            told(&Tree::Any(Vec::from([both, not(test(2))]))),
            "((0 and 1) or !2)"
        );
    }

    fn runs(steps: &[Step], world: u32) -> bool {
        let mut at = 0;
        while let Some(step) = steps.get(at as usize) {
            at = match world >> step.predicate & 1 {
                1 => step.yes,
                _ => step.no,
            };
        }
        at == Step::HOLDS
    }

    fn holds(asked: &Asked, world: u32) -> bool {
        match asked {
            Asked::Test { predicate, negated } => (world >> predicate & 1 == 1) != *negated,
            Asked::All(parts) => parts.iter().all(|part| holds(part, world)),
            Asked::Any(parts) => parts.iter().any(|part| holds(part, world)),
            Asked::Not(part) => !holds(part, world),
        }
    }

    #[test]
    fn every_program_is_read_back_and_means_the_same() {
        let mut seed = 3;
        let mut read_back = 0;
        for _ in 0..5_000 {
            let steps = steps(&tree(&mut seed, 4));
            if steps.iter().any(|step| step.predicate > 3) || steps.is_empty() {
                continue;
            }
            let asked = read(&steps).expect("a program of the compiler");
            read_back += 1;
            for world in 0..16 {
                assert_eq!(holds(&asked, world), runs(&steps, world));
            }
        }
        assert!(read_back > 1_000, "{read_back}");
    }
}
