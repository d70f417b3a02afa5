//! Sharing what was added, once a table is compiled.

use core::convert::Infallible;

use super::coded::Coded;
use super::{Each, Item};
use crate::table::Sections;
use crate::table::section::Section;

struct Seal;

impl Each for Seal {
    type Fault = Infallible;

    fn section<T: Item>(
        &mut self,
        _: &'static str,
        section: &mut Section<T>,
    ) -> Result<(), Infallible> {
        section.seal();
        Ok(())
    }

    fn value<T: Coded>(&mut self, _: &'static str, _: &mut T) -> Result<(), Infallible> {
        Ok(())
    }
}

impl Sections {
    /// Shares every section.
    pub(crate) fn seal(&mut self) {
        let Ok(()) = self.each(&mut Seal);
        let Ok(()) = self.names.each(&mut Seal);
    }
}
