//! The path, query, host and method that are sent on.
//!
//! All parts of a stage's rewrite are computed from the request as it came into the
//! stage, and take its place together: a rewrite that is refused leaves nothing half
//! done. Of a part that several filters rewrite the last one counts, and a target's
//! filters come after its rule's.
//!
//! A rewritten path is never repaired. Joining can make a dot segment out of two
//! halves, and a capture can bring one; what follows would then read another path
//! than the one that was matched, so such a request is refused. It is refused, too,
//! where it brings what [`Draft`] says. Only what the rule itself writes is made
//! canonical, since nobody who asks has chosen it.
//!
//! # Complexity
//!
//! Linear in the path, the query and what is written; a pattern that is replaced
//! everywhere costs one search for each place.

use alloc::vec::Vec;

use super::Reason;
use super::draft::{Brought, Draft};
use super::format::Writer;
use super::query;
use super::substitute::substitute;
use crate::matcher::authority::{MAX_HOST, host_of};
use crate::matcher::normalize;
use crate::matcher::output::{QueryBuffers, Written};
use crate::matcher::request::Request;
use crate::matcher::scratch::PathBuffers;
use crate::table::action::{
    Actions, Effects, HostRewriteEntry, PathRewriteEntry, QueryRewriteEntry, RewriteEntry,
};
use crate::table::format::Value;
use crate::table::regex::RegexScratch;
use crate::table::text::TextPool;
use crate::table::{NONE, Sections};
use crate::vocabulary::{Normalization, PrefixJoin};

/// The host that is sent on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum HostSource {
    /// The client's.
    Request,
    /// A rewrite's.
    Written(Written),
    /// The chosen backend's name, for the proxy to fill in.
    Backend,
}

/// What a rewritten path is written to and held against.
pub(crate) struct PathRules {
    /// Length of the prefix that the match names, or [`NONE`].
    pub(crate) prefix_len: u32,
    pub(crate) profile: Normalization,
}

impl Sections {
    /// What a rule's filters and its target's rewrite together.
    pub(crate) fn rewrite_of(&self, rule: &Effects, target: &Effects) -> RewriteEntry {
        let entry = |effects: &Effects| {
            let entry = self.actions.rewrites.optional(effects.rewrite);
            entry.copied().unwrap_or_default()
        };
        let (rule, target) = (entry(rule), entry(target));
        // SPEC: Gateway API, HTTPBackendRef.filters: run only for the backend chosen.
        // Both are computed from the matched request, so the target's takes the
        // rule's place.
        RewriteEntry {
            host: target.host.or(rule.host),
            path: target.path.or(rule.path),
            query: target.query.or(rule.query),
            method: target.method.or(rule.method),
        }
    }
}

/// The host that a rewrite gives; what is no authority is refused.
pub(crate) fn host(
    writer: &mut Writer<'_>,
    regex: &mut RegexScratch,
    entry: HostRewriteEntry,
) -> Result<HostSource, Reason> {
    let written = match entry {
        HostRewriteEntry::Backend => return Ok(HostSource::Backend),
        HostRewriteEntry::To(value) => writer.value(value)?,
        HostRewriteEntry::FromPath(substitution) => {
            let path = writer.seen.path;
            match substitute(writer, regex, substitution, path)? {
                Some(span) => Written::Rendered(span),
                // SPEC: Envoy, host_rewrite_path_regex: without a match the whole
                // path is what results; that is no authority.
                None => return Err(Reason::UnsoundOutput),
            }
        }
    };
    match host_of(writer.get(written), &mut [0; MAX_HOST]) {
        Some(_) => Ok(HostSource::Written(written)),
        None => Err(Reason::UnsoundOutput),
    }
}

/// Writes the rewritten path to the spare buffer, with the query that it brings after
/// a `?`. Gives the path's length; `None` where nothing changes.
pub(crate) fn path(
    writer: &mut Writer<'_>,
    regex: &mut RegexScratch,
    entry: PathRewriteEntry,
    rules: &PathRules,
    out: &mut Vec<u8>,
) -> Result<Option<usize>, Reason> {
    out.clear();
    let text = &writer.sections.text;
    let path = writer.seen.path;
    let draft = Draft::path(rules.profile);
    let mut is_constant = false;
    let is_refused = match entry {
        PathRewriteEntry::Full(Value::Text(constant)) => {
            push_constant(text.get(constant), rules.profile, out)?;
            if out.is_empty() {
                push(out, b"/")?;
            }
            is_constant = true;
            false
        }
        PathRewriteEntry::Full(value) => {
            let (written, is_refused) = writer.within(draft, |writer| writer.value(value))?;
            push_rooted(writer.get(written), out)?;
            is_refused
        }
        // A match without a prefix has nothing to replace.
        PathRewriteEntry::Prefix { .. } if rules.prefix_len == NONE => return Ok(None),
        PathRewriteEntry::Prefix { replacement, join } => {
            push_prefix(path, text.get(replacement), join, rules, out)?
        }
        PathRewriteEntry::Regex(substitution) => {
            let (written, is_refused) = writer.within(draft, |writer| {
                substitute(writer, regex, substitution, path)
            })?;
            match written {
                Some(span) => push_rooted(writer.rendered.get(span), out)?,
                None => return Ok(None),
            }
            is_refused
        }
    };
    let end = memchr::memchr(b'?', out).unwrap_or(out.len());
    let end = merge_slashes(out, end, rules.profile.merge_slashes);
    let path = out.get(..end).unwrap_or(&[]);
    // The query that it brings is sent on as it stands, so it is held to the same.
    if !out.iter().all(|&byte| may_stand_in_target(byte)) {
        return Err(Reason::UnsoundOutput);
    }
    if is_refused || (!is_constant && !normalize::is_canonical(rules.profile, path)) {
        return Err(Reason::RewriteNotCanonical);
    }
    Ok(Some(end))
}

/// What is written anew of path and query.
#[derive(Clone, Copy)]
pub(crate) struct Parts {
    pub(crate) path: Option<PathRewriteEntry>,
    pub(crate) query: Option<QueryRewriteEntry>,
    /// Whether a query that the path brings takes the place of the request's rather
    /// than coming before it.
    pub(crate) replaces_query: bool,
}

/// Takes a new query, and writes the new path to `spare`, for the caller to take;
/// `false` where the path stays.
pub(crate) fn take(
    writer: &mut Writer<'_>,
    regex: &mut RegexScratch,
    parts: Parts,
    rules: &PathRules,
    spare: &mut Vec<u8>,
    buffers: &mut QueryBuffers,
) -> Result<bool, Reason> {
    let end = match parts.path {
        Some(entry) => path(writer, regex, entry, rules, spare)?,
        None => None,
    };
    if let Some(entry) = parts.query {
        query::rewrite(writer, buffers, entry)?;
    }
    let Some(end) = end else {
        return Ok(false);
    };
    if let Some(own) = spare.get(end + 1..) {
        let alone = parts.replaces_query && parts.query.is_none();
        query::join(buffers, writer.seen.request, own, alone)?;
    }
    spare.truncate(end);
    Ok(true)
}

impl PathBuffers {
    /// Takes what was written to the spare buffer.
    pub(crate) fn commit(&mut self) {
        core::mem::swap(&mut self.current, &mut self.spare);
        self.changed = true;
    }
}

/// Adds the query to a path where either was changed, so that the target is one slice.
pub(crate) fn finish_target(
    paths: &mut PathBuffers,
    buffers: &QueryBuffers,
    request: &Request<'_>,
) -> Result<(), Reason> {
    if !paths.changed && !buffers.changed {
        return Ok(());
    }
    if !paths.changed {
        let mut spare = core::mem::take(&mut paths.spare);
        spare.clear();
        let pushed = push(&mut spare, paths.get(request));
        paths.spare = spare;
        pushed?;
        paths.commit();
    }
    if buffers.changed {
        if !buffers.current.is_empty() {
            push(&mut paths.current, b"?")?;
            push(&mut paths.current, &buffers.current)?;
        }
        return Ok(());
    }
    let target = request.target();
    let query = memchr::memchr(b'?', target).and_then(|at| target.get(at..));
    push(&mut paths.current, query.unwrap_or(&[]))
}

/// Writes a prefix's replacement, canonical, and the rest of the path; gives whether
/// that brought what it may not.
fn push_prefix(
    path: &[u8],
    replacement: &[u8],
    join: PrefixJoin,
    rules: &PathRules,
    out: &mut Vec<u8>,
) -> Result<bool, Reason> {
    push_constant(replacement, rules.profile, out)?;
    let (prefix, mut rest) = path
        .split_at_checked(rules.prefix_len as usize)
        .unwrap_or((path, &[]));
    match join {
        PrefixJoin::Segments => {
            // SPEC: Gateway API, HTTPPathModifier.replacePrefixMatch, table of
            // examples: trailing slashes of prefix and replacement do not count.
            if out.last() == Some(&b'/') {
                out.pop();
            }
            // Of a string prefix that ends in a slash, the slash stays with the rest.
            if prefix.ends_with(b"/") {
                rest = path.get(prefix.len() - 1..).unwrap_or(rest);
            }
        }
        // SPEC: App Mesh user guide, gateway routes: /red/tell, prefix /red, default
        // rewrite: /tell.
        PrefixJoin::OneSlash if out.last() == Some(&b'/') => {
            rest = rest.strip_prefix(b"/").unwrap_or(rest);
        }
        PrefixJoin::OneSlash | PrefixJoin::Literal => {}
    }
    if out.is_empty() && rest.first() != Some(&b'/') {
        push(out, b"/")?;
    }
    let mut draft = Draft::path(rules.profile);
    draft.own(out);
    draft.brought(rest, Brought::Value, |bytes| push(out, bytes))?;
    Ok(draft.is_refused())
}

/// Writes what the rule itself says, canonical up to a `?`.
fn push_constant(text: &[u8], profile: Normalization, out: &mut Vec<u8>) -> Result<(), Reason> {
    let end = memchr::memchr(b'?', text).unwrap_or(text.len());
    let (path, query) = text.split_at_checked(end).unwrap_or((text, &[]));
    if out.capacity() - out.len() < text.len() {
        return Err(Reason::RewriteTooLong);
    }
    normalize::append_canonical(profile, path, out);
    push(out, query)
}

/// Writes a path with a slash before it where it has none.
fn push_rooted(path: &[u8], out: &mut Vec<u8>) -> Result<(), Reason> {
    if path.first() != Some(&b'/') {
        push(out, b"/")?;
    }
    push(out, path)
}

/// Merges slashes in `out[..end]`: the leading ones always, since `//host` would be
/// read as another host by whoever follows it. Gives the new end.
fn merge_slashes(out: &mut Vec<u8>, end: usize, all: bool) -> usize {
    let mut write = 0;
    let mut previous = 0;
    for read in 0..end.min(out.len()) {
        let byte = out.get(read).copied().unwrap_or(0);
        let is_leading = write == 1;
        if byte == b'/' && previous == b'/' && (all || is_leading) {
            continue;
        }
        if let Some(slot) = out.get_mut(write) {
            *slot = byte;
        }
        previous = byte;
        write += 1;
    }
    out.drain(write..end.min(out.len()).max(write));
    write
}

/// Whether a byte may stand in a path or query.
// SPEC: RFC 3986 3.3 and RFC 9112 3.2: a space or control would end the target in a
// request line, `#` the path.
fn may_stand_in_target(byte: u8) -> bool {
    byte > b' ' && byte != 0x7f && byte != b'#'
}

fn push(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Reason> {
    if out.capacity() - out.len() < bytes.len() {
        return Err(Reason::RewriteTooLong);
    }
    out.extend_from_slice(bytes);
    Ok(())
}

impl Sections {
    /// Length of the prefix that a candidate's match names, or [`NONE`].
    pub(crate) fn prefix_len(&self, candidate: u32) -> u32 {
        let entry = self.entry_of_candidate(candidate);
        entry.map_or(NONE, |entry| entry.common.prefix_len)
    }
}

impl Actions {
    pub(crate) fn longest_replacement(&self, text: &TextPool) -> usize {
        let of_rewrites = self.rewrites.iter().filter_map(|rewrite| rewrite.path);
        let of_redirects = self.redirects.iter().filter_map(|redirect| redirect.path);
        of_rewrites
            .chain(of_redirects)
            .map(|path| match path {
                PathRewriteEntry::Full(Value::Text(path)) => text.get(path).len() + 1,
                PathRewriteEntry::Prefix { replacement, .. } => text.get(replacement).len() + 1,
                // What is rendered has a limit of its own.
                PathRewriteEntry::Full(Value::Parts(_)) | PathRewriteEntry::Regex(_) => 0,
            })
            .max()
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_slashes_merge_always_and_others_when_asked() {
        for (text, all, want) in [
            ("//a//b?x//y", false, "/a//b?x//y"),
            ("///a///b?x//y", true, "/a/b?x//y"),
            ("/", false, "/"),
            ("//", false, "/"),
            ("/a", true, "/a"),
        ] {
            let mut out = Vec::from(text.as_bytes());
            let end = memchr::memchr(b'?', &out).unwrap_or(out.len());
            let end = merge_slashes(&mut out, end, all);
            assert_eq!(out, want.as_bytes());
            assert_eq!(
                end,
                memchr::memchr(b'?', want.as_bytes()).unwrap_or(want.len())
            );
        }
    }
}
