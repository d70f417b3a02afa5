//! Metadata: values with their types, within a limit.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::Build;
use super::Place;
use crate::diagnostic::codes::compile as codes;
use crate::model::MetadataValue;
use crate::table::action::MetadataEntry;
use crate::table::json_text::compact;
use crate::table::text::{Range32, Text};

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
        let section = &mut self.sections.actions.metadata;
        self.known.metadata.run_by(section, &entries, key)
    }
}

/// What an entry is the same by: a number by its bits, since not every number equals
/// itself.
fn key(&(name, value): &(Text, MetadataEntry)) -> (Text, u8, u64) {
    let of_text = |text: Text| u64::from(text.start) << 32 | u64::from(text.len);
    match value {
        MetadataEntry::Text(text) => (name, 0, of_text(text)),
        MetadataEntry::Integer(number) => (name, 1, number.cast_unsigned()),
        MetadataEntry::Number(number) => (name, 2, number.to_bits()),
        MetadataEntry::Boolean(value) => (name, 3, u64::from(value)),
        MetadataEntry::Json(text) => (name, 4, of_text(text)),
    }
}
