//! Actions: rules' filters, targets and policies, digested for reading.
//!
//! * `format`: values with holes, and patterns that are replaced.
//! * `rewrite`: paths, queries, hosts and methods; redirects.
//! * `edits`: header edits and the slots of their names.
//! * `policy`: CORS, faults, times, tries, sessions, hash keys.
//! * `metadata` and `json_text`: what travels along.
//!
//! # What cannot be carried out
//!
//! A mirror or a policy's part that is wrong is left out and reported, and the rest of
//! the rule works. A rewrite, redirect or header edit that is wrong is not left out: a
//! request that was to go elsewhere, or without a header, would go on unchanged. The
//! rule answers 500 then, or the share of the target whose filter it is.

mod edits;
mod format;
mod json_text;
mod metadata;
mod policy;
mod rewrite;

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt;

use super::{Build, Subject};
use crate::diagnostic::codes::compile as codes;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{
    Action, Backend, Filter, Respond, Route, Rule, Target, Timeouts, WeightedTarget,
};
use crate::table::NONE;
use crate::table::action::{
    ActionEntry, BackendEntry, EditEntry, Effects, MirrorEntry, RespondEntry, RewriteEntry,
    RuleEntry, TargetEntry, TargetKind,
};
use crate::table::text::Range32;

/// A part that cannot be carried out; it is reported already.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Broken;

/// Whether all that filters must do can be done.
#[derive(Clone, Copy, Debug, Default)]
struct Sound {
    /// To what is sent on.
    request: bool,
    /// To what is answered.
    response: bool,
}

/// The rule that is compiled.
#[derive(Clone, Copy)]
pub(crate) struct Place<'m> {
    pub(crate) route: &'m Route,
    pub(crate) rule: &'m Rule,
}

impl<'m> Place<'m> {
    fn subject(&self) -> Subject<'m> {
        Subject {
            place: *self,
            origin: self.rule.origin,
        }
    }
}

/// `HTTPRoute shop/cart: rule 2`, with its name where it has one.
impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Only asked where something is wrong.
        let mut rules = self.route.rules.iter();
        let index = rules.position(|rule| core::ptr::eq(rule, self.rule));
        write!(f, "{}: rule {}", self.route.object, index.unwrap_or(0))?;
        match &self.rule.name {
            Some(name) => write!(f, " \"{name}\""),
            None => Ok(()),
        }
    }
}

impl Build<'_> {
    pub(crate) fn rule(&mut self, route: &Route, rule: &Rule) -> RuleEntry {
        let place = &Place { route, rule };
        let mut metadata_left = self.limits.metadata;
        let metadata = self.metadata(place, &rule.metadata, &mut metadata_left);
        let (effects, sound) = self.effects(place, &rule.filters, false);
        let action = match &rule.action {
            Action::Forward(targets) => self.targets(place, targets, &mut metadata_left),
            Action::Redirect(redirect) => match self.redirect(place, redirect) {
                Ok(redirect) => ActionEntry::Redirect(redirect),
                Err(Broken) => self.failing("InvalidRedirect"),
            },
            Action::Respond(respond) => match self.status(place, respond.status) {
                Some(_) => ActionEntry::Respond(self.respond(respond)),
                None => self.failing("InvalidStatus"),
            },
        };
        let action = match action {
            // Only what is sent on is rewritten.
            ActionEntry::Forward { .. } if !sound.request => self.failing("InvalidRewrite"),
            _ if !sound.response => self.failing("InvalidRewrite"),
            action => action,
        };
        RuleEntry {
            action,
            effects,
            timeouts: self.timeouts(rule.timeouts),
            retry: self.retry(place),
            session: self.session(rule),
            metadata,
            sticky: self.hash_keys(&rule.sticky),
            hash: self.hash_keys(&rule.hash),
        }
    }

    /// A rule that answers 500 in place of another, for those matches of it that cannot
    /// be asked as written.
    pub(crate) fn failing_rule(&mut self) -> RuleEntry {
        RuleEntry {
            action: self.failing("InvalidMatch"),
            effects: Effects {
                request_edits: Range32::default(),
                response_edits: Range32::default(),
                mirrors: Range32::default(),
                rewrite: NONE,
                redirect: NONE,
                cors: NONE,
                fault: NONE,
            },
            timeouts: NONE,
            retry: NONE,
            session: NONE,
            metadata: Range32::default(),
            sticky: Range32::default(),
            hash: Range32::default(),
        }
    }

    /// What a rule does that cannot do what it says.
    fn failing(&mut self, word: &str) -> ActionEntry {
        let answer = Respond {
            status: 500,
            reason: word.to_string(),
            ..Respond::default()
        };
        ActionEntry::Respond(self.respond(&answer))
    }

    fn targets(
        &mut self,
        place: &Place<'_>,
        targets: &[WeightedTarget],
        metadata_left: &mut usize,
    ) -> ActionEntry {
        if targets.len() > self.limits.targets {
            let message = format!(
                "{place} has {} targets, over the limit of {} (Limits::targets)",
                targets.len(),
                self.limits.targets
            );
            self.complain(place, codes::TOO_MANY_TARGETS, message);
            return self.failing("TooManyTargets");
        }
        let mut entries = Vec::with_capacity(targets.len());
        let mut total = 0u64;
        for target in targets {
            total += u64::from(target.weight);
            let kind = self.target_kind(place, &target.target);
            let metadata = match &target.target {
                Target::Stage { metadata, .. } => &metadata[..],
                _ => &[],
            };
            let (effects, sound) = self.effects(place, &target.filters, true);
            let kind = match sound.request && sound.response {
                true => kind,
                // It keeps its share, and the share fails.
                false => TargetKind::Invalid {
                    backend: self.backend_named(&target.target),
                    status: 500,
                    reason: self.text("InvalidRewrite"),
                },
            };
            let metadata = self.metadata(place, metadata, metadata_left);
            let failover = target.failover.iter();
            let failover = failover.map(|backend| self.backend(backend)).collect();
            entries.push(TargetEntry {
                kind,
                cumulative: total,
                weight: target.weight,
                effects,
                metadata,
                failover: append(&mut self.sections.actions.failovers, failover),
            });
        }
        ActionEntry::Forward {
            targets: append(&mut self.sections.actions.targets, entries),
            total,
        }
    }

    fn target_kind(&mut self, place: &Place<'_>, target: &Target) -> TargetKind {
        match target {
            Target::Backend(backend) => TargetKind::Backend(self.backend(backend)),
            Target::Stage { stage, .. } => {
                if stage.0 as usize >= self.set.stages.len() {
                    let message = format!("{place}: leads to a stage that is not there");
                    self.complain(place, codes::BROKEN_REFERENCE, message);
                }
                TargetKind::Stage(stage.0)
            }
            Target::FromRequest { kind, fact, status } => {
                self.sections.actions.most.renders = true;
                TargetKind::FromRequest {
                    kind: self.text(kind),
                    fact: self.fact(fact),
                    status: self.status(place, *status).unwrap_or(500),
                }
            }
            Target::Invalid(invalid) => TargetKind::Invalid {
                backend: self.backend(&invalid.backend),
                status: self.status(place, invalid.status).unwrap_or(500),
                reason: self.text(&invalid.reason),
            },
        }
    }

    /// The backend that a target names, as far as it names one.
    fn backend_named(&mut self, target: &Target) -> u32 {
        match target {
            Target::Backend(backend) => self.backend(backend),
            Target::Invalid(invalid) => self.backend(&invalid.backend),
            Target::Stage { .. } | Target::FromRequest { .. } => NONE,
        }
    }

    /// What filters do, and what of it can be done as written. Of a target the redirect
    /// counts; a rule's is its action.
    fn effects(
        &mut self,
        place: &Place<'_>,
        filters: &[Filter],
        of_target: bool,
    ) -> (Effects, Sound) {
        self.holes = 0;
        let mut request: Vec<EditEntry> = Vec::new();
        let mut response: Vec<EditEntry> = Vec::new();
        let mut mirrors: Vec<MirrorEntry> = Vec::new();
        let mut rewrite: Option<RewriteEntry> = None;
        let (mut redirect, mut cors, mut fault) = (NONE, NONE, NONE);
        let mut sound = Sound {
            request: true,
            response: true,
        };
        for filter in filters {
            match filter {
                Filter::Cors(policy) => cors = self.cors(place, policy),
                Filter::Fault(policy) => fault = self.fault(place, policy),
                Filter::Mirror(mirror) => {
                    // SPEC: HTTPRequestMirrorFilter.backendRef: an invalid
                    // reference is dropped, the request itself goes on.
                    if let Ok(backend) = &mirror.target {
                        let denominator = mirror.denominator.max(1);
                        mirrors.push(MirrorEntry {
                            backend: self.backend(backend),
                            numerator: mirror.numerator.min(denominator),
                            denominator,
                        });
                    }
                }
                Filter::Redirect(one) if of_target => match self.redirect(place, one) {
                    Ok(entry) => redirect = entry,
                    Err(Broken) => sound.request = false,
                },
                Filter::Redirect(_) => {}
                Filter::RequestHeaders(edits) => {
                    sound.request &= self.edits(place, edits, true, &mut request).is_ok();
                }
                Filter::ResponseHeaders(edits) => {
                    sound.response &= self.edits(place, edits, false, &mut response).is_ok();
                }
                Filter::Rewrite(one) => {
                    let entry = rewrite.get_or_insert_default();
                    sound.request &= self.rewrite(place, one, entry).is_ok();
                }
            }
        }
        if self
            .limit_edits(place, &mut request, &mut response)
            .is_err()
        {
            sound = Sound::default();
        }
        self.limit_mirrors(place, &mut mirrors);
        let actions = &mut self.sections.actions;
        let effects = Effects {
            request_edits: append(&mut actions.edits, request),
            response_edits: append(&mut actions.edits, response),
            mirrors: append(&mut actions.mirrors, mirrors),
            rewrite: rewrite.map_or(NONE, |entry| {
                actions.rewrites.push(entry);
                actions.rewrites.len() as u32 - 1
            }),
            redirect,
            cors,
            fault,
        };
        (effects, sound)
    }

    fn limit_mirrors(&mut self, place: &Place<'_>, mirrors: &mut Vec<MirrorEntry>) {
        let limit = self.limits.mirrors;
        if mirrors.len() > limit {
            let count = mirrors.len();
            let message =
                format!("{place} has {count} mirrors, over the limit of {limit} (Limits::mirrors)");
            self.complain(place, codes::TOO_MANY_MIRRORS, message);
            mirrors.truncate(limit);
        }
        let most = &mut self.sections.actions.most;
        most.mirrors = most.mirrors.max(mirrors.len());
    }

    fn respond(&mut self, respond: &Respond) -> u32 {
        let body = self.text(&respond.body);
        let reason = self.text(&respond.reason);
        let entry = RespondEntry {
            status: respond.status,
            body,
            reason,
        };
        self.sections.actions.responds.push(entry);
        self.sections.actions.responds.len() as u32 - 1
    }

    fn backend(&mut self, backend: &Backend) -> u32 {
        let entry = BackendEntry {
            kind: self.text(&backend.kind),
            namespace: self.text(&backend.namespace),
            name: self.text(&backend.name),
            port: backend.port,
            subset: backend.subset.as_deref().map(|subset| self.text(subset)),
            protocol: backend
                .protocol
                .as_deref()
                .map(|protocol| self.text(protocol)),
        };
        if let Some(&known) = self.index.backends.get(&entry) {
            return known;
        }
        let id = self.sections.actions.backends.len() as u32;
        self.sections.actions.backends.push(entry);
        self.index.backends.insert(entry, id);
        id
    }

    fn timeouts(&mut self, timeouts: Timeouts) -> u32 {
        if timeouts == Timeouts::default() {
            return NONE;
        }
        let all = &mut self.sections.actions.timeouts;
        // Neighbours are often alike; the rest is not worth an index.
        if all.last() != Some(&timeouts) {
            all.push(timeouts);
        }
        all.len() as u32 - 1
    }

    /// Reports what is wrong with a rule.
    fn complain(&mut self, place: &Place<'_>, code: Code, message: alloc::string::String) {
        let diagnostic = Diagnostic::error(code, place.rule.origin, message);
        self.diagnostics.push(diagnostic);
    }

    /// Whether a text may stand in a head that leaves; reports it where it may not.
    // SPEC: architecture 6: no CR, LF or NUL in a header or Location, whatever an
    // importer, or a model built by hand, lets through.
    fn may_leave(&mut self, place: &Place<'_>, text: &str) -> bool {
        let is_unsound = |byte: u8| byte != b'\t' && byte.is_ascii_control();
        if !text.bytes().any(is_unsound) {
            return true;
        }
        let message = format!(
            "{place}: '{}' holds a control character",
            text.escape_default()
        );
        self.complain(place, codes::UNSOUND_OUTPUT, message);
        false
    }
}

/// Appends items to a section and gives their range.
fn append<T>(section: &mut Vec<T>, items: Vec<T>) -> Range32 {
    let range = Range32 {
        start: section.len() as u32,
        len: items.len() as u32,
    };
    section.extend(items);
    range
}
