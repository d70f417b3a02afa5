//! TLSRoute, TCPRoute and UDPRoute rules: no matches, no filters, only backends.

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::diagnostic::codes::gateway_api as codes;
use crate::import::schema::Path;
use crate::model::{Action, Rule};

use super::backends::Builder;
use super::read::{Problem, list, text};

impl Builder<'_, '_> {
    /// SPEC: semantics/gateway-api.md 5: one rule, weights as in HTTPRoute.
    /// Nothing tells a second rule's connections from the first's, so it could
    /// never be chosen.
    pub(super) fn l4_rules(&mut self) -> Vec<Rule> {
        let nodes: Vec<_> = self
            .route
            .spec()
            .into_iter()
            .flat_map(|spec| list(spec, "rules"))
            .collect();
        if let Some(&second) = nodes.get(1) {
            // At the key, where the schema reports the length of a list.
            let place = self.route.spec().and_then(|spec| spec.key("rules"));
            self.warn(
                codes::LIMIT,
                place.unwrap_or(second),
                "rules: only the first of several can be chosen",
            );
        }
        let Some(&node) = nodes.first() else {
            let place = self.route.node.get("spec").unwrap_or(self.route.node);
            self.warn(
                codes::NO_BACKENDS,
                place,
                "has no rules and takes no connection",
            );
            return Vec::new();
        };
        let rules = Path::ROOT.field("rules");
        let at = rules.index(0);
        let targets = self.targets(node, &at);
        if targets.is_empty() {
            self.warn(
                codes::NO_BACKENDS,
                node,
                format_args!("{at} has no backendRefs"),
            );
        }
        let action = match self.faults.within(node, node.get("backendRefs")) {
            Some(fault) => {
                let problem = Problem::new("UnsupportedValue", fault);
                self.answer_500(node, &at, problem)
            }
            None => Action::Forward(targets),
        };
        let mut rule = Rule::new(action);
        rule.name = text(node, "name").map(ToString::to_string);
        rule.origin = node.origin();
        alloc::vec![rule]
    }
}
