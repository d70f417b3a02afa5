//! The way from a request to a decision, stage by stage.

use super::draw::Draws;
use super::enter::{enter, find_in_stage, unsound};
use super::format::Writer;
use super::layers::deciding;
use super::rewrite::{HostSource, Parts, PathRules};
use super::{Decision, Outcome, Reason, Verdict};
use crate::matcher::facts::Seen;
use crate::matcher::output::QueryBuffers;
use crate::matcher::request::Request;
use crate::matcher::scratch::{HostBuffer, PathBuffers, Scratch, Step};
use crate::table::action::Effects;
use crate::table::regex::RegexScratch;
use crate::table::rule::{ActionEntry, RuleExtras, TargetEntry, TargetKind};
use crate::table::{NONE, Sections, Table};
use crate::vocabulary::Normalization;

impl Table {
    /// Decides what to do with a request.
    ///
    /// Does not allocate, provided that `scratch` was made for this table. Linear
    /// in the request and in the rules that share its host and path prefix. Never
    /// panics; a malformed request is an [`Outcome::Reject`].
    ///
    /// `draws` is the chance in the decision: weights, mirrors and faults. A proxy gives a
    /// random number for each request, a test a fixed one.
    ///
    /// ```
    /// # #[cfg(feature = "compile")] {
    /// use fingerpost::builder::{Route, Routes, any};
    /// use fingerpost::{Draws, Request};
    ///
    /// let split = any().split([("cart-v1", 9), ("cart-v2", 1)]);
    /// let table = Routes::new().route(Route::any_host().rule(split)).build().unwrap();
    /// let mut scratch = table.create_scratch(); // one for each thread
    /// let request = Request::new(b"GET", b"/cart");
    ///
    /// let low = table.decide_with(&mut scratch, &request, Draws::fixed(0));
    /// assert_eq!(low.backend().unwrap().name, "cart-v1");
    /// let high = table.decide_with(&mut scratch, &request, Draws::fixed(u64::MAX));
    /// assert_eq!(high.backend().unwrap().name, "cart-v2");
    /// # }
    /// ```
    pub fn decide_with<'a>(
        &'a self,
        scratch: &'a mut Scratch,
        request: &Request<'a>,
        draws: Draws<'_>,
    ) -> Decision<'a> {
        scratch.prepare(self);
        let (sections, scratch) = deciding(&self.sections, scratch, request);
        scratch.paths.begin(request);
        let shape = &scratch.paths.shape;
        let request = match request.is_settled(shape) {
            true => *request,
            false => request.settled(shape),
        };
        let request = draws.numbered(request);
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

fn decide<'t>(
    sections: &'t Sections,
    scratch: &mut Scratch,
    request: &Request<'t>,
    draws: Draws<'_>,
) -> Verdict {
    scratch.output.clear();
    let entry = match enter(sections, scratch, request) {
        Ok(entry) => entry,
        Err(missed) => return missed.verdict(),
    };
    let mut way = Way {
        sections,
        seen: request.trimming(sections.trims(entry.gateway)),
        listener: entry.listener,
        gateway: entry.gateway,
        draws,
        verdict: Verdict::new(Outcome::Forward, 0, Reason::Matched),
    };
    way.verdict.listener = entry.listener;
    let done = way.follow(scratch, entry.found.candidate).and_then(|()| {
        if way.verdict.outcome == Outcome::Forward {
            way.draw_mirrors(scratch);
            let Scratch { paths, output, .. } = &mut *scratch;
            super::rewrite::finish_target(paths, &output.query, request)?;
        }
        super::head::build(sections, scratch, request)
    });
    if let Err(reason) = done {
        way.refuse(scratch, reason);
    }
    let mut verdict = way.verdict;
    verdict.allowed = super::cors::allowed(sections, &mut scratch.regex, request, verdict.cors);
    verdict
}

/// A request on its way from stage to stage.
pub(super) struct Way<'t, 'd> {
    pub(super) sections: &'t Sections,
    /// The request as the stage sees it: with the method that those before left.
    pub(super) seen: Request<'t>,
    pub(super) listener: u32,
    pub(super) gateway: u32,
    pub(super) draws: Draws<'d>,
    pub(super) verdict: Verdict,
}

impl<'t> Way<'t, '_> {
    /// Follows the rule that was found to where the request ends.
    fn follow(&mut self, scratch: &mut Scratch, mut candidate: u32) -> Result<(), Reason> {
        let sections = self.sections;
        let listener = sections.listeners.get(self.listener as usize);
        let mut stage = listener.map_or(NONE, |listener| listener.stage);
        loop {
            match self.step(scratch, stage, candidate)? {
                Next::Done => return Ok(()),
                Next::Stage(_) if scratch.trail.is_full() => {
                    self.settle(Outcome::Respond, 500, Reason::TooManyStages);
                    return Ok(());
                }
                Next::Stage(next) => {
                    let found = find_in_stage(sections, scratch, &self.seen, next);
                    if let Some(reason) = unsound(scratch) {
                        self.settle(Outcome::Reject, 400, reason);
                        return Ok(());
                    }
                    let Some(found) = found else {
                        // SPEC: App Mesh: a VirtualRouter without a matching route
                        // answers 404.
                        self.settle(Outcome::NoRoute, 404, Reason::NoRule);
                        return Ok(());
                    };
                    stage = next;
                    candidate = found.candidate;
                }
            }
        }
    }

    /// Does what the winner of one stage says.
    fn step(&mut self, scratch: &mut Scratch, stage: u32, candidate: u32) -> Result<Next, Reason> {
        let sections = self.sections;
        let Some((rule, _)) = sections.rule_of_candidate(candidate) else {
            self.settle(Outcome::Respond, 500, Reason::NoTarget);
            return Ok(Next::Done);
        };
        scratch.trail.push(Step::new(stage, candidate));
        if !scratch.capture(sections, &self.seen, candidate) {
            return Err(Reason::CapturesTooLong);
        }
        let extras = sections.actions.extras(rule);
        self.render(scratch, &extras.effects, 0)?;
        if self.answers_first(&extras.effects) {
            return Ok(Next::Done);
        }
        match rule.action() {
            ActionEntry::Redirect(redirect) => {
                self.redirect(scratch, redirect)?;
                return Ok(Next::Done);
            }
            ActionEntry::Respond(respond) => {
                self.respond(respond);
                return Ok(Next::Done);
            }
            ActionEntry::Backend(_) | ActionEntry::Forward(_) => {}
        }
        let targets = sections.actions.targets(rule);
        let chosen = self.choose(scratch, targets.entries(), extras.sticky);
        if let (Some(chosen), Some(step)) = (chosen, scratch.trail.last()) {
            step.target = targets.number(chosen.index);
            step.draw = chosen.draw;
            step.sticky = chosen.sticky;
        }
        // SPEC: Gateway API, HTTPRouteRule.backendRefs: none that can be chosen: 500.
        let Some(&target) = chosen.and_then(|chosen| targets.entries().get(chosen.index)) else {
            self.settle(Outcome::Respond, 500, Reason::NoTarget);
            return Ok(Next::Done);
        };
        let effects = &sections.actions.target_extras(target).effects;
        self.render(scratch, effects, 1)?;
        if self.is_preflight(effects.cors) {
            return Ok(Next::Done);
        }
        if effects.redirect != NONE {
            self.redirect(scratch, effects.redirect)?;
            return Ok(Next::Done);
        }
        self.go(scratch, candidate, extras, target)
    }

    /// Sends the request on to the target that was chosen.
    fn go(
        &mut self,
        scratch: &mut Scratch,
        candidate: u32,
        extras: &RuleExtras,
        target: TargetEntry,
    ) -> Result<Next, Reason> {
        let rules = &self.sections.actions.rules;
        let next = match target.kind {
            TargetKind::Invalid(invalid) => {
                let invalid = rules.invalid.get(invalid as usize);
                let backend = invalid.map_or(NONE, |invalid| invalid.backend);
                let status = invalid.map_or(500, |invalid| invalid.status);
                self.verdict.backend = backend;
                self.settle(Outcome::Respond, status, Reason::InvalidTarget);
                return Ok(Next::Done);
            }
            TargetKind::Backend(backend) => {
                self.verdict.backend = backend;
                Next::Done
            }
            TargetKind::Stage(stage) => Next::Stage(stage),
            TargetKind::FromRequest(named) => {
                let Some(named) = rules.from_request.get(named as usize) else {
                    self.settle(Outcome::Respond, 500, Reason::InvalidTarget);
                    return Ok(Next::Done);
                };
                match self.name_of_backend(scratch, named.fact)? {
                    Some(name) => {
                        self.verdict.named = Some((named.kind, name));
                        Next::Done
                    }
                    None => {
                        self.settle(Outcome::Respond, named.status, Reason::InvalidTarget);
                        return Ok(Next::Done);
                    }
                }
            }
        };
        // The hash is of the request as the stage saw it, so before it is rewritten.
        if extras.hash.len > 0 {
            let Scratch {
                paths,
                host,
                buffer,
                ..
            } = &mut *scratch;
            let seen = seen(&self.seen, paths, host);
            let hash = super::hash::hash(self.sections, seen, extras.hash, buffer);
            self.verdict.hash = hash.or(self.verdict.hash);
        }
        self.rewrite(scratch, candidate, extras, target)?;
        Ok(next)
    }

    /// Applies a rule's and its target's rewrite.
    fn rewrite(
        &mut self,
        scratch: &mut Scratch,
        candidate: u32,
        extras: &RuleExtras,
        target: TargetEntry,
    ) -> Result<(), Reason> {
        let sections = self.sections;
        let (of_rule, of_target) = (&extras.effects, sections.actions.target_extras(target));
        let of_target = &of_target.effects;
        if of_rule.rewrite == NONE && of_target.rewrite == NONE {
            return Ok(());
        }
        let entry = sections.rewrite_of(of_rule, of_target);
        let rules = PathRules {
            prefix_len: sections.prefix_len(candidate),
            profile: sections.normalization(self.gateway),
        };
        // A target that is no path has no query, and no path to rewrite in part.
        let is_path = scratch.paths.changed || self.seen.target().first() == Some(&b'/');
        let query = entry.query.filter(|_| is_path);
        let mut spare = core::mem::take(&mut scratch.paths.spare);
        let parts = Parts {
            path: entry.path,
            query,
            replaces_query: false,
        };
        let (mut writer, regex, buffers) = writer(sections, scratch, &self.seen);
        let host = entry
            .host
            .map(|entry| super::rewrite::host(&mut writer, regex, entry));
        let taken = super::rewrite::take(&mut writer, regex, parts, &rules, &mut spare, buffers);
        scratch.paths.spare = spare;
        let host = host.transpose()?;
        if taken? {
            scratch.paths.commit();
        }
        if let Some(host) = host {
            self.verdict.host = host;
            if let HostSource::Written(written) = host {
                let name = written.get(sections, &scratch.output.rendered);
                scratch.host.set(name);
            }
        }
        if let Some(method) = entry.method {
            self.verdict.method = Some(method);
            self.seen = self.seen.with_method(sections.text.get(method));
        }
        Ok(())
    }

    fn redirect(&mut self, scratch: &mut Scratch, redirect: u32) -> Result<(), Reason> {
        let sections = self.sections;
        let Some(parts) = sections.actions.redirects.optional(redirect) else {
            self.settle(Outcome::Respond, 500, Reason::NoTarget);
            return Ok(());
        };
        let steps = scratch.trail.get();
        let candidate = steps.last().map_or(NONE, |step| step.candidate);
        let listener = sections.listeners.get(self.listener as usize);
        let port = listener.map_or(0, |listener| listener.port);
        let rules = PathRules {
            prefix_len: sections.prefix_len(candidate),
            profile: sections.normalization(self.gateway),
        };
        super::redirect::write(sections, scratch, &self.seen, parts, port, &rules)?;
        self.verdict.redirect = redirect;
        self.verdict.host_from_request = parts.host.is_none() && self.seen.authority().is_some();
        self.settle(Outcome::Redirect, parts.status, Reason::Matched);
        Ok(())
    }

    fn respond(&mut self, respond: u32) {
        let entry = self.sections.actions.responds.optional(respond);
        let (status, reason) = match entry {
            // A word for why: the rule cannot do what it says.
            Some(entry) if entry.reason.len > 0 => (entry.status, Reason::InvalidRule),
            Some(entry) => (entry.status, Reason::Matched),
            None => (500, Reason::InvalidRule),
        };
        self.verdict.respond = respond;
        self.settle(Outcome::Respond, status, reason);
    }

    /// Preflights and faults, which come before a rule's action.
    // SPEC: Envoy: the CORS and fault filters stand before the router.
    fn answers_first(&mut self, effects: &Effects) -> bool {
        if self.is_preflight(effects.cors) {
            return true;
        }
        let faults = &self.sections.actions.faults;
        let Some(fault) = faults.optional(effects.fault) else {
            return false;
        };
        if self.verdict.fault == NONE {
            self.verdict.fault = effects.fault;
        }
        if fault.delay_ms.is_some() && self.draws.share(fault.delay_ppm, 1_000_000) {
            self.verdict.delayed = true;
        }
        // A gRPC status alone ends gRPC requests, whose HTTP status is then 200.
        let grpc = fault.abort_grpc_status.filter(|_| self.seen.is_grpc());
        let Some(status) = fault.abort_status.or(grpc.map(|_| 200)) else {
            return false;
        };
        let is_drawn = self.draws.share(fault.abort_ppm, 1_000_000);
        if is_drawn {
            self.verdict.aborted = true;
            self.verdict.abort_grpc_status = grpc;
            self.settle(Outcome::Respond, status, Reason::Fault);
        }
        is_drawn
    }

    /// Takes a CORS policy where there is one, and answers a preflight.
    fn is_preflight(&mut self, cors: u32) -> bool {
        if cors == NONE {
            return false;
        }
        self.verdict.cors = cors;
        let is_preflight = super::cors::is_preflight(&self.seen);
        if is_preflight {
            self.verdict.preflight = true;
            self.settle(Outcome::Respond, 204, Reason::Preflight);
        }
        is_preflight
    }

    /// Renders the edits of a rule's filters (0) or its target's (1).
    fn render(
        &mut self,
        scratch: &mut Scratch,
        effects: &Effects,
        which: usize,
    ) -> Result<(), Reason> {
        let edits = &self.sections.actions.edits;
        let first = scratch.output.rendered.values.len() as u32;
        if let Some(step) = scratch.trail.last()
            && let Some(values) = step.values.get_mut(which)
        {
            *values = first;
        }
        if effects.request_edits.len == 0 && effects.response_edits.len == 0 {
            return Ok(());
        }
        let (mut writer, ..) = writer(self.sections, scratch, &self.seen);
        writer.edits(effects.request_edits.of(edits))?;
        writer.edits(effects.response_edits.of(edits))
    }

    fn settle(&mut self, outcome: Outcome, status: u16, reason: Reason) {
        self.verdict.outcome = outcome;
        self.verdict.status = status;
        self.verdict.reason = reason;
    }

    /// Answers a request whose way cannot be gone on; what was written for it is
    /// not shown.
    fn refuse(&mut self, scratch: &mut Scratch, reason: Reason) {
        scratch.output.clear();
        let own = Verdict::new(Outcome::Respond, 500, reason);
        self.verdict = Verdict {
            listener: self.verdict.listener,
            cors: self.verdict.cors,
            fault: self.verdict.fault,
            delayed: self.verdict.delayed,
            refused: true,
            ..own
        };
        // The request itself brought what no path may have.
        if matches!(
            reason,
            Reason::RewriteNotCanonical | Reason::CapturesTooLong
        ) {
            self.settle(Outcome::Reject, 400, reason);
        }
    }
}

/// Leaves a request as a further stage sees it, for whoever tells the way again:
/// nothing is drawn, and what cannot be rewritten stays.
#[cfg(feature = "explain")]
pub(crate) fn advance<'t>(
    sections: &'t Sections,
    scratch: &mut Scratch,
    request: &mut Request<'t>,
    gateway: u32,
    candidate: u32,
    target: TargetEntry,
) {
    let Some((rule, _)) = sections.rule_of_candidate(candidate) else {
        return;
    };
    let extras = sections.actions.extras(rule);
    let mut way = Way {
        sections,
        seen: *request,
        listener: NONE,
        gateway,
        draws: Draws::fixed(0),
        verdict: Verdict::new(Outcome::Forward, 0, Reason::Matched),
    };
    if scratch.capture(sections, request, candidate)
        && way.rewrite(scratch, candidate, extras, target).is_ok()
    {
        *request = way.seen;
    }
}

/// Where a request goes from a stage.
enum Next {
    /// Nowhere: the verdict stands.
    Done,
    Stage(u32),
}

/// The request as a stage sees it.
pub(super) fn seen<'s>(
    request: &'s Request<'s>,
    paths: &'s PathBuffers,
    host: &'s HostBuffer,
) -> Seen<'s> {
    let host = host.get(request);
    Seen {
        request,
        path: paths.get(request),
        host: (!host.is_empty()).then_some(host),
    }
}

/// What renders and replaces, and what it needs of the scratch.
pub(super) fn writer<'s>(
    sections: &'s Sections,
    scratch: &'s mut Scratch,
    request: &'s Request<'s>,
) -> (Writer<'s>, &'s mut RegexScratch, &'s mut QueryBuffers) {
    let Scratch {
        paths,
        host,
        regex,
        captures,
        buffer,
        output,
        ..
    } = scratch;
    let writer = Writer {
        sections,
        seen: seen(request, paths, host),
        captures,
        buffer,
        rendered: &mut output.rendered,
        draft: None,
    };
    (writer, regex, &mut output.query)
}

impl Sections {
    /// Whether a gateway looks at headers' values without the spaces around them.
    pub(crate) fn trims(&self, gateway: u32) -> bool {
        let gateway = self.gateways.get(gateway as usize);
        gateway.is_some_and(|gateway| gateway.trim_values)
    }

    pub(crate) fn normalization(&self, gateway: u32) -> Normalization {
        self.gateways
            .get(gateway as usize)
            .map_or(Normalization::BASE, |g| g.normalization)
    }

    /// Longest path with everything that rewrites can add.
    pub(crate) fn path_capacity(&self) -> usize {
        use crate::matcher::scratch::MAX_STAGES;
        let rendered = match self.actions.most.renders || self.actions.most.queries {
            true => self.limits.rendered as usize,
            false => 0,
        };
        let written = self.actions.longest_replacement(&self.text) * MAX_STAGES;
        (self.limits.target as usize)
            .saturating_add(written)
            .saturating_add(rendered)
    }

    /// Longest Location.
    pub(crate) fn location_capacity(&self) -> usize {
        use crate::matcher::authority::MAX_HOST;
        // A scheme, brackets, a port and the marks between them.
        let rest = MAX_HOST + 32;
        self.path_capacity() + self.query_capacity() + rest
    }
}
