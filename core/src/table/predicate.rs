//! Header and query predicates, each stored once however many rules ask it.
//!
//! Names are interned into slots: a request's headers are looked at once, each
//! name costs one hash probe, and a predicate then reads its slot.

use alloc::vec::Vec;

use super::hash::{hash, hash_lower};
use super::regex::Regex;
use super::text::{Text, TextPool};
use crate::vocabulary::RepeatedValues;

#[derive(Default)]
pub(crate) struct Predicates {
    /// Predicate ids that entries' ranges run over.
    pub(crate) lists: Vec<u32>,
    pub(crate) tests: Vec<Predicate>,
    pub(crate) headers: SlotIndex,
    pub(crate) query: SlotIndex,
    pub(crate) regexes: Vec<Regex>,
    pub(crate) grpc: Vec<GrpcTest>,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Predicate {
    pub(crate) on: Subject,
    /// Slot of the name.
    pub(crate) slot: u32,
    pub(crate) test: ValueTest,
    pub(crate) invert: bool,
    /// What a request without the name gives.
    pub(crate) missing: bool,
    pub(crate) repeated: RepeatedValues,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Subject {
    Header,
    Query,
}

/// What a value must be.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum ValueTest {
    Present,
    Exact(Text),
    Prefix(Text),
    Suffix(Text),
    Contains(Text),
    /// Index into [`Predicates::regexes`].
    Regex(u32),
    /// `start <= n < end`
    Range(i64, i64),
}

/// What the two segments of a gRPC path must be; `None` takes any.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GrpcTest {
    pub(crate) service: Option<ValueTest>,
    pub(crate) method: Option<ValueTest>,
}

/// Names to slots, by hash.
#[derive(Clone, Debug, Default)]
pub(crate) struct SlotIndex {
    pub(crate) seed: u64,
    /// Open addressing, a power of two; 0 is empty, otherwise a slot plus one.
    pub(crate) slots: Vec<u32>,
    pub(crate) names: Vec<Text>,
}

impl SlotIndex {
    /// The slot of a name, compared byte for byte.
    pub(crate) fn find(&self, text: &TextPool, name: &[u8]) -> Option<u32> {
        self.probe(hash(self.seed, name), |candidate| {
            text.get(candidate) == name
        })
    }

    /// The slot of a name, compared without regard to ASCII case.
    pub(crate) fn find_lower(&self, text: &TextPool, name: &[u8]) -> Option<u32> {
        self.probe(hash_lower(self.seed, name), |candidate| {
            text.get(candidate).eq_ignore_ascii_case(name)
        })
    }

    fn probe(&self, hash: u64, is_it: impl Fn(Text) -> bool) -> Option<u32> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots.get(at)?.checked_sub(1)?;
            if is_it(*self.names.get(slot as usize)?) {
                return Some(slot);
            }
            at = (at + 1) & mask;
        }
    }
}

/// Reads an optionally signed decimal integer, digits only.
pub(crate) fn integer(value: &[u8]) -> Option<i64> {
    let digits = value
        .strip_prefix(b"-")
        .or(value.strip_prefix(b"+"))
        .unwrap_or(value);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    core::str::from_utf8(value).ok()?.parse().ok()
}

impl Predicates {
    pub(crate) fn bytes(&self) -> usize {
        self.lists.len() * 4
            + self.tests.len() * size_of::<Predicate>()
            + (self.headers.slots.len() + self.query.slots.len()) * 4
            + (self.headers.names.len() + self.query.names.len()) * 8
            + self.regexes.iter().map(Regex::bytes).sum::<usize>()
            + self.grpc.len() * size_of::<GrpcTest>()
    }
}
