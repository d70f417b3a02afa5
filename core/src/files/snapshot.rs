//! A snapshot among what is read.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use std::path::Path;

use super::walk::is_called_snapshot;
use super::{Error, Why};
use crate::table::Table;
use crate::{SnapshotError, SnapshotHead};

/// A snapshot that has been read, and found sound.
#[derive(Clone)]
pub struct Snapshot {
    name: String,
    bytes: Bytes,
    table: Table,
}

impl Snapshot {
    pub(super) fn new(name: &str, bytes: Vec<u8>) -> Result<Self, Error> {
        let bytes = Bytes(Arc::new(bytes));
        let table = Table::from_snapshot(bytes.clone())
            .map_err(|refused| Error::new(name, Why::Snapshot(refused)))?;
        Ok(Self {
            name: name.to_string(),
            bytes,
            table,
        })
    }

    /// The file, as it was named or found.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its bytes, which the table borrows.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }

    /// The table. A clone of it keeps the bytes.
    pub fn table(&self) -> &Table {
        &self.table
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The bytes would be a line for each.
        f.debug_struct("Snapshot")
            .field("name", &self.name)
            .field("bytes", &self.bytes().len())
            .finish_non_exhaustive()
    }
}

/// Bytes that a table and the files it came of share.
#[derive(Clone)]
struct Bytes(Arc<Vec<u8>>);

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Whether what was read is taken for a snapshot: by its name or by its first bytes, as which
/// no text begins, since the reader of manifests refuses the last of them. One that is
/// called so and is none is thus refused, not read as a text.
pub(super) fn is_snapshot(name: &str, bytes: &[u8]) -> bool {
    is_called_snapshot(Path::new(name))
        || SnapshotHead::read(bytes) != Err(SnapshotError::NotASnapshot)
}
