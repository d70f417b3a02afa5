//! What a table must be for every search in it to end, in memory that its snapshot pays
//! for.
//!
//! Looked for is what could make a loop go on for ever, or one that is quick be slow:
//!
//! * an index by hash without an empty slot, or of a size that is no power of two;
//! * a chain of scopes that leads back;
//! * edges of byte tries without a byte;
//! * steps that lead back;
//! * runs over the same items again and again, where each item has one owner;
//!
//! and whatever a scratch takes its size from. Numbers of items are not looked at: whatever
//! follows one asks whether there is such an item.

use super::SnapshotError;
use crate::table::host::{HostIndex, HostKind};
use crate::table::predicate::{NameIndex, Step};
use crate::table::regex::GroupEngine;
use crate::table::section::Runs;
use crate::table::segment::Slot;
use crate::table::text::Range32;
use crate::table::{NONE, Sections};

type Sound = Result<(), SnapshotError>;

/// Longest that a limit on requests may be, in bytes: a scratch has room for as much.
const LONGEST: u32 = 64 << 20;
/// Most segments that a template may have.
const SEGMENTS: u32 = 1 << 20;

/// Looks over all parts.
pub(super) fn all(sections: &Sections) -> Sound {
    limits(sections)?;
    for gateway in &sections.gateways {
        hosts(&gateway.hosts)?;
    }
    for stage in &sections.stages {
        hosts(&stage.hosts)?;
    }
    scopes(sections)?;
    segments(sections)?;
    paths(sections)?;
    lists(sections)?;
    predicates(sections)?;
    patterns(sections)?;
    actions(sections)
}

fn sound(is_sound: bool, part: &'static str) -> Sound {
    match is_sound {
        true => Ok(()),
        false => Err(SnapshotError::Malformed { part }),
    }
}

/// Whether what hashes into so many slots is sound: every probe comes by an empty one.
fn ends<T>(slots: &[T], is_empty: impl Fn(&T) -> bool) -> bool {
    slots.is_empty() || slots.len().is_power_of_two() && slots.iter().any(is_empty)
}

/// Counts what runs take of a section, each item of which has one owner.
struct Owned(usize);

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
    sound(ends(index.slots.all(), is_empty), "host slots")
}

/// The scopes of a host are a chain: each has at most one before it.
fn scopes(sections: &Sections) -> Sound {
    for stage in &sections.stages {
        let scopes = stage.scopes.of(&sections.scopes);
        sound(scopes.len() == stage.scopes.len as usize, "stage scopes")?;
    }
    let mut owned = Owned(sections.scopes.len());
    let has_room = |stage: &crate::table::StageEntry| owned.has(stage.scopes);
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
        let is_whole = slots.len() == trie.len as usize && owned.has(run);
        sound(is_whole, "segment slots")?;
        let is_empty = |slot: &Slot| slot.parent == NONE;
        sound(
            slots.is_empty() || slots.iter().any(is_empty),
            "segment slots",
        )?;
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
    let mut owned = Owned(paths.nodes.len());
    for node in paths.nodes.iter() {
        let children = node.children.of(&paths.nodes);
        let is_whole = children.len() == node.children.len as usize;
        sound(is_whole && owned.has(node.children), "path nodes")?;
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
        sound(is_whole && ends(slots, |slot| *slot == 0), "list slots")?;
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
        sound(ends(slots, |slot| *slot == 0), "fact names")?;
    }
    for automaton in predicates.automata.iter() {
        for words in [&automaton.words, &automaton.folded_words] {
            sound(ends(&words.slots, |slot| *slot == 0), "fact automata")?;
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

fn patterns(sections: &Sections) -> Sound {
    for regex in sections.group_regexes.iter() {
        let groups = match &regex.engine {
            GroupEngine::Whole => 1,
            GroupEngine::Segments(holes) => {
                let is_near = |hole: &crate::table::regex::SegmentHole| hole.segment < SEGMENTS;
                sound(holes.iter().all(is_near), "group patterns")?;
                holes.len() + 1
            }
            #[cfg(feature = "compile")]
            GroupEngine::OnePass { dfa, .. } => dfa.get_nfa().group_info().all_group_len(),
            #[cfg(feature = "compile")]
            GroupEngine::Pike { vm, .. } => vm.get_nfa().group_info().all_group_len(),
        };
        sound(regex.groups as usize == groups, "group patterns")?;
    }
    Ok(())
}

fn actions(sections: &Sections) -> Sound {
    let actions = &sections.actions;
    let most = &actions.most;
    let is_sound = most.request_edits <= actions.edits.len()
        && most.values <= actions.edits.len()
        && most.mirrors <= actions.mirrors.len();
    sound(is_sound, "most edits")
}
