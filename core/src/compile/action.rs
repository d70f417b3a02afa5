//! Actions: rules' filters, targets and policies, digested for reading.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Build;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::compile as codes;
use crate::model::{
    Action, Backend, CorsOrigin, CorsPolicy, Filter, HeaderEdit, HostRewrite, PathRewrite,
    Redirect, Respond, Route, Rule, SessionPolicy, Target, Timeouts, WeightedTarget,
};
use crate::table::NONE;
use crate::table::action::{
    ActionEntry, BackendEntry, CorsEntry, CorsOriginEntry, EditEntry, Effects, MirrorEntry,
    PathRewriteEntry, RedirectEntry, RespondEntry, RetryEntry, RewriteEntry, RuleEntry,
    SessionEntry, TargetEntry, TargetKind,
};
use crate::table::text::{Range32, Text};

impl Build<'_> {
    pub(crate) fn rule(&mut self, route: &Route, rule: &Rule) -> RuleEntry {
        let effects = self.effects(route, rule, &rule.filters);
        let action = match &rule.action {
            Action::Forward(targets) => self.targets(route, rule, targets),
            Action::Redirect(redirect) => {
                ActionEntry::Redirect(self.redirect(route, rule, redirect))
            }
            Action::Respond(respond) => ActionEntry::Respond(self.respond(respond)),
        };
        RuleEntry {
            action,
            effects,
            timeouts: self.timeouts(rule.timeouts),
            retry: self.retry(rule),
            session: self.session(rule),
            metadata: self.metadata(&rule.metadata),
        }
    }

    fn targets(&mut self, route: &Route, rule: &Rule, targets: &[WeightedTarget]) -> ActionEntry {
        let mut entries = Vec::with_capacity(targets.len());
        let mut total = 0u64;
        for target in targets {
            total += u64::from(target.weight);
            let (kind, metadata) = match &target.target {
                Target::Backend(backend) => (TargetKind::Backend(self.backend(backend)), &[][..]),
                Target::Stage { stage, metadata } => {
                    if stage.0 as usize >= self.set.stages.len() {
                        let message =
                            format!("{}: leads to a stage that is not there", route.object);
                        self.diagnostics.push(Diagnostic::error(
                            codes::BROKEN_REFERENCE,
                            rule.origin,
                            message,
                        ));
                    }
                    (TargetKind::Stage(stage.0), &metadata[..])
                }
                Target::FromRequest { .. } => continue,
                Target::Invalid(invalid) => {
                    let backend = self.backend(&invalid.backend);
                    let reason = self.text(&invalid.reason);
                    (
                        TargetKind::Invalid {
                            backend,
                            status: invalid.status,
                            reason,
                        },
                        &[][..],
                    )
                }
            };
            let effects = self.effects(route, rule, &target.filters);
            let metadata = self.metadata(metadata);
            let weight = target.weight;
            entries.push(TargetEntry {
                kind,
                cumulative: total,
                weight,
                effects,
                metadata,
            });
        }
        let start = self.sections.actions.targets.len() as u32;
        let len = entries.len() as u32;
        self.sections.actions.targets.extend(entries);
        ActionEntry::Forward {
            targets: Range32 { start, len },
            total,
        }
    }

    fn effects(&mut self, route: &Route, rule: &Rule, filters: &[Filter]) -> Effects {
        let mut request: Vec<EditEntry> = Vec::new();
        let mut response: Vec<EditEntry> = Vec::new();
        let mut mirrors: Vec<MirrorEntry> = Vec::new();
        let mut rewrite: Option<RewriteEntry> = None;
        let (mut redirect, mut cors, mut fault) = (NONE, NONE, NONE);
        for filter in filters {
            match filter {
                Filter::Cors(policy) => cors = self.cors(route, rule, policy),
                Filter::Fault(policy) => {
                    self.sections.actions.faults.push(*policy);
                    fault = self.sections.actions.faults.len() as u32 - 1;
                }
                Filter::Mirror(mirror) => {
                    // SPEC: HTTPRequestMirrorFilter.backendRef: an invalid
                    // reference is dropped, the request itself goes on.
                    if let Ok(backend) = &mirror.target {
                        let backend = self.backend(backend);
                        let denominator = mirror.denominator.max(1);
                        let numerator = mirror.numerator.min(denominator);
                        mirrors.push(MirrorEntry {
                            backend,
                            numerator,
                            denominator,
                        });
                    }
                }
                Filter::Redirect(one) => redirect = self.redirect(route, rule, one),
                Filter::RequestHeaders(edits) => {
                    for edit in edits {
                        if !self.is_authority(route, rule, &edit.name) {
                            request.extend(self.edit(route, rule, edit));
                        }
                    }
                }
                Filter::ResponseHeaders(edits) => {
                    response.extend(edits.iter().filter_map(|edit| self.edit(route, rule, edit)));
                }
                Filter::Rewrite(crate::model::Rewrite { host, path, .. }) => {
                    let entry = rewrite.get_or_insert(RewriteEntry {
                        host: None,
                        path: None,
                    });
                    if let Some(HostRewrite::To(host)) = host
                        && let Some(host) = host.as_text()
                        && self.may_leave(route, rule, host)
                    {
                        entry.host = Some(self.interner.add(host.as_bytes()));
                    }
                    if let Some(path) = path {
                        let path = self.path_rewrite(route, rule, path);
                        if let Some(entry) = rewrite.as_mut() {
                            entry.path = path;
                        }
                    }
                }
            }
        }
        let actions = &mut self.sections.actions;
        let request_edits = append(&mut actions.edits, request);
        let response_edits = append(&mut actions.edits, response);
        let mirrors = append(&mut actions.mirrors, mirrors);
        let rewrite = rewrite.map_or(NONE, |entry| {
            actions.rewrites.push(entry);
            actions.rewrites.len() as u32 - 1
        });
        Effects {
            request_edits,
            response_edits,
            mirrors,
            rewrite,
            redirect,
            cors,
            fault,
        }
    }

    fn edit(&mut self, route: &Route, rule: &Rule, edit: &HeaderEdit) -> Option<EditEntry> {
        if !(self.may_leave(route, rule, &edit.name)
            && self.may_leave(route, rule, edit.value.as_text().unwrap_or("")))
        {
            return None;
        }
        let name = self.text(&edit.name.to_ascii_lowercase());
        Some(EditEntry {
            verb: edit.verb,
            name,
            value: self.text(edit.value.as_text().unwrap_or("")),
        })
    }

    /// Whether an edit would change the authority behind the back of what decides
    /// it; reports one that would.
    // SPEC: Gateway API leaves open what editing Host means. A second host beside
    // the authority would be read differently by whoever follows.
    fn is_authority(&mut self, route: &Route, rule: &Rule, name: &str) -> bool {
        if !name.eq_ignore_ascii_case("host") && !name.starts_with(':') {
            return false;
        }
        let message = format!("{}: an edit of '{name}' is left out", route.object);
        let diagnostic = Diagnostic::warning(codes::AUTHORITY_EDIT, rule.origin, message)
            .with_help("use a rewrite to send another host or path");
        self.diagnostics.push(diagnostic);
        true
    }

    /// Whether a text may stand in a head that leaves; reports it where it may not.
    // SPEC: architecture 6: no CR, LF or NUL in a header or Location, whatever an
    // importer, or a model built by hand, lets through.
    fn may_leave(&mut self, route: &Route, rule: &Rule, text: &str) -> bool {
        let is_unsound = |byte: u8| byte != b'\t' && byte.is_ascii_control();
        if !text.bytes().any(is_unsound) {
            return true;
        }
        let message = format!(
            "{}: '{}' holds a control character and is left out",
            route.object,
            text.escape_default()
        );
        self.diagnostics.push(Diagnostic::error(
            codes::UNSOUND_OUTPUT,
            rule.origin,
            message,
        ));
        false
    }

    fn path_rewrite(
        &mut self,
        route: &Route,
        rule: &Rule,
        rewrite: &PathRewrite,
    ) -> Option<PathRewriteEntry> {
        let text = match rewrite {
            PathRewrite::Full(text) => text.as_text()?,
            PathRewrite::Prefix { replacement, .. } => replacement.as_str(),
            _ => return None,
        };
        if text.len() > self.limits.replacement {
            let message = format!(
                "{}: the replacement path is {} bytes long, over the limit of {} \
                 (Limits::replacement)",
                route.object,
                text.len(),
                self.limits.replacement
            );
            self.diagnostics.push(Diagnostic::error(
                codes::REPLACEMENT_TOO_LONG,
                rule.origin,
                message,
            ));
            return None;
        }
        if !self.may_leave(route, rule, text) {
            return None;
        }
        let text = self.text(text);
        Some(match rewrite {
            PathRewrite::Full(_) => PathRewriteEntry::Full(text),
            PathRewrite::Prefix { join, .. } => PathRewriteEntry::Prefix {
                replacement: text,
                join: *join,
            },
            PathRewrite::Regex(_) => return None,
        })
    }

    fn redirect(&mut self, route: &Route, rule: &Rule, redirect: &Redirect) -> u32 {
        let host = redirect
            .host
            .as_ref()
            .and_then(|host| host.as_text())
            .filter(|host| self.may_leave(route, rule, host))
            .map(|host| self.text(host));
        let path = redirect
            .path
            .as_ref()
            .and_then(|path| self.path_rewrite(route, rule, path));
        self.sections.actions.redirects.push(RedirectEntry {
            scheme: redirect.scheme,
            host,
            port: redirect.port,
            path,
            status: redirect.status,
        });
        self.sections.actions.redirects.len() as u32 - 1
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

    fn cors(&mut self, route: &Route, rule: &Rule, policy: &CorsPolicy) -> u32 {
        let is_any = |list: &[String]| list.iter().any(|item| item == "*");
        let (any_method, any_header) =
            (is_any(&policy.allow_methods), is_any(&policy.allow_headers));
        let any_exposed = is_any(&policy.expose_headers);
        let mut origins = Vec::with_capacity(policy.allow_origins.len());
        for origin in &policy.allow_origins {
            origins.push(match origin {
                CorsOrigin::Any => CorsOriginEntry::Any,
                CorsOrigin::Value(_) => continue,
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
            });
        }
        let mut listed = |list: &[String]| {
            let text = list.join(", ");
            match self.may_leave(route, rule, &text) {
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
        let actions = &mut self.sections.actions;
        let origins = append(&mut actions.cors_origins, origins);
        actions.cors.push(CorsEntry {
            origins,
            any_method,
            any_header,
            any_exposed,
            credentials: policy.allow_credentials,
            methods,
            headers,
            exposed,
            max_age,
        });
        actions.cors.len() as u32 - 1
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

    fn retry(&mut self, rule: &Rule) -> u32 {
        let Some(retry) = &rule.retry else {
            return NONE;
        };
        let words: Vec<Text> = retry
            .on
            .iter()
            .map(|word| self.interner.add(word.as_bytes()))
            .collect();
        let actions = &mut self.sections.actions;
        let on = append(&mut actions.words, words);
        actions.retries.push(RetryEntry {
            attempts: retry.attempts,
            per_try_timeout_ms: retry.per_try_timeout_ms,
            backoff_ms: retry.backoff_ms,
            on,
        });
        actions.retries.len() as u32 - 1
    }

    fn session(&mut self, rule: &Rule) -> u32 {
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
        self.sections.actions.sessions.push(entry);
        self.sections.actions.sessions.len() as u32 - 1
    }

    fn metadata(&mut self, metadata: &[(String, crate::model::MetadataValue)]) -> Range32 {
        let pairs: Vec<(Text, Text)> = metadata
            .iter()
            .map(|(key, value)| {
                let value = match value {
                    crate::model::MetadataValue::Text(text) => text.clone(),
                    crate::model::MetadataValue::Integer(number) => number.to_string(),
                    _ => String::new(),
                };
                (self.text(key), self.text(&value))
            })
            .collect();
        append(&mut self.sections.actions.metadata, pairs)
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
