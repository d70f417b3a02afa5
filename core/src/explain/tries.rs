//! The tries of a scope, as text, for whoever works on them.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::readable;
use crate::table::path::{Candidate, PathEnd};
use crate::table::segment::{EndRef, Part, SegmentTrie, Slot};
use crate::table::text::{Range32, Text};
use crate::table::{NONE, Sections};

/// Depth first with a stack of its own: a trie may be deep.
pub(super) fn push_segments(sections: &Sections, trie: &SegmentTrie, text: &mut String) {
    if trie.outer != NONE {
        text.push_str("    any\n");
        push_bytes(sections, trie.outer, 3, text);
    }
    let tries = &sections.segments;
    let root = tries.slots.get(trie.root as usize);
    if root.is_none_or(|root| root.flags == 0) {
        return;
    }
    let all = trie.root + 1..trie.root + 1 + trie.len;
    let mut children: Vec<(u32, u32)> = all
        .filter_map(|slot| Some((tries.slots.get(slot as usize)?.parent, slot)))
        .filter(|(parent, _)| *parent != NONE)
        .collect();
    // In the order of their texts, holes last, wherever they lie.
    let edge = |slot: u32| match tries.slots.get(slot as usize) {
        Some(slot) if slot.len != Slot::HOLE => (0, segment_text(sections, slot)),
        _ => (1, String::from("{}")),
    };
    children.sort_by_cached_key(|&(parent, slot)| (parent, edge(slot)));
    let mut stack = Vec::from([(trie.root, 2usize)]);
    while let Some((node, depth)) = stack.pop() {
        let Some(slot) = tries.slots.get(node as usize) else {
            continue;
        };
        let edge = match node == trie.root {
            true => String::new(),
            false => edge(node).1,
        };
        text.push_str(&format!("{}\"/{edge}\"", "  ".repeat(depth)));
        push_carried(sections, slot, depth + 1, text);
        let first = children.partition_point(|&(parent, _)| parent < node);
        let last = children.partition_point(|&(parent, _)| parent <= node);
        let own = children.get(first..last).unwrap_or(&[]).iter().rev();
        stack.extend(own.map(|&(_, child)| (child, depth + 1)));
    }
}

fn segment_text(sections: &Sections, slot: &Slot) -> String {
    let len = usize::from(slot.len);
    match slot.key.to_le_bytes().get(..len) {
        Some(short) => readable(short),
        None => readable(sections.text.get(Text {
            start: slot.key as u32,
            len: u32::from(slot.len),
        })),
    }
}

/// What a segment's node carries, and the end of its line.
fn push_carried(sections: &Sections, slot: &Slot, depth: usize, text: &mut String) {
    for (flag, kind) in [
        (Slot::EXACT, "exact"),
        (Slot::SEGMENTS, "segment-prefix"),
        (Slot::BELOW, "string-prefix"),
    ] {
        if slot.flags & flag != 0 {
            text.push_str(&format!(" {kind} {}", ranks(sections, slot.list)));
        }
    }
    let own = EndRef {
        end: slot.list.start,
        part: Part::Below,
    };
    let own = [Part::Below, Part::Segments, Part::Exact].map(|part| EndRef { part, ..own });
    let refs = match slot.flags {
        flags if flags & Slot::END != 0 => &own[..],
        flags if flags & Slot::REFS != 0 => slot.list.of(&sections.segments.refs),
        _ => &[],
    };
    let mut tries = Vec::new();
    for found in refs {
        let Some(end) = sections.segments.ends.get(found.end as usize) else {
            continue;
        };
        let none = PathEnd::default();
        let lists = match found.part {
            Part::Exact => PathEnd {
                exact: end.lists.exact,
                ..none
            },
            Part::Segments => PathEnd {
                segments: end.lists.segments,
                ..none
            },
            Part::Below => {
                tries.extend((end.trie != NONE).then_some(end.trie));
                PathEnd {
                    prefix: end.lists.prefix,
                    patterns: end.lists.patterns,
                    groups: end.lists.groups,
                    ..none
                }
            }
        };
        push_lists(sections, &lists, text);
    }
    text.push('\n');
    for trie in tries {
        push_bytes(sections, trie, depth, text);
    }
}

fn push_lists(sections: &Sections, end: &PathEnd, text: &mut String) {
    for (kind, range) in [
        ("exact", end.exact),
        ("segment-prefix", end.segments),
        ("string-prefix", end.prefix),
        ("patterns", end.patterns),
    ] {
        if range.len > 0 {
            text.push_str(&format!(" {kind} {}", ranks(sections, range)));
        }
    }
    let groups = &sections.path_groups;
    for group in end.groups.of(&groups.groups) {
        text.push_str(" group");
        for &range in group.patterns.of(&groups.patterns) {
            text.push_str(&format!(" {}", ranks(sections, range)));
        }
    }
}

fn push_bytes(sections: &Sections, root: u32, depth: usize, text: &mut String) {
    let mut stack = Vec::from([(root, depth)]);
    while let Some((node, depth)) = stack.pop() {
        let Some(here) = sections.paths.nodes.get(node as usize) else {
            continue;
        };
        let edge = readable(sections.text.get(here.edge));
        text.push_str(&format!("{}\"{edge}\"", "  ".repeat(depth)));
        if let Some(end) = sections.paths.ends.get(here.end as usize) {
            push_lists(sections, end, text);
        }
        text.push('\n');
        let children = here.children.indices().rev();
        stack.extend(children.map(|child| (child, depth + 1)));
    }
}

/// The places of candidates in the order of their stage; of a table without names, which
/// does not know these, among those that they can meet.
fn ranks(sections: &Sections, range: Range32) -> String {
    let orders = &sections.names.orders;
    let place =
        |(at, one): (u32, &Candidate)| orders.get(at as usize).unwrap_or(&one.rank).to_string();
    let candidates = range.of(&sections.paths.candidates);
    let shown: Vec<String> = range.indices().zip(candidates).take(8).map(place).collect();
    let more = if candidates.len() > 8 { ", …" } else { "" };
    format!("[{}{more}]", shown.join(", "))
}
