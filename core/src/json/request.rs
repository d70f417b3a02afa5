//! A request as its owner holds it: what JSON or a command line says, checked.
//!
//! # Shape
//!
//! All text lies in one buffer and the fields are ranges of it, so that one
//! [`RequestJson`] takes request after request without allocating anew: reading
//! a log of any length takes the memory of its longest line. The engine borrows
//! from it.
//!
//! # Invariants
//!
//! 1. A range lies within the buffer: ranges are made only where text is added.
//! 2. After a successful [`RequestJson::parse`] or [`RequestJson::finish`] the
//!    method is a token, header names are tokens, header values hold no CR, LF
//!    or NUL, and an HTTP request but CONNECT has a path and every other one a port.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;
use core::str;

use crate::diagnostic::codes::request as codes;
use crate::matcher::request::{RequestProtocol, is_token};
use crate::vocabulary::Scheme;

use super::error::RequestError;
use super::parse;

/// Most headers a request may have.
pub const MAX_HEADERS: usize = 4096;

/// Most attributes a request may have.
pub const MAX_ATTRIBUTES: usize = 256;

/// Most random numbers a request may bring.
pub const MAX_DRAWS: usize = 1024;

/// A request read from JSON, or put together field by field. Reusable.
///
/// # Example
///
/// ```
/// use fingerpost::json::RequestJson;
///
/// let mut request = RequestJson::new();
/// request.parse(br#"{"path":"/cart","headers":[["x-env","canary"]]}"#)?;
/// assert_eq!(request.path(), b"/cart");
/// assert_eq!(request.method(), b"GET");
/// assert_eq!(request.headers().next(), Some((&b"x-env"[..], &b"canary"[..])));
///
/// let error = request.parse(br#"{"path":"/","headers":[["a"]]}"#).unwrap_err();
/// assert_eq!(error.field(), Some("headers[0]"));
/// # Ok::<(), fingerpost::json::RequestError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct RequestJson {
    /// Every text of the request, one after the other.
    text: Vec<u8>,
    /// Takes the converted text of a `latin1` request; kept for its capacity.
    spare: Vec<u8>,
    fields: Fields,
}

/// Where in the buffer a text is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Span {
    start: usize,
    end: usize,
}

#[derive(Clone, Debug, Default)]
struct Fields {
    method: Option<Span>,
    scheme: Option<Scheme>,
    authority: Option<Span>,
    path: Option<Span>,
    headers: Vec<(Span, Span)>,
    gateway: Option<Span>,
    listener: Option<Span>,
    port: Option<u16>,
    sni: Option<Span>,
    protocol: Option<RequestProtocol>,
    source_ip: Option<IpAddr>,
    destination_ip: Option<IpAddr>,
    client_namespace: Option<Span>,
    attributes: Vec<(Span, Span)>,
    /// One number for every draw; counts before the list.
    fixed_draw: Option<u64>,
    draws: Vec<u64>,
    latin1: bool,
}

impl RequestJson {
    /// A request without anything in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a request from one JSON object, in place of what there was.
    ///
    /// # Errors
    ///
    /// The first fault found: bytes that are not JSON, a field that is unknown,
    /// repeated, missing, over a limit or of the wrong type. What the request
    /// holds then is not stated.
    pub fn parse(&mut self, json: &[u8]) -> Result<(), RequestError> {
        self.clear();
        parse::parse(self, json)?;
        self.finish()
    }

    /// Forgets everything but its buffers.
    pub fn clear(&mut self) {
        self.text.clear();
        let mut headers = core::mem::take(&mut self.fields.headers);
        let mut attributes = core::mem::take(&mut self.fields.attributes);
        let mut draws = core::mem::take(&mut self.fields.draws);
        headers.clear();
        attributes.clear();
        draws.clear();
        self.fields = Fields {
            headers,
            attributes,
            draws,
            ..Fields::default()
        };
    }

    /// Checks what has been set, and turns the texts of a `latin1` request into
    /// bytes. To be called once, after the last field.
    ///
    /// # Errors
    ///
    /// A field that is missing or not well formed; see the invariants.
    pub fn finish(&mut self) -> Result<(), RequestError> {
        if self.fields.latin1 {
            self.convert_latin1()?;
        }
        if !is_token(self.method()) {
            return Err(invalid("method", "must be an HTTP method"));
        }
        for (index, (name, value)) in self.headers().enumerate() {
            let field = || format!("headers[{index}]");
            if !is_token(name) {
                return Err(invalid(field(), "must have the name of an HTTP header"));
            }
            if value
                .iter()
                .any(|byte| matches!(byte, b'\r' | b'\n' | b'\0'))
            {
                return Err(invalid(field(), "must have a value without CR, LF or NUL"));
            }
        }
        if self.protocol().is_http() {
            // SPEC: RFC 9113 8.5: CONNECT has no path.
            if self.fields.path.is_none() && self.method() != b"CONNECT" {
                return Err(missing("path", "the request has no path"));
            }
        } else if self.fields.port.is_none() {
            let message = format!(
                "a request of protocol {} needs a port",
                self.protocol().as_str()
            );
            return Err(missing("port", message));
        }
        Ok(())
    }

    /// The method; `GET` where none is given.
    pub fn method(&self) -> &[u8] {
        self.fields.method.map_or(b"GET", |span| self.bytes(span))
    }

    /// The scheme; `http` where none is given.
    pub fn scheme(&self) -> Scheme {
        self.fields.scheme.unwrap_or(Scheme::Http)
    }

    /// The authority as the client wrote it, port included. Where there is none, a
    /// `host` header takes its place when the request is decided.
    pub fn authority(&self) -> Option<&[u8]> {
        self.fields.authority.map(|span| self.bytes(span))
    }

    /// Path and query; empty for protocols that have none.
    pub fn path(&self) -> &[u8] {
        self.fields.path.map_or(b"", |span| self.bytes(span))
    }

    /// Names and values in order.
    pub fn headers(&self) -> impl ExactSizeIterator<Item = (&[u8], &[u8])> {
        self.fields
            .headers
            .iter()
            .map(|&(name, value)| (self.bytes(name), self.bytes(value)))
    }

    /// The gateway that took the request: `namespace/name` or `name`.
    pub fn gateway(&self) -> Option<&str> {
        self.fields.gateway.map(|span| self.str(span))
    }

    /// The listener that took the request.
    pub fn listener(&self) -> Option<&str> {
        self.fields.listener.map(|span| self.str(span))
    }

    /// The port it came in at, where one is given.
    pub fn port(&self) -> Option<u16> {
        self.fields.port
    }

    /// The server name of the TLS handshake.
    pub fn sni(&self) -> Option<&str> {
        self.fields.sni.map(|span| self.str(span))
    }

    /// The protocol; HTTP/1.1 where none is given.
    pub fn protocol(&self) -> RequestProtocol {
        self.fields.protocol.unwrap_or_default()
    }

    /// The client's address.
    pub fn source_ip(&self) -> Option<IpAddr> {
        self.fields.source_ip
    }

    /// The address the client connected to.
    pub fn destination_ip(&self) -> Option<IpAddr> {
        self.fields.destination_ip
    }

    /// The namespace of the client, for a mesh.
    pub fn client_namespace(&self) -> Option<&str> {
        self.fields.client_namespace.map(|span| self.str(span))
    }

    /// Names and values of attributes in order.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.fields
            .attributes
            .iter()
            .map(|&(name, value)| (self.str(name), self.str(value)))
    }

    /// The random number that every draw gives, where the request has one.
    pub fn fixed_draw(&self) -> Option<u64> {
        self.fields.fixed_draw
    }

    /// The random numbers, in the order in which they are drawn.
    pub fn draws(&self) -> &[u64] {
        &self.fields.draws
    }

    /// Whether each character of the request's texts stood for one byte, and the
    /// decision is to answer in kind.
    pub fn is_latin1(&self) -> bool {
        self.fields.latin1
    }

    /// Sets the method.
    pub fn set_method(&mut self, method: &[u8]) {
        self.fields.method = Some(self.add(method));
    }

    /// Sets the scheme.
    pub fn set_scheme(&mut self, scheme: Scheme) {
        self.fields.scheme = Some(scheme);
    }

    /// Sets the authority.
    pub fn set_authority(&mut self, authority: &[u8]) {
        self.fields.authority = Some(self.add(authority));
    }

    /// Sets path and query.
    pub fn set_path(&mut self, path: &[u8]) {
        self.fields.path = Some(self.add(path));
    }

    /// Adds a header.
    ///
    /// # Errors
    ///
    /// There are [`MAX_HEADERS`] already.
    pub fn add_header(&mut self, name: &[u8], value: &[u8]) -> Result<(), RequestError> {
        if self.fields.headers.len() >= MAX_HEADERS {
            return Err(limit("headers", MAX_HEADERS));
        }
        let pair = (self.add(name), self.add(value));
        self.fields.headers.push(pair);
        Ok(())
    }

    /// Sets the gateway.
    pub fn set_gateway(&mut self, gateway: &str) {
        self.fields.gateway = Some(self.add(gateway.as_bytes()));
    }

    /// Sets the listener.
    pub fn set_listener(&mut self, listener: &str) {
        self.fields.listener = Some(self.add(listener.as_bytes()));
    }

    /// Sets the port.
    pub fn set_port(&mut self, port: u16) {
        self.fields.port = Some(port);
    }

    /// Sets the server name.
    pub fn set_sni(&mut self, sni: &str) {
        self.fields.sni = Some(self.add(sni.as_bytes()));
    }

    /// Sets the protocol.
    pub fn set_protocol(&mut self, protocol: RequestProtocol) {
        self.fields.protocol = Some(protocol);
    }

    /// Sets the client's address.
    pub fn set_source_ip(&mut self, ip: IpAddr) {
        self.fields.source_ip = Some(ip);
    }

    /// Sets the address the client connected to.
    pub fn set_destination_ip(&mut self, ip: IpAddr) {
        self.fields.destination_ip = Some(ip);
    }

    /// Sets the client's namespace.
    pub fn set_client_namespace(&mut self, namespace: &str) {
        self.fields.client_namespace = Some(self.add(namespace.as_bytes()));
    }

    /// Adds an attribute.
    ///
    /// # Errors
    ///
    /// The name is taken, or there are [`MAX_ATTRIBUTES`] already.
    pub fn add_attribute(&mut self, name: &str, value: &str) -> Result<(), RequestError> {
        if self.fields.attributes.len() >= MAX_ATTRIBUTES {
            return Err(limit("attributes", MAX_ATTRIBUTES));
        }
        if self.attributes().any(|(taken, _)| taken == name) {
            let field = format!("attributes.{}", parse::shown(name));
            let message = format!("{field} is given twice");
            return Err(RequestError::at(codes::DUPLICATE_FIELD, field, message));
        }
        let pair = (self.add(name.as_bytes()), self.add(value.as_bytes()));
        self.fields.attributes.push(pair);
        Ok(())
    }

    /// Sets the random number that every draw gives.
    pub fn set_fixed_draw(&mut self, draw: u64) {
        self.fields.fixed_draw = Some(draw);
    }

    /// Adds a random number to those that are drawn one after the other.
    ///
    /// # Errors
    ///
    /// There are [`MAX_DRAWS`] already.
    pub fn add_draw(&mut self, draw: u64) -> Result<(), RequestError> {
        if self.fields.draws.len() >= MAX_DRAWS {
            return Err(limit("random", MAX_DRAWS));
        }
        self.fields.draws.push(draw);
        Ok(())
    }

    /// States that each character of method, authority, path and headers stands
    /// for one byte; [`RequestJson::finish`] turns them into bytes.
    pub fn set_latin1(&mut self, latin1: bool) {
        self.fields.latin1 = latin1;
    }

    fn add(&mut self, text: &[u8]) -> Span {
        let start = self.text.len();
        self.text.extend_from_slice(text);
        Span {
            start,
            end: self.text.len(),
        }
    }

    fn bytes(&self, span: Span) -> &[u8] {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// A text that came in as `str` and is never converted.
    fn str(&self, span: Span) -> &str {
        str::from_utf8(self.bytes(span)).unwrap_or_default()
    }

    /// Rewrites the buffer: the texts that the contract counts as bytes shrink
    /// to one byte a character, the others stay.
    fn convert_latin1(&mut self) -> Result<(), RequestError> {
        let Self {
            text,
            spare,
            fields,
        } = self;
        spare.clear();
        let mut narrow = |span: &mut Span, field: &dyn Fn() -> String| {
            let start = spare.len();
            let source = text.get(span.start..span.end).unwrap_or_default();
            for c in str::from_utf8(source).unwrap_or_default().chars() {
                let Ok(byte) = u8::try_from(u32::from(c)) else {
                    let message = "must hold characters up to U+00FF only, as latin1 is true";
                    return Err(invalid(field(), message));
                };
                spare.push(byte);
            }
            *span = Span {
                start,
                end: spare.len(),
            };
            Ok(())
        };
        if let Some(span) = &mut fields.method {
            narrow(span, &|| "method".to_string())?;
        }
        if let Some(span) = &mut fields.authority {
            narrow(span, &|| "authority".to_string())?;
        }
        if let Some(span) = &mut fields.path {
            narrow(span, &|| "path".to_string())?;
        }
        for (index, (name, value)) in fields.headers.iter_mut().enumerate() {
            narrow(name, &|| format!("headers[{index}]"))?;
            narrow(value, &|| format!("headers[{index}]"))?;
        }
        let keep = |span: &mut Span| {
            let start = spare.len();
            spare.extend_from_slice(text.get(span.start..span.end).unwrap_or_default());
            *span = Span {
                start,
                end: spare.len(),
            };
        };
        let names = [
            &mut fields.gateway,
            &mut fields.listener,
            &mut fields.sni,
            &mut fields.client_namespace,
        ];
        names
            .into_iter()
            .flatten()
            .chain(
                fields
                    .attributes
                    .iter_mut()
                    .flat_map(|(name, value)| [name, value]),
            )
            .for_each(keep);
        core::mem::swap(text, spare);
        Ok(())
    }
}

fn invalid(field: impl Into<String>, must: &str) -> RequestError {
    let field = field.into();
    let message = format!("{field} {must}");
    RequestError::at(codes::INVALID_FIELD, field, message)
}

fn missing(field: &str, message: impl Into<String>) -> RequestError {
    RequestError::at(codes::MISSING_FIELD, field, message)
}

fn limit(field: &str, most: usize) -> RequestError {
    RequestError::at(
        codes::LIMIT,
        field,
        format!("{field} has more than {most} entries"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(json: &str) -> RequestJson {
        let mut request = RequestJson::new();
        request.parse(json.as_bytes()).unwrap();
        request
    }

    fn fails(json: &str) -> (String, Option<String>) {
        let error = RequestJson::new().parse(json.as_bytes()).unwrap_err();
        (
            error.code().to_string(),
            error.field().map(ToString::to_string),
        )
    }

    #[test]
    fn latin1_turns_characters_into_bytes_wherever_it_is_written() {
        for json in [
            r#"{"latin1":true,"path":"/ÿ","gateway":"é","headers":{"x":"\u0080"}}"#,
            r#"{"path":"/ÿ","gateway":"é","headers":{"x":"\u0080"},"latin1":true}"#,
        ] {
            let request = parsed(json);
            assert_eq!(request.path(), b"/\xff");
            assert_eq!(request.gateway(), Some("é"));
            assert_eq!(request.headers().next(), Some((&b"x"[..], &b"\x80"[..])));
            assert!(request.is_latin1());
        }
        assert_eq!(parsed(r#"{"path":"/ÿ"}"#).path(), "/ÿ".as_bytes());
    }

    #[test]
    fn latin1_refuses_a_character_that_is_no_byte() {
        let (code, field) = fails(r#"{"latin1":true,"path":"/","headers":[["a","Ā"]]}"#);
        assert_eq!(
            (code.as_str(), field.as_deref()),
            ("FP1203", Some("headers[0]"))
        );
    }

    #[test]
    fn a_header_that_could_split_a_message_is_refused() {
        for pair in [
            r#"["a b","c"]"#,
            r#"["","c"]"#,
            r#"["a","c\r\nd"]"#,
            r#"[":path","/"]"#,
        ] {
            let (code, field) = fails(&format!(r#"{{"path":"/","headers":[["ok","1"],{pair}]}}"#));
            assert_eq!(
                (code.as_str(), field.as_deref()),
                ("FP1203", Some("headers[1]"))
            );
        }
    }

    #[test]
    fn http_needs_a_path_and_everything_else_a_port() {
        assert_eq!(fails("{}"), ("FP1206".into(), Some("path".into())));
        assert_eq!(
            fails(r#"{"path":null}"#),
            ("FP1206".into(), Some("path".into()))
        );
        assert_eq!(
            fails(r#"{"protocol":"tcp"}"#),
            ("FP1206".into(), Some("port".into()))
        );
        assert_eq!(parsed(r#"{"protocol":"udp","port":53}"#).path(), b"");
        assert_eq!(
            parsed(r#"{"method":"CONNECT","authority":"a:443"}"#).path(),
            b""
        );
    }

    #[test]
    fn a_request_is_reused_without_leftovers() {
        let mut request = parsed(
            r#"{"method":"PUT","path":"/a","headers":[["a","b"]],"attributes":{"k":"v"},
                "random":[1,2],"latin1":true,"sni":"s","port":1}"#,
        );
        request.parse(br#"{"path":"/"}"#).unwrap();
        assert_eq!(request.method(), b"GET");
        assert_eq!(request.headers().len(), 0);
        assert_eq!(request.attributes().len(), 0);
        assert!(request.draws().is_empty() && request.fixed_draw().is_none());
        assert!(!request.is_latin1());
        assert_eq!((request.sni(), request.port()), (None, None));
    }

    #[test]
    fn limits_are_errors() {
        let many = |item: &str, count: usize| alloc::vec![item; count].join(",");
        let headers = many(r#"["a","b"]"#, MAX_HEADERS + 1);
        assert_eq!(
            fails(&format!(r#"{{"path":"/","headers":[{headers}]}}"#)),
            ("FP1207".into(), Some("headers".into()))
        );
        let draws = many("1", MAX_DRAWS + 1);
        assert_eq!(
            fails(&format!(r#"{{"path":"/","random":[{draws}]}}"#)),
            ("FP1207".into(), Some("random".into()))
        );
    }
}
