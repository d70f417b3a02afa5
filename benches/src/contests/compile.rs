//! From the model to a table, whatever the order of the model.

use std::hint::black_box;
use std::time::{Duration, Instant};

use fingerpost::compile::Compiler;
use fingerpost::compile::limits::Limits;
use fingerpost::diagnostic::Severity;

use crate::engines;
use crate::measure::{Depth, Record, stopwatch};
use crate::routes::{Set, busy_host, full, microservice, model};

/// Route sets that are compiled.
const SETS: [fn(usize) -> Set; 3] = [full::set, busy_host::set, microservice::set];
const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// Only the first set is made this large: a route set of the model takes a gigabyte.
const ALL_SETS: usize = 100_000;

/// A set that takes longer is compiled twice.
const ENOUGH: Duration = Duration::from_secs(30);

/// Microseconds a rule, for each set, size and order.
pub(super) fn time(depth: Depth, record: &mut Record<'_>) -> Result<(), String> {
    for (at, make) in SETS.iter().enumerate() {
        for size in SIZES {
            if size > depth.most_rules() || (at > 0 && size > ALL_SETS) {
                continue;
            }
            one(&make(size), depth, record)?;
        }
    }
    Ok(())
}

fn one(set: &Set, depth: Depth, record: &mut Record<'_>) -> Result<(), String> {
    let orders = [
        ("sorted", model::sorted(set).routes),
        ("shuffled", model::shuffled(set, 0x0dd).routes),
    ];
    let rounds = match depth {
        Depth::Answers => 1,
        Depth::Quick => 3,
        Depth::Full => 5,
    };
    // 100,000 templates cross this one; the others are the defaults.
    let mut limits = Limits::default();
    limits.regex_programs = usize::MAX;
    let compiler = Compiler::new().with_limits(limits);
    let mut best = [f64::INFINITY; 3];
    let start = Instant::now();
    for round in 0..rounds {
        if round > 1 && start.elapsed() > ENOUGH {
            break;
        }
        for ((order, routes), best) in orders.iter().zip(&mut best) {
            let (compiled, seconds) = stopwatch(|| compiler.compile(black_box(routes)));
            *best = best.min(seconds);
            let mut found = compiled.diagnostics.iter();
            if let Some(error) = found.find(|one| one.severity == Severity::Error) {
                return Err(format!("{} {order}: {}", set.name, error.message));
            }
            if compiled.table.stats().rules != set.size() {
                return Err(format!("{} {order}: rules are missing", set.name));
            }
        }
        // A peer's structure of the same rules, as a measure of the machine.
        let peer = peer(set)?;
        let (built, seconds) = stopwatch(|| (peer.build)(black_box(set)));
        black_box(built?);
        best[2] = best[2].min(seconds);
    }
    if depth == Depth::Answers {
        return Ok(());
    }
    let micros = |seconds: f64| format!("{:.3}", seconds * 1e6 / set.size() as f64);
    let names = [
        ("sorted", "fingerpost"),
        ("shuffled", "fingerpost"),
        ("sorted", peer(set)?.name),
    ];
    for ((order, engine), seconds) in names.into_iter().zip(best) {
        let mix = format!("{} {order}", set.name);
        record
            .value(set.size(), &mix, engine, "us-per-rule", micros(seconds))
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Who else can be made of a set.
fn peer(set: &Set) -> Result<engines::Adapter, String> {
    let name = match set.name {
        "microservice" => "matchit",
        _ => "host-map",
    };
    engines::find(name).ok_or_else(|| format!("there is no engine {name}"))
}
