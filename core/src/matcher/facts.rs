//! The values of facts.
//!
//! [`Seen`] is a request as one stage sees it. [`visit`] gives every value of a fact
//! in order; most are parts of the request and cost nothing but finding them, and
//! those that are found at once [`borrowed`] gives without a visit.
//! Nothing here allocates: what has to be written anew (a number, an address, a
//! decoded parameter) is written to a buffer that the caller brings, and left out
//! where that has no room.

use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;
use core::ops::Range;

use super::authority::strip_port;
use super::fields::{percent_decode, query_of};
use super::request::{Request, RequestProtocol, is_http};
use super::walk::grpc_names;
use crate::table::Sections;
use crate::table::fact::FactEntry;
use crate::table::text::Text;

/// A request as one stage sees it.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'s> {
    pub(crate) request: &'s Request<'s>,
    /// Canonical, without query.
    pub(crate) path: &'s [u8],
    pub(crate) host: Option<&'s [u8]>,
}

/// Calls `take` with every value of a fact until it returns `false`. What has to be
/// written anew is written to the end of `buffer` and taken away again.
pub(crate) fn visit(
    sections: &Sections,
    seen: Seen<'_>,
    fact: FactEntry,
    buffer: &mut Vec<u8>,
    mut take: impl FnMut(&[u8]) -> bool,
) {
    let request = seen.request;
    let text = |text: Text| sections.text.get(text);
    let start = buffer.len();
    if let Some(value) = borrowed(seen, fact) {
        if let Some(value) = value {
            take(value);
        }
        return;
    }
    match fact {
        FactEntry::Port => {
            if let Some(port) = port(request) {
                push_display(buffer, format_args!("{port}"));
                take(buffer.get(start..).unwrap_or(&[]));
            }
        }
        FactEntry::Header(name) => {
            let name = text(name);
            for (other, value) in request.headers() {
                if other.eq_ignore_ascii_case(name) && !take(request.field(value)) {
                    break;
                }
            }
        }
        FactEntry::Query(name) => {
            for (other, value) in parameters(query_of(request.target())) {
                buffer.truncate(start);
                if is_decoded(other, text(name), buffer) {
                    buffer.truncate(start);
                    if buffer.capacity() - start < value.len() {
                        break;
                    }
                    percent_decode(value, buffer);
                    if !take(buffer.get(start..).unwrap_or(&[])) {
                        break;
                    }
                }
            }
        }
        FactEntry::RawQueryParameter(name) => {
            for (other, value) in parameters(query_of(request.target())) {
                if other == text(name) && !take(value) {
                    break;
                }
            }
        }
        FactEntry::Cookie(name) => {
            'headers: for (header, line) in request.headers() {
                if !header.eq_ignore_ascii_case(b"cookie") {
                    continue;
                }
                for (other, value) in cookies(line) {
                    let value = line.get(value).unwrap_or(&[]);
                    if line.get(other) == Some(text(name)) && !take(value) {
                        break 'headers;
                    }
                }
            }
        }
        FactEntry::Attribute(name) => {
            for (other, value) in request.attributes() {
                if other.as_bytes() == text(name) && !take(value) {
                    break;
                }
            }
        }
        FactEntry::SourceIp | FactEntry::DestinationIp => {
            if let Some(address) = address(request, fact) {
                push_display(buffer, format_args!("{address}"));
                take(buffer.get(start..).unwrap_or(&[]));
            }
        }
        FactEntry::Sni => {
            if let Some(name) = request
                .sni()
                .filter(|name| buffer.capacity() - start >= name.len())
            {
                buffer.extend(name.iter().map(u8::to_ascii_lowercase));
                take(buffer.get(start..).unwrap_or(&[]));
            }
        }
        _ => {}
    }
    buffer.truncate(start);
}

/// The value of a fact that has one at most, as a part of the request or a constant;
/// `None` for a fact whose value has to be written anew or looked for by name.
pub(crate) fn borrowed<'s>(seen: Seen<'s>, fact: FactEntry) -> Option<Option<&'s [u8]>> {
    let request = seen.request;
    Some(match fact {
        FactEntry::Path => is_http(request).then_some(seen.path),
        FactEntry::RawPath => raw_path(request),
        FactEntry::Method => is_http(request).then_some(request.method()),
        FactEntry::Scheme => is_http(request).then_some(request.scheme().as_str().as_bytes()),
        FactEntry::Host => seen.host,
        FactEntry::Authority => request.authority(),
        FactEntry::AuthorityPort => request.authority().and_then(authority_port),
        FactEntry::Version => match request.protocol() {
            RequestProtocol::Http1 => Some(b"1"),
            RequestProtocol::Http2 | RequestProtocol::Grpc => Some(b"2"),
            RequestProtocol::Http3 => Some(b"3"),
            _ => None,
        },
        FactEntry::RawQuery => {
            let target = request.target();
            memchr::memchr(b'?', target).and_then(|at| target.get(at + 1..))
        }
        FactEntry::ClientNamespace => request.client_namespace().map(str::as_bytes),
        FactEntry::GrpcService => grpc_names(seen.path).map(|(service, _)| service),
        FactEntry::GrpcMethod => grpc_names(seen.path).map(|(_, method)| method),
        FactEntry::Grpc => request.is_grpc().then_some(b"grpc"),
        _ => return None,
    })
}

/// Whether a fact can be another in each stage of one request.
pub(crate) fn is_staged(fact: FactEntry) -> bool {
    matches!(
        fact,
        FactEntry::Path
            | FactEntry::Host
            | FactEntry::Method
            | FactEntry::GrpcService
            | FactEntry::GrpcMethod
    )
}

fn port(request: &Request<'_>) -> Option<u16> {
    let default = is_http(request).then(|| request.scheme().default_port());
    request.port().or(default)
}

/// Appends the first value of a fact to `out`; `false` where it is missing or has no
/// room. `buffer` is working memory.
pub(crate) fn append_first(
    sections: &Sections,
    seen: Seen<'_>,
    fact: FactEntry,
    buffer: &mut Vec<u8>,
    out: &mut Vec<u8>,
) -> bool {
    let mut is_there = false;
    visit(sections, seen, fact, buffer, |value| {
        if out.capacity() - out.len() >= value.len() {
            out.extend_from_slice(value);
            is_there = true;
        }
        false
    });
    is_there
}

/// The address that a fact is; `None` where it is none or not known.
pub(crate) fn address(request: &Request<'_>, fact: FactEntry) -> Option<IpAddr> {
    match fact {
        FactEntry::SourceIp => request.source_ip(),
        FactEntry::DestinationIp => request.destination_ip(),
        _ => None,
    }
}

/// Whether a fact is an address that the request holds as such.
pub(crate) fn is_address(fact: FactEntry) -> bool {
    matches!(fact, FactEntry::SourceIp | FactEntry::DestinationIp)
}

/// The path as it came, without query and fragment.
pub(crate) fn raw_path<'r>(request: &Request<'r>) -> Option<&'r [u8]> {
    let target = request.target();
    let end = memchr::memchr2(b'?', b'#', target).unwrap_or(target.len());
    target.get(..end).filter(|_| is_http(request))
}

fn authority_port(authority: &[u8]) -> Option<&[u8]> {
    let host = strip_port(authority)?;
    let port = authority.get(host.len()..)?.strip_prefix(b":")?;
    Some(port).filter(|digits| !digits.is_empty())
}

/// Names and values of a query's parameters; a bare name has an empty value.
pub(crate) fn parameters(query: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    query
        .split(|&byte| byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| match memchr::memchr(b'=', pair) {
            Some(at) => (
                pair.get(..at).unwrap_or(&[]),
                pair.get(at + 1..).unwrap_or(&[]),
            ),
            None => (pair, &[][..]),
        })
}

/// Where the names and values of the cookies in a `cookie` header stand.
// SPEC: RFC 6265 4.2.1 and 5.4: pairs are separated by `;` and a space; a value may
// stand in double quotes, which are no part of it. What has no `=` is no cookie.
pub(crate) fn cookies(line: &[u8]) -> impl Iterator<Item = (Range<usize>, Range<usize>)> + '_ {
    let mut next = Some(0);
    core::iter::from_fn(move || {
        loop {
            let start = next?;
            let rest = line.get(start..)?;
            let length = memchr::memchr(b';', rest);
            next = length.map(|length| start + length + 1);
            let end = start + length.unwrap_or(rest.len());
            let pair = line.get(start..end)?;
            let Some(equals) = memchr::memchr(b'=', pair) else {
                continue;
            };
            let name = trimmed(line, start..start + equals);
            let mut value = trimmed(line, start + equals + 1..end);
            let written = line.get(value.clone()).unwrap_or(&[]);
            if written.len() >= 2 && written.starts_with(b"\"") && written.ends_with(b"\"") {
                value = value.start + 1..value.end - 1;
            }
            return Some((name, value));
        }
    })
}

/// A range without the white space at both ends.
fn trimmed(line: &[u8], range: Range<usize>) -> Range<usize> {
    let text = line.get(range.clone()).unwrap_or(&[]);
    let before = text.len() - text.trim_ascii_start().len();
    let start = range.start + before;
    start..start + text.trim_ascii().len()
}

/// Whether a parameter's name, decoded, is `name`.
fn is_decoded(written: &[u8], name: &[u8], buffer: &mut Vec<u8>) -> bool {
    if memchr::memchr(b'%', written).is_none() {
        return written == name;
    }
    let start = buffer.len();
    if buffer.capacity() - start < written.len() {
        return false;
    }
    percent_decode(written, buffer);
    buffer.get(start..) == Some(name)
}

/// Appends formatted text as far as `out` has room.
fn push_display(out: &mut Vec<u8>, text: fmt::Arguments<'_>) {
    struct Bytes<'o>(&'o mut Vec<u8>);
    impl fmt::Write for Bytes<'_> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            let room = self.0.capacity() - self.0.len();
            let fits = text.as_bytes().get(..room.min(text.len()));
            self.0.extend_from_slice(fits.unwrap_or(&[]));
            Ok(())
        }
    }
    // Writing to a vector does not fail.
    let _ = fmt::Write::write_fmt(&mut Bytes(out), text);
}
