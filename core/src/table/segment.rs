//! The segment trie: which rules a path could match, segment by segment.
//!
//! # Shape
//!
//! One trie for each host scope, all in one array of slots. A node stands for whole
//! segments of a path; it is the slot that holds it. From a node a segment leads to the
//! slot that the node's place and the segment hash to: there are no pointers, and a
//! probe waits for no other, since where a child lies is worked out from where its
//! parent was found and not from what was read there. A segment of at most eight bytes
//! is compared with a word in the slot, a longer one with its text.
//!
//! A node has at most one child that takes any segment that is not empty: the hole of a
//! template. What ends within a segment (a string prefix, a pattern that begins with
//! text) is in a byte trie below its node, see [`path`](super::path).
//!
//! What a node carries, each a list of candidates sorted by rank:
//!
//! * *exact*: the path ends here;
//! * *segments*: it ends here or goes on with a slash;
//! * *below*: it goes on with a slash. Here are string prefixes that end in a slash,
//!   and patterns.
//!
//! A scope has a second trie where some of its paths match without regard to case. Its
//! keys are in ASCII lower case, and it is walked with the path folded likewise.
//!
//! # Complexity
//!
//! Where text and a hole fit, both ways are followed. How many nodes that makes for any
//! path is known when the trie is compiled ([`SegmentTries::worst_steps`]); where it is
//! more than a few for each segment, the compiler puts in their place a trie in which
//! text is followed alone, each node of which stands for all the nodes that a path so
//! far could be at ([`SegmentTrie::is_exclusive`]).
//!
//! # Invariants
//!
//! 1. Slots of a trie are adjacent; the first is the root, and the others are open
//!    addressed with an empty one among them.
//! 2. A slot's parent lies in the same trie.

use alloc::vec::Vec;

use super::NONE;
use super::hash::{mix, short_word};
use super::path::{PathEnd, PathHit, PathTrie};
use super::text::{Range32, Text, TextPool};

/// The segment tries of all scopes.
#[derive(Debug, Default)]
pub(crate) struct SegmentTries {
    pub(crate) slots: Vec<Slot>,
    pub(crate) ends: Vec<NodeEnd>,
    /// What nodes of exclusive tries carry.
    pub(crate) refs: Vec<EndRef>,
    /// The tries of folded paths.
    pub(crate) folded: Vec<SegmentTrie>,
    /// Most nodes that a walk of one trie comes by.
    pub(crate) worst_steps: u32,
}

/// Where a scope's trie is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SegmentTrie {
    /// The root among the slots.
    pub(crate) root: u32,
    /// Slots, the root not counted.
    pub(crate) len: u32,
    pub(crate) seed: u32,
    /// Root of the byte trie of what begins with no slash or states nothing, or
    /// [`NONE`].
    pub(crate) outer: u32,
    /// Whether a hole is followed only where no text fits.
    pub(crate) is_exclusive: bool,
}

/// A node, or nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    /// The segment that leads here: its bytes where it has at most eight, otherwise
    /// where its text begins (low half) and a part of its hash.
    pub(crate) key: u64,
    /// The slot of the node before; [`NONE`] in an empty slot and in a root.
    pub(crate) parent: u32,
    /// What the node carries, as its flags say.
    pub(crate) list: Range32,
    /// Bytes of the segment; [`Slot::HOLE`] takes any that is not empty.
    pub(crate) len: u16,
    pub(crate) flags: u16,
}

impl Slot {
    pub(crate) const EMPTY: Self = Self {
        key: 0,
        parent: NONE,
        list: Range32 { start: 0, len: 0 },
        len: 0,
        flags: 0,
    };

    pub(crate) const HOLE: u16 = u16::MAX;

    /// The list is the candidates of exact paths.
    pub(crate) const EXACT: u16 = 1;
    /// The list is the candidates of segment prefixes.
    pub(crate) const SEGMENTS: u16 = 2;
    /// The list is the candidates of string prefixes that end in a slash.
    pub(crate) const BELOW: u16 = 4;
    /// The list begins with an index into [`SegmentTries::ends`].
    pub(crate) const END: u16 = 8;
    /// The list is a run of [`SegmentTries::refs`].
    pub(crate) const REFS: u16 = 16;
    /// A segment of text can follow.
    pub(crate) const TEXTS: u16 = 32;
    /// A hole can follow.
    pub(crate) const PARAMETER: u16 = 64;

    const LEADS: u16 = Self::TEXTS | Self::PARAMETER;
    const CARRIES: u16 = Self::EXACT | Self::SEGMENTS | Self::BELOW | Self::END | Self::REFS;
}

/// What a node carries that has more than one short list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NodeEnd {
    /// Of these, prefixes, patterns and groups are below.
    pub(crate) lists: PathEnd,
    /// Root of the byte trie of what follows the slash, or [`NONE`].
    pub(crate) trie: u32,
}

/// A part of what another node carries.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct EndRef {
    /// Index into [`SegmentTries::ends`].
    pub(crate) end: u32,
    pub(crate) part: Part,
}

/// Which part.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Part {
    Exact,
    Segments,
    Below,
}

/// A path whose segments are read eight bytes at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segments<'p> {
    path: &'p [u8],
    /// Its last eight bytes, the last one highest.
    last: u64,
}

impl<'p> Segments<'p> {
    #[inline]
    pub(crate) fn new(path: &'p [u8]) -> Self {
        let last = match path.last_chunk::<8>() {
            Some(&chunk) => u64::from_le_bytes(chunk),
            None => short_word(path).unbounded_shl(64 - 8 * path.len() as u32),
        };
        Self { path, last }
    }

    /// The segment that begins at `start`: up to the next slash, or to the end.
    #[inline]
    pub(crate) fn read(self, seed: u32, start: usize) -> Segment {
        let mut state = u64::from(seed) ^ START;
        let (first, mut taken) = self.word(start);
        let (mut word, mut len) = (first, taken);
        while taken == 8 {
            state = mix(state ^ word, STEP);
            (word, taken) = self.word(start + len);
            len += taken;
        }
        Segment {
            hash: mix(state ^ word, (len as u64) << 1),
            word: first,
            len,
        }
    }

    /// Up to eight bytes from `at` on, as far as the segment goes.
    #[inline]
    fn word(self, at: usize) -> (u64, usize) {
        let rest = self.path.get(at..).unwrap_or(&[]);
        let (word, end) = match rest.first_chunk::<8>() {
            Some(&chunk) => (u64::from_le_bytes(chunk), 0),
            // Behind the last byte stands a slash, as it were.
            None => {
                let bits = 8 * rest.len() as u32;
                (self.last.unbounded_shr(64 - bits), 0x80 << bits)
            }
        };
        let slashes = slashes(word) | end;
        if slashes == 0 {
            return (word, 8);
        }
        let bits = slashes.trailing_zeros() & !7;
        (word & ((1 << bits) - 1), (bits / 8) as usize)
    }
}

/// A segment of a path as it is looked up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    pub(crate) hash: u64,
    /// Its first eight bytes, the first one lowest.
    pub(crate) word: u64,
    pub(crate) len: usize,
}

impl Segment {
    /// What leads from a node to its hole.
    pub(crate) fn hole() -> Self {
        Self {
            hash: HOLE,
            word: 0,
            len: Slot::HOLE as usize,
        }
    }

    /// The key of a slot that this segment leads to, whose text begins at `start`.
    #[inline]
    pub(crate) fn key(&self, start: u32) -> u64 {
        match self.len {
            0..=8 => self.word,
            _ => u64::from(start) | self.hash & TAG,
        }
    }
}

const START: u64 = 0x9e37_79b9_7f4a_7c15;
const STEP: u64 = 0xd6e8_feb8_6659_fd93;
const HOLE: u64 = 0x5851_f42d_4c95_7f2d;
const PARENT: u64 = 0xa24b_aed4_963e_e407;
/// The part of a hash that a key keeps.
const TAG: u64 = 0xffff_ffff_0000_0000;

/// The highest bit of each byte that is a slash, and of no other.
#[inline]
fn slashes(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let other = word ^ (EACH * b'/' as u64);
    let low = 0x7f * EACH;
    !(((other & low) + low) | other | low)
}

/// Where to look first for what a segment leads to.
#[inline]
pub(crate) fn place(trie: &SegmentTrie, parent: u32, hash: u64) -> u32 {
    let parent = u64::from(parent - trie.root);
    let mixed = hash ^ parent.wrapping_mul(PARENT);
    // The upper half times the number of slots, in place of a remainder.
    ((mixed >> 32) * u64::from(trie.len) >> 32) as u32
}

/// The nodes that a path so far could be at.
#[derive(Debug)]
pub(crate) struct Live {
    now: Vec<u32>,
    next: Vec<u32>,
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
        let mut node = self.trie.root;
        let Some(mut slot) = self.tries.slots.get(node as usize) else {
            return;
        };
        let mut at = 0;
        loop {
            if slot.flags & Slot::CARRIES != 0 {
                self.visit(slot, at, hits);
            }
            if at == self.path.len() || slot.flags & Slot::LEADS == 0 {
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
                let Some(slot) = self.tries.slots.get(node as usize) else {
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
        node: u32,
        flags: u16,
        segment: Segment,
        at: usize,
    ) -> Option<(u32, &'t Slot)> {
        if flags & Slot::TEXTS == 0 {
            return None;
        }
        self.child(node, segment.hash, |slot| {
            usize::from(slot.len) == segment.len && self.is_text(slot, segment, at)
        })
    }

    /// Where a segment leads from a node with a hole.
    #[inline(always)]
    fn hole_child(&self, node: u32, segment: Segment, has_text: bool) -> Option<(u32, &'t Slot)> {
        // SPEC: `PathMatch::Template`: a hole takes at least one byte.
        let is_taken = segment.len > 0 && !(self.trie.is_exclusive && has_text);
        if !is_taken {
            return None;
        }
        self.child(node, HOLE, |slot| slot.len == Slot::HOLE)
    }

    /// The child of a node that hashes so and is the one.
    #[inline(always)]
    fn child(
        &self,
        node: u32,
        hash: u64,
        is_it: impl Fn(&Slot) -> bool,
    ) -> Option<(u32, &'t Slot)> {
        let first = self.trie.root + 1;
        let mut place = place(self.trie, node, hash);
        loop {
            let found = first + place;
            let slot = self.tries.slots.get(found as usize)?;
            if slot.parent == node && is_it(slot) {
                return Some((found, slot));
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

impl Live {
    /// Room for so many nodes.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            now: Vec::with_capacity(most),
            next: Vec::with_capacity(most),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        (self.now.capacity() + self.next.capacity()) * size_of::<u32>()
    }
}

impl SegmentTries {
    pub(crate) fn bytes(&self) -> usize {
        self.slots.len() * size_of::<Slot>()
            + self.ends.len() * size_of::<NodeEnd>()
            + self.refs.len() * size_of::<EndRef>()
            + self.folded.len() * size_of::<SegmentTrie>()
    }

    /// Nodes of all tries.
    pub(crate) fn nodes(&self) -> usize {
        let is_node = |slot: &&Slot| slot.parent != NONE;
        self.slots.iter().filter(is_node).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(seed: u32, rest: &[u8]) -> Segment {
        Segments::new(rest).read(seed, 0)
    }

    #[test]
    fn a_segment_ends_at_a_slash_or_with_the_path() {
        for length in 0..20 {
            for behind in 0..12 {
                let text: Vec<u8> = (0..length as u8).map(|at| b'a' + at).collect();
                let mut rest = text.clone();
                if behind > 0 {
                    rest.push(b'/');
                    rest.extend(core::iter::repeat_n(b'/', behind - 1));
                }
                let (alone, found) = (read(7, &text), read(7, &rest));
                assert_eq!(found.len, length, "{length} {behind}");
                assert_eq!(found.hash, alone.hash, "{length} {behind}");
                assert_eq!(found.word, short_word(&text[..length.min(8)]));
            }
        }
    }

    #[test]
    fn only_a_slash_ends_a_segment() {
        for byte in 0..=255u8 {
            for place in 0..10 {
                let mut rest = [b'.'; 10];
                rest[place] = byte;
                let want = if byte == b'/' { place } else { 10 };
                assert_eq!(read(1, &rest).len, want, "{byte} at {place}");
            }
        }
    }

    #[test]
    fn seeds_and_lengths_make_other_hashes() {
        let hash = |seed, text: &[u8]| read(seed, text).hash;
        assert_ne!(hash(0, b"a"), hash(1, b"a"));
        assert_ne!(hash(0, b"a"), hash(0, b"a\0"));
        assert_ne!(hash(0, b"12345678"), hash(0, b"12345678\0"));
    }
}
