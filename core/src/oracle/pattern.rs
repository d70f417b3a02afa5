//! Globs and templates: patterns with holes.
//!
//! A pattern is a list of pieces. A table says, from back to front, which pieces
//! can take which rest of the text; a walk from front to back then gives each hole
//! as much as it can have, earlier holes first.

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::regex::Capture;

/// A piece of a pattern.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Piece {
    /// This byte.
    Byte(u8),
    /// One byte; a slash only where `slashes` says so.
    One { slashes: bool },
    /// At least `least` bytes, slashes among them only where `slashes` says so.
    Run { least: usize, slashes: bool },
    /// Any number of whole segments, each with the slash before it.
    Segments,
    /// Here a capture begins.
    Begin(String),
    /// Here the capture that began last ends.
    End,
}

/// A pattern, taken apart.
pub(super) struct Pattern {
    pieces: Vec<Piece>,
    ignore_case: bool,
}

impl Pattern {
    /// SPEC: `PathMatch::Glob`.
    pub(super) fn glob(text: &str, ignore_case: bool) -> Self {
        let mut pieces = Vec::new();
        match text.strip_prefix('/') {
            Some(rest) => {
                for segment in rest.split('/') {
                    // SPEC: `**` that is a whole segment: any number of whole segments,
                    // so that `/a/**` takes `/a`.
                    if segment == "**" {
                        pieces.push(Piece::Segments);
                    } else {
                        pieces.push(Piece::Byte(b'/'));
                        push_glob(segment, false, &mut pieces);
                    }
                }
            }
            // SPEC: `**`, which takes every path.
            None => push_glob(text, false, &mut pieces),
        }
        Self {
            pieces,
            ignore_case,
        }
    }

    /// SPEC: `ValueMatch::Glob`: any run of bytes, or one; a value has no segments.
    pub(super) fn value_glob(text: &str, ignore_case: bool) -> Self {
        let mut pieces = Vec::new();
        push_glob(text, true, &mut pieces);
        Self {
            pieces,
            ignore_case,
        }
    }

    /// SPEC: `PathMatch::Template`. `None` where braces do not pair.
    pub(super) fn template(text: &str, ignore_case: bool) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (piece, after) = if let Some(after) = rest.strip_prefix("{{") {
                (vec![Piece::Byte(b'{')], after)
            } else if let Some(after) = rest.strip_prefix("}}") {
                (vec![Piece::Byte(b'}')], after)
            } else if let Some(after) = rest.strip_prefix('{') {
                let (hole, after) = after.split_once('}')?;
                let (name, inner) = hole.split_once('=').unwrap_or((hole, "*"));
                let mut pieces = vec![Piece::Begin(name.to_string())];
                push_holes(inner, &mut pieces);
                pieces.push(Piece::End);
                (pieces, after)
            } else if first == '}' {
                return None;
            } else {
                let end = rest.find(['{', '}']).unwrap_or(rest.len());
                let mut pieces = Vec::new();
                push_holes(&rest[..end], &mut pieces);
                (pieces, &rest[end..])
            };
            pieces.extend(piece);
            rest = after;
        }
        Some(Self {
            pieces,
            ignore_case,
        })
    }

    /// Bytes of text that every match has.
    pub(super) fn literal_bytes(&self) -> usize {
        let is_literal = |piece: &&Piece| matches!(piece, Piece::Byte(_));
        self.pieces.iter().filter(is_literal).count()
    }

    /// What the pattern's captures take of `text`, in order; `None` where the
    /// pattern does not take the whole of it.
    pub(super) fn captures(&self, text: &[u8]) -> Option<Vec<Capture>> {
        let table = self.table(text);
        if !table[0][0] {
            return None;
        }
        let mut captures: Vec<Capture> = Vec::new();
        let mut open = Vec::new();
        let mut at = 0;
        for (index, piece) in self.pieces.iter().enumerate() {
            match piece {
                Piece::Begin(name) => {
                    open.push((captures.len(), at));
                    captures.push(Capture {
                        name: name.clone(),
                        number: None,
                        value: Vec::new(),
                    });
                }
                Piece::End => {
                    let (capture, start) = open.pop()?;
                    captures[capture].value = text[start..at].to_vec();
                }
                // SPEC: the first hole takes as much as it can, then the next.
                piece => {
                    let ends = (at..=text.len()).rev();
                    let mut ends = ends.filter(|end| self.takes(piece, &text[at..*end]));
                    at = ends.find(|end| table[index + 1][*end])?;
                }
            }
        }
        Some(captures)
    }

    pub(super) fn is_match(&self, text: &[u8]) -> bool {
        self.table(text)[0][0]
    }

    /// Whether the pieces from one on take the text from an offset on, for each of
    /// both.
    fn table(&self, text: &[u8]) -> Vec<Vec<bool>> {
        let mut table = vec![vec![false; text.len() + 1]; self.pieces.len() + 1];
        table[self.pieces.len()][text.len()] = true;
        for (index, piece) in self.pieces.iter().enumerate().rev() {
            for start in 0..=text.len() {
                table[index][start] = (start..=text.len())
                    .any(|end| table[index + 1][end] && self.takes(piece, &text[start..end]));
            }
        }
        table
    }

    /// Whether a piece alone takes all of a text.
    fn takes(&self, piece: &Piece, text: &[u8]) -> bool {
        match *piece {
            Piece::Begin(_) | Piece::End => text.is_empty(),
            Piece::Byte(byte) => match self.ignore_case {
                true => text.eq_ignore_ascii_case(&[byte]),
                false => text == [byte],
            },
            Piece::One { slashes } => text.len() == 1 && (slashes || text != b"/"),
            Piece::Run { least, slashes } => {
                text.len() >= least && (slashes || !text.contains(&b'/'))
            }
            // What follows begins with a slash or is the end, so segments are whole.
            Piece::Segments => text.is_empty() || text.starts_with(b"/"),
        }
    }
}

/// `**`, `*` and `?` of globs.
fn push_glob(text: &str, slashes: bool, pieces: &mut Vec<Piece>) {
    let run = |slashes| Piece::Run { least: 0, slashes };
    push(text, pieces, |rest| match rest {
        [b'*', b'*', ..] => (run(true), 2),
        [b'*', ..] => (run(slashes), 1),
        [b'?', ..] => (Piece::One { slashes }, 1),
        other => (Piece::Byte(other[0]), 1),
    });
}

/// `**` and `*` of templates.
fn push_holes(text: &str, pieces: &mut Vec<Piece>) {
    push(text, pieces, |rest| match rest {
        [b'*', b'*', ..] => {
            let (least, slashes) = (0, true);
            (Piece::Run { least, slashes }, 2)
        }
        [b'*', ..] => {
            let (least, slashes) = (1, false);
            (Piece::Run { least, slashes }, 1)
        }
        other => (Piece::Byte(other[0]), 1),
    });
}

fn push(text: &str, pieces: &mut Vec<Piece>, first: impl Fn(&[u8]) -> (Piece, usize)) {
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        let (piece, length) = first(rest);
        pieces.push(piece);
        rest = &rest[length..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(template: &str, path: &str) -> Option<Vec<(String, String)>> {
        let captures = Pattern::template(template, false)?.captures(path.as_bytes())?;
        let text = |capture: Capture| String::from_utf8(capture.value).unwrap();
        let captures = captures.into_iter();
        Some(captures.map(|one| (one.name.clone(), text(one))).collect())
    }

    #[test]
    fn a_whole_double_star_segment_stands_for_any_number_of_segments() {
        let takes = |glob: &str, path: &str| Pattern::glob(glob, false).is_match(path.as_bytes());
        for path in ["/a/b", "/a//b", "/a/x/b", "/a/x/y/b"] {
            assert!(takes("/a/**/b", path), "{path}");
        }
        assert!(!takes("/a/**/b", "/a/xb") && !takes("/a/**/b", "/ab"));
        assert!(takes("/a/**", "/a") && takes("/a/**", "/a/") && !takes("/a/**", "/ab"));
        assert!(takes("/a**", "/ab/c") && takes("/*", "/") && !takes("/*", "/a/b"));
        assert!(takes("/?", "/a") && !takes("/?", "/") && !takes("/a?", "/a/"));
        assert!(takes("**", "") && takes("**", "/a/b") && takes("**", "*"));
    }

    #[test]
    fn earlier_holes_take_as_much_as_they_can() {
        let pair = |a: &str, b: &str| {
            let of = |name: &str, value: &str| (name.to_string(), value.to_string());
            Some(vec![of("a", a), of("b", b)])
        };
        assert_eq!(taken("/{a}-{b}", "/x-y-z"), pair("x-y", "z"));
        assert_eq!(taken("/{a=**}/{b=**}", "/x/y/z"), pair("x/y", "z"));
        assert_eq!(taken("/{a=**}/{b=**}", "//"), pair("", ""));
        assert_eq!(taken("/{a}/{b}", "/x/"), None);
        assert_eq!(taken("/{a=x/*}/{b}", "/x/y/z"), pair("x/y", "z"));
        assert_eq!(taken("/{{{a}}}{b}", "/{x}y"), pair("x", "y"));
    }
}
