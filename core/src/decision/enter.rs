//! Where a request enters: its listener, and the rule of the listener's stage.
//!
//! Nearly every request comes in by one gateway, of which one listener takes it, and with
//! a plain path. Its way is straight and short; whatever else there may be (several
//! gateways, a server name, a path that is not canonical) is in functions of its own,
//! so that the usual request pays for none of it. Both ways ask the same questions.

use core::fmt;

use super::admit::{Admission, enter_gateway, enter_path};
use super::layers::deciding;
use super::straight::{self, Straight};
use super::view::StageView;
use super::{Outcome, Reason, Verdict};
use crate::matcher::facts::Seen;
use crate::matcher::listener;
use crate::matcher::request::{Request, RequestProtocol, is_http};
use crate::matcher::scratch::Scratch;
use crate::matcher::walk::{Found, Search};
use crate::table::names::ObjectName;
use crate::table::{GatewayEntry, NONE, Sections, Table};
use crate::vocabulary::Scheme;

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
    ///
    /// ```
    /// # #[cfg(feature = "compile")] {
    /// use fingerpost::Request;
    /// use fingerpost::builder::{Route, Routes, segments};
    ///
    /// let shop = Route::any_host().rule(segments("/cart").to("cart"));
    /// let table = Routes::new().route(shop).build().unwrap();
    /// let mut scratch = table.create_scratch(); // one for each thread
    ///
    /// let cart = table.find_with(&mut scratch, &Request::new(b"GET", b"/cart/7"));
    /// assert_eq!(cart.map(|matched| matched.stage().rule), Some(0));
    /// assert!(table.find_with(&mut scratch, &Request::new(b"GET", b"/")).is_none());
    /// # }
    /// ```
    pub fn find_with<'t>(
        &'t self,
        scratch: &mut Scratch,
        request: &Request<'_>,
    ) -> Option<Matched<'t>> {
        scratch.prepare(self);
        let (sections, scratch) = deciding(&self.sections, scratch, request);
        scratch.paths.begin(request);
        let shape = &scratch.paths.shape;
        let settled;
        let request = match request.is_settled(shape) {
            true => request,
            false => {
                settled = request.settled(shape);
                &settled
            }
        };
        let entered = enter(sections, scratch, request).ok()?;
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

/// Whether two are the same match of the same table, come in by the same listener.
impl PartialEq for Matched<'_> {
    fn eq(&self, other: &Self) -> bool {
        core::ptr::eq(self.sections, other.sections)
            && (self.listener, self.candidate) == (other.listener, other.candidate)
    }
}

impl Eq for Matched<'_> {}

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

/// Why a request enters nowhere: a [`Verdict`] of few words.
#[derive(Clone, Copy)]
pub(crate) struct Missed {
    outcome: Outcome,
    status: u16,
    reason: Reason,
    /// Index of the listener, or [`NONE`].
    listener: u32,
    /// Another listener whose answer differs, or [`NONE`].
    rival: u32,
}

impl Missed {
    fn new(outcome: Outcome, status: u16, reason: Reason) -> Self {
        Self {
            outcome,
            status,
            reason,
            listener: NONE,
            rival: NONE,
        }
    }

    fn refused(reason: Reason) -> Self {
        Self::new(Outcome::Reject, 400, reason)
    }

    /// The client is sent to the canonical path.
    fn moved() -> Self {
        Self::new(Outcome::Redirect, 307, Reason::EscapedSlash)
    }

    fn by(self, listener: u32) -> Self {
        Self { listener, ..self }
    }

    pub(crate) fn verdict(self) -> Verdict {
        let mut verdict = Verdict::new(self.outcome, self.status, self.reason);
        verdict.listener = self.listener;
        verdict.rival = self.rival;
        verdict
    }
}

/// Checks a request and finds where it enters; leaves host and path in the scratch
/// as that gateway sees them. The request is [settled](Request::settled), and the
/// scratch knows its [shape](crate::matcher::target::Shape).
#[inline(always)]
pub(crate) fn enter(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
) -> Result<Entered, Missed> {
    match straight::enter(sections, scratch, request) {
        Straight::Entered(entered) => Ok(entered),
        Straight::NoRule(listener) => {
            Err(Missed::new(Outcome::NoRoute, 404, Reason::NoRule).by(listener))
        }
        Straight::Other => enter_anyhow(sections, scratch, request),
    }
}

/// The same for any request.
#[inline(never)]
fn enter_anyhow(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
) -> Result<Entered, Missed> {
    scratch.begin(u64::MAX);
    if is_http(request) {
        super::check::http(sections, scratch, request).map_err(Missed::refused)?;
    }
    if let Some(authority) = request.authority()
        && !scratch.host.take(authority)
    {
        return Err(Missed::refused(Reason::BadAuthority));
    }

    find_entry(sections, scratch, request)
}

/// Finds the listener and the rule of its stage; leaves the path as that gateway
/// normalises it.
#[inline]
fn find_entry(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
) -> Result<Entered, Missed> {
    let (first, last) = match request.gateway() {
        Some(id) => (id.0, id.0 + 1),
        None => (0, sections.gateways.len() as u32),
    };
    let has_server_name = request.sni().is_some() || request.protocol() == RequestProtocol::Tls;
    let entry = sections.gateways.get(first as usize);
    // The usual way in: one gateway, and the authority says the host.
    let Some(entry) = entry.filter(|_| last - first == 1 && !has_server_name) else {
        return find_entry_among(sections, scratch, request, (first, last));
    };
    let trims = entry.trim_values;
    let trimming;
    let seen = match request.trims() == trims {
        true => request,
        false => {
            trimming = request.trimming(trims);
            &trimming
        }
    };
    match find_in_gateway(sections, scratch, seen, (first, entry)) {
        Some(entered) => entered,
        None => find_entry_among(sections, scratch, request, (first, last)),
    }
}

/// Finds the entry where no other gateway is to be asked and no server name counts;
/// `None` where several of the gateway's listeners take the request.
#[inline]
fn find_in_gateway(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    (gateway, entry): (u32, &GatewayEntry),
) -> Option<Result<Entered, Missed>> {
    let taken = match listener::sole(sections, entry, request) {
        Some(sole) => sole,
        None => {
            let authority = request.authority().map(|_| scratch.host.get(request));
            listener::only_among(sections, gateway, request, authority)?
        }
    };
    let Some(listener) = taken else {
        let missed = Missed::new(Outcome::NoRoute, 404, Reason::NoListener);
        return Some(Err(missed));
    };
    scratch.fields.begin_gateway(request.trims());
    // A plain path is canonical in every gateway, and nothing else of most is refused.
    let is_plain = is_http(request)
        && scratch.paths.shape.is_plain
        && !request.has_fragment()
        && !entry.reject_underscores;
    if !is_plain && let Err(missed) = enter_only(sections, scratch, request, gateway) {
        return Some(Err(missed.by(listener)));
    }
    Some(
        match find_in_listener(sections, scratch, request, listener) {
            Ok(found) => Ok(Entered {
                listener,
                gateway,
                found,
            }),
            Err(missed) => Err(missed.by(listener)),
        },
    )
}

/// Lets a request in where no other gateway is to be asked.
#[inline(never)]
fn enter_only(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    gateway: u32,
) -> Result<(), Missed> {
    match enter_gateway(sections, scratch, request, gateway) {
        Ok(Admission::Taken) => Ok(()),
        Ok(Admission::Moved) => {
            scratch.location.clear();
            scratch.location.extend_from_slice(&scratch.buffer);
            Err(Missed::moved())
        }
        Err(reason) => Err(Missed::refused(reason)),
    }
}

/// Finds the entry among several gateways, or several listeners of one, where each may
/// take the request, refuse it, or send it elsewhere.
#[inline(never)]
fn find_entry_among(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    (first, last): (u32, u32),
) -> Result<Entered, Missed> {
    if !scratch.server_name.take(request.sni()) {
        return Err(Missed::refused(Reason::BadServerName));
    }
    // A connection's host is its server name, in further stages too.
    if request.protocol() == RequestProtocol::Tls {
        match scratch.server_name.get() {
            Some(name) => scratch.host.set(name),
            None => {
                scratch.host.clear();
                true
            }
        };
    }
    let by_server_name = match request.protocol() {
        RequestProtocol::Tls => true,
        RequestProtocol::Tcp | RequestProtocol::Udp => false,
        _ => request.scheme() == Scheme::Https && scratch.server_name.get().is_some(),
    };
    let mut entered: Option<Entered> = None;
    let mut missed = Missed::new(Outcome::NoRoute, 404, Reason::NoListener);
    let mut path_of: Option<u32> = None;
    // The listener of a gateway that sends the client to the canonical path.
    let mut moved: Option<u32> = None;
    for gateway in first..last {
        let trims = sections.trims(gateway);
        let trimming;
        let request = match request.trims() == trims {
            true => request,
            false => {
                trimming = request.trimming(trims);
                &trimming
            }
        };
        let authority = request.authority().map(|_| scratch.host.get(request));
        let name = match by_server_name {
            true => scratch.server_name.get(),
            false => authority,
        };
        // More than one listener only where the request leaves the port open, or
        // where two Services share a name.
        let mut taking = listener::taking(sections, gateway, request, name);
        while let Some(id) = taking.next(sections, request) {
            if by_server_name && request.protocol() != RequestProtocol::Tls {
                let authority = request.authority().map(|_| scratch.host.get(request));
                match meant(sections, gateway, request, id, authority) {
                    Meant::This => {}
                    Meant::Another => {
                        if missed.outcome != Outcome::Reject && entered.is_none() {
                            missed = Missed::new(Outcome::NoRoute, 421, Reason::Misdirected);
                            missed.listener = id;
                        }
                        continue;
                    }
                    Meant::None => continue,
                }
            }
            if path_of != Some(gateway) {
                path_of = None;
                scratch.fields.begin_gateway(trims);
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
                            missed = Missed::refused(reason).by(id);
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
                Err(miss) => {
                    let is_first = missed.reason == Reason::NoListener;
                    if is_first || miss.outcome == Outcome::Reject {
                        missed = miss.by(id);
                    }
                }
            }
        }
    }
    if let Some(listener) = moved {
        return Err(Missed::moved().by(listener));
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

#[cold]
fn ambiguous(listener: u32, rival: u32) -> Missed {
    Missed {
        rival,
        ..Missed::new(Outcome::Ambiguous, 0, Reason::Ambiguous).by(listener)
    }
}

#[inline(never)]
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
#[inline(never)]
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
    let mut meant = Meant::None;
    let mut taking = listener::taking(sections, gateway, &request, authority);
    while let Some(best) = taking.next(sections, &request) {
        if best == chosen {
            return Meant::This;
        }
        meant = Meant::Another;
    }
    meant
}

#[inline(always)]
fn find_in_listener(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    listener: u32,
) -> Result<Found, Missed> {
    let missed = Missed::new(Outcome::NoRoute, 404, Reason::NoRule);
    let stage = sections
        .listeners
        .get(listener as usize)
        .map(|listener| listener.stage);
    let stage = stage.ok_or(missed)?;
    let found = find_in_stage(sections, scratch, request, stage);
    if let Some(reason) = unsound(scratch) {
        return Err(Missed::refused(reason));
    }
    found.ok_or(missed)
}

/// Why the request is refused for what a rule looked at, where it is.
#[inline]
pub(crate) fn unsound(scratch: &Scratch) -> Option<Reason> {
    let fields = &scratch.fields;
    if !(fields.bad_header | fields.overflow) {
        return None;
    }
    Some(match fields.bad_header {
        true => Reason::BadHeader,
        false => Reason::HeaderTooLong,
    })
}

/// The best rule of a stage for a request that is settled.
#[inline(always)]
pub(crate) fn find_in_stage(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    stage: u32,
) -> Option<Found> {
    let stage = sections.stages.get(stage as usize)?;
    let host = scratch.host.view(request);
    let path = scratch.paths.get(request);
    let mut search = Search {
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
    search.find(stage, host, path)
}
