//! Where to say what an error costs.
//!
//! That a rule answers 500, or that a part is left out, is no error of its own: an error
//! within it is the cause, and was reported. So it is a note, and stands at the last of
//! the errors that it comes from, for the reader to meet the cause first. Commands show
//! diagnostics in order of place, and one place in order of report.

use alloc::vec::Vec;

use crate::diagnostic::codes::native as codes;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Origin;

/// Moves each note of a cost to its cause; those of this importer begin at `before`.
pub(super) fn settle(diagnostics: &mut [Diagnostic], before: usize) {
    let causes = diagnostics.iter();
    let causes = causes.filter(|one| one.severity == Severity::Error);
    let mut causes: Vec<Origin> = causes.filter_map(|one| one.origin).collect();
    causes.sort_by_key(|origin| (origin.source, origin.start));
    for cost in diagnostics.iter_mut().skip(before) {
        let is_cost = matches!(cost.code, codes::RULE_ANSWERS_500 | codes::LEFT_OUT);
        let Some(place) = cost.origin.filter(|_| is_cost) else {
            continue;
        };
        // The reader of files tells of so many errors and no more: where it left all of
        // them out, what they cost is what is told of them.
        if causes.is_empty() {
            cost.severity = Severity::Error;
            continue;
        }
        let end = (place.source, place.end);
        let behind = causes.partition_point(|cause| (cause.source, cause.start) <= end);
        let last = causes.get(..behind).and_then(<[_]>::last);
        let is_within =
            |cause: &&Origin| (cause.source, cause.start) >= (place.source, place.start);
        if let Some(&cause) = last.filter(is_within) {
            cost.origin = Some(cause);
        }
    }
}
