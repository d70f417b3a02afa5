//! What is asked of a request before anything is matched.
//!
//! What one component reads differently from the next is how requests end up where
//! they should not; so what can be read in two ways is refused, never mended. Checks
//! that a gateway chooses are made where it is known, in
//! [`enter`](super::enter).
//!
//! Each check is one pass over what it is about.

use super::Reason;
use crate::matcher::authority::{MAX_HOST, host_of};
use crate::matcher::facts::parameters;
use crate::matcher::fields::query_of;
use crate::matcher::request::{Request, RequestProtocol, is_token, scheme_of_url};
use crate::table::{GatewayEntry, Sections};
use crate::vocabulary::Fragment;

/// Whether an HTTP request is one that can be matched at all; the request is
/// [settled](Request::settled).
pub(super) fn http(sections: &Sections, request: &Request<'_>) -> Result<(), Reason> {
    if !is_token(request.method()) {
        return Err(Reason::BadMethod);
    }
    target(sections, request)?;
    headers(sections, request)?;
    let most = sections.limits.parameters;
    if most != u32::MAX
        && parameters(query_of(request.target()))
            .nth(most as usize)
            .is_some()
    {
        return Err(Reason::TooManyParameters);
    }
    Ok(())
}

/// What one gateway does not take.
pub(super) fn gateway(entry: &GatewayEntry, request: &Request<'_>) -> Result<(), Reason> {
    if request.has_fragment() && entry.normalization.fragment == Fragment::Reject {
        return Err(Reason::BadPath);
    }
    let is_underscored = |(name, _): &(&[u8], &[u8])| memchr::memchr(b'_', name).is_some();
    if entry.reject_underscores && request.headers().iter().any(is_underscored) {
        return Err(Reason::UnderscoreHeader);
    }
    Ok(())
}

fn target(sections: &Sections, request: &Request<'_>) -> Result<(), Reason> {
    let target = request.target();
    // Of a URL without path, the path is written in front.
    let is_bare_query = target.first() == Some(&b'?') && request.is_from_url();
    let length = target.len().saturating_add(usize::from(is_bare_query));
    if length > sections.limits.target as usize {
        return Err(Reason::TargetTooLong);
    }
    let is_connect = request.method() == b"CONNECT";
    // SPEC: RFC 9112 3.2: origin form; `*` only for OPTIONS, an authority only for
    // CONNECT. RFC 9113 8.5, RFC 9114 4.4: there CONNECT has no path.
    let form_is_sound = match target.first() {
        None => is_connect && request.protocol() != RequestProtocol::Http1,
        Some(b'?') => is_bare_query,
        Some(b'/') => true,
        Some(b'*') => target == b"*" && request.method() == b"OPTIONS",
        Some(_) if scheme_of_url(target).is_some() => return Err(Reason::AbsoluteForm),
        Some(_) => is_connect && host_of(target, &mut [0; MAX_HOST]).is_some(),
    };
    // White space would end the target in a request line.
    // To the end in any case, many bytes at once.
    let is_sound = |sound: bool, &byte: &u8| sound & (byte > b' ') & (byte != 0x7f);
    let bytes_are_sound = target.iter().fold(true, is_sound);
    match form_is_sound && bytes_are_sound {
        true => Ok(()),
        false => Err(Reason::BadPath),
    }
}

fn headers(sections: &Sections, request: &Request<'_>) -> Result<(), Reason> {
    if request.headers().len() > sections.limits.headers as usize {
        return Err(Reason::TooManyHeaders);
    }
    let mut hosts = 0u32;
    for (name, _) in request.headers() {
        if name.is_empty() {
            return Err(Reason::BadHeader);
        }
        if name.eq_ignore_ascii_case(b"host") {
            hosts += 1;
            // SPEC: RFC 9112 3.2: more than one Host field is refused. One beside the
            // authority may differ: to a mesh the authority is the Service that its
            // client connected to (Gateway API conformance, MeshFrontendHostname).
            if hosts > 1 {
                return Err(Reason::DuplicateHost);
            }
        }
    }
    Ok(())
}
