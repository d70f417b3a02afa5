//! The segment trie: which rules a path could match, segment by segment.
//!
//! # Shape
//!
//! One trie for each host scope, all in one array of slots. A node stands for whole
//! segments of a path; it is the slot that holds it. A node lies where the segments that
//! lead to it hash to, all of them together: there are no pointers, and a probe waits for
//! no other, since where a node lies is worked out from the path alone. A segment of at most eight bytes
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
//! path is known when the trie is compiled ([`SegmentTries::worst_steps`]). Where it is
//! more than `Limits::path_steps`, whatever the path's length, the compiler puts in its
//! place a trie in which text is followed alone, each node of which stands for all the
//! nodes that a path so far could be at ([`SegmentTrie::EXCLUSIVE`]). Such a trie has a
//! budget; where it is spent, the trie stays as it is and both ways are followed.
//!
//! A trie is at most as deep as compiling allows (64 segments), and a segment of it as
//! long as a slot can say. What is behind such a depth or begins with a longer segment
//! ends in the byte trie of the node where it was cut.
//!
//! # Invariants
//!
//! 1. Slots of a trie are adjacent; the first is the root, and the others are open
//!    addressed with an empty one among them.
//! 2. A slot's parent lies in the same trie.

mod ahead;
mod read;
mod walk;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, TryFromBytes};

use super::NONE;
use super::path::PathEnd;
use super::section::Section;
use super::text::Range32;

pub(crate) use ahead::Ahead;
pub(crate) use read::{Segment, Segments, descend, place};
pub(crate) use walk::{Live, Walk};

/// The segment tries of all scopes.
#[derive(Clone, Debug, Default)]
pub(crate) struct SegmentTries {
    pub(crate) slots: Section<Slot>,
    pub(crate) ends: Section<NodeEnd>,
    /// What nodes of exclusive tries carry.
    pub(crate) refs: Section<EndRef>,
    /// The tries of folded paths.
    pub(crate) folded: Section<SegmentTrie>,
    /// Most nodes that a walk of one trie comes by.
    pub(crate) worst_steps: u32,
}

/// Where a scope's trie is.
#[derive(Clone, Copy, Debug, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
pub(crate) struct SegmentTrie {
    /// The root among the slots.
    pub(crate) root: u32,
    /// Slots, the root not counted.
    pub(crate) len: u32,
    pub(crate) seed: u32,
    /// Root of the byte trie of what begins with no slash or states nothing, or
    /// [`NONE`].
    pub(crate) outer: u32,
    pub(crate) flags: u32,
}

impl SegmentTrie {
    /// A hole is followed only where no text fits.
    pub(crate) const EXCLUSIVE: u32 = 1;

    /// Whether it has these flags.
    pub(crate) fn has(&self, flags: u32) -> bool {
        self.flags & flags != 0
    }
}

/// A node, or nothing.
#[derive(Clone, Copy, Debug, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
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

    pub(super) const LEADS: u16 = Self::TEXTS | Self::PARAMETER;
    pub(super) const CARRIES_BELOW: u16 = Self::CARRIES & !Self::EXACT;
    pub(super) const CARRIES: u16 =
        Self::EXACT | Self::SEGMENTS | Self::BELOW | Self::END | Self::REFS;
}

/// What a node carries that has more than one short list.
#[derive(Clone, Copy, Debug, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
pub(crate) struct NodeEnd {
    /// Of these, prefixes, patterns and groups are below.
    pub(crate) lists: PathEnd,
    /// Root of the byte trie of what follows the slash, or [`NONE`].
    pub(crate) trie: u32,
}

/// A part of what another node carries.
#[derive(Clone, Copy, Debug, Eq, PartialEq, TryFromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
pub(crate) struct EndRef {
    /// Index into [`SegmentTries::ends`].
    pub(crate) end: u32,
    pub(crate) part: Part,
}

/// Which part.
#[derive(
    Clone,
    Copy,
    Debug,
    Eq,
    Ord,
    PartialEq,
    PartialOrd,
    TryFromBytes,
    Immutable,
    IntoBytes,
    KnownLayout,
)]
#[repr(u32)]
pub(crate) enum Part {
    Exact,
    Segments,
    Below,
}

impl SegmentTries {
    pub(crate) fn bytes(&self) -> usize {
        self.slots.bytes() + self.ends.bytes() + self.refs.bytes() + self.folded.bytes()
    }

    /// Nodes of all tries, with the roots of those that are not empty.
    pub(crate) fn nodes(&self) -> usize {
        // A root has no parent, but a node that leads or carries has flags.
        let is_node = |slot: &&Slot| slot.parent != NONE || slot.flags != 0;
        self.slots.iter().filter(is_node).count()
    }
}
