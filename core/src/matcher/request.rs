//! What is asked.

use core::net::IpAddr;

use super::target::Shape;
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
    random: Option<u64>,
    /// Whether a fragment was cut off the target.
    has_fragment: bool,
    /// Whether the target was taken out of a URL: then it may begin with `?`.
    is_from_url: bool,
    /// Whether spaces and tabs around a header's value do not count.
    trims: bool,
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
    /// A request for `target`, without headers.
    ///
    /// The target is in origin form: path and query. `OPTIONS` may ask for `*`, and
    /// `CONNECT` for `host:port` or, in HTTP/2 and HTTP/3, for nothing. A target in
    /// absolute form (`http://…`) is refused when it is decided:
    /// [`Request::from_url`] takes one apart.
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
            random: None,
            has_fragment: false,
            is_from_url: false,
            trims: false,
        }
    }

    /// A request for an absolute `http` or `https` URL (RFC 9112 3.2.2), without
    /// headers: scheme and authority are the URL's. `None` where it is none.
    ///
    /// Nothing else is checked here: a user name or an empty host makes an authority
    /// that is refused when the request is decided.
    ///
    /// ```
    /// use fingerpost::{Request, Scheme};
    ///
    /// let request = Request::from_url(b"GET", b"https://shop.example/cart?x=1").unwrap();
    /// assert_eq!(request.scheme(), Scheme::Https);
    /// assert_eq!(request.authority(), Some(&b"shop.example"[..]));
    /// assert_eq!(request.target(), b"/cart?x=1");
    /// assert!(Request::from_url(b"GET", b"/cart").is_none());
    /// ```
    pub fn from_url(method: &'r [u8], url: &'r [u8]) -> Option<Self> {
        let scheme_length = scheme_of_url(url)?;
        // SPEC: RFC 3986 3.1: schemes compare without regard to case.
        let scheme = [Scheme::Http, Scheme::Https].into_iter().find(|scheme| {
            url.get(..scheme_length)
                .is_some_and(|text| text.eq_ignore_ascii_case(scheme.as_str().as_bytes()))
        })?;
        let rest = url.get(scheme_length + b"://".len()..)?;
        // SPEC: RFC 3986 3.2: the authority ends at the next `/`, `?` or `#`.
        let end = memchr::memchr3(b'/', b'?', b'#', rest).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end)?;
        let target = match rest.first() {
            // SPEC: RFC 9112 3.2.4: an OPTIONS request for a URL without path and
            // query asks for `*`.
            None | Some(b'#') if method == b"OPTIONS" => b"*",
            None | Some(b'#') => b"/",
            Some(_) => rest,
        };
        let mut request = Self::new(method, target)
            .with_scheme(scheme)
            .with_authority(authority);
        request.has_fragment = rest.first() == Some(&b'#');
        request.is_from_url = true;
        Some(request)
    }

    /// Sets the authority: Host header or `:authority`, with or without port.
    #[must_use]
    pub fn with_authority(mut self, authority: &'r [u8]) -> Self {
        self.authority = Some(authority);
        self
    }

    /// Sets the headers, in order, without pseudo-headers. A `host` header must say
    /// what the authority says; where none is set, it is the authority.
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

    /// Sets the TLS server name, as the client sent it. An empty one and an IP
    /// address are no name of a host; a trailing dot does not count.
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
    /// predicates on a fraction, uniform over all of `u64`. Where it is not set, a
    /// decision takes it [from its draws](crate::Draws), and
    /// [`find`](crate::Table::find_with), which has none, takes 0, which is in every
    /// share. Set it where the same client is to stay in its share: to a hash of what
    /// the client is known by.
    #[must_use]
    pub fn with_random(mut self, random: u64) -> Self {
        self.random = Some(random);
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

    /// Path and query as they came. Of a request that was taken out of a URL without
    /// path, the query with its `?`. That of a decision's request has no fragment.
    pub fn target(&self) -> &'r [u8] {
        self.target
    }

    /// The scheme.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The authority as it came; that of a decision's request is the `host` header
    /// where no authority was set.
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
    pub fn random(&self) -> Option<u64> {
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

    /// Whether [`Request::settled`] would change nothing.
    #[inline]
    pub(crate) fn is_settled(&self, shape: &Shape) -> bool {
        // Without headers there is none that could say the authority.
        let has_authority = self.authority.is_some() || self.headers.is_empty();
        self.target.len() == shape.len && (has_authority || !is_http(self))
    }

    /// The request as it can be decided. A connection has no target. A target has no
    /// fragment; what a gateway makes of one is asked by
    /// [`Request::has_fragment`]. A `host` header is the authority.
    pub(crate) fn settled(mut self, shape: &Shape) -> Self {
        if !is_http(&self) {
            self.target = b"";
            return self;
        }
        if shape.len < self.target.len() {
            self.target = self.target.get(..shape.len).unwrap_or_default();
            self.has_fragment = true;
        }
        self.authority = self.settled_authority();
        self
    }

    /// The authority as it counts: a `host` header is that of an HTTP request without one.
    pub(crate) fn settled_authority(&self) -> Option<&'r [u8]> {
        match self.authority {
            None if is_http(self) => self.header(b"host").map(trimmed),
            stated => stated,
        }
    }

    /// Whether a fragment was cut off the target.
    pub(crate) fn has_fragment(&self) -> bool {
        self.has_fragment
    }

    /// Whether the target was taken out of a URL.
    pub(crate) fn is_from_url(&self) -> bool {
        self.is_from_url
    }

    /// Whether spaces and tabs around headers' values do not count.
    pub(crate) fn trims(&self) -> bool {
        self.trims
    }

    /// The request as a gateway looks at it that trims headers' values, or does not.
    pub(crate) fn trimming(mut self, trims: bool) -> Self {
        self.trims = trims;
        self
    }

    /// What counts of a header's value.
    // SPEC: `HeaderRules::trim_values`.
    pub(crate) fn field<'v>(&self, value: &'v [u8]) -> &'v [u8] {
        match self.trims {
            true => trimmed(value),
            false => value,
        }
    }

    /// The first value of a header, by name without regard to case.
    pub(crate) fn header(&self, name: &[u8]) -> Option<&'r [u8]> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| self.field(value))
    }

    /// Whether the request is gRPC.
    pub(crate) fn is_grpc(&self) -> bool {
        if self.protocol == RequestProtocol::Grpc {
            return true;
        }
        // SPEC: gRPC over HTTP/2: content-type is application/grpc, or that
        // followed by "+" or ";". RFC 9110 5.5 and 5.6.6: there may be spaces and tabs
        // around the value and before its parameters.
        let prefix = b"application/grpc";
        self.header(b"content-type").is_some_and(|value| {
            let end = memchr::memchr(b';', value).unwrap_or(value.len());
            let kind = trimmed(value.get(..end).unwrap_or(value));
            kind.get(..prefix.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
                && matches!(kind.get(prefix.len()), None | Some(b'+'))
        })
    }
}

/// Whether it is an HTTP request rather than a connection or datagram.
#[inline]
pub(crate) fn is_http(request: &Request<'_>) -> bool {
    !matches!(
        request.protocol(),
        RequestProtocol::Tcp | RequestProtocol::Tls | RequestProtocol::Udp
    )
}

/// A header's value without the spaces and tabs around it.
// SPEC: RFC 9110 5.5.
pub(crate) fn trimmed(value: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = value.iter().position(|byte| !is_space(byte));
    let end = value.iter().rposition(|byte| !is_space(byte));
    match (start, end) {
        (Some(start), Some(end)) => value.get(start..=end).unwrap_or_default(),
        _ => &[],
    }
}

/// Whether a text is a method or a header's name can be.
// SPEC: RFC 9110 5.6.2.
#[inline]
pub(crate) fn is_token(text: &[u8]) -> bool {
    // The methods of nearly all requests.
    text == b"GET" || text == b"POST" || is_token_by_bytes(text)
}

fn is_token_by_bytes(text: &[u8]) -> bool {
    let is_token_byte = |&byte: &u8| TOKEN_BYTES.get(usize::from(byte)) == Some(&true);
    !text.is_empty() && text.iter().all(is_token_byte)
}

/// Whether each byte may stand in a token.
const TOKEN_BYTES: [bool; 256] = {
    let mut bytes = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        let byte = at as u8;
        bytes[at] = byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'!' | b'#'
                    | b'$'
                    | b'%'
                    | b'&'
                    | b'\''
                    | b'*'
                    | b'+'
                    | b'-'
                    | b'.'
                    | b'^'
                    | b'_'
                    | b'`'
                    | b'|'
                    | b'~'
            );
        at += 1;
    }
    bytes
};

/// Length of the scheme of `scheme://…`; `None` where the text does not begin so.
// SPEC: RFC 3986 3.1.
pub(crate) fn scheme_of_url(text: &[u8]) -> Option<usize> {
    let colon = memchr::memchr(b':', text)?;
    let scheme = text.get(..colon)?;
    let (first, rest) = scheme.split_first()?;
    let is_scheme = first.is_ascii_alphabetic()
        && rest
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    let is_url = is_scheme && text.get(colon..)?.starts_with(b"://");
    is_url.then_some(colon)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_trimmed_of_spaces_and_tabs_only() {
        assert_eq!(trimmed(b" \t a b\t "), b"a b");
        assert_eq!(trimmed(b"a\n"), b"a\n");
        assert_eq!(trimmed(b" \t"), b"");
        assert_eq!(trimmed(b""), b"");
    }

    #[test]
    fn every_byte_of_a_token_counts() {
        let is_allowed =
            |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        for length in 1..9 {
            for place in 0..length {
                for byte in 0..=255 {
                    let mut text = alloc::vec![b'T'; length];
                    text[place] = byte;
                    assert_eq!(is_token(&text), is_allowed(byte), "{text:?}");
                }
            }
        }
        for method in [
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get",
        ] {
            assert!(is_token(method.as_bytes()), "{method}");
        }
        assert!(!is_token(b""));
    }

    #[test]
    fn a_url_begins_with_a_scheme_and_two_slashes() {
        for (text, want) in [
            ("http://a", Some(4)),
            ("a+b-c.1:///", Some(7)),
            ("1a://b", None),
            ("://b", None),
            ("a:/b", None),
            ("/a://b", None),
            ("a b://c", None),
        ] {
            assert_eq!(scheme_of_url(text.as_bytes()), want, "{text}");
        }
    }
}
