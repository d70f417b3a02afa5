//! Hashes that keep alike requests together.
//!
//! XXH64 with seed 0 of the first value of each key's fact, combined in order. The
//! function is a promise: what is kept together stays together from one version to
//! the next.

use alloc::vec::Vec;

use crate::matcher::facts::{Seen, visit};
use crate::table::Sections;
use crate::table::text::Range32;

/// The hash of a list of keys; `None` where the request has none of their facts.
pub(crate) fn hash(
    sections: &Sections,
    seen: Seen<'_>,
    keys: Range32,
    buffer: &mut Vec<u8>,
) -> Option<u64> {
    let mut hash: Option<u64> = None;
    for key in keys.of(&sections.actions.hash_keys) {
        let mut next = None;
        visit(sections, seen, key.fact, buffer, |value| {
            next = next.or(Some(xxh64(value)));
            false
        });
        if let Some(next) = next {
            hash = Some(combine(hash, next));
        }
        if key.terminal && hash.is_some() {
            break;
        }
    }
    hash
}

// SPEC: Envoy, HashPolicyImpl::generateHash.
fn combine(hash: Option<u64>, next: u64) -> u64 {
    match hash {
        Some(hash) => hash.rotate_left(1) ^ next,
        None => next,
    }
}

fn xxh64(value: &[u8]) -> u64 {
    twox_hash::XxHash64::oneshot(0, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_never_changes() {
        // From the reference implementation, XXH64 with seed 0.
        for (value, hash) in [
            (&b""[..], 0xef46_db37_51d8_e999),
            (b"a", 0xd24e_c4f1_a98c_6e5b),
            (b"abc", 0x44bc_2cf5_ad77_0999),
            (
                b"Nobody inspects the spammish repetition",
                0xfbce_a83c_8a37_8bf1,
            ),
        ] {
            assert_eq!(xxh64(value), hash, "{value:?}");
        }
        assert_eq!(combine(None, 5), 5);
        assert_eq!(combine(Some(1 << 63 | 1), 4), 7);
    }
}
