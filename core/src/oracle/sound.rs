//! Which tests of a match can be asked.
//!
//! SPEC: `RouteMatch`: a test with a pattern that is none, or that nests too deep, is left
//! out as a whole, and the match answers 500.

use super::Oracle;
use super::regex::Anchor;
use crate::model::{HeaderMatch, Predicate, PredicateKind, QueryMatch, RouteMatch, ValueMatch};

impl Oracle<'_> {
    /// Whether a match can be asked as written, its path aside: of a path that is none
    /// there is no match.
    pub(super) fn is_sound(&self, item: &RouteMatch) -> bool {
        let mut predicates = item.predicates.iter();
        item.headers.iter().all(|one| self.is_sound_header(one))
            && item.query.iter().all(|one| self.is_sound_query(one))
            && predicates.all(|one| self.is_sound_predicate(one))
    }

    pub(super) fn is_sound_header(&self, header: &HeaderMatch) -> bool {
        self.is_sound_value(&header.value, header.ignore_case)
    }

    pub(super) fn is_sound_query(&self, query: &QueryMatch) -> bool {
        self.is_sound_value(&query.value, query.ignore_case)
    }

    /// Goes down a predicate, which is at most [`Predicate::MAX_DEPTH`] deep.
    pub(super) fn is_sound_predicate(&self, predicate: &Predicate) -> bool {
        match predicate.kind() {
            PredicateKind::Fact(test) => self.is_sound_value(&test.value, test.ignore_case),
            PredicateKind::Fraction { .. } => true,
            PredicateKind::All(parts) | PredicateKind::Any(parts) => {
                parts.iter().all(|part| self.is_sound_predicate(part))
            }
            PredicateKind::Not(part) => self.is_sound_predicate(part),
            PredicateKind::TooDeep => false,
        }
    }

    fn is_sound_value(&self, value: &ValueMatch, ignore_case: bool) -> bool {
        let is_pattern =
            |pattern: &str, anchor| self.regexes.is_pattern(pattern, anchor, ignore_case);
        match value {
            ValueMatch::Regex(pattern) => is_pattern(pattern, Anchor::Whole),
            ValueMatch::RegexStart(pattern) => is_pattern(pattern, Anchor::Start),
            ValueMatch::RegexSearch(pattern) => is_pattern(pattern, Anchor::Anywhere),
            _ => true,
        }
    }
}
