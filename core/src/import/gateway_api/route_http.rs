//! HTTPRoute rules, and what they have in common with GRPCRoute rules.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::gateway_api as codes;
use crate::import::document::Node;
use crate::model::{
    Action, HeaderMatch, InvalidTarget, Origin, PathMatch, QueryMatch, RepeatedHeaders, Respond,
    RouteMatch, Rule, Target, Timeouts, ValueMatch, WeightedTarget,
};

use super::backends::Builder;
use super::context::weight;
use super::filters::{Filters, Scope};
use super::read::{Problem, error, list, text, text_or};

impl<'d> Builder<'_, 'd> {
    /// SPEC: semantics/gateway-api.md 3.1: without `rules` there is one rule
    /// that takes every path and has no backends.
    pub(super) fn http_rules(&mut self) -> Vec<Rule> {
        let nodes: Vec<_> = self
            .route
            .spec()
            .into_iter()
            .flat_map(|spec| list(spec, "rules"))
            .collect();
        if nodes.is_empty() {
            let place = self.route.node.get("spec").unwrap_or(self.route.node);
            self.warn(
                codes::NO_BACKENDS,
                place,
                "has no rules, so that every request answers 500",
            );
            let mut rule = Rule::new(Action::Forward(Vec::new()));
            rule.matches = every_path(place.origin());
            rule.origin = place.origin();
            return alloc::vec![rule];
        }
        let rules = nodes.into_iter().enumerate();
        rules
            .filter_map(|(index, node)| self.http_rule(node, &format!("rules[{index}]")))
            .collect()
    }

    fn http_rule(&mut self, node: Node<'d>, at: &str) -> Option<Rule> {
        let matches = self.matches(node, at, Self::http_match, every_path)?;
        let mut rule = self.rule(node, at, matches);
        rule.timeouts = self.timeouts(node, at);
        rule.retry = self.retry(node, at);
        Some(rule)
    }

    /// Reads a rule's matches. One that cannot be used is left out; a rule that
    /// loses all of them is left out itself, since what it asks for is unknown.
    pub(super) fn matches(
        &mut self,
        rule: Node<'d>,
        at: &str,
        read: fn(&mut Self, Node<'d>, &str) -> Result<RouteMatch, String>,
        default: fn(Origin) -> Vec<RouteMatch>,
    ) -> Option<Vec<RouteMatch>> {
        let mut matches = Vec::new();
        let mut left_out = false;
        for (index, node) in list(rule, "matches").enumerate() {
            let at = format!("{at}.matches[{index}]");
            match read(self, node, &at) {
                Ok(one) => matches.push(one),
                Err(fault) => {
                    left_out = true;
                    let text = format!("{at} is left out: {fault}");
                    error(self.out, codes::MATCH_LEFT_OUT, node, &self.route, &text);
                    self.invalid
                        .get_or_insert(Problem::new("UnsupportedValue", text));
                }
            }
        }
        if matches.is_empty() && left_out {
            self.invalid_rules += 1;
            return None;
        }
        if matches.is_empty() {
            matches = default(rule.origin());
        }
        Some(matches)
    }

    /// What is the same in rules of HTTPRoutes and GRPCRoutes.
    pub(super) fn rule(&mut self, node: Node<'d>, at: &str, matches: Vec<RouteMatch>) -> Rule {
        // An API server would have refused the whole route for an error in it.
        // What is wrong with a reference to a backend costs that backend.
        let fault = self.faults.within(node, node.get("backendRefs"));
        let filters = self
            .filters(node, Scope::Rule, at)
            .and_then(|filters| match fault {
                Some(fault) => Err(Problem::new("UnsupportedValue", fault)),
                None => Ok(filters),
            });
        let targets = self.targets(node, at);
        let (filters, action) = match filters {
            Ok(Filters {
                list,
                redirect: Some(redirect),
                metadata,
            }) => ((list, metadata), Action::Redirect(redirect)),
            Ok(Filters {
                list,
                redirect: None,
                metadata,
            }) => {
                if targets.is_empty() {
                    let text = format!("{at} has no backendRefs and answers 500");
                    self.warn(codes::NO_BACKENDS, node, text);
                }
                ((list, metadata), Action::Forward(targets))
            }
            Err(problem) => (Default::default(), self.answer_500(node, at, problem)),
        };
        Rule {
            name: text(node, "name").map(ToString::to_string),
            priority: None,
            matches,
            filters: filters.0,
            action,
            timeouts: Timeouts::default(),
            retry: None,
            session: self.session(node, at),
            metadata: filters.1,
            origin: node.origin(),
        }
    }

    /// SPEC: semantics/gateway-api.md 7: a rule that cannot be honoured answers
    /// with an error, and the route's other rules still work.
    pub(super) fn answer_500(&mut self, node: Node<'d>, at: &str, problem: Problem) -> Action {
        let text = format!("{at} answers 500: {}", problem.message);
        error(self.out, codes::RULE_ANSWERS_500, node, &self.route, text);
        self.invalid_rules += 1;
        let reason = problem.reason.to_string();
        self.invalid.get_or_insert(problem);
        Action::Respond(Respond {
            status: 500,
            body: String::new(),
            reason,
        })
    }

    /// Reads `backendRefs`.
    pub(super) fn targets(&mut self, rule: Node<'d>, at: &str) -> Vec<WeightedTarget> {
        let mut targets = Vec::new();
        for (index, node) in list(rule, "backendRefs").enumerate() {
            let at = format!("{at}.backendRefs[{index}]");
            let target = self.backend(node, &at);
            let fault = self.faults.within(node, None);
            let filters = self
                .filters(node, Scope::Backend, &at)
                .and_then(|filters| match fault {
                    Some(fault) => Err(Problem::new("UnsupportedValue", fault)),
                    None => Ok(filters),
                });
            let (target, filters) = match (target, filters) {
                (Ok(backend), Ok(filters)) => (Target::Backend(backend), filters.list),
                (Err(invalid), _) => (Target::Invalid(*invalid), Vec::new()),
                (Ok(backend), Err(problem)) => {
                    let text = format!("{at} answers 500: {}", problem.message);
                    error(self.out, codes::RULE_ANSWERS_500, node, &self.route, text);
                    let reason = problem.reason.to_string();
                    self.invalid.get_or_insert(problem);
                    (
                        Target::Invalid(InvalidTarget {
                            backend,
                            reason,
                            status: 500,
                        }),
                        Vec::new(),
                    )
                }
            };
            targets.push(WeightedTarget {
                target,
                weight: weight(node),
                filters,
                origin: node.origin(),
            });
        }
        targets
    }

    fn http_match(&mut self, node: Node<'d>, at: &str) -> Result<RouteMatch, String> {
        let path = node.get("path");
        let value = path.map_or("/", |path| text_or(path, "value", "/"));
        // SPEC: semantics/gateway-api.md 3.1: a match without a path, and a path
        // without a type, is PathPrefix; without a value it is `/`.
        let path = match path.map_or("PathPrefix", |path| text_or(path, "type", "PathPrefix")) {
            "RegularExpression" => PathMatch::Regex(regex(value, "path.value")?),
            kind @ ("Exact" | "PathPrefix") => {
                if !value.starts_with('/') {
                    return Err("path.value must start with '/'".into());
                }
                if kind == "Exact" {
                    PathMatch::Exact(value.to_string())
                } else {
                    PathMatch::Segments(value.to_string())
                }
            }
            other => return Err(format!("path.type '{other}' is not supported")),
        };
        let methods = match node.get("method") {
            None => Vec::new(),
            Some(method) => alloc::vec![http_method(method)?],
        };
        Ok(RouteMatch {
            path,
            methods,
            scheme: None,
            headers: self.header_matches(node, at)?,
            query: self.query_matches(node, at)?,
            grpc_only: false,
            origin: node.origin(),
        })
    }

    /// SPEC: semantics/gateway-api.md 3.4: names compare without case, and only
    /// the first of equal names counts; repeated request headers are joined.
    pub(super) fn header_matches(
        &mut self,
        node: Node<'d>,
        at: &str,
    ) -> Result<Vec<HeaderMatch>, String> {
        let mut names: BTreeSet<String> = BTreeSet::new();
        let mut headers = Vec::new();
        for (index, item) in list(node, "headers").enumerate() {
            let name = text_or(item, "name", "").to_ascii_lowercase();
            if name.is_empty() {
                return Err(format!("headers[{index}] has no name"));
            }
            let value = value_match(item, &format!("headers[{index}]"))?;
            if !names.insert(name.clone()) {
                self.repeated(item, &format!("{at}.headers[{index}]"), &name);
                continue;
            }
            headers.push(HeaderMatch {
                name,
                value,
                invert: false,
                missing_matches: false,
                repeated: RepeatedHeaders::Joined,
                origin: item.origin(),
            });
        }
        Ok(headers)
    }

    /// SPEC: semantics/gateway-api.md 3.5: names compare with case; the first of
    /// equal names counts.
    fn query_matches(&mut self, node: Node<'d>, at: &str) -> Result<Vec<QueryMatch>, String> {
        let mut names: BTreeSet<&str> = BTreeSet::new();
        let mut query = Vec::new();
        for (index, item) in list(node, "queryParams").enumerate() {
            let name = text_or(item, "name", "");
            if name.is_empty() {
                return Err(format!("queryParams[{index}] has no name"));
            }
            let value = value_match(item, &format!("queryParams[{index}]"))?;
            if !names.insert(name) {
                self.repeated(item, &format!("{at}.queryParams[{index}]"), name);
                continue;
            }
            query.push(QueryMatch {
                name: name.to_string(),
                value,
                origin: item.origin(),
            });
        }
        Ok(query)
    }

    fn repeated(&mut self, item: Node<'d>, at: &str, name: &str) {
        let text = format!("{at} names {name} again; only the first counts");
        self.warn(codes::REPEATED_NAME, item, text);
    }
}

fn every_path(origin: Origin) -> Vec<RouteMatch> {
    let path = PathMatch::Segments("/".to_string());
    alloc::vec![RouteMatch {
        path,
        origin,
        ..RouteMatch::default()
    }]
}

/// SPEC: semantics/gateway-api.md 3.6: these words, compared with case.
fn http_method(node: Node<'_>) -> Result<String, String> {
    match node.as_str() {
        Some(
            word @ ("GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "CONNECT" | "OPTIONS" | "TRACE"
            | "PATCH"),
        ) => Ok(word.to_string()),
        _ => Err("method is not one that the API knows".into()),
    }
}

fn value_match(item: Node<'_>, at: &str) -> Result<ValueMatch, String> {
    let Some(value) = text(item, "value") else {
        return Err(format!("{at} has no value"));
    };
    match text_or(item, "type", "Exact") {
        "Exact" => Ok(ValueMatch::Exact(value.to_string())),
        "RegularExpression" => regex(value, &format!("{at}.value")).map(ValueMatch::Regex),
        other => Err(format!("{at}.type '{other}' is not supported")),
    }
}

/// Refuses what is not a regular expression before a status is given to its
/// route; size limits are the compiler's.
pub(super) fn regex(text: &str, at: &str) -> Result<String, String> {
    // Read as the compiler reads it: another configuration would refuse what the
    // compiler takes, `\d` in a build without Unicode tables.
    match crate::compile::regex::parse(text) {
        Ok(_) => Ok(text.to_string()),
        Err(reason) => Err(format!("{at} {reason}")),
    }
}
