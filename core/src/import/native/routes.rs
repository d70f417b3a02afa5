//! Routes and rules.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::native as codes;
use crate::import::document::{Kind, Node};
use crate::import::gateway_api::timestamp;
use crate::model::{Action, ObjectRef, Respond, Route, Rule};

use super::hosts::Host;
use super::policies::{retry, session, timeouts};
use super::reader::{Reader, entry, items, number, owned, text};
use super::rewrites::respond;
use super::schema::routes::{ROUTE, RULE};

/// Why a rule answers 500 that cannot be carried out as written.
const REASON: &str = "InvalidRule";

/// What says something only of a request that is sent on.
const OF_FORWARDED: [&str; 9] = [
    "timeouts",
    "retry",
    "session",
    "sticky",
    "hash",
    "request_headers",
    "rewrite",
    "mirror",
    "mirrors",
];

/// Fields whose faulty items cost themselves only.
const LISTS: &[&str] = &["hosts", "gateways", "listeners", "stages", "rules"];

impl Reader<'_> {
    /// A route and its hosts; nothing where it cannot be told which hosts it has.
    pub(super) fn route(&mut self, node: Node<'_>, index: usize) -> Option<(Route, Vec<Host>)> {
        let name = text(node, "name").unwrap_or("");
        let object = ObjectRef::new("Route", self.namespace.clone(), name);
        self.name_subject(&object, "routes", index);
        let is_sound = self.has_sound_fields(node, &ROUTE, LISTS);
        let hosts = self.hosts(node);
        if hosts.is_empty()
            && let Some(written) = node.key("hosts")
        {
            let says = "none of its hosts can be read, and it is left out";
            let place = entry(written, node.get("hosts").unwrap_or(written));
            self.cost(codes::LEFT_OUT, place, says);
            return None;
        }
        if hosts.is_empty() && !is_sound {
            let says = "it is left out for the error in it: answering 500 would cost every host, \
                        since it names none";
            let place = self.first_fault(node, &ROUTE, LISTS);
            self.cost(codes::LEFT_OUT, place.unwrap_or(node.origin()), says);
            return None;
        }
        let mut route = Route::new(object, Vec::new());
        route.created = node.get("created").and_then(|node| self.created(node));
        route.origin = node.origin();
        for (index, rule) in items(node, "rules").enumerate() {
            let rule = self.rule(rule, index, is_sound);
            route.rules.extend(rule);
        }
        Some((route, hosts))
    }

    fn hosts(&mut self, node: Node<'_>) -> Vec<Host> {
        items(node, "hosts")
            .filter_map(|node| self.host(node))
            .collect()
    }

    /// Seconds since 1970.
    fn created(&mut self, node: Node<'_>) -> Option<i64> {
        let time = node.as_i64().or_else(|| node.as_str().and_then(timestamp));
        if time.is_none() && matches!(node.kind(), Kind::Int | Kind::Str) {
            let says = "created is neither a number of seconds nor a time of RFC 3339";
            self.warn(codes::INVALID_VALUE, node, says);
        }
        time
    }

    /// A rule; nothing where it cannot be told which requests it takes.
    fn rule(&mut self, node: Node<'_>, index: usize, is_route_sound: bool) -> Option<Rule> {
        let before = self.errors;
        let is_sound = is_route_sound && self.is_sound(node, &RULE.schema);
        let name = format!("rules[{index}]");
        let Some(matches) = self.matches(node, &name) else {
            let says =
                format!("{name}: it cannot be told which paths the rule takes, and it is left out");
            let place = node.get("match").map_or(node.origin(), Node::origin);
            self.cost(codes::LEFT_OUT, place, &says);
            return None;
        };
        let filters = self.filters(node, false);
        let action = self.action(node);
        let mut rule = Rule::new(action);
        rule.name = owned(node, "name");
        rule.priority = number(node, "priority");
        rule.matches = matches;
        rule.origin = node.origin();
        let sticky = self.hash_keys(node.get("sticky"));
        let hash = self.hash_keys(node.get("hash"));
        let metadata = self.metadata(node);
        if !is_sound || self.errors > before {
            // SPEC: docs/dialects/native.md: a rule that cannot be carried out as written
            // keeps its requests, so that they do not fall to a broader rule.
            let says = match is_route_sound {
                true => format!("{name} answers 500 for the errors in it"),
                false => format!("{name} answers 500 for the errors in the route"),
            };
            self.cost(codes::RULE_ANSWERS_500, node.origin(), &says);
            rule.action = Action::Respond(Respond {
                status: 500,
                body: String::new(),
                reason: REASON.to_string(),
            });
            return Some(rule);
        }
        self.check_action(node, &name, &rule.action);
        rule.filters = filters;
        rule.timeouts = timeouts(node);
        rule.retry = retry(node);
        rule.session = session(node);
        rule.sticky = sticky;
        rule.hash = hash;
        rule.metadata = metadata;
        Some(rule)
    }

    /// Warns of an action that does nothing, and of fields that do nothing beside it.
    fn check_action(&mut self, node: Node<'_>, name: &str, action: &Action) {
        let beside = match action {
            Action::Forward(targets) if targets.is_empty() => {
                let says = format!("{name} has no backend and answers 500");
                return self.warn(codes::NO_BACKENDS, node, &says);
            }
            Action::Forward(targets) => {
                if targets.iter().all(|target| target.weight == 0) {
                    let says = format!(
                        "{name} answers 500: every backend has the weight 0, which is never chosen"
                    );
                    let backends = node.get("backends").or_else(|| node.get("backend"));
                    self.warn(codes::NO_BACKENDS, backends.unwrap_or(node), &says);
                }
                return;
            }
            Action::Redirect(_) => "redirect",
            Action::Respond(_) => "respond",
        };
        let own = OF_FORWARDED.iter().filter_map(|field| node.key(field));
        let listed = items(node, "filters");
        let listed = listed.flat_map(|item| OF_FORWARDED.map(|field| item.key(field)));
        for key in own.chain(listed.flatten()) {
            let field = key.scalar_text().unwrap_or("");
            let says =
                format!("{name}: {field} says nothing beside {beside}, since nothing is sent on");
            self.warn(codes::MISPLACED, key, &says);
        }
    }

    fn action(&mut self, node: Node<'_>) -> Action {
        if let Some(redirect) = node.get("redirect") {
            Action::Redirect(self.redirect(redirect))
        } else if let Some(answer) = node.get("respond") {
            Action::Respond(respond(answer))
        } else {
            Action::Forward(self.targets(node))
        }
    }
}
