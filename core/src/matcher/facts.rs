//! The values of facts.
//!
//! [`Seen`] is a request as one stage sees it. [`visit`] gives every value of a fact
//! in order; most are parts of the request and cost nothing but finding them.
//! Nothing here allocates: what has to be written anew (a number, an address, a
//! decoded parameter) is written to a buffer that the caller brings, and left out
//! where that has no room.

use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

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
    let mut one = |value: Option<&[u8]>| {
        if let Some(value) = value {
            take(value);
        }
    };
    match fact {
        FactEntry::Path => one(is_http(request).then_some(seen.path)),
        FactEntry::RawPath => one(raw_path(request)),
        FactEntry::Method => one(is_http(request).then_some(request.method())),
        FactEntry::Scheme => one(is_http(request).then_some(request.scheme().as_str().as_bytes())),
        FactEntry::Host => one(seen.host),
        FactEntry::Authority => one(request.authority()),
        FactEntry::AuthorityPort => one(request.authority().and_then(authority_port)),
        FactEntry::Port => {
            let stated = request.port();
            let port = stated.unwrap_or(request.scheme().default_port());
            if stated.is_some() || is_http(request) {
                push_display(buffer, format_args!("{port}"));
                one(buffer.get(start..));
            }
        }
        FactEntry::Version => one(match request.protocol() {
            RequestProtocol::Http1 => Some(b"1"),
            RequestProtocol::Http2 | RequestProtocol::Grpc => Some(b"2"),
            RequestProtocol::Http3 => Some(b"3"),
            _ => None,
        }),
        FactEntry::RawQuery => {
            let target = request.target();
            one(memchr::memchr(b'?', target).and_then(|at| target.get(at + 1..)));
        }
        FactEntry::Header(name) => {
            let name = text(name);
            for (other, value) in request.headers() {
                if other.eq_ignore_ascii_case(name) && !take(value) {
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
                    if other == text(name) && !take(value) {
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
                one(buffer.get(start..));
            }
        }
        FactEntry::Sni => {
            if let Some(name) = request
                .sni()
                .filter(|name| buffer.capacity() - start >= name.len())
            {
                buffer.extend(name.iter().map(u8::to_ascii_lowercase));
                one(buffer.get(start..));
            }
        }
        FactEntry::ClientNamespace => one(request.client_namespace().map(str::as_bytes)),
        FactEntry::GrpcService => one(grpc_names(seen.path).map(|(service, _)| service)),
        FactEntry::GrpcMethod => one(grpc_names(seen.path).map(|(_, method)| method)),
        FactEntry::Grpc => one(request.is_grpc().then_some(b"grpc")),
    }
    buffer.truncate(start);
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

/// Names and values of the cookies in a `cookie` header.
// SPEC: RFC 6265 4.2.1 and 5.4: pairs are separated by `;` and a space; a value may
// stand in double quotes, which are no part of it. What has no `=` is no cookie.
pub(crate) fn cookies(line: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    line.split(|&byte| byte == b';').filter_map(|pair| {
        let at = memchr::memchr(b'=', pair)?;
        let name = pair.get(..at)?.trim_ascii();
        let value = pair.get(at + 1..)?.trim_ascii();
        let quoted = value
            .strip_prefix(b"\"")
            .and_then(|value| value.strip_suffix(b"\""));
        Some((name, quoted.unwrap_or(value)))
    })
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
