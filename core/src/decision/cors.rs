//! Cross-origin resource sharing.
//!
//! The engine answers preflights itself and says which headers a response to any
//! other cross-origin request carries.

use super::Decision;
use crate::matcher::request::Request;
use crate::table::Sections;
use crate::table::action::{CorsEntry, CorsOriginEntry};
use crate::table::regex::RegexScratch;

/// A preflight: OPTIONS with Origin and Access-Control-Request-Method.
// SPEC: Fetch standard, CORS-preflight request.
pub(crate) fn is_preflight(request: &Request<'_>) -> bool {
    request.method() == b"OPTIONS"
        && origin_of(request).is_some()
        && request.header(b"access-control-request-method").is_some()
}

/// The origin of a request. Two are none: whoever follows could take the other one.
// SPEC: RFC 6454 7.3: a request has at most one Origin header.
fn origin_of<'r>(request: &Request<'r>) -> Option<&'r [u8]> {
    let mut lines = request.headers().iter();
    let mut origins = lines
        .by_ref()
        .filter(|(name, _)| name.eq_ignore_ascii_case(b"origin"));
    let (_, origin) = origins.next()?;
    origins.next().is_none().then_some(*origin)
}

impl<'a> Decision<'a> {
    /// Whether the request is a preflight that is answered here.
    pub fn is_preflight(&self) -> bool {
        self.verdict.preflight
    }

    /// Whether a CORS policy applies to the request.
    pub fn has_cors(&self) -> bool {
        self.cors_entry().is_some() && origin_of(&self.request).is_some()
    }

    /// The CORS headers of the response; none where the origin is not allowed.
    /// Does not allocate.
    pub fn cors_headers(&self) -> impl Iterator<Item = (&'static str, &'a [u8])> + 'a {
        let headers = self.cors_entry().and_then(|cors| {
            let origin = origin_of(&self.request)?;
            Some(self.cors_values(cors, origin, self.verdict.allowed?))
        });
        headers
            .unwrap_or([None; 6])
            .into_iter()
            .flatten()
            .filter(|(_, value): &(&'static str, &'a [u8])| !value.is_empty())
    }

    // SPEC: Gateway API, HTTPCORSFilter: with credentials `*` is never sent; origin,
    // methods and headers then echo the request's, and exposed headers are left out.
    fn cors_values(
        &self,
        cors: &CorsEntry,
        origin: &'a [u8],
        allowed: Allowed,
    ) -> [Option<(&'static str, &'a [u8])>; 6] {
        let text = &self.sections.text;
        let any_origin = allowed == Allowed::Any && !cors.credentials;
        let exposed = match (cors.any_exposed, cors.credentials) {
            (true, true) => None,
            (true, false) => Some(&b"*"[..]),
            (false, _) => Some(text.get(cors.exposed)),
        };
        let asked = |any: bool, listed, header: &[u8]| match (any, cors.credentials) {
            (true, true) => self.request.header(header),
            (true, false) => Some(&b"*"[..]),
            (false, _) => Some(text.get(listed)),
        };
        let preflight = self.verdict.preflight;
        let methods = asked(
            cors.any_method,
            cors.methods,
            b"access-control-request-method",
        );
        let headers = asked(
            cors.any_header,
            cors.headers,
            b"access-control-request-headers",
        );
        [
            Some((
                "access-control-allow-origin",
                if any_origin { b"*" } else { origin },
            )),
            cors.credentials
                .then_some(("access-control-allow-credentials", &b"true"[..])),
            methods
                .filter(|_| preflight)
                .map(|v| ("access-control-allow-methods", v)),
            headers
                .filter(|_| preflight)
                .map(|v| ("access-control-allow-headers", v)),
            exposed.map(|v| ("access-control-expose-headers", v)),
            cors.max_age
                .filter(|_| preflight)
                .map(|age| ("access-control-max-age", text.get(age))),
        ]
    }

    fn cors_entry(&self) -> Option<&'a CorsEntry> {
        self.sections.actions.cors.optional(self.verdict.cors)
    }
}

/// How an origin is allowed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Allowed {
    Any,
    Listed,
}

/// Whether a policy allows the request's origin. Asked when deciding, since patterns
/// need working memory.
pub(crate) fn allowed(
    sections: &Sections,
    regex: &mut RegexScratch,
    request: &Request<'_>,
    cors: u32,
) -> Option<Allowed> {
    let cors = sections.actions.cors.optional(cors)?;
    let origin = origin_of(request)?;
    let origins = cors.origins.of(&sections.actions.cors_origins);
    if origins
        .iter()
        .any(|allowed| matches!(allowed, CorsOriginEntry::Any))
    {
        return Some(Allowed::Any);
    }
    let parts = split_origin(origin);
    let text = &sections.text;
    let predicates = &sections.predicates;
    let listed = origins.iter().any(|allowed| match (*allowed, parts) {
        // What has a path is no origin, however a pattern ends (RFC 6454 7.1).
        (CorsOriginEntry::Value(test), parts) => {
            (parts.is_some() || origin == b"null")
                && predicates.value_holds(text, regex, test, origin)
        }
        (CorsOriginEntry::Any, _) => true,
        (_, None) => false,
        (
            CorsOriginEntry::Exact {
                scheme: s,
                host: h,
                port: p,
            },
            Some((scheme, host, port)),
        ) => text.get(s) == scheme && text.get(h).eq_ignore_ascii_case(host) && p == port,
        // SPEC: HTTPCORSFilter.allowOrigins: `*` is greedy to the left, over any
        // number of labels.
        (
            CorsOriginEntry::Wildcard {
                scheme: s,
                suffix,
                port: p,
            },
            Some((scheme, host, port)),
        ) => {
            let suffix = text.get(suffix);
            let tail = host
                .len()
                .checked_sub(suffix.len())
                .filter(|&start| start > 0);
            text.get(s) == scheme
                && p == port
                && tail
                    .and_then(|start| host.get(start..))
                    .is_some_and(|tail| tail.eq_ignore_ascii_case(suffix))
        }
    });
    listed.then_some(Allowed::Listed)
}

/// Scheme, host and port of an origin; a missing port is the scheme's.
fn split_origin(origin: &[u8]) -> Option<(&[u8], &[u8], u16)> {
    let colon = memchr::memmem::find(origin, b"://")?;
    let (scheme, rest) = (origin.get(..colon)?, origin.get(colon + 3..)?);
    let default = match scheme {
        b"http" => 80,
        b"https" => 443,
        _ => 0,
    };
    let digits = rest
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let host_end = rest.len().checked_sub(digits)?;
    // An origin ends with its host and port: user, path and query are not part of it,
    // and `*.a.example` must not find its end in one (`https://evil.example/.a.example`).
    let is_sound = |byte: &u8| byte.is_ascii_graphic() && !b"/?#@\\".contains(byte);
    if !scheme.is_ascii() || !rest.iter().all(is_sound) {
        return None;
    }
    let (host, port) = match rest.get(..host_end)?.strip_suffix(b":") {
        Some(host) if digits > 0 => {
            let port = core::str::from_utf8(rest.get(host_end..)?).ok()?;
            (host, port.parse().ok()?)
        }
        _ => (rest, default),
    };
    is_host(host).then_some((scheme, host, port))
}

/// Whether an origin's host is one: no browser sends one with a port within or with an
/// empty label, and `*.a.example` must not find its end in what is none
/// (`https://evil.example:80.a.example`).
// SPEC: RFC 6454 7.1, RFC 3986 3.2.2: colons stand in brackets.
fn is_host(host: &[u8]) -> bool {
    if let Some(address) = host.strip_prefix(b"[") {
        let is_part = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
        let address = address.strip_suffix(b"]");
        return address.is_some_and(|address| address.iter().all(is_part));
    }
    let has_mark = host.iter().any(|byte| b":[]".contains(byte));
    let has_empty_label = host.starts_with(b".") || memchr::memmem::find(host, b"..").is_some();
    !host.is_empty() && !has_mark && !has_empty_label
}
