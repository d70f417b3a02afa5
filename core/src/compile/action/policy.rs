//! Policies: CORS, faults, tries, sessions, hash keys.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::Build;
use super::Place;
use crate::diagnostic::codes::compile as codes;
use crate::model::{CorsOrigin, CorsPolicy, Fault, HashKey, Rule, SessionPolicy};
use crate::table::NONE;
use crate::table::action::{CorsEntry, CorsOriginEntry, HashKeyEntry, RetryEntry, SessionEntry};
use crate::table::text::{Range32, Text};

/// All of a share, in parts.
const WHOLE_PPM: u32 = 1_000_000;

impl Build<'_> {
    pub(super) fn cors(&mut self, place: &Place<'_>, policy: &CorsPolicy) -> u32 {
        let is_any = |list: &[String]| list.iter().any(|item| item == "*");
        let (any_method, any_header) =
            (is_any(&policy.allow_methods), is_any(&policy.allow_headers));
        let any_exposed = is_any(&policy.expose_headers);
        let mut origins = Vec::with_capacity(policy.allow_origins.len());
        for origin in &policy.allow_origins {
            origins.extend(self.cors_origin(place, origin));
        }
        let mut listed = |list: &[String]| {
            let text = list.join(", ");
            match self.may_leave(place, &text) {
                true => self.text(&text),
                false => self.text(""),
            }
        };
        let methods = listed(&policy.allow_methods);
        let headers = listed(&policy.allow_headers);
        let exposed = listed(&policy.expose_headers);
        let max_age = policy
            .max_age_s
            .map(|seconds| self.text(&seconds.to_string()));
        let (actions, known) = (&mut self.sections.actions, &mut self.known);
        let entry = CorsEntry {
            origins: known.cors_origins.run(&mut actions.cors_origins, &origins),
            any_method,
            any_header,
            any_exposed,
            credentials: policy.allow_credentials,
            methods,
            headers,
            exposed,
            max_age,
        };
        known.cors.one(&mut actions.cors, entry)
    }

    /// An origin; `None` where its pattern cannot be compiled, which is reported.
    fn cors_origin(&mut self, place: &Place<'_>, origin: &CorsOrigin) -> Option<CorsOriginEntry> {
        Some(match origin {
            CorsOrigin::Any => CorsOriginEntry::Any,
            CorsOrigin::Value(value) => {
                let what = format_args!("CORS origin");
                CorsOriginEntry::Value(self.value_test(&place.subject(), what, value, false)?)
            }
            CorsOrigin::Exact { scheme, host, port } => CorsOriginEntry::Exact {
                scheme: self.text(scheme),
                host: self.text(host),
                port: *port,
            },
            CorsOrigin::Wildcard {
                scheme,
                suffix,
                port,
            } => {
                let suffix = if suffix.is_empty() {
                    String::new()
                } else {
                    format!(".{suffix}")
                };
                CorsOriginEntry::Wildcard {
                    scheme: self.text(scheme),
                    suffix: self.text(&suffix),
                    port: *port,
                }
            }
        })
    }

    pub(super) fn fault(&mut self, place: &Place<'_>, fault: &Fault) -> u32 {
        let mut fault = *fault;
        for share in [&mut fault.delay_ppm, &mut fault.abort_ppm] {
            if *share > WHOLE_PPM {
                let message =
                    format!("{place}: a fault's share is {share} in {WHOLE_PPM}: it counts as all");
                *share = WHOLE_PPM;
                self.complain(place, codes::INVALID_POLICY, message);
            }
        }
        if let Some(status) = fault.abort_status {
            // Left out, it would let through what was to be ended.
            fault.abort_status = self.status(place, status).or(Some(500));
        }
        let key = |of: &Fault| {
            let abort = (of.abort_ppm, of.abort_status, of.abort_grpc_status);
            (of.delay_ms, of.delay_ppm, abort)
        };
        let section = &mut self.sections.actions.faults;
        self.known.faults.one_by(section, fault, key)
    }

    /// A status that may be answered; `None`, and reported, where it is none.
    // SPEC: RFC 9110 15, 15.2: 100 to 599, and what ends a request is no 1xx.
    pub(super) fn status(&mut self, place: &Place<'_>, status: u16) -> Option<u16> {
        if (200..600).contains(&status) {
            return Some(status);
        }
        let message = format!("{place}: {status} is no status of an answer: it is 200 to 599");
        self.complain(place, codes::INVALID_POLICY, message);
        None
    }

    pub(super) fn retry(&mut self, place: &Place<'_>) -> u32 {
        let Some(retry) = &place.rule.retry else {
            return NONE;
        };
        let (shortest, mut longest) = (retry.backoff_ms, retry.max_backoff_ms);
        // SPEC: Envoy, retry_policy.retry_back_off: the longest wait is not below the
        // shortest.
        if let (Some(least), Some(most)) = (shortest, longest)
            && most < least
        {
            let message = format!(
                "{place}: the longest wait between tries, {most} ms, is below the shortest, \
                 {least} ms, and is left out"
            );
            self.complain(place, codes::INVALID_POLICY, message);
            longest = None;
        }
        let words: Vec<Text> = retry
            .on
            .iter()
            .map(|word| self.interner.add(word.as_bytes()))
            .collect();
        let (actions, known) = (&mut self.sections.actions, &mut self.known);
        let entry = RetryEntry {
            attempts: retry.attempts,
            per_try_timeout_ms: retry.per_try_timeout_ms,
            backoff_ms: shortest,
            max_backoff_ms: longest,
            on: known.words.run(&mut actions.words, &words),
        };
        known.retries.one(&mut actions.retries, entry)
    }

    pub(super) fn session(&mut self, rule: &Rule) -> u32 {
        let Some(session) = &rule.session else {
            return NONE;
        };
        let entry = match session {
            SessionPolicy::Cookie {
                name,
                permanent,
                absolute_timeout_ms,
                idle_timeout_ms,
            } => SessionEntry {
                cookie: true,
                permanent: *permanent,
                name: name.as_deref().map(|name| self.text(name)),
                absolute_timeout_ms: *absolute_timeout_ms,
                idle_timeout_ms: *idle_timeout_ms,
            },
            SessionPolicy::Header {
                name,
                absolute_timeout_ms,
                idle_timeout_ms,
            } => SessionEntry {
                cookie: false,
                permanent: false,
                name: name.as_deref().map(|name| self.text(name)),
                absolute_timeout_ms: *absolute_timeout_ms,
                idle_timeout_ms: *idle_timeout_ms,
            },
        };
        let section = &mut self.sections.actions.sessions;
        self.known.sessions.one(section, entry)
    }

    pub(super) fn hash_keys(&mut self, keys: &[HashKey]) -> Range32 {
        let keys = keys.iter().map(|key| HashKeyEntry {
            fact: self.fact(&key.fact),
            terminal: key.terminal,
        });
        let keys: Vec<_> = keys.collect();
        let section = &mut self.sections.actions.hash_keys;
        self.known.hash_keys.run(section, &keys)
    }
}
