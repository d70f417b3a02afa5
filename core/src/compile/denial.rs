//! Denials by path that another spelling of the path gets around.
//!
//! A rule that denies `/admin` guards nothing where paths are looked at as they come:
//! `/x/../admin` does not begin with `/admin`, and what stands behind the gateway may
//! resolve it. So it is where the gateway normalises no paths, and where a rule asks for
//! the path as it came.
//!
//! A rule denies by path where it answers 4xx, redirects or aborts, and asks anything of
//! the path in whatever place. At a gateway that normalises no paths it does so too where
//! it forwards what has *not* a path, and leaves the rest to nobody.

use alloc::format;
use alloc::string::ToString;

use super::Build;
use super::lint::rule_name;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::compile as codes;
use crate::model::{
    Action, Fact, Filter, Gateway, PathMatch, Predicate, PredicateKind, Route, RouteMatch, Rule,
};

/// All of a share, in parts.
const WHOLE_PPM: u32 = 1_000_000;

impl Build<'_> {
    /// Reports a rule that denies by a path that is not canonical.
    pub(super) fn lint_denial(
        &mut self,
        gateway: &Gateway,
        route: &Route,
        (index, rule): (usize, &Rule),
    ) {
        let takes_any = !gateway.normalization.base;
        if !takes_any && !denies(rule) {
            return;
        }
        let asks = Asks {
            of_canonical: takes_any,
            only_negated: !denies(rule),
        };
        if !rule.matches.iter().any(|one| asks.in_match(one)) {
            return;
        }
        let (why, help) = match takes_any {
            true => (
                format!("{} takes paths as they come", gateway.object),
                "normalise the gateway's paths, or deny by something else",
            ),
            false => (
                "it looks at the path as it came".to_string(),
                "deny by the canonical path",
            ),
        };
        let message = format!(
            "{}: {}: a path-scoped denial without path normalization: {why}",
            route.object,
            rule_name(index, rule),
        );
        let found =
            Diagnostic::warning(codes::UNNORMALIZED_DENIAL, rule.origin, message).with_help(help);
        self.diagnostics.push(found);
    }
}

/// Whether a rule keeps requests away from backends on purpose.
pub(super) fn denies(rule: &Rule) -> bool {
    let is_refusal = |status: u16| (400..500).contains(&status);
    let aborts = |filter: &Filter| match filter {
        Filter::Fault(fault) => {
            fault.abort_ppm >= WHOLE_PPM && fault.abort_status.is_some_and(is_refusal)
        }
        _ => false,
    };
    rule.filters.iter().any(aborts)
        || match &rule.action {
            Action::Respond(respond) => is_refusal(respond.status),
            Action::Redirect(_) => true,
            Action::Forward(_) => false,
        }
}

/// What a match is looked through for.
#[derive(Clone, Copy)]
struct Asks {
    /// Whether tests of the canonical path count, beside those of the path as it came.
    of_canonical: bool,
    /// Whether only tests count that must not hold.
    only_negated: bool,
}

impl Asks {
    fn in_match(self, one: &RouteMatch) -> bool {
        let of_path = is_scoped(&one.path) && (one.path_raw || self.of_canonical);
        let mut predicates = one.predicates.iter();
        of_path && !self.only_negated || predicates.any(|one| self.in_predicate(one, false))
    }

    /// Goes down a predicate, which is at most [`Predicate::MAX_DEPTH`] deep.
    fn in_predicate(self, predicate: &Predicate, is_negated: bool) -> bool {
        let within = |parts: &[Predicate]| {
            let mut parts = parts.iter();
            parts.any(|part| self.in_predicate(part, is_negated))
        };
        match predicate.kind() {
            PredicateKind::All(parts) | PredicateKind::Any(parts) => within(parts),
            PredicateKind::Not(part) => self.in_predicate(part, !is_negated),
            PredicateKind::Fact(test) => {
                let is_path = match test.fact {
                    Fact::RawPath => true,
                    Fact::Path | Fact::GrpcService | Fact::GrpcMethod => self.of_canonical,
                    _ => false,
                };
                is_path && (!self.only_negated || is_negated != test.invert)
            }
            PredicateKind::Fraction { .. } | PredicateKind::TooDeep => false,
        }
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
