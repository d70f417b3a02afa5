//! What a watch tells.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::diagnostic::{Diagnostic, Severity};
use crate::files;
use crate::import::Sources;

/// Most diagnostics that are displayed; a report holds all of them.
const MOST_SHOWN: usize = 20;

/// What happened to the table in use. Displayed as a line for a log, with errors on lines of
/// their own.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// Another table is in use, made of what is reported.
    Replaced(Report),
    /// The files have changed and cannot be used: the table before stays in use. Told once
    /// for each thing that is wrong, not for each look.
    Kept(Trouble),
    /// The files are again as they were when the table in use was made of them: what
    /// [`Kept`](Self::Kept) told of is over. The table was not replaced.
    Restored,
}

/// Why files cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum Trouble {
    /// One of them cannot be read, so the routes in it are not known.
    Unreadable(files::Error),
    /// They were read, and what was found in them is too bad to be used
    /// ([`Options::keep_from`](super::Options::keep_from)).
    Refused(Report),
    /// They go on changing, and have done so for this long
    /// ([`Options::patience`](super::Options::patience)). They are used once they rest.
    Unsettled(Duration),
}

/// What was read, and what was found wrong or noteworthy in it. Displayed as its errors and
/// warnings, a line each: `file:line:column: severity[CODE]: message`.
///
/// Holds the texts of all files, for excerpts: drop it once it has been told.
/// Where a snapshot was read, there are neither texts nor diagnostics.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// The files and their texts.
    pub sources: Sources,
    /// What was found by reading, importing and compiling, in this order.
    pub diagnostics: Vec<Diagnostic>,
    /// The snapshot that was read in place of manifests, as it was named or found.
    pub snapshot: Option<String>,
}

impl Report {
    /// How many files were read.
    pub fn files(&self) -> usize {
        self.sources.iter().count() + usize::from(self.snapshot.is_some())
    }

    /// How many diagnostics are of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        let of_it = |found: &&Diagnostic| found.severity == severity;
        self.diagnostics.iter().filter(of_it).count()
    }

    /// The severity of the worst diagnostic, where there is any.
    pub fn worst(&self) -> Option<Severity> {
        self.diagnostics.iter().map(|found| found.severity).max()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files: Vec<String> = self.sources.iter().map(|file| file.name().into()).collect();
        let mut told: Vec<_> = self
            .diagnostics
            .iter()
            .filter(|found| found.severity > Severity::Note)
            .collect();
        // What is worst first, since not all may be shown.
        told.sort_by_key(|found| core::cmp::Reverse(found.severity));
        let more = told.len().saturating_sub(MOST_SHOWN);
        for (at, found) in told.iter().take(MOST_SHOWN).enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}", found.in_files(&files))?;
        }
        match more {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            Self::Refused(report) => write!(f, "routes are refused\n{report}"),
            Self::Unsettled(time) => {
                write!(f, "files have been changing for {} s", time.as_secs_f32())
            }
        }
    }
}

impl core::error::Error for Trouble {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Unreadable(error) => error.source(),
            _ => None,
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replaced(report) => {
                let files = report.files();
                let end = if files == 1 { "" } else { "s" };
                write!(f, "another table is in use, of {files} file{end}")?;
                match report.worst() {
                    None | Some(Severity::Note) => Ok(()),
                    Some(_) => write!(f, "\n{report}"),
                }
            }
            Self::Kept(trouble) => write!(f, "the table before stays in use: {trouble}"),
            Self::Restored => f.write_str("the files are again those of the table in use"),
        }
    }
}
