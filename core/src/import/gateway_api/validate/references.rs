//! References that must be told apart: of a route to its parents, of a policy to its
//! targets.

use alloc::format;
use alloc::vec::Vec;

use crate::diagnostic::Code;
use crate::diagnostic::codes::gateway_api as codes;
use crate::import::document::Node;
use crate::import::schema::{Report, place};

use super::{At, field, text_or};

/// No schema allows more references than this in one list, so no more are compared.
const COMPARED: usize = 32;

/// What a reference refers to.
struct Reference<'d> {
    index: usize,
    node: Node<'d>,
    /// Group, kind, name and namespace.
    object: [&'d str; 4],
    section: Option<&'d str>,
    port: Option<i64>,
}

/// The rules for `parentRefs` of routes.
///
/// SPEC: experimental channel; references to one parent must agree in whether they have
/// a `sectionName` and whether they have a `port`, and differ in at least one of them.
/// A namespace that is absent is not the same as the route's own written out.
pub(super) fn parents(spec: At<'_, '_>, report: &mut Report<'_>) {
    field(spec, "parentRefs", |list| {
        let references = collect(list.node, |node| {
            Some([
                text_or(node, "group", "gateway.networking.k8s.io")?,
                text_or(node, "kind", "Gateway")?,
                node.get("name")?.as_str()?,
                text_or(node, "namespace", "")?,
            ])
        });
        let codes = (codes::PARENT_AMBIGUOUS, codes::PARENT_REPEATED);
        distinct(list, &references, codes, "parent", report);
    });
}

/// The rules for `targetRefs` of BackendTLSPolicy: as for parents, but without ports.
pub(super) fn targets(spec: At<'_, '_>, report: &mut Report<'_>) {
    field(spec, "targetRefs", |list| {
        let references = collect(list.node, |node| {
            let text = |name| node.get(name)?.as_str();
            Some([text("group")?, text("kind")?, text("name")?, ""])
        });
        let codes = (codes::TARGET_AMBIGUOUS, codes::TARGET_REPEATED);
        distinct(list, &references, codes, "target", report);
    });
}

fn collect<'d>(
    list: Node<'d>,
    object: impl Fn(Node<'d>) -> Option<[&'d str; 4]>,
) -> Vec<Reference<'d>> {
    let reference = |(index, node): (usize, Node<'d>)| {
        let section = node.get("sectionName").and_then(Node::as_str);
        Some(Reference {
            index,
            node,
            object: object(node)?,
            section: section.filter(|name| !name.is_empty()),
            port: node
                .get("port")
                .and_then(Node::as_i64)
                .filter(|&port| port != 0),
        })
    };
    // One reference is like no other.
    let items = list.items();
    let count = if items.len() > 1 { COMPARED } else { 0 };
    items
        .take(count)
        .enumerate()
        .filter_map(reference)
        .collect()
}

/// Reports each reference once for what it has against an earlier one.
fn distinct(
    list: At<'_, '_>,
    references: &[Reference<'_>],
    (ambiguous, repeated): (Code, Code),
    what: &str,
    report: &mut Report<'_>,
) {
    let with_port = what == "parent";
    for (count, later) in references.iter().enumerate() {
        let earlier = references.iter().take(count);
        for earlier in earlier.filter(|earlier| earlier.object == later.object) {
            let alike = earlier.section.is_some() == later.section.is_some()
                && (!with_port || earlier.port.is_some() == later.port.is_some());
            let same =
                earlier.section == later.section && (!with_port || earlier.port == later.port);
            let other = list.path.index(earlier.index);
            let (code, says) = if !alike {
                let fields = if with_port {
                    "sectionName and port"
                } else {
                    "sectionName"
                };
                (
                    ambiguous,
                    format!("must have {fields} where {other} for the same {what} has"),
                )
            } else if same {
                let fields = if with_port {
                    "sectionName or port"
                } else {
                    "sectionName"
                };
                (
                    repeated,
                    format!("must differ from {other} for the same {what} in {fields}"),
                )
            } else {
                continue;
            };
            report.error(
                code,
                place(later.node),
                &list.path.index(later.index),
                &says,
            );
            break;
        }
    }
}
