//! Rewrites and redirects: what is sent on, or answered, in place of what came.

use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;

use super::super::Build;
use super::format::constant;
use super::{Broken, Place};
use crate::diagnostic::codes::compile as codes;
use crate::matcher::authority::{MAX_HOST, host_of, strip_port};
use crate::model::{Format, HostRewrite, PathRewrite, QueryEdit, QueryRewrite, Redirect, Rewrite};
use crate::table::action::{
    HostRewriteEntry, PathRewriteEntry, QueryEditEntry, QueryRewriteEntry, RedirectEntry,
    RewriteEntry,
};
use crate::table::format::Value;
use crate::table::text::{Range32, Text};

impl Build<'_> {
    /// Adds a filter's rewrite to those before it; of each part the last one counts.
    pub(super) fn rewrite(
        &mut self,
        place: &Place<'_>,
        rewrite: &Rewrite,
        entry: &mut RewriteEntry,
    ) -> Result<(), Broken> {
        if let Some(host) = &rewrite.host {
            entry.host = Some(match host {
                HostRewrite::To(host) => HostRewriteEntry::To(self.host(place, host, true)?),
                HostRewrite::FromPath(substitution) => HostRewriteEntry::FromPath(
                    self.substitution(place, "host rewrite", substitution)?,
                ),
                HostRewrite::Backend => HostRewriteEntry::Backend,
            });
        }
        if let Some(path) = &rewrite.path {
            entry.path = Some(self.path_rewrite(place, path)?);
        }
        if let Some(query) = &rewrite.query {
            entry.query = Some(self.query_rewrite(place, query)?);
        }
        if let Some(method) = &rewrite.method {
            // SPEC: RFC 9110 9.3.6: CONNECT asks for a tunnel to an authority, never for
            // a path.
            if !is_token(method) || method == "CONNECT" {
                let method = method.escape_default();
                let message = format!("{place}: '{method}' is no method that a path is asked by");
                self.complain(place, codes::INVALID_REWRITE, message);
                return Err(Broken);
            }
            entry.method = Some(self.text(method));
        }
        Ok(())
    }

    pub(super) fn redirect(
        &mut self,
        place: &Place<'_>,
        redirect: &Redirect,
    ) -> Result<u32, Broken> {
        if !is_redirect(redirect.status) || redirect.port == Some(0) {
            let message = match redirect.port {
                Some(0) => format!("{place}: a redirect cannot name port 0"),
                _ => format!(
                    "{place}: a redirect's status is 300 to 303, 307 or 308, not {}",
                    redirect.status
                ),
            };
            self.complain(place, codes::INVALID_REWRITE, message);
            return Err(Broken);
        }
        let host = redirect.host.as_ref();
        let host = host.map(|host| self.host(place, host, false)).transpose()?;
        let path = redirect.path.as_ref();
        let path = path.map(|path| self.path_rewrite(place, path));
        let query = redirect.query.as_ref();
        let query = query.map(|query| self.query_rewrite(place, query));
        let entry = RedirectEntry {
            scheme: redirect.scheme,
            host,
            port: redirect.port,
            path: path.transpose()?,
            query: query.transpose()?,
            status: redirect.status,
        };
        let section = &mut self.sections.actions.redirects;
        Ok(self.known.redirects.one(section, entry))
    }

    /// A host; what has no holes must be one.
    fn host(
        &mut self,
        place: &Place<'_>,
        host: &Format,
        takes_port: bool,
    ) -> Result<Value, Broken> {
        let value = self.format(place, "host", host)?;
        let Value::Text(text) = value else {
            return Ok(value);
        };
        let bytes = self.interner.get(text);
        let has_no_port = strip_port(bytes) == Some(bytes);
        if host_of(bytes, &mut [0; MAX_HOST]).is_some() && (takes_port || has_no_port) {
            return Ok(value);
        }
        let message = format!("{place}: '{host}' is no host");
        self.complain(place, codes::INVALID_REWRITE, message);
        Err(Broken)
    }

    fn path_rewrite(
        &mut self,
        place: &Place<'_>,
        rewrite: &PathRewrite,
    ) -> Result<PathRewriteEntry, Broken> {
        match rewrite {
            PathRewrite::Full(format) => match constant(format) {
                Some(text) => {
                    let text = self.constant_path(place, &text)?;
                    Ok(PathRewriteEntry::Full(Value::Text(text)))
                }
                None => {
                    self.sections.actions.most.queries = true;
                    let value = self.format(place, "path rewrite", format)?;
                    Ok(PathRewriteEntry::Full(value))
                }
            },
            PathRewrite::Prefix { replacement, join } => Ok(PathRewriteEntry::Prefix {
                replacement: self.constant_path(place, replacement)?,
                join: *join,
            }),
            PathRewrite::Regex(substitution) => {
                self.sections.actions.most.queries = true;
                let entry = self.substitution(place, "path rewrite", substitution)?;
                Ok(PathRewriteEntry::Regex(entry))
            }
        }
    }

    /// A path that the rule itself states, with a slash before it where it has none.
    fn constant_path(&mut self, place: &Place<'_>, path: &str) -> Result<Text, Broken> {
        let limit = self.limits.replacement;
        if path.len() > limit {
            let message = format!(
                "{place}: the replacement path is {} bytes long, over the limit of {limit} \
                 (Limits::replacement)",
                path.len(),
            );
            self.complain(place, codes::REPLACEMENT_TOO_LONG, message);
            return Err(Broken);
        }
        if !self.may_leave(place, path) {
            return Err(Broken);
        }
        if path.bytes().any(|byte| matches!(byte, b' ' | b'\t' | b'#')) {
            let message =
                format!("{place}: '{path}' is no path: it holds a space or '#', unescaped");
            self.complain(place, codes::INVALID_REWRITE, message);
            return Err(Broken);
        }
        if path.contains('?') {
            self.sections.actions.most.queries = true;
        }
        let rooted = match path.is_empty() || path.starts_with('/') {
            true => Cow::Borrowed(path),
            false => Cow::Owned(format!("/{path}")),
        };
        Ok(self.text(&rooted))
    }

    fn query_rewrite(
        &mut self,
        place: &Place<'_>,
        rewrite: &QueryRewrite,
    ) -> Result<QueryRewriteEntry, Broken> {
        self.sections.actions.most.queries = true;
        match rewrite {
            QueryRewrite::To(format) => {
                let value = self.format(place, "query", format)?;
                Ok(QueryRewriteEntry::To(value))
            }
            QueryRewrite::Edit(edits) => {
                let edits = self.query_edits(place, edits)?;
                Ok(QueryRewriteEntry::Edit(edits))
            }
        }
    }

    fn query_edits(&mut self, place: &Place<'_>, edits: &[QueryEdit]) -> Result<Range32, Broken> {
        let limit = self.limits.header_edits;
        if edits.len() > limit {
            let count = edits.len();
            let message = format!(
                "{place} has {count} edits of the query, over the limit of {limit} \
                 (Limits::header_edits)"
            );
            self.complain(place, codes::TOO_MANY_EDITS, message);
            return Err(Broken);
        }
        let mut entries = Vec::with_capacity(edits.len());
        for edit in edits {
            entries.push(match edit {
                QueryEdit::Set { name, value } => QueryEditEntry::Set {
                    name: self.text(name),
                    value: self.format(place, "query parameter", value)?,
                },
                QueryEdit::Add { name, value } => QueryEditEntry::Add {
                    name: self.text(name),
                    value: self.format(place, "query parameter", value)?,
                },
                QueryEdit::Remove { name } => QueryEditEntry::Remove {
                    name: self.text(name),
                },
                QueryEdit::Keep { names } => {
                    let names: Vec<_> = names.iter().map(|name| self.text(name)).collect();
                    let section = &mut self.sections.actions.words;
                    QueryEditEntry::Keep {
                        names: self.known.words.run(section, &names),
                    }
                }
            });
        }
        let section = &mut self.sections.actions.query_edits;
        Ok(self.known.query_edits.run(section, &entries))
    }
}

/// Whether clients go where an answer of this status names a location.
// SPEC: RFC 9110 15.4: 304 says that nothing changed, 305 is deprecated, 306 unused; the
// rest is not assigned.
fn is_redirect(status: u16) -> bool {
    matches!(status, 300..=303 | 307 | 308)
}

/// Whether a text is a token: a method, a header's name.
// SPEC: RFC 9110 5.6.2.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
