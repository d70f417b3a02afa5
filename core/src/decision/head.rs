//! The head that leaves, worked out once for each decision.
//!
//! The names that request edits of a table have are sorted when it is compiled, and
//! each has a slot. One pass over the request's headers counts the lines of the names
//! that are edited, one pass over the edits notes what becomes of each name; values
//! that are appended are joined last, each once, however many edits append to it.
//! Reading the head then asks for each line only what became of its name.
//!
//! # Complexity
//!
//! Linear in the edits, and in the headers times the logarithm of the number of names
//! that the table's edits have. A way without edits costs nothing.

use super::Reason;
use super::headers::Edited;
use crate::matcher::output::{Head, HeadSlot, Output, Piece, Written};
use crate::matcher::request::Request;
use crate::matcher::scratch::Scratch;
use crate::table::{NONE, Sections};
use crate::vocabulary::HeaderVerb;

/// Works out the head after all request edits on the way.
pub(crate) fn build(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
) -> Result<(), Reason> {
    if sections.actions.most.request_edits == 0 {
        return Ok(());
    }
    let Scratch { trail, output, .. } = scratch;
    let edits = Edited::request(sections, trail.get());
    let head = &mut output.head;
    for (entry, _) in edits.clone() {
        head.is_edited = true;
        let epoch = head.epoch;
        if let Some(slot) = head.slots.get_mut(entry.slot as usize) {
            *slot = HeadSlot::new(epoch);
        }
    }
    if !head.is_edited {
        return Ok(());
    }
    for (at, (name, _)) in request.headers().iter().enumerate() {
        if let Some(slot) = head.touched_mut(sections, name) {
            slot.count += 1;
            slot.last_line = at as u32;
        }
    }
    for (entry, values) in edits {
        let value = values.value(entry, &output.rendered);
        let piece = Piece {
            name: entry.name,
            slot: entry.slot,
            value,
            is_line: true,
            next: NONE,
            last: NONE,
        };
        output.head.apply(entry.verb, piece);
    }
    join(sections, output, request)
}

impl Head {
    /// What became of a name that an edit on the way has.
    pub(crate) fn touched(&self, sections: &Sections, name: &[u8]) -> Option<&HeadSlot> {
        if !self.is_edited {
            return None;
        }
        let slot = self.slots.get(sections.edit_slot(name)? as usize)?;
        (slot.epoch == self.epoch).then_some(slot)
    }

    fn touched_mut(&mut self, sections: &Sections, name: &[u8]) -> Option<&mut HeadSlot> {
        let epoch = self.epoch;
        let slot = self.slots.get_mut(sections.edit_slot(name)? as usize)?;
        (slot.epoch == epoch).then_some(slot)
    }

    /// Makes one edit.
    fn apply(&mut self, verb: HeaderVerb, piece: Piece) {
        let at = self.pieces.len() as u32;
        let Some(slot) = self.slots.get_mut(piece.slot as usize) else {
            return;
        };
        let has_line = !slot.is_cleared && slot.count > 0;
        let is_there = has_line || slot.last_piece != NONE;
        let clears = match verb {
            HeaderVerb::Set | HeaderVerb::Remove => true,
            HeaderVerb::SetIfPresent => is_there,
            HeaderVerb::Add | HeaderVerb::Append | HeaderVerb::SetIfAbsent => false,
        };
        let writes = match verb {
            HeaderVerb::Set | HeaderVerb::Add | HeaderVerb::Append => true,
            HeaderVerb::SetIfPresent => is_there,
            HeaderVerb::SetIfAbsent => !is_there,
            HeaderVerb::Remove => false,
        };
        if clears {
            slot.is_cleared = true;
            slot.joined = NONE;
            slot.last_piece = NONE;
            slot.first_piece = at;
        }
        if !writes || self.pieces.len() == self.pieces.capacity() {
            return;
        }
        let is_line = verb != HeaderVerb::Append || !is_there;
        let line = slot.last_piece;
        let before = match (is_line, line) {
            (true, _) => {
                slot.last_piece = at;
                NONE
            }
            // To a line of the request.
            (false, NONE) => {
                let before = core::mem::replace(&mut slot.joined_last, at);
                if slot.joined == NONE {
                    slot.joined = at;
                    NONE
                } else {
                    before
                }
            }
            (false, line) => {
                let line = self.pieces.get_mut(line as usize);
                line.map_or(NONE, |line| core::mem::replace(&mut line.last, at))
            }
        };
        if let Some(before) = self.pieces.get_mut(before as usize) {
            before.next = at;
        }
        self.pieces.push(Piece {
            is_line,
            last: at,
            ..piece
        });
    }
}

/// Joins what was appended to the lines it was appended to.
fn join(sections: &Sections, output: &mut Output, request: &Request<'_>) -> Result<(), Reason> {
    for at in 0..output.head.pieces.len() {
        let Some(&piece) = output.head.pieces.get(at) else {
            break;
        };
        let Some(&slot) = output.head.slots.get(piece.slot as usize) else {
            continue;
        };
        let joins_line = !piece.is_line && slot.joined == at as u32;
        if !joins_line && (!piece.is_line || piece.next == NONE) {
            continue;
        }
        let mark = output.rendered.mark();
        let mut next = piece.next;
        let mut fits = true;
        if joins_line {
            let line = request.headers().get(slot.last_line as usize);
            fits &= output
                .rendered
                .push(line.map_or(&[][..], |(_, value)| value));
            next = at as u32;
        } else {
            fits &= push(sections, output, piece.value);
        }
        while let Some(&piece) = output.head.pieces.get(next as usize) {
            fits &= output.rendered.push(b",");
            fits &= push(sections, output, piece.value);
            next = piece.next;
        }
        if !fits {
            return Err(Reason::RenderedTooLong);
        }
        let joined = output.rendered.since(mark);
        if !joins_line {
            if let Some(piece) = output.head.pieces.get_mut(at) {
                piece.value = Written::Rendered(joined);
            }
        } else if let Some(slot) = output.head.slots.get_mut(piece.slot as usize) {
            slot.joined_value = Some(joined);
        }
    }
    Ok(())
}

fn push(sections: &Sections, output: &mut Output, value: Written) -> bool {
    match value {
        Written::Text(text) => output.rendered.push(sections.text.get(text)),
        Written::Rendered(span) => output.rendered.repeat(span),
    }
}

impl Sections {
    /// The slot of a name that some request edit has.
    pub(crate) fn edit_slot(&self, name: &[u8]) -> Option<u32> {
        let names = &self.actions.edit_names;
        let lower = |bytes: &[u8], at: usize| bytes.get(at).map(u8::to_ascii_lowercase);
        let at = names.binary_search_by(|&(known, _)| {
            let known = self.text.get(known);
            let mut at = 0;
            loop {
                match (lower(known, at), lower(name, at)) {
                    (None, None) => return core::cmp::Ordering::Equal,
                    (one, other) if one != other => return one.cmp(&other),
                    _ => at += 1,
                }
            }
        });
        names.get(at.ok()?).map(|&(_, slot)| slot)
    }
}
