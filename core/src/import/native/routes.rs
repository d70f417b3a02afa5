//! Routes and rules.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::native as codes;
use crate::import::document::Node;
use crate::import::gateway_api::timestamp;
use crate::model::{Action, ObjectRef, Respond, Route, Rule};

use super::hosts::Host;
use super::policies::{retry, session, timeouts};
use super::reader::{Reader, items, number, owned, text};
use super::rewrites::respond;
use super::schema::routes::{ROUTE, RULE};

/// Why a rule answers 500 that cannot be carried out as written.
const REASON: &str = "InvalidRule";

/// Fields whose faulty items cost themselves only.
const LISTS: &[&str] = &["hosts", "gateways", "listeners", "stages", "rules"];

impl Reader<'_> {
    /// A route and its hosts; nothing where it cannot be told which hosts it has.
    pub(super) fn route(&mut self, node: Node<'_>) -> Option<(Route, Vec<Host>)> {
        let name = text(node, "name").unwrap_or("");
        let object = ObjectRef::new("Route", self.namespace.clone(), name);
        self.subject = object.to_string();
        let is_sound = self.has_sound_fields(node, &ROUTE, LISTS);
        let hosts = self.hosts(node);
        let has_hosts = node.key("hosts").is_some();
        if hosts.is_empty() && (has_hosts || !is_sound) {
            let says = "it cannot be told which hosts the route answers to, and it is left out";
            self.error(codes::LEFT_OUT, node, says);
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
        if time.is_none() {
            let says = "created is neither a number of seconds nor a time of RFC 3339";
            self.warn(codes::INVALID_VALUE, node, says);
        }
        time
    }

    /// A rule; nothing where it cannot be told which requests it takes.
    fn rule(&mut self, node: Node<'_>, index: usize, is_route_sound: bool) -> Option<Rule> {
        let before = self.errors;
        let is_sound = is_route_sound && self.is_sound(node, &RULE.schema);
        let matches = self.matches(node);
        let Some(matches) = matches else {
            let says = format!("rules[{index}] has no match that can be placed, and is left out");
            self.error(codes::LEFT_OUT, node, &says);
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
            let says = format!("rules[{index}] answers 500 for the errors in it");
            self.error(codes::RULE_ANSWERS_500, node, &says);
            rule.action = Action::Respond(Respond {
                status: 500,
                body: String::new(),
                reason: REASON.to_string(),
            });
            return Some(rule);
        }
        if matches!(&rule.action, Action::Forward(targets) if targets.is_empty()) {
            let says = format!("rules[{index}] has no backend and answers 500");
            self.warn(codes::NO_BACKENDS, node, &says);
        }
        rule.filters = filters;
        rule.timeouts = timeouts(node);
        rule.retry = retry(node);
        rule.session = session(node);
        rule.sticky = sticky;
        rule.hash = hash;
        rule.metadata = metadata;
        Some(rule)
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
