//! What stood in the way of a request whose rule won and could not be carried out: which
//! value, and where it was to stand.
//!
//! A decision keeps only why it was given up. Here the values of the last rule are
//! written once more, one by one, until one of them cannot stand where it goes.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::{Obstacle, readable};
use crate::Request;
use crate::decision::Reason;
use crate::decision::format::{Writer, is_field_value};
use crate::decision::rewrite::{self, PathRules};
use crate::matcher::facts::Seen;
use crate::matcher::scratch::{Scratch, Step};
use crate::table::action::{EditEntry, Effects, HostRewriteEntry, PathRewriteEntry};
use crate::table::format::Value;
use crate::table::regex::RegexScratch;
use crate::table::rule::ActionEntry;
use crate::table::{NONE, Sections};

/// What kept the last rule on the way from being carried out; `None` where that is no
/// value that it writes. The scratch holds the request as the rule's stage saw it.
pub(super) fn find(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    gateway: u32,
    step: &Step,
    reason: Reason,
) -> Option<Obstacle> {
    if !matches!(reason, Reason::UnsoundOutput | Reason::RewriteNotCanonical) {
        return None;
    }
    let (rule, _) = sections.rule_of_candidate(step.candidate)?;
    scratch.output.clear();
    if !scratch.capture(sections, request, step.candidate) {
        return None;
    }
    let rules = PathRules {
        prefix_len: sections.prefix_len(step.candidate),
        profile: sections.normalization(gateway),
    };
    let mut path = core::mem::take(&mut scratch.paths.spare);
    let host = scratch.host.get(request);
    let seen = Seen {
        request,
        path: scratch.paths.get(request),
        host: (!host.is_empty()).then_some(host),
    };
    let mut tried = Tried {
        writer: Writer {
            sections,
            seen,
            captures: &scratch.captures,
            buffer: &mut scratch.buffer,
            rendered: &mut scratch.output.rendered,
            draft: None,
        },
        regex: &mut scratch.regex,
        path: &mut path,
        rules,
    };
    let effects = sections.effects_of(step);
    let mut found = None;
    for effects in effects.into_iter().flatten() {
        found = found.or_else(|| tried.edits(effects));
    }
    let [of_rule, of_target] = effects;
    let redirect = match (rule.action(), of_target) {
        (ActionEntry::Redirect(redirect), _) => redirect,
        (_, Some(effects)) => effects.redirect,
        _ => NONE,
    };
    let found = found.or_else(|| match sections.actions.redirects.get(redirect as usize) {
        Some(redirect) => {
            let host = redirect.host.map(HostRewriteEntry::To);
            let of_host = host.and_then(|host| tried.host(host));
            of_host.or_else(|| tried.path(redirect.path?))
        }
        None => {
            let entry = sections.rewrite_of(of_rule?, of_target?);
            let of_host = entry.host.and_then(|host| tried.host(host));
            of_host.or_else(|| tried.path(entry.path?))
        }
    });
    scratch.paths.spare = path;
    found
}

/// A rule's values, tried one by one.
struct Tried<'w, 's> {
    writer: Writer<'s>,
    regex: &'w mut RegexScratch,
    path: &'w mut Vec<u8>,
    rules: PathRules,
}

impl Tried<'_, '_> {
    fn edits(&mut self, effects: &Effects) -> Option<Obstacle> {
        let edits = &self.writer.sections.actions.edits;
        let request = effects.request_edits.of(edits).iter();
        let response = effects.response_edits.of(edits).iter();
        let request = request.map(|edit| ("request", edit));
        let response = response.map(|edit| ("response", edit));
        let mut all = request.chain(response);
        all.find_map(|(of, edit)| self.edit(of, edit))
    }

    fn edit(&mut self, of: &str, edit: &EditEntry) -> Option<Obstacle> {
        let value = self.value(edit.value)?;
        let name = self.writer.sections.text.str(edit.name);
        (!is_field_value(&value)).then(|| Obstacle {
            place: format!("{of} header {name}"),
            value: readable(&value),
            why: "holds a control character",
        })
    }

    fn host(&mut self, entry: HostRewriteEntry) -> Option<Obstacle> {
        if rewrite::host(&mut self.writer, self.regex, entry).is_ok() {
            return None;
        }
        let (value, why) = match entry {
            HostRewriteEntry::To(value) => (self.value(value)?, "is no host"),
            HostRewriteEntry::FromPath(_) | HostRewriteEntry::Backend => {
                let path = self.writer.seen.path;
                (path.to_vec(), "gives no host by the rule's pattern")
            }
        };
        Some(Obstacle {
            place: "host".to_string(),
            value: readable(&value),
            why,
        })
    }

    fn path(&mut self, entry: PathRewriteEntry) -> Option<Obstacle> {
        let why = match rewrite::path(&mut self.writer, self.regex, entry, &self.rules, self.path) {
            Err(Reason::RewriteNotCanonical) => {
                "is not canonical, or holds what no request may bring"
            }
            Err(Reason::UnsoundOutput) => "holds a space, a control character or '#'",
            _ => return None,
        };
        Some(Obstacle {
            place: "path".to_string(),
            value: readable(self.path),
            why,
        })
    }

    fn value(&mut self, value: Value) -> Option<Vec<u8>> {
        let written = self.writer.value(value).ok()?;
        Some(self.writer.get(written).to_vec())
    }
}

/// `request header x-user holds a control character: "a\nb"`.
impl core::fmt::Display for Obstacle {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} {}: \"{}\"", self.place, self.why, self.value)
    }
}
