//! Segment tries: see `table/segment.rs` for what is built here.
//!
//! A trie is drafted as nodes in the order in which keys need them, so that every node
//! comes after its parent. Where following text and holes side by side could come by too
//! many nodes, `exclusive` drafts another trie that stands for it. What hangs at each
//! node becomes lists, and then nodes get their places: each depends on that of the
//! parent, under the first seed whose probes are short.

use alloc::vec::Vec;
use core::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::path::{PathItem, PathKind};
use super::text::Interner;
use super::{Build, exclusive};
use crate::table::NONE;
use crate::table::path::PathEnd;
use crate::table::segment::{EndRef, NodeEnd, Part, Segment, SegmentTrie, Segments, Slot, place};
use crate::table::text::{Range32, Text};

/// What stands in a key for a hole, as a segment: no request has this byte.
pub(crate) const HOLE: u8 = 0;

/// Segments of a key that are nodes; what follows is in a byte trie.
pub(crate) const DEPTH: usize = 64;
/// Bytes of a segment that is a node.
pub(crate) const LONGEST: usize = Slot::HOLE as usize - 1;

/// Slots for each two nodes.
const ROOM: usize = 3;
/// Seeds tried before the best so far is taken.
const SEEDS: u32 = 32;
/// Longest probe that ends the search for a better seed, for each doubling of the nodes.
/// With a third of the slots empty, the longest is seldom more than seven of these.
const GOOD_PROBE: usize = 10;

/// A trie that was built.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BuiltTrie {
    pub(crate) trie: SegmentTrie,
    /// Most lists and groups that a walk comes by.
    pub(crate) hits: u32,
}

/// A node before it has a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draft {
    pub(super) parent: u32,
    pub(super) step: Step,
    /// What it carries, as its flags say: those of [`Slot`].
    list: Range32,
    flags: u16,
    /// Lists and groups that it carries.
    hits: u32,
}

/// What leads to a node.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Step {
    Text(Text),
    Hole,
}

impl Draft {
    const ROOT: Self = Self::new(NONE, Step::Hole);

    pub(super) const fn new(parent: u32, step: Step) -> Self {
        Self {
            parent,
            step,
            list: Range32 { start: 0, len: 0 },
            flags: 0,
            hits: 0,
        }
    }
}

/// Memory that one trie after the other is drafted in.
#[derive(Default)]
pub(crate) struct Drafts {
    nodes: Vec<Draft>,
    known: HashTable<u32>,
    state: RandomState,
    hung: Vec<Hung>,
    outer: Vec<PathItem>,
    places: Vec<u32>,
    /// Nodes that exclusive tries stood for, of the whole table.
    pub(super) merged: usize,
}

/// An item and where it hangs.
#[derive(Clone, Copy)]
struct Hung {
    node: u32,
    kind: Kind,
    item: PathItem,
}

/// How it hangs there; the last in the byte trie below, under what is left of its key.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Kind {
    Exact,
    Segments,
    Prefix,
    Pattern,
    Bytes,
}

impl Drafts {
    fn begin(&mut self) {
        self.nodes.clear();
        self.nodes.push(Draft::ROOT);
        self.known.clear();
        self.hung.clear();
        self.outer.clear();
    }

    /// Notes where an item hangs, with the nodes that lead there.
    fn hang(&mut self, interner: &Interner, item: PathItem) {
        let key = interner.get(item.key);
        let is_root = key.is_empty() && item.kind == PathKind::Segments;
        if !is_root && key.first() != Some(&b'/') {
            self.outer.push(item);
            return;
        }
        let is_partial = matches!(item.kind, PathKind::Prefix | PathKind::Pattern);
        let (mut node, mut at) = (0, 0);
        for depth in 0.. {
            if at == key.len() {
                let kind = match item.kind {
                    PathKind::Exact => Kind::Exact,
                    _ => Kind::Segments,
                };
                self.hung.push(Hung { node, kind, item });
                return;
            }
            let rest = key.get(at + 1..).unwrap_or(&[]);
            let len = memchr::memchr(b'/', rest);
            let is_cut = depth == DEPTH || len.unwrap_or(rest.len()) > LONGEST;
            if is_cut || is_partial && len.is_none() {
                let kind = match item.kind {
                    PathKind::Prefix if rest.is_empty() => Kind::Prefix,
                    PathKind::Pattern if rest.is_empty() => Kind::Pattern,
                    _ => Kind::Bytes,
                };
                let key = interner.part(item.key, at + 1, key.len());
                let item = PathItem { key, ..item };
                self.hung.push(Hung { node, kind, item });
                return;
            }
            let end = at + 1 + len.unwrap_or(rest.len());
            let step = match key.get(at + 1..end) {
                Some(&[HOLE]) if item.has_holes => Step::Hole,
                _ => Step::Text(interner.part(item.key, at + 1, end)),
            };
            node = self.child(interner, node, step);
            at = end;
        }
    }

    /// The node that a step leads to.
    fn child(&mut self, interner: &Interner, parent: u32, step: Step) -> u32 {
        let Self {
            nodes,
            known,
            state,
            ..
        } = self;
        // Equal texts are not always at one place.
        let key = |parent: u32, step: Step| match step {
            Step::Text(text) => state.hash_one((parent, interner.get(text))),
            Step::Hole => state.hash_one((parent, HOLE)),
        };
        let is_same = |one: Step, other: Step| match (one, other) {
            (Step::Text(one), Step::Text(other)) => interner.get(one) == interner.get(other),
            _ => one == other,
        };
        let found = known.find(key(parent, step), |&id| {
            let node = nodes.get(id as usize);
            node.is_some_and(|node| node.parent == parent && is_same(node.step, step))
        });
        if let Some(&found) = found {
            return found;
        }
        let id = nodes.len() as u32;
        known.insert_unique(key(parent, step), id, |&id| {
            let node = nodes.get(id as usize);
            node.map_or(0, |node| key(node.parent, node.step))
        });
        nodes.push(Draft::new(parent, step));
        id
    }

    /// Most that a walk can sum up, where each node brings what `of` says: text leads to
    /// one child at most, and a hole is followed beside it.
    fn most(nodes: &[Draft], is_exclusive: bool, of: impl Fn(&Draft) -> u32) -> u32 {
        let mut sums = alloc::vec![(0u32, 0u32); nodes.len()];
        let (mut most, mut all) = (0, 0u32);
        for (id, node) in nodes.iter().enumerate().rev() {
            let (text, hole) = sums.get(id).copied().unwrap_or_default();
            let below = match is_exclusive {
                true => text.max(hole),
                false => text.saturating_add(hole),
            };
            most = of(node).saturating_add(below);
            all = all.saturating_add(of(node));
            if let Some((text, hole)) = sums.get_mut(node.parent as usize) {
                match node.step {
                    Step::Text(_) => *text = (*text).max(most),
                    Step::Hole => *hole = most,
                }
            }
        }
        // No walk comes by a node twice.
        most.min(all)
    }
}

/// The best rank in each part of an end, and the rank of the first candidate in it that
/// takes whatever comes there.
#[derive(Clone, Copy, Debug)]
struct Ranks {
    best: u32,
    sure: u32,
}

impl Build<'_> {
    /// Adds a trie of `items`, which are sorted by rank.
    pub(crate) fn trie(&mut self, items: Vec<PathItem>) -> BuiltTrie {
        let mut drafts = core::mem::take(&mut self.drafts);
        drafts.begin();
        for item in items {
            drafts.hang(&self.interner, item);
        }
        let steps = Drafts::most(&drafts.nodes, false, |_| 1);
        let merged = match steps > self.limits.path_steps {
            true => exclusive::merge(&self.interner, &drafts.nodes, &mut drafts.merged),
            false => None,
        };
        let is_exclusive = merged.is_some();
        let ends = self.carry(&mut drafts, is_exclusive);
        let steps = match merged {
            Some(merged) => {
                self.refer(&mut drafts, &ends, merged);
                Drafts::most(&drafts.nodes, true, |_| 1)
            }
            None => steps,
        };
        let worst = &mut self.sections.segments.worst_steps;
        *worst = (*worst).max(steps);
        let mut hits = Drafts::most(&drafts.nodes, is_exclusive, |node| node.hits);
        let mut outer = NONE;
        if !drafts.outer.is_empty() {
            let built = self.byte_trie(core::mem::take(&mut drafts.outer));
            outer = built.root;
            hits = hits.saturating_add(built.hits);
        }
        let trie = self.settle(&mut drafts, outer, is_exclusive);
        self.drafts = drafts;
        BuiltTrie { trie, hits }
    }

    /// Makes lists of what hangs at the nodes. For an exclusive trie each becomes an end
    /// of its own, and the ranks of its parts are given.
    fn carry(&mut self, drafts: &mut Drafts, is_exclusive: bool) -> Vec<(u32, [Ranks; 3])> {
        // Stable: items of one list stay sorted by rank.
        drafts.hung.sort_by_key(|one| (one.node, one.kind));
        let mut ranks = Vec::new();
        for all in drafts.hung.chunk_by(|one, other| one.node == other.node) {
            let Some(first) = all.first() else { continue };
            let simple = match first.kind {
                Kind::Exact => Slot::EXACT,
                Kind::Segments => Slot::SEGMENTS,
                Kind::Prefix => Slot::BELOW,
                Kind::Pattern | Kind::Bytes => 0,
            };
            let is_one = all.last().is_some_and(|last| last.kind == first.kind);
            let most = self.limits.unindexed_candidates.max(1);
            let is_short = all.len() <= most as usize;
            let (flags, list, hits);
            if simple != 0 && is_one && is_short && !is_exclusive {
                (flags, hits) = (simple, 1);
                list = self.push_candidates(all.iter().map(|one| &one.item));
                let worst = &mut self.sections.paths.worst_candidates;
                *worst = (*worst).max(list.len);
            } else {
                let end;
                (end, hits) = self.node_end(all);
                if is_exclusive {
                    ranks.push((first.node, self.ranks(&end)));
                }
                let ends = &mut self.sections.segments.ends;
                flags = Slot::END;
                list = Range32 {
                    start: ends.len() as u32,
                    len: 1,
                };
                ends.push(end);
            }
            if let Some(node) = drafts.nodes.get_mut(first.node as usize) {
                (node.flags, node.list, node.hits) = (flags, list, hits);
            }
        }
        ranks
    }

    /// What hangs at one node, and how many lists and groups that can be.
    fn node_end(&mut self, all: &[Hung]) -> (NodeEnd, u32) {
        let mut end = NodeEnd {
            lists: PathEnd::default(),
            trie: NONE,
        };
        let mut hits = 0;
        for same in all.chunk_by(|one, other| one.kind == other.kind) {
            let items = same.iter().map(|one| &one.item);
            let kind = same.first().map_or(Kind::Exact, |one| one.kind);
            let lists = &mut end.lists;
            match kind {
                Kind::Exact => lists.exact = self.push_candidates(items),
                Kind::Segments => lists.segments = self.push_candidates(items),
                Kind::Prefix => lists.prefix = self.push_candidates(items),
                Kind::Pattern => {
                    let items: Vec<&PathItem> = items.collect();
                    (lists.patterns, lists.groups) = self.push_patterns(&items);
                    hits += lists.groups.len + u32::from(lists.patterns.len > 0);
                    continue;
                }
                Kind::Bytes => {
                    let built = self.byte_trie(items.copied().collect());
                    end.trie = built.root;
                    hits += built.hits;
                    continue;
                }
            }
            hits += 1;
        }
        (end, hits)
    }

    /// The ranks of an end's parts.
    fn ranks(&self, end: &NodeEnd) -> [Ranks; 3] {
        let lists = &end.lists;
        let of = |list: Range32| {
            let candidates = list.of(&self.sections.paths.candidates);
            let sure = candidates.iter().find(|one| {
                let entry = self.sections.entries.get(one.entry);
                entry.is_some_and(|entry| entry.takes_all())
            });
            Ranks {
                best: candidates.first().map_or(NONE, |one| one.rank),
                sure: sure.map_or(NONE, |one| one.rank),
            }
        };
        let mut below = of(lists.prefix);
        // What else is there may be better than any.
        if end.trie != NONE || lists.patterns.len > 0 || lists.groups.len > 0 {
            below.best = 0;
        }
        [of(lists.exact), of(lists.segments), below]
    }

    /// Puts a merged draft in place of the one that it stands for; its nodes refer to
    /// what those carry.
    fn refer(
        &mut self,
        drafts: &mut Drafts,
        ends: &[(u32, [Ranks; 3])],
        merged: exclusive::Merged,
    ) {
        let exclusive::Merged { nodes, members } = merged;
        let old = core::mem::replace(&mut drafts.nodes, nodes);
        let ranks = |node: u32| {
            let at = ends.binary_search_by_key(&node, |(node, _)| *node).ok()?;
            Some(ends.get(at)?.1)
        };
        let mut found: Vec<(Ranks, EndRef, u32)> = Vec::new();
        for (node, own) in drafts.nodes.iter_mut().zip(members.ranges) {
            let refs = &mut self.sections.segments.refs;
            let start = refs.len() as u32;
            for part in [Part::Below, Part::Segments, Part::Exact] {
                found.clear();
                for &member in own.of(&members.ids) {
                    let (Some(ranks), Some(draft)) = (ranks(member), old.get(member as usize))
                    else {
                        continue;
                    };
                    let end = draft.list.start;
                    let ranks = ranks.get(part as usize).copied();
                    let ranks = ranks.filter(|ranks| ranks.best != NONE);
                    let hits = match part {
                        Part::Exact | Part::Segments => 1,
                        Part::Below => draft.hits,
                    };
                    found.extend(ranks.map(|ranks| (ranks, EndRef { end, part }, hits)));
                }
                found.sort_by_key(|(ranks, found, _)| (ranks.best, found.end));
                // What comes after one that takes everything is never chosen.
                let mut sure = NONE;
                let needed = found.iter().take_while(|(ranks, ..)| {
                    let is_needed = ranks.best < sure;
                    sure = sure.min(ranks.sure);
                    is_needed
                });
                let needed = needed.count();
                // The search begins with the last.
                for (_, one, hits) in found.iter().take(needed).rev() {
                    refs.push(*one);
                    node.hits = node.hits.saturating_add(*hits);
                }
            }
            node.list = Range32 {
                start,
                len: refs.len() as u32 - start,
            };
            node.flags = match node.list.len {
                0 => 0,
                _ => Slot::REFS,
            };
        }
    }

    /// Gives every node its place.
    fn settle(&mut self, drafts: &mut Drafts, outer: u32, is_exclusive: bool) -> SegmentTrie {
        let count = drafts.nodes.len().saturating_sub(1);
        let slots = &mut self.sections.segments.slots;
        let mut trie = SegmentTrie {
            root: slots.len() as u32,
            len: match count {
                0 => 0,
                _ => (count * ROOM / 2 + 1) as u32,
            },
            seed: 0,
            outer,
            is_exclusive,
        };
        slots.resize(slots.len() + 1 + trie.len as usize, Slot::EMPTY);
        let bound = GOOD_PROBE * (1 + count.checked_ilog2().unwrap_or(0) as usize);
        let mut best = (usize::MAX, 0);
        for seed in 0..SEEDS {
            trie.seed = seed;
            let longest = self.settle_with(drafts, &trie);
            best = best.min((longest, seed));
            if longest <= bound {
                return trie;
            }
        }
        trie.seed = best.1;
        self.settle_with(drafts, &trie);
        trie
    }

    /// Gives every node its place under the trie's seed, and tells the longest probe.
    fn settle_with(&mut self, drafts: &mut Drafts, trie: &SegmentTrie) -> usize {
        let Drafts { nodes, places, .. } = drafts;
        let slots = self.sections.segments.slots.get_mut(trie.root as usize..);
        let slots = slots.unwrap_or(&mut []);
        slots.fill(Slot::EMPTY);
        places.clear();
        let mut longest = 0;
        for node in nodes.iter() {
            let mut slot = Slot {
                list: node.list,
                flags: node.flags,
                ..Slot::EMPTY
            };
            let Some(&parent) = places.get(node.parent as usize) else {
                places.push(0);
                if let Some(root) = slots.first_mut() {
                    *root = slot;
                }
                continue;
            };
            let (segment, leads) = match node.step {
                Step::Text(text) => {
                    let segment = Segments::new(self.interner.get(text)).read(trie.seed, 0);
                    slot.key = segment.key(text.start);
                    slot.len = text.len as u16;
                    (segment, Slot::TEXTS)
                }
                Step::Hole => {
                    let segment = Segment::hole();
                    slot.key = segment.key(0);
                    slot.len = Slot::HOLE;
                    (segment, Slot::PARAMETER)
                }
            };
            slot.parent = trie.root + parent;
            if let Some(before) = slots.get_mut(parent as usize) {
                before.flags |= leads;
            }
            let mut at = place(trie, slot.parent, segment.hash) as usize;
            let mut probe = 1;
            // A third of the slots stays empty.
            while let Some(room) = slots.get_mut(1 + at) {
                if room.parent == NONE {
                    *room = slot;
                    break;
                }
                at = (at + 1) % trie.len as usize;
                probe += 1;
            }
            places.push(1 + at as u32);
            longest = longest.max(probe);
        }
        longest
    }
}
