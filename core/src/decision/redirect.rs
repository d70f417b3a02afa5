//! The Location of a redirect.

use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

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
    // Without a host a bare path keeps the client where it is. Where the redirect
    // names another place, the client's view of this machine stands for the host;
    // where that is not known either, the host is empty and the proxy's to fill in.
    let elsewhere = redirect.port.is_some()
        || redirect
            .scheme
            .is_some_and(|scheme| scheme != request.scheme());
    if host.is_some() || elsewhere {
        out.extend_from_slice(scheme.as_str().as_bytes());
        out.extend_from_slice(b"://");
        match (host, request.destination_ip()) {
            (Some(host), _) => out.extend_from_slice(host),
            (None, Some(address)) => push_address(out, address),
            (None, None) => {}
        }
        // With an empty host the port stands even where it is the scheme's own:
        // browsers take `https:///a.example/` for a.example.
        let nameless = host.is_none() && request.destination_ip().is_none();
        let port = port.or(nameless.then(|| scheme.default_port()));
        if let Some(port) = port {
            push_display(out, format_args!(":{port}"));
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
    let path = scratch.paths.get(request);
    let slashes = path
        .iter()
        .take_while(|byte| matches!(byte, b'/' | b'\\'))
        .count();
    // A bare path must not begin with `//`, which would name another host; a browser
    // takes a backslash for a slash.
    if out.is_empty() && slashes > 1 {
        out.push(b'/');
        out.extend_from_slice(path.get(slashes..).unwrap_or_default());
    } else {
        out.extend_from_slice(path);
    }
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

/// An address as a URL writes it.
fn push_address(out: &mut Vec<u8>, address: IpAddr) {
    match address {
        IpAddr::V4(address) => push_display(out, format_args!("{address}")),
        IpAddr::V6(address) => push_display(out, format_args!("[{address}]")),
    }
}

/// Appends formatted text; does not allocate where `out` has room.
fn push_display(out: &mut Vec<u8>, text: fmt::Arguments<'_>) {
    struct Bytes<'o>(&'o mut Vec<u8>);
    impl fmt::Write for Bytes<'_> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.extend_from_slice(text.as_bytes());
            Ok(())
        }
    }
    // Writing to a vector does not fail.
    let _ = fmt::Write::write_fmt(&mut Bytes(out), text);
}
