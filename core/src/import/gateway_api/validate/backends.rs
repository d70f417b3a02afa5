//! References to backends.

use crate::diagnostic::codes::gateway_api as codes;
use crate::import::schema::{Report, place};

use super::{At, text_or};

/// A reference to a Service of the core group, which is the default, must have a port.
pub(super) fn port(reference: At<'_, '_>, report: &mut Report<'_>) {
    let node = reference.node;
    let service = text_or(node, "group", "") == Some("")
        && text_or(node, "kind", "Service") == Some("Service");
    // Without a name it is no reference at all, which the schema reports.
    if service && node.get("port").is_none() && node.get("name").is_some() {
        report.error(
            codes::BACKEND_PORT_MISSING,
            place(node),
            &reference.path.field("port"),
            "must be set for a reference to a Service",
        );
    }
}
