//! One dense automaton of `regex-automata` over all paths: one step a byte.

use regex_automata::dfa::{Automaton, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

use super::regex_set::{pattern, specific_first};
use super::{Search, Sink, each};
use crate::mix::Prepared;
use crate::routes::Set;

/// The automaton, its patterns sorted by precedence.
pub(super) struct DenseDfa {
    dfa: dense::DFA<Vec<u32>>,
    rules: Vec<u32>,
}

impl DenseDfa {
    pub(super) fn new(set: &Set) -> Result<Self, String> {
        let rules = specific_first(set);
        let patterns: Vec<String> = rules
            .iter()
            .map(|&at| pattern(&set.rules[at as usize].path))
            .collect();
        let dfa = dense::Builder::new()
            .configure(dense::Config::new().start_kind(regex_automata::dfa::StartKind::Anchored))
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .thompson(thompson::Config::new().utf8(false))
            .build_many(&patterns)
            .map_err(|error| error.to_string())?;
        Ok(Self { dfa, rules })
    }

    #[inline]
    fn find(&self, ask: &Prepared<'_>) -> Option<u32> {
        let input = Input::new(ask.path).anchored(Anchored::Yes);
        let found = self.dfa.try_search_fwd(&input).ok()??;
        self.rules.get(found.pattern().as_usize()).copied()
    }
}

impl Search for DenseDfa {
    #[inline(always)]
    fn search(&mut self, asks: &[&Prepared<'_>], sink: &mut impl Sink) {
        each(asks, sink, |ask| self.find(ask));
    }

    fn structure_bytes(&self) -> Option<usize> {
        Some(self.dfa.memory_usage())
    }
}
