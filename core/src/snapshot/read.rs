//! Reading snapshots.

use alloc::sync::Arc;

use zerocopy::FromBytes;

use super::write::checksum;
use super::{HEADER, NAMES, SnapshotError, SnapshotHead, validate};
use crate::table::parts::coded::{Coded, Words};
use crate::table::parts::{Each, Item};
use crate::table::section::{Image, Section};
use crate::table::{Sections, Table};

/// The table that an image is of.
pub(super) fn read(image: &Arc<Image>) -> Result<Table, SnapshotError> {
    if cfg!(target_endian = "big") {
        return Err(SnapshotError::ByteOrder);
    }
    let bytes = image.bytes();
    let head = checked_head(bytes)?;
    let words = <[u32]>::ref_from_bytes(bytes).map_err(|_| malformed("words"))?;
    let mut sections = Sections::default();
    let mut source = Source {
        image,
        words,
        at: HEADER / 4,
        room: PROGRAMS,
    };
    sections.each(&mut source)?;
    if head.has_names() {
        sections.names.each(&mut source)?;
    }
    let rest = words.get(source.at..).unwrap_or_default();
    if rest.len() > 1 || rest.iter().any(|&word| word != 0) {
        return Err(malformed("last words"));
    }
    validate::all(&sections)?;
    sections.restore().ok_or(malformed("texts of tests"))?;
    Ok(Table::new(sections))
}

/// Bytes that the programs of a snapshot's patterns may take, all together: compiling them
/// takes time in proportion.
const PROGRAMS: usize = 256 << 20;

fn malformed(part: &'static str) -> SnapshotError {
    SnapshotError::Malformed { part }
}

/// Reads the head, and holds it against everything.
fn checked_head(bytes: &[u8]) -> Result<SnapshotHead, SnapshotError> {
    let head = SnapshotHead::read(bytes)?;
    let (found, stated) = (bytes.len() as u64, head.length());
    if stated != found {
        return Err(SnapshotError::Length { found, stated });
    }
    if checksum(bytes) != head.checksum() {
        return Err(SnapshotError::Checksum);
    }
    match head.flags & !NAMES {
        0 => Ok(head),
        _ => Err(malformed("flags")),
    }
}

/// The parts that are still to be read.
struct Source<'i> {
    image: &'i Arc<Image>,
    words: &'i [u32],
    /// The next word.
    at: usize,
    /// Bytes that programs of patterns may still take.
    room: usize,
}

impl<'i> Source<'i> {
    fn rest(&self) -> &'i [u32] {
        self.words.get(self.at..).unwrap_or_default()
    }

    /// Reads what is coded.
    fn coded<T>(
        &mut self,
        part: &'static str,
        read: impl FnOnce(&mut Words<'_>) -> Option<T>,
    ) -> Result<T, SnapshotError> {
        let mut words = Words::new(self.image, self.words, self.at, self.room);
        match read(&mut words) {
            Some(value) => {
                self.at = words.at();
                self.room = words.room;
                Ok(value)
            }
            None => Err(match words.uncompiled.take() {
                Some(pattern) => SnapshotError::Pattern { part, pattern },
                None => malformed(part),
            }),
        }
    }

    /// A section that borrows its items; `None` where they are not there.
    fn plain<T: Item>(&mut self, count: u32) -> Option<Section<T>> {
        let (&size, _) = self.rest().split_first()?;
        // From the next multiple of eight bytes.
        let start = (self.at + 1).next_multiple_of(2);
        let skipped = self.words.get(self.at + 1..start)?;
        if size as usize != T::PLAIN || skipped.iter().any(|&word| word != 0) {
            return None;
        }
        let length = (count as usize).checked_mul(T::PLAIN)?;
        let end = start.checked_add(length.div_ceil(4))?;
        let filled = self.image.bytes().get(start * 4 + length..end * 4)?;
        if filled.iter().any(|&byte| byte != 0) {
            return None;
        }
        self.at = end;
        Section::borrowed(self.image, start * 4..start * 4 + length)
    }
}

impl Each for Source<'_> {
    type Fault = SnapshotError;

    fn section<T: Item>(
        &mut self,
        part: &'static str,
        section: &mut Section<T>,
    ) -> Result<(), SnapshotError> {
        if T::PLAIN == 0 {
            let read = |words: &mut Words<'_>| words.items(T::take);
            *section = Section::new(self.coded(part, read)?);
            return Ok(());
        }
        let count = self.coded(part, <u32 as Coded>::take)?;
        *section = self.plain(count).ok_or(malformed(part))?;
        Ok(())
    }

    fn value<T: Coded>(&mut self, part: &'static str, value: &mut T) -> Result<(), SnapshotError> {
        *value = self.coded(part, T::take)?;
        Ok(())
    }
}

#[cfg(all(test, not(feature = "compile")))]
mod tests {
    use alloc::boxed::Box;
    use alloc::vec::Vec;

    use super::{PROGRAMS, Source};
    use crate::SnapshotError;
    use crate::table::parts::coded::Coded;
    use crate::table::parts::{Each, Item};
    use crate::table::regex::{GroupRegex, Regex};
    use crate::table::section::{Image, Section};

    /// Why a section of one item is refused, which is a pattern for this engine.
    fn refused<T: Item>(engine: u32, pattern: &str) -> Option<SnapshotError> {
        // How many there are; the engine, the number of its cache, the pattern.
        let mut words = Vec::from([1, engine, 0]);
        Box::<str>::from(pattern).put(&mut words);
        let mut source = Source {
            image: &Image::new(Box::new([])),
            words: &words,
            at: 0,
            room: PROGRAMS,
        };
        source
            .section("patterns", &mut Section::<T>::default())
            .err()
    }

    #[test]
    fn a_pattern_that_must_be_compiled_is_told() {
        let pattern = r"(?:\A(?:/a[0-9]*)\z)";
        let told = SnapshotError::Pattern {
            part: "patterns",
            pattern: pattern.into(),
        };
        for engine in [1, 2] {
            assert_eq!(refused::<Regex>(engine, pattern).as_ref(), Some(&told));
        }
        for engine in [2, 3] {
            assert_eq!(refused::<GroupRegex>(engine, pattern).as_ref(), Some(&told));
        }
        // What is no engine is no pattern either.
        let part = "patterns";
        let malformed = Some(SnapshotError::Malformed { part });
        assert_eq!(refused::<Regex>(3, pattern), malformed);
        assert_eq!(refused::<GroupRegex>(4, pattern), malformed);
    }
}
