//! Header edits, and the slots of their names: see `decision/head.rs`.

use alloc::format;
use alloc::vec::Vec;

use super::super::Build;
use super::rewrite::is_token;
use super::{Broken, Place};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::compile as codes;
use crate::model::{HeaderEdit, HeaderVerb};
use crate::table::action::EditEntry;
use crate::table::format::Value;

impl Build<'_> {
    /// Adds the edits.
    ///
    /// # Errors
    ///
    /// Where one cannot be made as written. One of no header's name is no such: there is
    /// nothing to edit.
    pub(super) fn edits(
        &mut self,
        place: &Place<'_>,
        edits: &[HeaderEdit],
        of_request: bool,
        out: &mut Vec<EditEntry>,
    ) -> Result<(), Broken> {
        let mut made = Ok(());
        for edit in edits {
            if of_request && self.is_authority(place, &edit.name) {
                continue;
            }
            if !self.may_leave(place, &edit.name) {
                made = Err(Broken);
                continue;
            }
            if !is_token(&edit.name) {
                let message = format!("{place}: '{}' is no header's name", edit.name);
                self.complain(place, codes::INVALID_EDIT, message);
                continue;
            }
            let value = match edit.verb {
                HeaderVerb::Remove => Ok(Value::Text(self.text(""))),
                _ => self.format(place, "value of a header edit", &edit.value),
            };
            let Ok(value) = value else {
                made = Err(Broken);
                continue;
            };
            // What is appended is joined for each request.
            self.sections.actions.most.renders |= of_request && edit.verb == HeaderVerb::Append;
            out.push(self.edit(edit, value, of_request));
        }
        made
    }

    fn edit(&mut self, edit: &HeaderEdit, value: Value, of_request: bool) -> EditEntry {
        let name = self.text(&edit.name.to_ascii_lowercase());
        let slot = match of_request {
            true => {
                let next = self.index.edit_names.len() as u32;
                *self.index.edit_names.entry(name).or_insert(next)
            }
            false => 0,
        };
        EditEntry {
            verb: edit.verb,
            name,
            slot,
            value,
            nth: 0,
        }
    }

    /// Counts the values with holes.
    ///
    /// # Errors
    ///
    /// Where there are more edits than the limit; none of them is kept.
    pub(super) fn limit_edits(
        &mut self,
        place: &Place<'_>,
        request: &mut Vec<EditEntry>,
        response: &mut Vec<EditEntry>,
    ) -> Result<(), Broken> {
        let limit = self.limits.header_edits;
        let count = request.len() + response.len();
        if count > limit {
            let message = format!(
                "{place} has {count} header edits, over the limit of {limit} \
                 (Limits::header_edits)"
            );
            self.complain(place, codes::TOO_MANY_EDITS, message);
            request.clear();
            response.clear();
        }
        let mut values = 0;
        for edit in request.iter_mut().chain(response.iter_mut()) {
            edit.nth = values;
            values += u32::from(matches!(edit.value, Value::Parts(_)));
        }
        let most = &mut self.sections.actions.most;
        most.values = most.values.max(values as usize);
        most.request_edits = most.request_edits.max(request.len());
        match count > limit {
            true => Err(Broken),
            false => Ok(()),
        }
    }

    /// Sorts the names of edited request headers, once all are known.
    pub(crate) fn finish_edits(&mut self) {
        let names = core::mem::take(&mut self.index.edit_names);
        let mut names: Vec<_> = names.into_iter().collect();
        let interner = &self.interner;
        names.sort_by(|(one, _), (other, _)| interner.get(*one).cmp(interner.get(*other)));
        self.sections.actions.edit_names = names;
    }

    /// Whether an edit would change the authority behind the back of what decides
    /// it; reports one that would.
    // SPEC: Gateway API leaves open what editing Host means. A second host beside
    // the authority would be read differently by whoever follows.
    fn is_authority(&mut self, place: &Place<'_>, name: &str) -> bool {
        if !name.eq_ignore_ascii_case("host") && !name.starts_with(':') {
            return false;
        }
        let message = format!("{place}: an edit of '{name}' is left out");
        let diagnostic = Diagnostic::warning(codes::AUTHORITY_EDIT, place.rule.origin, message)
            .with_help("use a rewrite to send another host or path");
        self.diagnostics.push(diagnostic);
        true
    }
}
