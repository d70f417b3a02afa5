//! Metadata: values with their types, within a limit.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::Build;
use super::json_text::compact;
use super::{Place, append};
use crate::diagnostic::codes::compile as codes;
use crate::model::MetadataValue;
use crate::table::action::MetadataEntry;
use crate::table::text::Range32;

impl Build<'_> {
    /// Metadata as far as `left` bytes of the rule's limit reach.
    pub(super) fn metadata(
        &mut self,
        place: &Place<'_>,
        metadata: &[(String, MetadataValue)],
        left: &mut usize,
    ) -> Range32 {
        let mut entries = Vec::with_capacity(metadata.len());
        for (key, value) in metadata {
            let length = match value {
                MetadataValue::Text(text) | MetadataValue::Json(text) => text.len(),
                MetadataValue::Integer(_)
                | MetadataValue::Number(_)
                | MetadataValue::Boolean(_) => size_of::<u64>(),
            };
            let Some(rest) = left.checked_sub(key.len().saturating_add(length)) else {
                let message = format!(
                    "{place}: the metadata '{key}' is left out: all of the rule's is over the \
                     limit of {} bytes (Limits::metadata)",
                    self.limits.metadata
                );
                self.complain(place, codes::METADATA_TOO_LONG, message);
                continue;
            };
            *left = rest;
            let value = match value {
                MetadataValue::Text(text) => MetadataEntry::Text(self.text(text)),
                MetadataValue::Integer(number) => MetadataEntry::Integer(*number),
                MetadataValue::Number(number) => MetadataEntry::Number(*number),
                MetadataValue::Boolean(value) => MetadataEntry::Boolean(*value),
                MetadataValue::Json(text) => match compact(text) {
                    Ok(json) => MetadataEntry::Json(self.text(&json)),
                    Err(at) => {
                        let message = format!(
                            "{place}: the metadata '{key}' is left out: it is no JSON from byte \
                             {at} on"
                        );
                        self.complain(place, codes::INVALID_METADATA, message);
                        continue;
                    }
                },
            };
            entries.push((self.text(key), value));
        }
        append(&mut self.sections.actions.metadata, entries)
    }
}
