//! What the contests `compile` and `snapshot` share: the route sets that they are about, and
//! how one is compiled.

use std::hint::black_box;

use fingerpost::Table;
use fingerpost::compile::Compiler;
use fingerpost::compile::limits::Limits;
use fingerpost::diagnostic::Severity;
use fingerpost::model::RouteSet;

use crate::measure::{Depth, stopwatch};
use crate::routes::{Set, busy_host, full, microservice};

const SETS: [fn(usize) -> Set; 3] = [full::set, busy_host::set, microservice::set];
/// Only the first set is made this large: a route set of the model takes a gigabyte.
const ALL_SETS: usize = 100_000;

/// Makes the sets of these sizes, as far as the depth goes, and hands over one after the
/// other.
pub(super) fn each_set(
    sizes: &[usize],
    depth: Depth,
    mut one: impl FnMut(&Set) -> Result<(), String>,
) -> Result<(), String> {
    for (at, make) in SETS.iter().enumerate() {
        for &size in sizes {
            if size > depth.most_rules() || (at > 0 && size > ALL_SETS) {
                continue;
            }
            one(&make(size))?;
        }
    }
    Ok(())
}

/// How often each is timed; the least of the rounds counts.
pub(super) fn rounds(depth: Depth) -> usize {
    match depth {
        Depth::Answers => 1,
        Depth::Quick => 3,
        Depth::Full => 5,
    }
}

/// The table of routes that have so many rules, and the seconds that it took.
pub(super) fn compile(routes: &RouteSet, rules: usize) -> Result<(Table, f64), String> {
    // 100,000 templates cross this one; the others are the defaults.
    let mut limits = Limits::default();
    limits.regex_programs = usize::MAX;
    let compiler = Compiler::new().with_limits(limits);
    let (compiled, seconds) = stopwatch(|| compiler.compile(black_box(routes)));
    let mut found = compiled.diagnostics.iter();
    if let Some(error) = found.find(|one| one.severity == Severity::Error) {
        return Err(error.message.clone());
    }
    if compiled.table.stats().rules != rules {
        return Err("rules are missing".to_string());
    }
    Ok((compiled.table, seconds))
}
