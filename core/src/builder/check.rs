//! What can be read and is hardly meant: hosts and paths that no request has, statuses
//! that end no request, splits that lead nowhere.
//!
//! The model takes all of it, and the compiler warns where a match can take nothing. Who
//! writes routes in Rust sees no warnings, so here it is refused.

use alloc::vec::Vec;

use super::BuildFaultKind;
use crate::model::{Action, HostForm, HostMatch, PathMatch, Rule};

/// What is wrong with a rule besides texts that cannot be read.
pub(super) fn rule(rule: &Rule) -> Vec<BuildFaultKind> {
    let paths = rule.matches.iter().filter_map(|one| path(&one.path));
    let mut faults: Vec<BuildFaultKind> = paths.collect();
    match &rule.action {
        Action::Respond(respond) if !(200..600).contains(&respond.status) => {
            faults.push(BuildFaultKind::Status(respond.status));
        }
        Action::Forward(targets)
            if !targets.is_empty() && targets.iter().all(|target| target.weight == 0) =>
        {
            faults.push(BuildFaultKind::NoWeight);
        }
        _ => {}
    }
    faults
}

/// A path that no request has: one without a slash at its beginning. The compiler
/// refuses such globs and templates, and regular expressions may say it otherwise.
fn path(path: &PathMatch) -> Option<BuildFaultKind> {
    let (PathMatch::Exact(text) | PathMatch::Prefix(text) | PathMatch::Segments(text)) = path
    else {
        return None;
    };
    let takes_all = text.is_empty() && !matches!(path, PathMatch::Exact(_));
    // `OPTIONS *` is the one target that is no path.
    let is_sound = takes_all || text.starts_with('/') || text == "*";
    (!is_sound).then(|| BuildFaultKind::Path(text.clone()))
}

/// A host that no request has.
pub(super) fn host(host: &HostMatch, form: HostForm) -> Option<BuildFaultKind> {
    let text = match host {
        HostMatch::Exact(text)
        | HostMatch::Wildcard(text)
        | HostMatch::OneLabel(text)
        | HostMatch::Suffix(text)
        | HostMatch::WildcardSuffix(text)
        | HostMatch::WildcardPrefix(text) => text,
        _ => return None,
    };
    let is_address = text.starts_with('[') && text.ends_with(']');
    let why = if text.contains("://") {
        "it is a URL"
    } else if text.contains(['/', '?', '#', '@']) || text.chars().any(char::is_whitespace) {
        "it holds what no host has"
    } else if text.contains('*') {
        "a star stands for whole labels at the beginning: `*.shop.example`"
    } else if text.contains(':') && !is_address && form == HostForm::Name {
        "it has a port; `Route::host_binding` takes one"
    } else {
        return None;
    };
    let text = host.to_text();
    Some(BuildFaultKind::Host { text, why })
}
