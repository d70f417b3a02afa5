//! Methods as words, so that a request's is found among those of the table without
//! comparing texts.

use super::Sections;
use super::hash::short_word;

/// A method of at most seven bytes as a word that no other method has: its bytes, and
/// its length in the highest. [`LONG`] for any longer one.
#[inline]
pub(crate) fn word(method: &[u8]) -> u64 {
    match method.len() {
        0..8 => short_word(method) | (method.len() as u64) << 56,
        _ => LONG,
    }
}

/// The word of every method that is longer than seven bytes.
const LONG: u64 = u64::MAX;

impl Sections {
    /// The bit of a method in [`Entry::methods`](super::Entry::methods); 0 where no rule
    /// names it.
    #[inline]
    pub(crate) fn method_bit(&self, method: &[u8]) -> u64 {
        let known = match word(method) {
            LONG => self
                .methods
                .iter()
                .position(|&text| self.text.get(text) == method),
            wanted => self.method_words.iter().position(|&word| word == wanted),
        };
        known.map_or(0, |bit| 1 << bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_of_one_word_are_the_same_method() {
        let bytes = [0, b'A', b'G', b'E', b'T', 0xff];
        let mut texts = alloc::vec![alloc::vec![]];
        let mut from = 0;
        for _ in 0..4 {
            let to = texts.len();
            for at in from..to {
                for byte in bytes {
                    let mut text = texts[at].clone();
                    text.push(byte);
                    texts.push(text);
                }
            }
            from = to;
        }
        let mut words: alloc::vec::Vec<u64> = texts.iter().map(|text| word(text)).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), texts.len());
    }

    #[test]
    fn every_byte_of_a_method_counts() {
        for length in 0..8 {
            let method = alloc::vec![b'M'; length];
            assert_ne!(word(&method), LONG);
            for place in 0..length {
                for byte in (0..=255).filter(|&byte| byte != b'M') {
                    let mut other = method.clone();
                    other[place] = byte;
                    assert_ne!(word(&other), word(&method), "{other:?}");
                }
            }
        }
        assert_eq!(word(b"PROPFIND"), LONG);
    }
}
