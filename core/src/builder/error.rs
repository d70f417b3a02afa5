//! What keeps routes from becoming a table.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{InvalidCidr, InvalidFormat};

/// Why there is no table: texts that cannot be read or say what is hardly meant, what the
/// compiler refuses, or both.
#[derive(Clone, Debug)]
pub struct BuildError {
    faults: Vec<BuildFault>,
    diagnostics: Vec<Diagnostic>,
}

impl BuildError {
    pub(super) fn new(faults: Vec<BuildFault>, diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            faults,
            diagnostics,
        }
    }

    /// What is wrong with the texts and numbers that were given, route by route.
    pub fn faults(&self) -> &[BuildFault] {
        &self.faults
    }

    /// What the compiler says, errors and warnings; of rules that have a fault, only of
    /// their matches.
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
            write!(f, "{error}")?;
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

/// A text or number that is wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BuildFault {
    place: String,
    /// The rule that is meant, where one is.
    pub(super) rule: Option<usize>,
    kind: BuildFaultKind,
}

impl BuildFault {
    pub(super) fn of_route(route: &str, kind: BuildFaultKind) -> Self {
        Self {
            place: format!("route {route}"),
            rule: None,
            kind,
        }
    }

    pub(super) fn of_rule(route: &str, rule: usize, kind: BuildFaultKind) -> Self {
        Self {
            place: format!("route {route}, rule {rule}"),
            rule: Some(rule),
            kind,
        }
    }

    /// The route, and the number of the rule in it, from 0: `route shop.example, rule 2`.
    /// The route alone, where one of its hosts is meant.
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

/// What is wrong with a text or number.
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
    /// No request has this host.
    Host {
        /// The text.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// No request has this path: it does not begin with a slash.
    Path(String),
    /// No response ends with this status: it is not 200 to 599.
    Status(u16),
    /// None of a rule's targets has a share.
    NoWeight,
}

impl fmt::Display for BuildFaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format { text, error } => write!(f, "{text:?}: {error}"),
            Self::Backend { text, why } => write!(f, "{text:?} names no backend: {why}"),
            Self::Cidr { text, error } => write!(f, "{text:?}: {error}"),
            Self::Location { text, why } => write!(f, "{text:?} is no place to go to: {why}"),
            Self::UnknownStage(name) => write!(f, "there is no stage {name:?}"),
            Self::Host { text, why } => write!(f, "{text:?} is no host: {why}"),
            Self::Path(path) => write!(f, "{path:?} is no path: it does not begin with '/'"),
            Self::Status(status) => {
                write!(f, "{status} is no status to answer with: it is 200 to 599")
            }
            Self::NoWeight => f.write_str("none of its targets has a weight above 0"),
        }
    }
}
