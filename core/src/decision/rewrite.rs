//! The path that is sent on.

use alloc::vec::Vec;

use crate::matcher::normalize;
use crate::matcher::request::Request;
use crate::matcher::scratch::PathBuffers;
use crate::table::action::{Actions, PathRewriteEntry};
use crate::table::text::TextPool;
use crate::table::{NONE, Sections};
use crate::vocabulary::{Normalization, PrefixJoin};

/// Rewrites the path as it stands; `false` where the result has no room.
pub(crate) fn apply(
    sections: &Sections,
    paths: &mut PathBuffers,
    request: &Request<'_>,
    candidate: u32,
    rewrite: PathRewriteEntry,
    profile: Normalization,
) -> bool {
    let prefix_len = sections.prefix_len(candidate);
    // A match without a prefix has nothing to replace.
    if prefix_len == NONE && matches!(rewrite, PathRewriteEntry::Prefix { .. }) {
        return true;
    }
    let mut spare = core::mem::take(&mut paths.spare);
    spare.clear();
    let path = paths.get(request);
    let fits = write(&sections.text, path, prefix_len, rewrite, &mut spare);
    if !fits {
        paths.spare = spare;
        return false;
    }
    paths.spare = core::mem::replace(&mut paths.current, spare);
    paths.changed = true;
    make_canonical(paths, profile);
    true
}

/// Writes the rewritten path; `false` where it has no room.
pub(crate) fn write(
    text: &TextPool,
    path: &[u8],
    prefix_len: u32,
    rewrite: PathRewriteEntry,
    out: &mut Vec<u8>,
) -> bool {
    let (head, rest) = match rewrite {
        PathRewriteEntry::Full(path) => (text.get(path), &[][..]),
        PathRewriteEntry::Prefix { replacement, join } => {
            let replacement = text.get(replacement);
            let (prefix, rest) = path
                .split_at_checked(prefix_len as usize)
                .unwrap_or((path, &[]));
            match join {
                // Of a string prefix that ends in a slash, the slash stays with the rest.
                PrefixJoin::Segments if prefix.ends_with(b"/") => {
                    let rest = path.get(prefix.len() - 1..).unwrap_or(rest);
                    (trim_slash(replacement), rest)
                }
                // SPEC: Gateway API, HTTPPathModifier.replacePrefixMatch, table of
                // examples: trailing slashes of prefix and replacement do not count.
                PrefixJoin::Segments => (trim_slash(replacement), rest),
                // SPEC: App Mesh user guide, gateway routes: /red/tell, prefix /red,
                // default rewrite: /tell.
                PrefixJoin::OneSlash if replacement.ends_with(b"/") => {
                    (replacement, rest.strip_prefix(b"/").unwrap_or(rest))
                }
                PrefixJoin::OneSlash | PrefixJoin::Literal => (replacement, rest),
            }
        }
    };
    let needs_slash = match head.first() {
        Some(&byte) => byte != b'/',
        None => rest.first() != Some(&b'/'),
    };
    let length = head.len() + rest.len() + usize::from(needs_slash);
    if out.capacity() - out.len() < length {
        return false;
    }
    if needs_slash {
        out.push(b'/');
    }
    out.extend_from_slice(head);
    out.extend_from_slice(rest);
    true
}

/// Makes a rewritten path canonical: joining can make a dot segment out of two
/// halves, and `//host` would be read as another host by whoever follows it.
fn make_canonical(paths: &mut PathBuffers, profile: Normalization) {
    merge_leading_slashes(&mut paths.current);
    if paths.current.first() == Some(&b'/') && !normalize::is_canonical(profile, &paths.current) {
        paths.spare.clear();
        normalize::append_canonical(profile, &paths.current, &mut paths.spare);
        core::mem::swap(&mut paths.spare, &mut paths.current);
        // `/x/..//host` has become `//host`.
        merge_leading_slashes(&mut paths.current);
    }
}

fn merge_leading_slashes(path: &mut Vec<u8>) {
    let slashes = path.iter().take_while(|&&byte| byte == b'/').count();
    if slashes > 1 {
        path.drain(..slashes - 1);
    }
}

fn trim_slash(text: &[u8]) -> &[u8] {
    text.strip_suffix(b"/").unwrap_or(text)
}

impl Sections {
    /// Length of the prefix that a candidate's match names, or [`NONE`].
    pub(crate) fn prefix_len(&self, candidate: u32) -> u32 {
        let entry = self
            .paths
            .candidates
            .get(candidate as usize)
            .map(|c| c.entry);
        entry
            .and_then(|entry| self.entries.get(entry as usize))
            .map_or(NONE, |e| e.prefix_len)
    }
}

impl Actions {
    pub(crate) fn longest_replacement(&self, text: &TextPool) -> usize {
        let of_rewrites = self.rewrites.iter().filter_map(|rewrite| rewrite.path);
        let of_redirects = self.redirects.iter().filter_map(|redirect| redirect.path);
        of_rewrites
            .chain(of_redirects)
            .map(|path| match path {
                PathRewriteEntry::Full(path) => text.get(path).len() + 1,
                PathRewriteEntry::Prefix { replacement, .. } => text.get(replacement).len() + 1,
            })
            .max()
            .unwrap_or(0)
    }
}
