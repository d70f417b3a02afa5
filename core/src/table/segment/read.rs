//! Segments of a path, read and hashed eight bytes at a time.
//!
//! One pass finds where a segment ends and what it hashes to: of each word, the slashes
//! are found in all bytes at once, and what lies before the first is mixed in.

use super::{SegmentTrie, Slot};
use crate::table::hash::{mix, short_word};

/// A path whose segments are read eight bytes at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segments {
    /// The path's last eight bytes, the last one highest.
    last: u64,
}

impl Segments {
    /// Those of an empty path.
    pub(super) const NONE: Self = Self { last: 0 };

    #[inline]
    pub(crate) fn new(path: &[u8]) -> Self {
        let last = match path.last_chunk::<8>() {
            Some(&chunk) => u64::from_le_bytes(chunk),
            None => short_word(path).unbounded_shl(64 - 8 * path.len() as u32),
        };
        Self { last }
    }

    /// The segment that a rest of the path begins with: up to the next slash, or to the
    /// end.
    #[inline(always)]
    pub(crate) fn read(self, seed: u32, rest: &[u8]) -> Segment {
        let mut state = u64::from(seed) ^ START;
        let (first, mut taken) = self.word(rest);
        let (mut word, mut len) = (first, taken);
        let mut rest = rest;
        while taken == 8
            && let Some(left) = rest.get(8..)
        {
            rest = left;
            state = mix(state ^ word, STEP);
            (word, taken) = self.word(rest);
            len += taken;
        }
        Segment {
            hash: mix(state ^ word, END ^ ((len as u64) << 1)),
            word: first,
            len,
        }
    }

    /// Up to eight bytes of a rest of the path, as far as its first segment goes.
    #[inline(always)]
    fn word(self, rest: &[u8]) -> (u64, usize) {
        let (word, end) = match rest.first_chunk::<8>() {
            Some(&chunk) => (u64::from_le_bytes(chunk), 0),
            // Behind the last byte stands a slash, as it were.
            None => {
                let bits = 8 * rest.len() as u32;
                (self.last.unbounded_shr(64 - bits), 0x80 << bits)
            }
        };
        let slashes = first_slash(word) | end;
        if slashes == 0 {
            return (word, 8);
        }
        // The bits below the first that is set, but for those of the slash itself.
        let before = (slashes.wrapping_sub(1) & !slashes) >> 7;
        (word & before, (slashes.trailing_zeros() / 8) as usize)
    }
}

/// A segment of a path as it is looked up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    pub(crate) hash: u64,
    /// Its first eight bytes, the first one lowest.
    pub(crate) word: u64,
    pub(crate) len: usize,
}

impl Segment {
    pub(super) const NONE: Self = Self {
        hash: 0,
        word: 0,
        len: 0,
    };

    /// What leads from a node to its hole.
    pub(crate) fn hole() -> Self {
        Self {
            hash: HOLE,
            word: 0,
            len: Slot::HOLE as usize,
        }
    }

    /// The key of a slot that this segment leads to, whose text begins at `start`.
    #[inline]
    pub(crate) fn key(&self, start: u32) -> u64 {
        match self.len {
            0..=8 => self.word,
            _ => u64::from(start) | self.hash & TAG,
        }
    }
}

const START: u64 = 0x9e37_79b9_7f4a_7c15;
const STEP: u64 = 0xd6e8_feb8_6659_fd93;
const END: u64 = 0xa076_1d64_78bd_642f;
pub(super) const HOLE: u64 = 0x5851_f42d_4c95_7f2d;
const PARENT: u64 = 0xa24b_aed4_963e_e407;
/// The part of a hash that a key keeps.
pub(super) const TAG: u64 = 0xffff_ffff_0000_0000;

/// The highest bit of the first byte that is a slash, and nothing below; what is above it
/// means nothing.
#[inline(always)]
fn first_slash(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let other = word ^ (EACH * b'/' as u64);
    // Only a byte that is 0 borrows from the next one.
    other.wrapping_sub(EACH) & !other & (0x80 * EACH)
}

/// The hash of a node that a segment leads to from one of hash `parent`. A root's is 0.
#[inline]
pub(crate) fn descend(parent: u64, segment: u64) -> u64 {
    (parent ^ segment).wrapping_mul(PARENT)
}

/// Where to look first for a node.
#[inline]
pub(crate) fn place(trie: &SegmentTrie, hash: u64) -> u32 {
    // The upper half times the number of slots, in place of a remainder.
    (((hash >> 32) * u64::from(trie.len)) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::table::hash::hash;

    fn read(seed: u32, rest: &[u8]) -> Segment {
        Segments::new(rest).read(seed, rest)
    }

    #[test]
    fn a_segment_ends_at_a_slash_or_with_the_path() {
        for length in 0..20 {
            for behind in 0..12 {
                let text: Vec<u8> = (0..length as u8).map(|at| b'a' + at).collect();
                let mut rest = text.clone();
                if behind > 0 {
                    rest.push(b'/');
                    rest.extend(core::iter::repeat_n(b'/', behind - 1));
                }
                let (alone, found) = (read(7, &text), read(7, &rest));
                assert_eq!(found.len, length, "{length} {behind}");
                assert_eq!(found.hash, alone.hash, "{length} {behind}");
                assert_eq!(found.word, short_word(&text[..length.min(8)]));
            }
        }
    }

    #[test]
    fn only_a_slash_ends_a_segment() {
        for byte in 0..=255u8 {
            for place in 0..10 {
                let mut rest = [b'.'; 10];
                rest[place] = byte;
                let want = if byte == b'/' { place } else { 10 };
                assert_eq!(read(1, &rest).len, want, "{byte} at {place}");
            }
        }
    }

    #[test]
    fn value_is_the_same_everywhere() {
        assert_eq!(read(0, b"").hash, 0xb657017574975b95);
        assert_eq!(read(1, b"cart").hash, 0x5d718ffc2f2801b6);
        assert_eq!(
            read(u32::MAX, b"repositories/rest").hash,
            0xe7974a2ccc3e52bc
        );
        assert_eq!(Segment::hole().hash, 0x5851f42d4c957f2d);
        assert_eq!(
            descend(descend(0, read(2, b"v1").hash), HOLE),
            0x99bde0b18f74957f
        );
    }

    #[test]
    fn a_segment_has_the_hash_of_its_text() {
        for length in 0..40 {
            let text: Vec<u8> = (0..length).map(|at| b'a' + at % 26).collect();
            assert_eq!(read(5, &text).hash, hash(5, &text), "{length}");
        }
    }

    #[test]
    fn seeds_and_lengths_make_other_hashes() {
        let hash = |seed, text: &[u8]| read(seed, text).hash;
        assert_ne!(hash(0, b"a"), hash(1, b"a"));
        assert_ne!(hash(0, b"a"), hash(0, b"a\0"));
        assert_ne!(hash(0, b"12345678"), hash(0, b"12345678\0"));
    }
}
