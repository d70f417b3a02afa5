//! Protocols by the names that requests give them.

use crate::matcher::request::RequestProtocol;

impl RequestProtocol {
    /// Every one, in the order of the contract.
    pub const ALL: [Self; 6] =
        [Self::Http1, Self::Http2, Self::Grpc, Self::Tls, Self::Tcp, Self::Udp];

    /// `http1`, `http2`, `grpc`, `tls`, `tcp` or `udp`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http1 => "http1",
            Self::Http2 => "http2",
            Self::Grpc => "grpc",
            Self::Tls => "tls",
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }

    /// The protocol of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|protocol| protocol.as_str() == name)
    }

    /// Whether its requests have a method and a path.
    pub fn is_http(self) -> bool {
        matches!(self, Self::Http1 | Self::Http2 | Self::Grpc)
    }
}
