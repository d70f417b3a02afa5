//! Snapshots: a table as bytes.
//!
//! # Why this shape
//!
//! A snapshot is what a table has in memory, part after part, with numbers in place of
//! pointers. So writing one is copying, and reading one is looking over it once: the large
//! parts are borrowed from the bytes, wherever these are. Where they are a file that is
//! mapped into memory, several processes have one copy between them.
//!
//! The same routes give the same bytes on every machine, so snapshots can be compared and
//! signed. `docs/snapshot-format.md` describes every byte.
//!
//! # Trust
//!
//! Bytes may come from anywhere. Before anything is read, their checksum is compared:
//! whatever was damaged on the way is refused. That does not help against bytes that were
//! made to deceive, so `validate` then looks for everything that could make a search run
//! for ever, or a scratch take more memory than the snapshot itself could. Beyond that, a
//! table's numbers are compared with the length of what they refer to each time they are
//! used. A snapshot can thus mean any routes, and be as slow to match as routes can be
//! made, but never do harm to the process; who makes the routes is for signatures to say.
//!
//! `validate` also refuses what no table needs that was compiled under the limits as they
//! come: tables compiled under limits raised a hundredfold may be refused.

mod error;
mod head;
mod read;
mod validate;
mod write;

use alloc::boxed::Box;
use alloc::vec::Vec;

use zerocopy::IntoBytes;

use crate::table::Table;
use crate::table::section::Image;

pub use error::SnapshotError;
pub use head::SnapshotHead;

/*
The format, all of it in little endian, in words of 32 bits:

    offset  bytes
    0       8      "FPTABLE\0"
    8       4      version of the format
    12      4      flags: 1 where names follow
    16      8      length of the whole, a multiple of 8
    24      8      XXH64 (seed 0) of all bytes but these eight
    32      ...    the parts, in the order of `table/parts/list.rs`

A part is
  - a value: its words (`table/parts/coded.rs`);
  - a section of coded items: how many items, and their words;
  - a section of plain items: how many items, bytes of an item; then, from the next multiple
    of 8 on, their bytes, filled up with zeros to whole words.

After the last part the last words are 0 up to a multiple of 8.
*/

/// What a snapshot begins with.
const MAGIC: [u8; 8] = *b"FPTABLE\0";
/// The version that is written, and the only one that is read.
const VERSION: u32 = 1;
/// Bytes before the checksum.
const BEFORE_CHECKSUM: usize = 24;
/// Bytes before the parts.
const HEADER: usize = 32;
/// Flag of a snapshot that has names.
const NAMES: u32 = 1;

impl Table {
    /// The table as bytes, from which [`Table::from_snapshot`] makes it again, here or on
    /// another machine. The same routes under the same limits give the same bytes. The
    /// format is described in `docs/snapshot-format.md`; a snapshot is read by the
    /// version of it that it was written in.
    ///
    /// Allocates as many bytes as there are, and copies them.
    ///
    /// ```
    /// # #[cfg(feature = "compile")] {
    /// use fingerpost::Table;
    /// use fingerpost::builder::{Route, Routes, any};
    ///
    /// let table = Routes::new().route(Route::any_host().rule(any().to("cart"))).build()?;
    /// let bytes = table.to_snapshot();
    /// let again = Table::from_snapshot(bytes)?;
    /// assert_eq!(again.stats(), table.stats());
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_snapshot(&self) -> Vec<u8> {
        write::write(&self.whole().sections, true)
    }

    /// The same without the names of routes, rules and gateways and without where they
    /// were written: about half of the bytes. Decisions are the same, but do not say whose
    /// they are: [`Decision::stages`](crate::Decision::stages) and explanations have empty
    /// names. Requests cannot name a gateway by name.
    pub fn to_snapshot_without_names(&self) -> Vec<u8> {
        write::write(&self.whole().sections, false)
    }

    /// The table that a snapshot is of.
    ///
    /// What `bytes` are is borrowed as long as the table or a clone of it lives: a `Vec`, an
    /// `Arc<[u8]>`, a `&'static [u8]`, or a file that is mapped into memory. Such a file
    /// must not be changed or cut meanwhile; write another and rename it over the first.
    /// Where the bytes are not aligned to eight, they are copied, once.
    ///
    /// Takes one look at every byte, and allocates for what is not borrowed: actions, tests,
    /// automata of texts, and patterns that have no dense automaton. Never panics, whatever
    /// the bytes.
    ///
    /// # Errors
    ///
    /// [`SnapshotError`] where the bytes are no snapshot, or of another version of the
    /// format, damaged, or unfit. A build without the feature `compile` refuses a table
    /// that has a pattern for which it would have to be compiled.
    pub fn from_snapshot(
        bytes: impl AsRef<[u8]> + Send + Sync + 'static,
    ) -> Result<Self, SnapshotError> {
        let image = match bytes.as_ref().as_ptr().align_offset(ALIGNMENT) {
            0 => Image::new(Box::new(bytes)),
            _ => Image::new(Box::new(Aligned::new(bytes.as_ref()))),
        };
        read::read(&image)
    }
}

/// What plain items are aligned to, at most.
const ALIGNMENT: usize = align_of::<u64>();

/// A copy of bytes that is aligned.
struct Aligned {
    words: Vec<u64>,
    length: usize,
}

impl Aligned {
    fn new(bytes: &[u8]) -> Self {
        let mut words = alloc::vec![0u64; bytes.len().div_ceil(size_of::<u64>())];
        let room = words.as_mut_bytes().iter_mut();
        room.zip(bytes).for_each(|(to, from)| *to = *from);
        Self {
            words,
            length: bytes.len(),
        }
    }
}

impl AsRef<[u8]> for Aligned {
    fn as_ref(&self) -> &[u8] {
        self.words.as_bytes().get(..self.length).unwrap_or_default()
    }
}
