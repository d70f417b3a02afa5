//! Byte tries: see `table/path.rs` for what is built here.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::Build;
use crate::table::NONE;
use crate::table::path::{Candidate, PathEnd, PathNode, PathTrie};
use crate::table::text::{Range32, Text};

/// How a key in the trie is meant.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum PathKind {
    Exact,
    Segments,
    Prefix,
    /// Everything that the pattern takes begins with the key.
    Pattern,
}

/// A match to be found at a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PathItem {
    pub(crate) kind: PathKind,
    /// A text of names.
    pub(crate) key: Text,
    /// Whether segments of the key that are [`HOLE`](super::segment::HOLE) are holes.
    pub(crate) has_holes: bool,
    /// Number of the pattern, for [`PathKind::Pattern`].
    pub(crate) pattern: u32,
    pub(crate) candidate: Candidate,
}

/// A byte trie that was built.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BuiltBytes {
    pub(crate) root: u32,
    /// Most lists and groups on the way from the root to a leaf.
    pub(crate) hits: u32,
}

impl Build<'_> {
    /// Adds a byte trie of `items`.
    ///
    /// Breadth first over runs of sorted keys, so that children are adjacent and no
    /// key's length makes it recurse.
    pub(crate) fn byte_trie(&mut self, mut items: Vec<PathItem>) -> BuiltBytes {
        // Edges are parts of the table.
        for item in &mut items {
            item.key = self.interner.add(self.name_texts.get(item.key));
        }
        items.sort_by(|one, other| {
            let key = |item: &PathItem| (item.kind, item.candidate.rank);
            self.interner
                .get(one.key)
                .cmp(self.interner.get(other.key))
                .then(key(one).cmp(&key(other)))
        });
        let root = push_node(&mut self.sections.paths, Text::default(), 0);
        let mut worst = 0;
        let mut queue = VecDeque::new();
        queue.push_back(Run {
            node: root,
            first: 0,
            last: items.len(),
            depth: 0,
            hits: 0,
        });
        while let Some(run) = queue.pop_front() {
            let keys = items.get(run.first..run.last).unwrap_or(&[]);
            let ending = keys
                .iter()
                .take_while(|item| item.key.len as usize == run.depth)
                .count();
            let hits = run.hits + self.push_end(run.node, keys.get(..ending).unwrap_or(&[]));
            worst = worst.max(hits);

            let children = self.sections.paths.nodes.len() as u32;
            let mut at = run.first + ending;
            while at < run.last {
                let interner = &self.interner;
                let key = |index: usize| items.get(index).map_or(&[][..], |i| interner.get(i.key));
                let byte = key(at).get(run.depth).copied();
                let same = (at..run.last).take_while(|&i| key(i).get(run.depth).copied() == byte);
                let stop = at + same.count();
                // The keys are sorted: what the first and last share, all of them do.
                let (low, high) = (key(at), key(stop - 1));
                let shared = low
                    .iter()
                    .zip(high)
                    .skip(run.depth)
                    .take_while(|(a, b)| a == b)
                    .count();
                let depth = run.depth + shared;
                let text = items.get(at).map(|item| item.key).unwrap_or_default();
                let edge = interner.part(text, run.depth, depth);
                let node = push_node(&mut self.sections.paths, edge, byte.unwrap_or(0));
                queue.push_back(Run {
                    node,
                    first: at,
                    last: stop,
                    depth,
                    hits,
                });
                at = stop;
            }
            let count = self.sections.paths.nodes.len() as u32 - children;
            if let Some(node) = self.sections.paths.nodes.get_mut(run.node as usize) {
                node.children = Range32 {
                    start: children,
                    len: count,
                };
            }
        }
        BuiltBytes { root, hits: worst }
    }

    /// Adds what ends at a node and gives the number of its lists and groups.
    fn push_end(&mut self, node: u32, items: &[PathItem]) -> u32 {
        if items.is_empty() {
            return 0;
        }
        let mut end = PathEnd::default();
        let mut lists = 0;
        for kind in [
            PathKind::Exact,
            PathKind::Segments,
            PathKind::Prefix,
            PathKind::Pattern,
        ] {
            let of_kind = items.iter().filter(|item| item.kind == kind);
            let range = match kind {
                PathKind::Pattern => {
                    let items: Vec<&PathItem> = of_kind.collect();
                    let (rest, groups) = self.push_patterns(&items);
                    end.groups = groups;
                    lists += groups.len;
                    rest
                }
                _ => self.push_candidates(of_kind),
            };
            lists += u32::from(range.len > 0);
            match kind {
                PathKind::Exact => end.exact = range,
                PathKind::Segments => end.segments = range,
                PathKind::Prefix => end.prefix = range,
                PathKind::Pattern => end.patterns = range,
            }
        }
        let trie = &mut self.sections.paths;
        trie.ends.push(end);
        if let Some(node) = trie.nodes.get_mut(node as usize) {
            node.end = trie.ends.len() as u32 - 1;
        }
        lists
    }
}

/// Keys that share `depth` bytes, and the node they meet at.
struct Run {
    node: u32,
    first: usize,
    last: usize,
    depth: usize,
    /// Lists and groups on the way here.
    hits: u32,
}

fn push_node(trie: &mut PathTrie, edge: Text, first_byte: u8) -> u32 {
    trie.nodes.push(PathNode {
        edge,
        children: Range32::default(),
        end: NONE,
    });
    trie.first_bytes.push(first_byte);
    trie.nodes.len() as u32 - 1
}
