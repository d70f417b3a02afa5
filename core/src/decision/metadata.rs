//! Facts that travel with a decision and mean nothing to the engine.

use core::fmt;

use super::Decision;
use crate::table::action::MetadataEntry;
use crate::table::text::Range32;

/// The value of a fact that travels with a decision.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum MetadataView<'a> {
    /// A text.
    Text(&'a str),
    /// An integer.
    Integer(i64),
    /// A number, possibly not finite.
    Number(f64),
    /// Yes or no.
    Boolean(bool),
    /// A list, an object or any other value as valid JSON without white space between
    /// its parts.
    Json(&'a str),
}

impl<'a> MetadataView<'a> {
    /// The text, where it is one.
    pub fn as_text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// As a person would write it: a text without quotes, everything else as JSON.
impl fmt::Display for MetadataView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Json(text) => f.write_str(text),
            Self::Integer(number) => write!(f, "{number}"),
            // JSON has no words for what is not finite.
            Self::Number(number) if !number.is_finite() => f.write_str("null"),
            Self::Number(number) => write!(f, "{number:?}"),
            Self::Boolean(value) => write!(f, "{value}"),
        }
    }
}

impl<'a> Decision<'a> {
    /// Facts that the manifests attach to the rules and targets on the way, in order;
    /// of a name given twice the later one counts. Does not allocate.
    pub fn metadata(&self) -> impl Iterator<Item = (&'a str, MetadataView<'a>)> + 'a {
        let sections = self.sections;
        let this = *self;
        self.steps().iter().flat_map(move |step| {
            let rule = this.extras_of(step).metadata;
            let target = sections.target_of(step).map_or(Range32::EMPTY, |target| {
                sections.actions.target_extras(target).metadata
            });
            let all = rule.of(&sections.actions.metadata).iter();
            let text = |text| sections.text.str(text);
            all.chain(target.of(&sections.actions.metadata))
                .map(move |&(key, value)| {
                    let value = match value {
                        MetadataEntry::Text(value) => MetadataView::Text(text(value)),
                        MetadataEntry::Integer(value) => MetadataView::Integer(value),
                        MetadataEntry::Number(value) => MetadataView::Number(value),
                        MetadataEntry::Boolean(value) => MetadataView::Boolean(value),
                        MetadataEntry::Json(value) => MetadataView::Json(text(value)),
                    };
                    (text(key), value)
                })
        })
    }
}
