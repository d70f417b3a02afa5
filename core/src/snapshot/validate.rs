//! What a table must be for every search in it to end, in memory that its snapshot pays
//! for.
//!
//! Looked for is what could make a loop go on for ever, or one that is quick be slow:
//!
//! * an index by hash without an empty slot, of a size that is no power of two, or with so
//!   many slots taken in a row that each probe takes long;
//! * lengths of hosts' texts that come again, each of which is a probe;
//! * a chain of scopes that leads back, and scopes that several hosts lead to;
//! * edges of byte tries without a byte, and children that lead back or have two parents;
//! * steps that lead back;
//! * runs over the same items again and again, where each item has one owner, and runs
//!   past the last item where a loop counts before it looks;
//!
//! and whatever a scratch takes its size from. `patterns` looks at the engines of patterns,
//! `output` at what leaves with a decision. Numbers of items are not looked at otherwise:
//! whatever follows one asks whether there is such an item.

mod output;
mod patterns;

use super::SnapshotError;
use crate::table::host::{HostIndex, HostKind};
use crate::table::predicate::{NameIndex, Step};
use crate::table::section::Runs;
use crate::table::segment::Slot;
use crate::table::text::Range32;
use crate::table::{NONE, Sections, StageEntry};

type Sound = Result<(), SnapshotError>;

/// Longest that a limit on requests may be, in bytes: a scratch has room for as much.
const LONGEST: u32 = 64 << 20;
/// Most methods with a bit in a word.
const METHODS: usize = 64;
/// Most slots of an index that are taken in a row. They are two thirds full at most, and
/// their seeds are chosen among several, so that so many would be a wonder.
const IN_A_ROW: usize = 1 << 10;

/// Looks over all parts.
pub(super) fn all(sections: &Sections) -> Sound {
    limits(sections)?;
    sound(sections.methods.len() <= METHODS, "methods")?;
    for gateway in &sections.gateways {
        hosts(&gateway.hosts)?;
        sound(
            gateway.listeners.is_of(sections.listeners.len()),
            "gateway listeners",
        )?;
    }
    for stage in &sections.stages {
        hosts(&stage.hosts)?;
    }
    scopes(sections)?;
    segments(sections)?;
    paths(sections)?;
    lists(sections)?;
    predicates(sections)?;
    patterns::all(sections)?;
    actions(sections)?;
    output::all(sections)
}

fn sound(is_sound: bool, part: &'static str) -> Sound {
    match is_sound {
        true => Ok(()),
        false => Err(SnapshotError::Malformed { part }),
    }
}

/// Whether what hashes into so many slots is sound: their number is a power of two, and
/// every probe [ends](ends) soon.
fn hashes<T>(slots: &[T], is_empty: impl Fn(&T) -> bool) -> bool {
    slots.is_empty() || slots.len().is_power_of_two() && ends(slots, is_empty)
}

/// Whether every probe comes by an empty slot soon. Behind the last comes the first.
fn ends<T>(slots: &[T], is_empty: impl Fn(&T) -> bool) -> bool {
    let Some(first) = slots.iter().position(&is_empty) else {
        return slots.is_empty();
    };
    let (before, after) = slots.split_at_checked(first).unwrap_or((slots, &[]));
    let mut taken = 0;
    after.iter().chain(before).all(|slot| {
        taken = match is_empty(slot) {
            true => 0,
            false => taken + 1,
        };
        taken <= IN_A_ROW
    })
}

/// Counts what runs take of a section, each item of which has one owner.
struct Owned(usize);

impl Range32 {
    /// Whether the run lies within so many items.
    fn is_of(self, count: usize) -> bool {
        let end = u64::from(self.start) + u64::from(self.len);
        self.len == 0 || end <= count as u64
    }
}

impl Owned {
    /// Whether there is as much left as a run takes.
    fn has(&mut self, run: Range32) -> bool {
        match self.0.checked_sub(run.len as usize) {
            Some(left) => {
                self.0 = left;
                true
            }
            None => false,
        }
    }
}

fn limits(sections: &Sections) -> Sound {
    let limits = &sections.limits;
    let bytes = [
        limits.target,
        limits.repeated_header,
        limits.captured,
        limits.rendered,
    ];
    sound(bytes.iter().all(|&limit| limit <= LONGEST), "limits")
}

fn hosts(index: &HostIndex) -> Sound {
    let is_empty = |slot: &crate::table::host::HostPattern| slot.kind == HostKind::Vacant;
    sound(hashes(index.slots.all(), is_empty), "host slots")?;
    let is_falling = |lengths: &[u16]| lengths.is_sorted_by(|one, next| one > next);
    sound(is_falling(&index.tail_lengths), "host tails")?;
    sound(is_falling(&index.head_lengths), "host heads")
}

/// The scopes of a host are a chain: each has at most one before it.
fn scopes(sections: &Sections) -> Sound {
    for stage in &sections.stages {
        let scopes = stage.scopes.of(&sections.scopes);
        sound(scopes.len() == stage.scopes.len as usize, "stage scopes")?;
    }
    let mut owned = Owned(sections.scopes.len());
    let has_room = |stage: &StageEntry| owned.has(stage.scopes);
    sound(sections.stages.iter().all(has_room), "stage scopes")?;
    for stage in &sections.stages {
        let scopes = stage.scopes.of(&sections.scopes);
        if scopes.iter().all(|scope| scope.next == NONE) {
            continue;
        }
        let mut is_led_to = alloc::vec![false; scopes.len()];
        for scope in scopes.iter().filter(|scope| scope.next != NONE) {
            let led_to = is_led_to.get_mut(scope.next as usize);
            let is_first = led_to.is_some_and(|led_to| !core::mem::replace(led_to, true));
            sound(is_first, "scopes")?;
        }
        // From where nothing leads to, every scope is reached, but those of a circle.
        let mut reached = 0;
        for (first, _) in is_led_to.iter().enumerate().filter(|(_, led_to)| !**led_to) {
            let mut at = first;
            while let Some(scope) = scopes.get(at) {
                reached += 1;
                at = scope.next as usize;
            }
        }
        sound(reached == scopes.len(), "scopes")?;
    }
    sections.stages.iter().try_for_each(hosts_of_scopes)
}

/// Scopes belong to one host: otherwise many hosts that a request has at once, as it has
/// expressions, would lead to the same scopes again and again.
fn hosts_of_scopes(stage: &StageEntry) -> Sound {
    let hosts = &stage.hosts;
    let texts = hosts.slots.iter().filter(|slot| slot.is_pattern());
    let regexes = hosts.regexes.iter().map(|regex| regex.value);
    let values = texts.map(|slot| slot.value).chain(regexes).chain(hosts.any);
    let mut is_taken = alloc::vec![false; stage.scopes.len as usize];
    for value in values {
        if let Some(taken) = is_taken.get_mut(value as usize) {
            sound(!core::mem::replace(taken, true), "stage hosts")?;
        }
    }
    Ok(())
}

fn segments(sections: &Sections) -> Sound {
    let tries = &sections.segments;
    sound(
        tries.worst_steps as usize <= tries.slots.len().saturating_mul(2) + 1,
        "most segment nodes",
    )?;
    let mut owned = Owned(tries.slots.len());
    let of_scopes = sections.scopes.iter().map(|scope| &scope.trie);
    for trie in of_scopes.chain(tries.folded.iter()) {
        let run = Range32 {
            start: trie.root.wrapping_add(1),
            len: trie.len,
        };
        let slots = run.of(&tries.slots);
        let has_root = (trie.root as usize) < tries.slots.len();
        let is_whole = slots.len() == trie.len as usize && owned.has(run);
        sound(has_root && is_whole, "segment slots")?;
        let is_empty = |slot: &Slot| slot.parent == NONE;
        sound(ends(slots, is_empty), "segment slots")?;
    }
    Ok(())
}

fn paths(sections: &Sections) -> Sound {
    let paths = &sections.paths;
    let lists = paths.ends.len() + sections.segments.ends.len() + sections.segments.refs.len();
    let most = (lists + sections.segments.slots.len() + sections.path_groups.groups.len())
        .saturating_mul(PARTS)
        .saturating_add(PARTS);
    sound(paths.worst_hits as usize <= most, "most path hits")?;
    sound(paths.nodes.len() == paths.first_bytes.len(), "path nodes")?;
    let of_nodes = sections.segments.ends.iter().map(|end| &end.lists);
    for end in of_nodes.chain(paths.ends.iter()) {
        sound(
            end.groups.is_of(sections.path_groups.groups.len()),
            "path ends",
        )?;
    }
    // Nodes are written level by level: children follow each other as their parents do.
    let mut last = 0;
    for (node, at) in paths.nodes.iter().zip(0..) {
        let children = node.children.of(&paths.nodes);
        let run = node.children;
        if run.len == 0 {
            continue;
        }
        let is_whole = children.len() == run.len as usize;
        sound(
            is_whole && run.start > at && run.start >= last,
            "path nodes",
        )?;
        last = run.start.saturating_add(run.len);
        // Else a walk would come no further with them.
        let has_edge = |child: &crate::table::path::PathNode| child.edge.len > 0;
        sound(children.iter().all(has_edge), "path nodes")?;
    }
    Ok(())
}

/// Lists and groups that one end has at most.
const PARTS: usize = 8;

fn lists(sections: &Sections) -> Sound {
    let lists = &sections.lists;
    let mut owned = Owned(lists.slots.len());
    for index in lists.indexes.iter() {
        let slots = index.slots.of(&lists.slots);
        let is_whole = slots.len() == index.slots.len as usize && owned.has(index.slots);
        sound(is_whole && hashes(slots, |slot| *slot == 0), "list slots")?;
    }
    Ok(())
}

fn predicates(sections: &Sections) -> Sound {
    let predicates = &sections.predicates;
    sound(
        predicates.marks as usize <= predicates.tests.len().saturating_mul(2),
        "marks",
    )?;
    let names = &predicates.names;
    for index in [
        &names.headers,
        &names.query,
        &names.raw_query,
        &names.cookies,
        &names.attributes,
    ] {
        let NameIndex { slots, .. } = index;
        sound(hashes(slots, |slot| *slot == 0), "fact names")?;
    }
    for automaton in predicates.automata.iter() {
        for words in [&automaton.words, &automaton.folded_words] {
            sound(hashes(&words.slots, |slot| *slot == 0), "fact automata")?;
        }
    }
    let mut owned = Owned(predicates.steps.len());
    sections.entries.each_program(|run| {
        sound(owned.has(run), "programs")?;
        let steps = predicates.steps.run(run);
        let leads_on = |(at, step): (u32, &Step)| {
            let is_later = |to: u32| to > at;
            is_later(step.yes) && is_later(step.no)
        };
        sound(
            steps.len() == run.len as usize && (0..).zip(steps).all(leads_on),
            "steps",
        )
    })
}

fn actions(sections: &Sections) -> Sound {
    let actions = &sections.actions;
    let most = &actions.most;
    let is_sound = most.request_edits <= actions.edits.len()
        && most.values <= actions.edits.len()
        && most.mirrors <= actions.mirrors.len();
    sound(is_sound, "most edits")
}
