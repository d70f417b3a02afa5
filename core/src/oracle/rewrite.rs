//! What a request's path and host become.

use alloc::vec::Vec;

use super::action::{Walk, is_method, refused};
use super::answer::Answer;
use super::normalize::normalize;
use super::path::without_slash;
use super::pieces::{self, Piece, Source};
use super::regex::Anchor;
use super::{Oracle, Refusal, Request, Seen, Winner, format, host, query};
use crate::model::{
    EscapedSlashes, Filter, HostRewrite, MalformedEscapes, Normalization, PathMatch,
    PathParameters, PathRewrite, PrefixJoin, Rewrite, RouteMatch, Substitution,
};

/// Why a rewrite cannot be carried out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Unsound {
    /// The request is refused: its rewritten path is not canonical.
    Path(Refusal),
    /// The request is answered with 500: what was written cannot stand there.
    Output,
}

/// A path that was rewritten, and the query that the new path brought along.
pub(super) struct NewPath {
    pub(super) path: Vec<u8>,
    pub(super) query: Option<Vec<u8>>,
}

impl Walk<'_, '_> {
    /// What the next stage sees, or the backend: after the rewrites among filters, of
    /// which for each part the last one counts.
    pub(super) fn rewrite(
        &mut self,
        filters: &[&Filter],
        winner: &Winner<'_>,
        seen: &Seen,
    ) -> Result<Seen, Vec<Answer>> {
        let rewrites = filters.iter().filter_map(|filter| match filter {
            Filter::Rewrite(rewrite) => Some(rewrite),
            _ => None,
        });
        let mut last = Rewrite::default();
        for Rewrite {
            host,
            path,
            query,
            method,
        } in rewrites.cloned()
        {
            last.host = host.or(last.host);
            last.path = path.or(last.path);
            last.query = query.or(last.query);
            last.method = method.or(last.method);
        }
        let (oracle, request) = (self.oracle, &self.found.request);
        let mut next = seen.clone();
        let mut of_path = None;
        let mut wrong = Vec::new();
        if let Some(rewrite) = &last.path {
            let by = self.found.gateway.normalization;
            match oracle.rewritten_path(rewrite, winner.matched, by, request, seen) {
                Ok(None) => {}
                Ok(Some(new)) => {
                    next.path = new.path;
                    next.has_no_path = false;
                    of_path = new.query;
                }
                Err(unsound) => wrong.push(refused(unsound)),
            }
        }
        // A target that is no path has no query.
        let is_path = seen.path.starts_with(b"/") && !seen.has_no_path;
        if let Some(rewrite) = last.query.filter(|_| is_path) {
            next.query = query::rewritten(&rewrite, seen.query.as_deref(), request, seen);
        }
        next.query = joined(of_path, next.query);
        if let Some(method) = last.method {
            if !is_method(&method) {
                wrong.push(refused(Unsound::Output));
            }
            next.method = method.into_bytes();
        }
        let host = match &last.host {
            None => None,
            Some(HostRewrite::Backend) => {
                self.host_from_backend = true;
                self.authority = request.authority.clone();
                None
            }
            Some(HostRewrite::To(host)) => {
                Some(format::render(host, &seen.captures, request, seen))
            }
            Some(HostRewrite::FromPath(substitution)) => {
                // Where the pattern is not found there is no host to send on.
                let found = oracle.substitute(substitution, &seen.path, request, seen);
                Some(pieces::text(found.unwrap_or_default()))
            }
        };
        if let Some(host) = host {
            match host::normalize(Some(&host)) {
                Some(name) => {
                    next.host = name;
                    next.authority = Some(host.clone());
                    self.authority = Some(host);
                    self.host_from_backend = false;
                }
                None => wrong.push(refused(Unsound::Output)),
            }
        }
        match wrong.is_empty() {
            true => Ok(next),
            false => Err(wrong),
        }
    }
}

/// A query that a path brought along, and what becomes of the request's own after it.
pub(super) fn joined(of_path: Option<Vec<u8>>, own: Option<Vec<u8>>) -> Option<Vec<u8>> {
    let Some(of_path) = of_path else {
        return own;
    };
    let pieces = [Some(of_path), own].into_iter().flatten();
    let pieces: Vec<Vec<u8>> = pieces.filter(|piece| !piece.is_empty()).collect();
    (!pieces.is_empty()).then(|| pieces.join(&b'&'))
}

impl Oracle<'_> {
    /// The path after a rewrite by a rule that won with `matched`; `None` where the
    /// rewrite does not apply.
    pub(super) fn rewritten_path(
        &self,
        rewrite: &PathRewrite,
        matched: Option<&RouteMatch>,
        by: Normalization,
        request: &Request,
        seen: &Seen,
    ) -> Result<Option<NewPath>, Unsound> {
        let written = match rewrite {
            // What the rule itself writes is made canonical: nobody who asks has chosen it.
            PathRewrite::Full(full) => match full.as_text() {
                Some(text) => Vec::from([(Source::Rule, constant(text, by))]),
                None => format::pieces(full, &seen.captures, request, seen),
            },
            PathRewrite::Prefix { replacement, join } => {
                let Some(prefix) = prefix(matched) else {
                    return Ok(None);
                };
                let replacement = constant(replacement, by);
                replace_prefix(&seen.path, prefix.as_bytes(), &replacement, *join)
            }
            PathRewrite::Regex(substitution) => {
                match self.substitute(substitution, &seen.path, request, seen) {
                    Some(written) => written,
                    None => return Ok(None),
                }
            }
        };
        let draft = pieces::draft(&written);
        // SPEC: architecture 6: output is checked where it leaves.
        let cannot_stand = |byte: &u8| byte.is_ascii_control() || matches!(byte, b' ' | b'#');
        let mut bytes = draft.path.iter().chain(draft.query.iter().flatten());
        if bytes.any(cannot_stand) {
            return Err(Unsound::Output);
        }
        if draft.is_refused(by) {
            return Err(Unsound::Path(Refusal::Rewrite));
        }
        let mut path = rooted(&draft.path);
        if by.merge_slashes {
            path.dedup_by(|a, b| *a == b'/' && *b == b'/');
        }
        // SPEC: a rewritten path is not made canonical again: what would change is
        // refused, since the rule did not mean it.
        match normalize(&path, lenient(by)) {
            Ok(canonical) if canonical.path == path => Ok(Some(NewPath {
                path,
                query: draft.query,
            })),
            _ => Err(Unsound::Path(Refusal::Rewrite)),
        }
    }

    /// `text` with what a pattern finds in it replaced; `None` where it finds nothing.
    ///
    /// SPEC: `Substitution`; an empty match directly after another does not count,
    /// and one byte goes by, as in RE2's `GlobalReplace`.
    pub(super) fn substitute(
        &self,
        substitution: &Substitution,
        text: &[u8],
        request: &Request,
        seen: &Seen,
    ) -> Option<Vec<Piece>> {
        let Substitution {
            pattern,
            replacement,
            all,
        } = substitution;
        let mut out = Vec::new();
        let mut from = 0;
        let mut last_end = None;
        while from <= text.len() {
            let found = self
                .regexes
                .find(pattern, Anchor::Anywhere, false, text, from);
            let Some((range, groups)) = found else {
                break;
            };
            keep(&mut out, &text[from..range.start]);
            if range.is_empty() && last_end == Some(range.start) {
                keep(
                    &mut out,
                    text.get(range.start..=range.start).unwrap_or_default(),
                );
                from = range.start + 1;
                continue;
            }
            out.extend(format::pieces(replacement, &groups, request, seen));
            from = range.end;
            last_end = Some(range.end);
            if !all {
                break;
            }
        }
        last_end?;
        keep(&mut out, text.get(from..).unwrap_or_default());
        Some(out)
    }
}

/// Adds what is left of a request's text.
fn keep(pieces: &mut Vec<Piece>, text: &[u8]) {
    if !text.is_empty() {
        pieces.push((Source::Request, text.to_vec()));
    }
}

/// SPEC: docs/normalization.md: what a profile refuses, a rule may write; so here it
/// counts as what it keeps.
fn lenient(mut by: Normalization) -> Normalization {
    if by.escaped_slashes == EscapedSlashes::Reject {
        by.escaped_slashes = EscapedSlashes::Keep;
    }
    if by.path_parameters == PathParameters::Reject {
        by.path_parameters = PathParameters::Keep;
    }
    by.malformed_escapes = MalformedEscapes::Keep;
    by
}

/// A path that a rule states, canonical up to its query; what has no canonical form
/// stays.
fn constant(text: &str, by: Normalization) -> Vec<u8> {
    if text.is_empty() {
        return Vec::new();
    }
    let end = text.find('?').unwrap_or(text.len());
    let path = match text.starts_with('/') {
        true => text.as_bytes()[..end].to_vec(),
        false => [b"/", &text.as_bytes()[..end]].concat(),
    };
    let path = normalize(&path, lenient(by)).map_or(path, |canonical| canonical.path);
    [&path, &text.as_bytes()[end..]].concat()
}

/// The prefix that a match names.
fn prefix(matched: Option<&RouteMatch>) -> Option<&str> {
    // SPEC: `RouteMatch::path_raw`: such a match names no prefix.
    match matched.filter(|item| !item.path_raw).map(|item| &item.path) {
        Some(PathMatch::Prefix(prefix)) => Some(prefix),
        // SPEC: gateway-api.md 3.3: of a segment prefix, a trailing slash is no part.
        Some(PathMatch::Segments(prefix)) => Some(prefix.strip_suffix('/').unwrap_or(prefix)),
        // SPEC: `PathRewrite::Prefix`: where the match names none, nothing changes.
        _ => None,
    }
}

fn replace_prefix(path: &[u8], prefix: &[u8], replacement: &[u8], join: PrefixJoin) -> Vec<Piece> {
    let after = |prefix: &[u8]| path.get(prefix.len()..).unwrap_or_default();
    let (own, rest) = match join {
        // SPEC: gateway-api.md 7.2, the algorithm that satisfies all rows.
        PrefixJoin::Segments => (without_slash(replacement), after(without_slash(prefix))),
        // SPEC: app-mesh.md 2.3: `/red/tell` without `/red` is `/tell`, not `//tell`.
        PrefixJoin::OneSlash => {
            let rest = after(prefix);
            let rest = match replacement.ends_with(b"/") {
                true => rest.strip_prefix(b"/").unwrap_or(rest),
                false => rest,
            };
            (replacement, rest)
        }
        PrefixJoin::Literal => (replacement, after(prefix)),
    };
    Vec::from([
        (Source::Rule, own.to_vec()),
        (Source::Request, rest.to_vec()),
    ])
}

/// SPEC: architecture 6: a rewritten path starts with exactly one slash.
fn rooted(path: &[u8]) -> Vec<u8> {
    let rest = path
        .iter()
        .position(|byte| *byte != b'/')
        .unwrap_or(path.len());
    [b"/", &path[rest..]].concat()
}
