//! Header edits, and the request head that leaves.

use super::Decision;
use crate::table::action::EditEntry;
use crate::vocabulary::HeaderVerb;

/// One header edit, as the proxy must carry it out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct HeaderEdit<'a> {
    /// What to do.
    pub verb: HeaderVerb,
    /// The name, lower case.
    pub name: &'a [u8],
    /// The value; empty where the name is removed.
    pub value: &'a [u8],
}

impl<'a> Decision<'a> {
    /// Edits of the request's headers, in the order in which they apply: the
    /// rule's, then the chosen target's, stage by stage. Does not allocate.
    pub fn request_edits(&self) -> impl Iterator<Item = HeaderEdit<'a>> + Clone + 'a {
        let sections = self.sections;
        self.effects().flat_map(move |effects| {
            effects
                .request_edits
                .of(&sections.actions.edits)
                .iter()
                .map(move |e| edit(sections, e))
        })
    }

    /// Edits of the response's headers, in order. Does not allocate.
    pub fn response_edits(&self) -> impl Iterator<Item = HeaderEdit<'a>> + Clone + 'a {
        let sections = self.sections;
        self.effects().flat_map(move |effects| {
            effects
                .response_edits
                .of(&sections.actions.edits)
                .iter()
                .map(move |e| edit(sections, e))
        })
    }

    /// The headers as they leave, after all edits: first those of the request that
    /// stay, in their order, then those that were set or added. Names as they came,
    /// or in lower case where an edit wrote them. Does not allocate; takes time
    /// in proportion to headers times edits.
    pub fn headers(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + '_ {
        let edits = self.request_edits();
        let edits_again = edits.clone();
        let kept = self
            .request
            .headers()
            .iter()
            .copied()
            .filter(move |(name, _)| {
                !edits.clone().any(|edit| {
                    edit.verb != HeaderVerb::Add && edit.name.eq_ignore_ascii_case(name)
                })
            });
        let written = edits_again
            .clone()
            .enumerate()
            .filter_map(move |(at, edit)| {
                let undone = edits_again.clone().skip(at + 1).any(|later| {
                    later.verb != HeaderVerb::Add && later.name.eq_ignore_ascii_case(edit.name)
                });
                (edit.verb != HeaderVerb::Remove && !undone).then_some((edit.name, edit.value))
            });
        kept.chain(written)
    }
}

fn edit<'a>(sections: &'a crate::table::Sections, entry: &EditEntry) -> HeaderEdit<'a> {
    HeaderEdit {
        verb: entry.verb,
        name: sections.text.get(entry.name),
        value: sections.text.get(entry.value),
    }
}
