//! A table written as bytes and read back, beside compiling it.

use std::hint::black_box;

use fingerpost::Table;

use super::whole::{compile, each_set, rounds};
use crate::measure::{Depth, Record, stopwatch};
use crate::routes::{Set, model};

const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// Bytes a rule of snapshots, with names and without, and how many times as long compiling
/// takes as reading: of a snapshot in memory that is aligned, the least of several rounds of
/// each.
pub(super) fn time(depth: Depth, record: &mut Record<'_>) -> Result<(), String> {
    each_set(&SIZES, depth, |set| one(set, depth, record))
}

fn one(set: &Set, depth: Depth, record: &mut Record<'_>) -> Result<(), String> {
    let routes = model::sorted(set).routes;
    let mut compiling = f64::INFINITY;
    let (mut reading, mut written) = ([f64::INFINITY; 2], [f64::INFINITY; 2]);
    let mut sizes = [0; 2];
    for _ in 0..rounds(depth) {
        let (table, seconds) =
            compile(&routes, set.size()).map_err(|why| format!("{}: {why}", set.name))?;
        compiling = compiling.min(seconds);
        for (at, write) in [
            Table::to_snapshot as fn(&Table) -> Vec<u8>,
            Table::to_snapshot_without_names,
        ]
        .into_iter()
        .enumerate()
        {
            let (bytes, seconds) = stopwatch(|| write(black_box(&table)));
            written[at] = written[at].min(seconds);
            sizes[at] = bytes.len();
            let (again, seconds) = stopwatch(|| Table::from_snapshot(black_box(bytes)));
            let again = again.map_err(|error| format!("{}: {error}", set.name))?;
            reading[at] = reading[at].min(seconds);
            if again.stats().candidates != table.stats().candidates {
                return Err(format!("{}: rules are missing", set.name));
            }
        }
    }
    for (at, names) in ["with names", "without names"].into_iter().enumerate() {
        let mix = format!("{} {names}", set.name);
        let bytes = sizes[at] as f64 / set.size() as f64;
        let mut value = |unit, value: String| {
            record
                .value(set.size(), &mix, "fingerpost", unit, value)
                .map_err(|error| error.to_string())
        };
        value("bytes-per-rule", format!("{bytes:.1}"))?;
        if depth != Depth::Answers {
            value(
                "compile-over-read",
                format!("{:.1}", compiling / reading[at]),
            )?;
            value(
                "write-over-read",
                format!("{:.1}", written[at] / reading[at]),
            )?;
            value(
                "read-us-per-rule",
                format!("{:.4}", reading[at] * 1e6 / set.size() as f64),
            )?;
        }
    }
    Ok(())
}
