//! Paths and hosts of matches: whether they take a request, found without the tries
//! and the indexes that the search uses, and how they are told.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::readable;
use super::trial::test_text;
use crate::matcher::facts::raw_path;
use crate::matcher::scratch::HostView;
use crate::matcher::walk::Search;
use crate::table::entry::Entry;
use crate::table::host::{HostIndex, HostKind};
use crate::table::names::{EntryName, PathName, PathText};
use crate::table::path_test::{PathTest, TestKind};
use crate::table::predicate::ValueTest;
use crate::table::text::Text;
use crate::table::{NONE, Sections, StageEntry};
use crate::vocabulary::HostForm;

/// What a scope's host is compared with: with its port where the scope has one.
pub(super) fn host_seen<'h>(
    sections: &Sections,
    stage: &StageEntry,
    scope: u32,
    host: HostView<'h>,
) -> &'h [u8] {
    let scope = sections.scopes.get(scope as usize);
    match scope.is_some_and(|scope| scope.port != NONE) {
        true => host.authority,
        false => in_form(stage, host),
    }
}

/// The host in the form that a stage compares.
fn in_form<'h>(stage: &StageEntry, host: HostView<'h>) -> &'h [u8] {
    match stage.host_form {
        HostForm::Name => host.name,
        HostForm::Authority => host.authority,
    }
}

/// The scopes of a stage that take a host, found without the index's hashes, in
/// the order in which the search goes through them.
pub(super) fn taking_scopes(
    sections: &Sections,
    stage: &StageEntry,
    host: Option<HostView<'_>>,
) -> Vec<u32> {
    let name = host.map(|host| in_form(stage, host));
    let hosts = taking_hosts(sections, &stage.hosts, name);
    let port = host.and_then(|host| host.port);
    let scopes = stage.scopes.of(&sections.scopes);
    let mut taking = Vec::new();
    for first in hosts {
        let mut at = first;
        while let Some(scope) = scopes.get(at as usize) {
            if scope.takes_port(port) {
                taking.push(at);
            }
            at = scope.next;
        }
    }
    taking
}

fn taking_hosts(sections: &Sections, index: &HostIndex, host: Option<&[u8]>) -> Vec<u32> {
    let mut taking: Vec<(u8, usize, usize, u32)> = Vec::new();
    for pattern in index.patterns() {
        let text = sections.text.get(pattern.text);
        let rest = host.and_then(|host| match pattern.kind {
            HostKind::WildcardPrefix => host.strip_prefix(text),
            _ => host.strip_suffix(text),
        });
        if rest.is_some_and(|rest| pattern.kind.takes(rest)) {
            let class = match pattern.kind {
                HostKind::Exact => 0,
                HostKind::WildcardPrefix => 2,
                _ => 1,
            };
            let kinds = HostKind::TAILS.iter();
            let kind = kinds.take_while(|&&kind| kind != pattern.kind).count();
            taking.push((class, usize::MAX - text.len(), kind, pattern.value));
        }
    }
    taking.sort_unstable();
    let mut scopes: Vec<u32> = taking.into_iter().map(|(.., scope)| scope).collect();
    for regex in &index.regexes {
        if host.is_some_and(|host| regex.is_match(host)) {
            scopes.push(regex.value);
        }
    }
    scopes.extend(index.any);
    scopes
}

/// The host of a scope as written, `*` for any; its number in a table without names.
pub(super) fn scope_host(sections: &Sections, scope: u32) -> String {
    match sections.names.scopes.get(scope as usize) {
        Some(&text) if text.len > 0 => readable(sections.names.text.get(text)),
        Some(_) => "*".to_string(),
        None => alloc::format!("scope {scope}"),
    }
}

fn name_of(sections: &Sections, id: u32) -> PathName {
    let name = sections.names.entries.get(id as usize);
    name.map_or(PathName::default(), EntryName::path)
}

/// The path that a match is compared with.
pub(super) fn path_seen<'p>(
    search: &Search<'_, 'p>,
    entry: &Entry<'_>,
    path: &'p [u8],
) -> &'p [u8] {
    match entry.common.flags & Entry::RAW_PATH != 0 {
        true => raw_path(search.request).unwrap_or(&[]),
        false => path,
    }
}

/// Whether a match takes a path.
pub(super) fn path_holds(
    search: &mut Search<'_, '_>,
    id: u32,
    entry: &Entry<'_>,
    path: &[u8],
) -> bool {
    let sections = search.sections;
    let name = name_of(sections, id);
    let text = |kind, text| PathTest {
        kind,
        text,
        ignore_case: name.ignore_case,
    };
    let test = match name.text {
        PathText::Any => return true,
        PathText::Exact(want) => text(TestKind::Exact, want),
        PathText::Prefix(want) => text(TestKind::Prefix, want),
        PathText::Segments(want) => {
            // SPEC: HTTPPathMatch PathPrefix: a trailing slash does not count.
            let has_slash = sections.names.text.get(want).ends_with(b"/");
            let want = Text {
                len: want.len - u32::from(has_slash),
                ..want
            };
            text(TestKind::Segments, want)
        }
        PathText::Suffix(want) => text(TestKind::Suffix, want),
        PathText::Contains(want) if !name.ignore_case => text(TestKind::Contains, want),
        PathText::Template(want) if entry.common.path_regex == NONE => {
            return segments_hold(sections.names.text.get(want), path, name.ignore_case);
        }
        PathText::Contains(_)
        | PathText::Glob(_)
        | PathText::Template(_)
        | PathText::Regex(_)
        | PathText::RegexStart(_)
        | PathText::RegexSearch(_) => return search.matches_regex(entry.common.path_regex, path),
        PathText::Grpc => return search.is_grpc_path(entry.common.grpc, path),
    };
    test.holds(&sections.names.text, path)
}

/// Whether a template of whole segments takes a path.
fn segments_hold(template: &[u8], path: &[u8], ignore_case: bool) -> bool {
    let (mut wanted, mut found) = (template.split(is_slash), path.split(is_slash));
    loop {
        let (want, found) = match (wanted.next(), found.next()) {
            (None, None) => return true,
            (Some(want), Some(found)) => (want, found),
            _ => return false,
        };
        let hole = want
            .strip_prefix(b"{")
            .and_then(|want| want.strip_suffix(b"}"));
        // Two braces are one that is text.
        let hole = hole.filter(|hole| hole.first() != Some(&b'{'));
        let pattern = match hole {
            Some(hole) => match memchr::memchr(b'=', hole) {
                Some(equals) => hole.get(equals + 1..).unwrap_or(b"*"),
                None => b"*",
            },
            None => want,
        };
        let holds = match pattern {
            b"**" => return true,
            b"*" => !found.is_empty(),
            text => {
                let text = Vec::from_iter(text.iter().enumerate().filter_map(|(at, &byte)| {
                    let before = text.get(..at).unwrap_or(&[]).iter().rev();
                    let braces = before.take_while(|&&other| other == byte).count();
                    let is_second = matches!(byte, b'{' | b'}') && braces % 2 == 1;
                    (!is_second).then_some(byte)
                }));
                match ignore_case {
                    true => found.eq_ignore_ascii_case(&text),
                    false => found == text,
                }
            }
        };
        if !holds {
            return false;
        }
    }
}

fn is_slash(byte: &u8) -> bool {
    *byte == b'/'
}

/// What a match asks of the path.
pub(super) fn path_text(sections: &Sections, id: u32, entry: &Entry<'_>) -> String {
    let name = name_of(sections, id);
    let of = |kind: &str, text| format!("{kind} {}", readable(sections.names.text.get(text)));
    let mut told = match name.text {
        PathText::Any => return "any path".to_string(),
        PathText::Exact(want) => of("exact", want),
        PathText::Prefix(want) => of("string prefix", want),
        PathText::Segments(want) => of("segment prefix", want),
        PathText::Suffix(want) => of("suffix", want),
        PathText::Contains(want) => of("containing", want),
        PathText::Glob(want) => of("glob", want),
        PathText::Template(want) => of("template", want),
        PathText::Regex(want) => of("regex", want),
        PathText::RegexStart(want) => of("regex from the start", want),
        PathText::RegexSearch(want) => of("regex anywhere", want),
        PathText::Grpc => grpc_text(sections, entry),
    };
    if name.ignore_case {
        told.push_str(", ignoring case");
    }
    if name.raw {
        told.push_str(", as it came");
    }
    told
}

fn grpc_text(sections: &Sections, entry: &Entry<'_>) -> String {
    let test = sections.predicates.grpc.get(entry.common.grpc as usize);
    let part = |test: Option<ValueTest>| match test {
        Some(test) => test_text(sections, test),
        None => "any".to_string(),
    };
    match test {
        Some(test) => format!(
            "gRPC service {}, method {}",
            part(test.service),
            part(test.method)
        ),
        None => "any gRPC method".to_string(),
    }
}
