//! Diagnostics as lines of text, in the form that editors and log readers know:
//! `file:line:column: severity[CODE]: message`.
//!
//! A diagnostic counts its file by number. The names are those of
//! [`RouteSet::sources`](crate::model::RouteSet::sources), so whoever has both can say
//! where; without them, a line begins with the place in the file.

use alloc::string::String;
use core::fmt::{self, Write as _};

use super::Diagnostic;

/// `12:5: error[FP1301]: message`; without the place where none is known.
///
/// ```
/// use fingerpost::diagnostic::{Diagnostic, codes};
/// use fingerpost::model::Origin;
///
/// let place = Origin { line: 12, column: 5, ..Origin::default() };
/// let found = Diagnostic::error(codes::compile::INVALID_REGEX, place, "no such group");
/// assert_eq!(found.to_string(), "12:5: error[FP1601]: no such group");
/// ```
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.in_files(&[]).fmt(f)
    }
}

impl Diagnostic {
    /// The same with the name of its file before it, where `files` has that: the names
    /// of [`RouteSet::sources`](crate::model::RouteSet::sources). Displaying it does not
    /// allocate.
    pub fn in_files<'a>(&'a self, files: &'a [String]) -> InFiles<'a> {
        InFiles {
            diagnostic: self,
            files,
        }
    }
}

/// Diagnostics as text, a line each, in the order in which they are given;
/// see [`Diagnostic::in_files`].
///
/// ```
/// # #[cfg(feature = "import")] {
/// use fingerpost::diagnostic;
/// use fingerpost::import::{Options, Sources, import};
///
/// let mut sources = Sources::new();
/// sources.add("routes.yaml", "fingerpost: v1\nroutes: 7\n");
/// let imported = import(&sources, &Options::default());
/// let text = diagnostic::lines(&imported.diagnostics, &imported.routes.sources).to_string();
/// assert!(text.starts_with("routes.yaml:2:9: error[FP"), "{text}");
/// # }
/// ```
pub fn lines<'a>(diagnostics: &'a [Diagnostic], files: &'a [String]) -> Lines<'a> {
    Lines { diagnostics, files }
}

/// What [`Diagnostic::in_files`] gives.
#[derive(Clone, Copy, Debug)]
pub struct InFiles<'a> {
    diagnostic: &'a Diagnostic,
    files: &'a [String],
}

impl fmt::Display for InFiles<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Diagnostic {
            code,
            severity,
            message,
            origin,
            ..
        } = self.diagnostic;
        if let Some(origin) = origin {
            if let Some(file) = self.files.get(origin.source as usize) {
                // A name, like a message, is one line whatever it holds.
                for character in file.chars() {
                    match character.is_control() {
                        true => write!(f, "{}", character.escape_default())?,
                        false => f.write_char(character)?,
                    }
                }
                f.write_str(":")?;
            }
            write!(f, "{}:{}: ", origin.line, origin.column)?;
        }
        write!(f, "{}[{code}]: {message}", severity.as_str())
    }
}

/// What [`lines`] gives. No line break follows the last line.
#[derive(Clone, Copy, Debug)]
pub struct Lines<'a> {
    diagnostics: &'a [Diagnostic],
    files: &'a [String],
}

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, diagnostic) in self.diagnostics.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            diagnostic.in_files(self.files).fmt(f)?;
        }
        Ok(())
    }
}
