//! What is asked.

use core::net::IpAddr;

use crate::table::GatewayId;
use crate::vocabulary::Scheme;

/// A request as the proxy received it: borrowed parts, nothing parsed yet.
///
/// ```
/// use fingerpost::Request;
///
/// let headers: &[(&[u8], &[u8])] = &[(b"x-env", b"canary")];
/// let request = Request::new(b"GET", b"/cart?x=1")
///     .with_authority(b"shop.example")
///     .with_headers(headers);
/// assert_eq!(request.method(), b"GET");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    method: &'r [u8],
    target: &'r [u8],
    scheme: Scheme,
    authority: Option<&'r [u8]>,
    headers: &'r [(&'r [u8], &'r [u8])],
    gateway: Option<GatewayId>,
    listener: Option<&'r str>,
    port: Option<u16>,
    protocol: RequestProtocol,
    sni: Option<&'r [u8]>,
    client_namespace: Option<&'r str>,
    source_ip: Option<IpAddr>,
    destination_ip: Option<IpAddr>,
    attributes: &'r [(&'r str, &'r [u8])],
    random: u64,
}

/// What the client speaks.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum RequestProtocol {
    /// HTTP/1.
    #[default]
    Http1,
    /// HTTP/2.
    Http2,
    /// HTTP/3.
    Http3,
    /// gRPC over HTTP/2.
    Grpc,
    /// A TLS connection, before anything in it is read.
    Tls,
    /// A TCP connection.
    Tcp,
    /// A UDP datagram.
    Udp,
}

impl<'r> Request<'r> {
    /// A request for `target` (path and query, origin form), without headers.
    pub fn new(method: &'r [u8], target: &'r [u8]) -> Self {
        Self {
            method,
            target,
            scheme: Scheme::Http,
            authority: None,
            headers: &[],
            gateway: None,
            listener: None,
            port: None,
            protocol: RequestProtocol::Http1,
            sni: None,
            client_namespace: None,
            source_ip: None,
            destination_ip: None,
            attributes: &[],
            random: 0,
        }
    }

    /// Sets the authority: Host header or `:authority`, with or without port.
    #[must_use]
    pub fn with_authority(mut self, authority: &'r [u8]) -> Self {
        self.authority = Some(authority);
        self
    }

    /// Sets the headers, in order, without the authority and pseudo-headers.
    #[must_use]
    pub fn with_headers(mut self, headers: &'r [(&'r [u8], &'r [u8])]) -> Self {
        self.headers = headers;
        self
    }

    /// Sets the scheme. Default: `http`.
    #[must_use]
    pub fn with_scheme(mut self, scheme: Scheme) -> Self {
        self.scheme = scheme;
        self
    }

    /// Names the gateway that took the request. Without one every gateway of the
    /// table is considered, which is ambiguous where two would differ.
    #[must_use]
    pub fn with_gateway(mut self, gateway: GatewayId) -> Self {
        self.gateway = Some(gateway);
        self
    }

    /// Names the listener within its gateway.
    #[must_use]
    pub fn with_listener(mut self, listener: &'r str) -> Self {
        self.listener = Some(listener);
        self
    }

    /// Sets the port the request came in on. Without one, the scheme's port is
    /// taken where the gateway listens on it, otherwise any.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Sets what the client speaks. Default: HTTP/1.
    #[must_use]
    pub fn with_protocol(mut self, protocol: RequestProtocol) -> Self {
        self.protocol = protocol;
        self
    }

    /// Sets the TLS server name.
    #[must_use]
    pub fn with_sni(mut self, sni: &'r [u8]) -> Self {
        self.sni = Some(sni);
        self
    }

    /// Sets the namespace of the client's workload.
    #[must_use]
    pub fn with_client_namespace(mut self, namespace: &'r str) -> Self {
        self.client_namespace = Some(namespace);
        self
    }

    /// Sets the client's address.
    #[must_use]
    pub fn with_source_ip(mut self, address: IpAddr) -> Self {
        self.source_ip = Some(address);
        self
    }

    /// Sets the address the client connected to.
    #[must_use]
    pub fn with_destination_ip(mut self, address: IpAddr) -> Self {
        self.destination_ip = Some(address);
        self
    }

    /// Sets the number that decides which shares of requests this one belongs to: for
    /// predicates on a fraction, uniform over all of `u64`. Default: 0, which is in
    /// every share.
    #[must_use]
    pub fn with_random(mut self, random: u64) -> Self {
        self.random = random;
        self
    }

    /// Sets attributes: facts that only the caller knows, by name.
    #[must_use]
    pub fn with_attributes(mut self, attributes: &'r [(&'r str, &'r [u8])]) -> Self {
        self.attributes = attributes;
        self
    }

    /// The method.
    pub fn method(&self) -> &'r [u8] {
        self.method
    }

    /// Path and query as they came.
    pub fn target(&self) -> &'r [u8] {
        self.target
    }

    /// The scheme.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The authority as it came.
    pub fn authority(&self) -> Option<&'r [u8]> {
        self.authority
    }

    /// The headers.
    pub fn headers(&self) -> &'r [(&'r [u8], &'r [u8])] {
        self.headers
    }

    /// The gateway named.
    pub fn gateway(&self) -> Option<GatewayId> {
        self.gateway
    }

    /// The listener named.
    pub fn listener(&self) -> Option<&'r str> {
        self.listener
    }

    /// The port stated.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// What the client speaks.
    pub fn protocol(&self) -> RequestProtocol {
        self.protocol
    }

    /// The TLS server name.
    pub fn sni(&self) -> Option<&'r [u8]> {
        self.sni
    }

    /// The namespace of the client's workload.
    pub fn client_namespace(&self) -> Option<&'r str> {
        self.client_namespace
    }

    /// The client's address.
    pub fn source_ip(&self) -> Option<IpAddr> {
        self.source_ip
    }

    /// The address the client connected to.
    pub fn destination_ip(&self) -> Option<IpAddr> {
        self.destination_ip
    }

    /// The number that decides which shares of requests this one belongs to.
    pub fn random(&self) -> u64 {
        self.random
    }

    /// Facts that only the caller knows.
    pub fn attributes(&self) -> &'r [(&'r str, &'r [u8])] {
        self.attributes
    }

    /// The request with another method, as a further stage sees it.
    pub(crate) fn with_method(mut self, method: &'r [u8]) -> Self {
        self.method = method;
        self
    }

    /// The request as it can be decided: a connection has no target.
    pub(crate) fn settled(mut self) -> Self {
        if !is_http(&self) {
            self.target = b"";
        }
        self
    }

    /// The first value of a header, by name without regard to case.
    pub(crate) fn header(&self, name: &[u8]) -> Option<&'r [u8]> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
    }

    /// Whether the request is gRPC.
    pub(crate) fn is_grpc(&self) -> bool {
        if self.protocol == RequestProtocol::Grpc {
            return true;
        }
        // SPEC: gRPC over HTTP/2: content-type is application/grpc, or that
        // followed by "+" or ";".
        let prefix = b"application/grpc";
        self.header(b"content-type").is_some_and(|value| {
            value
                .get(..prefix.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
                && matches!(value.get(prefix.len()), None | Some(b'+' | b';' | b' '))
        })
    }
}

/// Whether it is an HTTP request rather than a connection or datagram.
pub(crate) fn is_http(request: &Request<'_>) -> bool {
    !matches!(
        request.protocol(),
        RequestProtocol::Tcp | RequestProtocol::Tls | RequestProtocol::Udp
    )
}
