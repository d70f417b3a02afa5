//! What a target is made of, found in one pass where nothing in it is special.
//!
//! Where the path ends, whether there is a fragment, whether a byte stands in it that
//! may not, and whether the path is canonical under every profile: all of these are
//! asked of each request, and of most the answer is the usual one to all of them at
//! once: a plain path, and perhaps a query. Only a target with an escape, a fragment or
//! the like is gone through again for each question.

use super::normalize;
use super::request::{Request, is_http};
use super::screen::any_pair;

/// What was found in a target.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Shape {
    /// Length without the fragment.
    pub(crate) len: usize,
    /// Where the path ends: at the first `?`, or with the target.
    pub(crate) path_len: usize,
    /// Whether no byte before the fragment is white space or a control.
    pub(crate) is_sound: bool,
    /// Whether the path begins with a slash and is [plain](normalize::is_plain).
    pub(crate) is_plain: bool,
    /// Whether the target is a plain and sound path, perhaps with a sound query, and has no
    /// fragment.
    pub(crate) is_usual: bool,
}

impl Shape {
    /// Looks at a request's target; a connection has none.
    #[inline(always)]
    pub(crate) fn read(&mut self, request: &Request<'_>) {
        let target = request.target();
        if !is_http(request) || !is_usual_path(target) {
            *self = Self::of_unusual(request);
            return;
        }
        *self = Self::of_usual(target.len(), target.len());
    }

    #[inline(always)]
    fn of_usual(len: usize, path_len: usize) -> Self {
        Self {
            len,
            path_len,
            is_sound: true,
            is_plain: true,
            is_usual: true,
        }
    }

    #[inline(never)]
    fn of_unusual(request: &Request<'_>) -> Self {
        if !is_http(request) {
            return Self::default();
        }
        let target = request.target();
        if let Some(path_len) = memchr::memchr(b'?', target)
            && let Some((path, query)) = target.split_at_checked(path_len)
            && is_usual_path(path)
            && !any_pair(query, |_, byte| is_unsound(byte) | (byte == b'#'))
        {
            return Self::of_usual(target.len(), path_len);
        }
        Self::of_parts(target)
    }

    /// Any target, part by part.
    fn of_parts(target: &[u8]) -> Self {
        // SPEC: RFC 9110 7.1: a fragment is no part of a request's target. All of it
        // goes, before anything is looked for in path or query.
        let len = memchr::memchr(b'#', target).unwrap_or(target.len());
        let target = target.get(..len).unwrap_or_default();
        let path_len = memchr::memchr(b'?', target).unwrap_or(len);
        let is_first_sound = target.first().is_none_or(|&byte| !is_unsound(byte));
        Self {
            is_usual: false,
            len,
            path_len,
            is_sound: is_first_sound && !any_pair(target, |_, byte| is_unsound(byte)),
            is_plain: target.first() == Some(&b'/')
                && normalize::is_plain(target.get(..path_len).unwrap_or_default()),
        }
    }
}

/// Whether a text is a plain and sound path, and nothing else.
#[inline(never)]
fn is_usual_path(target: &[u8]) -> bool {
    target.first() == Some(&b'/')
        && !any_pair(target, |before, byte| {
            is_unsound(byte) | matches!(byte, b'?' | b'#') | normalize::is_special(before, byte)
        })
}

/// White space would end the target in a request line.
fn is_unsound(byte: u8) -> bool {
    (byte <= b' ') | (byte == 0x7f)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    fn shape(target: &[u8]) -> Shape {
        let mut shape = Shape::default();
        shape.read(&Request::new(b"GET", target));
        shape
    }

    /// The same, byte by byte.
    fn plainly(target: &[u8]) -> Shape {
        let position = |text: &[u8], wanted: u8| text.iter().position(|&byte| byte == wanted);
        let len = position(target, b'#').unwrap_or(target.len());
        let path_len = position(&target[..len], b'?').unwrap_or(len);
        let path = &target[..path_len];
        let is_special = |byte: &u8| matches!(byte, b'%' | b'\\' | b';');
        let is_pair = |pair: &[u8]| pair == b"//" || pair == b"/.";
        let is_sound = target[..len]
            .iter()
            .all(|&byte| byte > b' ' && byte != 0x7f);
        let is_plain = path.first() == Some(&b'/')
            && !path.iter().any(is_special)
            && !path.windows(2).any(is_pair);
        Shape {
            len,
            path_len,
            is_sound,
            is_plain,
            is_usual: is_sound && is_plain && len == target.len(),
        }
    }

    #[test]
    fn every_byte_counts_at_every_place() {
        for length in 1..40 {
            for place in 0..length {
                for byte in 0..=255 {
                    for rest in [&b""[..], b"?a=%2f//", b"?a#b c", b"#?"] {
                        let mut target: Vec<u8> = alloc::vec![b'a'; length];
                        target[0] = b'/';
                        target[place] = byte;
                        target.extend_from_slice(rest);
                        assert_eq!(shape(&target), plainly(&target), "{target:?}");
                    }
                }
            }
        }
        assert_eq!(shape(b""), plainly(b""));
    }

    #[test]
    fn pairs_count_at_every_place() {
        for length in 2..40 {
            for place in 0..length - 1 {
                for pair in [b"//", b"/.", b"./", b"/a", b"?#", b"#?"] {
                    let mut target: Vec<u8> = alloc::vec![b'a'; length];
                    target[0] = b'/';
                    target[place..place + 2].copy_from_slice(pair);
                    assert_eq!(shape(&target), plainly(&target), "{target:?}");
                }
            }
        }
    }

    #[test]
    fn a_connection_has_no_target() {
        let request = Request::new(b"", b"/a b").with_protocol(crate::RequestProtocol::Tcp);
        let mut shape = shape(b"/");
        shape.read(&request);
        assert_eq!(shape, Shape::default());
    }
}
