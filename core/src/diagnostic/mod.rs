//! Diagnostics: what is wrong or noteworthy about the input, with a stable code
//! and a place.
//!
//! Reading, importing and compiling never stop at the first fault: each step
//! adds to a list of [`Diagnostic`]s and goes on with what is sound, so that one
//! bad rule costs itself and nothing else. Codes are listed in
//! `docs/diagnostics.md`; a code once given is never reused.

pub mod codes;

mod display;

use alloc::string::String;
use core::fmt;

use crate::model::Origin;

pub use display::{InFiles, Lines, lines};

/// A stable number, shown as `FP1001`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Code(pub u16);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FP{:04}", self.0)
    }
}

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Severity {
    /// Something the author may want to know: an assumption, a field passed over.
    Note,
    /// Probably not what the author meant; the input is still used as it stands.
    Warning,
    /// The input is refused, wholly or in the part that is named.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing to tell the author of the input.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Diagnostic {
    /// Stable code.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// One clause, lower case, without a full stop; names the object and field.
    pub message: String,
    /// The place; `None` only where the input as a whole is meant.
    pub origin: Option<Origin>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error.
    pub fn error(code: Code, origin: Origin, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, origin, message)
    }

    /// A warning.
    pub fn warning(code: Code, origin: Origin, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, origin, message)
    }

    /// A note.
    pub fn note(code: Code, origin: Origin, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, origin, message)
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn new(code: Code, severity: Severity, origin: Origin, message: impl Into<String>) -> Self {
        let origin = origin.is_known().then_some(origin);
        Self {
            code,
            severity,
            message: one_line(message.into()),
            origin,
            help: None,
        }
    }
}

/// Messages quote the input; what is not fit for a terminal is written as an
/// escape, so that input cannot steer one.
fn one_line(message: String) -> String {
    if !message.chars().any(char::is_control) {
        return message;
    }
    let mut line = String::with_capacity(message.len() + 8);
    for character in message.chars() {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{Code, Diagnostic};
    use crate::model::Origin;

    #[test]
    fn a_message_is_one_line_whatever_it_quotes() {
        let found = Diagnostic::note(Code(1), Origin::default(), "a\n\u{1b}[31mb\u{85}é");
        assert_eq!(found.message, "a\\n\\u{1b}[31mb\\u{85}é");
    }
}
