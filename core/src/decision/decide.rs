//! The way from a request to a decision, stage by stage.

use super::draw::{Draws, scale};
use super::enter::{Entered, enter, find_in_stage, unsound};
use super::{Decision, Outcome, Reason, Verdict};
use crate::matcher::facts::Seen;
use crate::matcher::request::Request;
use crate::matcher::scratch::{Scratch, Step};
use crate::matcher::walk::{Found, Search};
use crate::table::action::{ActionEntry, Effects, RuleEntry, TargetEntry, TargetKind};
use crate::table::{NONE, Sections, Table};
use crate::vocabulary::Normalization;

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
    let entry = match enter(sections, scratch, request) {
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
        if !scratch.capture(sections, request, candidate) {
            return settle(verdict, Outcome::Reject, 400, Reason::CapturesTooLong);
        }
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
                let (status, reason) = match sections.actions.responds.get(respond as usize) {
                    // A word for why: the importer put the answer there, not the user.
                    Some(entry) if entry.reason.len > 0 => (entry.status, Reason::InvalidRule),
                    Some(entry) => (entry.status, Reason::Matched),
                    None => (500, Reason::InvalidRule),
                };
                verdict.respond = respond;
                return settle(verdict, Outcome::Respond, status, reason);
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
                let found = find_next(sections, scratch, request, next);
                if let Some(reason) = unsound(scratch) {
                    return settle(verdict, Outcome::Reject, 400, reason);
                }
                match found {
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
        scratch.host.set(sections.text.get(host));
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
    find_in_stage(search, stage, host, path)
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

impl Sections {
    pub(crate) fn normalization(&self, gateway: u32) -> Normalization {
        self.gateways
            .get(gateway as usize)
            .map_or(Normalization::BASE, |g| g.normalization)
    }

    /// Longest path with everything that rewrites can add.
    pub(crate) fn path_capacity(&self) -> usize {
        use crate::matcher::scratch::MAX_STAGES;
        self.limits.target as usize + self.actions.longest_replacement(&self.text) * MAX_STAGES
    }

    /// Longest host that a Location can have.
    pub(crate) fn longest_host(&self) -> usize {
        let of_redirects = self
            .actions
            .redirects
            .iter()
            .filter_map(|redirect| redirect.host);
        let longest = of_redirects.map(|host| host.len as usize).max();
        longest
            .unwrap_or(0)
            .max(crate::matcher::authority::MAX_HOST)
    }
}
