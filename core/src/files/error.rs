//! Why files cannot be read.

use alloc::string::{String, ToString};
use core::fmt;
use std::io;

use crate::SnapshotError;
use crate::diagnostic::codes::cli;
use crate::diagnostic::{Code, Diagnostic};

/// What cannot be read, and why. Displayed as `NAME cannot be read: WHY`.
#[derive(Debug)]
pub struct Error {
    /// The file or folder, as it was named or found.
    pub name: String,
    /// Why.
    pub why: Why,
}

/// Why a file or folder cannot be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum Why {
    /// The system says so.
    Io(io::Error),
    /// It is not UTF-8; with the place of the first wrong byte.
    NotText(Diagnostic),
    /// It has more bytes than may come ([`Limits`](super::Limits)).
    TooLarge {
        /// How many may come.
        most: u64,
    },
    /// The folders that were named have more entries than may be looked at.
    TooMany {
        /// How many may be looked at.
        most: u64,
    },
    /// Folders are within each other more often than may be.
    TooDeep {
        /// How often they may be.
        most: u32,
    },
    /// A folder that was named holds neither a manifest nor a snapshot.
    NoManifest,
    /// It is a snapshot, or is called like one, and is refused.
    Snapshot(SnapshotError),
    /// It is a snapshot, which is a whole table and cannot be joined with anything.
    NotAlone {
        /// The other file: a manifest or another snapshot.
        other: String,
    },
    /// It is neither a file nor a folder, which is needed where files are followed.
    NoFile,
}

impl Error {
    pub(crate) fn new(name: &str, why: Why) -> Self {
        Self {
            name: name.to_string(),
            why,
        }
    }

    /// The code of what is wrong, which is stable.
    pub fn code(&self) -> Code {
        match &self.why {
            Why::Snapshot(refused) => code_of(refused),
            Why::NotAlone { .. } => cli::NOT_ALONE,
            _ => cli::UNREADABLE,
        }
    }

    /// Whether trying once more can help though the file does not change.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(self.why, Why::Io(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Why::NotText(refused) = &self.why {
            let at = refused.origin.unwrap_or_default();
            write!(f, ":{}:{}", at.line, at.column)?;
        }
        f.write_str(" cannot be read: ")?;
        match &self.why {
            Why::Io(error) => {
                // One wording for every face of the system: no capital, no `(os error 2)`.
                let text = error.to_string();
                let text = text.split(" (os error").next().unwrap_or_default();
                f.write_str(&text.to_lowercase())
            }
            Why::NotText(refused) => f.write_str(&refused.message),
            Why::TooLarge { most } => write!(f, "more than {most} bytes of input"),
            Why::TooMany { most } => write!(f, "folders have more than {most} entries"),
            Why::TooDeep { most } => write!(f, "folders are nested more than {most} deep"),
            Why::NoManifest => f.write_str(
                "no *.yaml, *.yml or *.json file in this folder, and no snapshot (*.fpt)",
            ),
            Why::Snapshot(refused) => refused.fmt(f),
            Why::NotAlone { other } => write!(
                f,
                "it is a snapshot, which stands alone, and {other} is given as well"
            ),
            Why::NoFile => f.write_str("it is neither a file nor a folder"),
        }
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match &self.why {
            Why::Io(error) => Some(error),
            Why::Snapshot(refused) => Some(refused),
            _ => None,
        }
    }
}

fn code_of(refused: &SnapshotError) -> Code {
    match refused {
        SnapshotError::NotASnapshot => cli::NOT_A_SNAPSHOT,
        SnapshotError::Version { .. } => cli::SNAPSHOT_VERSION,
        SnapshotError::Length { .. } => cli::SNAPSHOT_LENGTH,
        SnapshotError::Checksum => cli::SNAPSHOT_CHECKSUM,
        SnapshotError::Malformed { .. } => cli::SNAPSHOT_MALFORMED,
        SnapshotError::Pattern { .. } => cli::SNAPSHOT_PATTERN,
        SnapshotError::ByteOrder => cli::SNAPSHOT_BYTE_ORDER,
    }
}
