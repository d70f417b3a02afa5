//! Regular expressions, searchable without allocating.
//!
//! Two questions are asked of a pattern, by two types. [`Regex`] says whether a value
//! matches; all of its searches begin at the first byte, since a pattern that is found
//! anywhere begins with any run of bytes. [`GroupRegex`] says where a pattern is found
//! and what its groups took.
//!
//! # Why this shape
//!
//! A dense DFA answers the first question in one pass and needs no working memory. A
//! pattern whose DFA is over its budget runs on a one-pass DFA where it is one-pass,
//! and on the PikeVM otherwise; groups need one of these two in any case. Their
//! caches are in the scratch, made with all the room that a search can need. A lazy
//! DFA would be faster than the PikeVM, but allocates while it searches.
//!
//! # Invariants
//!
//! 1. All engines give the same answers; the budgets choose speed alone.
//! 2. Values are bytes, never assumed to be UTF-8.
//!
//! # Complexity
//!
//! Linear in the value; for one-pass DFA and PikeVM times the size of the program.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Range;

use regex_automata::dfa::Automaton;
#[cfg(feature = "compile")]
use regex_automata::dfa::onepass;
#[cfg(feature = "compile")]
use regex_automata::nfa::thompson::pikevm;
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::{Anchored, Input};

use super::dfa::Dfa;
use super::section::Section;
use super::text::Text;

/// A pattern with its anchors, to be compiled again where a table is loaded.
#[cfg(feature = "compile")]
pub(crate) type Source = Box<str>;

/// One compiled pattern, of which only whether it matches is asked.
#[derive(Clone, Debug)]
pub(crate) enum Regex {
    /// In one pass, without working memory.
    Dense(Box<Dfa>),
    /// In one pass, with the scratch's cache of this number.
    #[cfg(feature = "compile")]
    OnePass {
        dfa: Box<onepass::DFA>,
        cache: u32,
        source: Source,
    },
    /// With the scratch's cache of this number.
    #[cfg(feature = "compile")]
    Pike {
        vm: pikevm::PikeVM,
        cache: u32,
        source: Source,
    },
}

/// One compiled pattern, of which places and groups are asked.
#[derive(Clone, Debug)]
pub(crate) struct GroupRegex {
    pub(crate) engine: GroupEngine,
    /// Number and name of each group that is shown. One without a name goes by its
    /// number in decimal; group 0 is the whole match.
    pub(crate) names: Vec<(u32, Text)>,
    /// Groups there are, the whole match among them.
    pub(crate) groups: u32,
}

#[derive(Clone, Debug)]
pub(crate) enum GroupEngine {
    /// For patterns that take the whole value and have no groups: nothing is searched,
    /// since who asks knows already that the value matches.
    Whole,
    /// For templates of whole segments: again who asks knows that the path matches.
    Segments(Vec<SegmentHole>),
    /// Only for a pattern that can match nowhere but at the first byte.
    #[cfg(feature = "compile")]
    OnePass {
        dfa: Box<onepass::DFA>,
        cache: u32,
        source: Source,
    },
    /// With the cache that all of them share; the number tells them apart.
    #[cfg(feature = "compile")]
    Pike {
        vm: pikevm::PikeVM,
        id: u32,
        source: Source,
    },
}

/// What a hole of a template takes of a path.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct SegmentHole {
    /// Slashes before it, that of the path's beginning not counted.
    pub(crate) segment: u32,
    /// Whether it takes all that follows rather than one segment.
    pub(crate) is_rest: bool,
}

/// Working memory for the patterns of a table that need some.
#[derive(Debug, Default)]
pub(crate) struct RegexScratch {
    #[cfg(feature = "compile")]
    caches: Vec<pikevm::Cache>,
    #[cfg(feature = "compile")]
    onepass: Vec<onepass::Cache>,
    #[cfg(feature = "compile")]
    group_onepass: Vec<onepass::Cache>,
    /// For the one winner whose groups are wanted, and which pattern it is set up for.
    #[cfg(feature = "compile")]
    groups: Option<GroupCache>,
    /// Start and end of each group of the last search for groups.
    slots: Vec<Option<NonMaxUsize>>,
}

/// A cache for all patterns with groups, one after the other.
#[cfg(feature = "compile")]
#[derive(Debug)]
struct GroupCache {
    cache: pikevm::Cache,
    /// The pattern that it is set up for.
    user: u32,
    /// One without states: a cache that is reset for it holds nothing any more.
    empty: pikevm::PikeVM,
}

#[cfg(feature = "compile")]
impl GroupCache {
    fn new(cache: pikevm::Cache) -> Option<Self> {
        Some(Self {
            cache,
            user: super::NONE,
            empty: pikevm::PikeVM::never_match().ok()?,
        })
    }

    /// The cache, for this pattern. Does not allocate.
    fn of(&mut self, vm: &pikevm::PikeVM, id: u32) -> &mut pikevm::Cache {
        if self.user != id {
            // A reset alone keeps what the last pattern's groups took, and a group that
            // takes no part in a match would then have the place of another request's.
            self.cache.reset(&self.empty);
            self.cache.reset(vm);
            self.user = id;
        }
        &mut self.cache
    }
}

impl RegexScratch {
    /// The caches of both kinds, in order: a pattern's number counts those of its
    /// kind and engine before it.
    pub(crate) fn new(regexes: &Section<Regex>, groups: &Section<GroupRegex>) -> Self {
        let most = groups.iter().map(|regex| regex.groups as usize * 2).max();
        let slots = alloc::vec![None; most.unwrap_or(0)];
        #[cfg(feature = "compile")]
        {
            let mut scratch = Self {
                slots,
                ..Self::default()
            };
            for regex in regexes.iter() {
                match regex {
                    Regex::Dense(_) => {}
                    Regex::OnePass { dfa, .. } => scratch.onepass.push(dfa.create_cache()),
                    Regex::Pike { vm, .. } => scratch.caches.push(super::pike::roomy_cache(vm)),
                }
            }
            for regex in groups.iter() {
                if let GroupEngine::OnePass { dfa, .. } = &regex.engine {
                    scratch.group_onepass.push(dfa.create_cache());
                }
            }
            let vms = groups.iter().filter_map(|regex| match &regex.engine {
                GroupEngine::Whole | GroupEngine::Segments(_) | GroupEngine::OnePass { .. } => None,
                GroupEngine::Pike { vm, .. } => Some(vm),
            });
            let cache = super::pike::shared_cache(vms);
            scratch.groups = cache.and_then(GroupCache::new);
            scratch
        }
        #[cfg(not(feature = "compile"))]
        {
            let _ = regexes;
            Self { slots }
        }
    }

    /// Where a group of the last search for groups lies; `None` where it took no part
    /// in the match.
    pub(crate) fn span(&self, group: usize) -> Option<(usize, usize)> {
        let start = group.checked_mul(2)?;
        let slot = |at: usize| self.slots.get(at).copied().flatten();
        Some((slot(start)?.get(), slot(start + 1)?.get()))
    }

    pub(crate) fn bytes(&self) -> usize {
        let slots = self.slots.capacity() * size_of::<Option<NonMaxUsize>>();
        #[cfg(feature = "compile")]
        {
            let caches = self.caches.iter().map(pikevm::Cache::memory_usage);
            let onepass = self.onepass.iter().chain(&self.group_onepass);
            let onepass = onepass.map(onepass::Cache::memory_usage);
            let groups = self.groups.as_ref();
            let groups = groups.map_or(0, |groups| groups.cache.memory_usage());
            slots + caches.sum::<usize>() + onepass.sum::<usize>() + groups
        }
        #[cfg(not(feature = "compile"))]
        {
            slots
        }
    }
}

impl Regex {
    /// Whether the pattern, which is compiled with its anchors, matches.
    #[cfg_attr(not(feature = "compile"), allow(unused_variables))]
    pub(crate) fn is_match(&self, scratch: &mut RegexScratch, value: &[u8]) -> bool {
        let input = Input::new(value).anchored(Anchored::Yes).earliest(true);
        match self {
            // An error means a byte the DFA was told to quit at; ours have none.
            Self::Dense(dfa) => matches!(dfa.get().try_search_fwd(&input), Ok(Some(_))),
            #[cfg(feature = "compile")]
            Self::OnePass { dfa, cache, .. } => scratch
                .onepass
                .get_mut(*cache as usize)
                .is_some_and(|cache| {
                    matches!(dfa.try_search_slots(cache, &input, &mut []), Ok(Some(_)))
                }),
            #[cfg(feature = "compile")]
            Self::Pike { vm, cache, .. } => scratch
                .caches
                .get_mut(*cache as usize)
                .is_some_and(|cache| vm.is_match(cache, input)),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Dense(dfa) => dfa.get().memory_usage(),
            #[cfg(feature = "compile")]
            Self::OnePass { dfa, .. } => dfa.memory_usage() + dfa.get_nfa().memory_usage(),
            #[cfg(feature = "compile")]
            Self::Pike { vm, .. } => vm.get_nfa().memory_usage(),
        }
    }
}

impl GroupRegex {
    /// Finds the pattern at `start` or later and notes its groups, which
    /// [`RegexScratch::span`] then gives; `None` where it is not found. What lies
    /// before `start` counts for anchors and word boundaries. Does not allocate.
    pub(crate) fn find_at(
        &self,
        scratch: &mut RegexScratch,
        haystack: &[u8],
        start: usize,
    ) -> Option<()> {
        scratch.slots.fill(None);
        if start > haystack.len() {
            return None;
        }
        let slots = scratch.slots.get_mut(..self.groups as usize * 2)?;
        #[cfg(feature = "compile")]
        let input = Input::new(haystack).range(start..);
        let is_found = match &self.engine {
            GroupEngine::Whole => {
                note(slots, 0, 0..haystack.len());
                true
            }
            GroupEngine::Segments(holes) => {
                note_segments(slots, holes, haystack);
                true
            }
            #[cfg(feature = "compile")]
            GroupEngine::OnePass { dfa, cache, .. } => {
                let cache = scratch.group_onepass.get_mut(*cache as usize)?;
                let input = input.anchored(Anchored::Yes);
                matches!(dfa.try_search_slots(cache, &input, slots), Ok(Some(_)))
            }
            #[cfg(feature = "compile")]
            GroupEngine::Pike { vm, id, .. } => {
                let cache = scratch.groups.as_mut()?.of(vm, *id);
                vm.search_slots(cache, &input, slots).is_some()
            }
        };
        is_found.then_some(())
    }

    pub(crate) fn bytes(&self) -> usize {
        let names = self.names.len() * size_of::<(u32, Text)>();
        let engine = match &self.engine {
            GroupEngine::Whole => 0,
            GroupEngine::Segments(holes) => holes.len() * size_of::<SegmentHole>(),
            #[cfg(feature = "compile")]
            GroupEngine::OnePass { dfa, .. } => dfa.memory_usage() + dfa.get_nfa().memory_usage(),
            #[cfg(feature = "compile")]
            GroupEngine::Pike { vm, .. } => vm.get_nfa().memory_usage(),
        };
        names + engine
    }
}

/// Notes what a group took.
fn note(slots: &mut [Option<NonMaxUsize>], group: usize, span: Range<usize>) {
    let (start, end) = (group * 2, group * 2 + 1);
    for (at, place) in [(start, span.start), (end, span.end)] {
        if let Some(slot) = slots.get_mut(at) {
            *slot = NonMaxUsize::new(place);
        }
    }
}

/// Notes what the holes of a template took of a path that it takes. Holes are in order;
/// the first is group 1.
fn note_segments(slots: &mut [Option<NonMaxUsize>], holes: &[SegmentHole], path: &[u8]) {
    note(slots, 0, 0..path.len());
    let mut slashes = memchr::memchr_iter(b'/', path).peekable();
    let mut segment = 0;
    for (group, hole) in (1..).zip(holes) {
        while segment < hole.segment && slashes.next().is_some() {
            segment += 1;
        }
        let Some(slash) = slashes.next() else { return };
        segment += 1;
        let end = match hole.is_rest {
            true => path.len(),
            false => slashes.peek().copied().unwrap_or(path.len()),
        };
        note(slots, group, slash + 1..end);
    }
}
