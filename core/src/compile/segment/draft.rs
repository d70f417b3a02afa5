//! Drafts of tries: which nodes there are, and what hangs where.

use alloc::vec::Vec;
use core::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::{DEPTH, HOLE, LONGEST};
use crate::compile::path::{PathItem, PathKind};
use crate::compile::text::Interner;
use crate::table::NONE;
use crate::table::text::{Range32, Text};

/// A node before it has a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draft {
    pub(super) parent: u32,
    pub(super) step: Step,
    /// What it carries, as its flags say: those of [`Slot`].
    pub(super) list: Range32,
    pub(super) flags: u16,
    /// Lists and groups that it carries.
    pub(super) hits: u32,
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
    pub(super) nodes: Vec<Draft>,
    known: HashTable<u32>,
    state: RandomState,
    pub(super) hung: Vec<Hung>,
    pub(super) outer: Vec<PathItem>,
    /// Slot and hash of each node that has its place.
    pub(super) places: Vec<(u32, u64)>,
}

/// An item and where it hangs.
#[derive(Clone, Copy)]
pub(super) struct Hung {
    pub(super) node: u32,
    pub(super) kind: Kind,
    pub(super) item: PathItem,
}

/// How it hangs there; the last in the byte trie below, under what is left of its key.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Kind {
    Exact,
    Segments,
    Prefix,
    Pattern,
    Bytes,
}

impl Drafts {
    pub(super) fn begin(&mut self) {
        self.nodes.clear();
        self.nodes.push(Draft::ROOT);
        self.known.clear();
        self.hung.clear();
        self.outer.clear();
    }

    /// Notes where an item hangs, with the nodes that lead there.
    pub(super) fn hang(&mut self, interner: &Interner, item: PathItem) {
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
    pub(super) fn most(nodes: &[Draft], is_exclusive: bool, of: impl Fn(&Draft) -> u32) -> u32 {
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
