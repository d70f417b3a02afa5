//! Session persistence, of rules and of XBackendTrafficPolicy.

use crate::diagnostic::codes::gateway_api as codes;
use crate::import::schema::{Report, field_place};

use super::unions::{Union, union};
use super::{At, field};

const KINDS: Union = Union {
    tag: "type",
    default: "Cookie",
    members: &[("Cookie", "cookie"), ("Header", "header")],
    empty_is_absent: false,
};

/// The rules for `sessionPersistence` of `owner`.
pub(super) fn persistence(owner: At<'_, '_>, report: &mut Report<'_>) {
    field(owner, "sessionPersistence", |session| {
        union(session, &KINDS, report);
        let lifetime = session.node.path(&["cookie", "lifetimeType"]);
        if lifetime.and_then(|node| node.as_str()) == Some("Permanent")
            && session.node.get("absoluteTimeout").is_none()
        {
            report.error(
                codes::SESSION_WITHOUT_END,
                field_place(session.node, "cookie"),
                &session.path.field("absoluteTimeout"),
                "must be set where cookie.lifetimeType is Permanent",
            );
        }
    });
}
