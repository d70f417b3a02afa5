//! What the oracle is asked and what it answers.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::model::{Backend, HeaderEdit, Scheme};

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
    /// The address that the client connected to.
    pub destination_ip: Option<IpAddr>,
    /// The TLS server name.
    pub sni: Option<Vec<u8>>,
    /// What it speaks.
    pub protocol: Protocol,
    /// The namespace of the client, in a mesh.
    pub client_namespace: Option<String>,
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
        matches!(
            self.protocol,
            Protocol::Http1 | Protocol::Http2 | Protocol::Grpc
        )
    }

    pub(super) fn scheme(&self) -> Scheme {
        self.scheme.unwrap_or(Scheme::Http)
    }

    /// The values of a header, in order. `name` is lower case.
    pub(super) fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value.as_slice())
    }
}

/// What a request speaks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Protocol {
    /// HTTP/1.x
    #[default]
    Http1,
    /// HTTP/2 or 3
    Http2,
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

/// What becomes of a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answer {
    /// It is sent on.
    Forward(Box<Forward>),
    /// It is answered with another address.
    Redirect {
        /// The status.
        status: u16,
        /// The new address.
        location: Vec<u8>,
    },
    /// It is answered by the engine.
    Respond {
        /// The status.
        status: u16,
    },
    /// No rule takes it.
    NoRoute {
        /// 404, or 421 for a request that came in by the wrong server name.
        status: u16,
    },
    /// It is malformed.
    Reject,
    /// Gateways or listeners that could all have taken it would differ.
    Ambiguous,
}

/// How a request is sent on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Forward {
    /// The winner of each stage that was passed through.
    pub trail: Vec<Step>,
    /// Where to.
    pub backend: Backend,
    /// The path that is sent on, with the query.
    pub target: Vec<u8>,
    /// The authority that is sent on.
    pub authority: Option<Vec<u8>>,
    /// Edits of request headers, in order.
    pub request_edits: Vec<HeaderEdit>,
    /// Edits of response headers, in order.
    pub response_edits: Vec<HeaderEdit>,
    /// Backends that could get a copy, and whether this request gives one.
    pub mirrors: Vec<(Backend, bool)>,
}

/// The winner of one stage.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Step {
    /// Index of the route in the set.
    pub route: u32,
    /// Index of the rule in the route.
    pub rule: usize,
    /// Index of the match in the rule; `None` where the rule has no matches.
    pub matched: Option<usize>,
}
