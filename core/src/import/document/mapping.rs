//! Closing an object: keys that repeat, keys that are no scalars, merge keys.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::build::{Builder, Refusal};
use super::classify::shorten;
use super::{DAMAGED, Documents, Kind, MERGE, OWNED, template};
use crate::diagnostic::Severity;
use crate::diagnostic::codes::read as codes;

/// Up to here keys are compared pair by pair; above they are sorted.
const FEW: u32 = 16;

/// Moves the entries of the object that closes from `pending` into the arena, in
/// the order in which Kubernetes applies them. Gives [`DAMAGED`] where the object
/// is not what was written.
pub(super) fn close(
    builder: &mut Builder<'_, '_>,
    first: usize,
    start: usize,
) -> Result<u8, Refusal> {
    let mut damaged = 0;
    // Where in the object's entries merged ones lie, in order.
    let mut merged = Vec::new();
    let base = builder.documents.entries.len();
    let mut at = first;
    while let (Some(&key), Some(&value)) = (builder.pending.get(at), builder.pending.get(at + 1)) {
        at += 2;
        let Some(node) = builder.documents.nodes.get(key as usize).copied() else {
            continue;
        };
        let place = (node.start as usize, node.end as usize);
        if node.is(MERGE) {
            let from = builder.documents.entries.len() - base;
            damaged |= merge(builder, value, place)?;
            merged.push(from as u32..(builder.documents.entries.len() - base) as u32);
        } else if matches!(node.kind, Kind::Seq | Kind::Map | Kind::Null) {
            damaged = DAMAGED;
            report_invalid_key(builder, node.kind, start, place);
        } else {
            builder.documents.entries.push((key, value));
        }
    }
    Ok(damaged | remove_repeated(builder, base, &merged))
}

/// Appends the entries of the merged objects.
///
/// SPEC: yaml.org/type/merge.html: objects earlier in a merged list override
/// later ones, so they are appended last, where they win.
fn merge(builder: &mut Builder<'_, '_>, value: u32, place: (usize, usize)) -> Result<u8, Refusal> {
    let Documents { nodes, items, .. } = &builder.documents;
    let object = |index: u32| {
        let node = nodes
            .get(index as usize)
            .filter(|node| node.kind == Kind::Map)?;
        Some(node.range())
    };
    let ranges: Option<Vec<Range<usize>>> = match nodes.get(value as usize) {
        Some(list) if list.kind == Kind::Seq => {
            let items = items.get(list.range()).unwrap_or(&[]);
            items.iter().rev().map(|&item| object(item)).collect()
        }
        _ => object(value).map(|range| alloc::vec![range]),
    };
    let Some(ranges) = ranges else {
        let message = "the merge key's value is not an object or a list of objects";
        builder.report(Severity::Error, codes::INVALID_MERGE, place, message, None);
        return Ok(DAMAGED);
    };
    // Merging copies, so that it counts like an alias: merges within merges
    // would otherwise multiply what they hold.
    builder.count_aliased(ranges.iter().map(ExactSizeIterator::len).sum(), place)?;
    for range in ranges {
        builder.documents.entries.extend_from_within(range);
    }
    Ok(0)
}

/// Keeps the last entry of each key. A key that the object itself holds twice is
/// an error; a merged one is overridden silently.
///
/// SPEC: goyaml.v2 decode.go `mapping` and `merge`: entries are applied in written
/// order, merges among them, so that the last one stands. yaml.org/type/merge.html
/// lets the object's own keys win wherever the merge is written, so a merge after
/// the key that it overrides is warned of.
fn remove_repeated(builder: &mut Builder<'_, '_>, base: usize, merged: &[Range<u32>]) -> u8 {
    let documents = &builder.documents;
    let entries = documents.entries.get(base..).unwrap_or(&[]);
    let key = |at: u32| {
        let node = entries
            .get(at as usize)
            .and_then(|&(key, _)| documents.nodes.get(key as usize));
        node.and_then(|node| documents.text(node)).unwrap_or("")
    };
    // Texts lie far from nodes, and most keys of an object differ in length.
    let length = |at: u32| {
        let node = entries
            .get(at as usize)
            .and_then(|&(key, _)| documents.nodes.get(key as usize))?;
        (!node.is(OWNED)).then(|| node.range().len())
    };
    let may_repeat = |a: u32, b: u32| match (length(a), length(b)) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    };
    let repeats =
        |at: u32| (0..at).any(|earlier| may_repeat(earlier, at) && key(earlier) == key(at));
    let is_merged = |at: u32| {
        let next = merged.partition_point(|range| range.end <= at);
        merged.get(next).is_some_and(|range| range.contains(&at))
    };
    let count = entries.len() as u32;
    if count <= FEW && !(1..count).any(repeats) {
        return 0;
    }
    let order = &mut builder.order;
    order.clear();
    order.extend(0..count);
    order.sort_unstable_by(|&a, &b| key(a).cmp(key(b)).then(a.cmp(&b)));
    let mut goes = Vec::new();
    let mut repeated = Vec::new();
    let mut overridden = Vec::new();
    for run in order.chunk_by(|&a, &b| key(a) == key(b)) {
        let [earlier @ .., last] = run else { continue };
        goes.extend_from_slice(earlier);
        let mut own = None;
        for &at in run.iter().filter(|_| !earlier.is_empty()) {
            if !is_merged(at)
                && let Some(first) = own.replace(at)
            {
                repeated.push((at, first));
            }
        }
        if let Some(own) = own.filter(|own| own != last) {
            overridden.push(own);
        }
    }
    repeated.sort_unstable();
    overridden.sort_unstable();
    goes.sort_unstable();
    let damaged = if repeated.is_empty() { 0 } else { DAMAGED };
    for (later, earlier) in repeated {
        report_repeated(builder, base + later as usize, base + earlier as usize);
    }
    for own in overridden {
        report_overridden(builder, base + own as usize);
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

fn report_overridden(builder: &mut Builder<'_, '_>, own: usize) {
    let documents = &builder.documents;
    let key = documents
        .entries
        .get(own)
        .and_then(|&(key, _)| documents.nodes.get(key as usize));
    let Some(key) = key else { return };
    let text = shorten(documents.text(key).unwrap_or(""));
    let message = format!("the key '{text}' is overridden by the merge key after it");
    let help = String::from("write the merge key first, or drop the key");
    let place = (key.start as usize, key.end as usize);
    builder.report(
        Severity::Warning,
        codes::OVERRIDDEN_KEY,
        place,
        message,
        Some(help),
    );
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
