//! Patterns that hang at one node of a path trie, found in one pass.
//!
//! A few patterns are tried one by one. More of them share an automaton that knows,
//! after the last byte of the path, each pattern that takes it: the search then looks
//! at the candidates of those patterns alone. Patterns that do not fit into one
//! automaton are split over several.
//!
//! # Invariants
//!
//! 1. Every pattern of an automaton reads the whole path, so that what matches is
//!    known at its end and nowhere before.
//! 2. Candidates of one pattern are adjacent and sorted by rank.
//!
//! # Complexity
//!
//! One step for each byte of the path, whatever the number of patterns, and one for
//! each pattern found.

use regex_automata::dfa::{Automaton, dense};
use regex_automata::{Anchored, Input};

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::dfa::Dfa;
use super::section::Section;
use super::text::Range32;

/// The groups of all tries.
#[derive(Clone, Debug, Default)]
pub(crate) struct PathGroups {
    pub(crate) groups: Section<PathGroup>,
    /// Candidates of each pattern of each group.
    pub(crate) patterns: Section<Range32>,
    /// Equal sets of patterns share one.
    pub(crate) automata: Section<Dfa>,
}

/// The patterns of one node that share an automaton.
#[derive(Clone, Copy, Debug, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
pub(crate) struct PathGroup {
    pub(crate) automaton: u32,
    /// Run over [`PathGroups::patterns`], in the automaton's order.
    pub(crate) patterns: Range32,
    /// Best rank of any candidate in it.
    pub(crate) best: u32,
}

impl PathGroups {
    /// The candidates of each pattern of a group that takes `path`. Does not allocate.
    pub(crate) fn taking<'g>(
        &'g self,
        group: &PathGroup,
        path: &[u8],
    ) -> impl Iterator<Item = Range32> + 'g {
        let patterns = group.patterns.of(&self.patterns);
        let automaton = self.automata.get(group.automaton as usize);
        let found = automaton.and_then(|dfa| Some((dfa.get(), end_state(dfa.get(), path)?)));
        let count = found.map_or(0, |(dfa, state)| dfa.match_len(state));
        (0..count).filter_map(move |at| {
            let (dfa, state) = found?;
            patterns
                .get(dfa.match_pattern(state, at).as_usize())
                .copied()
        })
    }

    pub(crate) fn bytes(&self) -> usize {
        let automata = self.automata.iter().map(|dfa| dfa.get().memory_usage());
        self.groups.bytes() + self.patterns.bytes() + automata.sum::<usize>()
    }
}

/// The state after the whole path, where that is a match.
fn end_state(
    dfa: &dense::DFA<&[u32]>,
    path: &[u8],
) -> Option<regex_automata::util::primitives::StateID> {
    let input = Input::new(path).anchored(Anchored::Yes);
    let mut state = dfa.start_state_forward(&input).ok()?;
    for &byte in path {
        state = dfa.next_state(state, byte);
        if dfa.is_dead_state(state) {
            return None;
        }
    }
    let state = dfa.next_eoi_state(state);
    dfa.is_match_state(state).then_some(state)
}
