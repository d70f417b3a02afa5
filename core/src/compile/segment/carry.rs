//! What nodes carry: lists of what hangs at them, and for exclusive tries references to
//! the lists of the nodes that they stand for.

use alloc::vec::Vec;

use super::draft::{Drafts, Hung, Kind};
use super::exclusive::Merged;
use crate::compile::Build;
use crate::compile::path::PathItem;
use crate::table::NONE;
use crate::table::path::PathEnd;
use crate::table::segment::{EndRef, NodeEnd, Part, Slot};
use crate::table::text::Range32;

/// The best rank in each part of an end, and the rank of the first candidate in it that
/// takes whatever comes there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ranks {
    best: u32,
    sure: u32,
}

impl Build<'_> {
    /// Makes lists of what hangs at the nodes. For an exclusive trie each becomes an end
    /// of its own, and the ranks of its parts are given.
    pub(super) fn carry(
        &mut self,
        drafts: &mut Drafts,
        is_exclusive: bool,
    ) -> Vec<(u32, [Ranks; 3])> {
        // Stable: items of one list stay sorted by rank.
        drafts.hung.sort_by_key(|one| (one.node, one.kind));
        let mut ranks = Vec::new();
        for all in drafts.hung.chunk_by(|one, other| one.node == other.node) {
            let Some(first) = all.first() else { continue };
            let simple = match first.kind {
                Kind::Exact => Slot::EXACT,
                Kind::Segments => Slot::SEGMENTS,
                Kind::Prefix => Slot::BELOW,
                Kind::Pattern | Kind::Bytes => 0,
            };
            let is_one = all.last().is_some_and(|last| last.kind == first.kind);
            let most = self.limits.unindexed_candidates.max(1);
            let is_short = all.len() <= most as usize;
            let (flags, list, hits);
            if simple != 0 && is_one && is_short && !is_exclusive {
                (flags, hits) = (simple, 1);
                list = self.push_candidates(all.iter().map(|one| &one.item));
                let worst = &mut self.sections.paths.worst_candidates;
                *worst = (*worst).max(list.len);
            } else {
                let end;
                (end, hits) = self.node_end(all);
                if is_exclusive {
                    ranks.push((first.node, self.ranks(&end)));
                }
                let ends = &mut self.sections.segments.ends;
                flags = Slot::END;
                list = Range32 {
                    start: ends.len() as u32,
                    len: 1,
                };
                ends.push(end);
            }
            if let Some(node) = drafts.nodes.get_mut(first.node as usize) {
                (node.flags, node.list, node.hits) = (flags, list, hits);
            }
        }
        ranks
    }

    /// What hangs at one node, and how many lists and groups that can be.
    fn node_end(&mut self, all: &[Hung]) -> (NodeEnd, u32) {
        let mut end = NodeEnd {
            lists: PathEnd::default(),
            trie: NONE,
        };
        let mut hits = 0;
        for same in all.chunk_by(|one, other| one.kind == other.kind) {
            let items = same.iter().map(|one| &one.item);
            let kind = same.first().map_or(Kind::Exact, |one| one.kind);
            let lists = &mut end.lists;
            match kind {
                Kind::Exact => lists.exact = self.push_candidates(items),
                Kind::Segments => lists.segments = self.push_candidates(items),
                Kind::Prefix => lists.prefix = self.push_candidates(items),
                Kind::Pattern => {
                    let items: Vec<&PathItem> = items.collect();
                    (lists.patterns, lists.groups) = self.push_patterns(&items);
                    hits += lists.groups.len + u32::from(lists.patterns.len > 0);
                    continue;
                }
                Kind::Bytes => {
                    let built = self.byte_trie(items.copied().collect());
                    end.trie = built.root;
                    hits += built.hits;
                    continue;
                }
            }
            hits += 1;
        }
        (end, hits)
    }

    /// The ranks of an end's parts.
    fn ranks(&self, end: &NodeEnd) -> [Ranks; 3] {
        let lists = &end.lists;
        let of = |list: Range32| {
            let candidates = list.of(&self.sections.paths.candidates);
            let sure = candidates.iter().find(|one| {
                let entry = self.sections.entries.get(one);
                entry.is_some_and(|entry| entry.takes_all())
            });
            Ranks {
                best: candidates.first().map_or(NONE, |one| one.rank),
                sure: sure.map_or(NONE, |one| one.rank),
            }
        };
        let mut below = of(lists.prefix);
        // What else is there may be better than any.
        if end.trie != NONE || lists.patterns.len > 0 || lists.groups.len > 0 {
            below.best = 0;
        }
        [of(lists.exact), of(lists.segments), below]
    }

    /// Puts a merged draft in place of the one that it stands for; its nodes refer to
    /// what those carry.
    pub(super) fn refer(
        &mut self,
        drafts: &mut Drafts,
        ends: &[(u32, [Ranks; 3])],
        merged: Merged,
    ) {
        let Merged { nodes, members } = merged;
        let old = core::mem::replace(&mut drafts.nodes, nodes);
        let ranks = |node: u32| {
            let at = ends.binary_search_by_key(&node, |(node, _)| *node).ok()?;
            Some(ends.get(at)?.1)
        };
        let mut found: Vec<(Ranks, EndRef, u32)> = Vec::new();
        for (node, own) in drafts.nodes.iter_mut().zip(members.ranges) {
            let refs = &mut self.sections.segments.refs;
            let start = refs.len() as u32;
            for part in [Part::Below, Part::Segments, Part::Exact] {
                found.clear();
                for &member in own.of(&members.ids) {
                    let (Some(ranks), Some(draft)) = (ranks(member), old.get(member as usize))
                    else {
                        continue;
                    };
                    let end = draft.list.start;
                    let ranks = ranks.get(part as usize).copied();
                    let ranks = ranks.filter(|ranks| ranks.best != NONE);
                    let hits = match part {
                        Part::Exact | Part::Segments => 1,
                        Part::Below => draft.hits,
                    };
                    found.extend(ranks.map(|ranks| (ranks, EndRef { end, part }, hits)));
                }
                found.sort_by_key(|(ranks, found, _)| (ranks.best, found.end));
                // What comes after one that takes everything is never chosen.
                let mut sure = NONE;
                let needed = found.iter().take_while(|(ranks, ..)| {
                    let is_needed = ranks.best < sure;
                    sure = sure.min(ranks.sure);
                    is_needed
                });
                let needed = needed.count();
                // The search begins with the last.
                for (_, one, hits) in found.iter().take(needed).rev() {
                    refs.push(*one);
                    node.hits = node.hits.saturating_add(*hits);
                }
            }
            node.list = Range32 {
                start,
                len: refs.len() as u32 - start,
            };
            node.flags = match node.list.len {
                0 => 0,
                _ => Slot::REFS,
            };
        }
    }
}
