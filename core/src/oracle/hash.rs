//! XXH64, from its published description.
//!
//! <https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md>, section
//! "XXH64 Algorithm Description".

use crate::model::{Fact, HashKey};

use alloc::vec::Vec;

const PRIMES: [u64; 5] = [
    0x9E37_79B1_85EB_CA87,
    0xC2B2_AE3D_27D4_EB4F,
    0x1656_67B1_9E37_79F9,
    0x85EB_CA77_C2B2_AE63,
    0x27D4_EB2F_1656_67C5,
];

/// The hash of a list of keys, given the values of a fact.
///
/// SPEC: `HashKey`: the first value of each key's fact, combined in order; a
/// missing fact counts for nothing; after a terminal key the rest is left out where
/// there is a hash.
pub(super) fn of_keys(keys: &[HashKey], first: impl Fn(&Fact) -> Option<Vec<u8>>) -> Option<u64> {
    let mut hash: Option<u64> = None;
    for key in keys {
        if let Some(value) = first(&key.fact) {
            let next = xxh64(&value);
            hash = Some(match hash {
                Some(hash) => hash.rotate_left(1) ^ next,
                None => next,
            });
        }
        if key.terminal && hash.is_some() {
            break;
        }
    }
    hash
}

/// XXH64 with seed 0.
pub fn xxh64(input: &[u8]) -> u64 {
    let [p1, p2, p3, p4, p5] = PRIMES;
    let stripes = input.chunks_exact(32);
    let mut rest = stripes.remainder();
    // Step 1 and 2: four lanes over whole stripes, step 3: their convergence.
    let mut hash = if input.len() < 32 {
        p5
    } else {
        let mut lanes = [p1.wrapping_add(p2), p2, 0, 0u64.wrapping_sub(p1)];
        for stripe in stripes {
            for (lane, word) in lanes.iter_mut().zip(stripe.chunks_exact(8)) {
                *lane = round(*lane, little(word));
            }
        }
        let turned = lanes.iter().zip([1, 7, 12, 18]);
        let sum = turned.fold(0u64, |sum, (lane, by)| {
            sum.wrapping_add(lane.rotate_left(by))
        });
        lanes.iter().fold(sum, |hash, lane| {
            (hash ^ round(0, *lane)).wrapping_mul(p1).wrapping_add(p4)
        })
    };
    // Step 4.
    hash = hash.wrapping_add(input.len() as u64);
    // Step 5: what is left, in words of eight, four and one.
    while rest.len() >= 8 {
        hash ^= round(0, little(&rest[..8]));
        hash = hash.rotate_left(27).wrapping_mul(p1).wrapping_add(p4);
        rest = &rest[8..];
    }
    if rest.len() >= 4 {
        hash ^= little(&rest[..4]).wrapping_mul(p1);
        hash = hash.rotate_left(23).wrapping_mul(p2).wrapping_add(p3);
        rest = &rest[4..];
    }
    for byte in rest {
        hash ^= u64::from(*byte).wrapping_mul(p5);
        hash = hash.rotate_left(11).wrapping_mul(p1);
    }
    // Step 6.
    hash = (hash ^ (hash >> 33)).wrapping_mul(p2);
    hash = (hash ^ (hash >> 29)).wrapping_mul(p3);
    hash ^ (hash >> 32)
}

fn round(lane: u64, word: u64) -> u64 {
    let [p1, p2, ..] = PRIMES;
    lane.wrapping_add(word.wrapping_mul(p2))
        .rotate_left(31)
        .wrapping_mul(p1)
}

fn little(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |word, byte| word << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xxh64_gives_the_published_vectors() {
        // The first three are in the reference's own sanity checks and widely
        // quoted; the last covers whole stripes.
        assert_eq!(xxh64(b""), 0xEF46_DB37_51D8_E999);
        assert_eq!(xxh64(b"a"), 0xD24E_C4F1_A98C_6E5B);
        assert_eq!(xxh64(b"abc"), 0x44BC_2CF5_AD77_0999);
        assert_eq!(
            xxh64(b"Nobody inspects the spammish repetition"),
            0xFBCE_A83C_8A37_8BF1
        );
    }
}
