//! Host indexes: see `table/host.rs` for what is built here.

use alloc::vec::Vec;

use super::slots;
use super::text::Interner;
use crate::model::HostMatch;
use crate::table::hash::hash;
use crate::table::host::{HostIndex, HostKind, HostPattern};

/// An index of distinct patterns with their values.
pub(crate) fn build<'m>(
    interner: &mut Interner,
    patterns: impl Iterator<Item = (&'m HostMatch, u32)>,
) -> HostIndex {
    let mut index = HostIndex::default();
    for (host, value) in patterns {
        let (kind, text) = match host {
            HostMatch::Any => {
                index.any = Some(value);
                continue;
            }
            HostMatch::Exact(host) => (HostKind::Exact, interner.add(host.as_bytes())),
            HostMatch::Wildcard(suffix) => {
                let tail = alloc::format!(".{suffix}");
                (HostKind::Wildcard, interner.add(tail.as_bytes()))
            }
            HostMatch::Suffix(suffix) => (HostKind::Suffix, interner.add(suffix.as_bytes())),
            _ => continue,
        };
        index.patterns.push(HostPattern { text, kind, value });
        // A pattern longer than any host matches none.
        if let (true, Ok(length)) = (kind != HostKind::Exact, u16::try_from(text.len)) {
            index.tail_lengths.push(length);
        }
    }
    index
        .tail_lengths
        .sort_unstable_by(|one, other| other.cmp(one));
    index.tail_lengths.dedup();
    let patterns: Vec<HostPattern> = index.patterns.clone();
    let (seed, table) = slots::build(patterns.len(), |seed, key| {
        patterns
            .get(key)
            .map_or(0, |p| hash(seed ^ p.kind as u64, interner.get(p.text)))
    });
    index.seed = seed;
    index.slots = table;
    index
}
