//! What of an `http::Request` is decided on.

use alloc::string::String;
use alloc::vec::Vec;

use ::http::header::{HOST, HeaderMap, HeaderValue};
use ::http::request::Parts;
use ::http::uri::{PathAndQuery, Uri};
use ::http::{Method, Version};

use crate::matcher::request::{Request, RequestProtocol};
use crate::vocabulary::Scheme;

/// An authority that no request may have. Stands for several Host headers, so that
/// the engine refuses the request as one with a malformed authority.
const MALFORMED: &[u8] = b" ";

/// What a [`Request`] is made of, borrowed from an `http::Request`.
///
/// | of the request | is taken from |
/// |---|---|
/// | method, target, headers | themselves; an absolute target counts by its path and query |
/// | authority | the URI where it has one, else the Host header |
/// | scheme | the URI where it has one, else `http` |
/// | protocol | the version; gRPC is known by its content type |
///
/// Everything else (port, addresses, TLS) the caller adds to
/// [`RequestHead::request`]; the scheme too, where TLS ended before and the URI does
/// not say so.
///
/// ```
/// # #[cfg(feature = "compile")] {
/// use std::net::IpAddr;
///
/// use fingerpost::builder::{Route, Routes, any};
/// use fingerpost::http::RequestHead;
/// use fingerpost::{Draws, Scheme};
///
/// let table = Routes::new()
///     .route(Route::host("shop.example").rule(any().source("10.0.0.0/8").to("admin")))
///     .build()
///     .unwrap();
///
/// let request = http::Request::get("/cart").header("host", "shop.example").body(()).unwrap();
/// let client: IpAddr = [10, 1, 2, 3].into(); // of the connection
/// let head = RequestHead::from(&request);
/// let asked = head.request().with_scheme(Scheme::Https).with_port(443).with_source_ip(client);
/// let mut scratch = table.create_scratch();
/// let decision = table.decide_with(&mut scratch, &asked, Draws::fixed(0));
/// assert_eq!(decision.backend().unwrap().name, "admin");
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RequestHead<'r> {
    method: &'r [u8],
    target: Target<'r>,
    authority: Option<&'r [u8]>,
    scheme: Scheme,
    protocol: RequestProtocol,
    inline: [(&'r [u8], &'r [u8]); RequestHead::INLINE_HEADERS],
    /// All headers, where there is no room for them in `inline`.
    spilled: Vec<(&'r [u8], &'r [u8])>,
    len: usize,
}

#[derive(Clone, Debug)]
enum Target<'r> {
    Borrowed(&'r [u8]),
    /// `http://host?query`, whose path is empty: `/?query`.
    Owned(String),
}

impl<'r> RequestHead<'r> {
    /// How many header lines there is room for without allocating.
    pub const INLINE_HEADERS: usize = 32;

    /// The head of a request taken apart.
    ///
    /// ```
    /// use fingerpost::http::RequestHead;
    ///
    /// let (parts, ()) = http::Request::get("/cart").body(()).unwrap().into_parts();
    /// let head = RequestHead::new(&parts);
    /// assert_eq!(head.request().target(), b"/cart");
    /// ```
    pub fn new(parts: &'r Parts) -> Self {
        Self::of(&parts.method, &parts.uri, parts.version, &parts.headers)
    }

    /// The request to decide.
    ///
    /// ```
    /// use fingerpost::http::RequestHead;
    /// use fingerpost::Scheme;
    ///
    /// let request = http::Request::get("/cart").header("host", "shop.example").body(()).unwrap();
    /// let head = RequestHead::from(&request);
    /// let request = head.request().with_scheme(Scheme::Https).with_port(8443);
    /// assert_eq!(request.authority(), Some(&b"shop.example"[..]));
    /// ```
    pub fn request(&self) -> Request<'_> {
        let target = match &self.target {
            Target::Borrowed(target) => target,
            Target::Owned(target) => target.as_bytes(),
        };
        let headers = match self.spilled.is_empty() {
            true => self.inline.get(..self.len).unwrap_or_default(),
            false => &self.spilled,
        };
        let request = Request::new(self.method, target)
            .with_headers(headers)
            .with_scheme(self.scheme)
            .with_protocol(self.protocol);
        match self.authority {
            Some(authority) => request.with_authority(authority),
            None => request,
        }
    }

    fn of(method: &'r Method, uri: &'r Uri, version: Version, headers: &'r HeaderMap) -> Self {
        let target = uri.path_and_query().map_or("", PathAndQuery::as_str);
        let target = match target.starts_with('?') {
            true => Target::Owned(alloc::format!("/{target}")),
            false => Target::Borrowed(target.as_bytes()),
        };
        let mut head = Self {
            method: method.as_str().as_bytes(),
            target,
            authority: authority(uri, headers),
            scheme: match uri.scheme_str() {
                Some("https") => Scheme::Https,
                _ => Scheme::Http,
            },
            protocol: match version {
                Version::HTTP_2 => RequestProtocol::Http2,
                Version::HTTP_3 => RequestProtocol::Http3,
                _ => RequestProtocol::Http1,
            },
            inline: [(b"", b""); Self::INLINE_HEADERS],
            spilled: Vec::new(),
            len: 0,
        };
        let lines = || {
            // The Host header is the authority, which stands by itself.
            let lines = headers.iter().filter(|(name, _)| *name != HOST);
            lines.map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes()))
        };
        for line in lines() {
            let Some(place) = head.inline.get_mut(head.len) else {
                head.spilled.reserve_exact(headers.len());
                head.spilled.extend(lines());
                break;
            };
            *place = line;
            head.len += 1;
        }
        head
    }
}

impl<'r> From<&'r Parts> for RequestHead<'r> {
    fn from(parts: &'r Parts) -> Self {
        Self::new(parts)
    }
}

impl<'r, B> From<&'r ::http::Request<B>> for RequestHead<'r> {
    fn from(request: &'r ::http::Request<B>) -> Self {
        let (method, uri) = (request.method(), request.uri());
        Self::of(method, uri, request.version(), request.headers())
    }
}

fn authority<'r>(uri: &'r Uri, headers: &'r HeaderMap) -> Option<&'r [u8]> {
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next().map(HeaderValue::as_bytes);
    // SPEC: RFC 9112 3.2: a request with more than one Host header is answered with 400.
    if hosts.next().is_some() {
        return Some(MALFORMED);
    }
    // SPEC: RFC 9112 3.2.2: of a request with an absolute target, Host is ignored.
    uri.authority()
        .map(|authority| authority.as_str().as_bytes())
        .or(host)
}
