//! What a decision shows of policies: mirrors, times, tries, sessions, faults.

use alloc::vec::Vec;
use core::fmt;

use super::Decision;
use super::view::BackendView;
use crate::table::Sections;
use crate::table::text::Range32;
use crate::vocabulary::{Fault, Timeouts};

/// A mirror on a request's way.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MirrorView<'a> {
    /// Where the copy goes.
    pub backend: BackendView<'a>,
    /// Share copied: `numerator / denominator`.
    pub numerator: u32,
    /// At least 1.
    pub denominator: u32,
    /// Whether it was drawn.
    pub selected: bool,
}

/// A retry policy.
#[derive(Clone, Copy)]
pub struct RetryView<'a> {
    sections: &'a Sections,
    /// Tries after the first.
    pub attempts: Option<u32>,
    /// Limit of each try in milliseconds.
    pub per_try_timeout_ms: Option<u64>,
    /// Shortest wait between tries in milliseconds.
    pub backoff_ms: Option<u64>,
    /// Longest wait between tries in milliseconds.
    pub max_backoff_ms: Option<u64>,
    on: Range32,
}

/// A session policy.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SessionView<'a> {
    /// `cookie` or `header`.
    pub kind: &'static str,
    /// The cookie's or header's name; `None` leaves it to the proxy.
    pub name: Option<&'a str>,
    /// Whether a cookie outlives the browser's session.
    pub permanent: bool,
    /// Limit on the session's age in milliseconds.
    pub absolute_timeout_ms: Option<u64>,
    /// Limit on its idleness in milliseconds.
    pub idle_timeout_ms: Option<u64>,
}

impl<'a> Decision<'a> {
    /// The mirrors on the way, in order.
    pub fn mirrors(&self) -> impl Iterator<Item = MirrorView<'a>> + 'a {
        let sections = self.sections;
        let mirrored = &self.scratch.output.mirrored;
        let steps = self.steps().iter();
        let effects = steps.flat_map(move |step| sections.effects_of(step));
        effects
            .flatten()
            .flat_map(|effects| effects.mirrors.of(&sections.actions.mirrors))
            .enumerate()
            .filter_map(move |(at, mirror)| {
                Some(MirrorView {
                    backend: sections.backend_view(mirror.backend)?,
                    numerator: mirror.numerator,
                    denominator: mirror.denominator,
                    selected: mirrored.get(at).copied().unwrap_or(false),
                })
            })
    }

    /// How long things may take; a later stage's limits come before an earlier's.
    pub fn timeouts(&self) -> Timeouts {
        let mut timeouts = Timeouts::default();
        for step in self.steps() {
            let own = self.extras_of(step).timeouts;
            let own = self.sections.actions.timeouts.optional(own);
            let own = own.copied().unwrap_or_default();
            timeouts.request_ms = own.request_ms.or(timeouts.request_ms);
            timeouts.backend_request_ms = own.backend_request_ms.or(timeouts.backend_request_ms);
            timeouts.idle_ms = own.idle_ms.or(timeouts.idle_ms);
        }
        timeouts
    }

    /// When the request is tried again; the last stage's policy that there is.
    pub fn retry(&self) -> Option<RetryView<'a>> {
        let sections = self.sections;
        let mut policies = self.steps().iter().filter_map(|step| {
            let retry = self.extras_of(step).retry;
            sections.actions.retries.optional(retry)
        });
        policies.next_back().map(|retry| RetryView {
            sections,
            attempts: retry.attempts,
            per_try_timeout_ms: retry.per_try_timeout_ms,
            backoff_ms: retry.backoff_ms,
            max_backoff_ms: retry.max_backoff_ms,
            on: retry.on,
        })
    }

    /// How the client is kept at one backend.
    pub fn session(&self) -> Option<SessionView<'a>> {
        let sections = self.sections;
        let mut policies = self.steps().iter().filter_map(|step| {
            let session = self.extras_of(step).session;
            sections.actions.sessions.optional(session)
        });
        policies.next_back().map(|session| SessionView {
            kind: if session.cookie { "cookie" } else { "header" },
            name: session.name.map(|name| sections.text.str(name)),
            permanent: session.permanent,
            absolute_timeout_ms: session.absolute_timeout_ms,
            idle_timeout_ms: session.idle_timeout_ms,
        })
    }

    /// The fault on the way, and whether its delay and its abort were drawn.
    pub fn fault(&self) -> Option<(Fault, bool, bool)> {
        let fault = self.sections.actions.faults.optional(self.verdict.fault)?;
        Some((*fault, self.verdict.delayed, self.verdict.aborted))
    }
}

impl<'a> RetryView<'a> {
    /// What is tried again: Envoy's words, or a status.
    pub fn on(&self) -> impl Iterator<Item = &'a str> + 'a {
        let sections = self.sections;
        self.on
            .of(&sections.actions.words)
            .iter()
            .map(move |&word| sections.text.str(word))
    }
}

impl fmt::Debug for RetryView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryView")
            .field("attempts", &self.attempts)
            .field("per_try_timeout_ms", &self.per_try_timeout_ms)
            .field("backoff_ms", &self.backoff_ms)
            .field("max_backoff_ms", &self.max_backoff_ms)
            .field("on", &self.on().collect::<Vec<_>>())
            .finish()
    }
}
