//! Texts with holes, filled in.

use alloc::string::ToString;
use alloc::vec::Vec;

use super::regex::Capture;
use super::{Request, Seen, fact};
use crate::model::{Format, FormatPart};

/// A text with its holes filled in, by these captures and the facts of a request.
///
/// SPEC: `Format`: once, in one pass; of a fact the first value; what is missing is
/// empty.
pub(super) fn render(
    format: &Format,
    captures: &[Capture],
    request: &Request,
    seen: &Seen,
) -> Vec<u8> {
    let piece = |part: &FormatPart| match part {
        FormatPart::Text(text) => Some(text.clone().into_bytes()),
        FormatPart::Capture(name) => {
            let named = captures.iter().find(|capture| capture.name == *name);
            // SPEC: `Format`: a group with a name has its number as well.
            let is_it = |capture: &&Capture| capture.number.is_some_and(|n| n.to_string() == *name);
            let found = named.or_else(|| captures.iter().find(is_it));
            found.map(|capture| capture.value.clone())
        }
        FormatPart::Fact(fact) => fact::values(fact, request, seen).into_iter().next(),
    };
    format.parts().iter().flat_map(piece).flatten().collect()
}

/// Whether a text can be the value of a header.
///
/// SPEC: architecture 6: no CR, LF or NUL in a header; no other control byte but tab.
pub(super) fn is_sound(value: &[u8]) -> bool {
    let is_bad = |byte: &u8| byte.is_ascii_control() && *byte != b'\t';
    !value.iter().any(is_bad)
}
