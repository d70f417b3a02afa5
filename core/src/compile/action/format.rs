//! Values with holes, and patterns that are replaced: see `table/format.rs`.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::Build;
use super::{Broken, Place};
use crate::diagnostic::codes::compile as codes;
use crate::model::{Format, FormatPart, Substitution};
use crate::table::format::{Part, SubstitutionEntry, Value};

impl Build<'_> {
    /// A value; `what` says where it stands.
    pub(super) fn format(
        &mut self,
        place: &Place<'_>,
        what: &str,
        format: &Format,
    ) -> Result<Value, Broken> {
        if let Some(text) = constant(format) {
            return match self.may_leave(place, &text) {
                true => Ok(Value::Text(self.text(&text))),
                false => Err(Broken),
            };
        }
        self.holes(place, what, format, |build, name| {
            let name = build.text(name);
            build.named_captures.push((name, what.to_string()));
            Some(Part::Capture(name))
        })
    }

    /// A pattern and what stands in its place.
    pub(super) fn substitution(
        &mut self,
        place: &Place<'_>,
        what: &str,
        substitution: &Substitution,
    ) -> Result<SubstitutionEntry, Broken> {
        let subject = place.subject();
        let pattern = &substitution.pattern;
        let regex = self.substitution_regex(&subject, format_args!("{what}"), pattern);
        let regex = regex.ok_or(Broken)?;
        self.sections.actions.most.renders = true;
        let format = &substitution.replacement;
        let replacement = match constant(format) {
            Some(text) => match self.may_leave(place, &text) {
                true => Value::Text(self.text(&text)),
                false => return Err(Broken),
            },
            None => self.holes(place, what, format, |build, name| {
                build.group_number(regex, name.as_bytes()).map(Part::Group)
            })?,
        };
        let all = substitution.all;
        Ok(SubstitutionEntry {
            regex,
            replacement,
            all,
            most: match all && !self.stops_soon(regex) {
                true => self.limits.searched_places,
                false => u32::MAX,
            },
        })
    }

    /// The parts of a format with holes; `capture` says what a capture's name means.
    fn holes(
        &mut self,
        place: &Place<'_>,
        what: &str,
        format: &Format,
        capture: impl Fn(&mut Self, &str) -> Option<Part>,
    ) -> Result<Value, Broken> {
        let is_hole = |part: &&FormatPart| !matches!(part, FormatPart::Text(_));
        let count = format.parts().iter().filter(is_hole).count();
        let limit = self.limits.format_holes;
        if count > limit {
            let message = format!(
                "{place}: the {what} has {count} holes, over the limit of {limit} \
                 (Limits::format_holes)"
            );
            self.complain(place, codes::TOO_MANY_FORMAT_HOLES, message);
            return Err(Broken);
        }
        self.holes = self.holes.saturating_add(count);
        let limit = self.limits.rule_holes;
        if self.holes > limit {
            let message = format!(
                "{place}: the {what} takes the holes of all filters over the limit of {limit} \
                 (Limits::rule_holes)"
            );
            self.complain(place, codes::TOO_MANY_FORMAT_HOLES, message);
            return Err(Broken);
        }
        let mut parts = Vec::with_capacity(format.parts().len());
        for part in format.parts() {
            parts.push(match part {
                FormatPart::Text(text) => {
                    if !self.may_leave(place, text) {
                        return Err(Broken);
                    }
                    Part::Text(self.text(text))
                }
                FormatPart::Fact(fact) => Part::Fact(self.fact(fact)),
                FormatPart::Capture(name) => match capture(self, name) {
                    Some(part) => part,
                    None => {
                        let message =
                            format!("{place}: the {what}'s pattern has no group '{name}'");
                        self.complain(place, codes::INVALID_REWRITE, message);
                        return Err(Broken);
                    }
                },
            });
        }
        self.sections.actions.most.renders = true;
        let section = &mut self.sections.actions.parts;
        Ok(Value::Parts(self.known.parts.run(section, &parts)))
    }
}

/// The text of a format without holes, in however many pieces it is.
pub(super) fn constant(format: &Format) -> Option<String> {
    let mut text = String::new();
    for part in format.parts() {
        match part {
            FormatPart::Text(piece) => text.push_str(piece),
            FormatPart::Capture(_) | FormatPart::Fact(_) => return None,
        }
    }
    Some(text)
}
