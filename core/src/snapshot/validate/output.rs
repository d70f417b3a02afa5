//! What leaves with a decision.
//!
//! What is rendered for a request is looked at when it is, since the request brings it.
//! What a rule states is looked at once, when it is compiled, and here when it is read:
//!
//! * names of edits and methods are tokens;
//! * values of edits and what CORS policies state have no control characters, so that none
//!   of them ends its line in a head;
//! * statuses are those that an answer can have;
//! * metadata that is JSON is JSON, in one line;
//! * a share has a whole that it is of;
//! * a value has few parts, since many edits can share it.
//!
//! Bodies are free. Paths, queries and hosts that are written are looked at whenever they
//! are, whoever states them.

use super::{Sound, sound};
use crate::decision::format::is_field_value;
use crate::matcher::request::is_token;
use crate::table::Sections;
use crate::table::action::MetadataEntry;
use crate::table::format::Value;
use crate::table::json_text::compact;
use crate::table::text::Text;

/// Most parts of a value: many times what `Limits::format_holes` leaves.
const PARTS: u32 = 4096;

/// Looks at all that leaves.
pub(super) fn all(sections: &Sections) -> Sound {
    let (actions, text) = (&sections.actions, &sections.text);
    let is_line = |of: Text| is_field_value(text.get(of));
    for edit in actions.edits.iter() {
        sound(is_token(text.get(edit.name)), "edits")?;
        match edit.value {
            Value::Text(value) => sound(is_line(value), "edits")?,
            Value::Parts(parts) => sound(parts.len <= PARTS, "edits")?,
        }
    }
    for rewrite in actions.rewrites.iter() {
        let method = rewrite.method.map(|method| text.get(method));
        sound(method.is_none_or(is_token), "rewrites")?;
    }
    for cors in actions.cors.iter() {
        let stated = [cors.methods, cors.headers, cors.exposed];
        let mut stated = stated.into_iter().chain(cors.max_age);
        sound(stated.all(is_line), "CORS policies")?;
    }
    for mirror in actions.mirrors.iter() {
        sound(mirror.denominator > 0, "mirrors")?;
    }
    for (_, value) in actions.metadata.iter() {
        if let MetadataEntry::Json(json) = *value {
            let json = text.str(json);
            sound(
                compact(json).is_ok_and(|compact| compact == json),
                "metadata",
            )?;
        }
    }
    statuses(sections)
}

// SPEC: RFC 9110 15: what ends a request is no 1xx; 15.4: a client follows these.
fn statuses(sections: &Sections) -> Sound {
    let actions = &sections.actions;
    let ends = |status: u16| (200..600).contains(&status);
    let mut responds = actions.responds.iter().map(|one| one.status);
    sound(responds.all(ends), "responses")?;
    let mut invalid = actions.rules.invalid.iter().map(|one| one.status);
    sound(invalid.all(ends), "invalid backends")?;
    let mut named = actions.rules.from_request.iter().map(|one| one.status);
    sound(named.all(ends), "backends from requests")?;
    let mut aborts = actions.faults.iter().filter_map(|one| one.abort_status);
    sound(aborts.all(ends), "faults")?;
    let mut redirects = actions.redirects.iter().map(|one| one.status);
    let leads = |status| matches!(status, 300..=303 | 307 | 308);
    sound(redirects.all(leads), "redirects")
}
