//! Texts with holes, filled in.

use alloc::string::ToString;
use alloc::vec::Vec;

use super::pieces::{Piece, Source, text};
use super::regex::Capture;
use super::{Request, Seen, fact};
use crate::model::{Fact, Format, FormatPart};

/// A text with its holes filled in, by these captures and the facts of a request.
pub(super) fn render(
    format: &Format,
    captures: &[Capture],
    request: &Request,
    seen: &Seen,
) -> Vec<u8> {
    text(pieces(format, captures, request, seen))
}

/// The same piece by piece.
///
/// SPEC: `Format`: once, in one pass; of a fact the first value; what is missing is
/// empty.
pub(super) fn pieces(
    format: &Format,
    captures: &[Capture],
    request: &Request,
    seen: &Seen,
) -> Vec<Piece> {
    let piece = |part: &FormatPart| match part {
        FormatPart::Text(text) => (Source::Rule, text.clone().into_bytes()),
        FormatPart::Capture(name) => {
            let named = captures.iter().find(|capture| capture.name == *name);
            // SPEC: `Format`: a group with a name has its number as well.
            let is_it = |capture: &&Capture| capture.number.is_some_and(|n| n.to_string() == *name);
            let found = named.or_else(|| captures.iter().find(is_it));
            let value = found.map(|capture| capture.value.clone());
            (Source::Request, value.unwrap_or_default())
        }
        FormatPart::Fact(fact) => {
            let source = match fact {
                Fact::RawQuery => Source::RequestQuery,
                _ => Source::Request,
            };
            let value = fact::values(fact, request, seen).into_iter().next();
            (source, value.unwrap_or_default())
        }
    };
    format.parts().iter().map(piece).collect()
}

/// Whether a text can be the value of a header.
///
/// SPEC: architecture 6: no CR, LF or NUL in a header; no other control byte but tab.
pub(super) fn is_sound(value: &[u8]) -> bool {
    let is_bad = |byte: &u8| byte.is_ascii_control() && *byte != b'\t';
    !value.iter().any(is_bad)
}
