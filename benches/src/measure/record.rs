//! A measured value as a line of text: set, size, mix, engine, metric, value.

use std::fmt::Display;
use std::io::{self, Write};

/// Writes values, a line each, its fields separated by tabs.
pub struct Record<'w> {
    out: &'w mut dyn Write,
    set: &'static str,
}

impl<'w> Record<'w> {
    /// Writes to `out`, of a contest of this name.
    pub fn new(out: &'w mut dyn Write, set: &'static str) -> Self {
        Self { out, set }
    }

    /// Writes one value.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn value(
        &mut self,
        size: usize,
        mix: &str,
        engine: &str,
        metric: &str,
        value: impl Display,
    ) -> io::Result<()> {
        let set = self.set;
        writeln!(
            self.out,
            "{set}\t{size}\t{mix}\t{engine}\t{metric}\t{value}"
        )?;
        self.out.flush()
    }
}

impl std::fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Record")
            .field("set", &self.set)
            .finish_non_exhaustive()
    }
}
