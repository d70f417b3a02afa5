//! The values of facts.

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::normalize::unescape;
use super::path::grpc_names;
use super::request::{Protocol, Request};
use super::{Seen, host};
use crate::model::Fact;

/// Every value of a fact, in order: of the request as it came, and as a stage sees
/// it.
pub(super) fn values(fact: &Fact, request: &Request, seen: &Seen) -> Vec<Vec<u8>> {
    let http = |bytes: &[u8]| request.is_http().then(|| bytes.to_vec());
    let text = |text: String| text.into_bytes();
    let one = match fact {
        Fact::Path => http(&seen.path),
        Fact::RawPath => http(&seen.raw_path),
        // SPEC: a further stage sees the method as the stages before left it.
        Fact::Method => http(&seen.method),
        Fact::Scheme => http(request.scheme().as_str().as_bytes()),
        Fact::Host => seen.host.clone(),
        Fact::Authority => request.authority.clone(),
        Fact::AuthorityPort => request.authority.as_deref().and_then(host::port),
        Fact::Port => {
            let default = request.is_http().then(|| request.scheme().default_port());
            request.port.or(default).map(|port| text(port.to_string()))
        }
        Fact::Version => match request.protocol {
            Protocol::Http1 => Some(b"1".to_vec()),
            Protocol::Http2 | Protocol::Grpc => Some(b"2".to_vec()),
            Protocol::Http3 => Some(b"3".to_vec()),
            Protocol::Tls | Protocol::Tcp | Protocol::Udp => None,
        },
        Fact::RawQuery => seen.raw_query.clone(),
        Fact::Header(name) => return request.header(name).map(<[u8]>::to_vec).collect(),
        Fact::Query(name) => return query(seen, name, false),
        Fact::RawQueryParameter(name) => return query(seen, name, true),
        Fact::Cookie(name) => return cookies(request, name),
        Fact::Attribute(name) => {
            let all = request.attributes.iter();
            let named = all.filter(|(other, _)| other == name);
            return named.map(|(_, value)| value.clone()).collect();
        }
        Fact::SourceIp => request.source_ip.map(|ip| text(ip.to_string())),
        Fact::DestinationIp => request.destination_ip.map(|ip| text(ip.to_string())),
        Fact::Sni => request.sni.as_deref().map(<[u8]>::to_ascii_lowercase),
        Fact::ClientNamespace => request.client_namespace.clone().map(text),
        Fact::GrpcService => grpc_names(&seen.path).map(|(service, _)| service.to_vec()),
        Fact::GrpcMethod => grpc_names(&seen.path).map(|(_, method)| method.to_vec()),
        Fact::Grpc => request.is_grpc().then(|| b"grpc".to_vec()),
    };
    one.into_iter().collect()
}

/// The values of a query parameter, as the request has them.
pub(super) fn query(seen: &Seen, name: &str, raw: bool) -> Vec<Vec<u8>> {
    let read = |text: &[u8]| match raw {
        true => text.to_vec(),
        // `+` is not a space.
        false => unescape(text, |_| true),
    };
    let query = seen.raw_query.as_deref().unwrap_or_default();
    let pairs = query.split(|byte| *byte == b'&');
    let pairs = pairs.filter(|piece| !piece.is_empty()).map(pair);
    let named = pairs.filter(|(other, _)| read(other) == name.as_bytes());
    named.map(|(_, value)| read(value)).collect()
}

/// Name and value of a parameter; one without `=` has an empty value.
pub(super) fn pair(piece: &[u8]) -> (&[u8], &[u8]) {
    match piece.iter().position(|byte| *byte == b'=') {
        Some(at) => (&piece[..at], &piece[at + 1..]),
        None => (piece, b""),
    }
}

/// SPEC: `Fact::Cookie`.
fn cookies(request: &Request, name: &str) -> Vec<Vec<u8>> {
    let mut out = vec![];
    for line in request.header("cookie") {
        for piece in line.split(|byte| *byte == b';') {
            let Some(at) = piece.iter().position(|byte| *byte == b'=') else {
                continue;
            };
            let value = piece[at + 1..].trim_ascii();
            let quoted = value
                .strip_prefix(b"\"")
                .and_then(|value| value.strip_suffix(b"\""));
            if piece[..at].trim_ascii() == name.as_bytes() {
                out.push(quoted.unwrap_or(value).to_vec());
            }
        }
    }
    out
}
