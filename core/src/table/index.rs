//! Long candidate lists, indexed by the fact that tells their rules apart.
//!
//! Ten thousand tenants on one path, told apart by one header, would be ten
//! thousand candidates at one node. Such a list is split by the value that its
//! rules want exactly: a request's value is hashed once and leads to the few
//! candidates that want it, and to those that do not ask.
//!
//! # Invariants
//!
//! 1. Members of a group are positions in [`PathTrie::candidates`](super::path::PathTrie),
//!    in order of rank, as the list itself is.
//! 2. Every candidate of the list is in exactly one group or in the rest; one in a
//!    group holds only where the request's value is the group's. Where that is all that
//!    its predicates ask, it is marked as [`HOLDS`].

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::hash::{hash, is_same};
use super::section::Section;
use super::text::{Range32, Text, TextPool};

/// The indexes of all long lists.
#[derive(Clone, Debug, Default)]
pub(crate) struct ListIndexes {
    /// Lists up to this length have no index.
    pub(crate) unindexed: u32,
    /// By the first position of their list, ascending.
    pub(crate) indexes: Section<ListIndex>,
    /// Open addressing for each index, a power of two; 0 is empty, otherwise the
    /// group's number plus one.
    pub(crate) slots: Section<u32>,
    pub(crate) groups: Section<Group>,
    /// Positions of candidates, some of them marked.
    pub(crate) members: Section<u32>,
}

/// Marks a member whose predicates hold where its group's value is the request's.
pub(crate) const HOLDS: u32 = 1 << 31;

/// One list's index.
#[derive(Clone, Copy, Debug, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
pub(crate) struct ListIndex {
    /// First position of the list.
    pub(crate) start: u32,
    /// The fact whose value leads to a group: a slot whose tests run on one value.
    pub(crate) slot: u32,
    pub(crate) seed: u64,
    pub(crate) slots: Range32,
    pub(crate) groups: Range32,
    /// Candidates that do not ask.
    pub(crate) rest: Range32,
}

/// The candidates that want one value.
#[derive(Clone, Copy, Debug, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
pub(crate) struct Group {
    pub(crate) value: Text,
    /// A run of [`ListIndexes::members`]; or where the length is [`Group::ONE`], the one
    /// member itself in place of a start.
    pub(crate) members: Range32,
}

impl Group {
    pub(crate) const ONE: u32 = u32::MAX;
}

impl ListIndexes {
    /// The index of a list.
    pub(crate) fn of(&self, list: Range32) -> Option<&ListIndex> {
        if list.len <= self.unindexed {
            return None;
        }
        let start = list.start;
        self.indexes.find_by_key(&start, |index| index.start)
    }

    /// The candidates of a list that want `value`.
    pub(crate) fn group<'i>(
        &'i self,
        text: &TextPool,
        index: &ListIndex,
        value: &[u8],
    ) -> &'i [u32] {
        let slots = index.slots.of(&self.slots);
        let groups = index.groups.of(&self.groups);
        let Some(mask) = slots.len().checked_sub(1) else {
            return &[];
        };
        let mut at = hash(index.seed, value) as usize & mask;
        while let Some(number) = slots.get(at).and_then(|slot| slot.checked_sub(1)) {
            let Some(group) = groups.get(number as usize) else {
                return &[];
            };
            if is_same(text.get(group.value), value) {
                return match group.members.len {
                    Group::ONE => core::slice::from_ref(&group.members.start),
                    _ => group.members.of(&self.members),
                };
            }
            at = (at + 1) & mask;
        }
        &[]
    }

    /// The candidates of a list that do not ask.
    pub(crate) fn rest(&self, index: &ListIndex) -> &[u32] {
        index.rest.of(&self.members)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.indexes.bytes() + self.slots.bytes() + self.members.bytes() + self.groups.bytes()
    }
}
