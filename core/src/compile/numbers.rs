//! Numbers by where they belong, in two passes over them.

use alloc::vec::Vec;

/// What is at each of so many places, in order: the numbers from 0.
pub(crate) struct Numbers {
    all: Vec<u32>,
    /// Where each place's end.
    ends: Vec<usize>,
}

impl Numbers {
    /// The numbers at `count` places, given the place of each.
    pub(crate) fn new(count: usize, places: impl Iterator<Item = u32> + Clone) -> Self {
        let mut ends = alloc::vec![0usize; count];
        let mut len = 0;
        for place in places.clone() {
            if let Some(end) = ends.get_mut(place as usize) {
                *end += 1;
                len += 1;
            }
        }
        // Where each begins; what is put there moves it to where it ends.
        let mut start = 0;
        for end in &mut ends {
            start += core::mem::replace(end, start);
        }
        let mut all = alloc::vec![0; len];
        for (number, place) in (0..).zip(places) {
            if let Some(end) = ends.get_mut(place as usize)
                && let Some(slot) = all.get_mut(*end)
            {
                *slot = number;
                *end += 1;
            }
        }
        Self { all, ends }
    }

    /// How many there are at all places.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// The numbers at a place.
    pub(crate) fn of(&self, place: u32) -> &[u32] {
        let Some(&end) = self.ends.get(place as usize) else {
            return &[];
        };
        let before = place.checked_sub(1);
        let start = before.and_then(|before| self.ends.get(before as usize));
        let start = start.copied().unwrap_or(0);
        self.all.get(start..end).unwrap_or(&[])
    }

    /// The numbers at each place.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.ends.len() as u32).map(|place| self.of(place))
    }
}
