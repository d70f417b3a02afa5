//! Templates: `/users/{id}/files/{rest=**}`.
//!
//! | in the template | takes |
//! |---|---|
//! | `{name}`, `{name=*}`, `*` | one or more bytes of one segment |
//! | `{name=**}`, `**` | any run of bytes, also none |
//! | `{name=a/*/b}` | what the pattern in it takes |
//! | `{{`, `}}` | a brace |
//! | anything else | itself |
//!
//! A name is of ASCII letters, digits, `_`, `-` and `.`, and no number: numbers are
//! the groups of regular expressions.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::mem;

use regex_syntax::hir::{Capture, Hir};

use super::{InvalidPattern, Parsed, Piece, every_path, push_text, stars};
use crate::compile::segment::HOLE;

/// Reads a template.
pub(crate) fn parse(text: &str, ignore_case: bool) -> Result<Parsed, InvalidPattern> {
    if text == "**" {
        return Ok(every_path());
    }
    let template = Template::read(text)?;
    let concat =
        |pieces: &[Piece]| Hir::concat(pieces.iter().map(|piece| piece.hir(ignore_case)).collect());
    let mut index = 0;
    let parts = template.parts.iter().map(|part| match part {
        Part::Plain(pieces) => concat(pieces),
        Part::Hole(hole) => {
            index += 1;
            Hir::capture(Capture {
                index,
                name: Some(hole.name.as_str().into()),
                sub: Box::new(concat(&hole.pieces)),
            })
        }
    });
    Ok(Parsed {
        hir: Hir::concat(parts.collect()),
        literal: template.literal(),
        holes: template.holes(),
    })
}

/// A template, read.
pub(crate) struct Template {
    parts: Vec<Part>,
}

enum Part {
    /// Without a name.
    Plain(Vec<Piece>),
    Hole(Hole),
}

impl Part {
    fn pieces(&self) -> &[Piece] {
        match self {
            Self::Plain(pieces) => pieces,
            Self::Hole(hole) => &hole.pieces,
        }
    }
}

impl Template {
    /// Bytes of text.
    pub(crate) fn literal(&self) -> u32 {
        let pieces = self.parts.iter().flat_map(Part::pieces);
        pieces.fold(0, |sum: u32, piece| sum.saturating_add(piece.literal()))
    }

    /// Stars, and holes that take one text only.
    pub(crate) fn holes(&self) -> u32 {
        let holes = self.parts.iter().map(|part| {
            let stars = part.pieces().iter().filter(|piece| piece.is_star()).count();
            match part {
                Part::Hole(_) => stars.max(1),
                Part::Plain(_) => stars,
            }
        });
        holes.fold(0, |sum: u32, holes| sum.saturating_add(holes as u32))
    }

    /// Reads a template other than `**`.
    pub(crate) fn read(text: &str) -> Result<Self, InvalidPattern> {
        if !text.starts_with('/') {
            return Err(InvalidPattern::NoSlash);
        }
        let mut parts: Vec<Part> = Vec::new();
        let mut names: Vec<String> = Vec::new();
        let mut plain: Vec<Piece> = Vec::new();
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            if let Some(brace) = ["{{", "}}"].into_iter().find(|two| rest.starts_with(two)) {
                push_text(&mut plain, brace.get(1..).unwrap_or(brace));
                at += 2;
            } else if rest.starts_with('}') {
                return Err(InvalidPattern::Unbalanced(at));
            } else if let Some(inside) = rest.strip_prefix('{') {
                let hole = Hole::parse(inside, at)?;
                if names.contains(&hole.name) {
                    return Err(InvalidPattern::Repeated(hole.name));
                }
                names.push(hole.name.clone());
                parts.push(Part::Plain(mem::take(&mut plain)));
                at += hole.length;
                parts.push(Part::Hole(hole));
            } else {
                at += push_piece(&mut plain, rest);
            }
        }
        parts.push(Part::Plain(plain));
        Ok(Self { parts })
    }

    /// The template as whole segments, as far as it is of them.
    pub(crate) fn segments(&self) -> Segments<'_> {
        let mut segments = Segments {
            key: Vec::with_capacity(self.literal() as usize + self.holes() as usize),
            holes: Vec::new(),
            end: SegmentsEnd::Whole,
        };
        for (at, part) in self.parts.iter().enumerate() {
            let name = match part {
                Part::Plain(_) => None,
                Part::Hole(hole) => Some(hole.name.as_str()),
            };
            let pieces = part.pieces();
            for (nth, piece) in pieces.iter().enumerate() {
                // A hole with more in it than a star takes what no segment says.
                let is_alone = name.is_none() || pieces.len() == 1;
                let next = match pieces.get(nth + 1) {
                    Some(next) => Some(next),
                    None => self.piece_after(at),
                };
                let is_start = segments.key.last() == Some(&b'/');
                let end = match (piece, next) {
                    (Piece::Text(text), _) if name.is_none() && !text.contains('\0') => {
                        segments.key.extend_from_slice(text.as_bytes());
                        continue;
                    }
                    (Piece::Segment(1), _) if is_start && is_alone && ends_segment(next) => {
                        segments.hole(name, false);
                        segments.key.push(HOLE);
                        continue;
                    }
                    (Piece::Run, None) if is_start && is_alone => {
                        segments.hole(name, true);
                        SegmentsEnd::Rest
                    }
                    _ => SegmentsEnd::Pattern,
                };
                segments.end = end;
                return segments;
            }
        }
        segments
    }

    /// The first piece behind a part.
    fn piece_after(&self, part: usize) -> Option<&Piece> {
        let after = self.parts.get(part + 1..).unwrap_or(&[]);
        after.iter().flat_map(Part::pieces).next()
    }
}

/// Whether a segment ends before what comes next.
fn ends_segment(next: Option<&Piece>) -> bool {
    match next {
        None => true,
        Some(Piece::Text(text)) => text.starts_with('/'),
        Some(_) => false,
    }
}

/// A template as whole segments.
pub(crate) struct Segments<'t> {
    /// Texts, and [`HOLE`] for each segment that is a hole; up to where it ends.
    pub(crate) key: Vec<u8>,
    /// Name of each hole that has one, the segment it takes, and whether it takes all
    /// that follows.
    pub(crate) holes: Vec<(&'t str, u32, bool)>,
    pub(crate) end: SegmentsEnd,
}

/// What comes after the key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SegmentsEnd {
    Whole,
    /// Any run of bytes.
    Rest,
    /// What segments do not say.
    Pattern,
}

impl<'t> Segments<'t> {
    fn hole(&mut self, name: Option<&'t str>, is_rest: bool) {
        let slashes = memchr::memchr_iter(b'/', &self.key).count() as u32;
        let name = name.map(|name| (name, slashes.saturating_sub(1), is_rest));
        self.holes.extend(name);
    }
}

/// A hole with a name.
struct Hole {
    name: String,
    pieces: Vec<Piece>,
    /// Bytes of it, braces included.
    length: usize,
}

impl Hole {
    /// Reads what follows the opening brace, which is at byte `at`.
    fn parse(inside: &str, at: usize) -> Result<Self, InvalidPattern> {
        let end = memchr::memchr2(b'{', b'}', inside.as_bytes());
        let end = end.ok_or(InvalidPattern::Unbalanced(at))?;
        let (inside, rest) = inside.split_at_checked(end).unwrap_or((inside, ""));
        if rest.starts_with('{') {
            return Err(InvalidPattern::Nested(at + 1 + end));
        }
        let (name, pattern) = match inside.split_once('=') {
            Some((name, pattern)) => (name, pattern),
            None => (inside, "*"),
        };
        if name.is_empty() {
            return Err(InvalidPattern::NoName(at));
        }
        let is_sound = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        if !name.bytes().all(is_sound) {
            return Err(InvalidPattern::BadName(at));
        }
        if name.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidPattern::NumberName(at));
        }
        if pattern.is_empty() {
            return Err(InvalidPattern::NoPattern(at));
        }
        let mut pieces = Vec::new();
        let mut read = 0;
        while let Some(rest) = pattern.get(read..).filter(|rest| !rest.is_empty()) {
            read += push_piece(&mut pieces, rest);
        }
        Ok(Self {
            name: name.to_string(),
            pieces,
            length: end + 2,
        })
    }
}

/// Reads stars, or text up to the next star or brace: how many bytes that was.
fn push_piece(pieces: &mut Vec<Piece>, rest: &str) -> usize {
    match stars(rest) {
        0 => {
            let end = memchr::memchr3(b'*', b'{', b'}', rest.as_bytes());
            let end = end.unwrap_or(rest.len());
            push_text(pieces, rest.get(..end).unwrap_or(rest));
            end
        }
        1 => {
            pieces.push(Piece::Segment(1));
            1
        }
        length => {
            pieces.push(Piece::Run);
            length
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        use InvalidPattern::{
            BadName, Nested, NoName, NoPattern, NoSlash, NumberName, Repeated, Unbalanced,
        };
        for (template, error) in [
            ("", NoSlash),
            ("{id}", NoSlash),
            ("/{id", Unbalanced(1)),
            ("/a}", Unbalanced(2)),
            ("/{a{b}}", Nested(3)),
            ("/{}", NoName(1)),
            ("/{=*}", NoName(1)),
            ("/{a b}", BadName(1)),
            ("/{a*}", BadName(1)),
            ("/{12}", NumberName(1)),
            ("/{a=}", NoPattern(1)),
            ("/{a}/{a}", Repeated("a".into())),
        ] {
            assert_eq!(parse(template, false).unwrap_err(), error, "{template}");
        }
    }

    #[test]
    fn braces_written_twice_are_text() {
        let parsed = parse("/{{a}}/{{{b}}}", false).unwrap();
        assert_eq!((parsed.literal, parsed.holes), (7, 1));
    }

    #[test]
    fn stars_and_names_count_as_holes() {
        for (template, holes) in [("/{a}/*", 2), ("/{a=x}", 1), ("/{a=*/**}", 2)] {
            assert_eq!(parse(template, false).unwrap().holes, holes, "{template}");
        }
    }
}
