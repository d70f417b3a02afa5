//! Walking a segment trie with a path.

use alloc::vec::Vec;

use super::read::{HOLE, TAG};
use super::{Part, Segment, SegmentTrie, SegmentTries, Segments, Slot, descend, place};
use crate::table::NONE;
use crate::table::hash::is_same;
use crate::table::path::{PathHit, PathTrie, note};
use crate::table::text::{Range32, Text, TextPool};

/// The nodes that a path so far could be at.
#[derive(Debug)]
pub(crate) struct Live {
    now: Vec<Node>,
    next: Vec<Node>,
}

impl Live {
    /// Room for so many nodes.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            now: Vec::with_capacity(most),
            next: Vec::with_capacity(most),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        (self.now.capacity() + self.next.capacity()) * size_of::<Node>()
    }
}

/// Adds a node, where there is room: as for [`note`], no table makes a walk allocate.
#[inline(always)]
fn enlist(nodes: &mut Vec<Node>, node: Option<Node>) {
    if nodes.len() < nodes.capacity() {
        nodes.extend(node);
    }
}

/// A node that was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(super) slot: u32,
    /// Of all segments that lead to it.
    pub(super) hash: u64,
}

/// A walk: a trie, what its keys and byte tries are in, and the path.
#[derive(Clone, Copy)]
pub(crate) struct Walk<'t> {
    pub(crate) tries: &'t SegmentTries,
    pub(crate) bytes: &'t PathTrie,
    pub(crate) text: &'t TextPool,
    pub(crate) trie: &'t SegmentTrie,
    pub(crate) path: &'t [u8],
}

impl<'t> Walk<'t> {
    /// Adds every list and group of patterns that the path comes by, shortest prefix
    /// first, and gives the last of them, if it is a list, in place of adding it; an empty
    /// list otherwise. Does not allocate, where there is room for the most that there can
    /// be.
    pub(crate) fn run(&self, live: &mut Live, hits: &mut Vec<PathHit>) -> Range32 {
        if self.trie.outer != NONE {
            self.visit_outer(hits);
        }
        let mut last = Range32::EMPTY;
        let segments = Segments::new(self.path);
        let mut node = Node {
            slot: self.trie.root,
            hash: 0,
        };
        let Some(mut slot) = self.tries.slots.get(node.slot as usize) else {
            return last;
        };
        // What is left of the path: nothing, or a slash and what follows it.
        let mut rest = self.path;
        if rest.first() != Some(&b'/') {
            return last;
        }
        let slots = self.slots();
        while let Some(behind) = rest.get(1..) {
            let flags = slot.flags;
            // Most nodes carry exact paths alone, and most are passed.
            if flags & Slot::CARRIES_BELOW != 0 {
                self.visit(slot, rest, hits, &mut last);
            }
            if flags & Slot::LEADS == 0 {
                return last;
            }
            let segment = segments.read(self.trie.seed, behind);
            let Some(left) = behind.get(segment.len..) else {
                return last;
            };
            rest = left;
            if flags & Slot::TEXTS != 0
                && let Some(found) = self.text_child(slots, node, segment, behind)
            {
                if flags & Slot::PARAMETER != 0
                    && let Some((hole, _)) = self.hole_child(slots, node, segment, true)
                {
                    live.now.clear();
                    enlist(&mut live.now, Some(found.0));
                    enlist(&mut live.now, Some(hole));
                    self.run_many(segments, rest, live, hits, &mut last);
                    return last;
                }
                (node, slot) = found;
                continue;
            }
            if flags & Slot::PARAMETER == 0 {
                return last;
            }
            match self.hole_child(slots, node, segment, false) {
                Some(found) => (node, slot) = found,
                None => return last,
            }
        }
        if slot.flags & Slot::CARRIES != 0 {
            self.visit(slot, rest, hits, &mut last);
        }
        last
    }

    /// The slots of the trie but for its root.
    #[inline(always)]
    pub(super) fn slots(&self) -> &'t [Slot] {
        let slots = Range32 {
            start: self.trie.root.wrapping_add(1),
            len: self.trie.len,
        };
        slots.of(&self.tries.slots)
    }

    /// Adds what begins with no slash, or states nothing.
    #[inline(never)]
    fn visit_outer(&self, hits: &mut Vec<PathHit>) {
        let hit = |hit| note(hits, hit);
        self.bytes.walk(self.text, self.trie.outer, self.path, hit);
    }

    /// Goes on from several nodes.
    #[inline(never)]
    fn run_many(
        &self,
        segments: Segments,
        mut rest: &[u8],
        live: &mut Live,
        hits: &mut Vec<PathHit>,
        last: &mut Range32,
    ) {
        let slots = self.slots();
        loop {
            let behind = rest.get(1..);
            let segment = match behind {
                None => Segment::hole(),
                Some(behind) => segments.read(self.trie.seed, behind),
            };
            live.next.clear();
            for &node in &live.now {
                let Some(slot) = self.tries.slots.get(node.slot as usize) else {
                    return;
                };
                if slot.flags & Slot::CARRIES != 0 {
                    self.visit(slot, rest, hits, last);
                }
                let Some(behind) = behind.filter(|_| slot.flags & Slot::LEADS != 0) else {
                    continue;
                };
                let text = match slot.flags & Slot::TEXTS != 0 {
                    true => self.text_child(slots, node, segment, behind),
                    false => None,
                };
                enlist(&mut live.next, text.map(|(node, _)| node));
                if slot.flags & Slot::PARAMETER != 0 {
                    let hole = self.hole_child(slots, node, segment, text.is_some());
                    enlist(&mut live.next, hole.map(|(node, _)| node));
                }
            }
            if live.next.is_empty() {
                return;
            }
            rest = behind
                .and_then(|behind| behind.get(segment.len..))
                .unwrap_or(&[]);
            core::mem::swap(&mut live.now, &mut live.next);
        }
    }

    /// Where the text of a segment leads from a node; `behind` begins with it.
    #[inline(always)]
    fn text_child(
        &self,
        slots: &'t [Slot],
        node: Node,
        segment: Segment,
        behind: &[u8],
    ) -> Option<(Node, &'t Slot)> {
        // A longer segment is known by its hash, and compared when it is found.
        let (key, mask) = match segment.len {
            0..=8 => (segment.word, u64::MAX),
            _ => (segment.hash, TAG),
        };
        let found = self.child(slots, node, segment.hash, |slot| {
            usize::from(slot.len) == segment.len && (slot.key ^ key) & mask == 0
        });
        match found {
            Some((_, slot)) if mask == TAG && !self.has_text(slot.key, behind, segment.len) => {
                self.other_child(node, segment, behind)
            }
            found => found,
        }
    }

    /// The same where another text of the same length and hash came first.
    #[cold]
    #[inline(never)]
    fn other_child(&self, node: Node, segment: Segment, behind: &[u8]) -> Option<(Node, &'t Slot)> {
        self.child(self.slots(), node, segment.hash, |slot| {
            usize::from(slot.len) == segment.len && self.has_text(slot.key, behind, segment.len)
        })
    }

    /// Whether a slot's key leads to the text that `behind` begins with.
    // PERF: where it stands in a loop, what it compares with is made ready for each
    // segment, and most are short.
    #[inline(never)]
    fn has_text(&self, key: u64, behind: &[u8], len: usize) -> bool {
        let text = Text {
            start: key as u32,
            len: len as u32,
        };
        is_same(self.text.get(text), behind.get(..len).unwrap_or(&[]))
    }

    /// Where a segment leads from a node with a hole.
    #[inline(always)]
    pub(super) fn hole_child(
        &self,
        slots: &'t [Slot],
        node: Node,
        segment: Segment,
        has_text: bool,
    ) -> Option<(Node, &'t Slot)> {
        // SPEC: `PathMatch::Template`: a hole takes at least one byte.
        let is_taken = segment.len > 0 && !(self.trie.has(SegmentTrie::EXCLUSIVE) && has_text);
        if !is_taken {
            return None;
        }
        self.child(slots, node, HOLE, |slot| slot.len == Slot::HOLE)
    }

    /// The child of a node that a segment of this hash leads to, and that is the one; among
    /// the trie's [slots](Self::slots).
    #[inline(always)]
    pub(super) fn child(
        &self,
        slots: &'t [Slot],
        node: Node,
        segment: u64,
        is_it: impl Fn(&Slot) -> bool,
    ) -> Option<(Node, &'t Slot)> {
        let hash = descend(node.hash, segment);
        let mut place = place(self.trie, hash) as usize;
        loop {
            let slot = slots.get(place)?;
            if slot.parent == node.slot && is_it(slot) {
                let found = Node {
                    slot: self.trie.root + 1 + place as u32,
                    hash,
                };
                return Some((found, slot));
            }
            if slot.parent == NONE {
                return None;
            }
            place += 1;
            if place == slots.len() {
                place = 0;
            }
        }
    }

    /// Adds what a node carries for a path of which a rest is left; what was the last
    /// before is in `last`, and the last is afterwards.
    #[inline(always)]
    fn visit(&self, slot: &Slot, rest: &[u8], hits: &mut Vec<PathHit>, last: &mut Range32) {
        let fits = match rest.is_empty() {
            true => Slot::EXACT | Slot::SEGMENTS,
            false => Slot::SEGMENTS | Slot::BELOW,
        };
        if slot.flags & fits != 0 {
            let before = core::mem::replace(last, slot.list);
            if before.len > 0 {
                note(hits, PathHit::List(before));
            }
        } else if slot.flags & (Slot::END | Slot::REFS) != 0 {
            let before = core::mem::replace(last, Range32::EMPTY);
            if before.len > 0 {
                note(hits, PathHit::List(before));
            }
            self.visit_several(slot, rest, hits);
        }
    }

    /// The same for a node that carries more than a list.
    #[inline(never)]
    fn visit_several(&self, slot: &Slot, rest: &[u8], hits: &mut Vec<PathHit>) {
        let is_whole = rest.is_empty();
        if slot.flags & Slot::END != 0 {
            if !is_whole {
                self.visit_part(slot.list.start, Part::Below, rest, hits);
            }
            self.visit_part(slot.list.start, Part::Segments, rest, hits);
            if is_whole {
                self.visit_part(slot.list.start, Part::Exact, rest, hits);
            }
            return;
        }
        for found in slot.list.of(&self.tries.refs) {
            let fits = match found.part {
                Part::Exact => is_whole,
                Part::Segments => true,
                Part::Below => !is_whole,
            };
            if fits {
                self.visit_part(found.end, found.part, rest, hits);
            }
        }
    }

    fn visit_part(&self, end: u32, part: Part, rest: &[u8], hits: &mut Vec<PathHit>) {
        let Some(end) = self.tries.ends.get(end as usize) else {
            return;
        };
        let lists = &end.lists;
        let mut list = |list: Range32| {
            if list.len > 0 {
                note(hits, PathHit::List(list));
            }
        };
        match part {
            Part::Exact => list(lists.exact),
            // SPEC: Gateway API, HTTPPathMatch PathPrefix: element by element.
            Part::Segments => list(lists.segments),
            Part::Below => {
                list(lists.patterns);
                list(lists.prefix);
                let room = hits.capacity() - hits.len();
                let groups = lists.groups.indices().take(room);
                hits.extend(groups.map(PathHit::Group));
                if end.trie != NONE {
                    let behind = rest.get(1..).unwrap_or(&[]);
                    let hit = |hit| note(hits, hit);
                    self.bytes.walk(self.text, end.trie, behind, hit);
                }
            }
        }
    }
}
