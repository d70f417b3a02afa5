//! What the validator found, by place: whether a rule has an error in it.

use alloc::string::String;
use alloc::vec::Vec;

use crate::diagnostic::codes::{gateway_api as codes, schema as schema_codes};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::import::Object;
use crate::import::document::Node;

use super::validate;

/// Errors that leave no doubt about what a rule means.
///
/// SPEC: semantics/gateway-api.md 3.4, 3.5, 7: of equal names the first counts,
/// though an API server refuses names that are written alike. The standard
/// channel does not ask that the names of rules differ.
const CLEAR: &[Code] = &[schema_codes::DUPLICATE_ITEM, codes::RULE_NAME_REPEATED];

/// Errors of the validator, sorted by place.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// Source, first and last byte, message.
    spans: Vec<(u32, u32, u32, String)>,
}

impl Faults {
    /// Validates every object. With `lenient` what is found is reported all the
    /// same, and costs nothing.
    pub(super) fn find(objects: &[Object<'_>], lenient: bool, out: &mut Vec<Diagnostic>) -> Self {
        let before = out.len();
        for object in objects {
            validate::object(object, out);
        }
        if lenient {
            return Self::default();
        }
        let errors = out
            .iter()
            .skip(before)
            .filter(|one| one.severity == Severity::Error && !CLEAR.contains(&one.code));
        let mut spans: Vec<_> = errors
            .filter_map(|one| {
                let origin = one.origin?;
                Some((origin.source, origin.start, origin.end, one.message.clone()))
            })
            .collect();
        spans.sort();
        Self { spans }
    }

    /// The first error that lies wholly within a node.
    pub(super) fn within(&self, node: Node<'_>) -> Option<&str> {
        let range = node.range();
        let (source, start, end) = (node.source(), range.start as u32, range.end as u32);
        let first = self
            .spans
            .partition_point(|span| (span.0, span.1) < (source, start));
        self.spans
            .get(first..)?
            .iter()
            .take_while(|span| span.0 == source && span.1 < end)
            .find(|span| span.2 <= end)
            .map(|span| span.3.as_str())
    }
}
