//! From the model to a table, whatever the order of the model.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::whole::{compile, each_set, rounds};
use crate::engines;
use crate::measure::{Depth, Record, stopwatch};
use crate::routes::{Set, model};

const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// A set that takes longer is compiled twice.
const ENOUGH: Duration = Duration::from_secs(30);

/// Microseconds a rule, for each set, size and order.
pub(super) fn time(depth: Depth, record: &mut Record<'_>) -> Result<(), String> {
    each_set(&SIZES, depth, |set| one(set, depth, record))
}

fn one(set: &Set, depth: Depth, record: &mut Record<'_>) -> Result<(), String> {
    let orders = [
        ("sorted", model::sorted(set).routes),
        ("shuffled", model::shuffled(set, 0x0dd).routes),
    ];
    let mut best = [f64::INFINITY; 3];
    let start = Instant::now();
    for round in 0..rounds(depth) {
        if round > 1 && start.elapsed() > ENOUGH {
            break;
        }
        for ((order, routes), best) in orders.iter().zip(&mut best) {
            let (_, seconds) = compile(routes, set.size())
                .map_err(|why| format!("{} {order}: {why}", set.name))?;
            *best = best.min(seconds);
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
