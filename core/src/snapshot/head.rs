//! What stands before the parts of a snapshot.

use super::{HEADER, MAGIC, NAMES, SnapshotError, VERSION};
#[cfg(doc)]
use crate::table::Table;

/// What a snapshot says of itself in its first [`BYTES`](Self::BYTES): for whoever keeps,
/// compares or ships snapshots, and need not make a table of them.
///
/// ```
/// # #[cfg(feature = "compile")] {
/// use fingerpost::SnapshotHead;
/// use fingerpost::builder::{Route, Routes, any};
///
/// let table = Routes::new().route(Route::any_host().rule(any().to("cart"))).build().unwrap();
/// let bytes = table.to_snapshot();
/// let head = SnapshotHead::read(&bytes).unwrap();
/// assert_eq!((head.version(), head.length()), (1, bytes.len() as u64));
/// assert!(head.has_names());
/// # }
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SnapshotHead {
    version: u32,
    pub(super) flags: u32,
    length: u64,
    checksum: u64,
}

impl SnapshotHead {
    /// How many bytes it has.
    pub const BYTES: usize = HEADER;

    /// Reads what a snapshot begins with. `bytes` may end after the head or anywhere behind
    /// it, and need not be aligned. Does not allocate, and never panics.
    ///
    /// That it is a snapshot of the version that is read here is all that is checked. What it
    /// says of its length, checksum and names is what it says: [`Table::from_snapshot`]
    /// holds it against the bytes.
    ///
    /// # Errors
    ///
    /// * [`SnapshotError::NotASnapshot`] for bytes that begin as no snapshot does, in any
    ///   version;
    /// * [`SnapshotError::Length`] where the head is cut;
    /// * [`SnapshotError::Version`] for another version, whose head may say other things.
    pub fn read(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let rest = bytes.strip_prefix(&MAGIC);
        let rest = rest.ok_or(SnapshotError::NotASnapshot)?;
        let head = Self::take(rest).ok_or(SnapshotError::Length {
            found: bytes.len() as u64,
            stated: HEADER as u64,
        })?;
        match head.version {
            VERSION => Ok(head),
            found => Err(SnapshotError::Version {
                found,
                supported: VERSION,
            }),
        }
    }

    /// What follows the first bytes; `None` where there are too few.
    fn take(bytes: &[u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first_chunk()?;
        let (flags, rest) = rest.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let (checksum, _) = rest.split_first_chunk()?;
        Some(Self {
            version: u32::from_le_bytes(*version),
            flags: u32::from_le_bytes(*flags),
            length: u64::from_le_bytes(*length),
            checksum: u64::from_le_bytes(*checksum),
        })
    }

    /// The version of the format.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// How many bytes the snapshot has, the head among them.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The checksum of all bytes but its own (XXH64 with seed 0): the same where the bytes
    /// are the same, but no signature.
    pub fn checksum(&self) -> u64 {
        self.checksum
    }

    /// Whether the names of routes, rules and gateways are in the snapshot; in one
    /// [without them](Table::to_snapshot_without_names) they are not.
    pub fn has_names(&self) -> bool {
        self.flags & NAMES != 0
    }
}
