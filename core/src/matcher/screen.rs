//! Texts that nothing is amiss with, found so many bytes at a time.
//!
//! Most targets and authorities are plain: no byte in them needs a second look. To
//! find that, each byte is looked at together with the one before it, sixteen such
//! pairs at once: the loop over a block has a fixed length and no branch, which a
//! compiler turns into a handful of vector instructions. Only a text in which something
//! is found is then gone through in detail.
//!
//! The last block of a text overlaps the one before it, and a short text fills its
//! one block by standing in it twice: looking at a pair twice changes nothing.

/// Bytes that are looked at together.
type Block = [u8; 16];

/// Whether a test holds for any byte of a text and the byte before it. Not asked of the
/// first byte, which has none before it.
#[inline(always)]
pub(crate) fn any_pair(text: &[u8], test: impl Fn(u8, u8) -> bool + Copy) -> bool {
    let (Some((_, after)), Some((_, before))) = (text.split_first(), text.split_last()) else {
        return false;
    };
    let mut found: Block = [0; 16];
    let (befores, _) = before.as_chunks::<16>();
    let (afters, _) = after.as_chunks::<16>();
    // PERF: most texts are of two blocks at most, and go without the loop.
    match (befores.split_first(), afters.split_first()) {
        (Some((first_before, befores)), Some((first_after, afters))) => {
            look(&mut found, first_before, first_after, test);
            for (before, after) in befores.iter().zip(afters) {
                look(&mut found, before, after, test);
            }
            if let (Some(before), Some(after)) = (before.last_chunk(), after.last_chunk()) {
                look(&mut found, before, after, test);
            }
        }
        _ if after.is_empty() => return false,
        _ => {
            let (before, after) = (short_block(before), short_block(after));
            look(&mut found, &before, &after, test);
        }
    }
    found != [0; 16]
}

/// Notes at which places of two blocks a test holds.
#[inline(always)]
fn look(found: &mut Block, before: &Block, after: &Block, test: impl Fn(u8, u8) -> bool) {
    for ((found, &before), &after) in found.iter_mut().zip(before).zip(after) {
        *found |= u8::from(test(before, after));
    }
}

/// The bytes of a text of fewer than sixteen and at least one, some of them twice. At one
/// place of the blocks of two texts of the same length stand bytes of the same place.
#[inline(always)]
fn short_block(text: &[u8]) -> Block {
    let block = match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(&low), Some(&high)) => {
            u128::from(u64::from_le_bytes(low)) | u128::from(u64::from_le_bytes(high)) << 64
        }
        _ => {
            let word = match (text.first_chunk::<4>(), text.last_chunk::<4>()) {
                (Some(&low), Some(&high)) => {
                    let (low, high) = (u32::from_le_bytes(low), u32::from_le_bytes(high));
                    u64::from(low) | u64::from(high) << 32
                }
                _ => {
                    let first = text.first().copied().unwrap_or_default();
                    let at = |index: usize| text.get(index).copied().unwrap_or(first);
                    let half = u32::from_le_bytes([first, at(1), at(2), first]);
                    u64::from(half) | u64::from(half) << 32
                }
            };
            u128::from(word) | u128::from(word) << 64
        }
    };
    block.to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_found_at_every_place_of_every_length() {
        for length in 0..70 {
            let text = alloc::vec![b'a'; length];
            assert!(!any_pair(&text, |_, byte| byte == b'x'));
            for place in 0..length {
                let mut text = text.clone();
                text[place] = b'x';
                let is_second = |_, byte| byte == b'x';
                assert_eq!(any_pair(&text, is_second), place > 0, "{place} of {length}");
                let is_first = |byte, _| byte == b'x';
                let has_next = place + 1 < length;
                assert_eq!(any_pair(&text, is_first), has_next, "{place} of {length}");
            }
        }
    }

    #[test]
    fn pairs_are_those_of_the_text_and_no_others() {
        for length in 0..70u8 {
            let text: alloc::vec::Vec<u8> = (0..length).collect();
            assert!(!any_pair(&text, |one, other| other != one + 1), "{length}");
        }
    }
}
