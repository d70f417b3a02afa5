//! The words that JSON, and with it the command line, has for closed sets.

use crate::matcher::request::RequestProtocol;
use crate::table::precedence::Clause;
use crate::vocabulary::Precedence;

impl RequestProtocol {
    /// Every one, in the order of the contract.
    pub const ALL: [Self; 7] = [
        Self::Http1,
        Self::Http2,
        Self::Http3,
        Self::Grpc,
        Self::Tls,
        Self::Tcp,
        Self::Udp,
    ];

    /// `http1`, `http2`, `http3`, `grpc`, `tls`, `tcp` or `udp`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http1 => "http1",
            Self::Http2 => "http2",
            Self::Http3 => "http3",
            Self::Grpc => "grpc",
            Self::Tls => "tls",
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }

    /// The protocol of this name. HTTP/2 also goes by the names that ALPN (`h2`),
    /// RFC 7540 (`h2c`) and the Gateway API conformance suite
    /// (`H2C_PRIOR_KNOWLEDGE`) give it, HTTP/3 by ALPN's (`h3`), in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        const HTTP2: [&str; 3] = ["h2", "h2c", "h2c_prior_knowledge"];
        if HTTP2.iter().any(|alias| name.eq_ignore_ascii_case(alias)) {
            return Some(Self::Http2);
        }
        if name.eq_ignore_ascii_case("h3") {
            return Some(Self::Http3);
        }
        Self::ALL
            .into_iter()
            .find(|protocol| protocol.as_str() == name)
    }

    /// Whether its requests have a method and a path.
    pub fn is_http(self) -> bool {
        matches!(self, Self::Http1 | Self::Http2 | Self::Http3 | Self::Grpc)
    }
}

impl Precedence {
    /// `gateway-api`, `app-mesh`, `first-match`, `oldest-route` or `specific`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GatewayApi => "gateway-api",
            Self::AppMesh => "app-mesh",
            Self::FirstMatch => "first-match",
            Self::OldestRoute => "oldest-route",
            Self::Specific => "specific",
        }
    }
}

impl Clause {
    /// `priority`, `host`, `path_kind`, `path_length`, `exact_path`, `literal_bytes`,
    /// `path_form`, `grpc_method`, `method`, `headers`, `query`, `predicates`, `age`,
    /// `name` or `position`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Priority => "priority",
            Self::Host => "host",
            Self::PathKind => "path_kind",
            Self::PathLength => "path_length",
            Self::ExactPath => "exact_path",
            Self::LiteralBytes => "literal_bytes",
            Self::PathForm => "path_form",
            Self::GrpcMethod => "grpc_method",
            Self::Method => "method",
            Self::Headers => "headers",
            Self::Query => "query",
            Self::Predicates => "predicates",
            Self::Age => "age",
            Self::Name => "name",
            Self::Position => "position",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_protocol_has_one_name_and_http2_and_http3_those_of_their_standards() {
        for protocol in RequestProtocol::ALL {
            assert_eq!(
                RequestProtocol::from_name(protocol.as_str()),
                Some(protocol)
            );
        }
        for name in ["h2", "H2", "h2c", "H2C_PRIOR_KNOWLEDGE"] {
            assert_eq!(
                RequestProtocol::from_name(name),
                Some(RequestProtocol::Http2),
                "{name}"
            );
        }
        assert_eq!(RequestProtocol::from_name("HTTP1"), None);
        assert_eq!(
            RequestProtocol::from_name("H3"),
            Some(RequestProtocol::Http3)
        );
        assert_eq!(RequestProtocol::from_name("http4"), None);
    }
}
