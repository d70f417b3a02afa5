//! Automata of slots: see `table/automaton.rs` for what is built here.
//!
//! A slot with more tests than are asked directly gets one. What does not fit its
//! budget is left to be asked directly, kind by kind, so that a table is never
//! refused for its automata and a budget changes no decision.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use regex_automata::MatchKind;
use regex_automata::nfa::thompson;

use super::regex::{dense_dfa, program};
use super::{Build, HashMap, slots};
use crate::table::NONE;
use crate::table::automaton::{Automaton, Intervals, Patterns, Words};
use crate::table::hash::hash;
use crate::table::predicate::{Predicate, ValueTest};
use crate::table::text::{Range32, Text};
use crate::table::texts::{Place, TextSet, text_of};

/// A test and the number it is marked by.
type Marked = (ValueTest, u32);

impl Build<'_> {
    /// Gives every slot its automaton, once all predicates are known.
    pub(crate) fn automata(&mut self) {
        let mut of_slot: Vec<Vec<ValueTest>> =
            alloc::vec![Vec::new(); self.sections.predicates.slots.len()];
        let mut known: HashMap<(u32, ValueTest), u32> = HashMap::default();
        for predicate in self.sections.predicates.tests.iter() {
            let Predicate::Fact(fact) = predicate else {
                continue;
            };
            let slot = self.sections.predicates.slots.get(fact.slot as usize);
            let is_one = slot.is_some_and(|slot| slot.is_one());
            // A single comparison with a single value costs less than any automaton.
            let is_cheap = match fact.test {
                ValueTest::Present => true,
                ValueTest::Exact(_) => is_one,
                _ => false,
            };
            if !is_cheap
                && known.insert((fact.slot, fact.test), NONE).is_none()
                && let Some(tests) = of_slot.get_mut(fact.slot as usize)
            {
                tests.push(fact.test);
            }
        }
        for (slot, tests) in of_slot.into_iter().enumerate() {
            if tests.len() <= self.limits.direct_tests as usize {
                continue;
            }
            let id = self.sections.predicates.automata.len() as u32;
            let mut automaton = Automaton::default();
            let marked = self.automaton(&mut automaton, tests);
            if marked.is_empty() {
                continue;
            }
            for (test, mark) in marked {
                known.insert((slot as u32, test), mark);
            }
            self.sections.predicates.automata.push(automaton);
            if let Some(slot) = self.sections.predicates.slots.get_mut(slot) {
                slot.automaton = id;
            }
        }
        for predicate in self.sections.predicates.tests.added_from_mut(0) {
            if let Predicate::Fact(fact) = predicate {
                let mark = known.get(&(fact.slot, fact.test));
                fact.mark = mark.copied().unwrap_or(NONE);
            }
        }
    }

    /// Builds the parts of one slot's automaton and gives the tests that are in it.
    fn automaton(&mut self, automaton: &mut Automaton, tests: Vec<ValueTest>) -> Vec<Marked> {
        let first = self.sections.predicates.marks;
        let numbered: Vec<Marked> = tests.into_iter().zip(first..).collect();
        self.sections.predicates.marks += numbered.len() as u32;

        let mut budget = Budget {
            left: self.limits.automaton.min(
                self.limits
                    .automata
                    .saturating_sub(self.index.automata_bytes),
            ),
            spent: 0,
        };
        let mut marked = Vec::new();
        for fold in [false, true] {
            let words = self.words(&numbered, fold);
            if let Some(words) = budget.take(words) {
                marked.extend(numbered.iter().filter(|(test, _)| is_words(test, fold)));
                *(match fold {
                    false => &mut automaton.words,
                    true => &mut automaton.folded_words,
                }) = words;
            }
            let texts = match fold {
                false => &mut automaton.texts,
                true => &mut automaton.folded_texts,
            };
            for place in Place::ALL {
                let set = texts.of_mut(place);
                *set = self.texts(&numbered, (place, fold), &mut budget);
                if set.is_some() {
                    let is_here = |test: &ValueTest| text_of(test, (place, fold)).is_some();
                    marked.extend(numbered.iter().filter(|(test, _)| is_here(test)));
                }
            }
        }
        automaton.patterns = self.pattern_set(&numbered, &mut budget);
        if automaton.patterns.is_some() {
            marked.extend(numbered.iter().filter(|(test, _)| regex_of(test).is_some()));
        }

        let numbers = numbered.iter().filter_map(|&(test, mark)| match test {
            ValueTest::Range(start, end) => Some((start, Some(end), mark)),
            _ => None,
        });
        if let Some(numbers) = intervals(&Vec::from_iter(numbers), &mut budget) {
            automaton.numbers = numbers;
            let is_range = |test: &ValueTest| matches!(test, ValueTest::Range(..));
            marked.extend(numbered.iter().filter(|(test, _)| is_range(test)));
        }
        let blocks = &self.sections.predicates.blocks;
        let addresses = numbered.iter().flat_map(|&(test, mark)| {
            let of_test = match test {
                ValueTest::Cidr(range) => range.of(blocks),
                _ => &[],
            };
            let after = |last: u128| last.checked_add(1);
            of_test
                .iter()
                .map(move |block| (block.first, after(block.last), mark))
        });
        if let Some(addresses) = intervals(&Vec::from_iter(addresses), &mut budget) {
            automaton.addresses = addresses;
            let is_cidr = |test: &ValueTest| matches!(test, ValueTest::Cidr(_));
            marked.extend(numbered.iter().filter(|(test, _)| is_cidr(test)));
        }
        self.index.automata_bytes += budget.spent;
        marked
    }

    fn words(&self, tests: &[Marked], fold: bool) -> Words {
        let mut numbers: HashMap<Text, usize> = HashMap::default();
        let mut found: Vec<(Text, Vec<u32>)> = Vec::new();
        for &(test, mark) in tests.iter().filter(|(test, _)| is_words(test, fold)) {
            let one;
            let members = match test {
                ValueTest::In { members, .. } => members.of(&self.sections.predicates.members),
                ValueTest::Exact(literal) => {
                    one = [literal.text];
                    &one
                }
                _ => &[],
            };
            for &member in members {
                let number = *numbers.entry(member).or_insert_with(|| {
                    found.push((member, Vec::new()));
                    found.len() - 1
                });
                if let Some((_, marks)) = found.get_mut(number) {
                    marks.push(mark);
                }
            }
        }
        let mut words = Words::default();
        let hash_of = |seed, number: usize| {
            let word = found.get(number);
            word.map_or(0, |(word, _)| hash(seed, self.interner.get(*word)))
        };
        (words.seed, words.slots) = slots::build(found.len(), hash_of, |add| {
            found
                .iter()
                .for_each(|(word, _)| add(self.interner.get(*word)));
        });
        for (word, marks) in found {
            words.words.push((word, append(&mut words.marks, marks)));
        }
        words
    }

    /// `None` where there are none, or they do not fit.
    fn texts(
        &self,
        tests: &[Marked],
        (place, fold): (Place, bool),
        budget: &mut Budget,
    ) -> Option<TextSet> {
        let mut found: Vec<Cow<'_, [u8]>> = Vec::new();
        let mut marks = Vec::new();
        for (test, mark) in tests {
            let Some(text) = text_of(test, (place, fold)) else {
                continue;
            };
            found.push(place.key(self.interner.get(text)));
            marks.push(*mark);
        }
        let total: usize = found.iter().map(|text| text.len()).sum();
        // A state for each byte at the least: not worth building to find out.
        if found.is_empty() || total.saturating_mul(4) > budget.left {
            return None;
        }
        let set = TextSet::new(&found, marks, (place, fold))?;
        budget.charge(set.weight)?;
        Some(set)
    }

    /// `None` where there are none, or they do not fit.
    fn pattern_set(&self, tests: &[Marked], budget: &mut Budget) -> Option<Patterns> {
        let mut found = Vec::new();
        let mut marks = Vec::new();
        for (test, mark) in tests {
            let Some(id) = regex_of(test) else { continue };
            found.push(self.reading_all(id)?);
            marks.push(*mark);
        }
        if found.is_empty() {
            return None;
        }
        let captures = thompson::WhichCaptures::None;
        let (nfa, _) = program(&found, captures, budget.left)?;
        let Some(search) = dense_dfa(&nfa, budget.left, MatchKind::All) else {
            // What was tried is charged too, or many slots that fail late would cost
            // the budget's time each.
            budget.charge(budget.left);
            return None;
        };
        budget.charge(search.memory_usage())?;
        Some(Patterns {
            search: Box::new(search.into()),
            marks,
        })
    }
}

/// Bytes that a slot's automaton may still take.
struct Budget {
    left: usize,
    spent: usize,
}

impl Budget {
    /// `None` where that is over the budget.
    fn charge(&mut self, bytes: usize) -> Option<()> {
        self.left = self.left.checked_sub(bytes)?;
        self.spent += bytes;
        Some(())
    }

    fn take(&mut self, words: Words) -> Option<Words> {
        if words.words.is_empty() {
            return None;
        }
        let bytes = (words.slots.len() + words.marks.len()) * 4
            + words.words.len() * size_of::<(Text, Range32)>();
        self.charge(bytes)?;
        Some(words)
    }
}

fn is_words(test: &ValueTest, wanted: bool) -> bool {
    match test {
        ValueTest::In { fold, .. } => *fold == wanted,
        ValueTest::Exact(literal) => literal.fold == wanted,
        _ => false,
    }
}

fn regex_of(test: &ValueTest) -> Option<u32> {
    match test {
        ValueTest::Regex(id) | ValueTest::Glob { regex: id, .. } => Some(*id),
        _ => None,
    }
}

/// Cuts ranges (first, first after, mark) at their bounds; `None` where there are
/// none, or they do not fit: ranges within each other can take their number squared.
fn intervals<T: Ord + Copy>(
    ranges: &[(T, Option<T>, u32)],
    budget: &mut Budget,
) -> Option<Intervals<T>> {
    if ranges.is_empty() {
        return None;
    }
    // An empty range, or one that ends before it begins, holds nowhere.
    let holding = |range: &&(T, Option<T>, u32)| range.1.is_none_or(|end| range.0 < end);
    let mut opening: Vec<(T, u32)> = Vec::new();
    let mut closing: Vec<(T, u32)> = Vec::new();
    for &(start, end, mark) in ranges.iter().filter(holding) {
        opening.push((start, mark));
        closing.extend(end.map(|end| (end, mark)));
    }
    opening.sort_unstable();
    closing.sort_unstable();
    let bounds = opening.iter().chain(&closing).map(|(bound, _)| *bound);
    let starts: Vec<T> = BTreeSet::from_iter(bounds).into_iter().collect();

    let mut intervals = Intervals::default();
    let (mut opening, mut closing) = (
        opening.into_iter().peekable(),
        closing.into_iter().peekable(),
    );
    let mut open: BTreeSet<u32> = BTreeSet::new();
    for start in starts {
        // One test's ranges do not overlap or touch, so a mark closes before it opens.
        while let Some((_, mark)) = closing.next_if(|(bound, _)| *bound <= start) {
            open.remove(&mark);
        }
        while let Some((_, mark)) = opening.next_if(|(bound, _)| *bound <= start) {
            open.insert(mark);
        }
        budget.charge(size_of::<T>() + size_of::<Range32>() + open.len() * 4)?;
        let marks = append(&mut intervals.marks, open.iter().copied());
        intervals.starts.push(start);
        intervals.holding.push(marks);
    }
    Some(intervals)
}

fn append(section: &mut Vec<u32>, items: impl IntoIterator<Item = u32>) -> Range32 {
    let start = section.len() as u32;
    section.extend(items);
    Range32 {
        start,
        len: section.len() as u32 - start,
    }
}
