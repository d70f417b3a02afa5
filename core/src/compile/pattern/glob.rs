//! Globs: `/static/**/*.css`.
//!
//! | in the glob | takes |
//! |---|---|
//! | `*` | any run of bytes of one segment, also none |
//! | `?` | one byte of a segment |
//! | `**` as a whole segment | any number of whole segments, each with its slash |
//! | `**` elsewhere | any run of bytes |
//! | anything else | itself |

use alloc::vec::Vec;

use regex_syntax::hir::Hir;

use super::{
    InvalidPattern, Parsed, Piece, every_path, literal, push_text, repeat, segment_byte, stars,
};

/// Reads a glob.
pub(crate) fn parse(text: &str, ignore_case: bool) -> Result<Parsed, InvalidPattern> {
    // SPEC: `PathMatch::Glob`: `**` alone takes every path. Other texts without a slash
    // would match nothing.
    if text == "**" {
        return Ok(every_path());
    }
    let Some(rest) = text.strip_prefix('/') else {
        return Err(InvalidPattern::NoSlash);
    };
    let mut parts = Vec::new();
    let (mut bytes, mut holes) = (0u32, 0u32);
    for segment in rest.split('/') {
        if segment == "**" {
            // SPEC: whole segments, each with the slash before it: `/a/**` takes `/a`.
            let segment = [literal(b"/", false), repeat(segment_byte(), 0)];
            parts.push(repeat(Hir::concat(Vec::from(segment)), 0));
            holes = holes.saturating_add(1);
            continue;
        }
        parts.push(literal(b"/", false));
        let pieces = pieces(segment);
        bytes = bytes.saturating_add(1);
        for piece in &pieces {
            bytes = bytes.saturating_add(piece.literal());
            holes = holes.saturating_add(u32::from(piece.is_star()));
            parts.push(piece.hir(ignore_case));
        }
    }
    Ok(Parsed {
        hir: Hir::concat(parts),
        literal: bytes,
        holes,
    })
}

fn pieces(segment: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = segment;
    while !rest.is_empty() {
        let length = match stars(rest) {
            0 if rest.starts_with('?') => {
                pieces.push(Piece::One);
                1
            }
            0 => {
                let end = rest.find(['*', '?']).unwrap_or(rest.len());
                push_text(&mut pieces, rest.get(..end).unwrap_or(rest));
                end
            }
            1 => {
                pieces.push(Piece::Segment(0));
                1
            }
            length => {
                pieces.push(Piece::Run);
                length
            }
        };
        rest = rest.get(length..).unwrap_or("");
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_every_match_has_is_counted() {
        for (glob, bytes, holes) in [
            ("/", 1, 0),
            ("/a/*.css", 7, 1),
            ("/a/**", 2, 1),
            ("/a/**/b", 4, 1),
            ("/a**b?", 3, 2),
            ("**", 0, 1),
        ] {
            let parsed = parse(glob, false).unwrap();
            assert_eq!((parsed.literal, parsed.holes), (bytes, holes), "{glob}");
        }
    }

    #[test]
    fn a_glob_begins_with_a_slash() {
        for glob in ["", "*", "a", "***", "**/a"] {
            assert_eq!(parse(glob, false).unwrap_err(), InvalidPattern::NoSlash);
        }
    }
}
