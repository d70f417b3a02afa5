//! Indexes of long candidate lists: see `table/index.rs` for what is built here.

use alloc::vec::Vec;

use super::{HashMap, slots};
use crate::table::Sections;
use crate::table::hash::hash;
use crate::table::index::{Group, ListIndex};
use crate::table::path::Candidate;
use crate::table::predicate::{Predicate, Subject, ValueTest};
use crate::table::text::{Range32, Text, TextPool};
use crate::vocabulary::RepeatedValues;

/// What a list can be indexed by: where the value is found.
type Key = (Subject, u32, RepeatedValues);

/// Indexes every list of the table that is longer than `unindexed`, and notes the
/// most candidates that one list can make a search try.
pub(crate) fn build(sections: &mut Sections, text: &TextPool, unindexed: u32) {
    sections.lists.unindexed = unindexed.max(1);
    let mut lists: Vec<Range32> = sections
        .paths
        .ends
        .iter()
        .flat_map(|end| [end.exact, end.segments, end.prefix, end.patterns])
        .chain(sections.path_groups.patterns.iter().copied())
        .collect();
    lists.sort_by_key(|list| list.start);
    let mut worst = 0;
    for list in lists {
        let tries = match list.len > sections.lists.unindexed {
            true => index(sections, text, list),
            false => list.len,
        };
        worst = worst.max(tries);
    }
    sections.paths.worst_candidates = worst;
}

/// Indexes a list by the name that leaves the fewest candidates to try in the
/// worst case, if any does; gives how many those are.
fn index(sections: &mut Sections, text: &TextPool, list: Range32) -> u32 {
    let wanted = |candidate: &Candidate| {
        let entry = sections.entries.get(candidate.entry as usize);
        let ids = entry.map(|entry| entry.predicates.of(&sections.predicates.lists));
        let tests = ids.unwrap_or(&[]).iter();
        tests.filter_map(|&id| equality(sections.predicates.tests.get(id as usize)?))
    };
    let candidates = list.of(&sections.paths.candidates);
    let mut counts: HashMap<Key, HashMap<Text, u32>> = HashMap::default();
    for candidate in candidates {
        for (key, value) in wanted(candidate) {
            *counts.entry(key).or_default().entry(value).or_default() += 1;
        }
    }
    let tries = |values: &HashMap<Text, u32>| {
        let (largest, asking) = values.values().fold((0, 0), |(largest, sum), &count| {
            (count.max(largest), sum + count)
        });
        largest + list.len.saturating_sub(asking)
    };
    let best = counts
        .iter()
        .map(|(key, values)| (tries(values), order(key), *key))
        .min_by_key(|(tries, order, _)| (*tries, *order));
    let Some((tries, _, key)) = best.filter(|(tries, ..)| tries * 2 <= list.len) else {
        return list.len;
    };

    let mut numbers: HashMap<Text, usize> = HashMap::default();
    let mut groups: Vec<(Text, Vec<u32>)> = Vec::new();
    let mut rest: Vec<u32> = Vec::new();
    for (position, candidate) in list.indices().zip(candidates) {
        // Of two values wanted under one name, a candidate is found under the first;
        // that it then wants the other too is left to the trial.
        match wanted(candidate).find(|(own, _)| *own == key) {
            None => rest.push(position),
            Some((_, value)) => {
                let number = *numbers.entry(value).or_insert_with(|| {
                    groups.push((value, Vec::new()));
                    groups.len() - 1
                });
                if let Some((_, members)) = groups.get_mut(number) {
                    members.push(position);
                }
            }
        }
    }
    let (seed, table) = slots::build(groups.len(), |seed, number| {
        groups
            .get(number)
            .map_or(0, |(value, _)| hash(seed, text.get(*value)))
    });
    let lists = &mut sections.lists;
    let (on, slot, repeated) = key;
    let first_group = lists.groups.len() as u32;
    let group_count = groups.len() as u32;
    for (value, members) in groups {
        let members = append(&mut lists.members, members);
        lists.groups.push(Group { value, members });
    }
    let rest = append(&mut lists.members, rest);
    let slots = append(&mut lists.slots, table);
    lists.indexes.push(ListIndex {
        start: list.start,
        on,
        slot,
        repeated,
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

/// The name and value of a predicate that holds for one value only, found without
/// looking further than that name.
fn equality(predicate: &Predicate) -> Option<(Key, Text)> {
    let ValueTest::Exact(value) = predicate.test else {
        return None;
    };
    let is_plain = !predicate.invert && !predicate.missing;
    // Any of several values cannot be looked up at once.
    let is_one = predicate.repeated != RepeatedValues::Any || predicate.on == Subject::Query;
    let key = (predicate.on, predicate.slot, predicate.repeated);
    (is_plain && is_one).then_some((key, value))
}

/// A fixed order between keys, so that the same input gives the same table.
fn order(key: &Key) -> (bool, u32, bool) {
    let (on, slot, repeated) = *key;
    (
        on == Subject::Query,
        slot,
        repeated == RepeatedValues::First,
    )
}

fn append(section: &mut Vec<u32>, items: Vec<u32>) -> Range32 {
    let range = Range32 {
        start: section.len() as u32,
        len: items.len() as u32,
    };
    section.extend(items);
    range
}
