//! Texts that `http` does not take.

use alloc::vec::Vec;
use core::fmt;

/// A text of a decision that `http` does not take.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ApplyError {
    part: MessagePart,
    text: Vec<u8>,
}

/// A part of a message.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum MessagePart {
    /// The method.
    Method,
    /// Path and query.
    Target,
    /// The authority.
    Authority,
    /// A header's name.
    HeaderName,
    /// A header's value, or the Location.
    HeaderValue,
    /// The status.
    Status,
}

impl ApplyError {
    pub(super) fn new(part: MessagePart, text: &[u8]) -> Self {
        let text = text.to_vec();
        Self { part, text }
    }

    /// What it was to be.
    pub fn part(&self) -> MessagePart {
        self.part
    }

    /// The text; empty for a status.
    pub fn text(&self) -> &[u8] {
        &self.text
    }
}

impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = match self.part {
            MessagePart::Method => "a method",
            MessagePart::Target => "a request target",
            MessagePart::Authority => "an authority",
            MessagePart::HeaderName => "a header's name",
            MessagePart::HeaderValue => "a header's value",
            MessagePart::Status => return f.write_str("the status is not from 100 to 999"),
        };
        write!(f, "\"{}\" cannot be {part}", self.text.escape_ascii())
    }
}

impl core::error::Error for ApplyError {}
