//! Exclusive tries: one node for all the nodes that a path could be at.
//!
//! In a trie with text and holes side by side, `k` segments can lead to `2^k` nodes, and
//! a path that fits none of the rules comes by all of them. Here each such set of nodes
//! becomes one node: from it, each text that leads on from any member leads to the
//! members' children for that text and for a hole, and every other segment to those for
//! a hole alone. A walk then follows one way.
//!
//! The result is a tree and can be much larger than what it stands for, so it has a
//! budget, which follows from the trie alone: no tenant's paths take it from another's.
//! Where it is spent, the trie stays as it was, which is reported, and `show --stats`
//! tells what its walks can come by.

use alloc::vec::Vec;

use super::draft::{Draft, Step};
use crate::compile::text::Interner;
use crate::table::NONE;
use crate::table::text::Range32;

/// Nodes that a trie may get for each that it had, and in any case.
const NODES: (usize, usize) = (4, 1 << 10);
/// Nodes that it may stand for, each as often as it is a member: so many for each that
/// there was and in any case, and at most so many.
const MEMBERS: (usize, usize, usize) = (256, 4 << 10, 16 << 20);

/// A draft in which each node stands for several of another.
pub(super) struct Merged {
    pub(super) nodes: Vec<Draft>,
    pub(super) members: Members,
}

/// The nodes that each node stands for.
#[derive(Default)]
pub(super) struct Members {
    pub(super) ids: Vec<u32>,
    pub(super) ranges: Vec<Range32>,
}

impl Members {
    fn push(&mut self, ids: impl Iterator<Item = u32>) {
        let start = self.ids.len() as u32;
        self.ids.extend(ids);
        self.ranges.push(Range32 {
            start,
            len: self.ids.len() as u32 - start,
        });
    }
}

/// The children of nodes.
struct Children {
    /// Sorted by parent.
    all: Vec<(Step, u32)>,
    /// Where those of each node begin, and of one more.
    starts: Vec<u32>,
}

impl Children {
    fn new(nodes: &[Draft]) -> Self {
        let mut counts = alloc::vec![0u32; nodes.len() + 1];
        for node in nodes {
            if let Some(count) = counts.get_mut(node.parent as usize) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for count in &mut counts {
            sum += *count;
            *count = sum;
        }
        // From the last to the first, each behind what is left of its parent's room.
        let mut all = alloc::vec![(Step::Hole, 0); sum as usize];
        for (id, node) in (0..nodes.len() as u32).zip(nodes).rev() {
            if let Some(end) = counts.get_mut(node.parent as usize) {
                *end -= 1;
                if let Some(room) = all.get_mut(*end as usize) {
                    *room = (node.step, id);
                }
            }
        }
        Self {
            all,
            starts: counts,
        }
    }

    fn of(&self, parent: u32) -> &[(Step, u32)] {
        let at = |node: u32| self.starts.get(node as usize).map_or(0, |&at| at as usize);
        self.all.get(at(parent)..at(parent + 1)).unwrap_or(&[])
    }
}

/// Merges a draft; `None` where that takes more than there is budget for.
pub(super) fn merge(interner: &Interner, nodes: &[Draft]) -> Option<Merged> {
    let (each, least) = NODES;
    let most = nodes.len().saturating_mul(each).saturating_add(least);
    let (each, least, cap) = MEMBERS;
    let most_members = nodes.len().saturating_mul(each).saturating_add(least);
    let most_members = most_members.min(cap);
    let children = Children::new(nodes);
    let mut merged = Vec::from([Draft::new(NONE, Step::Hole)]);
    let mut members = Members::default();
    members.push([0].into_iter());
    let (mut texts, mut holes) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(&own) = members.ranges.get(at) {
        let parent = at as u32;
        at += 1;
        texts.clear();
        holes.clear();
        for &member in own.of(&members.ids) {
            for &(step, child) in children.of(member) {
                match step {
                    Step::Text(text) => texts.push((interner.get(text), text, child)),
                    Step::Hole => holes.push(child),
                }
            }
        }
        texts.sort_by_key(|&(bytes, _, child)| (bytes, child));
        for same in texts.chunk_by(|(one, ..), (other, ..)| one == other) {
            let Some(&(bytes, text, _)) = same.first() else {
                continue;
            };
            // SPEC: `PathMatch::Template`: a hole takes at least one byte.
            let besides = match bytes.is_empty() {
                true => &[][..],
                false => &holes[..],
            };
            merged.push(Draft::new(parent, Step::Text(text)));
            let texts = same.iter().map(|&(.., child)| child);
            members.push(texts.chain(besides.iter().copied()));
        }
        if !holes.is_empty() {
            merged.push(Draft::new(parent, Step::Hole));
            members.push(holes.iter().copied());
        }
        if merged.len() > most || members.ids.len() > most_members {
            return None;
        }
    }
    Some(Merged {
        nodes: merged,
        members,
    })
}
