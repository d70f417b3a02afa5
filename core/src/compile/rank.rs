//! Ranks: the order that a preset gives to the matches of a stage.
//!
//! Few matches of a table differ in what they are ranked by, and so do few hosts. Each
//! distinct key gets its place among the keys once, by the clauses of
//! `table/precedence.rs`; a match's rank under a host is then a number of these places.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::model::{
    HostBinding, HostMatch, PathMatch, Precedence, Predicate, PredicateKind, Route, RouteMatch,
    RouteSet, Rule, ValueMatch,
};
use crate::table::precedence::{BoundKey, HostClass, MatchKey, Part, PathClass, PathForm, RankKey};

/// What a match is ranked by; `literal` is how many bytes of text every path taken has.
pub(crate) fn match_key(rule: &Rule, one: &RouteMatch, literal: u32) -> MatchKey {
    let (path_class, path_chars, grpc_method_chars) = path(&one.path);
    let facts: usize = one.predicates.iter().map(leaves).sum();
    let predicates = one.headers.len() + one.query.len() + facts;
    MatchKey {
        priority: rule.priority,
        path_class,
        path_form: form(&one.path),
        literal,
        path_chars,
        grpc_method_chars,
        has_method: !one.methods.is_empty(),
        headers: one.headers.len() as u32,
        query: one.query.len() as u32,
        predicates: predicates as u32 + u32::from(one.scheme.is_some()) + u32::from(one.grpc_only),
    }
}

/// What a route is ranked by under a host; `host_order` is the place of the host in the
/// stage, in order of first appearance, and `order` those of the route in the input and
/// by name.
pub(crate) fn bound_key(
    binding: &HostBinding,
    host_order: u32,
    route: &Route,
    (order, name_order): (u32, u32),
) -> BoundKey {
    let chars = |text: &str| text.chars().count() as u32;
    // SPEC: HTTPRouteSpec.hostnames: characters in a matching non-wildcard
    // hostname, then characters in a matching hostname.
    let written = &binding.written;
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
    BoundKey {
        precise_host_chars,
        host_class,
        host_chars,
        is_one_label: matches!(written, HostMatch::OneLabel(_)),
        host_order: match host_class {
            HostClass::Regex => host_order,
            _ => 0,
        },
        has_port: binding.port.is_some(),
        created: route.created,
        order,
        name_order,
    }
}

/// The places of match keys, by their numbers, under one preset: equal where no clause
/// separates them.
pub(crate) struct MatchPlaces {
    preset: Precedence,
    of_priority: Vec<u32>,
    of_rest: Vec<u32>,
}

impl MatchPlaces {
    pub(crate) fn new(preset: Precedence, keys: &[MatchKey]) -> Self {
        let bound = &BoundKey::default();
        let places = |part| {
            places(keys, |one, other| {
                let key = |one| RankKey { preset, one, bound };
                key(one).compare_part(key(other), part)
            })
        };
        Self {
            preset,
            of_priority: places(Part::Priority),
            of_rest: places(Part::Match),
        }
    }

    pub(crate) fn is_for(&self, preset: Precedence) -> bool {
        self.preset == preset
    }

    /// A number by which the matches of a stage are sorted; those that no clause
    /// separates come by their own `number`, which is its lowest 32 bits.
    pub(crate) fn rank(&self, key: u32, host: u32, number: u32) -> u128 {
        let of = |places: &[u32]| places.get(key as usize).copied().unwrap_or(0);
        let parts = [of(&self.of_priority), host, of(&self.of_rest), number];
        parts
            .into_iter()
            .fold(0, |rank, part| rank << 32 | u128::from(part))
    }
}

/// The places of hosts under a preset.
pub(crate) fn host_places(preset: Precedence, bounds: &[BoundKey]) -> Vec<u32> {
    places(bounds, |one, other| by(preset, one, other, Part::Host))
}

/// The order of two routes under a preset.
pub(crate) fn route_order(preset: Precedence, one: &BoundKey, other: &BoundKey) -> Ordering {
    by(preset, one, other, Part::Route)
}

fn by(preset: Precedence, bound: &BoundKey, other: &BoundKey, part: Part) -> Ordering {
    let one = &MatchKey::default();
    let key = |bound| RankKey { preset, one, bound };
    key(bound).compare_part(key(other), part)
}

/// The place of each key when all are sorted; equal keys have one place.
fn places<T>(keys: &[T], compare: impl Fn(&T, &T) -> Ordering) -> Vec<u32> {
    let mut sorted: Vec<(u32, &T)> = (0..).zip(keys).collect();
    sorted.sort_unstable_by(|(_, one), (_, other)| compare(one, other));
    let mut places = alloc::vec![0; keys.len()];
    let mut place = 0;
    let mut before: Option<&T> = None;
    for (number, key) in sorted {
        if before.is_some_and(|before| compare(before, key) != Ordering::Equal) {
            place += 1;
        }
        if let Some(slot) = places.get_mut(number as usize) {
            *slot = place;
        }
        before = Some(key);
    }
    places
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Some number below `end`, the next of a fixed sequence.
    fn next(seed: &mut u64, end: u32) -> u32 {
        *seed = seed.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        (*seed >> 33) as u32 % end
    }

    fn some_match(seed: &mut u64) -> MatchKey {
        let mut upto = |end| next(seed, end);
        MatchKey {
            priority: upto(2).checked_sub(1).map(|_| i64::from(upto(3)) - 1),
            path_class: [PathClass::Exact, PathClass::Regex, PathClass::Prefix][upto(3) as usize],
            path_form: [PathForm::Exact, PathForm::Glob, PathForm::Prefix][upto(3) as usize],
            literal: upto(3),
            path_chars: upto(3),
            grpc_method_chars: upto(2),
            has_method: upto(2) == 1,
            headers: upto(3),
            query: upto(2),
            predicates: upto(4),
        }
    }

    fn some_bound(seed: &mut u64) -> BoundKey {
        let mut upto = |end| next(seed, end);
        BoundKey {
            precise_host_chars: upto(3),
            host_class: [HostClass::Tail, HostClass::Head, HostClass::Regex][upto(3) as usize],
            host_chars: upto(3),
            is_one_label: upto(2) == 1,
            host_order: upto(2),
            has_port: upto(2) == 1,
            created: upto(2).checked_sub(1).map(|_| i64::from(upto(3))),
            order: upto(4),
            name_order: upto(4),
        }
    }

    #[test]
    fn ranks_are_in_the_order_of_the_clauses() {
        let mut seed = 7;
        for preset in Precedence::ALL {
            let keys: Vec<MatchKey> = (0..40).map(|_| some_match(&mut seed)).collect();
            let mut bounds: Vec<BoundKey> = (0..20).map(|_| some_bound(&mut seed)).collect();
            bounds.sort_by(|one, other| route_order(preset, one, other));
            let (places, hosts) = (
                MatchPlaces::new(preset, &keys),
                host_places(preset, &bounds),
            );
            let mut ranked = Vec::new();
            for (bound, &host) in bounds.iter().zip(&hosts) {
                for (one, number) in keys.iter().zip(0..) {
                    let rank = places.rank(number, host, ranked.len() as u32);
                    ranked.push((rank, RankKey { preset, one, bound }));
                }
            }
            ranked.sort_unstable_by_key(|(rank, _)| *rank);
            for pair in ranked.windows(2) {
                let (order, clause) = pair[0].1.compare(pair[1].1);
                assert_ne!(order, Ordering::Greater, "{preset:?}: {clause:?}");
            }
        }
    }
}
