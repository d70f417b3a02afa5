//! Why bytes are not taken for a table.

use alloc::boxed::Box;
use core::fmt;

/// Why a snapshot is refused.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The bytes do not begin as a snapshot does.
    NotASnapshot,
    /// It is of another version of the format; compile the routes again.
    Version {
        /// The version of the snapshot.
        found: u32,
        /// The version that is read here.
        supported: u32,
    },
    /// There are fewer bytes than it says, or more.
    Length {
        /// Bytes there are.
        found: u64,
        /// Bytes it says it has.
        stated: u64,
    },
    /// The bytes are not those that were written.
    Checksum,
    /// A part is not what it has to be. The checksum is right, so whoever wrote the
    /// snapshot made it so.
    Malformed {
        /// What the part is called in `docs/snapshot-format.md`.
        part: &'static str,
    },
    /// A pattern would have to be compiled, and this build has no compiler of patterns
    /// (feature `compile`).
    Pattern {
        /// What the part is called in `docs/snapshot-format.md`.
        part: &'static str,
        /// The pattern, with its anchors.
        pattern: Box<str>,
    },
    /// This machine's numbers have their highest byte first, those of snapshots their
    /// lowest.
    ByteOrder,
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotASnapshot => f.write_str("not a snapshot of a table"),
            Self::Version { found, supported } if found < supported => write!(
                f,
                "a snapshot of format version {found}, which is older than the version \
                 {supported} that is read here: compile the routes again"
            ),
            Self::Version { found, supported } => write!(
                f,
                "a snapshot of format version {found}, which is newer than the version \
                 {supported} that is read here"
            ),
            Self::Length { found, stated } => write!(
                f,
                "the snapshot has {found} bytes where it says {stated}: it is cut, or more \
                 follows it"
            ),
            Self::Checksum => f.write_str(
                "the snapshot's checksum is another than that of its bytes: it is damaged",
            ),
            Self::Malformed { part } => write!(f, "the snapshot's {part} are not well-formed"),
            Self::Pattern { part, pattern } => {
                let shown = pattern.char_indices().nth(80);
                let shown = shown
                    .and_then(|(end, _)| pattern.get(..end))
                    .unwrap_or(pattern);
                write!(
                    f,
                    "the snapshot's {part} have one that must be compiled, and this build \
                     has no compiler of patterns (feature `compile`): \"{shown}\""
                )
            }
            Self::ByteOrder => f.write_str(
                "snapshots are read on little-endian machines alone: compile the routes here",
            ),
        }
    }
}

impl core::error::Error for SnapshotError {}
