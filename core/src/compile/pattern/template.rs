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

use regex_syntax::hir::{Capture, Hir};

use super::{InvalidPattern, Parsed, Piece, every_path, push_text, stars};

/// Reads a template.
pub(crate) fn parse(text: &str, ignore_case: bool) -> Result<Parsed, InvalidPattern> {
    if text == "**" {
        return Ok(every_path());
    }
    if !text.starts_with('/') {
        return Err(InvalidPattern::NoSlash);
    }
    let mut parts: Vec<Hir> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let (mut bytes, mut holes) = (0u32, 0u32);
    let mut add = |pieces: &[Piece]| {
        let stars = pieces.iter().filter(|piece| piece.is_star()).count() as u32;
        holes = holes.saturating_add(stars);
        bytes = pieces
            .iter()
            .fold(bytes, |sum, piece| sum.saturating_add(piece.literal()));
        Hir::concat(pieces.iter().map(|piece| piece.hir(ignore_case)).collect())
    };
    let mut plain: Vec<Piece> = Vec::new();
    // Holes that take one text only.
    let mut plain_holes = 0u32;
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
            parts.push(add(&core::mem::take(&mut plain)));
            parts.push(Hir::capture(Capture {
                index: names.len() as u32,
                name: Some(hole.name.into_boxed_str()),
                sub: Box::new(add(&hole.pieces)),
            }));
            plain_holes += u32::from(!hole.pieces.iter().any(Piece::is_star));
            at += hole.length;
        } else {
            at += push_piece(&mut plain, rest);
        }
    }
    parts.push(add(&plain));
    Ok(Parsed {
        hir: Hir::concat(parts),
        literal: bytes,
        holes: holes.saturating_add(plain_holes),
    })
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
        let end = inside
            .find(['{', '}'])
            .ok_or(InvalidPattern::Unbalanced(at))?;
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
            let end = rest.find(['*', '{', '}']).unwrap_or(rest.len());
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
