//! What a model says that can match no request.
//!
//! Importers write hosts and paths in canonical form. A program that builds a
//! model by hand may not know that form, and a rule that silently never matches is
//! the hardest fault to find; so it is reported. The table is made all the same.

use alloc::format;
use core::fmt::Display;

use super::{Build, Subject};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::compile as codes;
use crate::model::{Filter, HostMatch, Origin, PathMatch, Route, Rule};

impl Build<'_> {
    /// Reports a host that no request has.
    pub(crate) fn check_host(&mut self, what: &dyn Display, origin: Origin, host: &HostMatch) {
        let is_raw = matches!(host, HostMatch::Suffix(_));
        let (HostMatch::Exact(text) | HostMatch::Wildcard(text) | HostMatch::Suffix(text)) = host
        else {
            return;
        };
        let is_upper = text.bytes().any(|byte| byte.is_ascii_uppercase());
        let has_port = !text.starts_with('[') && text.contains(':');
        let is_sound = !is_upper && (is_raw || !text.is_empty()) && !has_port;
        if is_sound && !text.ends_with('.') {
            return;
        }
        let message = format!(
            "{what}: host \"{host}\" matches no request: hosts are compared in lower case, \
             without port and trailing dot"
        );
        let diagnostic = Diagnostic::warning(codes::MATCHES_NOTHING, origin, message)
            .with_help("HostMatch::parse gives a host that can match");
        self.diagnostics.push(diagnostic);
    }

    /// Reports a path that no request has.
    pub(crate) fn check_path(&mut self, subject: &Subject<'_>, path: &PathMatch) {
        let (PathMatch::Exact(text) | PathMatch::Prefix(text) | PathMatch::Segments(text)) = path
        else {
            return;
        };
        let takes_all = text.is_empty() && !matches!(path, PathMatch::Exact(_));
        // `OPTIONS *` is the one target that is no path.
        if takes_all || text.starts_with('/') || text == "*" {
            return;
        }
        let message = format!(
            "{}: path \"{text}\" matches no request: paths begin with '/'",
            subject.object
        );
        let diagnostic = Diagnostic::warning(codes::MATCHES_NOTHING, subject.origin, message);
        self.diagnostics.push(diagnostic);
    }

    /// Reports filters that do nothing where they stand: a redirect among a rule's
    /// filters (it is the rule's action), a fault among a target's (it comes before
    /// a target is drawn).
    pub(crate) fn check_filters(&mut self, route: &Route, rule: &Rule) {
        let misplaced = |filter: &Filter| matches!(filter, Filter::Redirect(_));
        let mut found = rule.filters.iter().any(misplaced).then_some("redirect");
        if let crate::model::Action::Forward(targets) = &rule.action {
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
}
