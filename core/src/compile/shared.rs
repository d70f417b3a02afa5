//! Sections whose equal runs are stored once.

use core::hash::{BuildHasher, Hash, Hasher};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::table::section::Section;
use crate::table::text::Range32;

/// The runs that a section has, by content.
#[derive(Default)]
pub(crate) struct Shared {
    known: HashTable<Range32>,
    state: RandomState,
}

impl Shared {
    /// The run of these items, added to the section where it is new.
    pub(crate) fn run<T: Copy + Eq + Hash>(
        &mut self,
        section: &mut Section<T>,
        items: &[T],
    ) -> Range32 {
        self.run_by(section, items, |item| *item)
    }

    /// [`Shared::run`] of items that are the same where this is.
    pub(crate) fn run_by<T: Copy, K: Eq + Hash>(
        &mut self,
        section: &mut Section<T>,
        items: &[T],
        key: impl Fn(&T) -> K,
    ) -> Range32 {
        if items.is_empty() {
            return Range32::EMPTY;
        }
        let hash = |items: &[T]| {
            let mut hasher = self.state.build_hasher();
            items.iter().for_each(|item| key(item).hash(&mut hasher));
            hasher.finish()
        };
        let own = hash(items);
        let is_same = |range: &Range32| {
            let known = range.of(section);
            known.len() == items.len()
                && known
                    .iter()
                    .zip(items)
                    .all(|(one, other)| key(one) == key(other))
        };
        if let Some(&known) = self.known.find(own, is_same) {
            return known;
        }
        let range = section.push_run(items);
        self.known
            .insert_unique(own, range, |range| hash(range.of(section)));
        range
    }

    /// The index of an item, added to the section where it is new.
    pub(crate) fn one<T: Copy + Eq + Hash>(&mut self, section: &mut Section<T>, item: T) -> u32 {
        self.run(section, &[item]).start
    }

    /// [`Shared::one`] of an item that is the same where this is.
    pub(crate) fn one_by<T: Copy, K: Eq + Hash>(
        &mut self,
        section: &mut Section<T>,
        item: T,
        key: impl Fn(&T) -> K,
    ) -> u32 {
        self.run_by(section, &[item], key).start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_runs_are_stored_once() {
        let mut section = Section::default();
        let mut shared = Shared::default();
        assert_eq!(shared.run(&mut section, &[]), Range32::EMPTY);
        let one = shared.run(&mut section, &[1, 2]);
        let part = shared.run(&mut section, &[2]);
        assert_ne!(one, part);
        assert_eq!(shared.run(&mut section, &[1, 2]), one);
        assert_eq!(shared.one(&mut section, 2), part.start);
        assert!(section.iter().eq(&[1, 2, 2]));
        let same = shared.one_by(&mut section, 12, |item| item % 10);
        assert_eq!(same, part.start);
    }
}
