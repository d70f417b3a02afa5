//! Globs and templates, parsed.
//!
//! Both become expressions of the regex engines directly, piece by piece: no text is
//! escaped and parsed again, so that nothing in a pattern can be read as syntax of
//! another language. `template` and `glob` state their languages; what they share is
//! here.
//!
//! # Invariants
//!
//! 1. An expression nests at most four deep, however long the pattern is.
//! 2. Every repetition is greedy and over bytes. With the leftmost-first rule of the
//!    engines, the first hole takes as much as it can, then the next.

mod glob;
mod template;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Dot, Hir, Repetition};

pub(crate) use glob::parse as parse_glob;
pub(crate) use template::{SegmentsEnd, Template, parse as parse_template};

/// A glob or template, read.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// What it takes, without anchors.
    pub(crate) hir: Hir,
    /// Bytes of text that every path it takes has.
    pub(crate) literal: u32,
    /// Stars and holes.
    pub(crate) holes: u32,
}

/// Why a text is no glob or template. Places count bytes from 0.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum InvalidPattern {
    /// It begins with no slash, and is not `**`.
    NoSlash,
    /// A brace without its other half.
    Unbalanced(usize),
    /// A hole in a hole.
    Nested(usize),
    /// A hole with an empty name.
    NoName(usize),
    /// A name with a character that names do not have.
    BadName(usize),
    /// A name that is only digits, which stands for a group by number.
    NumberName(usize),
    /// A hole with a pattern that is empty.
    NoPattern(usize),
    /// A name that another hole has.
    Repeated(String),
}

impl fmt::Display for InvalidPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSlash => f.write_str("does not begin with '/'"),
            Self::Unbalanced(at) => write!(
                f,
                "has a brace at byte {at} without its other half; a brace itself is written twice"
            ),
            Self::Nested(at) => write!(f, "has a hole within a hole at byte {at}"),
            Self::NoName(at) => write!(f, "has a hole without a name at byte {at}; write '*'"),
            Self::BadName(at) => write!(
                f,
                "has a hole at byte {at} whose name has other characters than letters, digits, \
                 '_', '-' and '.'"
            ),
            Self::NumberName(at) => write!(
                f,
                "has a hole at byte {at} whose name is a number; numbers are groups of regular \
                 expressions"
            ),
            Self::NoPattern(at) => write!(f, "has a hole at byte {at} that can take nothing"),
            Self::Repeated(name) => write!(f, "names two holes '{name}'"),
        }
    }
}

/// A piece of a path.
#[derive(Debug, Eq, PartialEq)]
enum Piece {
    Text(String),
    /// One byte of a segment.
    One,
    /// A run of bytes of one segment, of at least this many.
    Segment(u32),
    /// Any run of bytes.
    Run,
}

impl Piece {
    fn hir(&self, ignore_case: bool) -> Hir {
        match self {
            Self::Text(text) => literal(text.as_bytes(), ignore_case),
            Self::One => segment_byte(),
            Self::Segment(least) => repeat(segment_byte(), *least),
            Self::Run => anything(),
        }
    }

    fn is_star(&self) -> bool {
        !matches!(self, Self::Text(_))
    }

    fn literal(&self) -> u32 {
        match self {
            Self::Text(text) => text.len() as u32,
            _ => 0,
        }
    }
}

/// This text, where asked without regard to the case of ASCII letters.
pub(crate) fn literal(text: &[u8], ignore_case: bool) -> Hir {
    if !ignore_case {
        return Hir::literal(text);
    }
    let byte = |&byte: &u8| {
        let (lower, upper) = (byte.to_ascii_lowercase(), byte.to_ascii_uppercase());
        let of = |byte| ClassBytesRange::new(byte, byte);
        match lower == upper {
            true => Hir::literal([byte]),
            false => Hir::class(Class::Bytes(ClassBytes::new([of(lower), of(upper)]))),
        }
    };
    Hir::concat(text.iter().map(byte).collect())
}

/// Any run of bytes, as long as it can be.
pub(crate) fn anything() -> Hir {
    repeat(Hir::dot(Dot::AnyByte), 0)
}

/// A byte of a segment: any but a slash.
fn segment_byte() -> Hir {
    Hir::class(Class::Bytes(ClassBytes::new([
        ClassBytesRange::new(0, b'/' - 1),
        ClassBytesRange::new(b'/' + 1, u8::MAX),
    ])))
}

fn repeat(sub: Hir, min: u32) -> Hir {
    Hir::repetition(Repetition {
        min,
        max: None,
        greedy: true,
        sub: Box::new(sub),
    })
}

/// Every path: the one pattern that need not begin with a slash.
fn every_path() -> Parsed {
    Parsed {
        hir: anything(),
        literal: 0,
        holes: 1,
    }
}

/// Reads `*` and `**` at the start of a text: how many bytes they are.
fn stars(text: &str) -> usize {
    match text.as_bytes() {
        [b'*', b'*', ..] => 2,
        [b'*', ..] => 1,
        _ => 0,
    }
}

/// Adds text to the last piece where that is text.
fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Text(last)) => last.push_str(text),
        _ => pieces.push(Piece::Text(String::from(text))),
    }
}

/// The message of a pattern over the limit on stars and holes.
pub(crate) fn too_many_holes(holes: u32, most: u32) -> String {
    format!("has {holes} stars and holes, over the limit of {most} (Limits::pattern_holes)")
}
