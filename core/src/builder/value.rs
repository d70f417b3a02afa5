//! Short forms of the model's values.

use alloc::string::String;

use super::BuildFaultKind;
use crate::model::{Format, ValueMatch};

/// Byte for byte this text.
impl From<&str> for ValueMatch {
    fn from(text: &str) -> Self {
        Self::Exact(String::from(text))
    }
}

/// Byte for byte this text.
impl From<String> for ValueMatch {
    fn from(text: String) -> Self {
        Self::Exact(text)
    }
}

/// Reads a text with holes. One that cannot be read is kept as a fault, and stands
/// for itself until the fault is reported.
pub(super) fn format(text: &str, faults: &mut alloc::vec::Vec<BuildFaultKind>) -> Format {
    Format::parse(text).unwrap_or_else(|error| {
        let text = String::from(text);
        faults.push(BuildFaultKind::Format {
            text: text.clone(),
            error,
        });
        Format::text(text)
    })
}
