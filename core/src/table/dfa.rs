//! Dense automata, of memory of their own or in a snapshot.
//!
//! They are most of what patterns take, and nothing in them has to be made when a snapshot
//! is read: they lie in it as they are searched, and are borrowed like
//! [sections](super::section).

use alloc::sync::Arc;
use core::fmt;
use core::ops::Range;

use regex_automata::dfa::dense;
use yoke::erased::ErasedArcCart;
use yoke::{Yoke, Yokeable};

use super::section::Image;

/// A dense automaton. Clones share it.
#[derive(Clone)]
pub(crate) struct Dfa {
    dfa: Yoke<Borrowed<'static>, Option<ErasedArcCart>>,
}

#[derive(Clone, Yokeable)]
struct Borrowed<'d>(dense::DFA<&'d [u32]>);

impl Dfa {
    /// The automaton.
    #[inline(always)]
    pub(crate) fn get(&self) -> &dense::DFA<&[u32]> {
        &self.dfa.get().0
    }

    /// The automaton that these bytes of an image are, all of them; `None` where they are
    /// none. Looks at every byte.
    pub(crate) fn borrowed(image: &Arc<Image>, at: Range<usize>) -> Option<Self> {
        let image = Arc::clone(image);
        let dfa = Yoke::<Borrowed<'static>, Arc<Image>>::try_attach_to_cart(image, |image| {
            let bytes = image.bytes().get(at).ok_or(())?;
            match dense::DFA::from_bytes(bytes) {
                Ok((dfa, read)) if read == bytes.len() => Ok(Borrowed(dfa)),
                _ => Err(()),
            }
        });
        Some(Self {
            dfa: dfa.ok()?.erase_arc_cart().wrap_cart_in_option(),
        })
    }
}

#[cfg(feature = "compile")]
impl From<dense::DFA<alloc::vec::Vec<u32>>> for Dfa {
    fn from(dfa: dense::DFA<alloc::vec::Vec<u32>>) -> Self {
        let dfa = Yoke::<Borrowed<'static>, _>::attach_to_cart(Arc::new(dfa), |dfa| {
            Borrowed(dfa.as_ref())
        });
        Self {
            dfa: dfa.erase_arc_cart().wrap_cart_in_option(),
        }
    }
}

impl fmt::Debug for Dfa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

#[cfg(all(test, feature = "compile"))]
mod tests {
    use alloc::boxed::Box;
    use alloc::sync::Arc;
    use alloc::vec;
    use alloc::vec::Vec;

    use regex_automata::dfa::{Automaton, dense};
    use regex_automata::{Anchored, Input};

    use super::Dfa;
    use crate::table::section::Image;

    /// What the image is of, aligned as words are.
    struct Words(Vec<u32>);

    impl AsRef<[u8]> for Words {
        fn as_ref(&self) -> &[u8] {
            zerocopy::IntoBytes::as_bytes(&self.0[..])
        }
    }

    #[test]
    fn an_automaton_is_borrowed_whole_or_not_at_all() {
        let own = dense::DFA::new("(?-u)[a-c]+x").unwrap();
        let mut bytes = vec![0; own.write_to_len()];
        own.write_to_little_endian(&mut bytes).unwrap();
        let (words, _) = bytes.as_chunks();
        let mut words: Vec<u32> = words.iter().map(|&word| u32::from_le_bytes(word)).collect();
        words.insert(0, 7);
        let length = words.len() * 4;
        let image: Arc<Image> = Image::new(Box::new(Words(words)));
        let borrowed = Dfa::borrowed(&image, 4..length).unwrap();
        drop(image);
        for dfa in [borrowed.clone(), Dfa::from(own)] {
            let takes = |text: &str| {
                let input = Input::new(text).anchored(Anchored::Yes);
                matches!(dfa.get().try_search_fwd(&input), Ok(Some(_)))
            };
            assert!(takes("abcx") && !takes("x"));
            assert_eq!(dfa.get().memory_usage(), borrowed.get().memory_usage());
        }
    }

    #[test]
    fn what_is_no_automaton_is_refused() {
        let image = Image::new(Box::new(Words(vec![7; 64])));
        for at in [0..0, 0..4, 0..256, 4..256, 8..512] {
            assert!(Dfa::borrowed(&image, at.clone()).is_none(), "{at:?}");
        }
    }
}
