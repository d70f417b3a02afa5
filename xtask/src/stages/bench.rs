//! Stages about speed that look at no clock: what the engines of the benches answer,
//! and how many instructions this one takes.

use std::process::Command;
use std::time::Duration;

use super::Stage;
use crate::bench;
use crate::report::{Counts, Outcome};
use crate::workspace;

/// A contest's answers take a second or two.
const LIMIT: Duration = Duration::from_secs(60);
/// Engines of this package, which ask nothing of the allocator.
const OURS: [&str; 3] = ["fingerpost", "find-many", "decide"];

/// Every contest at its small sizes: each answer of each engine is right, the loop that
/// is timed takes as many requests as the answers say, and ours allocates nothing.
pub(super) fn answers(stage: &Stage<'_>) -> Outcome {
    match check(stage) {
        Ok(outcome) => outcome,
        Err(why) => Outcome::failed(why),
    }
}

/// Instruction counts of fixed requests.
pub(super) fn instructions(stage: &Stage<'_>) -> Outcome {
    bench::instructions::check(stage.log)
}

fn check(stage: &Stage<'_>) -> Result<Outcome, String> {
    bench::build(stage.log, &["measure", "count"])?;
    let measure = workspace::release_program("measure");
    let count = workspace::release_program("count");
    let mut list = Command::new(&measure);
    let names = stage.log.run(list.arg("--list"), LIMIT);
    let names = names.map_err(|failure| failure.why)?;

    let mut counts = Counts::default();
    let mut wrong = Vec::new();
    for name in names.lines() {
        let mut command = Command::new(&measure);
        let run = stage.log.run(command.args(["--answers", name]), LIMIT);
        match run {
            // A contest of parts has no answers to count; that it ended well is one.
            Ok(output) => counts.passed += values(&output, "right").max(1),
            Err(failure) => {
                counts.failed += 1;
                wrong.push(format!("{name}: {}", last_line(&failure.output)));
            }
        }
        let mut command = Command::new(&count);
        let run = stage.log.run(command.args(["--answers", name]), LIMIT);
        let output = run.map_err(|failure| failure.why)?;
        for (engine, calls) in allocations(&output) {
            if calls == Some(0) {
                counts.passed += 1;
            } else {
                counts.failed += 1;
                let calls = calls.map_or("an unknown number of".into(), |calls| calls.to_string());
                wrong.push(format!(
                    "{name}: {calls} calls of the allocator by {engine}"
                ));
            }
        }
    }
    if wrong.is_empty() {
        return Ok(Outcome::Passed(counts));
    }
    Ok(Outcome::Failed {
        counts,
        why: wrong.join("; "),
    })
}

/// How many values of a metric a program wrote.
fn values(output: &str, metric: &str) -> u64 {
    let lines = output.lines();
    lines
        .filter(|line| line.split('\t').nth(4) == Some(metric))
        .count() as u64
}

/// Calls of the allocator by our engines in all of their passes, the first among them.
/// `None` is what is no number, which is not zero either.
fn allocations(output: &str) -> Vec<(&str, Option<u64>)> {
    let lines = output.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [_, _, _, engine, "allocator-calls", calls] = fields.as_slice() else {
            return None;
        };
        OURS.contains(engine).then_some((*engine, *calls))
    });
    lines
        .map(|(engine, calls)| (engine, calls.parse().ok()))
        .collect()
}

fn last_line(output: &str) -> &str {
    output.lines().next_back().unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::{allocations, values};

    #[test]
    fn lines_are_told_apart_by_their_metric() {
        let output = "full\t10\thot\tdecide\tright\t7\n\
                      full\t10\t-\tdecide\tallocator-calls\t0\n\
                      full\t10\t-\tdecide\tallocations\t0\n\
                      full\t10\t-\tlinear\tallocator-calls\t1\n";
        assert_eq!(values(output, "right"), 1);
        assert_eq!(allocations(output), [("decide", Some(0))]);
        let unread = "full\t10\t-\tdecide\tallocator-calls\tmany\n";
        assert_eq!(allocations(unread), [("decide", None)]);
    }

    #[test]
    fn batches_are_ours_too() {
        let output = "full\t10\t-\tfind-many\tallocator-calls\t1\n";
        assert_eq!(allocations(output), [("find-many", Some(1))]);
    }
}
