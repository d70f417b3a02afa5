//! Which host patterns take a host, from most to least specific.
//!
//! # Why this shape
//!
//! An exact host is one hash probe. A wildcard `*.example.com` takes a host when
//! what follows one of its dots is the suffix, and a raw suffix when the host
//! ends in it; both are found by hashing the host's tail, only at the lengths
//! that some pattern has, and a pattern with its star at the end likewise by the
//! host's head. So a lookup costs one probe for the exact host and a few
//! for each distinct pattern length that the host is long enough for, however
//! many patterns there are. Regular expressions are run one by one, each on a dense
//! automaton, so that a lookup needs no working memory.
//!
//! # Order
//!
//! Exact; what ends in a text, the longer text first (a wildcard's counts its dot);
//! what begins with a text, the longer first; regular expressions in the order given;
//! then the pattern that takes everything. Each pattern is there once.

use alloc::vec::Vec;

use regex_automata::dfa::Automaton;
use regex_automata::{Anchored, Input};

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use super::dfa::Dfa;
use super::hash::{hash, is_same};
use super::section::Section;
use super::text::{Text, TextPool};

/// Host patterns of one gateway or stage, each with a value.
#[derive(Clone, Debug, Default)]
pub(crate) struct HostIndex {
    pub(crate) seed: u64,
    /// The patterns with a text, where they hash to: open addressing, a power of two.
    pub(crate) slots: Section<HostPattern>,
    /// The [bits](HostKind::bit) of the patterns' kinds.
    pub(crate) kinds: u8,
    /// Distinct lengths of tails, longest first.
    pub(crate) tail_lengths: Vec<u16>,
    /// Distinct lengths of heads, longest first.
    pub(crate) head_lengths: Vec<u16>,
    /// In order of first appearance.
    pub(crate) regexes: Vec<HostRegex>,
    /// Value of the pattern that takes every host, and no host.
    pub(crate) any: Option<u32>,
}

#[derive(Clone, Copy, Debug, TryFromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
pub(crate) struct HostPattern {
    /// The host, the tail that it must end in (a wildcard's starts with the dot), or the
    /// head that it must begin with.
    pub(crate) text: Text,
    pub(crate) kind: HostKind,
    pub(crate) value: u32,
}

/// A regular expression over the whole host.
#[derive(Clone, Debug)]
pub(crate) struct HostRegex {
    /// As written, for explanations.
    #[cfg_attr(not(feature = "explain"), allow(dead_code))]
    pub(crate) text: Text,
    pub(crate) dfa: Dfa,
    pub(crate) value: u32,
}

impl HostRegex {
    pub(crate) fn is_match(&self, host: &[u8]) -> bool {
        let input = Input::new(host).anchored(Anchored::Yes).earliest(true);
        // An error means a byte the DFA was told to quit at; ours have none.
        matches!(self.dfa.get().try_search_fwd(&input), Ok(Some(_)))
    }
}

/// How a pattern's text is compared. A raw suffix may be the whole host; where there
/// is a star, it takes something.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Immutable, IntoBytes, KnownLayout, TryFromBytes)]
#[repr(u32)]
pub(crate) enum HostKind {
    Exact = 0,
    Wildcard = 1,
    Suffix = 2,
    OneLabel = 3,
    WildcardSuffix = 4,
    WildcardPrefix = 5,
    /// No pattern: the slot is empty.
    Vacant = 6,
}

impl HostPattern {
    pub(crate) const VACANT: Self = Self {
        text: Text { start: 0, len: 0 },
        kind: HostKind::Vacant,
        value: 0,
    };

    /// Whether the slot has a pattern.
    pub(crate) fn is_pattern(&self) -> bool {
        self.kind != HostKind::Vacant
    }
}

impl HostKind {
    /// The kinds that are compared with a tail, in the order in which those of one
    /// length are tried.
    // SPEC: one label before any depth at the same text. A raw suffix before both is
    // arbitrary but fixed.
    pub(crate) const TAILS: [Self; 4] = [
        Self::Suffix,
        Self::OneLabel,
        Self::Wildcard,
        Self::WildcardSuffix,
    ];

    /// The kind's bit in [`HostIndex::kinds`].
    pub(crate) fn bit(self) -> u8 {
        1 << self as u8
    }

    /// Whether a host takes the pattern, of which it has the text; `rest` is the other
    /// part of the host.
    pub(crate) fn takes(self, rest: &[u8]) -> bool {
        match self {
            Self::Exact => rest.is_empty(),
            Self::Vacant => false,
            Self::Suffix => true,
            // SPEC: Gateway API, Hostname: a wildcard label stands for one or more
            // labels, so something must precede the dot. Envoy, VirtualHost.domains: a
            // star takes at least one byte.
            Self::Wildcard | Self::WildcardSuffix | Self::WildcardPrefix => !rest.is_empty(),
            // SPEC: Ingress, IngressRule.host: the wildcard is one label.
            Self::OneLabel => !rest.is_empty() && memchr::memchr(b'.', rest).is_none(),
        }
    }
}

impl HostIndex {
    /// The patterns with a text, in no order.
    #[cfg(feature = "explain")]
    pub(crate) fn patterns(&self) -> impl Iterator<Item = &HostPattern> {
        self.slots.all().iter().filter(|slot| slot.is_pattern())
    }

    /// Calls `take` with the value of every pattern that takes `host`, most
    /// specific first, until it says to stop.
    #[inline]
    pub(crate) fn lookup(
        &self,
        text: &TextPool,
        host: Option<&[u8]>,
        mut take: impl FnMut(u32) -> Next,
    ) {
        if let Some(host) = host
            && self.lookup_named(text, host, &mut take) == Next::Stop
        {
            return;
        }
        if let Some(value) = self.any {
            take(value);
        }
    }

    /// The patterns that ask something of a host.
    #[inline]
    fn lookup_named(
        &self,
        text: &TextPool,
        host: &[u8],
        take: &mut impl FnMut(u32) -> Next,
    ) -> Next {
        if let Some(value) = self.exact(text, host)
            && take(value) == Next::Stop
        {
            return Next::Stop;
        }
        match self.has_others() {
            true => self.lookup_others(text, host, take),
            false => Next::Continue,
        }
    }

    /// The exact hosts, in no order.
    pub(crate) fn exact_hosts<'i>(&'i self, text: &'i TextPool) -> impl Iterator<Item = &'i [u8]> {
        let patterns = self.slots.all().iter();
        patterns
            .filter(|pattern| pattern.kind == HostKind::Exact)
            .map(|pattern| text.get(pattern.text))
    }

    /// Whether a pattern asks something of a host and takes more than one.
    #[inline]
    pub(crate) fn has_others(&self) -> bool {
        self.kinds & !HostKind::Exact.bit() != 0 || !self.regexes.is_empty()
    }

    /// The value of an exact host.
    #[inline(always)]
    pub(crate) fn exact(&self, text: &TextPool, host: &[u8]) -> Option<u32> {
        match self.kinds & HostKind::Exact.bit() != 0 {
            true => self.probe_here(text, host, HostKind::Exact),
            false => None,
        }
    }

    /// [`lookup`](Self::lookup) among the patterns that take more hosts than one, and not
    /// every host.
    #[inline(never)]
    pub(crate) fn lookup_others(
        &self,
        text: &TextPool,
        host: &[u8],
        take: &mut impl FnMut(u32) -> Next,
    ) -> Next {
        for &length in &self.tail_lengths {
            let Some(start) = host.len().checked_sub(usize::from(length)) else {
                continue;
            };
            let Some((rest, tail)) = host.split_at_checked(start) else {
                continue;
            };
            for kind in HostKind::TAILS {
                if self.kinds & kind.bit() != 0
                    && kind.takes(rest)
                    && let Some(value) = self.probe(text, tail, kind)
                    && take(value) == Next::Stop
                {
                    return Next::Stop;
                }
            }
        }
        // SPEC: nginx, server_name: the longest name with a star at its end comes
        // after those with one at their start, then regular expressions in order of
        // appearance. Envoy, VirtualHost.domains: the same without the latter.
        for &length in &self.head_lengths {
            let Some((head, rest)) = host.split_at_checked(usize::from(length)) else {
                continue;
            };
            if HostKind::WildcardPrefix.takes(rest)
                && let Some(value) = self.probe(text, head, HostKind::WildcardPrefix)
                && take(value) == Next::Stop
            {
                return Next::Stop;
            }
        }
        for regex in &self.regexes {
            if regex.is_match(host) && take(regex.value) == Next::Stop {
                return Next::Stop;
            }
        }
        Next::Continue
    }

    fn probe(&self, text: &TextPool, key: &[u8], kind: HostKind) -> Option<u32> {
        self.probe_here(text, key, kind)
    }

    #[inline(always)]
    fn probe_here(&self, text: &TextPool, key: &[u8], kind: HostKind) -> Option<u32> {
        let mask = self.slots.all().len().checked_sub(1)?;
        let at = hash(self.seed ^ kind as u64, key) as usize & mask;
        self.probe_from(text, key, kind, at)
    }

    #[inline(always)]
    fn probe_from(
        &self,
        text: &TextPool,
        key: &[u8],
        kind: HostKind,
        mut at: usize,
    ) -> Option<u32> {
        let mask = self.slots.all().len().checked_sub(1)?;
        loop {
            let pattern = self.slots.all().get(at)?;
            if pattern.kind == HostKind::Vacant {
                return None;
            }
            if pattern.kind == kind
                && pattern.text.len as usize == key.len()
                && is_same(text.get(pattern.text), key)
            {
                return Some(pattern.value);
            }
            at = (at + 1) & mask;
        }
    }

    /// Where an exact host is looked for first.
    #[inline]
    pub(crate) fn place(&self, host: &[u8]) -> usize {
        let hash = hash(self.seed ^ HostKind::Exact as u64, host) as usize;
        hash & self.slots.all().len().wrapping_sub(1)
    }

    /// Reads what is looked at there; the value means nothing.
    #[inline(always)]
    pub(crate) fn touch(&self, place: usize) -> u64 {
        let pattern = self.slots.all().get(place);
        pattern.map_or(0, |pattern| u64::from(pattern.text.start ^ pattern.value))
    }

    /// The same for the text of the pattern that is there.
    #[inline(always)]
    pub(crate) fn touch_text(&self, text: &TextPool, place: usize) -> u64 {
        let pattern = self.slots.all().get(place);
        pattern.map_or(0, |pattern| text.touch(pattern.text))
    }

    /// The value of the most specific pattern that takes a host, whose [place](Self::place)
    /// is known; where a regular expression might have to be asked, only of an exact one.
    #[inline(always)]
    pub(crate) fn first(&self, text: &TextPool, host: &[u8], place: usize) -> Option<u32> {
        let exact = self.probe_from(text, host, HostKind::Exact, place);
        match exact.is_some() || !self.regexes.is_empty() {
            true => exact,
            false => self.first_other(text, host),
        }
    }

    #[inline(never)]
    fn first_other(&self, text: &TextPool, host: &[u8]) -> Option<u32> {
        let mut first = None;
        self.lookup(text, Some(host), |value| {
            first = Some(value);
            Next::Stop
        });
        first
    }

    pub(crate) fn bytes(&self) -> usize {
        self.slots.bytes()
            + (self.tail_lengths.len() + self.head_lengths.len()) * 2
            + self
                .regexes
                .iter()
                .map(|regex| size_of::<HostRegex>() + regex.dfa.get().memory_usage())
                .sum::<usize>()
    }
}

/// Whether a lookup goes on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Next {
    Continue,
    Stop,
}
