//! Goes through every small table and request: see `small_scope` of the suite.
//!
//! ```text
//! small_scope [--comparisons N] [--shard I/N] [--scope paths|predicates]
//! ```
//!
//! Prints what was compared, and exits with 1 where the table's answer was not the
//! oracle's.

#![forbid(unsafe_code)]

use std::env;
use std::process::ExitCode;
use std::time::Instant;

use fingerpost_tests::small_scope::{Share, Tally, paths, predicates};

const USAGE: &str = "small_scope [--comparisons N] [--shard I/N] [--scope paths|predicates]";

fn main() -> ExitCode {
    let Some((share, scope)) = read(env::args().skip(1)) else {
        eprintln!("usage: {USAGE}");
        return ExitCode::from(2);
    };
    let start = Instant::now();
    let mut tally = Tally::default();
    if scope != "predicates" {
        let scope = paths::Scope::new();
        println!("paths: {} tables in all shards", scope.tables());
        tally.add(scope.run(share));
    }
    if scope != "paths" {
        let scope = predicates::Scope::new();
        println!("predicates: {} tables in all shards", scope.tables());
        let comparisons = share.comparisons.saturating_sub(tally.comparisons);
        tally.add(scope.run(Share {
            comparisons,
            ..share
        }));
    }
    let seconds = start.elapsed().as_secs_f64();
    let rate = tally.comparisons as f64 / seconds;
    println!(
        "{} tables, {seconds:.0} s, {rate:.0} comparisons a second",
        tally.tables
    );
    println!(
        "{} comparisons, {} differences",
        tally.comparisons, tally.differences
    );
    match tally.first {
        Some(difference) => {
            println!("{difference}");
            ExitCode::FAILURE
        }
        None => ExitCode::SUCCESS,
    }
}

/// The share and scope that the arguments ask for.
fn read(mut arguments: impl Iterator<Item = String>) -> Option<(Share, String)> {
    let mut share = Share {
        shard: 0,
        shards: 1,
        comparisons: u64::MAX,
    };
    let mut scope = String::new();
    while let Some(name) = arguments.next() {
        let value = arguments.next()?;
        match name.as_str() {
            "--comparisons" => share.comparisons = value.parse().ok()?,
            "--shard" => {
                let (shard, shards) = value.split_once('/')?;
                share.shard = shard.parse().ok()?;
                share.shards = shards.parse().ok().filter(|shards| *shards > share.shard)?;
            }
            "--scope" if value == "paths" || value == "predicates" => scope = value,
            _ => return None,
        }
    }
    Some((share, scope))
}
