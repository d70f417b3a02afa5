//! What the holes and groups of the winning path took.

use alloc::vec::Vec;

use crate::table::Sections;
use crate::table::text::Text;

/// The captures of the last stage whose winner has any. They are copies, so that
/// they outlive a rewrite of the path.
#[derive(Debug, Default)]
pub(crate) struct Captures {
    /// Name of each capture, and where its value lies in `bytes`.
    found: Vec<(Text, usize, usize)>,
    bytes: Vec<u8>,
}

impl Captures {
    /// Forgets the last request's.
    pub(crate) fn clear(&mut self) {
        self.found.clear();
        self.bytes.clear();
    }

    /// A capture by its name, which is a text of the table; a group without a name
    /// goes by its number in decimal.
    pub(crate) fn get(&self, sections: &Sections, name: Text) -> Option<&[u8]> {
        let name = sections.text.get(name);
        let found = self.found.iter();
        let mut found = found.filter(|(other, ..)| sections.text.get(*other) == name);
        let &(_, start, end) = found.next()?;
        self.bytes.get(start..end)
    }

    /// All captures, in the order of the pattern.
    pub(crate) fn iter<'c>(
        &'c self,
        sections: &'c Sections,
    ) -> impl Iterator<Item = (&'c str, &'c [u8])> {
        self.found.iter().map(|&(name, start, end)| {
            let value = self.bytes.get(start..end).unwrap_or(&[]);
            (sections.text.str(name), value)
        })
    }
}
