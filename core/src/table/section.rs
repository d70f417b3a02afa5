//! A section: many items of one kind, referred to by number.
//!
//! # Why this shape
//!
//! A table that was compiled has its sections in memory of its own; one that was loaded
//! borrows them from its snapshot, which may be a file that several processes have mapped.
//! Matching must not ask which it is: an item is found by one comparison with the length
//! and one addition, as in a slice. So a section *is* a slice, together with whatever keeps
//! its memory alive; [`Yoke`] is what ties the two together without `unsafe` here.
//!
//! While a table is being compiled, items are added behind those that are shared. They are
//! looked for only after the number was found to be past the end of the slice, so that
//! nothing is asked for their sake either.
//!
//! # Invariants
//!
//! 1. Numbers of items never change: items are added at the end.
//! 2. A run lies within what is shared or within what was added, never in both.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use yoke::Yoke;
use yoke::erased::ErasedArcCart;

use super::NONE;
use super::parts::Item;
use super::text::Range32;

/// Items of one kind.
pub(crate) struct Section<T: 'static> {
    shared: Yoke<&'static [T], Option<ErasedArcCart>>,
    added: Option<Box<Added<T>>>,
}

/// Items behind those that are shared. Boxed, so that a section without any is small: a
/// search reads a dozen sections, and each lies in few lines of the cache.
#[derive(Clone)]
struct Added<T> {
    items: Vec<T>,
}

/// What has runs of items.
pub(crate) trait Runs {
    type Item;

    /// The items of a run; none where it does not lie within.
    fn run(&self, run: Range32) -> &[Self::Item];
}

impl<T> Runs for [T] {
    type Item = T;

    #[inline(always)]
    fn run(&self, run: Range32) -> &[T] {
        let start = run.start as usize;
        self.get(start..start + run.len as usize).unwrap_or(&[])
    }
}

impl<T> Runs for Vec<T> {
    type Item = T;

    #[inline(always)]
    fn run(&self, run: Range32) -> &[T] {
        self.as_slice().run(run)
    }
}

impl<T> Runs for Section<T> {
    type Item = T;

    #[inline(always)]
    fn run(&self, run: Range32) -> &[T] {
        let start = run.start as usize;
        match self.shared().get(start..start + run.len as usize) {
            Some(run) => run,
            None => self.added_run(run),
        }
    }
}

impl<T> Section<T> {
    #[inline(always)]
    fn shared(&self) -> &[T] {
        self.shared.get()
    }

    fn added(&self) -> &[T] {
        self.added.as_ref().map_or(&[], |added| &added.items)
    }

    /// All items, of a section that is shared as a whole and never added to.
    #[inline(always)]
    pub(crate) fn all(&self) -> &[T] {
        self.shared()
    }

    /// The item of a number.
    #[inline(always)]
    pub(crate) fn get(&self, number: usize) -> Option<&T> {
        match self.shared().get(number) {
            Some(item) => Some(item),
            None => self.added_item(number),
        }
    }

    /// The item of a number that is [`NONE`] where there is none.
    #[inline(always)]
    pub(crate) fn optional(&self, number: u32) -> Option<&T> {
        match number {
            NONE => None,
            number => self.get(number as usize),
        }
    }

    /// Whether nothing was ever added.
    #[inline(always)]
    pub(crate) fn is_bare(&self) -> bool {
        self.shared().is_empty() && self.added.is_none()
    }

    #[cold]
    #[inline(never)]
    fn added_item(&self, number: usize) -> Option<&T> {
        self.added().get(number.checked_sub(self.shared().len())?)
    }

    #[cold]
    #[inline(never)]
    fn added_run(&self, run: Range32) -> &[T] {
        let start = run.start.checked_sub(self.shared().len() as u32);
        let run = start.map(|start| self.added().run(Range32 { start, ..run }));
        run.unwrap_or(&[])
    }

    pub(crate) fn len(&self) -> usize {
        self.shared().len() + self.added().len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// In order of their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> + Clone {
        self.shared().iter().chain(self.added())
    }

    /// The item that has a key, where the items are sorted by their keys.
    #[inline]
    pub(crate) fn find_by_key<K: Ord>(&self, key: &K, of: impl Fn(&T) -> K) -> Option<&T> {
        let find = |items: &[T]| items.binary_search_by_key(key, &of).ok();
        match find(self.shared()) {
            Some(at) => self.shared().get(at),
            None => self.added().get(find(self.added())?),
        }
    }

    /// Memory that the items take, in bytes; not what they refer to.
    pub(crate) fn bytes(&self) -> usize {
        self.len() * size_of::<T>()
    }
}

/// Bytes that sections borrow from.
pub(crate) struct Image {
    bytes: Box<dyn AsRef<[u8]> + Send + Sync>,
}

impl Image {
    pub(crate) fn new(bytes: Box<dyn AsRef<[u8]> + Send + Sync>) -> Arc<Self> {
        Arc::new(Self { bytes })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        (*self.bytes).as_ref()
    }
}

impl<T: Item> Section<T> {
    /// Of plain items that are somewhere in an image; `None` where they are none.
    pub(crate) fn borrowed(image: &Arc<Image>, at: Range<usize>) -> Option<Self> {
        let image = Arc::clone(image);
        let shared = Yoke::<&'static [T], Arc<Image>>::try_attach_to_cart(image, |image| {
            image.bytes().get(at).and_then(T::borrow).ok_or(())
        });
        Some(Self {
            shared: shared.ok()?.erase_arc_cart().wrap_cart_in_option(),
            added: None,
        })
    }
}

impl<T: Send + Sync> Section<T> {
    /// Of these items, which are shared with clones.
    pub(crate) fn new(items: Vec<T>) -> Self {
        if items.is_empty() {
            return Self::default();
        }
        let shared = Yoke::<&'static [T], Arc<Vec<T>>>::attach_to_cart(Arc::new(items), |items| {
            items.as_slice()
        });
        Self {
            shared: shared.erase_arc_cart().wrap_cart_in_option(),
            added: None,
        }
    }
}

#[cfg(feature = "compile")]
impl<T> Section<T> {
    /// Adds an item, and gives its number.
    pub(crate) fn push(&mut self, item: T) -> u32 {
        let number = self.len() as u32;
        self.added_mut().push(item);
        number
    }

    fn added_mut(&mut self) -> &mut Vec<T> {
        let none = || Box::new(Added { items: Vec::new() });
        &mut self.added.get_or_insert_with(none).items
    }

    /// Adds items.
    pub(crate) fn extend(&mut self, items: impl IntoIterator<Item = T>) {
        self.added_mut().extend(items);
    }

    /// Adds items, and gives their run.
    pub(crate) fn push_run(&mut self, items: &[T]) -> Range32
    where
        T: Copy,
    {
        let start = self.len() as u32;
        self.added_mut().extend_from_slice(items);
        Range32 {
            start,
            len: items.len() as u32,
        }
    }

    /// Adds the same item some times.
    pub(crate) fn push_many(&mut self, item: T, count: usize)
    where
        T: Clone,
    {
        let added = self.added_mut();
        added.resize(added.len() + count, item);
    }

    /// An item that was added, to be changed.
    pub(crate) fn get_mut(&mut self, number: usize) -> Option<&mut T> {
        let number = number.checked_sub(self.shared().len())?;
        self.added_mut().get_mut(number)
    }

    /// Items that were added, from this number on.
    pub(crate) fn added_from(&self, number: usize) -> &[T] {
        let start = number.saturating_sub(self.shared().len());
        self.added().get(start..).unwrap_or_default()
    }

    /// The same, to be changed.
    pub(crate) fn added_from_mut(&mut self, number: usize) -> &mut [T] {
        let start = number.saturating_sub(self.shared().len());
        self.added_mut().get_mut(start..).unwrap_or_default()
    }
}

#[cfg(feature = "compile")]
impl<T: Send + Sync> Section<T> {
    /// Shares what was added.
    pub(crate) fn seal(&mut self) {
        if let Some(added) = self.added.take() {
            debug_assert!(self.shared().is_empty());
            *self = Self::new(added.items);
        }
    }
}

impl<T> Default for Section<T> {
    fn default() -> Self {
        Self {
            shared: Yoke::new_owned(&[]),
            added: None,
        }
    }
}

/// Clones share what is shared.
impl<T: Clone> Clone for Section<T> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
            added: self.added.clone(),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Section<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
