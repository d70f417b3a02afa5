//! Who wrote what of a new path or query: the rule, or the request.
//!
//! A rule may open a query, begin a parameter, and spell what its gateway refuses in
//! requests: nobody who asks has chosen it. What the request brings (what fills a
//! hole, and what a rewrite leaves of the path) may do none of that. In a path, a `?`
//! that the request brings, and what the gateway's profile refuses, refuse it. Behind
//! the rule's own `?` it is part of a parameter's value and written as one.
//!
//! An escape can be put together from both sides of a seam, so it counts as the
//! rule's only where the rule wrote all of it.
//!
//! # Complexity
//!
//! One pass over what is written, with a few bytes of state.

use super::Reason;
use super::query::{Place, escape};
use crate::vocabulary::{EscapedSlashes, MalformedEscapes, Normalization, PathParameters};

/// A path or query that is being written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draft {
    rejects_slashes: bool,
    rejects_parameters: bool,
    rejects_malformed: bool,
    /// Whether a query is being written rather than a path.
    in_query: bool,
    /// Whether the rule's text just began a parameter.
    begins_parameter: bool,
    /// Whether the request brought what it may not.
    is_refused: bool,
    escape: Escape,
}

/// How much of an escape was just written, and whether the rule wrote all of that.
#[derive(Clone, Copy, Debug)]
enum Escape {
    None,
    Percent { own: bool },
    Digit { high: u32, own: bool },
}

impl Draft {
    /// A path, and the query that the rule may open behind it.
    pub(crate) fn path(profile: Normalization) -> Self {
        Self {
            rejects_slashes: profile.escaped_slashes == EscapedSlashes::Reject,
            rejects_parameters: profile.path_parameters == PathParameters::Reject,
            rejects_malformed: profile.malformed_escapes == MalformedEscapes::Reject,
            in_query: false,
            begins_parameter: false,
            is_refused: false,
            escape: Escape::None,
        }
    }

    /// A query.
    pub(crate) fn query() -> Self {
        Self {
            in_query: true,
            begins_parameter: true,
            ..Self::path(Normalization::NONE)
        }
    }

    /// Takes note of text that the rule wrote.
    pub(crate) fn own(&mut self, text: &[u8]) {
        let opens = match self.in_query {
            true => None,
            false => memchr::memchr(b'?', text),
        };
        if !self.in_query {
            self.scan(
                text.get(..opens.unwrap_or(text.len())).unwrap_or(text),
                true,
            );
        }
        self.in_query |= opens.is_some();
        if let Some(&last) = text.last() {
            let is_opened = opens.is_some_and(|at| at + 1 == text.len());
            self.begins_parameter = last == b'&' || is_opened;
        }
    }

    /// Hands on what the request brings, as it may stand here.
    pub(crate) fn brought(
        &mut self,
        bytes: &[u8],
        what: Brought,
        mut push: impl FnMut(&[u8]) -> Result<(), Reason>,
    ) -> Result<(), Reason> {
        if bytes.is_empty() {
            return Ok(());
        }
        let begins_parameter = core::mem::take(&mut self.begins_parameter);
        if self.in_query {
            // A query is whole parameters, but only where one may begin.
            let place = match what == Brought::Query && begins_parameter {
                true => Place::Query,
                false => Place::Value,
            };
            return escape(bytes, place, push);
        }
        self.is_refused |= memchr::memchr(b'?', bytes).is_some();
        self.scan(bytes, false);
        push(bytes)
    }

    /// Takes note that a hole was filled, be it with nothing.
    pub(crate) fn after_hole(&mut self) {
        self.begins_parameter = false;
    }

    /// Whether the request brought what refuses it.
    pub(crate) fn is_refused(self) -> bool {
        // Where the text ends, a part of an escape stays one.
        let is_whole = match self.escape {
            Escape::None => true,
            Escape::Percent { own } | Escape::Digit { own, .. } => own,
        };
        self.is_refused || (self.rejects_malformed && !is_whole)
    }

    /// Looks for what the profile refuses.
    fn scan(&mut self, text: &[u8], own: bool) {
        if !(self.rejects_slashes || self.rejects_parameters || self.rejects_malformed) {
            return;
        }
        for &byte in text {
            let digit = (byte as char).to_digit(16);
            self.escape = match (self.escape, digit) {
                (Escape::Percent { own: before }, Some(high)) => Escape::Digit {
                    high,
                    own: before && own,
                },
                (Escape::Digit { high, own: before }, Some(low)) => {
                    let is_slash = matches!(high * 16 + low, 0x2f | 0x5c);
                    self.is_refused |= self.rejects_slashes && is_slash && !(before && own);
                    Escape::None
                }
                (Escape::Percent { own: before } | Escape::Digit { own: before, .. }, None) => {
                    self.is_refused |= self.rejects_malformed && !(before && own);
                    self.after(byte, own)
                }
                (Escape::None, _) => self.after(byte, own),
            };
        }
    }

    /// What a byte begins that continues no escape.
    fn after(&mut self, byte: u8, own: bool) -> Escape {
        self.is_refused |= self.rejects_parameters && byte == b';' && !own;
        match byte {
            b'%' => Escape::Percent { own },
            _ => Escape::None,
        }
    }
}

/// What a request brings.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Brought {
    /// A value.
    Value,
    /// Its whole query.
    Query,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    const STRICT: Normalization = Normalization {
        escaped_slashes: EscapedSlashes::Reject,
        path_parameters: PathParameters::Reject,
        malformed_escapes: MalformedEscapes::Reject,
        ..Normalization::BASE
    };

    /// What is written of pieces, the rule's and the request's in turn; `None` where
    /// that is refused.
    fn written(mut draft: Draft, pieces: &[&str]) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        for (at, piece) in pieces.iter().enumerate() {
            if at % 2 == 0 {
                draft.own(piece.as_bytes());
                out.extend_from_slice(piece.as_bytes());
                continue;
            }
            let push = |bytes: &[u8]| {
                out.extend_from_slice(bytes);
                Ok(())
            };
            draft
                .brought(piece.as_bytes(), Brought::Value, push)
                .unwrap();
            draft.after_hole();
        }
        (!draft.is_refused()).then_some(out)
    }

    #[test]
    fn a_request_opens_no_query_and_spells_nothing_that_is_refused() {
        for pieces in [
            &["/", "a?b"][..],
            &["/", "a%2fb"],
            &["/", "a%5Cb"],
            &["/", "a;b"],
            &["/", "%zz"],
            &["/", "%"],
            &["/", "%2"],
            &["/%2", "f"],
            &["/%", "2f"],
            &["/", "%2", "f"],
            &["/", "%", "2", "f"],
            &["/%", "zz"],
            &["/%2", "", "", "z"],
            &["/", "%", "?a=", "b"],
        ] {
            let strict = written(Draft::path(STRICT), pieces);
            assert_eq!(strict, None, "{pieces:?}");
        }
        for pieces in [
            &["/a%2Fb;c%5c%zz%/", "x", "%2F;"][..],
            &["/", "%41%25", "2f"],
            &["/%4", "1"],
            &["/?q=%2", "f"],
            &["/%?q=", "b"],
            &["/%"],
        ] {
            let strict = written(Draft::path(STRICT), pieces);
            assert_eq!(strict, Some(pieces.concat().into_bytes()), "{pieces:?}");
        }
        let lax = written(Draft::path(Normalization::NONE), &["/%2", "f;%zz"]);
        assert_eq!(lax.as_deref(), Some(&b"/%2f;%zz"[..]));
    }

    #[test]
    fn a_request_begins_no_parameter() {
        let path = |pieces: &[&str]| written(Draft::path(STRICT), pieces).unwrap();
        assert_eq!(path(&["/a?b=", "c&d=e;f g?"]), b"/a?b=c%26d=e%3Bf%20g?");
        assert_eq!(path(&["/a?b?", "&", "&c=", "&"]), b"/a?b?%26&c=%26");
        let query = written(Draft::query(), &["", "a&b", "=c?"]).unwrap();
        assert_eq!(query, b"a%26b=c?");
    }

    #[test]
    fn a_whole_query_stands_where_a_parameter_begins() {
        for (mut draft, text, want) in [
            (Draft::query(), "", "a&b"),
            (Draft::query(), "x=1&", "a&b"),
            (Draft::query(), "x=", "a%26b"),
            (Draft::path(STRICT), "/?", "a&b"),
            (Draft::path(STRICT), "/?x&", "a&b"),
            (Draft::path(STRICT), "/?x", "a%26b"),
            (Draft::path(STRICT), "/?x?", "a%26b"),
        ] {
            draft.own(text.as_bytes());
            let mut out = Vec::new();
            let push = |bytes: &[u8]| {
                out.extend_from_slice(bytes);
                Ok(())
            };
            draft.brought(b"a&b", Brought::Query, push).unwrap();
            assert_eq!(out, want.as_bytes(), "{text}");
        }
    }
}
