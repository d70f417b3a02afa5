//! Matches: what each asks besides host and path's place, and the rule it belongs to.
//!
//! Tables have as many matches as rules or more, and most matches are alike: no method
//! or the same, the first of their rules, a header or none. So what they are alike in
//! is stored once. A candidate has the numbers of what its match asks, so that trying it
//! reads nothing of its own besides; the rule is read once it has won.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::column::Column;
use super::parts::Each;
use super::path::Candidate;
use super::section::Section;
use super::text::Range32;

/// What one match of one rule asks, wherever it is found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'t> {
    pub(crate) predicates: Range32,
    pub(crate) common: &'t Common,
}

/// What many matches have in common.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
pub(crate) struct Common {
    /// Bits of the methods taken; 0 takes any.
    pub(crate) methods: u64,
    /// Index of the match in its rule.
    pub(crate) index: u32,
    /// Bytes of the path that a prefix match names, for rewrites; [`NONE`](super::NONE) if none.
    pub(crate) prefix_len: u32,
    /// Pattern of the path, or [`NONE`](super::NONE).
    pub(crate) path_regex: u32,
    /// Text that the path is compared with besides the tries, an index into
    /// [`Sections::path_tests`](super::Sections::path_tests), or [`NONE`](super::NONE).
    pub(crate) path_test: u32,
    /// gRPC name tests, or [`NONE`](super::NONE).
    pub(crate) grpc: u32,
    /// What the path's groups are read with, an index into
    /// [`Sections::group_regexes`](super::Sections::group_regexes), or [`NONE`](super::NONE).
    pub(crate) captures: u32,
    pub(crate) flags: u8,
    /// 0.
    pub(crate) unused: [u8; 7],
}

/// All matches of a table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entries {
    /// The rule of each: where each rule has one match, the one with its number.
    rules: Column,
    /// Runs of [`Predicates::steps`](super::predicate::Predicates::steps).
    programs: Section<Range32>,
    commons: Section<Common>,
}

impl Entries {
    /// What a candidate asks.
    #[inline]
    pub(crate) fn get(&self, candidate: &Candidate) -> Option<Entry<'_>> {
        Some(Entry {
            predicates: *self.programs.get(candidate.program as usize)?,
            common: self.commons.get(candidate.common as usize)?,
        })
    }

    /// Reads what a candidate asks; the value means nothing.
    #[inline(always)]
    pub(crate) fn touch(&self, candidate: &Candidate) -> u64 {
        let program = self.programs.get(candidate.program as usize);
        let common = self.commons.get(candidate.common as usize);
        u64::from(program.map_or(0, |program| program.start))
            ^ common.map_or(0, |common| common.methods)
    }

    /// The rule that a match belongs to.
    pub(crate) fn rule(&self, entry: u32) -> Option<u32> {
        self.rules.get(entry)
    }

    /// Calls `program` with each run of steps.
    pub(crate) fn each_program<E>(
        &self,
        program: impl FnMut(Range32) -> Result<(), E>,
    ) -> Result<(), E> {
        self.programs.iter().copied().try_for_each(program)
    }

    /// Its parts.
    pub(crate) fn each<E: Each>(&mut self, each: &mut E) -> Result<(), E::Fault> {
        self.rules.each(each, "rules of matches")?;
        each.section("programs", &mut self.programs)?;
        each.section("commons", &mut self.commons)
    }

    pub(crate) fn len(&self) -> usize {
        self.rules.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.rules.bytes() + self.programs.bytes() + self.commons.bytes()
    }
}

#[cfg(feature = "compile")]
impl Entries {
    /// Adds a run of steps, and gives its number.
    pub(crate) fn add_program(&mut self, program: Range32) -> u32 {
        self.programs.push(program);
        self.programs.len() as u32 - 1
    }

    /// Adds what matches have in common, and gives its number.
    pub(crate) fn add_common(&mut self, common: Common) -> u32 {
        self.commons.push(common);
        self.commons.len() as u32 - 1
    }

    /// What has been added under a number.
    pub(crate) fn common(&self, common: u32) -> Option<&Common> {
        self.commons.get(common as usize)
    }

    /// Adds a match of a rule, and gives its number.
    pub(crate) fn add(&mut self, rule: u32) -> u32 {
        self.rules.push(rule);
        self.rules.len() as u32 - 1
    }
}

impl Entry<'_> {
    pub(crate) const GRPC_ONLY: u8 = 1;
    pub(crate) const HTTP_SCHEME: u8 = 2;
    pub(crate) const HTTPS_SCHEME: u8 = 4;
    /// The path is compared as it came.
    pub(crate) const RAW_PATH: u8 = 8;
    /// The path is tested besides where the match hangs.
    pub(crate) const PATH_TEST: u8 = 16;
    /// What is asked of the request besides its path.
    pub(crate) const REQUEST_FLAGS: u8 = Self::GRPC_ONLY | Self::HTTP_SCHEME | Self::HTTPS_SCHEME;

    /// Whether it takes every request that comes to where it hangs.
    #[cfg(feature = "compile")]
    pub(crate) fn takes_all(&self) -> bool {
        self.common.methods == 0 && self.common.flags == 0 && self.predicates.len == 0
    }
}
