//! Groups of patterns: see `table/path_group.rs` for what is built here.

use alloc::vec::Vec;

use regex_automata::MatchKind;
use regex_automata::nfa::thompson;

use super::path::PathItem;
use super::regex::{dense_dfa, program};
use super::{Build, HashMap};
use crate::table::path_group::PathGroup;
use crate::table::text::Range32;

/// Automata that were built or given up already, by the patterns that they find.
pub(crate) type Known = HashMap<Vec<u32>, Option<u32>>;

/// The patterns of a node, each with its candidates.
type Patterns<'i> = Vec<(u32, Vec<&'i PathItem>)>;

impl Build<'_> {
    /// Adds the patterns that hang at a node, which are sorted by rank: the
    /// candidates that are tried one by one, and the groups.
    pub(crate) fn push_patterns(&mut self, items: &[&PathItem]) -> (Range32, Range32) {
        let (rest, grouped) = self.split(items);
        let mut rest: Vec<&PathItem> = rest.into_iter().flat_map(|(_, items)| items).collect();
        rest.sort_by_key(|item| item.candidate.rank);
        let rest = self.push_candidates(rest.into_iter());
        let first = self.sections.path_groups.groups.len() as u32;
        for (automaton, patterns) in grouped {
            let ranks = patterns.iter().flat_map(|(_, items)| items.first());
            let best = ranks.map(|item| item.candidate.rank).min();
            let start = self.sections.path_groups.patterns.len() as u32;
            let len = patterns.len() as u32;
            for (_, items) in patterns {
                let range = self.push_candidates(items.into_iter());
                self.sections.path_groups.patterns.push(range);
            }
            self.sections.path_groups.groups.push(PathGroup {
                automaton,
                patterns: Range32 { start, len },
                best: best.unwrap_or(0),
            });
        }
        let groups = Range32 {
            start: first,
            len: self.sections.path_groups.groups.len() as u32 - first,
        };
        (rest, groups)
    }

    pub(crate) fn push_candidates<'i>(
        &mut self,
        items: impl Iterator<Item = &'i PathItem>,
    ) -> Range32 {
        let candidates = &mut self.sections.paths.candidates;
        let start = candidates.len() as u32;
        candidates.extend(items.map(|item| item.candidate));
        Range32 {
            start,
            len: candidates.len() as u32 - start,
        }
    }

    /// What is tried one by one, and what shares an automaton.
    fn split<'i>(&mut self, items: &[&'i PathItem]) -> (Patterns<'i>, Vec<(u32, Patterns<'i>)>) {
        let mut place: HashMap<u32, usize> = HashMap::default();
        let mut patterns: Patterns<'i> = Vec::new();
        for item in items {
            let at = *place.entry(item.pattern).or_insert_with(|| {
                patterns.push((item.pattern, Vec::new()));
                patterns.len() - 1
            });
            if let Some((_, own)) = patterns.get_mut(at) {
                own.push(item);
            }
        }
        let few = self.limits.ungrouped_patterns as usize;
        let mut rest = Vec::new();
        let mut grouped = Vec::new();
        let mut left = Vec::from([patterns]);
        while let Some(mut patterns) = left.pop() {
            if patterns.len() <= few || self.automaton_budget(1) == 0 {
                rest.append(&mut patterns);
                continue;
            }
            let ids: Vec<u32> = patterns.iter().map(|(id, _)| *id).collect();
            match self.group_automaton(ids) {
                Some(automaton) => grouped.push((automaton, patterns)),
                None if patterns.len() == 1 => rest.append(&mut patterns),
                None => {
                    let half = patterns.split_off(patterns.len() / 2);
                    left.push(half);
                    left.push(patterns);
                }
            }
        }
        (rest, grouped)
    }

    /// The automaton that finds all of these patterns; `None` where it has no room.
    fn group_automaton(&mut self, ids: Vec<u32>) -> Option<u32> {
        if let Some(&known) = self.index.groups.get(&ids) {
            return known;
        }
        let budget = self.automaton_budget(self.limits.group_automaton);
        let hirs: Option<Vec<_>> = ids.iter().map(|&id| self.reading_all(id)).collect();
        let captures = thompson::WhichCaptures::None;
        let hirs = hirs.filter(|_| budget > 0);
        let nfa = hirs.and_then(|hirs| program(&hirs, captures, budget));
        let automaton = nfa.and_then(|(nfa, _)| dense_dfa(&nfa, budget, MatchKind::All));
        let built = match automaton {
            Some(automaton) => {
                self.charge_automata(automaton.memory_usage());
                let automata = &mut self.sections.path_groups.automata;
                automata.push(automaton.into());
                Some(automata.len() as u32 - 1)
            }
            None => {
                // What was tried is charged too, as for single patterns.
                self.charge_automata(budget);
                None
            }
        };
        self.index.groups.insert(ids, built);
        built
    }
}
