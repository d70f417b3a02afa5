//! Values with holes, as rewrites, header edits and redirects refer to them.
//!
//! A value without holes is one text and costs nothing when deciding. One with holes
//! is a run of parts that are written one after the other, once, into the scratch.
//! What fills a hole is never read again: nothing here parses.

use super::fact::FactEntry;
use super::text::{Range32, Text};

/// A value that leaves.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Value {
    /// Without holes.
    Text(Text),
    /// Parts among [`Actions::parts`](super::action::Actions::parts).
    Parts(Range32),
}

/// A piece of a value with holes.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Part {
    Text(Text),
    /// A capture of the match, by name.
    Capture(Text),
    /// A group of the pattern that is being replaced, by number.
    Group(u32),
    /// A fact's first value.
    Fact(FactEntry),
}

/// A pattern, and what stands in place of what it finds.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct SubstitutionEntry {
    /// Index into [`Sections::group_regexes`](super::Sections::group_regexes).
    pub(crate) regex: u32,
    pub(crate) replacement: Value,
    /// Whether every place is replaced rather than the first.
    pub(crate) all: bool,
    /// Places that are replaced at most; a text with more is refused.
    pub(crate) most: u32,
}
