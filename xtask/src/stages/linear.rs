//! What a request costs grows with the request, and no faster.
//!
//! Instructions are counted by callgrind, so that the answer is the same on a busy
//! machine and on an idle one. Each kind of input is measured at three sizes, each
//! twice the one before.

use std::process::Command;
use std::time::Duration;

use super::Stage;
use super::cargo::build_binary;
use crate::bench::instructions::collected;
use crate::provision;
use crate::report::{Counts, Outcome};
use crate::workspace;

/// How many times the instructions may grow when the input doubles: a little more
/// than twice, since a longer input also misses an inlined fast path here and there.
const GROWTH: f64 = 2.1;
/// A run takes a second or two.
const LIMIT: Duration = Duration::from_secs(60);
/// The function within which instructions count.
const MEASURED: &str = "linear::measured*";

/// Counts every kind of input at three sizes.
pub(super) fn run(stage: &Stage<'_>) -> Outcome {
    if let Err(reason) = provision::package(stage.log, "valgrind", "valgrind") {
        return Outcome::Skipped(reason);
    }
    if let Err(failure) = build_binary(stage, "fingerpost-benches", "linear") {
        return Outcome::failed(failure.why);
    }
    let program = workspace::release_program("linear");
    let mut list = Command::new(&program);
    let kinds = match stage.log.run(list.arg("--list"), LIMIT) {
        Ok(output) => output,
        Err(failure) => return Outcome::failed(failure.why),
    };

    let mut counts = Counts::default();
    let mut grown = Vec::new();
    let mut table = format!(
        "{:<20} {:>8} {:>12} {:>12} {:>12} {:>7} {:>7}\n",
        "input", "size", "×1", "×2", "×4", "", ""
    );
    for line in kinds.lines() {
        let Some((kind, size)) = line.split_once(' ') else {
            return Outcome::failed(format!("the list has a line '{line}'"));
        };
        let Ok(size) = size.parse::<usize>() else {
            return Outcome::failed(format!("the list has a size '{size}'"));
        };
        let mut counted = [0; 3];
        for (times, instructions) in [1, 2, 4].into_iter().zip(&mut counted) {
            let mut callgrind = Command::new("valgrind");
            callgrind
                .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
                .arg(format!("--toggle-collect={MEASURED}"))
                .arg(&program)
                .args(["--input", kind, "--size", &(size * times).to_string()]);
            match stage.log.run(&mut callgrind, LIMIT) {
                Ok(output) => *instructions = collected(&output),
                Err(failure) => return Outcome::failed(failure.why),
            }
        }
        let [first, second, third] = counted;
        if first == 0 {
            return Outcome::failed(format!("callgrind counted nothing within {MEASURED}"));
        }
        let growth = [ratio(first, second), ratio(second, third)];
        table.push_str(&format!(
            "{kind:<20} {size:>8} {first:>12} {second:>12} {third:>12} {:>7.2} {:>7.2}\n",
            growth[0], growth[1]
        ));
        for growth in growth {
            if growth > GROWTH {
                counts.failed += 1;
                grown.push(format!("{kind} {growth:.2}"));
            } else {
                counts.passed += 1;
            }
        }
    }
    stage.log.note(&format!("instructions\n{table}"));
    if grown.is_empty() {
        return Outcome::Passed(counts);
    }
    let grown = grown.join(", ");
    Outcome::Failed {
        counts,
        why: format!("instructions grow more than {GROWTH} times when the input doubles: {grown}"),
    }
}

fn ratio(before: u64, after: u64) -> f64 {
    after as f64 / before as f64
}
