//! Places of nodes among the slots.

use super::draft::{Drafts, Step};
use crate::compile::Build;
use crate::compile::seeds::{Seeds, TRIED};
use crate::table::NONE;
use crate::table::segment::{Segment, SegmentTrie, Segments, Slot, descend, place};

/// Slots for each two nodes.
const ROOM: usize = 3;
/// Probes for each node after which a seed is given up: usually it is two.
const PROBES: usize = 16;
/// Longest probe that ends the search for a better seed, for each doubling of the nodes.
/// With a third of the slots empty, the longest is seldom more than seven of these.
const GOOD_PROBE: usize = 10;

impl Build<'_> {
    /// Gives every node its place.
    pub(super) fn settle(
        &mut self,
        drafts: &mut Drafts,
        outer: u32,
        is_exclusive: bool,
    ) -> SegmentTrie {
        let count = drafts.nodes.len().saturating_sub(1);
        let slots = &mut self.sections.segments.slots;
        let mut trie = SegmentTrie {
            root: slots.len() as u32,
            len: match count {
                0 => 0,
                _ => (count * ROOM / 2 + 1) as u32,
            },
            seed: 0,
            outer,
            flags: if is_exclusive {
                SegmentTrie::EXCLUSIVE
            } else {
                0
            },
        };
        slots.push_many(Slot::EMPTY, 1 + trie.len as usize);
        let bound = GOOD_PROBE * (1 + count.checked_ilog2().unwrap_or(0) as usize);
        let mut best = (usize::MAX, 0);
        for number in 0..TRIED {
            trie.seed = self.seed(drafts, number);
            let Some(longest) = self.settle_with(drafts, &trie, count * PROBES) else {
                best.1 = trie.seed;
                continue;
            };
            best = best.min((longest, trie.seed));
            if longest <= bound {
                return trie;
            }
        }
        trie.seed = best.1;
        self.settle_with(drafts, &trie, usize::MAX);
        trie
    }

    /// A seed that follows from all nodes.
    fn seed(&self, drafts: &Drafts, number: u32) -> u32 {
        let mut seeds = Seeds::new(|add: &mut dyn FnMut(&[u8])| {
            for node in &drafts.nodes {
                add(&node.parent.to_le_bytes());
                if let Step::Text(text) = node.step {
                    add(self.name_texts.get(text));
                }
            }
        });
        seeds.get(number) as u32
    }

    /// Gives every node its place under the trie's seed, and tells the longest probe;
    /// `None` where that takes more probes than this, all together.
    fn settle_with(
        &mut self,
        drafts: &mut Drafts,
        trie: &SegmentTrie,
        mut probes: usize,
    ) -> Option<usize> {
        let Drafts { nodes, places, .. } = drafts;
        let slots = &mut self.sections.segments.slots;
        let slots = slots.added_from_mut(trie.root as usize);
        slots.fill(Slot::EMPTY);
        places.clear();
        let mut longest = 0;
        for node in nodes.iter() {
            let mut slot = Slot {
                list: node.list,
                flags: node.flags,
                ..Slot::EMPTY
            };
            let Some(&(parent, hash)) = places.get(node.parent as usize) else {
                places.push((0, 0));
                if let Some(root) = slots.first_mut() {
                    *root = slot;
                }
                continue;
            };
            let (segment, leads) = match node.step {
                Step::Text(text) => {
                    let bytes = self.name_texts.get(text);
                    let segment = Segments::new(bytes).read(trie.seed, bytes);
                    // A short one is in the slot.
                    let start = match bytes.len() {
                        0..=8 => 0,
                        _ => self.interner.add(bytes).start,
                    };
                    slot.key = segment.key(start);
                    slot.len = text.len as u16;
                    (segment, Slot::TEXTS)
                }
                Step::Hole => {
                    let segment = Segment::hole();
                    slot.key = segment.key(0);
                    slot.len = Slot::HOLE;
                    (segment, Slot::PARAMETER)
                }
            };
            slot.parent = trie.root + parent;
            if let Some(before) = slots.get_mut(parent as usize) {
                before.flags |= leads;
            }
            let hash = descend(hash, segment.hash);
            let mut at = place(trie, hash) as usize;
            let mut probe = 1;
            // A third of the slots stays empty.
            while let Some(room) = slots.get_mut(1 + at) {
                if room.parent == NONE {
                    *room = slot;
                    break;
                }
                at = (at + 1) % trie.len as usize;
                probe += 1;
            }
            places.push((1 + at as u32, hash));
            longest = longest.max(probe);
            probes = probes.checked_sub(probe)?;
        }
        Some(longest)
    }
}
