//! Ranks: the key that a preset orders a match by.

use alloc::vec::Vec;

use crate::model::{
    HostBinding, HostMatch, PathMatch, Precedence, Predicate, PredicateKind, Route, RouteMatch,
    RouteSet, Rule, ValueMatch,
};
use crate::table::precedence::{HostClass, PathClass, PathForm, RankKey};

/// A match under one host of one stage.
pub(crate) struct Place<'m> {
    pub(crate) preset: Precedence,
    pub(crate) binding: &'m HostBinding,
    /// Place of the host in the stage, in order of first appearance.
    pub(crate) host_order: u32,
    pub(crate) route: &'m Route,
    pub(crate) order: u32,
    pub(crate) name_order: u32,
    pub(crate) attachment: u32,
    pub(crate) rule: &'m Rule,
    pub(crate) rule_index: u32,
    pub(crate) index: u32,
    /// Bytes of text that every path taken has.
    pub(crate) literal: u32,
}

/// The key of a match.
pub(crate) fn key(place: &Place<'_>) -> RankKey {
    let everything = RouteMatch::default();
    let one = place
        .rule
        .matches
        .get(place.index as usize)
        .unwrap_or(&everything);
    let chars = |text: &str| text.chars().count() as u32;
    // SPEC: HTTPRouteSpec.hostnames: characters in a matching non-wildcard
    // hostname, then characters in a matching hostname.
    let written = &place.binding.written;
    let (precise_host_chars, host_class, host_chars) = match written {
        HostMatch::Any => (0, HostClass::Any, 0),
        HostMatch::Exact(host) => (chars(host), HostClass::Tail, chars(host)),
        HostMatch::Wildcard(suffix) | HostMatch::OneLabel(suffix) => {
            (0, HostClass::Tail, chars(suffix) + 2)
        }
        HostMatch::Suffix(suffix) | HostMatch::WildcardSuffix(suffix) => {
            (0, HostClass::Tail, chars(suffix))
        }
        HostMatch::WildcardPrefix(prefix) => (0, HostClass::Head, chars(prefix)),
        HostMatch::Regex(_) => (0, HostClass::Regex, 0),
    };
    let (path_class, path_chars, grpc_method_chars) = path(&one.path);
    let facts: usize = one.predicates.iter().map(leaves).sum();
    let predicates = one.headers.len() + one.query.len() + facts;
    RankKey {
        preset: place.preset,
        priority: place.rule.priority,
        precise_host_chars,
        host_class,
        host_chars,
        is_one_label: matches!(written, HostMatch::OneLabel(_)),
        host_order: match host_class {
            HostClass::Regex => place.host_order,
            _ => 0,
        },
        has_port: place.binding.port.is_some(),
        path_class,
        path_form: form(&one.path),
        literal: place.literal,
        path_chars,
        grpc_method_chars,
        has_method: !one.methods.is_empty(),
        headers: one.headers.len() as u32,
        query: one.query.len() as u32,
        predicates: predicates as u32 + u32::from(one.scheme.is_some()) + u32::from(one.grpc_only),
        created: place.route.created,
        order: place.order,
        name_order: place.name_order,
        attachment: place.attachment,
        rule: place.rule_index,
        index: place.index,
    }
}

fn path(path: &PathMatch) -> (PathClass, u32, u32) {
    let chars = |text: &str| text.chars().count() as u32;
    match path {
        PathMatch::Any => (PathClass::Prefix, 0, 0),
        // Equal for all that match the same path: of no consequence.
        PathMatch::Exact(_) => (PathClass::Exact, 0, 0),
        PathMatch::Prefix(value) | PathMatch::Segments(value) => {
            (PathClass::Prefix, chars(value), 0)
        }
        // SPEC: the sources know exact paths and prefixes; every other kind counts as
        // a regular expression.
        PathMatch::Regex(_)
        | PathMatch::Suffix(_)
        | PathMatch::Contains(_)
        | PathMatch::Glob(_)
        | PathMatch::Template(_)
        | PathMatch::RegexStart(_)
        | PathMatch::RegexSearch(_) => (PathClass::Regex, 0, 0),
        // SPEC: GRPCRouteRule.matches: characters in the service, then in the
        // method. As paths: `/service/method`, the prefix `/service/`, the prefix `/`.
        PathMatch::Grpc { service, method } => {
            let text = |value: &Option<ValueMatch>| match value {
                Some(
                    ValueMatch::Exact(text)
                    | ValueMatch::Prefix(text)
                    | ValueMatch::Suffix(text)
                    | ValueMatch::Contains(text)
                    | ValueMatch::Regex(text),
                ) => Some(chars(text)),
                _ => None,
            };
            let exact = |value: &Option<ValueMatch>| matches!(value, Some(ValueMatch::Exact(_)));
            if exact(service) && exact(method) {
                return (PathClass::Exact, 0, 0);
            }
            let service = text(service).map_or(1, |service| service + 2);
            (PathClass::Prefix, service, text(method).unwrap_or(0))
        }
    }
}

/// The kind of a path as `Precedence::Specific` orders it.
fn form(path: &PathMatch) -> PathForm {
    let is_exact = |value: &Option<ValueMatch>| matches!(value, Some(ValueMatch::Exact(_)));
    match path {
        PathMatch::Exact(_) => PathForm::Exact,
        PathMatch::Template(_) => PathForm::Template,
        PathMatch::Glob(_) => PathForm::Glob,
        PathMatch::Segments(_) => PathForm::Segments,
        PathMatch::Any | PathMatch::Prefix(_) => PathForm::Prefix,
        PathMatch::Suffix(_) => PathForm::Suffix,
        PathMatch::Contains(_) => PathForm::Contains,
        PathMatch::Regex(_) | PathMatch::RegexStart(_) | PathMatch::RegexSearch(_) => {
            PathForm::Regex
        }
        // As for the other presets: service and method stated exactly are one path.
        PathMatch::Grpc { service, method } => match is_exact(service) && is_exact(method) {
            true => PathForm::Exact,
            false => PathForm::Prefix,
        },
    }
}

/// Tests of facts in a predicate.
fn leaves(predicate: &Predicate) -> usize {
    let mut count = 0;
    let mut left = Vec::from([predicate]);
    while let Some(predicate) = left.pop() {
        match predicate.kind() {
            PredicateKind::Fact(_) | PredicateKind::Fraction { .. } | PredicateKind::TooDeep => {
                count += 1;
            }
            PredicateKind::All(parts) | PredicateKind::Any(parts) => left.extend(parts),
            PredicateKind::Not(part) => left.push(part),
        }
    }
    count
}

/// Each route's place when all are sorted by namespace and name.
// SPEC: "alphabetical order by {namespace}/{name}": compared as a pair.
pub(crate) fn name_order(set: &RouteSet) -> Vec<u32> {
    let name = |&route: &u32| {
        set.routes
            .get(route as usize)
            .map(|r| (&r.object.namespace, &r.object.name))
    };
    let mut sorted: Vec<u32> = (0..set.routes.len() as u32).collect();
    sorted.sort_by(|one, other| name(one).cmp(&name(other)));
    let mut order = alloc::vec![0; sorted.len()];
    let mut place = 0;
    let mut previous: Option<u32> = None;
    for route in sorted {
        if previous.is_some_and(|previous| name(&previous) != name(&route)) {
            place += 1;
        }
        if let Some(slot) = order.get_mut(route as usize) {
            *slot = place;
        }
        previous = Some(route);
    }
    order
}
