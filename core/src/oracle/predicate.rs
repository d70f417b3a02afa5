//! Whether a match holds for a request.

use alloc::vec::Vec;

use super::pattern::Pattern;
use super::regex::{Anchor, Capture};
use super::value::{self, Test};
use super::{Oracle, Request, Seen, fact, path};
use crate::model::{Fact, PathMatch, Predicate, PredicateKind, RouteMatch, ValueMatch};

impl Oracle<'_> {
    /// SPEC: gateway-api.md 3.1: the fields of a match are all asked.
    pub(super) fn holds(&self, item: &RouteMatch, request: &Request, seen: &Seen) -> bool {
        let method = item.methods.is_empty()
            || item
                .methods
                .iter()
                .any(|method| method.as_bytes() == seen.method);
        let scheme = item.scheme.is_none_or(|scheme| scheme == request.scheme());
        method
            && scheme
            && (!item.grpc_only || request.is_grpc())
            && self.path_captures(item, seen).is_some()
            && item
                .headers
                .iter()
                .filter(|one| self.is_sound_header(one))
                .all(|header| {
                    let values = fact::values(&Fact::Header(header.name.clone()), request, seen);
                    let test = Test {
                        value: &header.value,
                        ignore_case: header.ignore_case,
                        invert: header.invert,
                        missing_matches: header.missing_matches,
                        repeated: header.repeated,
                    };
                    value::holds(&self.regexes, test, &values)
                })
            && item
                .query
                .iter()
                .filter(|one| self.is_sound_query(one))
                .all(|query| {
                    let values = fact::query(seen, &query.name, query.raw);
                    let test = Test {
                        value: &query.value,
                        ignore_case: query.ignore_case,
                        invert: query.invert,
                        missing_matches: query.missing_matches,
                        repeated: query.repeated,
                    };
                    value::holds(&self.regexes, test, &values)
                })
            && item
                .predicates
                .iter()
                .filter(|predicate| self.is_sound_predicate(predicate))
                .all(|predicate| self.predicate_holds(predicate, request, seen))
    }

    /// Goes down a predicate, which is at most [`Predicate::MAX_DEPTH`] deep.
    fn predicate_holds(&self, predicate: &Predicate, request: &Request, seen: &Seen) -> bool {
        let part = |part: &Predicate| self.predicate_holds(part, request, seen);
        match predicate.kind() {
            PredicateKind::Fact(test) => {
                let values = fact::values(&test.fact, request, seen);
                let test = Test {
                    value: &test.value,
                    ignore_case: test.ignore_case,
                    invert: test.invert,
                    missing_matches: test.missing_matches,
                    repeated: test.repeated,
                };
                value::holds(&self.regexes, test, &values)
            }
            // SPEC: that number, scaled to the denominator, is below the numerator.
            PredicateKind::Fraction {
                numerator,
                denominator,
            } => scale(request.random, u64::from(denominator)) < u64::from(numerator),
            PredicateKind::All(parts) => parts.iter().all(part),
            PredicateKind::Any(parts) => parts.iter().any(part),
            PredicateKind::Not(negated) => !part(negated),
            // Never asked.
            PredicateKind::TooDeep => false,
        }
    }

    /// What the path's holes and groups take; `None` where the path is another.
    pub(super) fn path_captures(&self, item: &RouteMatch, seen: &Seen) -> Option<Vec<Capture>> {
        let path = match item.path_raw {
            // SPEC: `RouteMatch::path_raw`: as it came.
            true => &seen.raw_path,
            false => &seen.path,
        };
        let ignore_case = item.path_ignore_case;
        let fold = |bytes: &[u8]| match ignore_case {
            true => bytes.to_ascii_lowercase(),
            false => bytes.to_vec(),
        };
        let has = fold(path);
        let want = |text: &str| fold(text.as_bytes());
        let regex = |pattern: &str, anchor| {
            let found = self.regexes.find(pattern, anchor, ignore_case, path, 0);
            found.map(|(_, groups)| groups)
        };
        let holds = match &item.path {
            PathMatch::Any => true,
            // SPEC: gateway-api.md 3.3: case and a trailing slash count.
            PathMatch::Exact(text) => has == want(text),
            // SPEC: app-mesh.md 2.1: a plain string prefix.
            PathMatch::Prefix(prefix) => has.starts_with(&want(prefix)),
            PathMatch::Segments(prefix) => path::has_segments(&has, &want(prefix)),
            PathMatch::Suffix(text) => has.ends_with(&want(text)),
            PathMatch::Contains(text) => value::contains(&has, &want(text)),
            PathMatch::Glob(text) => Pattern::glob(text, ignore_case).is_match(path),
            PathMatch::Template(text) => {
                return Pattern::template(text, ignore_case)?.captures(path);
            }
            PathMatch::Regex(pattern) => return regex(pattern, Anchor::Whole),
            PathMatch::RegexStart(pattern) => return regex(pattern, Anchor::Start),
            PathMatch::RegexSearch(pattern) => return regex(pattern, Anchor::Anywhere),
            PathMatch::Grpc {
                service: None,
                method: None,
            } => true,
            PathMatch::Grpc { service, method } => {
                let names = path::grpc_names(path);
                let holds = |item: &Option<ValueMatch>, text: &[u8]| {
                    item.as_ref()
                        .is_none_or(|item| value::matches(&self.regexes, item, ignore_case, text))
                };
                names.is_some_and(|(name, call)| holds(service, name) && holds(method, call))
            }
        };
        holds.then(Vec::new)
    }
}

/// A number as one below `total`.
pub(super) fn scale(number: u64, total: u64) -> u64 {
    ((u128::from(number) * u128::from(total)) >> 64) as u64
}
