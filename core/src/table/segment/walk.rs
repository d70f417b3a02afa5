//! Walking a segment trie with a path.

use alloc::vec::Vec;

use super::read::{HOLE, TAG};
use super::{Part, Segment, SegmentTrie, SegmentTries, Segments, Slot, descend, place};
use crate::table::NONE;
use crate::table::path::{PathHit, PathTrie};
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
    /// first. Does not allocate, where there is room for the most that there can be.
    #[inline]
    pub(crate) fn run(&self, live: &mut Live, hits: &mut Vec<PathHit>) {
        if self.trie.outer != NONE {
            let hit = |hit| hits.push(hit);
            self.bytes.walk(self.text, self.trie.outer, self.path, hit);
        }
        if self.path.first() != Some(&b'/') {
            return;
        }
        let segments = Segments::new(self.path);
        let mut node = Node {
            slot: self.trie.root,
            hash: 0,
        };
        let Some(mut slot) = self.tries.slots.get(node.slot as usize) else {
            return;
        };
        let mut at = 0;
        loop {
            if at == self.path.len() {
                if slot.flags & Slot::CARRIES != 0 {
                    self.visit(slot, at, hits);
                }
                return;
            }
            // Most nodes carry exact paths alone, and most are passed.
            if slot.flags & Slot::CARRIES_BELOW != 0 {
                self.visit(slot, at, hits);
            }
            if slot.flags & Slot::LEADS == 0 {
                return;
            }
            let segment = segments.read(self.trie.seed, at + 1);
            let text = self.text_child(node, slot.flags, segment, at);
            let hole = match slot.flags & Slot::PARAMETER != 0 {
                true => self.hole_child(node, segment, text.is_some()),
                false => None,
            };
            at += 1 + segment.len;
            (node, slot) = match (text, hole) {
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => return,
                (Some((text, _)), Some((hole, _))) => {
                    live.now.clear();
                    live.now.extend([text, hole]);
                    return self.run_many(segments, at, live, hits);
                }
            };
        }
    }

    /// Goes on from several nodes.
    fn run_many(
        &self,
        segments: Segments<'_>,
        mut at: usize,
        live: &mut Live,
        hits: &mut Vec<PathHit>,
    ) {
        loop {
            let is_end = at == self.path.len();
            let segment = match is_end {
                true => Segment::hole(),
                false => segments.read(self.trie.seed, at + 1),
            };
            live.next.clear();
            for &node in &live.now {
                let Some(slot) = self.tries.slots.get(node.slot as usize) else {
                    return;
                };
                if slot.flags & Slot::CARRIES != 0 {
                    self.visit(slot, at, hits);
                }
                if is_end || slot.flags & Slot::LEADS == 0 {
                    continue;
                }
                let text = self.text_child(node, slot.flags, segment, at);
                live.next.extend(text.map(|(node, _)| node));
                if slot.flags & Slot::PARAMETER != 0 {
                    let hole = self.hole_child(node, segment, text.is_some());
                    live.next.extend(hole.map(|(node, _)| node));
                }
            }
            if live.next.is_empty() {
                return;
            }
            at += 1 + segment.len;
            core::mem::swap(&mut live.now, &mut live.next);
        }
    }

    /// Where the text of a segment leads from a node, which begins behind `at`.
    #[inline(always)]
    fn text_child(
        &self,
        node: Node,
        flags: u16,
        segment: Segment,
        at: usize,
    ) -> Option<(Node, &'t Slot)> {
        if flags & Slot::TEXTS == 0 {
            return None;
        }
        self.child(node, segment.hash, |slot| {
            usize::from(slot.len) == segment.len && self.is_text(slot, segment, at)
        })
    }

    /// Where a segment leads from a node with a hole.
    #[inline(always)]
    pub(super) fn hole_child(
        &self,
        node: Node,
        segment: Segment,
        has_text: bool,
    ) -> Option<(Node, &'t Slot)> {
        // SPEC: `PathMatch::Template`: a hole takes at least one byte.
        let is_taken = segment.len > 0 && !(self.trie.is_exclusive && has_text);
        if !is_taken {
            return None;
        }
        self.child(node, HOLE, |slot| slot.len == Slot::HOLE)
    }

    /// The child of a node that a segment of this hash leads to, and that is the one.
    #[inline(always)]
    pub(super) fn child(
        &self,
        node: Node,
        segment: u64,
        is_it: impl Fn(&Slot) -> bool,
    ) -> Option<(Node, &'t Slot)> {
        let hash = descend(node.hash, segment);
        let first = self.trie.root + 1;
        let mut place = place(self.trie, hash);
        loop {
            let found = first + place;
            let slot = self.tries.slots.get(found as usize)?;
            if slot.parent == node.slot && is_it(slot) {
                return Some((Node { slot: found, hash }, slot));
            }
            if slot.parent == NONE {
                return None;
            }
            place += 1;
            if place == self.trie.len {
                place = 0;
            }
        }
    }

    /// Whether a slot of the same length has a segment's text.
    #[inline(always)]
    fn is_text(&self, slot: &Slot, segment: Segment, at: usize) -> bool {
        match segment.len {
            0..=8 => slot.key == segment.word,
            _ => self.is_long_text(slot, segment, at),
        }
    }

    fn is_long_text(&self, slot: &Slot, segment: Segment, at: usize) -> bool {
        let text = Text {
            start: slot.key as u32,
            len: u32::from(slot.len),
        };
        (slot.key ^ segment.hash) & TAG == 0
            && self.path.get(at + 1..at + 1 + segment.len) == Some(self.text.get(text))
    }

    /// Adds what a node carries for a path that ends or has a slash at `at`.
    #[inline]
    fn visit(&self, slot: &Slot, at: usize, hits: &mut Vec<PathHit>) {
        let is_whole = at == self.path.len();
        let is_simple = Slot::EXACT | Slot::SEGMENTS | Slot::BELOW;
        if slot.flags & is_simple != 0 {
            let fits = match is_whole {
                true => Slot::EXACT | Slot::SEGMENTS,
                false => Slot::SEGMENTS | Slot::BELOW,
            };
            if slot.flags & fits != 0 {
                hits.push(PathHit::List(slot.list));
            }
        } else if slot.flags & Slot::END != 0 {
            if !is_whole {
                self.visit_part(slot.list.start, Part::Below, at, hits);
            }
            self.visit_part(slot.list.start, Part::Segments, at, hits);
            if is_whole {
                self.visit_part(slot.list.start, Part::Exact, at, hits);
            }
        } else {
            for found in slot.list.of(&self.tries.refs) {
                let fits = match found.part {
                    Part::Exact => is_whole,
                    Part::Segments => true,
                    Part::Below => !is_whole,
                };
                if fits {
                    self.visit_part(found.end, found.part, at, hits);
                }
            }
        }
    }

    fn visit_part(&self, end: u32, part: Part, at: usize, hits: &mut Vec<PathHit>) {
        let Some(end) = self.tries.ends.get(end as usize) else {
            return;
        };
        let lists = &end.lists;
        let mut list = |list: Range32| {
            if list.len > 0 {
                hits.push(PathHit::List(list));
            }
        };
        match part {
            Part::Exact => list(lists.exact),
            // SPEC: Gateway API, HTTPPathMatch PathPrefix: element by element.
            Part::Segments => list(lists.segments),
            Part::Below => {
                list(lists.patterns);
                list(lists.prefix);
                hits.extend(lists.groups.indices().map(PathHit::Group));
                if end.trie != NONE {
                    let rest = self.path.get(at + 1..).unwrap_or(&[]);
                    let hit = |hit| hits.push(hit);
                    self.bytes.walk(self.text, end.trie, rest, hit);
                }
            }
        }
    }
}
