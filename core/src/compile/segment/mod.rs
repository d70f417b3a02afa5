//! Segment tries: see `table/segment` for what is built here.
//!
//! A trie is drafted as nodes in the order in which keys need them, so that every node
//! comes after its parent. Where following text and holes side by side could come by too
//! many nodes, `exclusive` drafts another trie that stands for it. What hangs at each
//! node becomes lists, and then nodes get their places, under the first seed whose probes
//! are short.

mod carry;
mod draft;
mod exclusive;
mod settle;

use alloc::vec::Vec;

use super::Build;
use super::path::PathItem;
use crate::table::NONE;
use crate::table::segment::{SegmentTrie, Slot};

pub(crate) use draft::Drafts;

/// What stands in a key for a hole, as a segment: no request has this byte.
pub(crate) const HOLE: u8 = 0;

/// Segments of a key that are nodes; what follows is in a byte trie.
pub(crate) const DEPTH: usize = 64;
/// Bytes of a segment that is a node.
pub(crate) const LONGEST: usize = Slot::HOLE as usize - 1;

/// A trie that was built.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BuiltTrie {
    pub(crate) trie: SegmentTrie,
    /// Most lists and groups that a walk comes by.
    pub(crate) hits: u32,
    /// Most nodes or lists that a walk comes by, where that is over the limit.
    pub(crate) excess: Option<u32>,
}

impl Build<'_> {
    /// Adds a trie of `items`, which are sorted by rank.
    pub(crate) fn trie(&mut self, items: Vec<PathItem>) -> BuiltTrie {
        let mut drafts = core::mem::take(&mut self.drafts);
        drafts.begin();
        for item in items {
            drafts.hang(&self.name_texts, item);
        }
        let steps = Drafts::most(&drafts.nodes, false, |_| 1);
        let merged = match steps > self.limits.path_steps {
            true => exclusive::merge(&self.name_texts, &drafts.nodes),
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
        let places = match is_exclusive {
            true => hits,
            false => hits.max(steps),
        };
        let excess = (places > self.limits.path_steps).then_some(places);
        BuiltTrie { trie, hits, excess }
    }
}
