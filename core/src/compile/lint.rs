//! What is allowed in a route set and seldom meant.
//!
//! A rule that denies `/admin` guards nothing at a gateway that takes paths as they
//! come: `/x/../admin` does not begin with `/admin`, and what stands behind the
//! gateway may resolve it. Some platforms' default is such a gateway, so it is not
//! refused, but never quiet.
//!
//! Each stage is visited once for all gateways, so the work is linear in the set.

use alloc::format;
use alloc::vec::Vec;

use super::Build;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::compile as codes;
use crate::model::{Action, Gateway, PathMatch, Rule, Stage, StageId, Target};

impl Build<'_> {
    /// Reports rules that deny by path what a gateway that normalises no paths leads
    /// to; each rule once.
    pub(crate) fn lint_unnormalised_denials(&mut self) {
        let set = self.set;
        let mut seen = alloc::vec![false; set.stages.len()];
        let mut is_told = alloc::vec![false; set.routes.len()];
        for gateway in set.gateways.iter().filter(|g| !g.normalization.base) {
            let mut open: Vec<StageId> = gateway.listeners.iter().map(|l| l.stage).collect();
            while let Some(StageId(id)) = open.pop() {
                let Some(visited) = seen.get_mut(id as usize) else {
                    continue;
                };
                if core::mem::replace(visited, true) {
                    continue;
                }
                if let Some(stage) = set.stages.get(id as usize) {
                    self.lint_stage(gateway, stage, &mut is_told, &mut open);
                }
            }
        }
    }

    fn lint_stage(
        &mut self,
        gateway: &Gateway,
        stage: &Stage,
        is_told: &mut [bool],
        open: &mut Vec<StageId>,
    ) {
        for attachment in &stage.attachments {
            let id = attachment.route.0 as usize;
            let (Some(route), Some(told)) = (self.set.routes.get(id), is_told.get_mut(id)) else {
                continue;
            };
            if core::mem::replace(told, true) {
                continue;
            }
            for (index, rule) in route.rules.iter().enumerate() {
                if denies(rule) && rule.matches.iter().any(|one| is_scoped(&one.path)) {
                    let name = match &rule.name {
                        Some(name) => format!("rule {index} \"{name}\""),
                        None => format!("rule {index}"),
                    };
                    let message = format!(
                        "{}: {name}: a path-scoped denial without path normalization: {} takes \
                         paths as they come",
                        route.object, gateway.object
                    );
                    let diagnostic =
                        Diagnostic::warning(codes::UNNORMALIZED_DENIAL, rule.origin, message)
                            .with_help("normalise the gateway's paths, or deny by something else");
                    self.diagnostics.push(diagnostic);
                }
                if let Action::Forward(targets) = &rule.action {
                    open.extend(targets.iter().filter_map(|target| match target.target {
                        Target::Stage { stage, .. } => Some(stage),
                        _ => None,
                    }));
                }
            }
        }
    }
}

/// Whether a rule keeps requests away from backends on purpose.
fn denies(rule: &Rule) -> bool {
    match &rule.action {
        Action::Respond(respond) => (400..500).contains(&respond.status),
        Action::Redirect(_) => true,
        Action::Forward(_) => false,
    }
}

/// Whether a path match leaves some paths out.
fn is_scoped(path: &PathMatch) -> bool {
    match path {
        PathMatch::Any => false,
        PathMatch::Prefix(text) | PathMatch::Segments(text) => !matches!(text.as_str(), "" | "/"),
        _ => true,
    }
}
