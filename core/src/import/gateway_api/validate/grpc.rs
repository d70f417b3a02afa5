//! GRPCRoute.

use alloc::format;

use crate::diagnostic::codes::gateway_api as codes;
use crate::import::document::Node;
use crate::import::schema::{Report, field_place, written};

use super::http::total_matches;
use super::{At, backends, field, filters, items, names, references, session, text_or};

/// The rules for the `spec` of a GRPCRoute.
pub(super) fn route(spec: At<'_, '_>, report: &mut Report<'_>) {
    references::parents(spec, report);
    names::rule_names(spec, report);
    total_matches(spec, 0, report);
    items(spec, "rules", |rule| {
        filters::grpc(rule, report);
        items(rule, "matches", |of_match| method(of_match, report));
        items(rule, "backendRefs", |backend| {
            backends::port(backend, report);
            filters::grpc(backend, report);
        });
        session::persistence(rule, report);
    });
}

/// The rules for `method` of a match.
fn method(of_match: At<'_, '_>, report: &mut Report<'_>) {
    field(of_match, "method", |method| {
        let (service, name) = (method.node.get("service"), method.node.get("method"));
        if service.is_none() && name.is_none() {
            report.error(
                codes::METHOD_EMPTY,
                field_place(of_match.node, "method"),
                method.path,
                "must have a service, a method or both",
            );
        }
        // SPEC: a regular expression may be anything.
        if text_or(method.node, "type", "Exact") != Some("Exact") {
            return;
        }
        let mut check =
            |field: &str, node: Option<Node<'_>>, fits: fn(&str) -> bool, says: &str| {
                let Some(node) = node else { return };
                if node.as_str().is_some_and(|text| !fits(text)) {
                    let says = format!("must be {says}, not {}", written(node));
                    let path = method.path.field(field);
                    report.error(codes::METHOD_CHARACTERS, node.origin(), &path, &says);
                }
            };
        check(
            "service",
            service,
            is_service,
            "names of letters, digits and '_' joined with '.'",
        );
        check(
            "method",
            name,
            is_identifier,
            "a name of letters, digits and '_'",
        );
    });
}

/// SPEC: `^(?i)\.?[a-z_][a-z_0-9]*(\.[a-z_][a-z_0-9]*)*$`. To the letter, `(?i)` also
/// takes U+017F and U+212A for s and k; no name in a protobuf file has them.
fn is_service(text: &str) -> bool {
    text.strip_prefix('.')
        .unwrap_or(text)
        .split('.')
        .all(is_identifier)
}

/// SPEC: `^[A-Za-z_][A-Za-z_0-9]*$`.
fn is_identifier(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
