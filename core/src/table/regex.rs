//! Regular expressions, searchable without allocating.
//!
//! All of ours ask whether a value matches, from its first byte on; a pattern that is
//! found anywhere begins with any run of bytes. A dense DFA answers in one
//! pass and needs no working memory; a pattern whose DFA is over its budget runs
//! on the PikeVM with a cache that the scratch holds. Both are linear in the
//! value. Values are bytes, never assumed to be UTF-8.

use alloc::boxed::Box;
use alloc::vec::Vec;

use regex_automata::dfa::{Automaton, dense};
use regex_automata::{Anchored, Input};

/// One compiled pattern.
#[derive(Debug)]
pub(crate) enum Regex {
    /// In one pass, without working memory.
    Dense(Box<dense::DFA<Vec<u32>>>),
    /// With the scratch's cache of this number.
    #[cfg(feature = "compile")]
    Pike {
        vm: regex_automata::nfa::thompson::pikevm::PikeVM,
        cache: u32,
    },
}

/// Working memory for the patterns of a table that need some.
#[derive(Debug, Default)]
pub(crate) struct RegexScratch {
    #[cfg(feature = "compile")]
    caches: Vec<regex_automata::nfa::thompson::pikevm::Cache>,
}

impl RegexScratch {
    pub(crate) fn new(regexes: &[Regex]) -> Self {
        #[cfg(feature = "compile")]
        {
            let caches = regexes
                .iter()
                .filter_map(|regex| match regex {
                    Regex::Dense(_) => None,
                    Regex::Pike { vm, .. } => Some(pike::roomy_cache(vm)),
                })
                .collect();
            Self { caches }
        }
        #[cfg(not(feature = "compile"))]
        {
            let _ = regexes;
            Self {}
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        #[cfg(feature = "compile")]
        {
            self.caches.iter().map(|cache| cache.memory_usage()).sum()
        }
        #[cfg(not(feature = "compile"))]
        {
            0
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
            Self::Dense(dfa) => matches!(dfa.try_search_fwd(&input), Ok(Some(_))),
            #[cfg(feature = "compile")]
            Self::Pike { vm, cache } => scratch
                .caches
                .get_mut(*cache as usize)
                .is_some_and(|cache| vm.is_match(cache, input)),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Dense(dfa) => dfa.memory_usage(),
            #[cfg(feature = "compile")]
            Self::Pike { vm, .. } => vm.get_nfa().memory_usage(),
        }
    }
}

/// The PikeVM's cache with room for any search.
///
/// A cache made by the PikeVM itself has an empty stack, which grows in the first
/// searches: they would allocate.
#[cfg(feature = "compile")]
mod pike {
    use alloc::vec::Vec;

    use regex_automata::nfa::thompson::pikevm::{Cache, PikeVM};
    use regex_automata::nfa::thompson::{Builder, NFA, State};
    use regex_automata::{Anchored, Input};

    pub(super) fn roomy_cache(vm: &PikeVM) -> Cache {
        // A search visits each state once for each byte, and leaves at most its
        // further ways on the stack.
        let ways = |state: &State| match state {
            State::Union { alternates } => alternates.len(),
            State::BinaryUnion { .. } => 2,
            State::Capture { .. } => 1,
            _ => 0,
        };
        let room = vm.get_nfa().states().iter().map(ways).sum();
        let primer = fork(room).and_then(|nfa| PikeVM::new_from_nfa(nfa).ok());
        let Some(primer) = primer else {
            return vm.create_cache();
        };
        let mut cache = primer.create_cache();
        primer.is_match(&mut cache, Input::new(b"").anchored(Anchored::Yes));
        // Keeps the stack as large as it became.
        cache.reset(vm);
        cache
    }

    /// An automaton that leaves `room` ways on the stack in its first step.
    fn fork(room: usize) -> Option<NFA> {
        let mut builder = Builder::new();
        builder.start_pattern().ok()?;
        let end = builder.add_match().ok()?;
        let ways = Vec::from_iter(core::iter::repeat_n(end, room + 3));
        let start = builder.add_union(ways).ok()?;
        builder.finish_pattern(start).ok()?;
        builder.build(start, start).ok()
    }
}
