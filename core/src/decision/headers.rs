//! Header edits, and the request head that leaves.

use super::Decision;
use crate::matcher::output::{Rendered, Written};
use crate::matcher::scratch::{Scratch, Step};
use crate::table::Sections;
use crate::table::action::{EditEntry, Effects};
use crate::table::format::Value;
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
        let (sections, scratch) = (self.sections, self.scratch);
        Edited::request(sections, self.shown_steps())
            .map(move |(entry, values)| values.edit(sections, scratch, entry))
    }

    /// Edits of the response's headers, in order, whoever gives the response. Does
    /// not allocate.
    pub fn response_edits(&self) -> impl Iterator<Item = HeaderEdit<'a>> + Clone + 'a {
        let (sections, scratch) = (self.sections, self.scratch);
        Edited::response(sections, self.shown_steps())
            .map(move |(entry, values)| values.edit(sections, scratch, entry))
    }

    /// The headers as they leave, after all edits: first those of the request that
    /// stay, in their order, then those that were set or added, in the order of the
    /// edits. What is appended stands with the value that it is appended to. Names as
    /// they came, or in lower case where an edit wrote them. Does not allocate; linear
    /// in headers and edits, times the logarithm of the number of names that the
    /// table's edits have.
    pub fn headers(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + Clone + 'a {
        let sections = self.sections;
        let output = &self.scratch.output;
        let head = &output.head;
        let lines = self.request.headers().iter().enumerate();
        let kept =
            lines.filter_map(
                move |(at, &(name, value))| match head.touched(sections, name) {
                    None => Some((name, value)),
                    Some(slot) if slot.is_cleared => None,
                    Some(slot) => match slot.joined_value {
                        Some(joined) if slot.last_line == at as u32 => {
                            Some((name, output.rendered.get(joined)))
                        }
                        _ => Some((name, value)),
                    },
                },
            );
        let pieces = head.pieces.iter().enumerate();
        let written = pieces.filter_map(move |(at, piece)| {
            let slot = head.slots.get(piece.slot as usize)?;
            let stays = piece.is_line && at as u32 >= slot.first_piece;
            let value = piece.value.get(sections, &output.rendered);
            stays.then(|| (sections.text.get(piece.name), value))
        });
        kept.chain(written)
    }

    /// The steps whose edits may be shown: none where rendering them was given up.
    fn shown_steps(&self) -> &'a [Step] {
        match self.verdict.refused {
            true => &[],
            false => self.steps(),
        }
    }
}

/// Edits on a request's way.
pub(crate) struct Edited;

impl Edited {
    /// Edits of the request, in order, each with where its rendered value is.
    pub(crate) fn request<'a>(
        sections: &'a Sections,
        steps: &'a [Step],
    ) -> impl Iterator<Item = (&'a EditEntry, Values)> + Clone + 'a {
        filters(sections, steps).flat_map(move |(effects, first)| {
            let edits = effects.request_edits.of(&sections.actions.edits).iter();
            edits.map(move |entry| (entry, Values { first }))
        })
    }

    /// Edits of the response, likewise.
    pub(crate) fn response<'a>(
        sections: &'a Sections,
        steps: &'a [Step],
    ) -> impl Iterator<Item = (&'a EditEntry, Values)> + Clone + 'a {
        filters(sections, steps).flat_map(move |(effects, first)| {
            let edits = effects.response_edits.of(&sections.actions.edits).iter();
            edits.map(move |entry| (entry, Values { first }))
        })
    }
}

/// What filters do, in order: each step's rule, then its target; and where their
/// rendered values begin.
fn filters<'a>(
    sections: &'a Sections,
    steps: &'a [Step],
) -> impl Iterator<Item = (&'a Effects, u32)> + Clone + 'a {
    steps.iter().flat_map(move |step| {
        let effects = sections.effects_of(step).into_iter().zip(step.values);
        effects.filter_map(|(effects, first)| Some((effects?, first)))
    })
}

/// Where the rendered values of one list of filters begin.
#[derive(Clone, Copy)]
pub(crate) struct Values {
    first: u32,
}

impl Values {
    pub(crate) fn value(self, entry: &EditEntry, rendered: &Rendered) -> Written {
        match entry.value {
            Value::Text(text) => Written::Text(text),
            Value::Parts(_) => {
                let at = self.first as usize + entry.nth as usize;
                Written::Rendered(rendered.values.get(at).copied().unwrap_or_default())
            }
        }
    }

    fn edit<'a>(
        self,
        sections: &'a Sections,
        scratch: &'a Scratch,
        entry: &EditEntry,
    ) -> HeaderEdit<'a> {
        let rendered = &scratch.output.rendered;
        HeaderEdit {
            verb: entry.verb,
            name: sections.text.get(entry.name),
            value: self.value(entry, rendered).get(sections, rendered),
        }
    }
}
