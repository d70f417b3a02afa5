//! Where a request enters: its listener, and the rule of the listener's stage.

use alloc::vec::Vec;
use core::fmt;

use super::view::StageView;
use super::{Outcome, Reason, Verdict};
use crate::matcher::authority::{MAX_HOST, ServerName, server_name};
use crate::matcher::facts::Seen;
use crate::matcher::listener;
use crate::matcher::normalize::{self, Refusal};
use crate::matcher::request::{Request, RequestProtocol, is_http};
use crate::matcher::scratch::{HostView, PathBuffers, Scratch};
use crate::matcher::walk::{Found, Search};
use crate::table::names::ObjectName;
use crate::table::{NONE, Sections, Table};
use crate::vocabulary::{EscapedSlashes, Scheme};

/// The rule that takes a request, as [`Table::find_with`] gives it.
#[derive(Clone, Copy)]
pub struct Matched<'t> {
    sections: &'t Sections,
    listener: u32,
    candidate: u32,
}

impl Table {
    /// Finds the rule that takes a request, without deciding anything: no backend
    /// is drawn, nothing is rewritten, no further stage is searched. `None` where
    /// no rule takes it, where it is refused or sent to its canonical path, and where two
    /// gateways differ; the
    /// decision of [`Table::decide_with`] tells these apart.
    ///
    /// Does not allocate, provided that `scratch` was made for this table, and
    /// never panics. Linear in the request and in the rules that share its host
    /// and path prefix.
    pub fn find_with<'t>(
        &'t self,
        scratch: &mut Scratch,
        request: &Request<'_>,
    ) -> Option<Matched<'t>> {
        scratch.prepare(self);
        let sections = &*self.sections;
        let entered = enter(sections, scratch, &request.settled()).ok()?;
        Some(Matched {
            sections,
            listener: entered.listener,
            candidate: entered.found.candidate,
        })
    }
}

impl<'t> Matched<'t> {
    /// The rule, its route, and where it was written.
    pub fn stage(&self) -> StageView<'t> {
        let listener = self.sections.listeners.get(self.listener as usize);
        let stage = listener.map_or(NONE, |listener| listener.stage);
        self.sections.stage_view(stage, self.candidate, None)
    }

    /// The gateway that took the request.
    pub fn gateway(&self) -> Option<ObjectName<'t>> {
        self.sections.gateway_of_listener(self.listener)
    }

    /// The listener that took the request.
    pub fn listener(&self) -> Option<&'t str> {
        self.sections.listener_name(self.listener)
    }
}

impl fmt::Debug for Matched<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Matched").field(&self.stage()).finish()
    }
}

/// Where a request enters.
#[derive(Clone, Copy)]
pub(crate) struct Entered {
    pub(crate) listener: u32,
    pub(crate) gateway: u32,
    pub(crate) found: Found,
}

/// Checks a request and finds where it enters; leaves host and path in the scratch
/// as that gateway sees them.
pub(crate) fn enter(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
) -> Result<Entered, Verdict> {
    scratch.fields.begin();
    scratch.trail.len = 0;
    scratch.paths.changed = false;
    scratch.host.clear();
    scratch.captures.clear();

    if is_http(request) {
        super::check::http(sections, request).map_err(refused)?;
    }
    if let Some(authority) = request.authority()
        && !scratch.host.set(authority)
    {
        return Err(refused(Reason::BadAuthority));
    }

    find_entry(sections, scratch, request)
}

fn refused(reason: Reason) -> Verdict {
    Verdict::new(Outcome::Reject, 400, reason)
}

/// Finds the listener and the rule of its stage; leaves the path as that gateway
/// normalises it.
fn find_entry(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
) -> Result<Entered, Verdict> {
    let (first, last) = match request.gateway() {
        Some(id) => (id.0, id.0 + 1),
        None => (0, sections.gateways.len() as u32),
    };
    let mut sni = [0; MAX_HOST];
    let sni_host = match server_name(request.sni(), &mut sni) {
        ServerName::None => None,
        ServerName::Host(length) => sni.get(..length),
        ServerName::Malformed => return Err(refused(Reason::BadServerName)),
    };
    // A connection's host is its server name, in further stages too.
    if request.protocol() == RequestProtocol::Tls {
        match sni_host {
            Some(name) => scratch.host.set(name),
            None => {
                scratch.host.clear();
                true
            }
        };
    }
    let mut entered: Option<Entered> = None;
    let mut missed = Verdict::new(Outcome::NoRoute, 404, Reason::NoListener);
    let mut path_of: Option<u32> = None;
    // The listener of a gateway that sends the client to the canonical path.
    let mut moved: Option<u32> = None;
    for gateway in first..last {
        let request = &request.trimming(sections.trims(gateway));
        let by_server_name = match request.protocol() {
            RequestProtocol::Tls => true,
            RequestProtocol::Tcp | RequestProtocol::Udp => false,
            _ => request.scheme() == Scheme::Https && sni_host.is_some(),
        };
        // More than one listener only where the request leaves the port open, or
        // where two Services share a name.
        let mut nth = 0;
        loop {
            let authority = request.authority().map(|_| scratch.host.get());
            let name = if by_server_name { sni_host } else { authority };
            let Some(id) = listener::nth(sections, gateway, request, name, nth) else {
                break;
            };
            nth += 1;
            let meant = match by_server_name && request.protocol() != RequestProtocol::Tls {
                true => meant(sections, gateway, request, id, authority),
                false => Meant::This,
            };
            match meant {
                Meant::This => {}
                Meant::Another => {
                    if missed.outcome != Outcome::Reject && entered.is_none() {
                        missed = Verdict::new(Outcome::NoRoute, 421, Reason::Misdirected);
                        missed.listener = id;
                    }
                    continue;
                }
                Meant::None => continue,
            }
            if path_of != Some(gateway) {
                path_of = None;
                scratch.fields.begin_gateway(sections.trims(gateway));
                match enter_gateway(sections, scratch, request, gateway) {
                    Ok(Admission::Taken) => path_of = Some(gateway),
                    Ok(Admission::Moved) => {
                        let rival = entered.map(|entered| entered.listener);
                        let is_alike = moved.is_none() || scratch.buffer == scratch.location;
                        if let Some(other) = rival.or(moved.filter(|_| !is_alike)) {
                            return Err(ambiguous(other, id));
                        }
                        scratch.location.clear();
                        scratch.location.extend_from_slice(&scratch.buffer);
                        moved = moved.or(Some(id));
                        break;
                    }
                    Err(reason) => {
                        // Of several that refuse, the first is told of.
                        if missed.outcome != Outcome::Reject {
                            missed = refused(reason);
                            missed.listener = id;
                        }
                        break;
                    }
                }
            }
            match find_in_listener(sections, scratch, request, id) {
                Ok(found) => match (entered, moved) {
                    (None, None) => {
                        entered = Some(Entered {
                            listener: id,
                            gateway,
                            found,
                        });
                    }
                    (None, Some(other)) => return Err(ambiguous(other, id)),
                    (Some(other), _) if same_rule(sections, other.found, found) => {}
                    (Some(other), _) => return Err(ambiguous(other.listener, id)),
                },
                Err(verdict) => {
                    let is_first = missed.reason == Reason::NoListener;
                    if is_first || verdict.outcome == Outcome::Reject {
                        missed = verdict;
                        missed.listener = id;
                    }
                }
            }
        }
    }
    if let Some(listener) = moved {
        let mut verdict = Verdict::new(Outcome::Redirect, 307, Reason::EscapedSlash);
        verdict.listener = listener;
        return Err(verdict);
    }
    let entered = entered.ok_or(missed)?;
    scratch
        .fields
        .begin_gateway(sections.trims(entered.gateway));
    if path_of != Some(entered.gateway) {
        // It was taken before, so it is again.
        let _ = enter_path(sections, &mut scratch.paths, request, entered.gateway);
    }
    Ok(entered)
}

fn ambiguous(listener: u32, rival: u32) -> Verdict {
    let mut verdict = Verdict::new(Outcome::Ambiguous, 0, Reason::Ambiguous);
    verdict.listener = listener;
    verdict.rival = rival;
    verdict
}

fn same_rule(sections: &Sections, one: Found, other: Found) -> bool {
    let rule = |found: Found| {
        sections
            .rule_of_candidate(found.candidate)
            .map(|(_, rule)| rule)
    };
    rule(one) == rule(other)
}

/// Which listener the authority means.
enum Meant {
    /// The one that the server name chose, or an equal one.
    This,
    Another,
    None,
}

/// Whether the authority means the listener that the server name chose.
// SPEC: Gateway API, Listener.hostname: 421 where another listener on the port is
// the better match for the authority; 404 where none matches it.
fn meant(
    sections: &Sections,
    gateway: u32,
    request: &Request<'_>,
    chosen: u32,
    authority: Option<&[u8]>,
) -> Meant {
    let Some(listener) = sections.listeners.get(chosen as usize) else {
        return Meant::None;
    };
    if !listener.detect_misdirected || authority.is_none() {
        return Meant::This;
    }
    let mut request = *request;
    if listener.port != 0 {
        request = request.with_port(listener.port);
    }
    let mut nth = 0;
    let mut meant = Meant::None;
    while let Some(best) = listener::nth(sections, gateway, &request, authority, nth) {
        if best == chosen {
            return Meant::This;
        }
        meant = Meant::Another;
        nth += 1;
    }
    meant
}

fn find_in_listener(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    listener: u32,
) -> Result<Found, Verdict> {
    let missed = Verdict::new(Outcome::NoRoute, 404, Reason::NoRule);
    let stage = sections
        .listeners
        .get(listener as usize)
        .map(|listener| listener.stage);
    let stage = stage.ok_or(missed)?;
    let host = scratch.host.view();
    let path = scratch.paths.get(request);
    let search = Search {
        sections,
        request,
        seen: Seen {
            request,
            path,
            host: host.map(|host| host.name),
        },
        fields: &mut scratch.fields,
        regex: &mut scratch.regex,
        hits: &mut scratch.hits,
        method: sections.method_bit(request.method()),
    };
    let found = find_in_stage(search, stage, host, path);
    if let Some(reason) = unsound(scratch) {
        return Err(refused(reason));
    }
    found.ok_or(missed)
}

/// Why the request is refused for what a rule looked at, where it is.
pub(crate) fn unsound(scratch: &Scratch) -> Option<Reason> {
    match &scratch.fields {
        fields if fields.bad_header => Some(Reason::BadHeader),
        fields if fields.overflow => Some(Reason::HeaderTooLong),
        _ => None,
    }
}

pub(crate) fn find_in_stage(
    mut search: Search<'_, '_>,
    stage: u32,
    host: Option<HostView<'_>>,
    path: &[u8],
) -> Option<Found> {
    let stage = search.sections.stages.get(stage as usize)?;
    search.find(stage, host, path)
}

/// What a gateway does with a request before its rules are looked at.
enum Admission {
    /// Looks at its rules; the path is canonical.
    Taken,
    /// Sends the client to the canonical path; the Location is in the scratch's buffer.
    Moved,
}

/// Makes the path canonical as a gateway says, or gives the reason for which it
/// refuses the request.
fn enter_gateway(
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
    let profile = sections.normalization(gateway);
    let path = paths.of_request(request);
    paths.changed = false;
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
    /// The path as it stands, without query.
    pub(crate) fn get<'p>(&'p self, request: &Request<'p>) -> &'p [u8] {
        if self.changed {
            &self.current
        } else {
            self.of_request(request)
        }
    }

    /// The path as it came: what stands before the query, `/` where that is
    /// nothing, or where the target is an authority (CONNECT).
    pub(crate) fn of_request<'p>(&self, request: &Request<'p>) -> &'p [u8] {
        let target = request.target();
        let end = memchr::memchr(b'?', target).unwrap_or(target.len());
        match target.first() {
            Some(b'/' | b'*') => target.get(..end).unwrap_or(b"/"),
            _ => b"/",
        }
    }
}
