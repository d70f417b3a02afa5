//! The order between matches that hold for the same request.

use core::cmp::{Ordering, Reverse};

use super::Winner;
use super::pattern::Pattern;
use super::regex::literal_prefix;
use crate::model::{PathMatch, Precedence, Predicate, PredicateKind, RouteMatch, ValueMatch};

/// Which of two matches comes first (`Less`).
pub(super) fn compare(preset: Precedence, a: &Winner<'_>, b: &Winner<'_>) -> Ordering {
    let order = match preset {
        // SPEC: gateway-api.md 3.2, in its order.
        Precedence::GatewayApi => b
            .host
            .cmp(&a.host) // 1
            .then_with(|| path(b).cmp(&path(a))) // 2, 3
            .then_with(|| has_method(b).cmp(&has_method(a))) // 4
            .then_with(|| headers(b).cmp(&headers(a))) // 5
            .then_with(|| query(b).cmp(&query(a))) // 6
            .then_with(|| age(a, b)) // 7
            .then_with(|| name(a).cmp(&name(b))), // 8
        // SPEC: app-mesh.md 3: priority (1), host (4), path (2); the rest is the fixed
        // refinement that 3 asks for.
        Precedence::AppMesh => priority(a)
            .cmp(&priority(b))
            .then_with(|| b.host.cmp(&a.host))
            .then_with(|| path(b).cmp(&path(a)))
            .then_with(|| headers(b).cmp(&headers(a)))
            .then_with(|| query(b).cmp(&query(a)))
            .then_with(|| has_method(b).cmp(&has_method(a)))
            .then_with(|| name(a).cmp(&name(b))),
        // SPEC: `Precedence::FirstMatch`: position alone.
        Precedence::FirstMatch => Ordering::Equal,
        // SPEC: docs/precedence.md, Specific, in its order.
        Precedence::Specific => priority(a)
            .cmp(&priority(b))
            .then_with(|| b.host.cmp(&a.host))
            .then_with(|| text(b).cmp(&text(a)))
            .then_with(|| has_method(b).cmp(&has_method(a)))
            .then_with(|| predicates(b).cmp(&predicates(a))),
        // SPEC: gateway-api.md 5: the oldest, whatever the host.
        Precedence::OldestRoute => age(a, b).then_with(|| name(a).cmp(&name(b))),
    };
    // SPEC: gateway-api.md 3.2 (9): the first in the route's list; before that, for
    // presets without a clause between routes, the order of attachment.
    order
        .then(a.attachment.cmp(&b.attachment))
        .then(a.step.rule.cmp(&b.step.rule))
        .then(a.step.matched.cmp(&b.step.matched))
}

const EXACT: u8 = 2;
const REGEX: u8 = 1;
const PREFIX: u8 = 0;

/// How specific a path is: its class, then two lengths. More comes first.
///
/// SPEC: gateway-api.md 3.2: exact, then the longest prefix as written. Regular
/// expressions are left open there; they stand between the two.
///
/// SPEC: gateway-api.md 4: between gRPC matches the characters of the service
/// count, then those of the method; between a gRPC and an HTTP match the path that
/// the gRPC match stands for: service and method stated exactly are one path, a
/// service is the prefix `/service/`, no service the prefix `/`. Exact names and
/// patterns are not ordered by the text, so characters alone count.
fn path(winner: &Winner<'_>) -> (u8, usize, usize) {
    match winner.matched.map(|item| &item.path) {
        None | Some(PathMatch::Any) => (PREFIX, 0, 0),
        Some(PathMatch::Exact(_)) => (EXACT, 0, 0),
        Some(
            PathMatch::Regex(_)
            | PathMatch::Suffix(_)
            | PathMatch::Contains(_)
            | PathMatch::Glob(_)
            | PathMatch::Template(_)
            | PathMatch::RegexStart(_)
            | PathMatch::RegexSearch(_),
        ) => (REGEX, 0, 0),
        Some(PathMatch::Prefix(prefix) | PathMatch::Segments(prefix)) => {
            (PREFIX, prefix.chars().count(), 0)
        }
        Some(PathMatch::Grpc {
            service: Some(ValueMatch::Exact(_)),
            method: Some(ValueMatch::Exact(_)),
        }) => (EXACT, 0, 0),
        Some(PathMatch::Grpc { service, method }) => {
            let length = characters(service).map_or("/".len(), |count| count + "//".len());
            (PREFIX, length, characters(method).unwrap_or(0))
        }
    }
}

/// How much of the path a match fixes: an exact path, then bytes of text that every
/// path has which it takes, then its kind. More comes first.
fn text(winner: &Winner<'_>) -> (bool, usize, u8) {
    let Some(item) = winner.matched else {
        return (false, 0, 4);
    };
    let of_template = |text: &str| Pattern::template(text, false).map(|p| p.literal_bytes());
    let (length, kind) = match &item.path {
        PathMatch::Any => (0, 4),
        PathMatch::Exact(text) => (text.len(), 8),
        PathMatch::Template(text) => (of_template(text).unwrap_or(0), 7),
        PathMatch::Glob(text) => (Pattern::glob(text, false).literal_bytes(), 6),
        PathMatch::Segments(text) => (text.len(), 5),
        PathMatch::Prefix(text) => (text.len(), 4),
        PathMatch::Suffix(text) => (text.len(), 3),
        PathMatch::Contains(text) => (text.len(), 2),
        PathMatch::Regex(pattern) | PathMatch::RegexStart(pattern) => (literal_prefix(pattern), 1),
        PathMatch::RegexSearch(_) => (0, 1),
        PathMatch::Grpc {
            service: None,
            method: None,
        } => (0, 4),
        // The path that it stands for.
        PathMatch::Grpc {
            service: Some(ValueMatch::Exact(service)),
            method: Some(ValueMatch::Exact(method)),
        } => ("//".len() + service.len() + method.len(), 8),
        PathMatch::Grpc {
            service: Some(ValueMatch::Exact(service)),
            ..
        } => ("//".len() + service.len(), 4),
        PathMatch::Grpc { .. } => ("/".len(), 4),
    };
    (path(winner).0 == EXACT, length, kind)
}

/// How many predicates a match has besides path and methods.
fn predicates(winner: &Winner<'_>) -> usize {
    let Some(item) = winner.matched else {
        return 0;
    };
    let trees: usize = item.predicates.iter().map(leaves).sum();
    let others = usize::from(item.scheme.is_some()) + usize::from(item.grpc_only);
    item.headers.len() + item.query.len() + trees + others
}

fn leaves(predicate: &Predicate) -> usize {
    match predicate.kind() {
        PredicateKind::All(parts) | PredicateKind::Any(parts) => parts.iter().map(leaves).sum(),
        PredicateKind::Not(part) => leaves(part),
        _ => 1,
    }
}

fn characters(value: &Option<ValueMatch>) -> Option<usize> {
    match value {
        Some(
            ValueMatch::Exact(text)
            | ValueMatch::Prefix(text)
            | ValueMatch::Suffix(text)
            | ValueMatch::Contains(text)
            | ValueMatch::Regex(text),
        ) => Some(text.chars().count()),
        Some(_) | None => None,
    }
}

fn has_method(winner: &Winner<'_>) -> bool {
    winner.matched.is_some_and(|item| !item.methods.is_empty())
}

fn headers(winner: &Winner<'_>) -> usize {
    winner
        .matched
        .map_or(0, |item: &RouteMatch| item.headers.len())
}

fn query(winner: &Winner<'_>) -> usize {
    winner.matched.map_or(0, |item| item.query.len())
}

/// SPEC: app-mesh.md 3 (1): lower first, an unset one after every set one.
fn priority(winner: &Winner<'_>) -> (bool, Option<i64>) {
    (winner.rule.priority.is_none(), winner.rule.priority)
}

/// SPEC: gateway-api.md 3.2 (7): the oldest first. `Route::created`: without a time
/// is newer than with one, and among those without, input order is age.
fn age(a: &Winner<'_>, b: &Winner<'_>) -> Ordering {
    match (a.route.created, b.route.created) {
        (Some(a), Some(b)) => a.cmp(&b),
        (None, None) => a.step.route.cmp(&b.step.route),
        (a, b) => Reverse(a.is_some()).cmp(&Reverse(b.is_some())),
    }
}

/// SPEC: gateway-api.md 3.2 (8): compared as the pair.
fn name<'a>(winner: &'a Winner<'_>) -> (&'a str, &'a str) {
    (&winner.route.object.namespace, &winner.route.object.name)
}
