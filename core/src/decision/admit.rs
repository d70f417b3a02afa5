//! Whether a gateway lets a request in, and under which path.
//!
//! A path that is [plain](crate::matcher::target::Shape::is_plain) is canonical in every
//! gateway, and is a part of the request; any other is looked at under the gateway's
//! profile, and written anew where it is not canonical.

use alloc::vec::Vec;

use super::Reason;
use crate::matcher::normalize::{self, Refusal};
use crate::matcher::request::{Request, is_http};
use crate::matcher::scratch::{PathBuffers, Scratch};
use crate::table::Sections;
use crate::vocabulary::EscapedSlashes;

/// What a gateway does with a request before its rules are looked at.
pub(super) enum Admission {
    /// Looks at its rules; the path is canonical.
    Taken,
    /// Sends the client to the canonical path; the Location is in the scratch's buffer.
    Moved,
}

/// Makes the path canonical as a gateway says, or gives the reason for which it
/// refuses the request.
pub(super) fn enter_gateway(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    gateway: u32,
) -> Result<Admission, Reason> {
    if !is_http(request) {
        return Ok(Admission::Taken);
    }
    if let Some(entry) = sections.gateways.get(gateway as usize) {
        super::check::gateway(entry, request)?;
    }
    let has_escaped_slash = enter_path(sections, &mut scratch.paths, request, gateway)?;
    let action = sections.normalization(gateway).escaped_slashes;
    if !has_escaped_slash || action != EscapedSlashes::UnescapeAndRedirect {
        return Ok(Admission::Taken);
    }
    // SPEC: Envoy, UNESCAPE_AND_REDIRECT: gRPC clients follow no redirect.
    if request.is_grpc() {
        return Err(Reason::EscapedSlash);
    }
    write_location(&mut scratch.buffer, scratch.paths.get(request), request);
    Ok(Admission::Moved)
}

/// Writes the canonical path and the query as it is.
fn write_location(location: &mut Vec<u8>, path: &[u8], request: &Request<'_>) {
    location.clear();
    let is_slash = |byte: &u8| matches!(byte, b'/' | b'\\');
    // A bare path must not begin with `//`, which would name another host; a browser
    // takes a backslash for a slash.
    let start = path.iter().position(|byte| !is_slash(byte));
    location.push(b'/');
    location.extend_from_slice(start.and_then(|at| path.get(at..)).unwrap_or_default());
    let target = request.target();
    let query = memchr::memchr(b'?', target).and_then(|at| target.get(at..));
    location.extend_from_slice(query.unwrap_or_default());
}

/// Makes the request's path canonical under a gateway's profile: whether it held
/// escaped slashes that are slashes now, or why it has no canonical form there.
pub(crate) fn enter_path(
    sections: &Sections,
    paths: &mut PathBuffers,
    request: &Request<'_>,
    gateway: u32,
) -> Result<bool, Reason> {
    paths.changed = false;
    if paths.shape.is_plain {
        return Ok(false);
    }
    let profile = sections.normalization(gateway);
    let path = paths.of_request(request);
    if path.first() != Some(&b'/') {
        return Ok(false);
    }
    let finding = normalize::inspect(profile, path).map_err(|refusal| match refusal {
        Refusal::EscapedSlash => Reason::EscapedSlash,
        Refusal::Parameter => Reason::PathParameter,
        Refusal::Escape => Reason::BadEscape,
    })?;
    // A target that is a query alone leaves with its path written out.
    if !finding.is_canonical || request.target().first() == Some(&b'?') {
        paths.current.clear();
        normalize::append_canonical(profile, path, &mut paths.current);
        paths.changed = true;
    }
    Ok(finding.has_escaped_slash)
}

impl PathBuffers {
    /// Looks at the target of a request, before it is settled.
    #[inline(always)]
    pub(crate) fn begin(&mut self, request: &Request<'_>) {
        self.shape.read(request);
    }

    /// The path as it stands, without query. The request is the one that was
    /// [begun](Self::begin) with, settled or not.
    #[inline]
    pub(crate) fn get<'p>(&'p self, request: &Request<'p>) -> &'p [u8] {
        if self.changed {
            &self.current
        } else {
            self.of_request(request)
        }
    }

    /// The path as it came: what stands before the query, `/` where that is
    /// nothing, or where the target is an authority (CONNECT).
    #[inline]
    pub(crate) fn of_request<'p>(&self, request: &Request<'p>) -> &'p [u8] {
        let target = request.target();
        match target.first() {
            Some(b'/' | b'*') => target.get(..self.shape.path_len).unwrap_or(b"/"),
            _ => b"/",
        }
    }
}
