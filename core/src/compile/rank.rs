//! Ranks: the key that a preset orders a match by.

use alloc::vec::Vec;

use crate::model::{
    HostMatch, PathMatch, Precedence, Route, RouteMatch, RouteSet, Rule, ValueMatch,
};
use crate::table::precedence::{PathClass, RankKey};

/// A match under one host of one stage.
pub(crate) struct Place<'m> {
    pub(crate) preset: Precedence,
    /// The host as the route writes it.
    pub(crate) written: &'m HostMatch,
    pub(crate) route: &'m Route,
    pub(crate) order: u32,
    pub(crate) name_order: u32,
    pub(crate) attachment: u32,
    pub(crate) rule: &'m Rule,
    pub(crate) rule_index: u32,
    pub(crate) index: u32,
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
    let (precise_host_chars, host_chars) = match place.written {
        HostMatch::Any => (0, 0),
        HostMatch::Exact(host) => (chars(host), chars(host)),
        HostMatch::Wildcard(suffix) => (0, chars(suffix) + 2),
        HostMatch::OneLabel(suffix) => (0, chars(suffix) + 2),
        HostMatch::Suffix(suffix)
        | HostMatch::WildcardSuffix(suffix)
        | HostMatch::WildcardPrefix(suffix)
        | HostMatch::Regex(suffix) => (0, chars(suffix)),
    };
    let (path_class, path_chars, grpc_method_chars) = path(&one.path);
    RankKey {
        preset: place.preset,
        priority: place.rule.priority,
        precise_host_chars,
        host_chars,
        path_class,
        path_chars,
        grpc_method_chars,
        has_method: !one.methods.is_empty(),
        headers: one.headers.len() as u32,
        query: one.query.len() as u32,
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
        PathMatch::Regex(_) => (PathClass::Regex, 0, 0),
        PathMatch::Suffix(_)
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
