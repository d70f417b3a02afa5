//! What a model says that can match no request.
//!
//! Importers write hosts and paths in canonical form. A program that builds a
//! model by hand may not know that form, and a rule that silently never matches is
//! the hardest fault to find; so it is reported. The table is made all the same.

use alloc::format;
use core::fmt::Display;

use super::{Build, CompiledMatch, CompiledRule, Subject};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::compile as codes;
use crate::model::{
    Action, Filter, HostForm, HostMatch, Origin, PathMatch, PathRewrite, Route, Rule,
};
use crate::table::NONE;

impl Build<'_> {
    /// Reports a host that no request has, compared in this form.
    pub(crate) fn check_host(
        &mut self,
        what: &dyn Display,
        origin: Origin,
        host: &HostMatch,
        form: HostForm,
    ) {
        // What is left of a host at a star may be nothing, and may end in a dot where
        // more follows.
        let (text, may_be_empty, is_start) = match host {
            HostMatch::Any | HostMatch::Regex(_) => return,
            HostMatch::Exact(text) | HostMatch::Wildcard(text) | HostMatch::OneLabel(text) => {
                (text, false, false)
            }
            HostMatch::Suffix(text) | HostMatch::WildcardSuffix(text) => (text, true, false),
            HostMatch::WildcardPrefix(text) => (text, true, true),
        };
        let is_upper = text.bytes().any(|byte| byte.is_ascii_uppercase());
        let has_port = !text.starts_with('[') && !text.ends_with(']') && text.contains(':');
        let has_dot = !is_start && text.ends_with('.');
        // SPEC: `HostForm::Authority`: port and trailing dot are compared.
        let is_bare = form == HostForm::Authority || !has_port && !has_dot;
        if !is_upper && (may_be_empty || !text.is_empty()) && is_bare {
            return;
        }
        let form = match form {
            HostForm::Name => "in lower case, without port and trailing dot",
            HostForm::Authority => "in lower case",
        };
        let message =
            format!("{what}: host \"{host}\" matches no request: hosts are compared {form}");
        let diagnostic = Diagnostic::warning(codes::MATCHES_NOTHING, origin, message)
            .with_help("HostMatch::parse gives a host that can match");
        self.diagnostics.push(diagnostic);
    }

    /// Reports a path that no request has.
    pub(crate) fn check_path(&mut self, subject: &Subject<'_>, path: &PathMatch) {
        // Globs and templates are refused by their parser.
        let (PathMatch::Exact(text) | PathMatch::Prefix(text) | PathMatch::Segments(text)) = path
        else {
            return;
        };
        let takes_all = text.is_empty() && !matches!(path, PathMatch::Exact(_));
        // `OPTIONS *` is the one target that is no path.
        if takes_all || text.starts_with('/') || text == "*" {
            return;
        }
        let message =
            format!("{subject}: path \"{text}\" matches no request: paths begin with '/'");
        let diagnostic = Diagnostic::warning(codes::MATCHES_NOTHING, subject.origin, message);
        self.diagnostics.push(diagnostic);
    }

    /// Reports filters that do nothing where they stand: a redirect among a rule's
    /// filters (it is the rule's action), a fault among a target's (it comes before
    /// a target is drawn).
    pub(crate) fn check_filters(&mut self, route: &Route, rule: &Rule) {
        let misplaced = |filter: &Filter| matches!(filter, Filter::Redirect(_));
        let mut found = rule.filters.iter().any(misplaced).then_some("redirect");
        if let Action::Forward(targets) = &rule.action {
            let mut filters = targets.iter().flat_map(|target| &target.filters);
            if filters.any(|filter| matches!(filter, Filter::Fault(_))) {
                found = Some("fault");
            }
        }
        if let Some(kind) = found {
            let message = format!("{}: a {kind} does nothing where it stands", route.object);
            let diagnostic = Diagnostic::warning(codes::IDLE_FILTER, rule.origin, message);
            self.diagnostics.push(diagnostic);
        }
    }

    /// Reports a rewrite of the prefix in a rule whose paths have none.
    pub(crate) fn check_prefix(&mut self, route: &Route, rule: &Rule, compiled: &CompiledRule) {
        let has_prefix = |one: &CompiledMatch| {
            let common = self.sections.entries.common(one.common);
            common.is_some_and(|common| common.prefix_len != NONE)
        };
        // What is wrong with a match is reported already.
        if !rewrites_prefix(rule)
            || !compiled.is_sound
            || self.matches.iter().skip(compiled.first).any(has_prefix)
        {
            return;
        }
        let message = format!(
            "{}: a rewrite of the prefix does nothing where no match of the rule names one",
            route.object
        );
        let found = Diagnostic::warning(codes::IDLE_FILTER, rule.origin, message)
            .with_help("match a prefix of the path, or rewrite the whole path");
        self.diagnostics.push(found);
    }
}

/// Whether anything in a rule replaces the prefix that its match names.
fn rewrites_prefix(rule: &Rule) -> bool {
    let is_prefix = |path: &Option<PathRewrite>| matches!(path, Some(PathRewrite::Prefix { .. }));
    let rewrites =
        |filter: &Filter| matches!(filter, Filter::Rewrite(rewrite) if is_prefix(&rewrite.path));
    rule.filters.iter().any(rewrites)
        || match &rule.action {
            Action::Forward(targets) => {
                let mut filters = targets.iter().flat_map(|target| &target.filters);
                filters.any(rewrites)
            }
            Action::Redirect(redirect) => is_prefix(&redirect.path),
            Action::Respond(_) => false,
        }
}
