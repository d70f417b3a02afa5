//! Byte tries: what ends within a segment of a path.
//!
//! # Shape
//!
//! One trie below each node of a [segment trie](super::segment) that needs one, for what
//! follows the slash, and one for what begins with no slash; all in one array of nodes. An
//! edge is a run of bytes; the children of a node are adjacent and sorted by their first
//! byte, and those first bytes are an array of their own, so that finding a child
//! is one `memchr` over a few bytes.
//!
//! A node may carry up to four lists of candidates: those whose path ends
//! exactly there, those that name it as an element-wise prefix, those that
//! name it as a string prefix, and those whose path is a pattern (a glob, a template,
//! a regular expression) and begins with it. Patterns hang as deep as the literal text
//! that every path they take begins with, so that they are run only where they could
//! match; where there are many, they are in groups (see `path_group`).
//!
//! # Complexity
//!
//! A walk visits at most one node for each byte of the path and never goes back.

use alloc::vec::Vec;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::section::Section;
use super::text::{Range32, Text, TextPool};

#[derive(Clone, Debug, Default)]
pub(crate) struct PathTrie {
    pub(crate) nodes: Section<PathNode>,
    /// First byte of each node's edge, by node.
    pub(crate) first_bytes: Section<u8>,
    pub(crate) ends: Section<PathEnd>,
    pub(crate) candidates: Section<Candidate>,
    /// Most lists and groups on the way from a root to a leaf, in both tries of a scope.
    pub(crate) worst_hits: u32,
    /// Most candidates that a list can make a search try.
    pub(crate) worst_candidates: u32,
}

#[derive(Clone, Copy, Debug, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
pub(crate) struct PathNode {
    /// The edge that leads here.
    pub(crate) edge: Text,
    pub(crate) children: Range32,
    /// Index into [`PathTrie::ends`], or [`NONE`](super::NONE).
    pub(crate) end: u32,
}

/// What ends at a node.
#[derive(Clone, Copy, Debug, Default, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
pub(crate) struct PathEnd {
    pub(crate) exact: Range32,
    pub(crate) segments: Range32,
    pub(crate) prefix: Range32,
    /// Patterns that are tried one by one.
    pub(crate) patterns: Range32,
    /// Run over [`PathGroups::groups`](super::path_group::PathGroups).
    pub(crate) groups: Range32,
}

/// What a walk comes by.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PathHit {
    /// Candidates.
    List(Range32),
    /// A group of patterns, by its number.
    Group(u32),
}

/// Notes what a walk comes by, where there is room: a table says itself how much any
/// path comes by, and what says less than that must not make a search allocate.
#[inline(always)]
pub(crate) fn note(hits: &mut Vec<PathHit>, hit: PathHit) {
    if hits.len() < hits.capacity() {
        hits.push(hit);
    }
}

/// A match to try.
#[derive(Clone, Copy, Debug, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
pub(crate) struct Candidate {
    /// Its rank among the candidates of its stage that are under the same exact host, or
    /// of all that are under no exact host: see `bar`.
    pub(crate) rank: u32,
    /// Number of the match.
    pub(crate) entry: u32,
    /// What it asks: numbers of [`Entries`](super::entry::Entries).
    pub(crate) program: u32,
    pub(crate) common: u32,
}

impl PathTrie {
    /// Walks `path` from `root` and calls `hit` with every list of candidates and
    /// group of patterns that it passes, shortest prefix first.
    pub(crate) fn walk(
        &self,
        text: &TextPool,
        root: u32,
        path: &[u8],
        mut hit: impl FnMut(PathHit),
    ) {
        let mut node = root as usize;
        let mut at = 0;
        while let Some(here) = self.nodes.get(node) {
            let rest = path.get(at..).unwrap_or(&[]);
            if let Some(end) = self.ends.get(here.end as usize) {
                for group in end.groups.indices() {
                    hit(PathHit::Group(group));
                }
                for list in [end.patterns, end.prefix] {
                    if list.len > 0 {
                        hit(PathHit::List(list));
                    }
                }
                // SPEC: Gateway API, HTTPPathMatch PathPrefix: element by element.
                if end.segments.len > 0 && matches!(rest.first(), None | Some(b'/')) {
                    hit(PathHit::List(end.segments));
                }
                if end.exact.len > 0 && rest.is_empty() {
                    hit(PathHit::List(end.exact));
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
        self.nodes.bytes() + self.first_bytes.bytes() + self.ends.bytes() + self.candidates.bytes()
    }
}
