//! What is asked of a request before anything is matched.
//!
//! What one component reads differently from the next is how requests end up where
//! they should not; so what can be read in two ways is refused, never mended. Checks
//! that a gateway chooses are made where it is known, in
//! [`enter`](super::enter).
//!
//! Each check is one pass over what it is about. What a pass finds besides is kept for
//! whoever needs it next.

use super::Reason;
use crate::matcher::authority::{MAX_HOST, host_of};
use crate::matcher::facts::parameters;
use crate::matcher::fields::query_of;
use crate::matcher::request::{Request, RequestProtocol, is_token, scheme_of_url};
use crate::matcher::scratch::Scratch;
use crate::matcher::target::Shape;
use crate::table::predicate::NameIndex;
use crate::table::{GatewayEntry, Sections};
use crate::vocabulary::Fragment;

/// Whether an HTTP request is one that can be matched at all; the request is
/// [settled](Request::settled).
pub(super) fn http(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
) -> Result<(), Reason> {
    let shape = &scratch.paths.shape;
    if !is_token(request.method()) {
        return Err(Reason::BadMethod);
    }
    target(sections, request, shape)?;
    scratch.fields.note_likely(headers(sections, request)?);
    let shape = &scratch.paths.shape;
    if shape.path_len < shape.len && has_too_many_parameters(sections, request) {
        return Err(Reason::TooManyParameters);
    }
    Ok(())
}

/// Whether a query has more parameters than the table's limit.
#[inline]
pub(super) fn has_too_many_parameters(sections: &Sections, request: &Request<'_>) -> bool {
    let most = sections.limits.parameters;
    most != u32::MAX
        && parameters(query_of(request.target()))
            .nth(most as usize)
            .is_some()
}

/// What one gateway does not take.
#[inline]
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

#[inline]
fn target(sections: &Sections, request: &Request<'_>, shape: &Shape) -> Result<(), Reason> {
    let target = request.target();
    // Of a URL without path, the path is written in front.
    let is_bare_query = target.first() == Some(&b'?') && request.is_from_url();
    let length = target.len().saturating_add(usize::from(is_bare_query));
    if length > sections.limits.target as usize {
        return Err(Reason::TargetTooLong);
    }
    // A plain path begins with a slash.
    let form_is_sound = shape.is_plain || is_form(request)?;
    match form_is_sound && shape.is_sound {
        true => Ok(()),
        false => Err(Reason::BadPath),
    }
}

/// Whether a target has a form that its method allows.
#[inline(never)]
fn is_form(request: &Request<'_>) -> Result<bool, Reason> {
    let target = request.target();
    let is_connect = request.method() == b"CONNECT";
    // SPEC: RFC 9112 3.2: origin form; `*` only for OPTIONS, an authority only for
    // CONNECT. RFC 9113 8.5, RFC 9114 4.4: there CONNECT has no path.
    let is_sound = match target.first() {
        None => is_connect && request.protocol() != RequestProtocol::Http1,
        Some(b'?') => request.is_from_url(),
        Some(b'/') => true,
        Some(b'*') => target == b"*" && request.method() == b"OPTIONS",
        Some(_) if scheme_of_url(target).is_some() => return Err(Reason::AbsoluteForm),
        Some(_) => is_connect && host_of(target, &mut [0; MAX_HOST]).is_some(),
    };
    Ok(is_sound)
}

/// Gives which headers can have a name that rules ask for, as
/// [`Fields::note_likely`](crate::matcher::fields::Fields::note_likely) takes it.
///
/// Most headers have a name of a length that nobody asks about, and that is all that is
/// looked at.
#[inline]
pub(super) fn headers(sections: &Sections, request: &Request<'_>) -> Result<u64, Reason> {
    if request.headers().len() > sections.limits.headers as usize {
        return Err(Reason::TooManyHeaders);
    }
    let wanted = sections.predicates.names.headers.lengths;
    let looked_at = wanted | NameIndex::length_bit(0) | NameIndex::length_bit(b"host".len());
    let mut likely = 0u64;
    let mut hosts = 0u32;
    for (at, (name, _)) in request.headers().iter().enumerate() {
        if !NameIndex::has_length(looked_at, name.len()) {
            continue;
        }
        if name.is_empty() {
            return Err(Reason::BadHeader);
        }
        likely |= 1u64.wrapping_shl(at as u32);
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
    Ok(likely)
}
