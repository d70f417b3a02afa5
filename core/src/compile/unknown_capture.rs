//! Captures that a format names and no path of its rule has.
//!
//! What is missing is empty, so `/v2/{idd}` behind `/users/{id}` would send everybody to
//! `/v2/`. It is allowed, since a rule's paths may capture different things, and since a
//! stage sees the captures of those before it; where nothing has the name, it is told.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::mem;

use super::lint::{delegates, rule_name};
use super::{Build, CompiledRule, HashSet};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::compile as codes;
use crate::model::StageId;
use crate::table::text::Text;

/// A capture that a format names and no path of its rule has.
pub(crate) struct UnknownCapture {
    route: usize,
    rule: usize,
    name: Text,
    /// What names it.
    what: String,
}

impl Build<'_> {
    /// Keeps what the formats of a rule ask of captures that its matches do not have.
    pub(crate) fn note_unknown_captures(&mut self, compiled: &CompiledRule) {
        for (name, what) in mem::take(&mut self.named_captures) {
            let written = self.interner.get(name);
            let known = self.matches.iter().skip(compiled.first).any(|one| {
                let common = self.sections.entries.common(one.common);
                common.is_some_and(|common| self.group_number(common.captures, written).is_some())
            });
            // What is wrong with a match is reported already.
            if !known && compiled.is_sound {
                self.unknown_captures.push(UnknownCapture {
                    route: compiled.route,
                    rule: compiled.rule,
                    name,
                    what,
                });
            }
        }
    }

    /// Reports captures that are named and that there are not. What a stage delegates
    /// to sees the captures of the stages before.
    pub(crate) fn lint_captures(&mut self) {
        let unknown = mem::take(&mut self.unknown_captures);
        if unknown.is_empty() {
            return;
        }
        let inner = self.inner_routes();
        let names = self.captured_names();
        for one in unknown {
            let UnknownCapture {
                route: at, name, ..
            } = one;
            let is_inner = inner.get(at).copied().unwrap_or(false);
            let name = self.interner.get(name);
            if is_inner && names.contains(name) {
                continue;
            }
            let Some(route) = self.set.routes.get(at) else {
                continue;
            };
            let Some(rule) = route.rules.get(one.rule) else {
                continue;
            };
            let name = String::from_utf8_lossy(name);
            let message = format!(
                "{}: {}: the {} asks for '{name}', which no path of the rule captures",
                route.object,
                rule_name(one.rule, rule),
                one.what,
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
}
