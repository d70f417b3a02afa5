//! Indexes of long candidate lists: see `table/index.rs` for what is built here.

use alloc::vec::Vec;

use super::{HashMap, program, slots};
use crate::table::Sections;
use crate::table::hash::hash;
use crate::table::index::{Group, HOLDS, ListIndex};
use crate::table::path::Candidate;
use crate::table::predicate::{Predicate, Predicates, ValueTest};
use crate::table::text::{Range32, Text, TextPool};

/// Indexes every list of the table that is longer than `unindexed`, and notes the
/// most candidates that one list can make a search try.
pub(crate) fn build(sections: &mut Sections, text: &TextPool, unindexed: u32) {
    sections.lists.unindexed = unindexed.max(1);
    let mut lists: Vec<Range32> = sections
        .segments
        .ends
        .iter()
        .map(|end| &end.lists)
        .chain(sections.paths.ends.iter())
        .flat_map(|end| [end.exact, end.segments, end.prefix, end.patterns])
        .chain(sections.path_groups.patterns.iter().copied())
        .collect();
    lists.sort_by_key(|list| list.start);
    // Lists of one node alone are short and counted already.
    let mut worst = sections.paths.worst_candidates;
    for list in lists {
        let tries = match list.len > sections.lists.unindexed {
            true => index(sections, text, list),
            false => list.len,
        };
        worst = worst.max(tries);
    }
    sections.paths.worst_candidates = worst;
}

/// Indexes a list by the fact that leaves the fewest candidates to try in the
/// worst case, if any does; gives how many those are.
fn index(sections: &mut Sections, text: &TextPool, list: Range32) -> u32 {
    // Positions have to be told from marked ones.
    if list.start.saturating_add(list.len) > HOLDS {
        return list.len;
    }
    let wanted = |candidate: &Candidate| {
        let entry = sections.entries.get(candidate);
        let steps = entry.map(|entry| entry.predicates.of(&sections.predicates.steps));
        let required = program::required(steps.unwrap_or(&[]));
        required.filter_map(|id| equality(&sections.predicates, id))
    };
    let candidates = list.of(&sections.paths.candidates);
    let mut counts: HashMap<u32, HashMap<Text, u32>> = HashMap::default();
    // In order of first appearance.
    let mut asked: Vec<u32> = Vec::new();
    for candidate in candidates {
        for (slot, value) in wanted(candidate) {
            let values = counts.entry(slot).or_insert_with(|| {
                asked.push(slot);
                HashMap::default()
            });
            *values.entry(value).or_default() += 1;
        }
    }
    let tries = |values: &HashMap<Text, u32>| {
        let (largest, asking) = values.values().fold((0, 0), |(largest, sum), &count| {
            (count.max(largest), sum + count)
        });
        largest + list.len.saturating_sub(asking)
    };
    // Of equal ones the first in the list: slots have other numbers among other rules, and
    // what is asked of a request must not depend on rules that it never comes by.
    let best = asked
        .iter()
        .filter_map(|slot| Some((tries(counts.get(slot)?), *slot)))
        .min_by_key(|(tries, _)| *tries);
    let Some((tries, slot)) = best.filter(|(tries, _)| tries * 2 <= list.len) else {
        return list.len;
    };

    let mut numbers: HashMap<Text, usize> = HashMap::default();
    let mut groups: Vec<(Text, Vec<u32>)> = Vec::new();
    let mut rest: Vec<u32> = Vec::new();
    for (position, candidate) in list.indices().zip(candidates) {
        // Of two values wanted of one fact, a candidate is found under the first;
        // that it then wants the other too is left to the trial.
        match wanted(candidate).find(|(own, _)| *own == slot) {
            None => rest.push(position),
            Some((_, value)) => {
                let asks_no_more = sections
                    .entries
                    .get(candidate)
                    .is_some_and(|entry| entry.predicates.len == 1);
                let mark = if asks_no_more { HOLDS } else { 0 };
                let number = *numbers.entry(value).or_insert_with(|| {
                    groups.push((value, Vec::new()));
                    groups.len() - 1
                });
                if let Some((_, members)) = groups.get_mut(number) {
                    members.push(position | mark);
                }
            }
        }
    }
    let hash_of = |seed, number: usize| {
        let group = groups.get(number);
        group.map_or(0, |(value, _)| hash(seed, text.get(*value)))
    };
    let (seed, table) = slots::build(groups.len(), hash_of, |add| {
        groups.iter().for_each(|(value, _)| add(text.get(*value)));
    });
    let lists = &mut sections.lists;
    let first_group = lists.groups.len() as u32;
    let group_count = groups.len() as u32;
    for (value, members) in groups {
        let members = match members.as_slice() {
            &[start] => Range32 {
                start,
                len: Group::ONE,
            },
            _ => lists.members.push_run(&members),
        };
        lists.groups.push(Group { value, members });
    }
    let rest = lists.members.push_run(&rest);
    let slots = lists.slots.push_run(&table);
    lists.indexes.push(ListIndex {
        start: list.start,
        slot,
        seed,
        slots,
        groups: Range32 {
            start: first_group,
            len: group_count,
        },
        rest,
    });
    tries
}

/// The slot and value of a predicate that holds for one value only, found without
/// looking further than that slot.
fn equality(predicates: &Predicates, id: u32) -> Option<(u32, Text)> {
    let Predicate::Fact(fact) = predicates.tests.get(id as usize)? else {
        return None;
    };
    let ValueTest::Exact(literal) = fact.test else {
        return None;
    };
    let is_plain = !fact.invert && !fact.missing && !literal.fold;
    // Any of several values cannot be looked up at once.
    let is_one = predicates.slots.get(fact.slot as usize)?.is_one();
    (is_plain && is_one).then_some((fact.slot, literal.text))
}
