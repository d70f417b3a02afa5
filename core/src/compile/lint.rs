//! What is allowed in a route set and seldom meant.
//!
//! * A rule that denies by path, at a gateway that takes paths as they come: see
//!   `denial`. Some platforms' default is such a gateway, so it is not refused, but never
//!   quiet.
//! * At a gateway that normalises, a rule for `/a//b` or `/ad%6din` matches nothing:
//!   no path looks like that any more. Where it denies, what it was to keep away
//!   passes.
//! * A format that names a capture which there is not sends on nothing in its place.
//!
//! Each stage is visited once for all gateways, so the work is linear in the set.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::mem;

use super::{Build, CompiledMatch, HashSet};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::compile as codes;
use crate::matcher::normalize::append_canonical;
use crate::model::{Action, Gateway, PathMatch, Route, RouteMatch, Rule, Stage, StageId, Target};
use crate::table::text::Text;

/// A capture that a format names and no path of its rule has.
pub(crate) struct Stranger {
    route: usize,
    rule: usize,
    name: Text,
    /// What names it.
    what: String,
}

impl Build<'_> {
    /// Keeps what the formats of a rule ask of captures that its matches do not have.
    pub(crate) fn note_strangers(
        &mut self,
        (route, rule): (usize, usize),
        matches: &[Option<CompiledMatch>],
    ) {
        for (name, what) in mem::take(&mut self.asked) {
            let known = matches.iter().flatten().any(|one| {
                let entry = self.sections.entries.get(one.entry as usize);
                entry.is_some_and(|entry| self.captures(entry.captures, name))
            });
            // What is wrong with a match is reported already.
            let is_sound = |one: &Option<CompiledMatch>| one.is_some_and(|one| one.is_sound);
            if !known && matches.iter().all(is_sound) {
                self.strangers.push(Stranger {
                    route,
                    rule,
                    name,
                    what,
                });
            }
        }
    }

    /// Whether a pattern has a capture of this name or number.
    fn captures(&self, pattern: u32, name: Text) -> bool {
        let Some(regex) = self.sections.group_regexes.get(pattern as usize) else {
            return false;
        };
        let wanted = self.interner.get(name);
        let number = core::str::from_utf8(wanted).ok().and_then(number);
        // Templates have no group 0: their holes go by names alone.
        let is_regex = regex.names.first().is_some_and(|(group, _)| *group == 0);
        regex.names.iter().any(|(group, own)| {
            self.interner.get(*own) == wanted || is_regex && number == Some(*group)
        })
    }

    /// Reports captures that are named and that there are not. What a stage delegates
    /// to sees the captures of the stages before.
    pub(crate) fn lint_captures(&mut self) {
        let strangers = mem::take(&mut self.strangers);
        if strangers.is_empty() {
            return;
        }
        let inner = self.inner_routes();
        let names = self.captured_names();
        for stranger in strangers {
            let Stranger {
                route: at, name, ..
            } = stranger;
            let is_inner = inner.get(at).copied().unwrap_or(false);
            let name = self.interner.get(name);
            if is_inner && names.contains(name) {
                continue;
            }
            let Some(route) = self.set.routes.get(at) else {
                continue;
            };
            let Some(rule) = route.rules.get(stranger.rule) else {
                continue;
            };
            let name = String::from_utf8_lossy(name);
            let message = format!(
                "{}: {}: the {} asks for '{name}', which no path of the rule captures",
                route.object,
                rule_name(stranger.rule, rule),
                stranger.what,
            );
            let found = Diagnostic::warning(codes::UNKNOWN_CAPTURE, rule.origin, message)
                .with_help("what is missing is empty: name a capture of the path's pattern");
            self.diagnostics.push(found);
        }
    }

    /// Names and numbers of all captures.
    fn captured_names(&self) -> HashSet<Vec<u8>> {
        let mut names = HashSet::default();
        for (group, name) in self
            .sections
            .group_regexes
            .iter()
            .flat_map(|one| &one.names)
        {
            names.insert(self.interner.get(*name).to_vec());
            names.insert(group.to_string().into_bytes());
        }
        names
    }

    /// For each route, whether a stage that another one delegates to has it.
    fn inner_routes(&self) -> Vec<bool> {
        let mut inner = alloc::vec![false; self.set.routes.len()];
        let targets = self.set.routes.iter().flat_map(|route| &route.rules);
        let stages = targets.flat_map(delegates);
        for StageId(id) in stages {
            let stage = self.set.stages.get(id as usize);
            for attachment in stage.into_iter().flat_map(|stage| &stage.attachments) {
                if let Some(is_inner) = inner.get_mut(attachment.route.0 as usize) {
                    *is_inner = true;
                }
            }
        }
        inner
    }

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
            let is_new = !mem::replace(told, true);
            for (index, rule) in route.rules.iter().enumerate() {
                next.extend(delegates(rule));
                if is_new {
                    self.lint_denial(gateway, route, (index, rule));
                    for one in &rule.matches {
                        self.lint_path(gateway, route, (index, rule), one);
                    }
                }
            }
        }
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

/// `rule 2`, with its name where it has one.
pub(super) fn rule_name(index: usize, rule: &Rule) -> String {
    match &rule.name {
        Some(name) => format!("rule {index} \"{name}\""),
        None => format!("rule {index}"),
    }
}

/// The stages that a rule delegates to.
pub(super) fn delegates(rule: &Rule) -> impl Iterator<Item = StageId> {
    let targets = match &rule.action {
        Action::Forward(targets) => &targets[..],
        _ => &[],
    };
    targets.iter().filter_map(|target| match target.target {
        Target::Stage { stage, .. } => Some(stage),
        _ => None,
    })
}

fn number(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}
