//! Open-addressed hash slots with a bounded longest probe.

use alloc::vec::Vec;

use super::seeds::{Seeds, TRIED};

/// Longest probe that ends the search for a better seed.
const GOOD_PROBE: usize = 6;

/// Slots for `count` keys, at most half full, and the seed they were made with.
///
/// `hash(seed, key)` gives a key's hash. Slots hold the key's number plus one.
/// The seed is the first of a few whose longest probe is short. The same keys give the
/// same slots everywhere, and no names can be picked that collide under all of these
/// [seeds](super::seeds), for which `keys` calls its argument with each key.
pub(crate) fn build(
    count: usize,
    hash: impl Fn(u64, usize) -> u64,
    keys: impl FnOnce(&mut dyn FnMut(&[u8])),
) -> (u64, Vec<u32>) {
    if count == 0 {
        return (0, Vec::new());
    }
    let size = (count * 2).next_power_of_two();
    let mut best: Option<(usize, u64, Vec<u32>)> = None;
    let mut seeds = Seeds::new(keys);
    for number in 0..TRIED {
        let seed = seeds.get(number);
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

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;
    use crate::table::hash::hash;

    #[test]
    fn names_that_collide_under_the_first_seed_are_spread_by_another() {
        let names: Vec<_> = (0..1_000).map(|at| format!("name-{at}")).collect();
        let hash_of = |seed, key: usize| match seed {
            0 => 7,
            seed => hash(seed, names[key].as_bytes()),
        };
        let keys = |add: &mut dyn FnMut(&[u8])| {
            names.iter().for_each(|name| add(name.as_bytes()));
        };
        let (seed, slots) = build(names.len(), hash_of, keys);
        assert_ne!(seed, 0);
        let mask = slots.len() - 1;
        for (number, key) in (1..).zip(0..names.len()) {
            let first = hash_of(seed, key) as usize & mask;
            let probes = (0..).position(|step| slots[(first + step) & mask] == number);
            assert!(probes.is_some_and(|probes| probes < 32), "{number}");
        }
    }
}
