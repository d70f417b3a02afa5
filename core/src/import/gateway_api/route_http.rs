//! HTTPRoute rules, and what they have in common with GRPCRoute rules.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::diagnostic::codes::gateway_api as codes;
use crate::import::document::Node;
use crate::import::schema::Path;
use crate::model::{
    Action, HeaderMatch, InvalidTarget, Origin, PathMatch, QueryMatch, RepeatedValues, Respond,
    RouteMatch, Rule, Target, Timeouts, ValueMatch, WeightedTarget,
};

use super::backends::Builder;
use super::context::weight;
use super::filters::{Filters, Scope};
use super::read::{Problem, error, list, stated, stated_list, stated_map, text, text_or, under};

/// Rules that the API lets a route have.
const RULES: usize = 16;
/// Matches that the API lets all rules of a route have.
const MATCHES: usize = 128;
/// Hostnames that the API lets a route have.
const HOSTNAMES: usize = 16;
/// Items that room is made for before they are read. A vector that grows by itself begins
/// with room for four, which for most rules is three times a few hundred bytes too many.
pub(super) const ROOM: usize = 16;

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
        self.note_all_used(&nodes);
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
        let at = Path::ROOT.field("rules");
        let mut rules = Vec::with_capacity(nodes.len().min(ROOM));
        for (index, node) in nodes.into_iter().enumerate() {
            rules.extend(self.http_rule(node, &at.index(index)));
        }
        rules
    }

    fn http_rule(&mut self, node: Node<'d>, at: &Path<'_>) -> Option<Rule> {
        let (matches, fault) = self.matches(node, at, Self::http_match, every_path)?;
        let mut rule = self.rule(node, at, matches, fault);
        rule.timeouts = self.timeouts(node, at);
        rule.retry = self.retry(node, at);
        Some(rule)
    }

    /// Says that what is over a limit of the API is used all the same: to leave
    /// some out would send their requests to others.
    pub(super) fn note_all_used(&mut self, rules: &[Node<'d>]) {
        let hostnames = self.route.node.path(&["spec", "hostnames"]);
        let matches = rules.iter().filter_map(|rule| rule.get("matches"));
        let counts = [
            ("rules", "items", rules.len(), RULES),
            (
                "rules",
                "matches",
                matches.map(|list| list.items().len()).sum(),
                MATCHES,
            ),
            (
                "hostnames",
                "items",
                hostnames.map_or(0, |list| list.items().len()),
                HOSTNAMES,
            ),
        ];
        for (key, what, count, limit) in counts.into_iter().filter(|one| one.2 > one.3) {
            let place = self.route.spec().and_then(|spec| spec.key(key));
            if let Some(place) = place {
                let text = format!(
                    "{key} has {count} {what}, over the limit of {limit}, so that an API server refuses the route; all {what} are used here"
                );
                error(self.out, codes::LIMIT, place, &self.route, text);
            }
        }
    }

    /// Reads a rule's matches, and says what is wrong with the first that cannot
    /// be used, in which case the rule answers 500. Of such a match the parts that
    /// can be read stay, so that what it takes does not fall to a broader rule; if
    /// it cannot be told which paths it takes, it is left out, and a rule that
    /// loses all its matches is left out itself.
    pub(super) fn matches(
        &mut self,
        rule: Node<'d>,
        at: &Path<'_>,
        read: fn(&mut Self, Node<'d>, &Path<'_>, &mut Option<String>) -> Option<RouteMatch>,
        default: fn(Origin) -> Vec<RouteMatch>,
    ) -> Option<(Vec<RouteMatch>, Option<String>)> {
        let mut first: Option<String> = None;
        let mut of_list = None;
        let list = at.field("matches");
        let (count, nodes) = items(rule, "matches", &mut of_list);
        let mut matches = Vec::with_capacity(count.min(ROOM));
        for (index, node) in nodes.enumerate() {
            let at = list.index(index);
            let mut fault = None;
            let one = read(self, node, &at, &mut fault);
            let is_left_out = one.is_none();
            matches.extend(one);
            let Some(fault) = fault else { continue };
            let text = under(at, &fault);
            if is_left_out {
                let text = format!("{text}, so that the match is left out");
                error(self.out, codes::MATCH_LEFT_OUT, node, &self.route, text);
            }
            first.get_or_insert(text);
        }
        // A list that is none might have meant anything: the default, with 500.
        if let Some(fault) = of_list {
            return Some((default(rule.origin()), Some(under(at, &fault))));
        }
        if let (true, Some(fault)) = (matches.is_empty(), &first) {
            self.invalid_rules += 1;
            self.dropped.push(format!("{at} (takes no request)"));
            self.invalid
                .get_or_insert(Problem::new("UnsupportedValue", fault));
            return None;
        }
        if matches.is_empty() {
            matches = default(rule.origin());
        }
        Some((matches, first))
    }

    /// What is the same in rules of HTTPRoutes and GRPCRoutes.
    pub(super) fn rule(
        &mut self,
        node: Node<'d>,
        at: &Path<'_>,
        matches: Vec<RouteMatch>,
        of_match: Option<String>,
    ) -> Rule {
        // An API server would have refused the whole route for an error in it.
        // What is wrong with a reference to a backend costs that backend.
        let fault = self.faults.within(node, node.get("backendRefs"));
        let fault = fault.map(ToString::to_string).or(of_match);
        let filters = settle(self.filters(node, Scope::Rule, at), fault.as_deref());
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
            sticky: Vec::new(),
            hash: Vec::new(),
            retry: None,
            session: self.session(node, at),
            metadata: filters.1,
            origin: node.origin(),
        }
    }

    /// SPEC: semantics/gateway-api.md 7: a rule that cannot be honoured answers
    /// with an error, and the route's other rules still work.
    pub(super) fn answer_500(&mut self, node: Node<'d>, at: &Path<'_>, problem: Problem) -> Action {
        let text = format!("{at} answers 500: {}", problem.message);
        error(self.out, codes::RULE_ANSWERS_500, node, &self.route, text);
        self.invalid_rules += 1;
        self.dropped.push(format!("{at} (answers 500)"));
        let reason = problem.reason.to_string();
        self.invalid.get_or_insert(problem);
        Action::Respond(Respond {
            status: 500,
            body: String::new(),
            reason,
        })
    }

    /// Reads `backendRefs`.
    pub(super) fn targets(&mut self, rule: Node<'d>, at: &Path<'_>) -> Vec<WeightedTarget> {
        let count = rule.get("backendRefs").map_or(0, |refs| refs.items().len());
        let mut targets = Vec::with_capacity(count.min(ROOM));
        let refs = at.field("backendRefs");
        for (index, node) in list(rule, "backendRefs").enumerate() {
            let at = refs.index(index);
            let target = self.backend(node, &at);
            let fault = self.faults.within(node, None);
            let filters = settle(self.filters(node, Scope::Backend, &at), fault);
            let (target, filters) = match (target, filters) {
                (Ok(backend), Ok(filters)) => (Target::Backend(backend), filters.list),
                (Err(invalid), _) => (Target::Invalid(*invalid), Vec::new()),
                (Ok(backend), Err(problem)) => {
                    let text = format!("{at} answers 500: {}", problem.message);
                    error(self.out, codes::RULE_ANSWERS_500, node, &self.route, text);
                    let reason = problem.reason.to_string();
                    self.dropped.push(format!("in part {at} (answers 500)"));
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
                // One that cannot be read has the default: its share answers 500.
                weight: weight(node).unwrap_or(1),
                filters,
                failover: Vec::new(),
                origin: node.origin(),
            });
        }
        targets
    }

    fn http_match(
        &mut self,
        node: Node<'d>,
        at: &Path<'_>,
        fault: &mut Option<String>,
    ) -> Option<RouteMatch> {
        let path = match http_path(node, fault) {
            Ok(path) => path,
            Err(why) => {
                fault.get_or_insert(why);
                return None;
            }
        };
        let methods = match node.get("method").map(http_method) {
            None => Vec::new(),
            Some(Ok(method)) => alloc::vec![method],
            Some(Err(why)) => {
                fault.get_or_insert(why);
                Vec::new()
            }
        };
        let place = node.path(&["path", "value"]).unwrap_or(node);
        Some(RouteMatch {
            path,
            path_origin: place.origin(),
            methods,
            scheme: None,
            headers: self.header_matches(node, at, fault),
            query: self.query_matches(node, at, fault),
            origin: node.origin(),
            ..RouteMatch::default()
        })
    }

    /// SPEC: semantics/gateway-api.md 3.4: names compare without case, and only
    /// the first of equal names counts; repeated request headers are joined.
    pub(super) fn header_matches(
        &mut self,
        node: Node<'d>,
        at: &Path<'_>,
        fault: &mut Option<String>,
    ) -> Vec<HeaderMatch> {
        let mut names: BTreeSet<String> = BTreeSet::new();
        let (count, list) = items(node, "headers", fault);
        let mut headers = Vec::with_capacity(count.min(ROOM));
        for (index, item) in list.enumerate() {
            let field = Path::ROOT.field("headers");
            let Some((name, value)) = name_and_value(item, &field.index(index), fault) else {
                continue;
            };
            let name = name.to_ascii_lowercase();
            if count > 1 && !names.insert(name.clone()) {
                self.repeated(item, &at.field("headers").index(index), &name);
                continue;
            }
            headers.push(HeaderMatch {
                name,
                value,
                ignore_case: false,
                invert: false,
                missing_matches: false,
                repeated: RepeatedValues::Joined,
                origin: item.origin(),
            });
        }
        headers
    }

    /// SPEC: semantics/gateway-api.md 3.5: names compare with case; the first of
    /// equal names counts.
    fn query_matches(
        &mut self,
        node: Node<'d>,
        at: &Path<'_>,
        fault: &mut Option<String>,
    ) -> Vec<QueryMatch> {
        let mut names: BTreeSet<&str> = BTreeSet::new();
        let (count, list) = items(node, "queryParams", fault);
        let mut query = Vec::with_capacity(count.min(ROOM));
        for (index, item) in list.enumerate() {
            let field = Path::ROOT.field("queryParams");
            let Some((name, value)) = name_and_value(item, &field.index(index), fault) else {
                continue;
            };
            if count > 1 && !names.insert(name) {
                self.repeated(item, &at.field("queryParams").index(index), name);
                continue;
            }
            query.push(QueryMatch {
                origin: item.origin(),
                ..QueryMatch::new(name, value)
            });
        }
        query
    }

    fn repeated(&mut self, item: Node<'d>, at: &Path<'_>, name: &str) {
        let text = format!("{at} names {name} again; only the first counts");
        self.warn(codes::REPEATED_NAME, item, text);
    }
}

/// Fails what is to be filtered where the validator found an error: its reason is
/// the filters' own, where they have one, its words are the validator's.
fn settle(filters: Result<Filters, Problem>, fault: Option<&str>) -> Result<Filters, Problem> {
    match (filters, fault) {
        (filters, None) => filters,
        (Ok(_), Some(fault)) => Err(Problem::new("UnsupportedValue", fault)),
        (Err(problem), Some(fault)) => Err(Problem::new(problem.reason, fault)),
    }
}

/// The path of a match. A path that lacks its '/' is read as if it had it, and a
/// fault: no request has such a path, and what was meant must not go elsewhere.
///
/// SPEC: semantics/gateway-api.md 3.1: a match without a path, and a path without
/// a type, is PathPrefix; without a value it is `/`.
fn http_path(node: Node<'_>, fault: &mut Option<String>) -> Result<PathMatch, String> {
    let Some(path) = stated_map(node, "path")? else {
        return Ok(PathMatch::Segments("/".to_string()));
    };
    let at = |why: String| under("path", &why);
    let value = stated(path, "value").map_err(at)?.unwrap_or("/");
    let kind = stated(path, "type").map_err(at)?.unwrap_or("PathPrefix");
    let absolute = |fault: &mut Option<String>| {
        if value.starts_with('/') {
            return value.to_string();
        }
        fault.get_or_insert_with(|| "path.value must start with '/'".into());
        format!("/{value}")
    };
    match kind {
        "RegularExpression" => Ok(PathMatch::Regex(regex(value, &"path.value")?)),
        "Exact" => Ok(PathMatch::Exact(absolute(fault))),
        "PathPrefix" => Ok(PathMatch::Segments(absolute(fault))),
        other => Err(format!("path.type '{other}' is not supported")),
    }
}

/// The items of a list of predicates, and how many they are.
fn items<'d>(
    node: Node<'d>,
    key: &str,
    fault: &mut Option<String>,
) -> (usize, impl Iterator<Item = Node<'d>> + use<'d>) {
    let list = stated_list(node, key).unwrap_or_else(|why| {
        fault.get_or_insert(why);
        None
    });
    let count = list.map_or(0, |list| list.items().len());
    (count, list.into_iter().flat_map(Node::items))
}

/// The name and the value of a predicate; `None` and a fault where it cannot be
/// used, in which case the match is read without it, and its rule answers 500.
fn name_and_value<'d>(
    item: Node<'d>,
    at: &Path<'_>,
    fault: &mut Option<String>,
) -> Option<(&'d str, ValueMatch)> {
    let name = text_or(item, "name", "");
    let read = if name.is_empty() {
        Err(format!("{at} has no name"))
    } else {
        value_match(item, at)
    };
    match read {
        Ok(value) => Some((name, value)),
        Err(why) => {
            fault.get_or_insert(why);
            None
        }
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

fn value_match(item: Node<'_>, at: &Path<'_>) -> Result<ValueMatch, String> {
    let Some(value) = text(item, "value") else {
        return Err(format!("{at} has no value"));
    };
    match stated(item, "type")
        .map_err(|why| under(at, &why))?
        .unwrap_or("Exact")
    {
        "Exact" => Ok(ValueMatch::Exact(value.to_string())),
        "RegularExpression" => regex(value, &at.field("value")).map(ValueMatch::Regex),
        other => Err(format!("{at}.type '{other}' is not supported")),
    }
}

/// Refuses what is not a regular expression before a status is given to its
/// route; size limits are the compiler's.
pub(super) fn regex(text: &str, at: &dyn fmt::Display) -> Result<String, String> {
    // Read as the compiler reads it: another configuration would refuse what the
    // compiler takes, `\d` in a build without Unicode tables.
    match crate::compile::regex::parse(text, false) {
        Ok(_) => Ok(text.to_string()),
        Err(reason) => Err(format!("{at} {reason}")),
    }
}
