//! Seeds for the table's own hash.
//!
//! The [hash](crate::table::hash) is fast and public, and so are seeds that are written
//! down in a program: whoever writes a part of the routes could pick names that are alike
//! under each of them. So only the first seed is one, 0. Where that makes long probes, the
//! others follow from all keys together, through a hash that nobody can steer (SipHash-2-4):
//! names that are to collide would have to be known before the seeds, and the seeds
//! are not known before the names. The same keys give the same seeds everywhere.

use core::hash::Hasher;

use siphasher::sip::SipHasher24;

/// Seeds tried before the best so far is taken.
pub(crate) const TRIED: u32 = 32;

/// The seeds of one index.
pub(crate) struct Seeds<F> {
    keys: Option<F>,
    base: u64,
}

impl<F: FnOnce(&mut dyn FnMut(&[u8]))> Seeds<F> {
    /// Of the keys that `keys` calls its argument with.
    pub(crate) fn new(keys: F) -> Self {
        Self {
            keys: Some(keys),
            base: 0,
        }
    }

    /// A seed, the first being number 0.
    pub(crate) fn get(&mut self, number: u32) -> u64 {
        if number == 0 {
            return 0;
        }
        if let Some(keys) = self.keys.take() {
            let mut hasher = SipHasher24::new();
            keys(&mut |key: &[u8]| {
                hasher.write(&(key.len() as u64).to_le_bytes());
                hasher.write(key);
            });
            self.base = hasher.finish();
        }
        let mut hasher = SipHasher24::new_with_keys(self.base, u64::from(number));
        hasher.write(&self.base.to_le_bytes());
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeds(keys: &[&str]) -> [u64; 3] {
        let mut seeds = Seeds::new(|add: &mut dyn FnMut(&[u8])| {
            keys.iter().for_each(|key| add(key.as_bytes()));
        });
        [0, 1, 2].map(|number| seeds.get(number))
    }

    #[test]
    fn the_same_keys_give_the_same_seeds_and_others_give_others() {
        let [first, second, third] = seeds(&["a", "bc"]);
        assert_eq!(first, 0);
        assert_ne!(second, third);
        assert_eq!(seeds(&["a", "bc"]), [first, second, third]);
        for other in [&["ab", "c"][..], &["a", "bd"], &["bc", "a"], &["a"]] {
            assert_ne!(seeds(other)[1], second, "{other:?}");
        }
    }

    #[test]
    fn their_value_is_the_same_everywhere() {
        assert_eq!(seeds(&["shop.example"])[1], 3072230594618999534);
    }
}
