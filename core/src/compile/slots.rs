//! Open-addressed hash slots with a bounded longest probe.

use alloc::vec::Vec;

/// Seeds tried before the best so far is taken.
const SEEDS: u64 = 32;
/// Longest probe that ends the search for a better seed.
const GOOD_PROBE: usize = 6;

/// Slots for `count` keys, at most half full, and the seed they were made with.
///
/// `hash(seed, key)` gives a key's hash. Slots hold the key's number plus one.
/// The seed is the first of a fixed sequence whose longest probe is short, so
/// that the same keys give the same slots everywhere, and names picked to collide
/// under one seed do not collide under the next.
pub(crate) fn build(count: usize, hash: impl Fn(u64, usize) -> u64) -> (u64, Vec<u32>) {
    if count == 0 {
        return (0, Vec::new());
    }
    let size = (count * 2).next_power_of_two();
    let mut best: Option<(usize, u64, Vec<u32>)> = None;
    for seed in 0..SEEDS {
        let mut slots = alloc::vec![0u32; size];
        let mut longest = 0;
        for key in 0..count {
            let mut at = hash(seed, key) as usize & (size - 1);
            let mut probe = 1;
            // At most half of the slots are taken, so there is an empty one.
            while let Some(&taken) = slots.get(at) {
                if taken == 0 {
                    break;
                }
                at = (at + 1) & (size - 1);
                probe += 1;
            }
            if let Some(slot) = slots.get_mut(at) {
                *slot = key as u32 + 1;
            }
            longest = longest.max(probe);
        }
        if best.as_ref().is_none_or(|(best, ..)| longest < *best) {
            best = Some((longest, seed, slots));
        }
        let bound = GOOD_PROBE.max(count.ilog2() as usize);
        if best.as_ref().is_some_and(|(best, ..)| *best <= bound) {
            break;
        }
    }
    best.map(|(_, seed, slots)| (seed, slots))
        .unwrap_or_default()
}
