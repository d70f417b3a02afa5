//! Percent-encoded bytes of a path.
//!
//! All questions are about the `%` at one place and look at no more than the seven
//! bytes after it, so that whoever asks at every `%` stays linear.

use crate::vocabulary::{EscapedSlashes, Normalization};

/// The byte that `%XX` at `at` stands for; `None` where that is no escape.
pub(super) fn escaped(path: &[u8], at: usize) -> Option<u8> {
    match path.get(at..)? {
        [b'%', high, low, ..] => {
            let digit = |byte: u8| (byte as char).to_digit(16);
            u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
        }
        _ => None,
    }
}

/// Whether a byte needs no escape anywhere in a URL.
// SPEC: RFC 3986 2.3.
pub(super) fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// What stands at `at` once a profile has decoded it, and how many bytes it takes;
/// `None` behind the end.
pub(super) fn decoded(profile: Normalization, path: &[u8], at: usize) -> Option<(u8, usize)> {
    let byte = *path.get(at)?;
    if byte != b'%' {
        return Some((byte, 1));
    }
    Some(match escaped(path, at) {
        Some(slash @ (b'/' | b'\\')) if unescapes(profile) => (slash, 3),
        Some(plain) if profile.base && is_unreserved(plain) => (plain, 3),
        _ => (byte, 1),
    })
}

/// Whether escaped slashes become slashes.
pub(super) fn unescapes(profile: Normalization) -> bool {
    matches!(
        profile.escaped_slashes,
        EscapedSlashes::Unescape | EscapedSlashes::UnescapeAndRedirect
    )
}

/// Whether the `%` at `at`, which begins no escape, begins one when what follows it
/// is decoded.
pub(super) fn becomes_escape(profile: Normalization, path: &[u8], at: usize) -> bool {
    let digit = |at: usize| {
        let (byte, length) = decoded(profile, path, at)?;
        byte.is_ascii_hexdigit().then_some(at + length)
    };
    digit(at + 1).and_then(digit).is_some()
}
