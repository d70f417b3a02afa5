//! The way from a request to a decision, stage by stage.

use super::draw::{Draws, scale};
use super::{Decision, Outcome, Reason, Verdict};
use crate::matcher::authority::host_of;
use crate::matcher::listener;
use crate::matcher::normalize;
use crate::matcher::request::{Request, RequestProtocol, is_http};
use crate::matcher::scratch::{PathBuffers, Scratch, Step};
use crate::matcher::walk::{Found, Search};
use crate::table::action::{ActionEntry, Effects, RuleEntry, TargetEntry, TargetKind};
use crate::table::{NONE, Sections, Table};
use crate::vocabulary::{Normalization, Scheme};

impl Table {
    /// Decides what to do with a request.
    ///
    /// Does not allocate, provided that `scratch` was made for this table. Linear
    /// in the request and in the rules that share its host and path prefix. Never
    /// panics; a malformed request is an [`Outcome::Reject`].
    pub fn decide_with<'a>(
        &'a self,
        scratch: &'a mut Scratch,
        request: &Request<'a>,
        draws: Draws<'_>,
    ) -> Decision<'a> {
        scratch.prepare(self);
        let sections = &*self.sections;
        let request = request.settled();
        let verdict = decide(sections, scratch, &request, draws);
        Decision {
            sections,
            scratch,
            request,
            verdict,
        }
    }

    /// [`Table::decide_with`] with every draw 0 and a scratch of its own, for
    /// where ease matters more than speed. The closure reads the decision.
    pub fn decide<R>(&self, request: &Request<'_>, read: impl FnOnce(Decision<'_>) -> R) -> R {
        let mut scratch = self.create_scratch();
        read(self.decide_with(&mut scratch, request, Draws::fixed(0)))
    }
}

fn decide(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    mut draws: Draws<'_>,
) -> Verdict {
    scratch.fields.begin();
    scratch.trail.len = 0;
    scratch.paths.changed = false;
    scratch.host.len = 0;

    if is_http(request)
        && let Err(reason) = check_target(sections, request)
    {
        return Verdict::new(Outcome::Reject, 400, reason);
    }
    if let Some(authority) = request.authority() {
        match host_of(authority, &mut scratch.host.bytes) {
            Some(length) => scratch.host.len = length,
            None => return Verdict::new(Outcome::Reject, 400, Reason::BadAuthority),
        }
    }

    let entry = match find_entry(sections, scratch, request) {
        Ok(entry) => entry,
        Err(verdict) => return verdict,
    };
    let mut verdict = follow(sections, scratch, request, entry, &mut draws);
    verdict.listener = entry.listener;
    if verdict.outcome == Outcome::Forward {
        draw_mirrors(sections, scratch, &mut verdict, &mut draws);
        finish_target(scratch, request);
    }
    verdict
}

/// Whether the target is one that can be matched at all.
fn check_target(sections: &Sections, request: &Request<'_>) -> Result<(), Reason> {
    let target = request.target();
    if target.len() > sections.limits.target as usize {
        return Err(Reason::TargetTooLong);
    }
    // SPEC: RFC 9112 3.2: origin form; `*` only for OPTIONS, an authority only
    // for CONNECT. A fragment is never sent (RFC 9110 7.1).
    let form_is_sound = match target.first() {
        None | Some(b'?') => false,
        Some(b'/') => true,
        Some(b'*') => target == b"*" && request.method() == b"OPTIONS",
        Some(_) => {
            let mut host = [0; crate::matcher::authority::MAX_HOST];
            request.method() == b"CONNECT" && host_of(target, &mut host).is_some()
        }
    };
    let bytes_are_sound = target
        .iter()
        .all(|&byte| byte > 0x1f && byte != 0x7f && byte != b'#');
    if form_is_sound && bytes_are_sound {
        Ok(())
    } else {
        Err(Reason::BadPath)
    }
}

/// Where a request enters.
#[derive(Clone, Copy)]
pub(crate) struct Entered {
    pub(crate) listener: u32,
    pub(crate) gateway: u32,
    pub(crate) found: Found,
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
    let mut sni = [0; crate::matcher::authority::MAX_HOST];
    let sni_host = match request.sni().filter(|name| !name.is_empty()) {
        None => None,
        Some(name) => match host_of(name, &mut sni) {
            Some(length) => sni.get(..length),
            None => return Err(Verdict::new(Outcome::Reject, 400, Reason::BadAuthority)),
        },
    };
    // A connection's host is its server name, in further stages too.
    if request.protocol() == RequestProtocol::Tls {
        scratch.host.len = 0;
        if let Some(name) = sni_host
            && let Some(room) = scratch.host.bytes.get_mut(..name.len())
        {
            room.copy_from_slice(name);
            scratch.host.len = name.len();
        }
    }
    let mut entered: Option<Entered> = None;
    let mut missed = Verdict::new(Outcome::NoRoute, 404, Reason::NoListener);
    let mut path_of: Option<u32> = None;
    for gateway in first..last {
        let host = scratch.host.clone();
        let authority = request.authority().map(|_| host.get());
        let by_server_name = match request.protocol() {
            RequestProtocol::Tls => true,
            RequestProtocol::Tcp | RequestProtocol::Udp => false,
            _ => request.scheme() == Scheme::Https && sni_host.is_some(),
        };
        let name = if by_server_name { sni_host } else { authority };
        // More than one listener only where the request leaves the port open, or
        // where two Services share a name.
        let mut nth = 0;
        while let Some(id) = listener::nth(sections, gateway, request, name, nth) {
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
                if !enter_path(sections, &mut scratch.paths, request, gateway) {
                    missed = Verdict::new(Outcome::Reject, 400, Reason::BadPath);
                    missed.listener = id;
                    break;
                }
                path_of = Some(gateway);
            }
            match find_in_listener(sections, scratch, request, id, sni_host) {
                Ok(found) => match entered {
                    None => {
                        entered = Some(Entered {
                            listener: id,
                            gateway,
                            found,
                        });
                    }
                    Some(other) if same_rule(sections, other.found, found) => {}
                    Some(other) => {
                        let mut verdict = Verdict::new(Outcome::Ambiguous, 0, Reason::Ambiguous);
                        verdict.listener = other.listener;
                        verdict.rival = id;
                        return Err(verdict);
                    }
                },
                Err(verdict) => {
                    let first = missed.reason == Reason::NoListener;
                    if first || verdict.outcome == Outcome::Reject {
                        missed = verdict;
                        missed.listener = id;
                    }
                }
            }
        }
    }
    let entered = entered.ok_or(missed)?;
    if path_of != Some(entered.gateway) {
        enter_path(sections, &mut scratch.paths, request, entered.gateway);
    }
    Ok(entered)
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
    sni: Option<&[u8]>,
) -> Result<Found, Verdict> {
    let missed = Verdict::new(Outcome::NoRoute, 404, Reason::NoRule);
    let stage = sections
        .listeners
        .get(listener as usize)
        .map(|listener| listener.stage);
    let stage = stage.ok_or(missed)?;
    let host = match request.protocol() {
        RequestProtocol::Tls => sni,
        _ => request.authority().map(|_| scratch.host.get()),
    };
    let path = scratch.paths.get(request);
    let search = Search {
        sections,
        request,
        fields: &mut scratch.fields,
        regex: &mut scratch.regex,
        hits: &mut scratch.hits,
        method: sections.method_bit(request.method()),
    };
    let found = find_in_stage(search, stage, host, path);
    if scratch.fields.overflow {
        return Err(Verdict::new(Outcome::Reject, 400, Reason::HeaderTooLong));
    }
    found.ok_or(missed)
}

fn find_in_stage(
    mut search: Search<'_, '_>,
    stage: u32,
    host: Option<&[u8]>,
    path: &[u8],
) -> Option<Found> {
    let stage = search.sections.stages.get(stage as usize)?;
    search.find(stage, host, path)
}

/// Makes the request's path canonical under a gateway's profile; `false` where it
/// has no canonical form.
pub(crate) fn enter_path(
    sections: &Sections,
    paths: &mut PathBuffers,
    request: &Request<'_>,
    gateway: u32,
) -> bool {
    let profile = sections.normalization(gateway);
    let path = paths.of_request(request);
    paths.changed = false;
    if path.first() == Some(&b'/') && !normalize::is_canonical(profile, path) {
        if normalize::is_ambiguous(profile, path) {
            return false;
        }
        paths.current.clear();
        normalize::append_canonical(profile, path, &mut paths.current);
        paths.changed = true;
    }
    true
}

/// Follows the rule that was found to where the request ends.
fn follow(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    entry: Entered,
    draws: &mut Draws<'_>,
) -> Verdict {
    let mut verdict = Verdict::new(Outcome::Forward, 0, Reason::Matched);
    let mut stage = sections
        .listeners
        .get(entry.listener as usize)
        .map_or(NONE, |l| l.stage);
    let mut candidate = entry.found.candidate;
    loop {
        let Some((rule, _)) = sections.rule_of_candidate(candidate) else {
            return settle(verdict, Outcome::Respond, 500, Reason::NoTarget);
        };
        let mut step = Step {
            stage,
            candidate,
            target: NONE,
            draw: None,
        };
        if let Some(answer) = answer_before_action(sections, request, &mut verdict, rule, draws) {
            scratch.trail.push(step);
            return answer;
        }
        let target = match rule.action {
            ActionEntry::Redirect(redirect) => {
                scratch.trail.push(step);
                return redirected(sections, scratch, request, verdict, entry, redirect);
            }
            ActionEntry::Respond(respond) => {
                scratch.trail.push(step);
                let status = sections
                    .actions
                    .responds
                    .get(respond as usize)
                    .map_or(500, |r| r.status);
                verdict.respond = respond;
                return settle(verdict, Outcome::Respond, status, Reason::Matched);
            }
            ActionEntry::Forward { targets, total } => {
                let all = targets.of(&sections.actions.targets);
                match choose(all, total, draws) {
                    Some((index, draw)) => {
                        step.target = targets.start + index as u32;
                        step.draw = draw;
                        all.get(index)
                    }
                    None => None,
                }
            }
        };
        if !scratch.trail.push(step) {
            return settle(verdict, Outcome::Respond, 500, Reason::TooManyStages);
        }
        // SPEC: Gateway API, HTTPRouteRule.backendRefs: none that can be chosen: 500.
        let Some(target) = target else {
            return settle(verdict, Outcome::Respond, 500, Reason::NoTarget);
        };
        if target.effects.cors != NONE {
            verdict.cors = target.effects.cors;
            if super::cors::is_preflight(request) {
                verdict.preflight = true;
                return settle(verdict, Outcome::Respond, 204, Reason::Preflight);
            }
        }
        if target.effects.redirect != NONE {
            let redirect = target.effects.redirect;
            return redirected(sections, scratch, request, verdict, entry, redirect);
        }
        match target.kind {
            TargetKind::Invalid {
                backend, status, ..
            } => {
                verdict.backend = backend;
                return settle(verdict, Outcome::Respond, status, Reason::InvalidTarget);
            }
            TargetKind::Backend(backend) => {
                verdict.backend = backend;
                let profile = sections.normalization(entry.gateway);
                return match rewrite(sections, scratch, request, candidate, rule, target, profile) {
                    true => verdict,
                    false => settle(verdict, Outcome::Respond, 500, Reason::RewriteTooLong),
                };
            }
            TargetKind::Stage(next) => {
                let profile = sections.normalization(entry.gateway);
                if !rewrite(sections, scratch, request, candidate, rule, target, profile) {
                    return settle(verdict, Outcome::Respond, 500, Reason::RewriteTooLong);
                }
                match find_next(sections, scratch, request, next) {
                    Some(found) => {
                        stage = next;
                        candidate = found.candidate;
                    }
                    // SPEC: App Mesh: a VirtualRouter without a matching route
                    // answers 404.
                    None => return settle(verdict, Outcome::NoRoute, 404, Reason::NoRule),
                }
            }
        }
    }
}

fn settle(mut verdict: Verdict, outcome: Outcome, status: u16, reason: Reason) -> Verdict {
    verdict.outcome = outcome;
    verdict.status = status;
    verdict.reason = reason;
    verdict
}

/// Preflights and faults, which come before a rule's action.
fn answer_before_action(
    sections: &Sections,
    request: &Request<'_>,
    verdict: &mut Verdict,
    rule: &RuleEntry,
    draws: &mut Draws<'_>,
) -> Option<Verdict> {
    if rule.effects.cors != NONE {
        verdict.cors = rule.effects.cors;
        if super::cors::is_preflight(request) {
            verdict.preflight = true;
            return Some(settle(*verdict, Outcome::Respond, 204, Reason::Preflight));
        }
    }
    let fault = sections.actions.faults.get(rule.effects.fault as usize)?;
    if verdict.fault == NONE {
        verdict.fault = rule.effects.fault;
    }
    if fault.delay_ms.is_some() && draws.share(fault.delay_ppm, 1_000_000) {
        verdict.delayed = true;
    }
    let status = fault.abort_status?;
    if draws.share(fault.abort_ppm, 1_000_000) {
        verdict.aborted = true;
        return Some(settle(*verdict, Outcome::Respond, status, Reason::Fault));
    }
    None
}

/// Draws a target by weight: its index, and the draw where one was taken.
fn choose(
    targets: &[TargetEntry],
    total: u64,
    draws: &mut Draws<'_>,
) -> Option<(usize, Option<u64>)> {
    if total == 0 {
        return None;
    }
    let with_share = targets
        .iter()
        .filter(|target| target.weight > 0)
        .take(2)
        .count();
    let draw = (with_share > 1).then(|| draws.next());
    let point = scale(draw.unwrap_or(0), total);
    // The first whose cumulative weight is above the point; zero weights add
    // nothing, so they are never it.
    let index = targets.partition_point(|target| target.cumulative <= point);
    Some((index, draw))
}

fn redirected(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    mut verdict: Verdict,
    entry: Entered,
    redirect: u32,
) -> Verdict {
    let Some(parts) = sections.actions.redirects.get(redirect as usize) else {
        return settle(verdict, Outcome::Respond, 500, Reason::NoTarget);
    };
    verdict.redirect = redirect;
    let candidate = scratch
        .trail
        .get()
        .last()
        .map_or(NONE, |step| step.candidate);
    let port = sections
        .listeners
        .get(entry.listener as usize)
        .map_or(0, |l| l.port);
    let profile = sections.normalization(entry.gateway);
    super::redirect::write(sections, scratch, request, candidate, parts, port, profile);
    settle(verdict, Outcome::Redirect, parts.status, Reason::Matched)
}

/// Applies a rule's and its target's rewrite to path and host; `false` where the
/// result is over the limit.
pub(crate) fn rewrite(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    candidate: u32,
    rule: &RuleEntry,
    target: &TargetEntry,
    profile: Normalization,
) -> bool {
    let part = |effects: &Effects| {
        sections
            .actions
            .rewrites
            .get(effects.rewrite as usize)
            .copied()
    };
    let (of_rule, of_target) = (part(&rule.effects), part(&target.effects));
    // SPEC: Gateway API, HTTPBackendRef.filters: run only for the backend chosen.
    // Both are computed from the matched path, so the target's takes the rule's
    // place.
    let path = of_target
        .and_then(|r| r.path)
        .or(of_rule.and_then(|r| r.path));
    if let Some(path) = path
        && !super::rewrite::apply(
            sections,
            &mut scratch.paths,
            request,
            candidate,
            path,
            profile,
        )
    {
        return false;
    }
    let host = of_target
        .and_then(|r| r.host)
        .or(of_rule.and_then(|r| r.host));
    if let Some(host) = host {
        let text = sections.text.get(host);
        scratch.host.len = host_of(text, &mut scratch.host.bytes).unwrap_or(0);
    }
    true
}

/// The rule of a further stage.
fn find_next(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    stage: u32,
) -> Option<Found> {
    let host = scratch.host.get();
    let host = (!host.is_empty()).then_some(host);
    let search = Search {
        sections,
        request,
        fields: &mut scratch.fields,
        regex: &mut scratch.regex,
        hits: &mut scratch.hits,
        method: sections.method_bit(request.method()),
    };
    find_in_stage(search, stage, host, scratch.paths.get(request))
}

fn draw_mirrors(
    sections: &Sections,
    scratch: &Scratch,
    verdict: &mut Verdict,
    draws: &mut Draws<'_>,
) {
    let mut bit = 0;
    for step in scratch.trail.get() {
        let rule = sections
            .rule_of_candidate(step.candidate)
            .map(|(rule, _)| rule.effects);
        let target = sections
            .actions
            .targets
            .get(step.target as usize)
            .map(|t| t.effects);
        for effects in [rule, target].into_iter().flatten() {
            for mirror in effects.mirrors.of(&sections.actions.mirrors) {
                if draws.share(mirror.numerator, mirror.denominator) {
                    verdict.mirrored |= 1u64.checked_shl(bit).unwrap_or(0);
                }
                bit += 1;
            }
        }
    }
}

/// Adds the query to a path that was changed, so that the target is one slice.
fn finish_target(scratch: &mut Scratch, request: &Request<'_>) {
    if !scratch.paths.changed {
        return;
    }
    let target = request.target();
    if let Some(query) = memchr::memchr(b'?', target).and_then(|at| target.get(at..)) {
        scratch.paths.current.extend_from_slice(query);
    }
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

impl Sections {
    pub(crate) fn normalization(&self, gateway: u32) -> Normalization {
        self.gateways
            .get(gateway as usize)
            .map_or(Normalization::Base, |g| g.normalization)
    }

    /// Longest path with everything that rewrites can add.
    pub(crate) fn path_capacity(&self) -> usize {
        use crate::matcher::scratch::MAX_STAGES;
        self.limits.target as usize + self.actions.longest_replacement(&self.text) * MAX_STAGES
    }

    pub(crate) fn longest_host(&self) -> usize {
        crate::matcher::authority::MAX_HOST
    }
}
