//! Interning: every distinct byte string is stored once.

use alloc::vec::Vec;
use foldhash::fast::RandomState;
use hashbrown::HashTable;

use core::hash::BuildHasher;

use crate::table::section::Section;
use crate::table::text::{Text, TextPool};

/// Builds a [`TextPool`].
#[derive(Default)]
pub(crate) struct Interner {
    bytes: Vec<u8>,
    /// Each with half of its hash, so that growing reads no texts.
    known: HashTable<(u32, Text)>,
    /// The text that was asked for last: it is often asked for again.
    last: Text,
    state: RandomState,
}

/// Spreads half a hash over a whole one: tables look at its lowest and highest bits.
pub(super) fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Interner {
    /// The place of `bytes` in the pool, added if they are new.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> Text {
        if bytes.is_empty() {
            return Text::default();
        }
        if self.get(self.last) == bytes {
            return self.last;
        }
        let hash = self.state.hash_one(bytes) as u32;
        let pool = &self.bytes;
        let is_same = |&(known, text): &(u32, Text)| known == hash && text.of(pool) == bytes;
        if let Some(&(_, known)) = self.known.find(spread(hash), is_same) {
            self.last = known;
            return known;
        }
        let text = Text {
            start: self.bytes.len() as u32,
            len: bytes.len() as u32,
        };
        self.bytes.extend_from_slice(bytes);
        self.known
            .insert_unique(spread(hash), (hash, text), |&(hash, _)| spread(hash));
        self.last = text;
        text
    }

    /// A part of a text that is there already.
    pub(crate) fn part(&self, text: Text, from: usize, to: usize) -> Text {
        let len = text.len as usize;
        let (from, to) = (from.min(len), to.min(len));
        Text {
            start: text.start + from as u32,
            len: to.saturating_sub(from) as u32,
        }
    }

    pub(crate) fn get(&self, text: Text) -> &[u8] {
        text.of(&self.bytes)
    }

    pub(crate) fn into_pool(self) -> TextPool {
        TextPool {
            bytes: Section::new(self.bytes),
        }
    }
}
