//! The Location of a redirect.

use crate::matcher::authority::strip_port;
use crate::matcher::fields::query_of;
use crate::matcher::request::Request;
use crate::matcher::scratch::Scratch;
use crate::table::Sections;
use crate::table::action::RedirectEntry;
use crate::vocabulary::{Normalization, Scheme};

/// Writes the Location into the scratch.
pub(crate) fn write(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    candidate: u32,
    redirect: &RedirectEntry,
    listener_port: u16,
    profile: Normalization,
) {
    let scheme = redirect.scheme.unwrap_or(request.scheme());
    let out = &mut scratch.location;
    out.clear();

    let host = match redirect.host {
        Some(host) => Some(sections.text.get(host)),
        // SPEC: HTTPRequestRedirectFilter.hostname: the request's Host, its port left out.
        None => request.authority().and_then(strip_port),
    };
    let port = port(redirect, scheme, request, listener_port);
    // Without a host there is nothing to name an origin with (RFC 9110 4.2.1: an
    // empty host is invalid); a bare path then keeps the client where it is.
    if let Some(host) = host {
        out.extend_from_slice(scheme.as_str().as_bytes());
        out.extend_from_slice(b"://");
        out.extend_from_slice(host);
        if let Some(port) = port {
            out.push(b':');
            push_decimal(out, port);
        }
    }

    if let Some(path) = redirect.path {
        super::rewrite::apply(
            sections,
            &mut scratch.paths,
            request,
            candidate,
            path,
            profile,
        );
    }
    let out = &mut scratch.location;
    out.extend_from_slice(scratch.paths.get(request));
    // The query stays: leaving it out would change what is asked for.
    let query = query_of(request.target());
    if !query.is_empty() {
        out.push(b'?');
        out.extend_from_slice(query);
    }
}

/// The port to write; `None` where it is the scheme's own.
// SPEC: HTTPRequestRedirectFilter.port: the filter's; else, where it sets a scheme,
// that scheme's well-known port; else the listener's. Left out where it is the
// default of the Location's scheme.
fn port(
    redirect: &RedirectEntry,
    scheme: Scheme,
    request: &Request<'_>,
    listener_port: u16,
) -> Option<u16> {
    let port = match (redirect.port, redirect.scheme) {
        (Some(port), _) => port,
        (None, Some(scheme)) => scheme.default_port(),
        (None, None) if listener_port != 0 => listener_port,
        (None, None) => request.port().unwrap_or(scheme.default_port()),
    };
    (port != scheme.default_port()).then_some(port)
}

fn push_decimal(out: &mut alloc::vec::Vec<u8>, number: u16) {
    let mut digits = [0; 5];
    let mut at = digits.len();
    let mut rest = number;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}
