//! Paths: how they are split, made canonical, matched and rewritten.

use alloc::vec::Vec;

use crate::model::{Normalization, PathMatch, PathRewrite, PrefixJoin};

/// Path and query (with its `?`) of a request target, `None` where it is malformed.
pub fn split(method: &[u8], target: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    // SPEC: RFC 9112 3.2.4, the asterisk form is for OPTIONS alone.
    if target == b"*" && method == b"OPTIONS" {
        return Some((target.to_vec(), Vec::new()));
    }
    let refused = |byte: &u8| byte.is_ascii_control() || *byte == b'#';
    if !target.starts_with(b"/") || target.iter().any(refused) {
        return None;
    }
    let end = target
        .iter()
        .position(|byte| *byte == b'?')
        .unwrap_or(target.len());
    let (path, query) = target.split_at(end);
    Some((path.to_vec(), query.to_vec()))
}

/// A path in canonical form. `None` where undoing its escapes gives new ones
/// (`%6%31`), so that two readers could see two paths.
pub fn normalize(path: &[u8], normalization: Normalization) -> Option<Vec<u8>> {
    if normalization == Normalization::None || !path.starts_with(b"/") {
        return Some(path.to_vec());
    }
    let decoded = decode_unreserved(path);
    if decode_unreserved(&decoded) != decoded {
        return None;
    }
    let mut path = remove_dot_segments(&decoded);
    if normalization == Normalization::MergeSlashes {
        path.dedup_by(|a, b| *a == b'/' && *b == b'/');
    }
    Some(path)
}

/// A percent escape at the start of `text`.
pub(super) fn escape(text: &[u8]) -> Option<u8> {
    let digit = |byte: u8| (byte as char).to_digit(16);
    match text {
        [b'%', high, low, ..] => Some((digit(*high)? * 16 + digit(*low)?) as u8),
        _ => None,
    }
}

/// SPEC: RFC 3986 6.2.2.2: escapes of unreserved characters are undone, all
/// others keep their spelling.
fn decode_unreserved(path: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = path;
    while let Some((first, tail)) = rest.split_first() {
        match escape(rest) {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                out.push(byte);
                rest = &rest[3..];
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
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

/// Whether an element-wise prefix takes a path.
///
/// SPEC: gateway-api.md 3.3: a trailing slash of the value is ignored.
pub fn has_segments(path: &[u8], prefix: &str) -> bool {
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    path.strip_prefix(prefix.as_bytes())
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

/// The path after a rewrite of `path`, which `matched` won with.
pub fn rewrite(path: &[u8], matched: Option<&PathMatch>, rewrite: &PathRewrite) -> Vec<u8> {
    let (replacement, join) = match rewrite {
        PathRewrite::Full(full) => return rooted(full.as_bytes()),
        PathRewrite::Prefix { replacement, join } => (replacement.as_str(), *join),
    };
    // SPEC: `PathRewrite::Prefix`: where the match names no prefix, nothing changes.
    let Some(PathMatch::Prefix(prefix) | PathMatch::Segments(prefix)) = matched else {
        return path.to_vec();
    };
    let after = |prefix: &str| path.get(prefix.len()..).unwrap_or_default();
    let out = match join {
        // SPEC: gateway-api.md 7.2, the algorithm that satisfies all rows.
        PrefixJoin::Segments => {
            let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
            let replacement = replacement.strip_suffix('/').unwrap_or(replacement);
            [replacement.as_bytes(), after(prefix)].concat()
        }
        // SPEC: app-mesh.md 2.3: `/red/tell` without `/red` is `/tell`, not `//tell`.
        PrefixJoin::OneSlash => {
            let rest = after(prefix);
            let rest = match replacement.ends_with('/') {
                true => rest.strip_prefix(b"/").unwrap_or(rest),
                false => rest,
            };
            [replacement.as_bytes(), rest].concat()
        }
        PrefixJoin::Literal => [replacement.as_bytes(), after(prefix)].concat(),
    };
    rooted(&out)
}

/// SPEC: architecture 6: a rewritten path starts with exactly one slash.
fn rooted(path: &[u8]) -> Vec<u8> {
    let rest = path
        .iter()
        .position(|byte| *byte != b'/')
        .unwrap_or(path.len());
    [b"/", &path[rest..]].concat()
}
