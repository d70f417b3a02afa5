//! What a request's query becomes.

use alloc::format as text;
use alloc::vec::Vec;

use super::fact::pair;
use super::normalize::unescape;
use super::{Request, Seen, format, pieces};
use crate::model::{Format, QueryEdit, QueryRewrite};

/// The query after a rewrite; `None` where nothing is left, not even a `?`.
pub(super) fn rewritten(
    rewrite: &QueryRewrite,
    query: Option<&[u8]>,
    request: &Request,
    seen: &Seen,
) -> Option<Vec<u8>> {
    let render = |format: &Format| format::render(format, &seen.captures, request, seen);
    let written = match rewrite {
        QueryRewrite::To(format) => {
            let pieces = format::pieces(format, &seen.captures, request, seen);
            encoded(&pieces::query(&pieces), b"")
        }
        QueryRewrite::Edit(edits) if edits.is_empty() => return query.map(<[u8]>::to_vec),
        QueryRewrite::Edit(edits) => {
            let query = query.unwrap_or_default().to_vec();
            edits
                .iter()
                .fold(query, |query, edit| edited(edit, &query, &render))
        }
    };
    (!written.is_empty()).then_some(written)
}

fn edited(edit: &QueryEdit, query: &[u8], render: &dyn Fn(&Format) -> Vec<u8>) -> Vec<u8> {
    let pieces = query.split(|byte| *byte == b'&').map(<[u8]>::to_vec);
    let mut pieces: Vec<Vec<u8>> = pieces.collect();
    // An empty piece is no parameter, and is in nobody's way.
    let is = |piece: &[u8], name: &str| {
        !piece.is_empty() && unescape(pair(piece).0, |_| true) == name.as_bytes()
    };
    let value = |value: &Format| encoded(&render(value), b"&;");
    let added =
        |name: &str, format: &Format| [encoded(name.as_bytes(), b"&;="), value(format)].join(&b'=');
    match edit {
        QueryEdit::Set {
            name,
            value: format,
        } => {
            match pieces.iter().position(|piece| is(piece, name)) {
                Some(first) => {
                    // The name stays as it came.
                    let set = [pair(&pieces[first]).0, &value(format)].join(&b'=');
                    let rest = pieces.split_off(first + 1).into_iter();
                    pieces[first] = set;
                    pieces.extend(rest.filter(|piece| !is(piece, name)));
                }
                None => pieces.push(added(name, format)),
            }
        }
        QueryEdit::Add { name, value } => pieces.push(added(name, value)),
        QueryEdit::Remove { name } => pieces.retain(|piece| !is(piece, name)),
        QueryEdit::Keep { names } => {
            pieces.retain(|piece| names.iter().any(|name| is(piece, name)));
        }
    }
    // Empty pieces at the beginning go.
    let first = pieces.iter().position(|piece| !piece.is_empty());
    pieces.split_off(first.unwrap_or(pieces.len())).join(&b'&')
}

/// SPEC: `QueryRewrite`: as it stands, but for what cannot stand in a query (RFC 3986
/// 3.4), and what would end a parameter or its name.
pub(super) fn encoded(bytes: &[u8], ends: &[u8]) -> Vec<u8> {
    let stands = |byte: &u8| {
        let is_query = byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%".contains(byte);
        is_query && !ends.contains(byte)
    };
    let piece = |byte: &u8| match stands(byte) {
        true => [*byte].to_vec(),
        false => text!("%{byte:02X}").into_bytes(),
    };
    bytes.iter().flat_map(piece).collect()
}
