//! Input files: their names, their texts, and where a byte of them stands.
//!
//! Lines and columns are computed when a place is asked for, not when it is
//! read: an import has millions of places and reports few of them. Both are
//! found in bounded time, whatever the file: lines by binary search among those that
//! begin within [`STEP`] bytes, columns by counting at most as many bytes from the
//! nearest known character count. So
//! one line of 64 MiB (JSON without line breaks) costs no more than a short one.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::read as codes;
use crate::model::Origin;

/// Bytes between two known character counts.
const STEP: usize = 256;

/// An input file: its name as the user gave it, and its text.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: String,
    /// Byte offset of each line's first byte.
    lines: Vec<u32>,
    /// Lines that begin before each multiple of [`STEP`] bytes.
    line_counts: Vec<u32>,
    /// Characters before each multiple of [`STEP`] bytes; empty where every
    /// character is one byte.
    characters: Vec<u32>,
    /// Whether the bytes were refused, so that the text is for excerpts only.
    refused: bool,
}

impl Source {
    /// The name, as diagnostics show it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether [`Sources::add_bytes`] refused the file: its text stands for
    /// excerpts only and is not read.
    pub fn is_refused(&self) -> bool {
        self.refused
    }

    /// The line of a byte offset, from 1.
    pub fn line(&self, offset: usize) -> u32 {
        // Lines that begin within one step are few, and beside each other in memory.
        let count = |step: usize| self.line_counts.get(step).map(|&count| count as usize);
        let step = offset / STEP;
        let first = count(step).unwrap_or(self.lines.len());
        let last = count(step + 1).unwrap_or(self.lines.len());
        let within = self.lines.get(first..last).unwrap_or(&[]);
        let more = within.partition_point(|&start| start as usize <= offset);
        (first + more).max(1) as u32
    }

    /// The offset of the first byte of a line, counted from 1.
    pub fn line_start(&self, line: u32) -> Option<usize> {
        self.lines
            .get((line as usize).checked_sub(1)?)
            .map(|&start| start as usize)
    }

    fn new(name: String, text: String) -> Self {
        let mut lines = alloc::vec![0];
        let mut line_counts = Vec::new();
        let mut characters = Vec::new();
        // Offsets are 32 bits wide. The reader refuses a longer text, so that
        // places in it are never asked for.
        if u32::try_from(text.len()).is_ok() {
            let bytes = text.as_bytes();
            lines.extend(
                memchr::memchr2_iter(b'\n', b'\r', bytes)
                    // A carriage return before a line feed belongs to it.
                    .filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'))
                    .map(|at| at as u32 + 1),
            );
            line_counts.reserve_exact(text.len() / STEP + 1);
            let mut before = 0;
            for step in 0..=text.len() / STEP {
                let rest = lines.get(before..).unwrap_or(&[]).iter();
                before += rest.take_while(|&&at| (at as usize) < step * STEP).count();
                line_counts.push(before as u32);
            }
            if !text.is_ascii() {
                let mut count = 0;
                for chunk in bytes.chunks(STEP) {
                    characters.push(count);
                    count += count_characters(chunk) as u32;
                }
            }
        }
        Self {
            name,
            text,
            lines,
            line_counts,
            characters,
            refused: false,
        }
    }

    /// Line and column (characters), both from 1, of a byte offset.
    fn position(&self, offset: usize) -> (u32, u32) {
        let line = self.line(offset);
        let start = self.line_start(line).unwrap_or(0);
        let column = self.characters_before(offset) - self.characters_before(start);
        (line, column + 1)
    }

    /// Characters that begin before a byte offset.
    fn characters_before(&self, offset: usize) -> u32 {
        let offset = offset.min(self.text.len());
        let Some(&known) = self.characters.get(offset / STEP) else {
            return offset as u32;
        };
        let rest = self
            .text
            .as_bytes()
            .get(offset - offset % STEP..offset)
            .unwrap_or(&[]);
        known + count_characters(rest) as u32
    }
}

/// The input files of an import, in the order in which they count. The engine opens no
/// file: whoever has the texts adds them.
///
/// ```no_run
/// use fingerpost::import::Sources;
///
/// let mut sources = Sources::new();
/// for name in ["gateway.yaml", "routes.yaml"] {
///     let refused = sources.add_bytes(name, std::fs::read(name)?).err();
///     if let Some(refused) = refused {
///         eprintln!("{name}:{refused}"); // not UTF-8; the other files are read all the same
///     }
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and gives its number.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> u32 {
        self.files.push(Source::new(name.into(), text.into()));
        self.files.len() as u32 - 1
    }

    /// Adds a file of bytes and gives its number.
    ///
    /// # Errors
    ///
    /// Bytes that are not UTF-8 are refused, with the place of the first wrong
    /// one. The file is listed all the same, so that the place can be shown,
    /// but nothing is read from it.
    pub fn add_bytes(
        &mut self,
        name: impl Into<String>,
        bytes: Vec<u8>,
    ) -> Result<u32, Diagnostic> {
        let name = name.into();
        if let Some(encoding) = other_encoding(&bytes) {
            let source = self.add(name, String::new());
            let message = format!("the file is {encoding}, not UTF-8");
            return Err(self.refuse(source, 0, 0, &message, "save it as UTF-8"));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(self.add(name, text)),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let byte = error.as_bytes().get(at).copied().unwrap_or(0);
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let source = self.add(name, text);
                let message = format!("byte 0x{byte:02X} at offset {at} is not UTF-8");
                // The wrong bytes are shown as one replacement character.
                let end = at + char::REPLACEMENT_CHARACTER.len_utf8();
                Err(self.refuse(source, at, end, &message, "save the file as UTF-8"))
            }
        }
    }

    /// The file of this number.
    pub fn get(&self, source: u32) -> Option<&Source> {
        self.files.get(source as usize)
    }

    /// The files in order.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.files.iter()
    }

    /// A place from a byte range of a file.
    pub fn origin(&self, source: u32, start: usize, end: usize) -> Origin {
        let Some(file) = self.get(source) else {
            return Origin::default();
        };
        let (line, column) = file.position(start);
        let (end_line, end_column) = file.position(end);
        Origin {
            source,
            line,
            column,
            end_line,
            end_column,
            start: start as u32,
            end: end as u32,
        }
    }

    fn refuse(
        &mut self,
        source: u32,
        start: usize,
        end: usize,
        message: &str,
        help: &str,
    ) -> Diagnostic {
        if let Some(file) = self.files.get_mut(source as usize) {
            file.refused = true;
        }
        Diagnostic::error(codes::NOT_UTF8, self.origin(source, start, end), message).with_help(help)
    }
}

/// The encoding that a byte order mark or the zero bytes of the first
/// characters tell of, where it is not UTF-8 (YAML 1.2.2, section 5.2).
fn other_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] | [0, 0, 0, _, ..] | [_, 0, 0, 0, ..] => {
            Some("UTF-32")
        }
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some("UTF-16"),
        [0, first, ..] | [first, 0, ..] if *first != 0 => Some("UTF-16"),
        _ => None,
    }
}

/// Characters that begin in these bytes of UTF-8.
fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}
