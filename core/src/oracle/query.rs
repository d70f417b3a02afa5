//! What a request's query becomes.

use alloc::format as text;
use alloc::vec::Vec;

use super::fact::pair;
use super::normalize::unescape;
use super::{Request, Seen, format};
use crate::model::{Format, QueryEdit, QueryRewrite};

/// The query after a rewrite; `None` where nothing is left, not even a `?`.
pub(super) fn rewritten(
    rewrite: &QueryRewrite,
    query: Option<&[u8]>,
    request: &Request,
    seen: &Seen,
) -> Option<Vec<u8>> {
    let render = |format: &Format| encoded(&format::render(format, &seen.captures, request, seen));
    let written = match rewrite {
        QueryRewrite::To(format) => render(format),
        QueryRewrite::Edit(edits) => {
            let query = query.unwrap_or_default();
            let pieces = query.split(|byte| *byte == b'&');
            let pieces = pieces.filter(|piece| !piece.is_empty());
            let mut pieces: Vec<Vec<u8>> = pieces.map(<[u8]>::to_vec).collect();
            for edit in edits {
                apply(edit, &mut pieces, &render);
            }
            pieces.join(&b'&')
        }
    };
    (!written.is_empty()).then_some(written)
}

fn apply(edit: &QueryEdit, pieces: &mut Vec<Vec<u8>>, render: &dyn Fn(&Format) -> Vec<u8>) {
    let is = |piece: &[u8], name: &str| unescape(pair(piece).0, |_| true) == name.as_bytes();
    let written = |name: &str, value: &Format| {
        [&encoded(name.as_bytes()), &b"="[..], &render(value)].concat()
    };
    match edit {
        QueryEdit::Set { name, value } => {
            let first = pieces.iter().position(|piece| is(piece, name));
            match first {
                Some(first) => {
                    pieces[first] = written(name, value);
                    let mut at = 0;
                    pieces.retain(|piece| {
                        at += 1;
                        at <= first + 1 || !is(piece, name)
                    });
                }
                None => pieces.push(written(name, value)),
            }
        }
        QueryEdit::Add { name, value } => pieces.push(written(name, value)),
        QueryEdit::Remove { name } => pieces.retain(|piece| !is(piece, name)),
        QueryEdit::Keep { names } => {
            pieces.retain(|piece| names.iter().any(|name| is(piece, name)));
        }
    }
}

/// SPEC: `QueryRewrite`: as it stands, but for what cannot stand in a query.
fn encoded(bytes: &[u8]) -> Vec<u8> {
    let stands = |byte: u8| byte > b' ' && byte < 0x7f && byte != b'#';
    let piece = |byte: &u8| match stands(*byte) {
        true => [*byte].to_vec(),
        false => text!("%{byte:02X}").into_bytes(),
    };
    bytes.iter().flat_map(piece).collect()
}
