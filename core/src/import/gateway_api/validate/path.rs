//! The path of a match.

use alloc::format;

use crate::diagnostic::codes::gateway_api as codes;
use crate::import::gateway_api::schema::patterns::is_url_path;
use crate::import::schema::{Report, written};

use super::{At, field, text_or};

/// The rules for `path` of a match of HTTPRoute.
///
/// SPEC: they hold for `Exact` and `PathPrefix`; a regular expression may be anything.
/// Only lower-case and upper-case `%2f` count as an encoded slash, and dot segments
/// count as written, not encoded (`%2e`).
pub(super) fn path(of_match: At<'_, '_>, report: &mut Report<'_>) {
    field(of_match, "path", |path| {
        let kind = text_or(path.node, "type", "PathPrefix");
        // Where it is absent, it is '/', which is sound.
        let Some(node) = path.node.get("value") else {
            return;
        };
        let (Some("Exact" | "PathPrefix"), Some(value)) = (kind, node.as_str()) else {
            return;
        };
        let mut fault = |code, says: &str| {
            let says = format!("{says}, not {}", written(node));
            report.error(code, node.origin(), &path.path.field("value"), &says);
        };
        if !value.starts_with('/') {
            fault(codes::PATH_RELATIVE, "must start with '/'");
        }
        if value.contains("//") {
            fault(codes::PATH_NOT_NORMAL, "must not contain '//'");
        }
        for segment in ["/.", "/.."] {
            if value.ends_with(segment) || value.contains(&format!("{segment}/")) {
                fault(
                    codes::PATH_NOT_NORMAL,
                    &format!("must not contain '{segment}/' or end with '{segment}'"),
                );
            }
        }
        if value.contains("%2f") || value.contains("%2F") {
            fault(
                codes::PATH_ENCODED_SLASH,
                "must not contain an encoded slash",
            );
        }
        if value.contains('#') {
            fault(codes::PATH_CHARACTERS, "must not contain '#'");
        } else if !value.is_empty() && !is_url_path(value) {
            let says = "must have only letters, digits, -._~!$&'()*+,;=:@/ and %XX";
            fault(codes::PATH_CHARACTERS, says);
        }
    });
}
