//! The hash of the table's own indexes.
//!
//! Its value is part of a compiled table, so it must be the same on every
//! machine and never change with a library: multiply and fold in 128 bits over
//! eight bytes at a time, seeded. Compiling chooses the seed of each index: 0, or where
//! that makes long probes the first of 31 that do not, all of which follow from the keys in
//! a way that nobody can steer (see `compile::seeds`). A request cannot lengthen a probe,
//! since a probe ends at the first empty slot.
//!
//! Segments of paths have the same hash, found in the pass that finds where they end: see
//! [`segment`](super::segment).

/// Hashes `bytes`.
#[inline]
pub(crate) fn hash(seed: u64, bytes: &[u8]) -> u64 {
    hash_words(seed, bytes, |word| word)
}

/// Hashes `bytes` folded to ASCII lower case; equal to [`hash`] of the folded bytes.
#[inline]
pub(crate) fn hash_lower(seed: u64, bytes: &[u8]) -> u64 {
    hash_words(seed, bytes, lower)
}

#[inline(always)]
fn hash_words(seed: u64, bytes: &[u8], of: impl Fn(u64) -> u64) -> u64 {
    let mut state = seed ^ K0;
    let (words, rest) = bytes.as_chunks::<8>();
    for &word in words {
        state = mix(state ^ of(u64::from_le_bytes(word)), K1);
    }
    mix(
        state ^ of(short_word(rest)),
        K2 ^ ((bytes.len() as u64) << 1),
    )
}

/// Whether two texts are equal. Most that a table compares are shorter than what a call
/// is worth.
#[inline]
pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    are_same(one, other, |word| word)
}

/// Whether a text in ASCII lower case and another, folded to it, are equal.
// PERF: in a loop over names, its constants would be loaded before the first is asked.
#[inline(never)]
pub(crate) fn is_same_lower(lower_one: &[u8], other: &[u8]) -> bool {
    are_same(lower_one, other, lower)
}

#[inline(always)]
fn are_same(one: &[u8], other: &[u8], of: impl Fn(u64) -> u64) -> bool {
    if one.len() != other.len() {
        return false;
    }
    // Most that are equal are so without folding.
    let is_same = |one: u64, other: u64| one == other || one == of(other);
    let (Some(&last), Some(&other_last)) = (one.last_chunk::<8>(), other.last_chunk::<8>()) else {
        return is_same(short_word(one), short_word(other));
    };
    // The last word may overlap the one before it.
    let mut words = words_before(one).iter().zip(words_before(other));
    words.all(|(&one, &other)| is_same(u64::from_le_bytes(one), u64::from_le_bytes(other)))
        && is_same(u64::from_le_bytes(last), u64::from_le_bytes(other_last))
}

/// The words of a text that its last eight bytes are not all of.
#[inline]
fn words_before(text: &[u8]) -> &[[u8; 8]] {
    let before = text.split_last().map_or(&[][..], |(_, before)| before);
    before.as_chunks::<8>().0
}

const K0: u64 = 0x9e37_79b9_7f4a_7c15;
const K1: u64 = 0xd6e8_feb8_6659_fd93;
const K2: u64 = 0xa076_1d64_78bd_642f;

#[inline]
pub(crate) fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ K2) * u128::from(b | 1);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Fewer than eight bytes as a word, the first one lowest.
#[inline]
pub(crate) fn short_word(bytes: &[u8]) -> u64 {
    // The two halves overlap: where they do, they are the same.
    if let (Some(&low), Some(&high)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let (low, high) = (u32::from_le_bytes(low), u32::from_le_bytes(high));
        return u64::from(low) | u64::from(high) << ((bytes.len() - 4) * 8);
    }
    if let (Some(&low), Some(&high)) = (bytes.first_chunk::<2>(), bytes.last_chunk::<2>()) {
        let (low, high) = (u16::from_le_bytes(low), u16::from_le_bytes(high));
        return u64::from(low) | u64::from(high) << ((bytes.len() - 2) * 8);
    }
    bytes.first().copied().map_or(0, u64::from)
}

/// A word of eight bytes with ASCII upper case folded, all of them at once.
fn lower(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let low = word & (0x7f * EACH);
    // The highest bit of each byte: whether it is at least `A`, and more than `Z`. No sum
    // reaches into the next byte.
    let from_a = low + (0x80 - b'A' as u64) * EACH;
    let after_z = low + (0x7f - b'Z' as u64) * EACH;
    let is_upper = (from_a ^ after_z) & !word & (0x80 * EACH);
    // From the highest bit to the one that tells the cases apart.
    word | is_upper >> 2
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
    fn every_byte_is_folded_at_every_place() {
        for length in 0..20 {
            for place in 0..length {
                for byte in 0..=255 {
                    let mut bytes = alloc::vec![b'Q'; length];
                    bytes[place] = byte;
                    let folded = bytes.to_ascii_lowercase();
                    assert_eq!(
                        hash_lower(3, &bytes),
                        hash(3, &folded),
                        "{byte} of {length}"
                    );
                }
            }
        }
    }

    #[test]
    fn texts_are_compared_byte_by_byte() {
        for length in 0..20 {
            for place in 0..length {
                for byte in 0..=255 {
                    let one = alloc::vec![b'q'; length];
                    let mut other = alloc::vec![b'q'; length];
                    other[place] = byte;
                    assert_eq!(is_same(&one, &other), one == other, "{byte} of {length}");
                    let folded = other.to_ascii_lowercase();
                    assert_eq!(is_same_lower(&one, &other), one == folded);
                    assert!(is_same_lower(&folded, &other));
                }
            }
        }
        assert!(!is_same(b"a", b"a\0") && !is_same(b"", b"\0"));
    }

    #[test]
    fn a_short_word_has_its_bytes_in_order() {
        let bytes = [1, 2, 3, 4, 5, 6, 7];
        for length in 0..=7 {
            let mut whole = [0; 8];
            whole[..length].copy_from_slice(&bytes[..length]);
            assert_eq!(short_word(&bytes[..length]), u64::from_le_bytes(whole));
        }
    }

    #[test]
    fn length_counts() {
        assert_ne!(hash(7, b"a"), hash(7, b"a\0"));
        assert_ne!(hash(7, b"12345678"), hash(7, b"12345678\0"));
    }
}
