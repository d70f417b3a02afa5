//! Decision programs: nested AND, OR and NOT as steps that only lead onward.
//!
//! A tree is written from its end to its beginning, so that where a step leads to
//! is known when it is written. AND gives its parts the same place to fail to, OR
//! the same place to hold at, and NOT changes the two; none of them leaves a step
//! of its own. Constants fold by themselves: an empty AND is where it holds, an
//! empty OR where it fails, and a test after which both ways lead to one place is
//! left out.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::table::NONE;
use crate::table::predicate::Step;

/// A predicate over tests that are stored already.
pub(crate) enum Tree {
    /// Index of a test.
    Test(u32),
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Not(Box<Tree>),
}

/// The steps of a tree, in order; none where it always holds.
///
/// Recurses as deep as the tree, which the model bounds.
pub(crate) fn steps(tree: &Tree) -> Vec<Step> {
    // Last step first: a place among them is a number of steps from the end.
    let mut steps = Vec::new();
    let entry = write(tree, Step::HOLDS, Step::FAILS, &mut steps);
    match entry {
        Step::HOLDS => return Vec::new(),
        Step::FAILS => {
            return Vec::from([Step {
                predicate: NONE,
                yes: Step::FAILS,
                no: Step::FAILS,
            }]);
        }
        // What was written after the entry folded away.
        entry => steps.truncate(entry as usize + 1),
    }
    let len = steps.len() as u32;
    let forward = |place: u32| match place < len {
        true => len - 1 - place,
        false => place,
    };
    steps.reverse();
    for step in &mut steps {
        step.yes = forward(step.yes);
        step.no = forward(step.no);
    }
    steps
}

/// Writes what a tree needs and gives the place where it begins.
fn write(tree: &Tree, yes: u32, no: u32, steps: &mut Vec<Step>) -> u32 {
    match tree {
        Tree::Test(_) if yes == no => yes,
        &Tree::Test(predicate) => {
            steps.push(Step { predicate, yes, no });
            steps.len() as u32 - 1
        }
        Tree::All(parts) => {
            let parts = parts.iter().rev();
            parts.fold(yes, |next, part| write(part, next, no, steps))
        }
        Tree::Any(parts) => {
            let parts = parts.iter().rev();
            parts.fold(no, |next, part| write(part, yes, next, steps))
        }
        Tree::Not(part) => write(part, no, yes, steps),
    }
}

/// The predicates that must hold for a run to hold, whatever else does.
pub(crate) fn required(steps: &[Step]) -> impl Iterator<Item = u32> + '_ {
    // A step is on every way if no earlier one leads past it.
    let mut furthest = 0;
    steps.iter().zip(0..).filter_map(move |(step, place)| {
        let is_required = furthest <= place && step.no == Step::FAILS && step.yes != Step::FAILS;
        for next in [step.yes, step.no] {
            if next != Step::FAILS {
                furthest = furthest.max(next);
            }
        }
        is_required.then_some(step.predicate)
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn test(id: u32) -> Tree {
        Tree::Test(id)
    }

    pub(crate) fn not(tree: Tree) -> Tree {
        Tree::Not(Box::new(tree))
    }

    /// What the steps give, and how many are taken.
    fn run(steps: &[Step], holds: impl Fn(u32) -> bool) -> bool {
        if steps.is_empty() {
            return true;
        }
        let mut at = 0;
        let mut taken = 0;
        while let Some(step) = steps.get(at as usize) {
            let next = match step.predicate != NONE && holds(step.predicate) {
                true => step.yes,
                false => step.no,
            };
            assert!(next > at, "a step leads onward");
            at = next;
            taken += 1;
        }
        assert!(taken <= steps.len());
        at == Step::HOLDS
    }

    fn value(tree: &Tree, holds: &impl Fn(u32) -> bool) -> bool {
        match tree {
            Tree::Test(id) => holds(*id),
            Tree::All(parts) => parts.iter().all(|part| value(part, holds)),
            Tree::Any(parts) => parts.iter().any(|part| value(part, holds)),
            Tree::Not(part) => !value(part, holds),
        }
    }

    /// A tree over tests 0 to 3, from a number.
    pub(crate) fn tree(seed: &mut u64, depth: u32) -> Tree {
        *seed = seed.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        let number = (*seed >> 33) as u32;
        let mut parts = || (0..number / 8 % 4).map(|_| tree(seed, depth - 1)).collect();
        match number % 4 {
            _ if depth == 0 => test(number / 8 % 4),
            0 => Tree::All(parts()),
            1 => Tree::Any(parts()),
            2 => not(tree(seed, depth - 1)),
            _ => test(number / 8 % 4),
        }
    }

    #[test]
    fn a_program_says_what_its_tree_says() {
        let mut seed = 7;
        for _ in 0..5_000 {
            let tree = tree(&mut seed, 4);
            let steps = steps(&tree);
            let required: Vec<u32> = required(&steps).collect();
            for world in 0..16u32 {
                let holds = |id: u32| world >> id & 1 == 1;
                let value = value(&tree, &holds);
                assert_eq!(run(&steps, holds), value);
                let has_all = required.iter().all(|&id| holds(id));
                assert!(!value || has_all, "what is required is");
            }
        }
    }

    #[test]
    fn an_empty_all_holds_and_an_empty_any_does_not() {
        assert!(steps(&Tree::All(Vec::new())).is_empty());
        assert!(!run(&steps(&Tree::Any(Vec::new())), |_| true));
        assert!(steps(&not(Tree::Any(Vec::new()))).is_empty());
        let impossible = Tree::All(Vec::from([test(0), Tree::Any(Vec::new())]));
        assert_eq!(steps(&impossible).len(), 1);
    }

    #[test]
    fn members_of_an_all_at_the_top_are_required() {
        let tree = Tree::All(Vec::from([
            test(0),
            Tree::Any(Vec::from([test(1), test(2)])),
            not(test(1)),
            Tree::All(Vec::from([test(3)])),
        ]));
        assert_eq!(Vec::from_iter(required(&steps(&tree))), [0, 3]);
        let either = Tree::Any(Vec::from([test(0), test(1)]));
        assert_eq!(required(&steps(&either)).count(), 0);
    }
}
