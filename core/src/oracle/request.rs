//! What the oracle is asked.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::model::Scheme;

/// A request, owned.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET`
    pub method: Vec<u8>,
    /// `http` unless stated.
    pub scheme: Option<Scheme>,
    /// The authority as it came, port included.
    pub authority: Option<Vec<u8>>,
    /// Path and query as they came.
    pub target: Vec<u8>,
    /// Names and values in order; names in any case.
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
    /// The gateway that took it: `namespace/name` or `name`.
    pub gateway: Option<String>,
    /// The port it came in by.
    pub port: Option<u16>,
    /// The client's address.
    pub source_ip: Option<IpAddr>,
    /// The address that the client connected to.
    pub destination_ip: Option<IpAddr>,
    /// The TLS server name.
    pub sni: Option<Vec<u8>>,
    /// What it speaks.
    pub protocol: Protocol,
    /// The namespace of the client, in a mesh.
    pub client_namespace: Option<String>,
    /// What only the caller knows, in order.
    pub attributes: Vec<(String, Vec<u8>)>,
    /// Which shares of requests it belongs to.
    pub random: u64,
    /// Where random choices come from.
    pub draws: Draws,
}

impl Request {
    /// A plain HTTP request.
    pub fn new(method: &str, authority: Option<&str>, target: &str) -> Self {
        Self {
            method: method.into(),
            authority: authority.map(Into::into),
            target: target.into(),
            ..Self::default()
        }
    }

    pub(super) fn is_http(&self) -> bool {
        !matches!(self.protocol, Protocol::Tls | Protocol::Tcp | Protocol::Udp)
    }

    pub(super) fn scheme(&self) -> Scheme {
        self.scheme.unwrap_or(Scheme::Http)
    }

    /// The values of a header, in order, whatever the case of its name.
    pub(super) fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value.as_slice())
    }

    /// SPEC: `RouteMatch::grpc_only`; RFC 9110 8.3.1: media types have no case and
    /// can have parameters, and gRPC's a suffix (`+proto`).
    pub(super) fn is_grpc(&self) -> bool {
        let Some(value) = self.header("content-type").next() else {
            return self.protocol == Protocol::Grpc;
        };
        let end = value
            .iter()
            .position(|byte| *byte == b';')
            .unwrap_or(value.len());
        let kind = value[..end].trim_ascii().to_ascii_lowercase();
        self.protocol == Protocol::Grpc
            || kind == b"application/grpc"
            || kind.starts_with(b"application/grpc+")
    }
}

/// What a request speaks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Protocol {
    /// HTTP/1.x
    #[default]
    Http1,
    /// HTTP/2
    Http2,
    /// HTTP/3
    Http3,
    /// gRPC
    Grpc,
    /// A TLS connection
    Tls,
    /// A TCP connection
    Tcp,
    /// UDP datagrams
    Udp,
}

/// Where random choices come from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Draws {
    /// Every draw gives this number.
    Same(u64),
    /// Draws give these numbers in turn, then 0.
    List(Vec<u64>),
}

impl Default for Draws {
    fn default() -> Self {
        Self::Same(0)
    }
}
