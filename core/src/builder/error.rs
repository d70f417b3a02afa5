//! What keeps routes from becoming a table.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{InvalidCidr, InvalidFormat};

/// Why there is no table. Either some texts cannot be read, or the compiler refuses
/// what they say.
#[derive(Clone, Debug)]
pub struct BuildError {
    faults: Vec<BuildFault>,
    diagnostics: Vec<Diagnostic>,
}

impl BuildError {
    pub(super) fn unread(faults: Vec<BuildFault>) -> Self {
        let diagnostics = Vec::new();
        Self {
            faults,
            diagnostics,
        }
    }

    pub(super) fn refused(diagnostics: Vec<Diagnostic>) -> Self {
        let faults = Vec::new();
        Self {
            faults,
            diagnostics,
        }
    }

    /// Texts that cannot be read, in the order in which they were given.
    pub fn faults(&self) -> &[BuildFault] {
        &self.faults
    }

    /// What the compiler says: at least one error, warnings besides.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }
}

/// Every fault and error, a line each.
impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for fault in &self.faults {
            separate(f, &mut first)?;
            write!(f, "{fault}")?;
        }
        let errors = self.diagnostics.iter();
        for error in errors.filter(|found| found.severity == Severity::Error) {
            separate(f, &mut first)?;
            write!(f, "{}: {}", error.code, error.message)?;
        }
        Ok(())
    }
}

fn separate(f: &mut fmt::Formatter<'_>, first: &mut bool) -> fmt::Result {
    if !core::mem::take(first) {
        f.write_str("\n")?;
    }
    Ok(())
}

impl core::error::Error for BuildError {}

/// A text that cannot be read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BuildFault {
    place: String,
    kind: BuildFaultKind,
}

impl BuildFault {
    pub(super) fn new(place: String, kind: BuildFaultKind) -> Self {
        Self { place, kind }
    }

    /// The route, and the number of the rule in it, from 0: `route shop.example, rule 2`.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What is wrong.
    pub fn kind(&self) -> &BuildFaultKind {
        &self.kind
    }
}

impl fmt::Display for BuildFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.kind)
    }
}

impl core::error::Error for BuildFault {}

/// What is wrong with a text.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum BuildFaultKind {
    /// Its braces or holes.
    Format {
        /// The text.
        text: String,
        /// What is wrong with it.
        error: InvalidFormat,
    },
    /// It names no backend.
    Backend {
        /// The text.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// It is no address range.
    Cidr {
        /// The text.
        text: String,
        /// What is wrong with it.
        error: InvalidCidr,
    },
    /// It is no place to redirect to.
    Location {
        /// The text.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// There is no stage of this name.
    UnknownStage(String),
}

impl fmt::Display for BuildFaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format { text, error } => write!(f, "{text:?}: {error}"),
            Self::Backend { text, why } => write!(f, "{text:?} names no backend: {why}"),
            Self::Cidr { text, error } => write!(f, "{text:?}: {error}"),
            Self::Location { text, why } => write!(f, "{text:?} is no place to go to: {why}"),
            Self::UnknownStage(name) => write!(f, "there is no stage {name:?}"),
        }
    }
}
