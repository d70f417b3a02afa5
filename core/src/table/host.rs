//! Which host patterns take a host, from most to least specific.
//!
//! # Why this shape
//!
//! An exact host is one hash probe. A wildcard `*.example.com` takes a host when
//! what follows one of its dots is the suffix, and a raw suffix when the host
//! ends in it; both are found by hashing the host's tail, only at the lengths
//! that some pattern has. So a lookup costs one probe for the exact host and one
//! for each distinct pattern length that the host is long enough for, however
//! many patterns there are.
//!
//! # Order
//!
//! Exact, then by length of the fixed text (a wildcard's counts its dot), then
//! the pattern that takes everything. Each pattern is there once.

use alloc::vec::Vec;

use super::hash::hash;
use super::text::{Text, TextPool};

/// Host patterns of one gateway or stage, each with a value.
#[derive(Clone, Debug, Default)]
pub(crate) struct HostIndex {
    pub(crate) seed: u64,
    /// Open addressing, a power of two; 0 is empty, otherwise an index plus one.
    pub(crate) slots: Vec<u32>,
    pub(crate) patterns: Vec<HostPattern>,
    /// Distinct lengths of tails, longest first.
    pub(crate) tail_lengths: Vec<u16>,
    /// Value of the pattern that takes every host, and no host.
    pub(crate) any: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct HostPattern {
    /// The host, or the tail that it must end in; a wildcard's starts with the dot.
    pub(crate) text: Text,
    pub(crate) kind: HostKind,
    pub(crate) value: u32,
}

/// How a pattern's text is compared. A raw suffix may be the whole host; a
/// wildcard never is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub(crate) enum HostKind {
    Exact = 0,
    Wildcard = 1,
    Suffix = 2,
}

impl HostIndex {
    /// Calls `take` with the value of every pattern that takes `host`, most
    /// specific first, until it says to stop.
    pub(crate) fn lookup(
        &self,
        text: &TextPool,
        host: Option<&[u8]>,
        mut take: impl FnMut(u32) -> Next,
    ) {
        if let Some(host) = host {
            if let Some(value) = self.probe(text, host, HostKind::Exact)
                && take(value) == Next::Stop
            {
                return;
            }
            for &length in &self.tail_lengths {
                let Some(start) = host.len().checked_sub(usize::from(length)) else {
                    continue;
                };
                let Some(tail) = host.get(start..) else {
                    continue;
                };
                // A suffix before a wildcard of the same length is arbitrary but fixed.
                for kind in [HostKind::Suffix, HostKind::Wildcard] {
                    // SPEC: Gateway API, Hostname: a wildcard label stands for one
                    // or more labels, so something must precede the dot.
                    if kind == HostKind::Wildcard && start == 0 {
                        continue;
                    }
                    if let Some(value) = self.probe(text, tail, kind)
                        && take(value) == Next::Stop
                    {
                        return;
                    }
                }
            }
        }
        if let Some(value) = self.any {
            take(value);
        }
    }

    fn probe(&self, text: &TextPool, key: &[u8], kind: HostKind) -> Option<u32> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = hash(self.seed ^ kind as u64, key) as usize & mask;
        loop {
            let slot = *self.slots.get(at)?;
            let pattern = self.patterns.get(slot.checked_sub(1)? as usize)?;
            if pattern.kind == kind && text.get(pattern.text) == key {
                return Some(pattern.value);
            }
            at = (at + 1) & mask;
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.slots.len() * 4
            + self.patterns.len() * size_of::<HostPattern>()
            + self.tail_lengths.len() * 2
    }
}

/// Whether a lookup goes on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Next {
    Continue,
    Stop,
}
