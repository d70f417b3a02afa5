//! Closing an object: keys that repeat, keys that are no scalars, merge keys.

use alloc::format;
use alloc::vec::Vec;

use super::build::{Builder, shorten};
use super::{DAMAGED, Kind, MERGE, template};
use crate::diagnostic::Severity;
use crate::diagnostic::codes::read as codes;

/// Up to here keys are compared pair by pair; above they are sorted.
const FEW: u32 = 16;

/// Moves the entries of the object that closes from `pending` into the arena.
/// Gives [`DAMAGED`] where the object is not what was written.
pub(super) fn close(builder: &mut Builder<'_, '_>, first: usize, start: usize) -> u8 {
    let mut damaged = 0;
    let mut merges = false;
    let base = builder.documents.entries.len();
    let mut at = first;
    while let (Some(&key), Some(&value)) = (builder.pending.get(at), builder.pending.get(at + 1)) {
        at += 2;
        let Some(node) = builder.documents.nodes.get(key as usize).copied() else {
            continue;
        };
        if node.is(MERGE) {
            merges = true;
        } else if matches!(node.kind, Kind::Seq | Kind::Map | Kind::Null) {
            damaged = DAMAGED;
            report_invalid_key(
                builder,
                node.kind,
                start,
                (node.start as usize, node.end as usize),
            );
        } else {
            builder.documents.entries.push((key, value));
        }
    }
    let written = builder.documents.entries.len() - base;
    if merges {
        damaged |= merge(builder, first);
    }
    damaged | remove_repeated(builder, base, written)
}

/// Appends the entries of the merged objects, in order of precedence.
///
/// SPEC: yaml.org/type/merge.html: keys of the object itself come before merged
/// ones, and objects earlier in a merged list before later ones.
fn merge(builder: &mut Builder<'_, '_>, first: usize) -> u8 {
    let mut damaged = 0;
    let mut at = first;
    while let (Some(&key), Some(&value)) = (builder.pending.get(at), builder.pending.get(at + 1)) {
        at += 2;
        let nodes = &builder.documents.nodes;
        let Some(node) = nodes
            .get(key as usize)
            .filter(|node| node.is(MERGE))
            .copied()
        else {
            continue;
        };
        let Some(merged) = nodes.get(value as usize).copied() else {
            continue;
        };
        let range = if merged.kind == Kind::Seq {
            merged.range()
        } else {
            0..0
        };
        let mut sound = matches!(merged.kind, Kind::Seq | Kind::Map);
        // The limits count what merging adds: an alias adds its whole weight to
        // the document, and an object written in place has been counted.
        let documents = &mut builder.documents;
        if merged.kind == Kind::Map {
            documents.entries.extend_from_within(merged.range());
        }
        for at in range {
            let item = documents
                .items
                .get(at)
                .and_then(|&item| documents.nodes.get(item as usize));
            match item {
                Some(item) if item.kind == Kind::Map => {
                    let range = item.range();
                    documents.entries.extend_from_within(range);
                }
                _ => sound = false,
            }
        }
        if !sound {
            damaged = DAMAGED;
            let place = (node.start as usize, node.end as usize);
            let message = "the merge key's value is not an object or a list of objects";
            builder.report(Severity::Error, codes::INVALID_MERGE, place, message, None);
        }
    }
    damaged
}

/// Removes entries whose key stands again with more right to it: merged ones
/// silently, written ones with an error.
fn remove_repeated(builder: &mut Builder<'_, '_>, base: usize, written: usize) -> u8 {
    let documents = &builder.documents;
    let entries = documents.entries.get(base..).unwrap_or(&[]);
    let key = |at: u32| {
        let node = entries
            .get(at as usize)
            .and_then(|&(key, _)| documents.nodes.get(key as usize));
        node.and_then(|node| documents.text(node)).unwrap_or("")
    };
    let count = entries.len() as u32;
    if count <= FEW && (1..count).all(|at| (0..at).all(|earlier| key(earlier) != key(at))) {
        return 0;
    }
    let order = &mut builder.order;
    order.clear();
    order.extend(0..count);
    order.sort_unstable_by(|&a, &b| key(a).cmp(key(b)).then(a.cmp(&b)));
    let mut repeated = Vec::new();
    let mut goes = Vec::new();
    for pair in order.windows(2) {
        let &[earlier, later] = pair else { continue };
        if key(earlier) != key(later) {
            continue;
        }
        if (later as usize) < written {
            // SPEC: a key written twice is an error, as in strict decoding of
            // sigs.k8s.io/yaml; the tree keeps the last, as lenient decoding does.
            repeated.push((later, earlier));
            goes.push(earlier);
        } else {
            goes.push(later);
        }
    }
    repeated.sort_unstable();
    goes.sort_unstable();
    let damaged = if repeated.is_empty() { 0 } else { DAMAGED };
    for (later, earlier) in repeated {
        report_repeated(builder, base + later as usize, base + earlier as usize);
    }
    remove(&mut builder.documents.entries, base, &goes);
    damaged
}

/// Removes the entries of these numbers, counted from `base`, in order.
fn remove(entries: &mut Vec<(u32, u32)>, base: usize, goes: &[u32]) {
    let mut goes = goes.iter().copied().peekable();
    let mut to = base;
    for from in base..entries.len() {
        if goes.next_if_eq(&((from - base) as u32)).is_none() {
            entries.swap(to, from);
            to += 1;
        }
    }
    entries.truncate(to);
}

fn report_repeated(builder: &mut Builder<'_, '_>, later: usize, earlier: usize) {
    let documents = &builder.documents;
    let key = |at: usize| {
        let &(key, _) = documents.entries.get(at)?;
        documents.nodes.get(key as usize)
    };
    let (Some(later), Some(earlier)) = (key(later), key(earlier)) else {
        return;
    };
    let text = shorten(documents.text(later).unwrap_or(""));
    let line = documents
        .sources
        .get(earlier.source)
        .map_or(0, |file| file.line(earlier.start as usize));
    let message = format!("the key '{text}' is written twice in one object, first in line {line}");
    let place = (later.start as usize, later.end as usize);
    builder.report(Severity::Error, codes::DUPLICATE_KEY, place, message, None);
}

/// Reports a key that is no scalar, or nothing. `{{ .Values.x }}` is read as an
/// object with an object for its key, so this is where most templates surface.
fn report_invalid_key(
    builder: &mut Builder<'_, '_>,
    kind: Kind,
    start: usize,
    place: (usize, usize),
) {
    if builder
        .file
        .text
        .get(start..)
        .is_some_and(|text| text.starts_with("{{"))
    {
        if !builder.template_reported() {
            let refusal = template::refusal(builder.file.text, start);
            builder.report(
                Severity::Error,
                refusal.code,
                (refusal.start, refusal.end),
                refusal.message,
                refusal.help,
            );
        }
        return;
    }
    let message = format!("a key must be text, and this one is {}", name(kind));
    builder.report(Severity::Error, codes::INVALID_KEY, place, message, None);
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Seq => "a list",
        Kind::Map => "an object",
        _ => "null",
    }
}
