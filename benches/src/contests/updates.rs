//! One route of a large table changed, beside compiling the whole table.

use std::hint::black_box;

use fingerpost::Table;
use fingerpost::compile::Compiler;
use fingerpost::model::{HostMatch, Route, RouteSet, StageId};
use fingerpost::update::Changes;

use crate::Random;
use crate::measure::{Depth, Record, stopwatch};
use crate::routes::{Set, full, model};

const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// Single changes that are timed, each of the table as it was compiled.
const SINGLE: usize = 200;
/// Changes one after the other.
const SEQUENCE: usize = 1_000;

/// Times as long as one change takes compiling everything, for a route of twenty rules
/// under a host of its own: replaced, attached to another host, removed; and changes one
/// after the other, on the average, with all that they make be compiled again.
pub(super) fn time(depth: Depth, record: &mut Record<'_>) -> Result<(), String> {
    for size in SIZES {
        if size <= depth.most_rules() {
            one(&full::set(size), depth, record)?;
        }
    }
    Ok(())
}

/// Draws changes to single routes.
struct Changer<'s> {
    routes: &'s RouteSet,
    random: Random,
}

impl Changer<'_> {
    /// A route in another order of its rules, and so with another answer for none of its
    /// requests.
    fn route(&mut self) -> Route {
        let at = self.random.below(self.routes.routes.len());
        let mut route = self.routes.routes[at].clone();
        let by = 1 + self.random.below(route.rules.len() - 1);
        route.rules.rotate_left(by);
        route
    }

    fn change(&mut self, kind: &str) -> Changes {
        let mut changes = Changes::new();
        let route = self.route();
        match kind {
            "replaced" => changes.replace(route),
            "moved" => {
                let host = HostMatch::Exact(format!("new-{}.example", self.random.below(1 << 30)));
                changes.put(route, [(StageId(0), vec![host.into()])])
            }
            _ => changes.remove(route.object),
        };
        changes
    }
}

fn one(set: &Set, depth: Depth, record: &mut Record<'_>) -> Result<(), String> {
    let routes = model::sorted(set).routes;
    let (rounds, single, sequence) = match depth {
        Depth::Answers => (1, 2, 20),
        Depth::Quick => (3, SINGLE / 4, SEQUENCE / 4),
        Depth::Full => (5, SINGLE, SEQUENCE),
    };
    let compiler = Compiler::new();
    let mut compiling = f64::INFINITY;
    for _ in 0..rounds {
        let (_, seconds) = stopwatch(|| compiler.compile(black_box(&routes)));
        compiling = compiling.min(seconds);
    }
    let table = compiler.compile_for_updates(routes.clone()).table;
    let mut changer = Changer {
        routes: &routes,
        random: Random::new(7),
    };
    let mut value = |mix: &str, unit: &str, value: String| {
        record
            .value(set.size(), mix, "fingerpost", unit, value)
            .map_err(|error| error.to_string())
    };
    let update = |table: &Table, changes: &Changes| {
        let (updated, seconds) = stopwatch(|| table.updated(black_box(changes)));
        let updated = updated.map_err(|error| error.to_string())?;
        Ok::<_, String>((updated.table, seconds))
    };
    for kind in ["replaced", "moved", "removed"] {
        let mut times = Vec::with_capacity(single);
        for _ in 0..single {
            let (changed, seconds) = update(&table, &changer.change(kind))?;
            if changed.layer_count() != 2 {
                return Err(format!("{}: all was compiled", set.name));
            }
            times.push(seconds);
        }
        times.sort_by(f64::total_cmp);
        let median = times[times.len() / 2];
        if depth != Depth::Answers {
            value(kind, "us", format!("{:.1}", median * 1e6))?;
            value(
                kind,
                "compile-over-update",
                format!("{:.0}", compiling / median),
            )?;
        }
    }
    let mut changed = table.clone();
    let (mut sum, mut longest, mut layers) = (0.0, 0f64, 0);
    for _ in 0..sequence {
        let (next, seconds) = update(&changed, &changer.change("replaced"))?;
        changed = next;
        sum += seconds;
        longest = longest.max(seconds);
        layers = layers.max(changed.layer_count());
    }
    if changed.settled().stats().candidates != table.stats().candidates {
        return Err(format!("{}: rules are missing", set.name));
    }
    if depth != Depth::Answers {
        let mix = format!("{sequence} in turn");
        let mean = sum / sequence as f64;
        value(&mix, "us", format!("{:.1}", mean * 1e6))?;
        value(
            &mix,
            "compile-over-update",
            format!("{:.0}", compiling / mean),
        )?;
        value(&mix, "us-longest", format!("{:.0}", longest * 1e6))?;
        value(&mix, "layers", layers.to_string())?;
    }
    Ok(())
}
