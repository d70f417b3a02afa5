//! Regular expressions, searchable without allocating.
//!
//! All of ours ask whether a whole value matches. A dense DFA answers in one
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
                    Regex::Pike { vm, .. } => Some(vm.create_cache()),
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
    /// Whether the pattern, which is compiled to match only whole values, matches.
    #[cfg_attr(not(feature = "compile"), allow(unused_variables))]
    pub(crate) fn is_match(&self, scratch: &mut RegexScratch, value: &[u8]) -> bool {
        let input = Input::new(value).anchored(Anchored::Yes);
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
