//! Unions: a field that says a type, and a field for each type.

use alloc::format;

use crate::diagnostic::codes::gateway_api as codes;
use crate::import::schema::{Report, field_place};

use super::{At, text_or};

/// A union.
pub(super) struct Union {
    /// The field that says the type.
    pub(super) tag: &'static str,
    /// The type where the field is absent; empty where it may not be.
    pub(super) default: &'static str,
    /// Each type with its field; with an empty name if it has none.
    pub(super) members: &'static [(&'static str, &'static str)],
    /// Whether empty text counts as a field that is not set.
    pub(super) empty_is_absent: bool,
}

/// The field of the type must be there, and the fields of the other types may not.
///
/// A type that does not exist is the schema's business.
pub(super) fn union(at: At<'_, '_>, union: &Union, report: &mut Report<'_>) {
    let Some(tag) = text_or(at.node, union.tag, union.default) else {
        return;
    };
    if !union.members.iter().any(|(name, _)| *name == tag) {
        return;
    }
    let is_set = |member: &str| {
        let value = at.node.get(member);
        value.is_some_and(|value| !union.empty_is_absent || value.as_str() != Some(""))
    };
    for &(name, member) in union
        .members
        .iter()
        .filter(|(_, member)| !member.is_empty())
    {
        match (is_set(member), name == tag) {
            (true, false) => report.error(
                codes::MEMBER_FOREIGN,
                field_place(at.node, member),
                &at.path.field(member),
                &format!(
                    "must not be set where {} is {tag}, only where it is {name}",
                    union.tag
                ),
            ),
            (false, true) => report.error(
                codes::MEMBER_MISSING,
                field_place(at.node, union.tag),
                &at.path.field(member),
                &format!("must be set where {} is {tag}", union.tag),
            ),
            _ => {}
        }
    }
}
