//! Tests of facts, each stored once however many rules ask it, and the programs
//! that matches combine them by.
//!
//! A [`Slot`] is a fact that rules ask for, and what counts where it has several
//! values. A [`Predicate`] is a test of one slot. A match's predicates are a run of
//! [`Step`]s: each names a predicate and where to go on if it holds and if not, so
//! that nested AND, OR and NOT need no stack.
//!
//! # Invariants
//!
//! 1. A step leads to later steps of its run, to [`Step::HOLDS`] or to
//!    [`Step::FAILS`]. So each step is taken at most once.
//! 2. A slot's predicates that have a mark are answered together by the slot's
//!    automaton; the others are asked on their own.
//! 3. Texts that are compared without regard to case are in lower case.

use alloc::vec::Vec;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::automaton::Automaton;
use super::fact::FactEntry;
use super::hash::{hash, hash_lower, is_same, is_same_lower};
use super::regex::Regex;
use super::section::Section;
use super::text::{Range32, Text, TextPool};
use crate::vocabulary::RepeatedValues;

#[derive(Clone, Default)]
pub(crate) struct Predicates {
    /// What entries' ranges run over, equal runs once.
    pub(crate) steps: Section<Step>,
    pub(crate) tests: Section<Predicate>,
    pub(crate) slots: Section<Slot>,
    pub(crate) automata: Section<Automaton>,
    /// Tests that automata answer, of all slots.
    pub(crate) marks: u32,
    pub(crate) names: NameIndexes,
    /// Members of sets, each set sorted by bytes.
    pub(crate) members: Section<Text>,
    /// For each text that is searched without regard to case and each of its
    /// prefixes: how long the longest shorter prefix is that the prefix ends in.
    pub(crate) borders: Section<u32>,
    /// Address ranges, each list sorted and without overlap.
    pub(crate) blocks: Section<Block>,
    pub(crate) regexes: Section<Regex>,
    pub(crate) grpc: Section<GrpcTest>,
}

/// The names of facts that have one.
#[derive(Clone, Debug, Default)]
pub(crate) struct NameIndexes {
    /// Lower case.
    pub(crate) headers: NameIndex,
    /// Query parameters, percent-decoded.
    pub(crate) query: NameIndex,
    pub(crate) raw_query: NameIndex,
    pub(crate) cookies: NameIndex,
    pub(crate) attributes: NameIndex,
}

/// What to ask, and where to go on.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
pub(crate) struct Step {
    /// Index into [`Predicates::tests`]; [`NONE`](super::NONE) never holds.
    pub(crate) predicate: u32,
    /// Position in the run if it holds.
    pub(crate) yes: u32,
    /// Position in the run if not.
    pub(crate) no: u32,
}

impl Step {
    /// The match's predicates hold.
    pub(crate) const HOLDS: u32 = u32::MAX;
    /// They do not.
    pub(crate) const FAILS: u32 = u32::MAX - 1;
}

/// One test.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Predicate {
    Fact(FactTest),
    /// A share of requests.
    Fraction {
        numerator: u32,
        denominator: u32,
    },
}

/// A test of a slot.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct FactTest {
    pub(crate) slot: u32,
    pub(crate) test: ValueTest,
    pub(crate) invert: bool,
    /// What a request without the fact gives.
    pub(crate) missing: bool,
    /// Number among the tests that automata answer, or [`NONE`](super::NONE).
    pub(crate) mark: u32,
}

/// A fact that rules ask for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) fact: FactEntry,
    /// Number of the fact's name among those of its kind; 0 where it has none.
    pub(crate) name: u32,
    pub(crate) repeated: RepeatedValues,
    /// Index into [`Predicates::automata`], or [`NONE`](super::NONE).
    pub(crate) automaton: u32,
}

impl Slot {
    /// Whether its tests run on one value, whatever a request has.
    pub(crate) fn is_one(&self) -> bool {
        matches!(
            self.repeated,
            RepeatedValues::Joined | RepeatedValues::First
        )
    }
}

/// What a value must be.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum ValueTest {
    Present,
    Exact(Literal),
    Prefix(Literal),
    Suffix(Literal),
    Contains {
        literal: Literal,
        /// First of the literal's [`Predicates::borders`]; only where it is folded.
        borders: u32,
    },
    /// One of these [`Predicates::members`].
    In {
        members: Range32,
        fold: bool,
    },
    /// Index into [`Predicates::regexes`].
    Regex(u32),
    /// A regular expression made of a pattern with `*` and `?`, and that pattern.
    Glob {
        pattern: Text,
        regex: u32,
    },
    /// `start <= n < end`
    Range(i64, i64),
    /// An address in these [`Predicates::blocks`].
    Cidr(Range32),
}

/// A text to compare with.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Literal {
    pub(crate) text: Text,
    /// Whether ASCII letters match without regard to case; the text is then in
    /// lower case.
    pub(crate) fold: bool,
}

/// Addresses from the first to the last. An IPv4 address stands as its IPv4-mapped
/// IPv6 form, so that the two are one.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Block {
    pub(crate) first: u128,
    pub(crate) last: u128,
}

/// What the two segments of a gRPC path must be; `None` takes any.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GrpcTest {
    pub(crate) service: Option<ValueTest>,
    pub(crate) method: Option<ValueTest>,
}

/// Names to numbers, by hash.
#[derive(Clone, Debug, Default)]
pub(crate) struct NameIndex {
    pub(crate) seed: u64,
    /// Open addressing, a power of two; 0 is empty, otherwise a number plus one.
    pub(crate) slots: Vec<u32>,
    pub(crate) names: Vec<Text>,
    /// The [bits](Self::length_bit) of the names' lengths: most names that a request
    /// has are of another length than those that rules ask for.
    pub(crate) lengths: u64,
}

/// Most names that are compared one by one.
const FEW: usize = 4;

impl NameIndex {
    /// The bit of a length in [`NameIndex::lengths`]; a long one shares a short one's.
    #[inline]
    pub(crate) fn length_bit(length: usize) -> u64 {
        1u64.wrapping_shl(length as u32)
    }

    /// Whether a length's bit is among others.
    #[inline]
    pub(crate) fn has_length(lengths: u64, length: usize) -> bool {
        lengths.wrapping_shr(length as u32) & 1 != 0
    }

    /// The number of a name, compared byte for byte.
    pub(crate) fn find(&self, text: &TextPool, name: &[u8]) -> Option<u32> {
        if !Self::has_length(self.lengths, name.len()) {
            return None;
        }
        self.probe(hash(self.seed, name), |candidate| {
            is_same(text.get(candidate), name)
        })
    }

    /// The number of a name, compared without regard to ASCII case.
    #[inline]
    pub(crate) fn find_lower(&self, text: &TextPool, name: &[u8]) -> Option<u32> {
        if !Self::has_length(self.lengths, name.len()) {
            return None;
        }
        // A few are compared sooner than one is hashed.
        if self.names.len() <= FEW {
            for (number, &candidate) in self.names.iter().enumerate() {
                if candidate.len as usize == name.len() && is_same_lower(text.get(candidate), name)
                {
                    return Some(number as u32);
                }
            }
            return None;
        }
        self.probe_lower(text, name)
    }

    #[inline(never)]
    fn probe_lower(&self, text: &TextPool, name: &[u8]) -> Option<u32> {
        self.probe(hash_lower(self.seed, name), |candidate| {
            is_same_lower(text.get(candidate), name)
        })
    }

    #[inline]
    fn probe(&self, hash: u64, is_it: impl Fn(Text) -> bool) -> Option<u32> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = hash as usize & mask;
        loop {
            let number = self.slots.get(at)?.checked_sub(1)?;
            if is_it(*self.names.get(number as usize)?) {
                return Some(number);
            }
            at = (at + 1) & mask;
        }
    }

    fn bytes(&self) -> usize {
        self.slots.len() * 4 + self.names.len() * size_of::<Text>()
    }
}

impl NameIndexes {
    pub(crate) fn all_mut(&mut self) -> [&mut NameIndex; 5] {
        [
            &mut self.headers,
            &mut self.query,
            &mut self.raw_query,
            &mut self.cookies,
            &mut self.attributes,
        ]
    }

    fn bytes(&self) -> usize {
        let all = [
            &self.headers,
            &self.query,
            &self.raw_query,
            &self.cookies,
            &self.attributes,
        ];
        all.into_iter().map(NameIndex::bytes).sum()
    }
}

impl Predicates {
    pub(crate) fn bytes(&self) -> usize {
        self.steps.bytes()
            + self.tests.bytes()
            + self.slots.bytes()
            + self.automata.iter().map(Automaton::bytes).sum::<usize>()
            + self.names.bytes()
            + self.members.bytes()
            + self.borders.bytes()
            + self.blocks.bytes()
            + self.regexes.iter().map(Regex::bytes).sum::<usize>()
            + self.grpc.bytes()
    }
}
