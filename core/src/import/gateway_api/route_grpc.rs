//! GRPCRoute rules.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::gateway_api as codes;
use crate::import::document::Node;
use crate::import::schema::Path;
use crate::model::{Origin, PathMatch, RouteMatch, Rule, ValueMatch};

use super::backends::Builder;
use super::read::{list, stated, stated_map, under};
use super::route_http::{ROOM, regex};

impl<'d> Builder<'_, 'd> {
    /// SPEC: semantics/gateway-api.md 4: unlike HTTPRoute, a GRPCRoute without
    /// `rules` has no default and takes nothing.
    pub(super) fn grpc_rules(&mut self) -> Vec<Rule> {
        let nodes: Vec<_> = self
            .route
            .spec()
            .into_iter()
            .flat_map(|spec| list(spec, "rules"))
            .collect();
        self.note_all_used(&nodes);
        if nodes.is_empty() {
            let place = self.route.node.get("spec").unwrap_or(self.route.node);
            self.warn(
                codes::NO_BACKENDS,
                place,
                "has no rules and takes no request",
            );
        }
        let at = Path::ROOT.field("rules");
        let mut rules = Vec::with_capacity(nodes.len().min(ROOM));
        for (index, node) in nodes.into_iter().enumerate() {
            rules.extend(self.grpc_rule(node, &at.index(index)));
        }
        rules
    }

    fn grpc_rule(&mut self, node: Node<'d>, at: &Path<'_>) -> Option<Rule> {
        let (matches, fault) = self.matches(node, at, Self::grpc_match, every_call)?;
        Some(self.rule(node, at, matches, fault))
    }

    /// SPEC: semantics/gateway-api.md 4: service and method, Exact where no type
    /// is stated; without either every call is taken.
    fn grpc_match(
        &mut self,
        node: Node<'d>,
        at: &Path<'_>,
        fault: &mut Option<String>,
    ) -> Option<RouteMatch> {
        let mut one = call(node.origin());
        match grpc_path(node) {
            Ok(path) => one.path = path,
            Err(why) => {
                fault.get_or_insert(why);
                return None;
            }
        }
        one.headers = self.header_matches(node, at, fault);
        Some(one)
    }
}

fn grpc_path(node: Node<'_>) -> Result<PathMatch, String> {
    let Some(method) = stated_map(node, "method")? else {
        return Ok(PathMatch::Grpc {
            service: None,
            method: None,
        });
    };
    let at = |why: String| under("method", &why);
    let kind = stated(method, "type").map_err(at)?.unwrap_or("Exact");
    let name = |key: &str| -> Result<Option<ValueMatch>, String> {
        // An empty name is the same as none, as in the API's Go types.
        let value = stated(method, key).map_err(at)?;
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        match kind {
            "Exact" => Ok(Some(ValueMatch::Exact(value.to_string()))),
            "RegularExpression" => {
                regex(value, &format!("method.{key}")).map(|value| Some(ValueMatch::Regex(value)))
            }
            other => Err(format!("method.type '{other}' is not supported")),
        }
    };
    Ok(PathMatch::Grpc {
        service: name("service")?,
        method: name("method")?,
    })
}

fn every_call(origin: Origin) -> Vec<RouteMatch> {
    alloc::vec![call(origin)]
}

fn call(origin: Origin) -> RouteMatch {
    let path = PathMatch::Grpc {
        service: None,
        method: None,
    };
    RouteMatch {
        path,
        grpc_only: true,
        origin,
        ..RouteMatch::default()
    }
}
