//! Actions: rules' filters, targets and policies, digested for reading.
//!
//! * `backend`: backends and their families.
//! * `format`: values with holes, and patterns that are replaced.
//! * `rewrite`: paths, queries, hosts and methods; redirects.
//! * `edits`: header edits and the slots of their names.
//! * `policy`: CORS, faults, times, tries, sessions, hash keys.
//! * `metadata`: what travels along.
//!
//! # What cannot be carried out
//!
//! A mirror or a policy's part that is wrong is left out and reported, and the rest of
//! the rule works. A rewrite, redirect or header edit that is wrong is not left out: a
//! request that was to go elsewhere, or without a header, would go on unchanged. The
//! rule answers 500 then, or the share of the target whose filter it is.

mod backend;
mod edits;
mod format;
mod metadata;
mod policy;
mod rewrite;

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt;

use super::shared::Shared;
use super::{Build, Subject};
use crate::diagnostic::codes::compile as codes;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{
    Action, Backend, Filter, Respond, Route, Rule, Target, Timeouts, WeightedTarget,
};
use crate::table::NONE;
use crate::table::action::{EditEntry, Effects, MirrorEntry, RespondEntry, RewriteEntry};
use crate::table::rule::{
    ActionEntry, FromRequestEntry, InvalidEntry, RuleEntry, RuleExtras, TargetEntry, TargetExtras,
    TargetKind,
};
use crate::table::text::Range32;

/// What rules refer to and is stored already.
#[derive(Default)]
pub(crate) struct Known {
    backends: backend::KnownBackends,
    rule_extras: Shared,
    lists: Shared,
    targets: Shared,
    target_extras: Shared,
    from_request: Shared,
    invalid: Shared,
    edits: Shared,
    rewrites: Shared,
    redirects: Shared,
    responds: Shared,
    mirrors: Shared,
    cors: Shared,
    cors_origins: Shared,
    faults: Shared,
    timeouts: Shared,
    retries: Shared,
    sessions: Shared,
    metadata: Shared,
    words: Shared,
    parts: Shared,
    query_edits: Shared,
    failovers: Shared,
    hash_keys: Shared,
}

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

impl Sound {
    const ALL: Self = Self {
        request: true,
        response: true,
    };
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
            ActionEntry::Backend(_) | ActionEntry::Forward(_) if !sound.request => {
                self.failing("InvalidRewrite")
            }
            _ if !sound.response => self.failing("InvalidRewrite"),
            action => action,
        };
        let extras = RuleExtras {
            effects,
            timeouts: self.timeouts(rule.timeouts),
            retry: self.retry(place),
            session: self.session(rule),
            metadata,
            sticky: self.hash_keys(&rule.sticky),
            hash: self.hash_keys(&rule.hash),
        };
        RuleEntry::new(action, self.rule_extras(extras))
    }

    fn rule_extras(&mut self, extras: RuleExtras) -> u32 {
        match extras == RuleExtras::NONE {
            true => NONE,
            false => {
                let section = &mut self.sections.actions.rules.extras;
                self.known.rule_extras.one(section, extras)
            }
        }
    }

    /// A rule that answers 500 in place of another, for those matches of it that cannot
    /// be asked as written.
    pub(crate) fn failing_rule(&mut self) -> RuleEntry {
        RuleEntry::new(self.failing("InvalidMatch"), NONE)
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
        let mut cumulative = 0u64;
        for target in targets {
            cumulative += u64::from(target.weight);
            let kind = self.target_kind(place, &target.target);
            let metadata = match &target.target {
                Target::Stage { metadata, .. } => &metadata[..],
                _ => &[],
            };
            let (effects, sound) = self.effects(place, &target.filters, true);
            let kind = match sound.request && sound.response {
                true => kind,
                // It keeps its share, and the share fails.
                false => {
                    let backend = self.backend_named(&target.target);
                    self.invalid(backend, 500, "InvalidRewrite")
                }
            };
            let metadata = self.metadata(place, metadata, metadata_left);
            let extras = TargetExtras {
                effects,
                metadata,
                failover: self.failover(&target.failover),
            };
            entries.push(TargetEntry {
                kind,
                cumulative,
                weight: target.weight,
                extras: self.target_extras(extras),
            });
        }
        match entries[..] {
            [
                only @ TargetEntry {
                    kind: TargetKind::Backend(backend),
                    ..
                },
            ] if only == TargetEntry::only(backend) => ActionEntry::Backend(backend),
            _ => {
                let rules = &mut self.sections.actions.rules;
                let list = self.known.targets.run(&mut rules.targets, &entries);
                ActionEntry::Forward(self.known.lists.one(&mut rules.lists, list))
            }
        }
    }

    fn target_extras(&mut self, extras: TargetExtras) -> u32 {
        match extras == TargetExtras::NONE {
            true => NONE,
            false => {
                let section = &mut self.sections.actions.rules.target_extras;
                self.known.target_extras.one(section, extras)
            }
        }
    }

    fn failover(&mut self, backends: &[Backend]) -> Range32 {
        let backends: Vec<u32> = backends.iter().map(|one| self.backend(one)).collect();
        let section = &mut self.sections.actions.failovers;
        self.known.failovers.run(section, &backends)
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
                let entry = FromRequestEntry {
                    kind: self.text(kind),
                    fact: self.fact(fact),
                    status: self.status(place, *status).unwrap_or(500),
                };
                let section = &mut self.sections.actions.rules.from_request;
                TargetKind::FromRequest(self.known.from_request.one(section, entry))
            }
            Target::Invalid(invalid) => {
                let backend = self.backend(&invalid.backend);
                let status = self.status(place, invalid.status).unwrap_or(500);
                self.invalid(backend, status, &invalid.reason)
            }
        }
    }

    fn invalid(&mut self, backend: u32, status: u16, reason: &str) -> TargetKind {
        let entry = InvalidEntry {
            backend,
            status,
            reason: self.text(reason),
        };
        let section = &mut self.sections.actions.rules.invalid;
        TargetKind::Invalid(self.known.invalid.one(section, entry))
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
        if filters.is_empty() {
            return (Effects::NONE, Sound::ALL);
        }
        let mut request: Vec<EditEntry> = Vec::new();
        let mut response: Vec<EditEntry> = Vec::new();
        let mut mirrors: Vec<MirrorEntry> = Vec::new();
        let mut rewrite: Option<RewriteEntry> = None;
        let (mut redirect, mut cors, mut fault) = (NONE, NONE, NONE);
        let mut sound = Sound::ALL;
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
        let (actions, known) = (&mut self.sections.actions, &mut self.known);
        let effects = Effects {
            request_edits: known.edits.run(&mut actions.edits, &request),
            response_edits: known.edits.run(&mut actions.edits, &response),
            mirrors: known.mirrors.run(&mut actions.mirrors, &mirrors),
            rewrite: rewrite.map_or(NONE, |entry| {
                known.rewrites.one(&mut actions.rewrites, entry)
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
        let section = &mut self.sections.actions.responds;
        self.known.responds.one(section, entry)
    }

    fn timeouts(&mut self, timeouts: Timeouts) -> u32 {
        if timeouts == Timeouts::default() {
            return NONE;
        }
        let key = |of: &Timeouts| (of.request_ms, of.backend_request_ms, of.idle_ms);
        let section = &mut self.sections.actions.timeouts;
        self.known.timeouts.one_by(section, timeouts, key)
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
