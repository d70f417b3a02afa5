//! What the holes and groups of the winning path took.
//!
//! Filled for the winner of a stage alone, so that what a candidate that lost had
//! matched is nowhere to be found. Values are copies: they outlive a rewrite of the
//! path. The memory for them is made with the scratch.

use alloc::vec::Vec;
use core::ops::Range;

use super::facts::raw_path;
use super::request::Request;
use super::scratch::Scratch;
use crate::table::Sections;
use crate::table::entry::Entry;
use crate::table::text::Text;

/// The captures of the last stage whose winner has any.
#[derive(Debug, Default)]
pub(crate) struct Captures {
    /// Name and number of each capture, and where its value lies in `bytes`.
    found: Vec<(Text, u32, Range<usize>)>,
    bytes: Vec<u8>,
}

impl Captures {
    /// Room for the captures of any path of a table.
    pub(crate) fn new(sections: &Sections) -> Self {
        let most = sections.group_regexes.iter().map(|regex| regex.names.len());
        let most = most.max().unwrap_or(0);
        let longest = sections.path_capacity().saturating_mul(most);
        Self {
            found: Vec::with_capacity(most),
            bytes: Vec::with_capacity(longest.min(sections.limits.captured as usize)),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.found.capacity() * size_of::<(Text, u32, Range<usize>)>() + self.bytes.capacity()
    }

    /// Forgets the last request's.
    pub(crate) fn clear(&mut self) {
        self.found.clear();
        self.bytes.clear();
    }

    /// A capture by its name, which is a text of the table; a group of a regular
    /// expression goes by its number in decimal as well.
    pub(crate) fn get(&self, sections: &Sections, name: Text) -> Option<&[u8]> {
        let name = sections.text.get(name);
        let mut found = self.found.iter();
        let named = found.find(|(other, ..)| sections.text.get(*other) == name);
        let (.., span) = named.or_else(|| self.numbered(name))?;
        self.bytes.get(span.clone())
    }

    /// The group of a regular expression that has this number.
    fn numbered(&self, number: &[u8]) -> Option<&(Text, u32, Range<usize>)> {
        let is_number = !number.is_empty() && number.iter().all(u8::is_ascii_digit);
        let number: u32 = core::str::from_utf8(number).ok()?.parse().ok()?;
        // Templates have no group 0: their holes go by names alone.
        let is_regex = self.found.first().is_some_and(|(_, group, _)| *group == 0);
        let mut found = self.found.iter();
        found.find(|(_, group, _)| is_regex && is_number && *group == number)
    }

    /// All captures, in the order of the pattern.
    pub(crate) fn iter<'c>(
        &'c self,
        sections: &'c Sections,
    ) -> impl Iterator<Item = (&'c str, &'c [u8])> {
        self.found.iter().map(|(name, _, span)| {
            let value = self.bytes.get(span.clone()).unwrap_or(&[]);
            (sections.text.str(*name), value)
        })
    }

    /// Adds a capture; `false` where it has no room.
    fn push(&mut self, group: u32, name: Text, value: &[u8]) -> bool {
        let start = self.bytes.len();
        if self.bytes.capacity() - start < value.len() || self.found.len() == self.found.capacity()
        {
            return false;
        }
        self.bytes.extend_from_slice(value);
        self.found.push((name, group, start..self.bytes.len()));
        true
    }
}

impl Scratch {
    /// Notes what the path that `candidate` won with captures, where it captures
    /// anything; those of an earlier stage stay otherwise. `false` where that has no
    /// room. The path is the one that the stage saw, before it is rewritten.
    pub(crate) fn capture(
        &mut self,
        sections: &Sections,
        request: &Request<'_>,
        candidate: u32,
    ) -> bool {
        let Self {
            paths,
            regex,
            captures,
            ..
        } = self;
        let entry = sections.entry_of_candidate(candidate);
        let pattern = entry.and_then(|entry| {
            let pattern = sections.group_regexes.get(entry.common.captures as usize)?;
            Some((entry, pattern))
        });
        let Some((entry, pattern)) = pattern else {
            return true;
        };
        let path = match entry.common.flags & Entry::RAW_PATH != 0 {
            true => raw_path(request).unwrap_or(&[]),
            false => paths.get(request),
        };
        captures.clear();
        if pattern.find_at(regex, path, 0).is_none() {
            return true;
        }
        pattern.names.iter().all(|&(group, name)| {
            let span = regex.span(group as usize);
            let value = span.and_then(|(start, end)| path.get(start..end));
            value.is_none_or(|value| captures.push(group, name, value))
        })
    }
}

impl Sections {
    /// The match behind a candidate.
    pub(crate) fn entry_of_candidate(&self, candidate: u32) -> Option<Entry<'_>> {
        let candidate = self.paths.candidates.get(candidate as usize)?;
        self.entries.get(candidate)
    }
}
