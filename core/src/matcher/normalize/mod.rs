//! One canonical path: what is matched, rewritten and sent on.
//!
//! # Steps
//!
//! What a [`Normalization`] turns on happens in this order, each step once; the
//! fragment is gone before ([`Request::settled`](super::request::Request)).
//!
//! 1. Escaped slashes become slashes.
//! 2. With `base`, a backslash is a slash, as in Envoy's canonicaliser, and
//!    percent-encoded unreserved characters are decoded.
//! 3. Parameters of segments go.
//! 4. With `base`, dot segments go.
//! 5. Runs of slashes become one.
//!
//! Steps 1 to 4 are one pass: what is written is a stack of segments, and a slash
//! settles the segment before it. Step 5 is a pass of its own, since a dot segment
//! takes an empty segment before it with it.
//!
//! Other escapes stay as they are, byte for byte. Decoding is done once; `%252e`
//! becomes neither `%2e` nor `.`. A path in which decoding would make a new escape
//! (`%6%31`, `%2%66`) has no canonical form, and [`inspect`] refuses it.
//!
//! # Invariants
//!
//! 1. What is written is canonical: writing it again changes nothing, unless the
//!    path is one that [`inspect`] refuses.
//! 2. The result is never longer than the input and begins with `/` if it did.
//! 3. A path that is canonical already is found so in one scan and not copied.
//! 4. The work is linear in the path. Going back over a segment for `..` costs no
//!    more than writing it did, and it is gone then.

mod escape;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use super::screen::any_pair;
use crate::vocabulary::{EscapedSlashes, MalformedEscapes, Normalization, PathParameters};

use escape::{becomes_escape, decoded, escaped, is_unreserved, unescapes};

/// What a scan of a path found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Finding {
    /// Whether the path is canonical as it is.
    pub(crate) is_canonical: bool,
    /// Whether it holds escaped slashes that become slashes.
    pub(crate) has_escaped_slash: bool,
}

/// Why a path is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Refusal {
    /// It holds `%2F` or `%5C`.
    EscapedSlash,
    /// A segment has parameters.
    Parameter,
    /// A `%` begins no escape, or one only once what follows it is decoded.
    Escape,
}

/// Looks at a path as it came, which begins with `/`. Of several reasons to refuse
/// it, the one that comes first in the path is given.
pub(crate) fn inspect(profile: Normalization, path: &[u8]) -> Result<Finding, Refusal> {
    let mut finding = Finding {
        is_canonical: true,
        has_escaped_slash: false,
    };
    if is_plain(path) {
        return Ok(finding);
    }
    let mut previous = 0;
    for (at, &byte) in path.iter().enumerate() {
        let stays = match byte {
            b'%' => match escaped(path, at) {
                Some(b'/' | b'\\') => {
                    if profile.escaped_slashes == EscapedSlashes::Reject {
                        return Err(Refusal::EscapedSlash);
                    }
                    finding.has_escaped_slash |= unescapes(profile);
                    !unescapes(profile)
                }
                Some(plain) => !(profile.base && is_unreserved(plain)),
                None if profile.malformed_escapes == MalformedEscapes::Reject => {
                    return Err(Refusal::Escape);
                }
                None if becomes_escape(profile, path, at) => return Err(Refusal::Escape),
                None => true,
            },
            b'\\' => !profile.base,
            b'.' if previous == b'/' => !(profile.base && is_dot_segment(path, at)),
            b'/' if previous == b'/' => !profile.merge_slashes,
            b';' => match profile.path_parameters {
                PathParameters::Keep => true,
                PathParameters::Strip => false,
                PathParameters::Reject => return Err(Refusal::Parameter),
            },
            _ => true,
        };
        finding.is_canonical &= stays;
        previous = byte;
    }
    Ok(finding)
}

/// Whether nothing in a path is anything to any profile: no escape, backslash or
/// parameter, and no slash before a slash or dot. Most paths are like that.
pub(crate) fn is_plain(path: &[u8]) -> bool {
    path.first().is_none_or(|&first| !is_special(0, first)) && !any_pair(path, is_special)
}

/// Whether a byte is anything to any profile, after the one before it.
pub(crate) fn is_special(before: u8, byte: u8) -> bool {
    matches!(byte, b'%' | b'\\' | b';') | ((before == b'/') & matches!(byte, b'/' | b'.'))
}

/// Whether `path` is canonical already; what a profile refuses counts as what it
/// keeps, since a rule may write it. What a request brings of it into a rewritten path
/// is `decision::draft`'s to refuse.
pub(crate) fn is_canonical(profile: Normalization, path: &[u8]) -> bool {
    inspect(lenient(profile), path).is_ok_and(|finding| finding.is_canonical)
}

/// Writes the canonical form of `path`, which begins with `/`, to the end of `out`.
///
/// Does not allocate where `out` has `path.len()` bytes to spare.
pub(crate) fn append_canonical(profile: Normalization, path: &[u8], out: &mut Vec<u8>) {
    append(profile, path, out, &mut ());
}

fn lenient(mut profile: Normalization) -> Normalization {
    if profile.escaped_slashes == EscapedSlashes::Reject {
        profile.escaped_slashes = EscapedSlashes::Keep;
    }
    if profile.path_parameters == PathParameters::Reject {
        profile.path_parameters = PathParameters::Keep;
    }
    profile.malformed_escapes = MalformedEscapes::Keep;
    profile
}

/// Counts bytes that are looked at, so that a test can hold the work to be linear.
trait Count {
    fn add(&mut self, bytes: usize);
}

impl Count for () {
    fn add(&mut self, _: usize) {}
}

fn append(profile: Normalization, path: &[u8], out: &mut Vec<u8>, count: &mut impl Count) {
    let start = out.len();
    // Where the segment being written begins: after a slash, or at `start`.
    let mut segment = start;
    let mut in_parameter = false;
    let mut at = 0;
    while let Some((byte, length)) = decoded(profile, path, at) {
        count.add(length);
        at += length;
        match byte {
            b'/' | b'\\' if byte == b'/' || profile.base => {
                in_parameter = false;
                if !(profile.base && take_dots(out, start, segment, count)) {
                    out.push(b'/');
                }
                segment = out.len();
            }
            // SPEC: RFC 3986 3.3: parameters end with their segment. `%3B` is none.
            b';' if profile.path_parameters == PathParameters::Strip => in_parameter = true,
            _ if in_parameter => {}
            _ => out.push(byte),
        }
    }
    if profile.base {
        take_dots(out, start, segment, count);
    }
    // SPEC: Envoy, normalize_path then merge_slashes: in "/a//../b" the dots take
    // the empty segment. Merging makes no new dot segment, since every segment
    // that is not empty stays.
    if profile.merge_slashes {
        merge_slashes(out, start, count);
    }
}

/// Where the segment from `segment` on is a dot segment, removes what it stands for
/// and leaves the slash before that: `true`.
// SPEC: RFC 3986 5.2.4: `..` at the root stays there.
fn take_dots(out: &mut Vec<u8>, start: usize, segment: usize, count: &mut impl Count) -> bool {
    let Some(before) = segment.checked_sub(1).filter(|&slash| slash >= start) else {
        return false;
    };
    let keep = match out.get(segment..) {
        Some(b".") => segment,
        Some(b"..") => {
            let head = out.get(start..before).unwrap_or(&[]);
            let slash = memchr::memrchr(b'/', head).unwrap_or(0);
            count.add(head.len() - slash);
            start + slash + 1
        }
        _ => return false,
    };
    out.truncate(keep);
    true
}

/// Merges runs of slashes in `out[start..]`.
fn merge_slashes(out: &mut Vec<u8>, start: usize, count: &mut impl Count) {
    let mut write = start;
    let mut previous = 0;
    for read in start..out.len() {
        count.add(1);
        let byte = out.get(read).copied().unwrap_or_default();
        if byte == b'/' && previous == b'/' {
            continue;
        }
        if let Some(slot) = out.get_mut(write) {
            *slot = byte;
        }
        write += 1;
        previous = byte;
    }
    out.truncate(write);
}

/// Whether the segment that begins at `at` is `.` or `..`.
fn is_dot_segment(path: &[u8], at: usize) -> bool {
    matches!(
        path.get(at..),
        Some([b'.'] | [b'.', b'/', ..] | [b'.', b'.'] | [b'.', b'.', b'/', ..])
    )
}
