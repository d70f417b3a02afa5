//! Who wrote what of a new path or query.

use alloc::vec::Vec;

use super::normalize::escape;
use super::query::encoded;
use crate::model::{EscapedSlashes, MalformedEscapes, Normalization, PathParameters};

/// Who wrote a piece.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Source {
    /// The rule.
    Rule,
    /// The request.
    Request,
    /// The request: its whole query.
    RequestQuery,
}

pub(super) type Piece = (Source, Vec<u8>);

/// What pieces are together.
pub(super) fn text(pieces: Vec<Piece>) -> Vec<u8> {
    pieces.into_iter().flat_map(|(_, bytes)| bytes).collect()
}

/// A new path, and the query that it brings.
pub(super) struct Draft {
    pub(super) path: Vec<u8>,
    /// Of each byte of the path, whether the rule wrote it.
    own: Vec<bool>,
    pub(super) query: Option<Vec<u8>>,
}

/// What pieces make of a path.
///
/// SPEC: docs/normalization.md: a query begins at the first `?` of the rule.
pub(super) fn draft(pieces: &[Piece]) -> Draft {
    let mut draft = Draft {
        path: Vec::new(),
        own: Vec::new(),
        query: None,
    };
    for (at, (source, bytes)) in pieces.iter().enumerate() {
        let opens = bytes.iter().position(|byte| *byte == b'?');
        let of_path = match (source, opens) {
            _ if draft.query.is_some() => 0,
            (Source::Rule, Some(opens)) => opens,
            _ => bytes.len(),
        };
        draft.path.extend_from_slice(&bytes[..of_path]);
        draft.own.resize(draft.path.len(), *source == Source::Rule);
        if of_path < bytes.len() && draft.query.is_none() {
            draft.query = Some(bytes[of_path + 1..].to_vec());
        } else if let Some(query) = &mut draft.query {
            query.extend(in_query(&pieces[..at], *source, bytes, query.is_empty()));
        }
    }
    draft
}

/// What pieces make of a query.
pub(super) fn query(pieces: &[Piece]) -> Vec<u8> {
    let mut query = Vec::new();
    for (at, (source, bytes)) in pieces.iter().enumerate() {
        query.extend(in_query(&pieces[..at], *source, bytes, at == 0));
    }
    query
}

/// A piece of a query, after these; `begins` where no byte of the query is before it.
///
/// SPEC: docs/normalization.md: what the request brings is part of a value, but for
/// its whole query right behind the rule's `?` or `&`, or where nothing is before it.
fn in_query(before: &[Piece], source: Source, bytes: &[u8], begins: bool) -> Vec<u8> {
    let last = before.last();
    let is_first = match last {
        None => true,
        Some((Source::Rule, text)) => text.ends_with(b"&") || begins,
        Some(_) => false,
    };
    match source {
        Source::Rule => bytes.to_vec(),
        Source::RequestQuery if is_first => encoded(bytes, b""),
        _ => encoded(bytes, b"&;"),
    }
}

impl Draft {
    /// Whether the request brings what it may not.
    ///
    /// SPEC: docs/normalization.md: a `?`, and what the gateway refuses in requests;
    /// what the rule wrote whole is the rule's.
    pub(super) fn is_refused(&self, by: Normalization) -> bool {
        (0..self.path.len()).any(|at| {
            let rest = &self.path[at..];
            let digits = rest.iter().skip(1).take(2);
            let digits = digits.take_while(|b| b.is_ascii_hexdigit()).count();
            let (is_bad, length) = match (rest[0], escape(rest)) {
                (b'?', _) => (true, 1),
                (b';', _) => (by.path_parameters == PathParameters::Reject, 1),
                (b'%', Some(b'/' | b'\\')) => (by.escaped_slashes == EscapedSlashes::Reject, 3),
                // The byte that is no digit makes it what it is.
                (b'%', None) => (by.malformed_escapes == MalformedEscapes::Reject, digits + 2),
                _ => (false, 0),
            };
            is_bad && self.own.iter().skip(at).take(length).any(|own| !own)
        })
    }
}
