//! What is allowed in a route set and seldom meant.
//!
//! * A rule that denies by path, at a gateway that takes paths as they come: see
//!   `denial`. Some platforms' default is such a gateway, so it is not refused, but never
//!   quiet.
//! * At a gateway that normalises, a rule for `/a//b` or `/ad%6din` matches nothing:
//!   no path looks like that any more. Where it denies, what it was to keep away
//!   passes.
//!
//! Each stage is visited once for all gateways, so the work is linear in the set.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use super::Build;
use super::denial::denies;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::compile as codes;
use crate::matcher::normalize::{self, append_canonical};
use crate::model::{
    Action, Gateway, PathMatch, Route, RouteId, RouteMatch, Rule, Stage, StageId, Target,
};

impl Build<'_> {
    /// Reports, each once, rules that deny by path what a gateway that normalises no
    /// paths leads to, and paths that a gateway that does leaves none of.
    pub(crate) fn lint_paths(&mut self) {
        let set = self.set;
        let mut is_told = alloc::vec![false; set.routes.len()];
        let (open, closed): (Vec<_>, Vec<_>) =
            set.gateways.iter().partition(|one| !one.normalization.base);
        // Those that take paths as they come are first: what they say is graver.
        for gateways in [open, closed] {
            let mut seen = alloc::vec![false; set.stages.len()];
            for gateway in gateways {
                let listeners = gateway.listeners.iter();
                let mut next: Vec<StageId> = listeners.map(|one| one.stage).collect();
                while let Some(StageId(id)) = next.pop() {
                    let Some(visited) = seen.get_mut(id as usize) else {
                        continue;
                    };
                    if mem::replace(visited, true) {
                        continue;
                    }
                    if let Some(stage) = set.stages.get(id as usize) {
                        self.lint_stage(gateway, stage, &mut is_told, &mut next);
                    }
                }
            }
        }
    }

    fn lint_stage(
        &mut self,
        gateway: &Gateway,
        stage: &Stage,
        is_told: &mut [bool],
        next: &mut Vec<StageId>,
    ) {
        for attachment in &stage.attachments {
            let id = attachment.route.0 as usize;
            let (Some(route), Some(told)) = (self.set.routes.get(id), is_told.get_mut(id)) else {
                continue;
            };
            next.extend(self.delegates_of(attachment.route));
            let is_plain = self.is_plain.get(id).copied().unwrap_or(false);
            if mem::replace(told, true) || is_plain && gateway.normalization.base {
                continue;
            }
            for (index, rule) in route.rules.iter().enumerate() {
                self.lint_denial(gateway, route, (index, rule));
                for one in &rule.matches {
                    self.lint_path(gateway, route, (index, rule), one);
                }
            }
        }
    }

    /// The stages that the rules of a route delegate to.
    pub(super) fn delegates_of(&self, route: RouteId) -> impl Iterator<Item = StageId> {
        let start = self.delegates.partition_point(|&(of, _)| of < route.0);
        let own = self.delegates.iter().skip(start);
        own.take_while(move |&&(of, _)| of == route.0)
            .map(|&(_, stage)| stage)
    }

    /// Reports a path that is never one once it is in its canonical form.
    fn lint_path(
        &mut self,
        gateway: &Gateway,
        route: &Route,
        (index, rule): (usize, &Rule),
        one: &RouteMatch,
    ) {
        let (text, rest) = match &one.path {
            PathMatch::Exact(text) | PathMatch::Segments(text) => (text, ""),
            // What begins with "/a/.." may go on as a name.
            PathMatch::Prefix(text) => (text, "x"),
            _ => return,
        };
        // Another lint tells of the path that has no slash, and half an escape may be
        // completed.
        let half = text.bytes().rev().take(2).any(|byte| byte == b'%') && !rest.is_empty();
        if one.path_raw || half || !text.starts_with('/') {
            return;
        }
        let (message, help) = if text.contains(['?', '#']) {
            let message = "a path ends before '?' and '#'";
            (
                String::from(message),
                String::from("test the query by `query`"),
            )
        } else {
            let written = format!("{text}{rest}");
            let mut canonical = Vec::with_capacity(written.len());
            append_canonical(gateway.normalization, written.as_bytes(), &mut canonical);
            let is_same = match one.path_ignore_case {
                true => canonical.eq_ignore_ascii_case(written.as_bytes()),
                false => canonical == written.as_bytes(),
            };
            if is_same {
                return;
            }
            canonical.truncate(canonical.len().saturating_sub(rest.len()));
            let canonical = String::from_utf8_lossy(&canonical);
            (
                format!("{} makes paths canonical", gateway.object),
                format!("what comes in as that is \"{canonical}\" by then"),
            )
        };
        let message = format!(
            "{}: {}: path \"{text}\" matches no request: {message}",
            route.object,
            rule_name(index, rule),
        );
        let origin = match one.origin.is_known() {
            true => one.origin,
            false => rule.origin,
        };
        let found = Diagnostic::warning(codes::MATCHES_NOTHING, origin, message).with_help(help);
        self.diagnostics.push(found);
    }
}

/// Whether a gateway that normalises paths has nothing to say of a rule. Asked when the
/// rule is compiled, since all but a few are like that and need not be read again.
pub(super) fn is_plain(rule: &Rule) -> bool {
    !denies(rule)
        && rule.matches.iter().all(|one| match &one.path {
            PathMatch::Exact(text) | PathMatch::Segments(text) | PathMatch::Prefix(text) => {
                normalize::is_plain(text.as_bytes()) && !text.contains(['?', '#'])
            }
            _ => true,
        })
}

/// `rule 2`, with its name where it has one.
pub(super) fn rule_name(index: usize, rule: &Rule) -> String {
    match &rule.name {
        Some(name) => format!("rule {index} \"{name}\""),
        None => format!("rule {index}"),
    }
}

/// The stages that a rule delegates to.
pub(crate) fn delegates(rule: &Rule) -> impl Iterator<Item = StageId> {
    let targets = match &rule.action {
        Action::Forward(targets) => &targets[..],
        _ => &[],
    };
    targets.iter().filter_map(|target| match target.target {
        Target::Stage { stage, .. } => Some(stage),
        _ => None,
    })
}
