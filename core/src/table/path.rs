//! The path trie: which rules a path could match.
//!
//! # Shape
//!
//! One byte trie for each host scope, all in one array of nodes. An edge is a
//! run of bytes; the children of a node are adjacent and sorted by their first
//! byte, and those first bytes are an array of their own, so that finding a child
//! is one `memchr` over a few bytes.
//!
//! A node may carry up to three lists of candidates: those whose path ends
//! exactly there, those that name it as an element-wise prefix, and those that
//! name it as a string prefix. A rule with a regular expression hangs as a string
//! prefix at the node of the literal text that every path it takes begins with.
//!
//! # Complexity
//!
//! A walk visits at most one node for each byte of the path and never goes back.

use alloc::vec::Vec;

use super::text::{Range32, Text, TextPool};

#[derive(Debug, Default)]
pub(crate) struct PathTrie {
    pub(crate) nodes: Vec<PathNode>,
    /// First byte of each node's edge, by node.
    pub(crate) first_bytes: Vec<u8>,
    pub(crate) ends: Vec<PathEnd>,
    pub(crate) candidates: Vec<Candidate>,
    /// Most ends on the way from a root to a leaf.
    pub(crate) worst_hits: u32,
    /// Most candidates that a list can make a search try.
    pub(crate) worst_candidates: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct PathNode {
    /// The edge that leads here.
    pub(crate) edge: Text,
    pub(crate) children: Range32,
    /// Index into [`PathTrie::ends`], or [`NONE`](super::NONE).
    pub(crate) end: u32,
}

/// What ends at a node.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PathEnd {
    pub(crate) exact: Range32,
    pub(crate) segments: Range32,
    pub(crate) prefix: Range32,
}

/// A match to try, and how it ranks in its stage.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) rank: u32,
    pub(crate) entry: u32,
}

impl PathTrie {
    /// Walks `path` from `root` and calls `hit` with every list of candidates
    /// that it passes, shortest prefix first.
    pub(crate) fn walk(
        &self,
        text: &TextPool,
        root: u32,
        path: &[u8],
        mut hit: impl FnMut(Range32),
    ) {
        let mut node = root as usize;
        let mut at = 0;
        while let Some(here) = self.nodes.get(node) {
            let rest = path.get(at..).unwrap_or(&[]);
            if let Some(end) = self.ends.get(here.end as usize) {
                if end.prefix.len > 0 {
                    hit(end.prefix);
                }
                // SPEC: Gateway API, HTTPPathMatch PathPrefix: element by element.
                if end.segments.len > 0 && matches!(rest.first(), None | Some(b'/')) {
                    hit(end.segments);
                }
                if end.exact.len > 0 && rest.is_empty() {
                    hit(end.exact);
                }
            }
            let Some(&byte) = rest.first() else { return };
            let Some(child) = memchr::memchr(byte, here.children.of(&self.first_bytes)) else {
                return;
            };
            node = here.children.start as usize + child;
            let Some(next) = self.nodes.get(node) else {
                return;
            };
            if !rest.starts_with(text.get(next.edge)) {
                return;
            }
            at += next.edge.len as usize;
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.nodes.len() * (size_of::<PathNode>() + 1)
            + self.ends.len() * size_of::<PathEnd>()
            + self.candidates.len() * size_of::<Candidate>()
    }
}
