//! Matches: what each asks besides host and path's place, and the rule it belongs to.
//!
//! Tables have as many matches as rules or more, and most matches are alike: no method
//! or the same, the first of their rules, a header or none. So what they are alike in
//! is stored once, and a match is three numbers.

use alloc::vec::Vec;

#[cfg(feature = "compile")]
use super::NONE;
use super::text::Range32;

/// One match of one rule, wherever it is found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) rule: u32,
    pub(crate) predicates: Range32,
    pub(crate) common: Common,
}

/// What many matches have in common.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
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
}

/// A match as it is stored.
#[derive(Clone, Copy, Debug)]
struct Stored {
    rule: u32,
    /// Index into [`Entries::programs`].
    program: u32,
    /// Index into [`Entries::commons`].
    common: u32,
}

/// All matches of a table.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    stored: Vec<Stored>,
    /// Runs of [`Predicates::steps`](super::predicate::Predicates::steps).
    programs: Vec<Range32>,
    commons: Vec<Common>,
}

impl Entries {
    #[inline]
    pub(crate) fn get(&self, id: u32) -> Option<Entry> {
        let stored = self.stored.get(id as usize)?;
        Some(Entry {
            rule: stored.rule,
            predicates: *self.programs.get(stored.program as usize)?,
            common: *self.commons.get(stored.common as usize)?,
        })
    }

    /// Reads what is stored of a match; the value means nothing.
    #[inline(always)]
    pub(crate) fn touch(&self, id: u32) -> u64 {
        let stored = self.stored.get(id as usize);
        stored.map_or(0, |stored| u64::from(stored.rule ^ stored.common))
    }

    pub(crate) fn len(&self) -> usize {
        self.stored.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.stored.len() * size_of::<Stored>()
            + self.programs.len() * size_of::<Range32>()
            + self.commons.len() * size_of::<Common>()
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

    /// Adds a match of numbers that were given, and gives its own.
    pub(crate) fn add(&mut self, rule: u32, program: u32, common: u32) -> u32 {
        self.stored.push(Stored {
            rule,
            program,
            common,
        });
        self.stored.len() as u32 - 1
    }
}

impl Entry {
    pub(crate) const GRPC_ONLY: u8 = 1;
    pub(crate) const HTTP_SCHEME: u8 = 2;
    pub(crate) const HTTPS_SCHEME: u8 = 4;
    /// The path is compared as it came.
    pub(crate) const RAW_PATH: u8 = 8;

    /// Whether it takes every request that comes to where it hangs.
    #[cfg(feature = "compile")]
    pub(crate) fn takes_all(&self) -> bool {
        let is_tested = |id: u32| id != NONE;
        self.common.methods == 0
            && self.common.flags == 0
            && self.predicates.len == 0
            && ![
                self.common.path_regex,
                self.common.path_test,
                self.common.grpc,
            ]
            .into_iter()
            .any(is_tested)
    }
}
