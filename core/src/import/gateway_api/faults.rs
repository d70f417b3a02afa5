//! What the validator found, by place: whether a rule has an error in it.

use alloc::format;
use alloc::string::{String, ToString};
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
    /// Validates every object. With `lenient` errors become warnings and cost
    /// nothing.
    pub(super) fn find(objects: &[Object<'_>], lenient: bool, out: &mut Vec<Diagnostic>) -> Self {
        let mut spans = Vec::new();
        for object in objects {
            let before = out.len();
            if validate::object(object, out) {
                continue;
            }
            let subject = format!("{}: ", object.subject());
            for one in out.iter_mut().skip(before) {
                if one.severity != Severity::Error {
                    continue;
                }
                if lenient {
                    one.severity = Severity::Warning;
                }
                if lenient || CLEAR.contains(&one.code) {
                    continue;
                }
                let Some(origin) = one.origin else { continue };
                let message = one.message.strip_prefix(&subject).unwrap_or(&one.message);
                spans.push((origin.source, origin.start, origin.end, message.to_string()));
            }
        }
        spans.sort();
        Self { spans }
    }

    /// The first error that lies wholly within a node, and not within the items
    /// of a list in it.
    pub(super) fn within(&self, node: Node<'_>, except: Option<Node<'_>>) -> Option<&str> {
        let place = |node: Node<'_>| {
            let range = node.range();
            (range.start as u32, range.end as u32)
        };
        let (source, (start, end)) = (node.source(), place(node));
        let list = except.map(place);
        let first = self
            .spans
            .partition_point(|span| (span.0, span.1) < (source, start));
        self.spans
            .get(first..)?
            .iter()
            .take_while(|span| span.0 == source && span.1 < end)
            .filter(|span| span.2 <= end)
            // What is wrong with the list itself is placed at all of it.
            .find(|span| {
                let own = (span.1, span.2);
                list.is_none_or(|list| own == list || own.0 < list.0 || list.1 < own.1)
            })
            .map(|span| span.3.as_str())
    }
}
