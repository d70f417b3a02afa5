//! Automata of slots: which of a slot's tests hold for a value, all in one pass.
//!
//! Where hundreds of rules ask one header for different texts, asking each of them
//! costs the value's length every time. An automaton runs over the value once and
//! marks every test that holds; asking then reads the mark.
//!
//! # Shape
//!
//! A part for each kind of test, empty where the slot has none of it:
//!
//! * [`Words`]: whole values, found by hash.
//! * [`Texts`]: prefixes, suffixes and contained texts, in Aho-Corasick automata.
//! * [`Patterns`]: regular expressions, in one dense automaton. Each is made to match
//!   up to the end of the value, so that what holds is told once, at the end, and
//!   not again at every byte.
//! * [`Intervals`]: numbers and addresses, by binary search among the bounds.
//!
//! Words and texts are there twice, for tests with and without regard to case.
//!
//! # Invariants
//!
//! 1. An automaton marks a test exactly where
//!    [`value_holds`](super::predicate::Predicates::value_holds) holds for it.
//! 2. A run does not allocate. It is linear in the value and in the tests that it
//!    marks.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

use regex_automata::dfa::{Automaton as _, OverlappingState};
use regex_automata::{Anchored, Input};

use super::dfa::Dfa;
use super::hash::{hash, hash_lower};
use super::parts;
use super::parts::coded::Coded;
use super::text::{Range32, Text, TextPool};
use super::texts::Texts;
use super::value::{address, integer, number_of};

/// The tests of one slot.
#[derive(Clone, Debug, Default)]
pub(crate) struct Automaton {
    pub(crate) words: Words,
    pub(crate) folded_words: Words,
    pub(crate) texts: Texts,
    pub(crate) folded_texts: Texts,
    pub(crate) patterns: Option<Patterns>,
    pub(crate) numbers: Intervals<i64>,
    pub(crate) addresses: Intervals<u128>,
}

/// Whole values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    pub(crate) seed: u64,
    /// Open addressing, a power of two; 0 is empty, otherwise a word's number plus
    /// one.
    pub(crate) slots: Vec<u32>,
    pub(crate) words: Vec<(Text, Range32)>,
    /// The marks that words' ranges run over.
    pub(crate) marks: Vec<u32>,
}

/// Regular expressions.
#[derive(Clone, Debug)]
pub(crate) struct Patterns {
    pub(crate) search: Box<Dfa>,
    /// By the automaton's number of the pattern.
    pub(crate) marks: Vec<u32>,
}

/// Ranges of numbers, cut at every bound.
#[derive(Clone, Debug)]
pub(crate) struct Intervals<T> {
    /// Where an interval begins, ascending; it ends where the next one begins.
    pub(crate) starts: Vec<T>,
    /// The tests that hold in each interval, as ranges of [`Intervals::marks`].
    pub(crate) holding: Vec<Range32>,
    pub(crate) marks: Vec<u32>,
}

impl<T> Default for Intervals<T> {
    fn default() -> Self {
        Self {
            starts: Vec::new(),
            holding: Vec::new(),
            marks: Vec::new(),
        }
    }
}

impl Automaton {
    /// Calls `mark` with every test that holds for a value, some of them more than
    /// once. `known` is the address that the value stands for, where it does.
    pub(crate) fn run(
        &self,
        text: &TextPool,
        value: &[u8],
        known: Option<IpAddr>,
        mut mark: impl FnMut(u32),
    ) {
        let words = &self.words;
        words.run(value, hash, |word| text.get(word) == value, &mut mark);
        let is_folded = |word| text.get(word).eq_ignore_ascii_case(value);
        self.folded_words
            .run(value, hash_lower, is_folded, &mut mark);
        for texts in [&self.texts, &self.folded_texts] {
            texts.run(value, &mut mark);
        }
        if let Some(patterns) = &self.patterns {
            patterns.run(value, &mut mark);
        }
        if !self.numbers.starts.is_empty()
            && let Some(number) = integer(value)
        {
            self.numbers.run(number, &mut mark);
        }
        if !self.addresses.starts.is_empty()
            && let Some(address) = known.or_else(|| address(value))
        {
            self.addresses.run(number_of(address), &mut mark);
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        let texts = self.texts.bytes() + self.folded_texts.bytes();
        self.words.bytes()
            + self.folded_words.bytes()
            + texts
            + self.patterns.as_ref().map_or(0, Patterns::bytes)
            + self.numbers.bytes()
            + self.addresses.bytes()
    }
}

/// Without the texts, which are made again of the tests that ask for them.
impl Coded for Automaton {
    fn put(&self, words: &mut Vec<u32>) {
        self.words.put(words);
        self.folded_words.put(words);
        self.patterns.put(words);
        self.numbers.put(words);
        self.addresses.put(words);
    }

    fn take(words: &mut parts::coded::Words<'_>) -> Option<Self> {
        Some(Self {
            words: Coded::take(words)?,
            folded_words: Coded::take(words)?,
            patterns: Coded::take(words)?,
            numbers: Coded::take(words)?,
            addresses: Coded::take(words)?,
            ..Self::default()
        })
    }
}

impl Words {
    fn run(
        &self,
        value: &[u8],
        hash: fn(u64, &[u8]) -> u64,
        is_it: impl Fn(Text) -> bool,
        mark: &mut impl FnMut(u32),
    ) {
        let Some(mask) = self.slots.len().checked_sub(1) else {
            return;
        };
        let mut at = hash(self.seed, value) as usize & mask;
        while let Some(number) = self.slots.get(at).and_then(|slot| slot.checked_sub(1)) {
            let Some(&(word, marks)) = self.words.get(number as usize) else {
                return;
            };
            if is_it(word) {
                return marks.of(&self.marks).iter().copied().for_each(mark);
            }
            at = (at + 1) & mask;
        }
    }

    fn bytes(&self) -> usize {
        (self.slots.len() + self.marks.len()) * 4 + self.words.len() * size_of::<(Text, Range32)>()
    }
}

impl Patterns {
    fn run(&self, value: &[u8], mark: &mut impl FnMut(u32)) {
        let input = Input::new(value).anchored(Anchored::Yes);
        let mut state = OverlappingState::start();
        // An error means a byte the automaton was told to quit at; ours has none.
        while self
            .search
            .get()
            .try_search_overlapping_fwd(&input, &mut state)
            .is_ok()
            && let Some(found) = state.get_match()
        {
            if let Some(&number) = self.marks.get(found.pattern().as_usize()) {
                mark(number);
            }
        }
    }

    fn bytes(&self) -> usize {
        self.search.get().memory_usage() + self.marks.len() * 4
    }
}

impl<T: Copy + Ord> Intervals<T> {
    fn run(&self, number: T, mark: &mut impl FnMut(u32)) {
        let after = self.starts.partition_point(|start| *start <= number);
        let Some(at) = after.checked_sub(1) else {
            return;
        };
        if let Some(marks) = self.holding.get(at) {
            marks.of(&self.marks).iter().copied().for_each(mark);
        }
    }

    fn bytes(&self) -> usize {
        self.starts.len() * (size_of::<T>() + size_of::<Range32>()) + self.marks.len() * 4
    }
}
