//! One canonical path: what is matched, rewritten and sent on.
//!
//! # Profiles
//!
//! | profile | does |
//! |---|---|
//! | `none` | nothing |
//! | `base` | decodes percent-encoded unreserved characters, then removes dot segments |
//! | `merge-slashes` | `base`, and runs of slashes become one after dot segments went, as in Envoy |
//!
//! Other escapes stay as they are, byte for byte: `%2F` is no slash. Decoding is
//! done once; `%252e` becomes neither `%2e` nor `.`. A path in which decoding
//! would make a new escape (`%6%31`, `%2%66`) has no canonical form:
//! [`is_ambiguous`] finds it, and the request is refused.
//!
//! # Invariants
//!
//! 1. `normalize(normalize(x)) == normalize(x)`, unless `x` is ambiguous.
//! 2. The result is never longer than the input and begins with `/` if it did.
//! 3. A path that is canonical already is found so in one pass and not copied.

use alloc::vec::Vec;

use crate::vocabulary::Normalization;

/// Whether `path` is canonical already.
pub(crate) fn is_canonical(profile: Normalization, path: &[u8]) -> bool {
    if !profile.base {
        return true;
    }
    let merge = profile.merge_slashes;
    let mut previous = 0;
    let mut at = 0;
    while let Some(&byte) = path.get(at) {
        match byte {
            b'%' if escaped_unreserved(path, at).is_some() => return false,
            b'.' if previous == b'/' && is_dot_segment(path.get(at..).unwrap_or(&[])) => {
                return false;
            }
            b'/' if merge && previous == b'/' => return false,
            _ => {}
        }
        previous = byte;
        at += 1;
    }
    true
}

/// Writes the canonical form of `path`, which begins with `/`, to the end of `out`.
///
/// Does not allocate where `out` has `path.len()` bytes to spare.
pub(crate) fn append_canonical(profile: Normalization, path: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    if !profile.base {
        out.extend_from_slice(path);
        return;
    }
    let mut at = 0;
    while let Some(&byte) = path.get(at) {
        match escaped_unreserved(path, at) {
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    remove_dot_segments(out, start);
    // SPEC: Envoy, normalize_path then merge_slashes: in "/a//../b" the dots take
    // the empty segment. Merging makes no new dot segment, since every segment
    // that is not empty stays.
    if profile.merge_slashes {
        merge_slashes(out, start);
    }
}

/// Whether decoding would turn a `%` that begins no escape into one that does, so
/// that who decodes twice sees another path.
pub(crate) fn is_ambiguous(profile: Normalization, path: &[u8]) -> bool {
    if !profile.base {
        return false;
    }
    // What stands at `at` after decoding, and where it ends.
    let decoded = |at: usize| match escaped_unreserved(path, at) {
        Some(byte) => Some((byte, at + 3)),
        None => Some((*path.get(at)?, at + 1)),
    };
    let is_digit = |at: usize| decoded(at).filter(|(byte, _)| byte.is_ascii_hexdigit());
    let begins_escape = |at: usize| {
        let digit = |at: usize| path.get(at).is_some_and(u8::is_ascii_hexdigit);
        digit(at + 1) && digit(at + 2)
    };
    memchr::memchr_iter(b'%', path).any(|at| {
        !begins_escape(at) && is_digit(at + 1).is_some_and(|(_, next)| is_digit(next).is_some())
    })
}

/// Merges runs of slashes in `out[start..]`.
pub(crate) fn merge_slashes(out: &mut Vec<u8>, start: usize) {
    let mut write = start;
    for read in start..out.len() {
        let byte = out[read];
        if byte == b'/' && write > start && out[write - 1] == b'/' {
            continue;
        }
        out[write] = byte;
        write += 1;
    }
    out.truncate(write);
}

/// Removes dot segments in `out[start..]` (RFC 3986 5.2.4), in place.
fn remove_dot_segments(out: &mut Vec<u8>, start: usize) {
    // `write` is after a slash or at `start` whenever a segment begins.
    let mut write = start;
    let mut read = start;
    let end = out.len();
    while read < end {
        // `read` is at a slash: the segment after it runs to the next one.
        let segment = read + 1;
        let stop = out[segment..end]
            .iter()
            .position(|&b| b == b'/')
            .map_or(end, |n| segment + n);
        match &out[segment..stop] {
            b"." => {
                if stop == end {
                    out[write] = b'/';
                    write += 1;
                }
            }
            b".." => {
                // Back to the slash before the last segment written; the root has none.
                write = out[start..write]
                    .iter()
                    .rposition(|&b| b == b'/')
                    .map_or(start, |n| start + n);
                if stop == end {
                    out[write] = b'/';
                    write += 1;
                }
            }
            _ => {
                out.copy_within(read..stop, write);
                write += stop - read;
            }
        }
        read = stop;
    }
    out.truncate(write);
}

/// The unreserved character that `%XX` at `at` stands for.
fn escaped_unreserved(path: &[u8], at: usize) -> Option<u8> {
    if path.get(at) != Some(&b'%') {
        return None;
    }
    let digit = |byte: u8| (byte as char).to_digit(16);
    let high = digit(*path.get(at + 1)?)?;
    let low = digit(*path.get(at + 2)?)?;
    let byte = (high * 16 + low) as u8;
    // SPEC: RFC 3986 2.3.
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~')
        .then_some(byte)
}

/// Whether `rest` begins with `.` or `..` as a whole segment.
fn is_dot_segment(rest: &[u8]) -> bool {
    let rest = rest
        .strip_prefix(b"..")
        .or(rest.strip_prefix(b"."))
        .unwrap_or(rest);
    matches!(rest.first(), None | Some(b'/'))
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    fn normal(profile: Normalization, path: &str) -> String {
        let mut out = Vec::new();
        append_canonical(profile, path.as_bytes(), &mut out);
        let again = {
            let mut again = Vec::new();
            append_canonical(profile, &out, &mut again);
            again
        };
        assert_eq!(out, again, "{path} is not stable");
        assert!(
            is_canonical(profile, &out),
            "{path} gives a path that is not canonical"
        );
        assert_eq!(
            is_canonical(profile, path.as_bytes()),
            out == path.as_bytes(),
            "{path}"
        );
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn dot_segments_go() {
        for (path, want) in [
            ("/a/../b", "/b"),
            ("/a/./b", "/a/b"),
            ("/a/..", "/"),
            ("/a/.", "/a/"),
            ("/..", "/"),
            ("/../../a", "/a"),
            ("/a/b/../..", "/"),
            ("/a/b/../../", "/"),
            ("/a//../b", "/a/b"),
            ("//../b", "/b"),
            ("/...", "/..."),
            ("/a/..b/.c", "/a/..b/.c"),
            ("/", "/"),
        ] {
            assert_eq!(normal(Normalization::BASE, path), want, "{path}");
        }
    }

    #[test]
    fn unreserved_escapes_are_decoded_once_and_others_stay() {
        for (path, want) in [
            ("/%2e%2E/a", "/a"),
            ("/%61%7e", "/a~"),
            ("/a%2Fb%2f", "/a%2Fb%2f"),
            ("/%252e", "/%252e"),
            ("/%", "/%"),
            ("/%2", "/%2"),
            ("/%zz", "/%zz"),
            ("/a/%2e./b", "/b"),
        ] {
            assert_eq!(normal(Normalization::BASE, path), want, "{path}");
        }
    }

    #[test]
    fn paths_with_escapes_made_of_escapes_are_ambiguous() {
        for path in ["/%6%31", "/%2%66", "/%%361", "/a%%32%65"] {
            assert!(is_ambiguous(Normalization::BASE, path.as_bytes()), "{path}");
            assert!(
                !is_ambiguous(Normalization::NONE, path.as_bytes()),
                "{path}"
            );
        }
        for path in [
            "/%61", "/%", "/%2", "/%zz", "/%2%2f", "/%%2f", "/%2561", "/%6%",
        ] {
            assert!(
                !is_ambiguous(Normalization::BASE, path.as_bytes()),
                "{path}"
            );
        }
    }

    #[test]
    fn slashes_merge_only_when_asked() {
        assert_eq!(normal(Normalization::BASE, "//a///b//"), "//a///b//");
        assert_eq!(normal(Normalization::MERGE_SLASHES, "//a///b//"), "/a/b/");
        assert_eq!(normal(Normalization::MERGE_SLASHES, "/a//../b"), "/a/b");
        assert_eq!(normal(Normalization::MERGE_SLASHES, "/a//./..//b"), "/a/b");
        assert_eq!(normal(Normalization::NONE, "/a/../%61//"), "/a/../%61//");
    }
}
