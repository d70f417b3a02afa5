//! The query that is sent on.
//!
//! A query is a list of pieces between `&`. An edit copies the pieces that it does
//! not touch byte for byte; names are compared percent-decoded, without decoding them
//! into memory. What an edit writes is escaped where it cannot stand in a query, and
//! so is what the request fills into a new query: no value can end its parameter and
//! begin another.
//!
//! # Complexity
//!
//! Linear in the query for each edit.

use alloc::vec::Vec;

use super::Reason;
use super::draft::Draft;
use super::format::Writer;
use crate::matcher::fields::query_of;
use crate::matcher::output::{QueryBuffers, Written};
use crate::matcher::request::Request;
use crate::table::Sections;
use crate::table::action::{QueryEditEntry, QueryRewriteEntry};
use crate::table::text::{Range32, Text};

impl QueryBuffers {
    /// The query as it stands, without `?`.
    pub(crate) fn get<'q>(&'q self, request: &Request<'q>) -> &'q [u8] {
        match self.changed {
            true => &self.current,
            false => query_of(request.target()),
        }
    }

    fn commit(&mut self) {
        core::mem::swap(&mut self.current, &mut self.spare);
        self.changed = true;
    }
}

/// Rewrites the query as it stands.
pub(crate) fn rewrite(
    writer: &mut Writer<'_>,
    query: &mut QueryBuffers,
    entry: QueryRewriteEntry,
) -> Result<(), Reason> {
    let sections = writer.sections;
    match entry {
        QueryRewriteEntry::To(value) => {
            let (value, _) = writer.within(Draft::query(), |writer| writer.value(value))?;
            query.spare.clear();
            push_escaped(&mut query.spare, writer.get(value), Place::Query)?;
            query.commit();
        }
        QueryRewriteEntry::Edit(edits) => {
            for edit in edits.of(&sections.actions.query_edits) {
                edit_once(writer, query, *edit)?;
            }
        }
    }
    Ok(())
}

/// Puts `own`, the query that a rewritten path brought, before the one that stands;
/// in its place where `alone`.
pub(crate) fn join(
    query: &mut QueryBuffers,
    request: &Request<'_>,
    own: &[u8],
    alone: bool,
) -> Result<(), Reason> {
    let mut spare = core::mem::take(&mut query.spare);
    spare.clear();
    let rest = match alone {
        true => &[][..],
        false => query.get(request),
    };
    let joined = push(&mut spare, own).and_then(|()| match rest.is_empty() || own.is_empty() {
        true => push(&mut spare, rest),
        false => push(&mut spare, b"&").and_then(|()| push(&mut spare, rest)),
    });
    query.spare = spare;
    joined?;
    query.commit();
    Ok(())
}

fn edit_once(
    writer: &mut Writer<'_>,
    query: &mut QueryBuffers,
    edit: QueryEditEntry,
) -> Result<(), Reason> {
    let sections = writer.sections;
    let (name, value) = match edit {
        QueryEditEntry::Set { name, value } | QueryEditEntry::Add { name, value } => {
            (name, Some(writer.value(value)?))
        }
        QueryEditEntry::Remove { name } => (name, None),
        QueryEditEntry::Keep { .. } => (Text::default(), None),
    };
    let parameter = Parameter {
        name: sections.text.get(name),
        value: value.map_or(&[][..], |value: Written| writer.get(value)),
    };
    let mut out = core::mem::take(&mut query.spare);
    out.clear();
    let written = copy(
        sections,
        query.get(writer.seen.request),
        edit,
        parameter,
        &mut out,
    );
    query.spare = out;
    written?;
    query.commit();
    Ok(())
}

/// The parameter that an edit writes.
#[derive(Clone, Copy)]
struct Parameter<'p> {
    name: &'p [u8],
    value: &'p [u8],
}

impl Parameter<'_> {
    fn append(self, out: &mut Vec<u8>) -> Result<(), Reason> {
        separate(out)?;
        push_escaped(out, self.name, Place::Name)?;
        push(out, b"=")?;
        push_escaped(out, self.value, Place::Value)
    }
}

/// Copies a query with one edit made.
fn copy(
    sections: &Sections,
    query: &[u8],
    edit: QueryEditEntry,
    parameter: Parameter<'_>,
    out: &mut Vec<u8>,
) -> Result<(), Reason> {
    let mut is_set = false;
    let pieces = query.split(|&byte| byte == b'&');
    for piece in pieces.filter(|_| !query.is_empty()) {
        let end = memchr::memchr(b'=', piece).unwrap_or(piece.len());
        let written = piece.get(..end).unwrap_or(piece);
        // An empty piece is no parameter.
        let is_named = |name: &[u8]| !piece.is_empty() && decodes_to(written, name);
        match edit {
            QueryEditEntry::Remove { .. } if is_named(parameter.name) => {}
            QueryEditEntry::Keep { names } if !keeps(sections, names, is_named) => {}
            QueryEditEntry::Set { .. } if is_named(parameter.name) => {
                if !is_set {
                    is_set = true;
                    separate(out)?;
                    push(out, written)?;
                    push(out, b"=")?;
                    push_escaped(out, parameter.value, Place::Value)?;
                }
            }
            _ => {
                separate(out)?;
                push(out, piece)?;
            }
        }
    }
    match edit {
        QueryEditEntry::Set { .. } if !is_set => parameter.append(out),
        QueryEditEntry::Add { .. } => parameter.append(out),
        _ => Ok(()),
    }
}

fn keeps(sections: &Sections, names: Range32, is_named: impl Fn(&[u8]) -> bool) -> bool {
    let names = names.of(&sections.actions.words);
    names.iter().any(|&name| is_named(sections.text.get(name)))
}

/// Whether a name as it came is `name` when percent-decoded.
fn decodes_to(written: &[u8], name: &[u8]) -> bool {
    let mut at = 0;
    let mut decoded = core::iter::from_fn(|| {
        let &byte = written.get(at)?;
        let digit = |at: usize| (*written.get(at)? as char).to_digit(16);
        match (byte == b'%').then(|| Some(digit(at + 1)? * 16 + digit(at + 2)?)) {
            Some(Some(value)) => {
                at += 3;
                Some(value as u8)
            }
            _ => {
                at += 1;
                Some(byte)
            }
        }
    });
    decoded.by_ref().eq(name.iter().copied())
}

/// Where in a query a text stands.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Place {
    Query,
    Name,
    Value,
}

impl Place {
    // SPEC: RFC 3986 3.4: query = *( pchar / "/" / "?" ). A percent sign stands as it
    // is written. `&` would end a parameter, for some readers `;` would too, and `=`
    // its name.
    fn takes(self, byte: u8) -> bool {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => true,
            b'&' | b';' => self == Self::Query,
            b'=' => self != Self::Name,
            _ => b"-._~!$'()*+,:@/?%".contains(&byte),
        }
    }
}

fn push_escaped(out: &mut Vec<u8>, text: &[u8], place: Place) -> Result<(), Reason> {
    escape(text, place, |bytes| push(out, bytes))
}

/// Hands on a text with what cannot stand at this place percent-encoded.
pub(crate) fn escape(
    text: &[u8],
    place: Place,
    mut push: impl FnMut(&[u8]) -> Result<(), Reason>,
) -> Result<(), Reason> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |half: u8| DIGITS.get(usize::from(half)).copied().unwrap_or(b'0');
    for &byte in text {
        match place.takes(byte) {
            true => push(&[byte])?,
            false => push(&[b'%', digit(byte >> 4), digit(byte & 15)])?,
        }
    }
    Ok(())
}

/// Ends the piece before, where there is one.
fn separate(out: &mut Vec<u8>) -> Result<(), Reason> {
    match out.is_empty() {
        true => Ok(()),
        false => push(out, b"&"),
    }
}

fn push(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Reason> {
    if out.capacity() - out.len() < bytes.len() {
        return Err(Reason::RenderedTooLong);
    }
    out.extend_from_slice(bytes);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_decoded() {
        for (written, name, same) in [
            (&b"a"[..], &b"a"[..], true),
            (b"%61", b"a", true),
            (b"a%20b", b"a b", true),
            (b"a", b"ab", false),
            (b"ab", b"a", false),
            (b"%zz", b"%zz", true),
            (b"%6", b"%6", true),
            (b"", b"", true),
            (b"+", b" ", false),
        ] {
            assert_eq!(decodes_to(written, name), same, "{written:?}");
        }
    }

    #[test]
    fn what_cannot_stand_in_a_query_is_escaped() {
        let escaped = |text: &[u8], place| {
            let mut out = Vec::with_capacity(64);
            push_escaped(&mut out, text, place).unwrap();
            out
        };
        assert_eq!(escaped(b"a&b=c#d", Place::Query), b"a&b=c%23d");
        assert_eq!(escaped(b"a&b=c;d", Place::Value), b"a%26b=c%3Bd");
        assert_eq!(escaped(b"a;b", Place::Query), b"a;b");
        assert_eq!(escaped(b"a&b=c", Place::Name), b"a%26b%3Dc");
        assert_eq!(escaped(b"\n \xff%41", Place::Value), b"%0A%20%FF%41");
    }
}
