//! Interning: every distinct byte string is stored once.

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use core::hash::BuildHasher;

use crate::table::text::{Text, TextPool};

/// Builds a [`TextPool`].
#[derive(Default)]
pub(crate) struct Interner {
    pool: TextPool,
    known: HashTable<Text>,
    state: RandomState,
}

impl Interner {
    /// The place of `bytes` in the pool, added if they are new.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> Text {
        if bytes.is_empty() {
            return Text::default();
        }
        let hash = self.state.hash_one(bytes);
        let pool = &self.pool;
        if let Some(&known) = self.known.find(hash, |&text| pool.get(text) == bytes) {
            return known;
        }
        let text = Text {
            start: self.pool.bytes.len() as u32,
            len: bytes.len() as u32,
        };
        self.pool.bytes.extend_from_slice(bytes);
        let (pool, state) = (&self.pool, &self.state);
        self.known
            .insert_unique(hash, text, |&text| state.hash_one(pool.get(text)));
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
        self.pool.get(text)
    }

    pub(crate) fn into_pool(self) -> TextPool {
        self.pool
    }
}
