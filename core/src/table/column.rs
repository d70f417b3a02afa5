//! Columns of numbers that most tables need none of.
//!
//! A million rules of which none has extras would keep a million times that there are
//! none. Such a number is kept in a column of its own, which is empty as long as each is
//! what such numbers usually are.

use super::parts::Each;
use super::parts::coded::{Coded, Words, coded_enums};
use super::section::Section;

/// A number for each of many things.
#[derive(Clone, Debug, Default)]
pub(crate) struct Column {
    /// How many there are.
    len: u32,
    /// What each usually is.
    usual: Usual,
    /// All of them, or nothing where each is usual.
    values: Section<u32>,
}

/// What a number usually is.
#[derive(Clone, Copy, Debug, Default)]
enum Usual {
    /// The place where it stands.
    #[default]
    Place,
    Same(u32),
}

coded_enums! {
    Usual { 0 = Place, 1 = Same(value) }
}

impl Usual {
    fn at(self, place: u32) -> u32 {
        match self {
            Self::Place => place,
            Self::Same(value) => value,
        }
    }
}

impl Column {
    /// Of numbers that usually are this one.
    pub(crate) fn same(value: u32) -> Self {
        Self {
            usual: Usual::Same(value),
            ..Self::default()
        }
    }

    pub(crate) fn get(&self, place: u32) -> Option<u32> {
        if !self.values.is_bare() {
            return self.values.get(place as usize).copied();
        }
        (place < self.len).then(|| self.usual.at(place))
    }

    /// Its parts, under this name.
    pub(crate) fn each<E: Each>(
        &mut self,
        each: &mut E,
        name: &'static str,
    ) -> Result<(), E::Fault> {
        each.value(name, &mut self.len)?;
        each.value(name, &mut self.usual)?;
        each.section(name, &mut self.values)
    }

    pub(crate) fn len(&self) -> usize {
        self.len as usize
    }

    pub(crate) fn bytes(&self) -> usize {
        self.values.bytes()
    }
}

#[cfg(feature = "compile")]
impl Column {
    /// Adds a number.
    pub(crate) fn push(&mut self, value: u32) {
        let is_usual = value == self.usual.at(self.len);
        if self.values.is_empty() && !is_usual {
            let usual = self.usual;
            self.values.extend((0..self.len).map(|at| usual.at(at)));
            self.values.push(value);
        } else if !self.values.is_empty() {
            self.values.push(value);
        }
        self.len += 1;
    }
}

#[cfg(all(test, feature = "compile"))]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn numbers_are_those_that_were_added_and_the_usual_take_no_room() {
        for numbers in [
            &[][..],
            &[0],
            &[0, 1, 2],
            &[0, 1, 5, 3],
            &[7, 7, 7],
            &[7, 0],
            &[1, 0],
        ] {
            for (mut column, usual) in
                [(Column::default(), [0, 1, 2, 3]), (Column::same(7), [7; 4])]
            {
                numbers.iter().for_each(|&number| column.push(number));
                let found: Vec<u32> = (0..9).map_while(|at| column.get(at)).collect();
                assert_eq!(found, numbers);
                assert_eq!(column.len(), numbers.len());
                assert_eq!(column.bytes() == 0, usual.starts_with(numbers));
            }
        }
    }
}
