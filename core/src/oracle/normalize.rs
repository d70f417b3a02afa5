//! Paths in canonical form.

use alloc::vec;
use alloc::vec::Vec;

use super::answer::Refusal;
use crate::model::{EscapedSlashes, MalformedEscapes, Normalization, PathParameters};

/// A path in canonical form.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Canonical {
    /// The path.
    pub path: Vec<u8>,
    /// Whether the client must ask for this path instead.
    ///
    /// SPEC: `EscapedSlashes::UnescapeAndRedirect`.
    pub moved: bool,
}

/// A path in canonical form; what does not begin with `/` stays as it is.
///
/// # Errors
///
/// Everything for which the path is refused.
pub fn normalize(path: &[u8], by: Normalization) -> Result<Canonical, Vec<Refusal>> {
    if !path.starts_with(b"/") {
        return Ok(Canonical {
            path: path.to_vec(),
            moved: false,
        });
    }
    let has_slash = (0..path.len()).any(|at| is_escaped_slash(&path[at..]));
    let mut refusals = Vec::new();
    // SPEC: `MalformedEscapes`.
    let stray = |at: usize| path[at] == b'%' && escape(&path[at..]).is_none();
    if by.malformed_escapes == MalformedEscapes::Reject && (0..path.len()).any(stray) {
        refusals.push(Refusal::Escape);
    }
    if by.escaped_slashes == EscapedSlashes::Reject && has_slash {
        refusals.push(Refusal::EscapedSlash);
    }
    if by.path_parameters == PathParameters::Reject && path.contains(&b';') {
        refusals.push(Refusal::PathParameter);
    }
    // SPEC: undoing escapes never makes a new one (`%6%31`, `%2%66`), so that no two
    // readers see two paths.
    if by.base && makes_escape(path) {
        refusals.push(Refusal::Escape);
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let mut path = path.to_vec();
    // SPEC: `EscapedSlashes::Unescape`: before everything else.
    let unescapes = matches!(
        by.escaped_slashes,
        EscapedSlashes::Unescape | EscapedSlashes::UnescapeAndRedirect
    );
    if unescapes {
        path = unescape(&path, |byte| matches!(byte, b'/' | b'\\'));
    }
    // SPEC: `Normalization::base`: RFC 3986 6.2.2.2, and a backslash is a slash.
    if by.base {
        path = unescape(&path, is_unreserved);
        path.iter_mut()
            .filter(|byte| **byte == b'\\')
            .for_each(|byte| *byte = b'/');
    }
    // SPEC: `PathParameters::Strip`: before dot segments.
    if by.path_parameters == PathParameters::Strip {
        let segments = path.split(|byte| *byte == b'/');
        let bare = segments.map(|segment| segment.split(|byte| *byte == b';').next());
        path = bare.flatten().collect::<Vec<_>>().join(&b'/');
    }
    if by.base {
        path = remove_dot_segments(&path);
    }
    // SPEC: `Normalization::merge_slashes`: after dot segments.
    if by.merge_slashes {
        path.dedup_by(|a, b| *a == b'/' && *b == b'/');
    }
    Ok(Canonical {
        path,
        moved: has_slash && by.escaped_slashes == EscapedSlashes::UnescapeAndRedirect,
    })
}

/// A percent escape at the start of `text`.
pub(super) fn escape(text: &[u8]) -> Option<u8> {
    let digit = |byte: u8| (byte as char).to_digit(16);
    match text {
        [b'%', high, low, ..] => Some((digit(*high)? * 16 + digit(*low)?) as u8),
        _ => None,
    }
}

/// Undoes the escapes of these bytes, once.
pub(super) fn unescape(text: &[u8], undone: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        match escape(rest).filter(|byte| undone(*byte)) {
            Some(byte) => {
                out.push(byte);
                rest = &rest[3..];
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

/// SPEC: RFC 3986 2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn is_escaped_slash(text: &[u8]) -> bool {
    matches!(escape(text), Some(b'/' | b'\\'))
}

/// Whether a `%` that begins no escape does once unreserved characters are decoded.
fn makes_escape(path: &[u8]) -> bool {
    let mut stray = vec![];
    let mut out = Vec::new();
    let mut rest = path;
    while let Some((first, tail)) = rest.split_first() {
        match escape(rest) {
            Some(byte) if is_unreserved(byte) => {
                out.push(byte);
                rest = &rest[3..];
                continue;
            }
            None if *first == b'%' => stray.push(out.len()),
            _ => {}
        }
        out.push(*first);
        rest = tail;
    }
    stray.iter().any(|at| escape(&out[*at..]).is_some())
}

/// SPEC: RFC 3986 5.2.4 for a path that starts with `/`.
fn remove_dot_segments(path: &[u8]) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    let segments: Vec<&[u8]> = path[1..].split(|byte| *byte == b'/').collect();
    for (index, segment) in segments.iter().enumerate() {
        let dots = matches!(*segment, b"." | b"..");
        if *segment == b".." {
            kept.pop();
        } else if !dots {
            kept.push(segment);
        }
        // What a dot segment at the end names is a folder.
        if dots && index + 1 == segments.len() {
            kept.push(b"");
        }
    }
    let mut out = Vec::new();
    for segment in kept {
        out.push(b'/');
        out.extend_from_slice(segment);
    }
    out
}
