//! Paths: how they are split, made canonical, matched and rewritten.

use alloc::vec::Vec;

use super::host;
use crate::model::{Normalization, PathMatch, PathRewrite, PrefixJoin};

/// Path and query (with its `?`) of a request target, `None` where it is malformed.
pub fn split(method: &[u8], target: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    // SPEC: RFC 9112 3.2.4, the asterisk form is for OPTIONS alone.
    if target == b"*" && method == b"OPTIONS" {
        return Some((target.to_vec(), Vec::new()));
    }
    // RFC 9112 3.2: white space would end the target in a request line.
    let refused = |byte: &u8| byte.is_ascii_control() || matches!(byte, b'#' | b' ');
    if target.iter().any(refused) || target.is_empty() {
        return None;
    }
    if !target.starts_with(b"/") {
        // SPEC: RFC 9112 3.2.3, the authority form is for CONNECT alone; it has no
        // path, which is written `/`.
        let is_authority = method == b"CONNECT" && host::normalize(Some(target)).is_some();
        return is_authority.then(|| (b"/".to_vec(), Vec::new()));
    }
    let end = target
        .iter()
        .position(|byte| *byte == b'?')
        .unwrap_or(target.len());
    let (path, query) = target.split_at(end);
    Some((path.to_vec(), query.to_vec()))
}

/// A path in canonical form. `None` where undoing escapes would make a new one
/// (`%6%31`, `%2%66`), so that two readers could see two paths.
pub fn normalize(path: &[u8], normalization: Normalization) -> Option<Vec<u8>> {
    if normalization == Normalization::NONE || !path.starts_with(b"/") {
        return Some(path.to_vec());
    }
    let mut path = remove_dot_segments(&decode_unreserved(path)?);
    if normalization == Normalization::MERGE_SLASHES {
        path.dedup_by(|a, b| *a == b'/' && *b == b'/');
    }
    Some(path)
}

/// A rewritten path in canonical form.
// SPEC: architecture 6: no `//host` path from a rewrite, also where dot segments go.
pub fn normalize_rewritten(path: &[u8], normalization: Normalization) -> Option<Vec<u8>> {
    normalize(path, normalization).map(|path| rooted(&path))
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
/// others keep their spelling. `None` where a `%` that began no escape then does.
fn decode_unreserved(path: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut stray = Vec::new();
    let mut rest = path;
    while let Some((first, tail)) = rest.split_first() {
        match escape(rest) {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
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
    let is_new = |at: &usize| escape(&out[*at..]).is_some();
    (!stray.iter().any(is_new)).then_some(out)
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
    path.strip_prefix(without_slash(prefix).as_bytes())
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

/// The path after a rewrite of `path`, which `matched` won with; `None` where the
/// rewrite does not apply.
pub fn rewrite(path: &[u8], matched: Option<&PathMatch>, rewrite: &PathRewrite) -> Option<Vec<u8>> {
    let (replacement, join) = match rewrite {
        PathRewrite::Full(full) => return Some(rooted(full.as_text()?.as_bytes())),
        PathRewrite::Prefix { replacement, join } => (replacement.as_str(), *join),
        PathRewrite::Regex(_) => return None,
    };
    let prefix = match matched {
        Some(PathMatch::Prefix(prefix)) => prefix.as_str(),
        // SPEC: gateway-api.md 3.3: of a segment prefix, a trailing slash is no part.
        Some(PathMatch::Segments(prefix)) => without_slash(prefix),
        // SPEC: `PathRewrite::Prefix`: where the match names none, nothing changes.
        _ => return None,
    };
    let after = |prefix: &str| path.get(prefix.len()..).unwrap_or_default();
    let out = match join {
        // SPEC: gateway-api.md 7.2, the algorithm that satisfies all rows.
        PrefixJoin::Segments => {
            let (prefix, replacement) = (without_slash(prefix), without_slash(replacement));
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
    Some(rooted(&out))
}

fn without_slash(text: &str) -> &str {
    text.strip_suffix('/').unwrap_or(text)
}

/// SPEC: architecture 6: a rewritten path starts with exactly one slash.
fn rooted(path: &[u8]) -> Vec<u8> {
    let rest = path
        .iter()
        .position(|byte| *byte != b'/')
        .unwrap_or(path.len());
    [b"/", &path[rest..]].concat()
}
