//! Whether a match holds for a request.

use alloc::vec::Vec;

use super::{Oracle, Protocol, Request, Seen, path};
use crate::model::{HeaderMatch, PathMatch, QueryMatch, RepeatedValues, RouteMatch, ValueMatch};

impl Oracle<'_> {
    /// SPEC: gateway-api.md 3.1: the fields of a match are all asked.
    pub(super) fn holds(&self, item: &RouteMatch, request: &Request, seen: &Seen) -> bool {
        let method = item.methods.is_empty()
            || item
                .methods
                .iter()
                .any(|method| method.as_bytes() == request.method);
        let scheme = item.scheme.is_none_or(|scheme| scheme == request.scheme());
        method
            && scheme
            && (!item.grpc_only || is_grpc(request))
            && self.path_holds(&item.path, &seen.path)
            && item
                .headers
                .iter()
                .all(|header| self.header_holds(header, request))
            && item
                .query
                .iter()
                .all(|query| self.query_holds(query, &seen.query))
    }

    fn path_holds(&self, item: &PathMatch, path: &[u8]) -> bool {
        match item {
            PathMatch::Any => true,
            // SPEC: gateway-api.md 3.3: case and a trailing slash count.
            PathMatch::Exact(text) => text.as_bytes() == path,
            // SPEC: app-mesh.md 2.1: a plain string prefix.
            PathMatch::Prefix(prefix) => path.starts_with(prefix.as_bytes()),
            PathMatch::Segments(prefix) => path::has_segments(path, prefix),
            PathMatch::Regex(pattern) => self.full_match(pattern, path),
            PathMatch::Suffix(_)
            | PathMatch::Contains(_)
            | PathMatch::Glob(_)
            | PathMatch::Template(_)
            | PathMatch::RegexStart(_)
            | PathMatch::RegexSearch(_) => false,
            PathMatch::Grpc {
                service: None,
                method: None,
            } => true,
            // SPEC: gRPC over HTTP/2: the path is "/" service "/" method, so two
            // segments and no more; gateway-api.md 4, wire form.
            PathMatch::Grpc { service, method } => {
                let segments: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
                let [b"", name, call] = segments[..] else {
                    return false;
                };
                let holds = |item: &Option<ValueMatch>, text: &[u8]| {
                    item.as_ref()
                        .is_none_or(|item| self.value_holds(item, text))
                };
                !name.is_empty() && !call.is_empty() && holds(service, name) && holds(method, call)
            }
        }
    }

    fn header_holds(&self, item: &HeaderMatch, request: &Request) -> bool {
        let values: Vec<&[u8]> = request.header(&item.name).collect();
        // SPEC: `HeaderMatch::missing_matches`: before anything else is asked.
        let Some(first) = values.first() else {
            return item.missing_matches;
        };
        let holds = match item.repeated {
            // SPEC: RFC 9110 5.3; gateway-api.md 3.4.
            RepeatedValues::Joined => self.value_holds(&item.value, &values.join(&b","[..])),
            RepeatedValues::Any => values
                .iter()
                .any(|value| self.value_holds(&item.value, value)),
            RepeatedValues::All => values
                .iter()
                .all(|value| self.value_holds(&item.value, value)),
            RepeatedValues::First => self.value_holds(&item.value, first),
        };
        // SPEC: app-mesh.md 2.1: `invert` negates the whole matcher.
        holds != item.invert
    }

    fn query_holds(&self, item: &QueryMatch, query: &[u8]) -> bool {
        let query = query.strip_prefix(b"?").unwrap_or_default();
        let mut parameters = query
            .split(|byte| *byte == b'&')
            .filter(|piece| !piece.is_empty());
        // SPEC: gateway-api.md 3.5: the first parameter of a name counts.
        let value = parameters.find_map(|piece| {
            let end = piece
                .iter()
                .position(|byte| *byte == b'=')
                .unwrap_or(piece.len());
            let value = piece.get(end + 1..).unwrap_or_default();
            (decode(&piece[..end]) == item.name.as_bytes()).then(|| decode(value))
        });
        value.is_some_and(|value| self.value_holds(&item.value, &value))
    }

    fn value_holds(&self, item: &ValueMatch, value: &[u8]) -> bool {
        match item {
            ValueMatch::Exact(text) => value == text.as_bytes(),
            ValueMatch::Prefix(text) => value.starts_with(text.as_bytes()),
            ValueMatch::Suffix(text) => value.ends_with(text.as_bytes()),
            ValueMatch::Contains(text) => {
                text.is_empty()
                    || value
                        .windows(text.len())
                        .any(|part| part == text.as_bytes())
            }
            ValueMatch::Regex(pattern) => self.full_match(pattern, value),
            ValueMatch::Present => true,
            ValueMatch::In(_)
            | ValueMatch::Glob(_)
            | ValueMatch::RegexStart(_)
            | ValueMatch::RegexSearch(_)
            | ValueMatch::Cidr(_) => false,
            // SPEC: app-mesh.md 2.1: `start` is in the range, `end` is not.
            ValueMatch::Range { start, end } => {
                integer(value).is_some_and(|number| *start <= number && number < *end)
            }
        }
    }
}

/// SPEC: `RouteMatch::grpc_only`; RFC 9110 8.3.1: media types have no case and can
/// have parameters, and gRPC's a suffix (`+proto`).
fn is_grpc(request: &Request) -> bool {
    let Some(value) = request.header("content-type").next() else {
        return request.protocol == Protocol::Grpc;
    };
    let end = value
        .iter()
        .position(|byte| *byte == b';')
        .unwrap_or(value.len());
    let kind = value[..end].trim_ascii().to_ascii_lowercase();
    request.protocol == Protocol::Grpc
        || kind == b"application/grpc"
        || kind.starts_with(b"application/grpc+")
}

/// A decimal integer: digits, possibly after a sign, and nothing else.
fn integer(text: &[u8]) -> Option<i64> {
    let digits = text
        .strip_prefix(b"-")
        .or(text.strip_prefix(b"+"))
        .unwrap_or(text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    core::str::from_utf8(text).ok()?.parse().ok()
}

/// Undoes every percent escape; `+` is not a space.
fn decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        let decoded = path::escape(rest);
        out.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { &rest[3..] } else { tail };
    }
    out
}
