//! Every part of a table, in one order.
//!
//! Whatever has to be done with all of a table (writing it, reading it, sharing its
//! sections) goes through its parts here, so that a part that is added cannot be forgotten
//! in one of these. The order, and how each part is written, are the snapshot's format.
//!
//! A part is a [`Section`], or a single value. Items of a section are *plain*, where what
//! is in memory is what is written and a table may borrow it, or *coded* as words.

pub(crate) mod coded;
mod kinds;
mod list;
mod patterns;
mod restore;
#[cfg(feature = "compile")]
mod seal;
#[cfg(all(test, feature = "compile"))]
mod tests;

use alloc::vec::Vec;

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use super::section::Section;
use coded::{Coded, Words};

/// What is done with each part.
pub(crate) trait Each {
    /// Why it cannot be done.
    type Fault;

    /// A section.
    fn section<T: Item>(
        &mut self,
        name: &'static str,
        section: &mut Section<T>,
    ) -> Result<(), Self::Fault>;

    /// A value.
    fn value<T: Coded>(&mut self, name: &'static str, value: &mut T) -> Result<(), Self::Fault>;
}

/// Items of sections.
pub(crate) trait Item: Send + Sync + Sized + 'static {
    /// Bytes of an item where items are plain; 0 where they are coded.
    const PLAIN: usize;

    /// The bytes of plain items, which are a whole number of them.
    fn bytes(items: &[Self]) -> &[u8];

    /// Plain items from bytes that are aligned for them; `None` where they are none.
    fn borrow(bytes: &[u8]) -> Option<&[Self]>;

    /// Adds the words of a coded item.
    fn put(&self, words: &mut Vec<u32>);

    /// The coded item that the next words are.
    fn take(words: &mut Words<'_>) -> Option<Self>;
}

/// [`Item::bytes`] of plain items.
fn plain_bytes<T: IntoBytes + Immutable>(items: &[T]) -> &[u8] {
    items.as_bytes()
}

/// [`Item::borrow`] of plain items.
fn plain_borrow<T: TryFromBytes + Immutable + KnownLayout>(bytes: &[u8]) -> Option<&[T]> {
    <[T]>::try_ref_from_bytes(bytes).ok()
}
