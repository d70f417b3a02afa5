//! Routes between which App Mesh does not choose.
//!
//! SPEC: priority decides, and without it the longest prefix (user guide,
//! gateway-routes; roadmap #77). Nothing is said about routes of equal priority and
//! prefix that differ in headers, method or query ("no guarantee on which route this
//! traffic will take", examples, blogs/http-headers-and-priority), nor about a path
//! against a prefix. The engine has a fixed order for them (`docs/precedence.md`);
//! the author is told, because the platform had none.
//!
//! # Complexity
//!
//! Each route is compared with at most [`MAX_RIVALS`] routes under each prefix of its
//! path, and paths longer than App Mesh allows are not looked at, so the whole is
//! linear in the routes.

use alloc::borrow::Cow;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::app_mesh as codes;
use crate::model::{HeaderMatch, HostMatch, Origin, PathMatch, RouteMatch, ValueMatch};

/// The most routes of one prefix that a route is compared with.
const MAX_RIVALS: usize = 32;

/// The longest path that is looked at. SPEC: 255 characters (CRD).
const MAX_PATH: usize = 1020;

/// A route within a stage.
#[derive(Clone, Debug)]
pub(super) struct Entry<'e> {
    /// What messages call it.
    pub(super) name: String,
    pub(super) host: Option<&'e HostMatch>,
    pub(super) priority: Option<u32>,
    pub(super) matches: &'e RouteMatch,
    /// Where its priority is written, or else its match.
    pub(super) origin: Origin,
}

/// The path of a match, as far as it can be compared.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Shape<'e> {
    Prefix(Cow<'e, str>),
    Exact(Cow<'e, str>),
    Regex(Cow<'e, str>),
}

/// What separates routes without doubt: host and priority.
type Class<'e> = (Option<&'e HostMatch>, Option<u32>);

/// Reports routes of one stage that App Mesh does not tell apart.
pub(super) fn check(entries: &[Entry<'_>], place: impl Fn(Origin) -> String) -> Vec<Diagnostic> {
    let mut by_path: BTreeMap<(Class<'_>, Shape<'_>), Vec<usize>> = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        let key = ((entry.host, entry.priority), shape(entry.matches));
        by_path.entry(key).or_default().push(index);
    }
    let lengths: BTreeSet<usize> = by_path
        .keys()
        .filter_map(|(_, shape)| match shape {
            Shape::Prefix(prefix) => Some(prefix.len()),
            _ => None,
        })
        .collect();
    let rivals = |class, shape: Shape<'_>, of: usize| {
        let known = by_path
            .get(&(class, shape))
            .map_or(&[] as &[usize], Vec::as_slice);
        let entry = entries.get(of)?;
        known
            .iter()
            .take(MAX_RIVALS)
            .filter(|&&other| other != of)
            .filter_map(|&other| Some((other, entries.get(other)?)))
            .find(|(_, other)| !disjoint(entry.matches, other.matches))
    };
    let mut found = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let class = (entry.host, entry.priority);
        let own = shape(entry.matches);
        // Two of the same path: told once, at the later one.
        let same = rivals(class, own.clone(), index).filter(|(other, _)| *other < index);
        let rival = same.map(|(_, rival)| (rival, "the same path")).or_else(|| {
            let rival = prefixes(&own, &lengths)
                .find_map(|prefix| rivals(class, Shape::Prefix(Cow::Borrowed(prefix)), index));
            rival.map(|(_, rival)| (rival, "a prefix of the path"))
        });
        if let Some((rival, how)) = rival {
            let message = format!(
                "{}: ambiguous in App Mesh: {} at {} has {how} and no other priority",
                entry.name,
                rival.name,
                place(rival.origin)
            );
            found.push(
                Diagnostic::warning(codes::AMBIGUOUS, entry.origin, message)
                    .with_help("give both a priority; lower numbers come first"),
            );
        }
    }
    found
}

fn shape(matches: &RouteMatch) -> Shape<'_> {
    match &matches.path {
        PathMatch::Prefix(prefix) | PathMatch::Segments(prefix) => {
            Shape::Prefix(Cow::Borrowed(prefix))
        }
        PathMatch::Exact(path) => Shape::Exact(Cow::Borrowed(path)),
        PathMatch::Regex(regex) => Shape::Regex(Cow::Borrowed(regex)),
        // SPEC: a gRPC service is the path /service/, a method the path /service/method.
        PathMatch::Grpc {
            service: Some(ValueMatch::Exact(service)),
            method: Some(ValueMatch::Exact(method)),
        } => Shape::Exact(Cow::Owned(format!("/{service}/{method}"))),
        PathMatch::Grpc {
            service: Some(ValueMatch::Exact(service)),
            ..
        } => Shape::Prefix(Cow::Owned(format!("/{service}/"))),
        _ => Shape::Prefix(Cow::Borrowed("/")),
    }
}

/// The prefixes of what a path surely begins with; none for a prefix, whose length
/// separates it from shorter ones. Only those of a length that occurs.
fn prefixes<'s>(shape: &'s Shape<'_>, lengths: &BTreeSet<usize>) -> impl Iterator<Item = &'s str> {
    let head = match shape {
        Shape::Prefix(_) => "",
        Shape::Exact(path) => path,
        Shape::Regex(regex) => literal_head(regex),
    };
    let head = if head.len() > MAX_PATH { "" } else { head };
    lengths
        .range(..=head.len())
        .rev()
        .filter_map(|&end| head.get(..end))
}

/// The text that every path matching a regex begins with.
pub(super) fn literal_head(regex: &str) -> &str {
    let regex = regex.strip_prefix('^').unwrap_or(regex);
    if regex.contains('|') {
        return "";
    }
    let end = regex
        .find(|c: char| ".+*?()[]{}\\^$".contains(c))
        .unwrap_or(regex.len());
    let head = regex.get(..end).unwrap_or_default();
    // A character that may repeat or be left out is not sure to be there.
    match regex.get(end..).and_then(|rest| rest.chars().next()) {
        Some('*' | '?' | '{') => {
            let last = head.char_indices().next_back().map_or(0, |(at, _)| at);
            head.get(..last).unwrap_or_default()
        }
        _ => head,
    }
}

/// Whether no request can satisfy both, as far as single predicates tell.
fn disjoint(a: &RouteMatch, b: &RouteMatch) -> bool {
    let methods = !a.methods.is_empty()
        && !b.methods.is_empty()
        && !a.methods.iter().any(|method| b.methods.contains(method));
    let schemes = matches!((a.scheme, b.scheme), (Some(a), Some(b)) if a != b);
    let query = || {
        a.query.iter().any(|a| {
            b.query
                .iter()
                .any(|b| a.name == b.name && values_exclude(&a.value, &b.value))
        })
    };
    let headers = || {
        a.headers.iter().any(|a| {
            b.headers
                .iter()
                .any(|b| a.name == b.name && headers_exclude(a, b))
        })
    };
    methods || schemes || query() || headers()
}

fn headers_exclude(a: &HeaderMatch, b: &HeaderMatch) -> bool {
    match (a.invert, b.invert) {
        (false, false) => values_exclude(&a.value, &b.value),
        (true, true) => false,
        // Absence against anything that needs presence, or a value against its opposite.
        _ => {
            let (inverted, plain) = if a.invert { (a, b) } else { (b, a) };
            inverted.value == ValueMatch::Present || inverted.value == plain.value
        }
    }
}

fn values_exclude(a: &ValueMatch, b: &ValueMatch) -> bool {
    use ValueMatch::{Exact, Prefix, Range, Suffix};
    match (a, b) {
        (Exact(a), Exact(b)) => a != b,
        (Exact(text), Prefix(prefix)) | (Prefix(prefix), Exact(text)) => !text.starts_with(prefix),
        (Exact(text), Suffix(suffix)) | (Suffix(suffix), Exact(text)) => !text.ends_with(suffix),
        (Prefix(a), Prefix(b)) => !a.starts_with(b) && !b.starts_with(a),
        (Suffix(a), Suffix(b)) => !a.ends_with(b) && !b.ends_with(a),
        (Exact(text), Range { start, end }) | (Range { start, end }, Exact(text)) => text
            .parse::<i64>()
            .map_or(true, |number| !(*start..*end).contains(&number)),
        (
            Range {
                start: a,
                end: a_end,
            },
            Range {
                start: b,
                end: b_end,
            },
        ) => a_end <= b || b_end <= a,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{disjoint, literal_head, values_exclude};
    use crate::model::{RouteMatch, ValueMatch};
    use alloc::string::ToString;

    #[test]
    fn the_literal_head_of_a_regex_is_what_it_surely_begins_with() {
        assert_eq!(literal_head("/users/[0-9]+"), "/users/");
        assert_eq!(literal_head("^/users/[0-9]+$"), "/users/");
        assert_eq!(literal_head("/user?s"), "/use");
        assert_eq!(literal_head("/a|/b"), "");
        assert_eq!(literal_head(".*green.*"), "");
    }

    #[test]
    fn ranges_that_touch_are_disjoint() {
        let range = |start, end| ValueMatch::Range { start, end };
        assert!(values_exclude(&range(100, 150), &range(150, 200)));
        assert!(!values_exclude(&range(100, 151), &range(150, 200)));
    }

    #[test]
    fn different_methods_are_disjoint_and_a_method_against_none_is_not() {
        let of = |methods: &[&str]| RouteMatch {
            methods: methods.iter().map(ToString::to_string).collect(),
            ..RouteMatch::default()
        };
        assert!(disjoint(&of(&["GET"]), &of(&["POST"])));
        assert!(!disjoint(&of(&["GET"]), &of(&[])));
    }
}
