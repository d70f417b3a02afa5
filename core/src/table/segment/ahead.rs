//! Walking a segment trie for several paths at once, a step of each in turn.
//!
//! A walk knows where it will read before it has read it: where a node lies follows from
//! the path. So [`Ahead::touch`] can be called for many walks
//! before [`Walk::advance`] looks at what came of the first one, and the memory is asked
//! for all of it in the meantime.
//!
//! What such a walk finds is a guess and decides nothing: it follows text before a hole
//! and never both, takes a long segment's hash for its text, and gives the deepest node
//! that carries something, which is where the search looks first.

use super::read::HOLE;
use super::walk::Node;
use super::{NodeEnd, Segment, SegmentTries, Segments, Slot, Walk, descend, place};
use crate::table::NONE;
use crate::table::text::{Range32, Text, TextPool};

/// How far a path has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ahead {
    segments: Segments,
    node: Node,
    /// Of the node's slot.
    flags: u16,
    /// Where the node's path ends.
    at: usize,
    /// The segment behind it.
    next: Segment,
    /// Slots that are read next: of the text that follows, and of the hole.
    slots: [u32; 2],
    /// The text of the segment that led here, where its slot does not hold it.
    text: Text,
    /// The deepest slot that carries something for this path, or [`NONE`].
    deepest: u32,
    /// Whether the path ends there.
    is_whole: bool,
}

impl Ahead {
    /// No walk.
    pub(crate) const NOWHERE: Self = Self {
        segments: Segments::NONE,
        node: Node {
            slot: NONE,
            hash: 0,
        },
        flags: 0,
        at: 0,
        next: Segment::NONE,
        slots: [NONE; 2],
        text: Text { start: 0, len: 0 },
        deepest: NONE,
        is_whole: false,
    };

    /// Reads what the next step looks at; the value means nothing.
    #[inline(always)]
    pub(crate) fn touch(&self, tries: &SegmentTries, text: &TextPool) -> u64 {
        let read = |slot: u32| match tries.slots.get(slot as usize) {
            // Not every slot is on one line of the cache.
            Some(slot) => slot.key ^ u64::from(slot.flags),
            None => 0,
        };
        let [child, hole] = self.slots;
        let mut sum = read(child);
        if hole != child {
            sum ^= read(hole);
        }
        if self.text.len > 0 {
            sum ^= text.touch(self.text);
        }
        sum
    }

    /// Reads what the deepest node keeps elsewhere; the value means nothing.
    #[inline(always)]
    pub(crate) fn touch_end(&self, tries: &SegmentTries) -> u64 {
        let end = self.end(tries);
        end.map_or(0, |end| {
            u64::from(end.lists.exact.start ^ end.lists.groups.len)
        })
    }

    /// The candidates that the path meets first, as far as they are known.
    #[inline(always)]
    pub(crate) fn first_list(&self, tries: &SegmentTries) -> Option<Range32> {
        let slot = tries.slots.get(self.deepest as usize)?;
        if slot.flags & Slot::END == 0 {
            return Some(slot.list);
        }
        let lists = &self.end(tries)?.lists;
        let lists = match self.is_whole {
            true => [lists.exact, lists.segments, Range32::EMPTY],
            false => [lists.segments, lists.prefix, lists.patterns],
        };
        lists.into_iter().find(|list| list.len > 0)
    }

    #[inline(always)]
    fn end<'t>(&self, tries: &'t SegmentTries) -> Option<&'t NodeEnd> {
        let slot = tries.slots.get(self.deepest as usize)?;
        match slot.flags & Slot::END != 0 {
            true => tries.ends.get(slot.list.start as usize),
            false => None,
        }
    }
}

impl<'t> Walk<'t> {
    /// Begins at the root, of which nothing is read yet; `false` where no segment of the
    /// trie can take the path.
    #[inline(always)]
    pub(crate) fn look_ahead(&self, ahead: &mut Ahead) -> bool {
        let Some(rest) = self.path.strip_prefix(b"/") else {
            return false;
        };
        ahead.segments = Segments::new(self.path);
        ahead.node = Node {
            slot: self.trie.root,
            hash: 0,
        };
        ahead.next = ahead.segments.read(self.trie.seed, rest);
        ahead.slots = [self.slot_of(ahead.node, ahead.next.hash), ahead.node.slot];
        true
    }

    /// Goes on by a segment; whether there is something to be read for it.
    #[inline(always)]
    pub(crate) fn advance(&self, ahead: &mut Ahead) -> bool {
        if ahead.at == 0 {
            let Some(root) = self.tries.slots.get(ahead.node.slot as usize) else {
                return false;
            };
            self.arrive(ahead, root);
            if ahead.flags & Slot::LEADS == 0 {
                return false;
            }
        }
        let Some((node, slot)) = self.guessed_child(ahead) else {
            return false;
        };
        ahead.node = node;
        ahead.at += 1 + ahead.next.len;
        ahead.text = ahead.next.text_of(slot);
        self.arrive(ahead, slot);
        if ahead.at >= self.path.len() || slot.flags & Slot::LEADS == 0 {
            // Nothing but the text.
            ahead.slots = [node.slot; 2];
            ahead.flags = 0;
            return ahead.text.len > 0;
        }
        let rest = self.path.get(ahead.at + 1..).unwrap_or(&[]);
        ahead.next = ahead.segments.read(self.trie.seed, rest);
        let child = self.slot_of(node, ahead.next.hash);
        let hole = match slot.flags & Slot::PARAMETER != 0 {
            true => self.slot_of(node, HOLE),
            false => child,
        };
        ahead.slots = [child, hole];
        true
    }

    #[inline(always)]
    fn guessed_child(&self, ahead: &Ahead) -> Option<(Node, &'t Slot)> {
        let next = ahead.next;
        let text = match ahead.flags & Slot::TEXTS != 0 {
            true => self.child(self.slots(), ahead.node, next.hash, |slot| {
                next.could_be(slot)
            }),
            false => None,
        };
        if text.is_some() || ahead.flags & Slot::PARAMETER == 0 {
            return text;
        }
        self.hole_child(self.slots(), ahead.node, next, false)
    }

    /// Notes what a node has for the path.
    #[inline(always)]
    fn arrive(&self, ahead: &mut Ahead, slot: &Slot) {
        ahead.flags = slot.flags;
        let is_whole = ahead.at >= self.path.len();
        let fits = match is_whole {
            true => Slot::EXACT | Slot::SEGMENTS | Slot::END,
            false => Slot::SEGMENTS | Slot::BELOW | Slot::END,
        };
        if slot.flags & fits != 0 {
            ahead.deepest = ahead.node.slot;
            ahead.is_whole = is_whole;
        }
    }

    /// The slot where a child is looked for first.
    #[inline(always)]
    fn slot_of(&self, node: Node, segment: u64) -> u32 {
        self.trie.root + 1 + place(self.trie, descend(node.hash, segment))
    }
}

impl Segment {
    /// Whether a slot's segment is this one, as far as the slot itself says.
    #[inline(always)]
    fn could_be(&self, slot: &Slot) -> bool {
        usize::from(slot.len) == self.len && slot.key == self.key(slot.key as u32)
    }

    /// The text that a slot of this segment is compared with.
    #[inline]
    fn text_of(&self, slot: &Slot) -> Text {
        match slot.len {
            0..=8 | Slot::HOLE => Text::default(),
            len => Text {
                start: slot.key as u32,
                len: u32::from(len),
            },
        }
    }
}
