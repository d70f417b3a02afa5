//! The hash of the table's own indexes.
//!
//! Its value is part of a compiled table, so it must be the same on every
//! machine and never change with a library: multiply and fold in 128 bits over
//! eight bytes at a time, seeded. The seed is chosen when compiling, so that the
//! longest probe of each index stays under a bound whatever names a tenant picks;
//! a request cannot lengthen a probe, since a probe ends at the first empty slot.

/// Hashes `bytes`.
pub(crate) fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let mut state = seed ^ K0;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        state = mix(state ^ word(chunk), K1);
    }
    let rest = chunks.remainder();
    let tail = if rest.is_empty() { 0 } else { word(rest) };
    mix(state ^ tail, K2 ^ ((bytes.len() as u64) << 1))
}

/// Hashes `bytes` folded to ASCII lower case; equal to [`hash`] of the folded bytes.
pub(crate) fn hash_lower(seed: u64, bytes: &[u8]) -> u64 {
    let mut state = seed ^ K0;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        state = mix(state ^ word_lower(chunk), K1);
    }
    let rest = chunks.remainder();
    let tail = if rest.is_empty() { 0 } else { word_lower(rest) };
    mix(state ^ tail, K2 ^ ((bytes.len() as u64) << 1))
}

const K0: u64 = 0x9e37_79b9_7f4a_7c15;
const K1: u64 = 0xd6e8_feb8_6659_fd93;
const K2: u64 = 0xa076_1d64_78bd_642f;

fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ K2) * u128::from(b | 1);
    (product as u64) ^ ((product >> 64) as u64)
}

fn word(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |word, &byte| word << 8 | u64::from(byte))
}

fn word_lower(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| {
        word << 8 | u64::from(byte.to_ascii_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_is_the_same_everywhere() {
        assert_eq!(hash(0, b""), 0xb657017574975b95);
        assert_eq!(hash(1, b"shop.example"), 0xf744a3c0db7c7e45);
        assert_eq!(hash(u64::MAX, b"x-env"), 0xf6581bc8fef6c4e8);
    }

    #[test]
    fn folded_hash_equals_hash_of_folded() {
        assert_eq!(hash_lower(7, b"Content-TYPE-x"), hash(7, b"content-type-x"));
    }

    #[test]
    fn length_counts() {
        assert_ne!(hash(7, b"a"), hash(7, b"a\0"));
        assert_ne!(hash(7, b"12345678"), hash(7, b"12345678\0"));
    }
}
