//! The Location of a redirect.
//!
//! Every part that the rule does not set is the request's. The parts are computed
//! from the request as it came into the stage and written in one pass, into memory
//! made with the scratch. A redirect to the very address that was asked for is
//! returned like any other: what is a loop only the client can tell.

use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use super::Reason;
use super::format::Writer;
use super::rewrite::{Parts, PathRules, take};
use crate::matcher::authority::{MAX_HOST, host_of, strip_port};
use crate::matcher::facts::Seen;
use crate::matcher::output::Written;
use crate::matcher::request::Request;
use crate::matcher::scratch::Scratch;
use crate::table::Sections;
use crate::table::action::RedirectEntry;
use crate::vocabulary::Scheme;

/// Writes the Location into the scratch.
pub(crate) fn write(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    redirect: &RedirectEntry,
    listener_port: u16,
    rules: &PathRules,
) -> Result<(), Reason> {
    let mut spare = core::mem::take(&mut scratch.paths.spare);
    let host = scratch.host.get(request);
    let mut writer = Writer {
        sections,
        seen: Seen {
            request,
            path: scratch.paths.get(request),
            host: (!host.is_empty()).then_some(host),
        },
        captures: &scratch.captures,
        buffer: &mut scratch.buffer,
        rendered: &mut scratch.output.rendered,
        draft: None,
    };
    let parts = Parts {
        path: redirect.path,
        query: redirect.query,
        // SPEC: Envoy, RedirectAction.path_redirect: a path with a query of its own
        // takes the place of the request's too.
        replaces_query: true,
    };
    let (regex, query) = (&mut scratch.regex, &mut scratch.output.query);
    let host = redirect.host.map(|host| writer.value(host));
    let taken = take(&mut writer, regex, parts, rules, &mut spare, query);
    scratch.paths.spare = spare;
    let host = host.transpose()?;
    if taken? {
        scratch.paths.commit();
    }
    push_origin(sections, scratch, request, redirect, host, listener_port)?;

    let out = &mut scratch.location;
    let path = scratch.paths.get(request);
    let slashes = path
        .iter()
        .take_while(|byte| matches!(byte, b'/' | b'\\'))
        .count();
    // A bare path must not begin with `//`, which would name another host; a browser
    // takes a backslash for a slash.
    if out.is_empty() && slashes > 1 {
        push(out, b"/")?;
        push(out, path.get(slashes..).unwrap_or_default())?;
    } else {
        push(out, path)?;
    }
    // The query stays: leaving it out would change what is asked for.
    let query = scratch.output.query.get(request);
    if !query.is_empty() {
        push(out, b"?")?;
        push(out, query)?;
    }
    Ok(())
}

/// Writes scheme, host and port, where the Location has them.
fn push_origin(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    redirect: &RedirectEntry,
    host: Option<Written>,
    listener_port: u16,
) -> Result<(), Reason> {
    let scheme = redirect.scheme.unwrap_or(request.scheme());
    let out = &mut scratch.location;
    out.clear();
    let host = match host {
        Some(host) => {
            let host = host.get(sections, &scratch.output.rendered);
            if !is_host(host) {
                return Err(Reason::UnsoundOutput);
            }
            Some(host)
        }
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
    if host.is_none() && !elsewhere {
        return Ok(());
    }
    push(out, scheme.as_str().as_bytes())?;
    push(out, b"://")?;
    match (host, request.destination_ip()) {
        (Some(host), _) => push(out, host)?,
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
    Ok(())
}

/// Whether a text is a host without a port.
fn is_host(text: &[u8]) -> bool {
    host_of(text, &mut [0; MAX_HOST]).is_some() && strip_port(text) == Some(text)
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

fn push(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Reason> {
    if out.capacity() - out.len() < bytes.len() {
        return Err(Reason::RewriteTooLong);
    }
    out.extend_from_slice(bytes);
    Ok(())
}
