//! Interned byte strings: one pool, and references into it.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::section::{Runs, Section};

/// A byte string in a [`TextPool`].
#[derive(
    Clone, Copy, Debug, Default, Eq, Hash, PartialEq, FromBytes, Immutable, IntoBytes, KnownLayout,
)]
#[repr(C)]
pub(crate) struct Text {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl Text {
    /// No text, where that is not the same as an empty one.
    pub(crate) const NONE: Self = Self {
        start: super::NONE,
        len: 0,
    };

    /// Its bytes among those of a pool; empty where it does not lie within them.
    #[inline(always)]
    pub(crate) fn of<R: Runs<Item = u8> + ?Sized>(self, bytes: &R) -> &[u8] {
        bytes.run(Range32 {
            start: self.start,
            len: self.len,
        })
    }
}

/// A run of indices into some section.
#[derive(
    Clone, Copy, Debug, Default, Eq, Hash, PartialEq, FromBytes, Immutable, IntoBytes, KnownLayout,
)]
#[repr(C)]
pub(crate) struct Range32 {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl Range32 {
    /// No items.
    pub(crate) const EMPTY: Self = Self { start: 0, len: 0 };

    /// The run's items; none where it does not lie within `items`.
    #[inline(always)]
    pub(crate) fn of<R: Runs + ?Sized>(self, items: &R) -> &[R::Item] {
        items.run(self)
    }

    /// The indices themselves, whether there are such items or not.
    pub(crate) fn indices(self) -> core::ops::Range<u32> {
        self.start..self.start.saturating_add(self.len)
    }
}

/// Bytes that [`Text`]s refer to.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextPool {
    pub(crate) bytes: Section<u8>,
}

impl TextPool {
    /// The bytes of a text; empty where it does not lie within the pool.
    pub(crate) fn get(&self, text: Text) -> &[u8] {
        text.of(&self.bytes)
    }

    /// Reads a text's first and last byte, which are seldom on other lines of the cache
    /// than the rest; the value means nothing.
    #[inline(always)]
    pub(crate) fn touch(&self, text: Text) -> u64 {
        let byte = |at: u32| self.bytes.get(at as usize).copied().unwrap_or(0);
        let last = text.start.wrapping_add(text.len.saturating_sub(1));
        u64::from(byte(text.start) ^ byte(last))
    }

    /// The text as a string; empty where it is not UTF-8.
    pub(crate) fn str(&self, text: Text) -> &str {
        core::str::from_utf8(self.get(text)).unwrap_or("")
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }
}
