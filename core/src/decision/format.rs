//! Formats filled in: values with holes, rendered once for a request.
//!
//! A [`Writer`] is what one stage sees of the request, and what it writes to. Every
//! value is rendered in one pass over the parts that the compiler made; what fills a
//! hole is copied and never read as a format itself. Where a path or query is written,
//! it passes a [`Draft`] first, which knows what may stand there. All values of one
//! decision share one limit, and a decision that is over it shows none of them.
//!
//! # Complexity
//!
//! Linear in what is written, which the limit bounds, and in the request for each
//! hole.

use alloc::vec::Vec;

use super::Reason;
use super::draft::{Brought, Draft};
use crate::matcher::captures::Captures;
use crate::matcher::facts::{Seen, visit};
use crate::matcher::output::{Rendered, Span, Written};
use crate::table::Sections;
use crate::table::action::EditEntry;
use crate::table::fact::FactEntry;
use crate::table::format::{Part, Value};
use crate::table::text::Range32;

/// What one stage sees of the request, and what it writes to.
pub(crate) struct Writer<'s> {
    pub(crate) sections: &'s Sections,
    pub(crate) seen: Seen<'s>,
    pub(crate) captures: &'s Captures,
    /// Working memory.
    pub(crate) buffer: &'s mut Vec<u8>,
    pub(crate) rendered: &'s mut Rendered,
    /// The path or query that is being written, where one is.
    pub(crate) draft: Option<Draft>,
}

impl Writer<'_> {
    /// Renders a value; whether it may stand where it goes is the caller's to ask.
    pub(crate) fn value(&mut self, value: Value) -> Result<Written, Reason> {
        match value {
            Value::Text(text) => Ok(Written::Text(text)),
            Value::Parts(parts) => {
                let mark = self.rendered.mark();
                self.append(parts, |_| None)?;
                Ok(Written::Rendered(self.rendered.since(mark)))
            }
        }
    }

    /// Writes a path or query; gives what `write` does, and whether the request
    /// brought what may not stand there.
    pub(crate) fn within<T>(
        &mut self,
        draft: Draft,
        write: impl FnOnce(&mut Self) -> Result<T, Reason>,
    ) -> Result<(T, bool), Reason> {
        self.draft = Some(draft);
        let written = write(self);
        let draft = self.draft.take();
        Ok((written?, draft.is_some_and(Draft::is_refused)))
    }

    /// Appends parts; groups are those of a pattern that is being replaced.
    pub(crate) fn append<'h>(
        &mut self,
        parts: Range32,
        group: impl Fn(u32) -> Option<&'h [u8]>,
    ) -> Result<(), Reason> {
        let sections = self.sections;
        for part in parts.of(&sections.actions.parts) {
            match *part {
                Part::Text(text) => {
                    self.push_own(sections.text.get(text))?;
                    continue;
                }
                // What is missing is empty.
                Part::Capture(name) => {
                    let captures = self.captures;
                    self.push(captures.get(sections, name).unwrap_or(&[]))?;
                }
                Part::Group(number) => self.push(group(number).unwrap_or(&[]))?,
                Part::Fact(fact) => {
                    self.fact(fact)?;
                }
            }
            if let Some(draft) = &mut self.draft {
                draft.after_hole();
            }
        }
        Ok(())
    }

    /// Appends a fact's first value; `None` where the request has none.
    pub(crate) fn fact(&mut self, fact: FactEntry) -> Result<Option<Span>, Reason> {
        let mark = self.rendered.mark();
        let mut pushed = Ok(());
        let mut is_there = false;
        let (rendered, draft) = (&mut *self.rendered, &mut self.draft);
        let what = match fact {
            FactEntry::RawQuery => Brought::Query,
            _ => Brought::Value,
        };
        visit(self.sections, self.seen, fact, self.buffer, |value| {
            // A fact with one value calls once, whatever is answered.
            if !is_there {
                is_there = true;
                pushed = push_brought(rendered, draft, value, what);
            }
            false
        });
        pushed?;
        Ok(is_there.then(|| self.rendered.since(mark)))
    }

    /// Appends text that the rule states.
    pub(crate) fn push_own(&mut self, text: &[u8]) -> Result<(), Reason> {
        if let Some(draft) = &mut self.draft {
            draft.own(text);
        }
        push(self.rendered, text)
    }

    /// Appends what the request brings.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), Reason> {
        push_brought(self.rendered, &mut self.draft, bytes, Brought::Value)
    }

    /// Renders the values of edits, for whoever reads the decision.
    pub(crate) fn edits(&mut self, edits: &[EditEntry]) -> Result<(), Reason> {
        for edit in edits {
            let Value::Parts(parts) = edit.value else {
                continue;
            };
            let mark = self.rendered.mark();
            self.append(parts, |_| None)?;
            let span = self.rendered.since(mark);
            if !is_field_value(self.rendered.get(span)) {
                return Err(Reason::UnsoundOutput);
            }
            if self.rendered.values.len() == self.rendered.values.capacity() {
                return Err(Reason::RenderedTooLong);
            }
            self.rendered.values.push(span);
        }
        Ok(())
    }

    /// Where a value is, as bytes.
    pub(crate) fn get(&self, written: Written) -> &[u8] {
        written.get(self.sections, self.rendered)
    }
}

fn push_brought(
    rendered: &mut Rendered,
    draft: &mut Option<Draft>,
    bytes: &[u8],
    what: Brought,
) -> Result<(), Reason> {
    match draft {
        Some(draft) => draft.brought(bytes, what, |bytes| push(rendered, bytes)),
        None => push(rendered, bytes),
    }
}

fn push(rendered: &mut Rendered, bytes: &[u8]) -> Result<(), Reason> {
    match rendered.push(bytes) {
        true => Ok(()),
        false => Err(Reason::RenderedTooLong),
    }
}

/// Whether a value may stand in a head.
// SPEC: RFC 9110 5.5: no control character but tab.
pub(crate) fn is_field_value(value: &[u8]) -> bool {
    value
        .iter()
        .all(|&byte| byte == b'\t' || !byte.is_ascii_control())
}
