//! Writing snapshots.

use alloc::vec::Vec;
use core::convert::Infallible;
use core::hash::Hasher;

use twox_hash::XxHash64;

use super::{BEFORE_CHECKSUM, HEADER, MAGIC, NAMES, VERSION};
use crate::table::Sections;
use crate::table::parts::coded::Coded;
use crate::table::parts::{Each, Item};
use crate::table::section::Section;

/// The bytes of a table.
pub(super) fn write(sections: &Sections, with_names: bool) -> Vec<u8> {
    // Parts are gone through one way, for reading and for writing; a clone shares them.
    let mut parts = sections.clone();
    let mut out = Out {
        bytes: Vec::new(),
        words: Vec::new(),
    };
    let flags = if with_names { NAMES } else { 0 };
    out.bytes.extend(MAGIC);
    out.bytes.extend(VERSION.to_le_bytes());
    out.bytes.extend(flags.to_le_bytes());
    // Length and checksum, once they are known.
    out.bytes.resize(HEADER, 0);
    let Ok(()) = parts.each(&mut out);
    if with_names {
        let Ok(()) = parts.names.each(&mut out);
    }
    let mut bytes = out.bytes;
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    let length = (bytes.len() as u64).to_le_bytes();
    if let Some(room) = bytes.get_mut(16..24) {
        room.copy_from_slice(&length);
    }
    let checksum = checksum(&bytes).to_le_bytes();
    if let Some(room) = bytes.get_mut(BEFORE_CHECKSUM..HEADER) {
        room.copy_from_slice(&checksum);
    }
    bytes
}

/// The checksum of a snapshot, whatever stands where it belongs.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    let mut hasher = XxHash64::with_seed(0);
    hasher.write(bytes.get(..BEFORE_CHECKSUM).unwrap_or_default());
    hasher.write(bytes.get(HEADER..).unwrap_or_default());
    hasher.finish()
}

struct Out {
    bytes: Vec<u8>,
    /// Those of one part.
    words: Vec<u32>,
}

impl Out {
    /// Writes the words of a part.
    fn flush(&mut self) {
        let words = self.words.drain(..);
        self.bytes.extend(words.flat_map(u32::to_le_bytes));
    }
}

impl Each for Out {
    type Fault = Infallible;

    fn section<T: Item>(
        &mut self,
        _: &'static str,
        section: &mut Section<T>,
    ) -> Result<(), Infallible> {
        self.words.push(section.len() as u32);
        if T::PLAIN == 0 {
            section.iter().for_each(|item| item.put(&mut self.words));
            self.flush();
            return Ok(());
        }
        self.words.push(T::PLAIN as u32);
        self.flush();
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        self.bytes.extend_from_slice(T::bytes(section.all()));
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        Ok(())
    }

    fn value<T: Coded>(&mut self, _: &'static str, value: &mut T) -> Result<(), Infallible> {
        value.put(&mut self.words);
        self.flush();
        Ok(())
    }
}
