//! Counts, outcomes, and the table at the end.

use std::fmt;
use std::time::Duration;

/// How many tests a stage ran. A stage without tests counts its checks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Counts {
    /// Ran and held.
    pub(crate) passed: u64,
    /// Ran and did not hold.
    pub(crate) failed: u64,
    /// Did not run; never counted as passed.
    pub(crate) skipped: u64,
}

impl Counts {
    /// So many that held.
    pub(crate) fn passed(passed: u64) -> Self {
        Self {
            passed,
            ..Self::default()
        }
    }

    /// Adds what another run counted.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// How a stage ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It ran, and everything held.
    Passed(Counts),
    /// It cannot run here, for this reason.
    Skipped(String),
    /// It ran and something did not hold.
    Failed {
        /// What was counted up to then.
        counts: Counts,
        /// What did not hold.
        why: String,
    },
}

impl Outcome {
    /// A failure outside of any count.
    pub(crate) fn failed(why: impl fmt::Display) -> Self {
        Self::Failed {
            counts: Counts::default(),
            why: why.to_string(),
        }
    }
}

/// A stage that has ended.
pub(crate) struct Line {
    /// The stage's name.
    pub(crate) stage: &'static str,
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// How long it took.
    pub(crate) took: Duration,
}

/// The table and the last line; says whether all is well.
pub(crate) fn print(lines: &[Line]) -> bool {
    println!(
        "\n{:<12} {:<8} {:>7} {:>7} {:>7} {:>7}",
        "stage", "", "seconds", "passed", "failed", "skipped"
    );
    let mut sum = Counts::default();
    for line in lines {
        let (word, counts, reason) = match &line.outcome {
            Outcome::Passed(counts) => ("ran", *counts, String::new()),
            Outcome::Skipped(reason) => ("skipped", Counts::default(), format!("  {reason}")),
            Outcome::Failed { counts, why } => ("FAILED", *counts, format!("  {why}")),
        };
        // A stage can fail without a failed test: a lint, a time limit.
        let counts = match line.outcome {
            Outcome::Failed { .. } => Counts {
                failed: counts.failed.max(1),
                ..counts
            },
            _ => counts,
        };
        let seconds = line.took.as_secs_f64();
        println!(
            "{:<12} {word:<8} {seconds:>7.1} {:>7} {:>7} {:>7}{reason}",
            line.stage, counts.passed, counts.failed, counts.skipped
        );
        sum.add(counts);
    }
    println!("\n{} passed, {} failed", sum.passed, sum.failed);
    sum.failed == 0 && sum.passed > 0
}

/// Sums the `test result:` lines that Rust's test harness, and harnesses that
/// imitate it, print. A test that could not run says so on a line of its own,
/// `skipped: REASON`; it is taken out of the passed ones. Gives the reasons.
pub(crate) fn count_tests(output: &str) -> (Counts, Vec<String>) {
    let mut counts = Counts::default();
    let mut reasons = Vec::new();
    for line in output.lines() {
        if let Some(result) = line.strip_prefix("test result: ") {
            counts.passed += number_before(result, " passed");
            counts.failed += number_before(result, " failed");
            let ignored = number_before(result, " ignored");
            counts.skipped += ignored;
            if ignored > 0 {
                reasons.push(format!("{ignored} marked as ignored"));
            }
        } else if let Some(reason) = line.trim_start().strip_prefix("skipped: ") {
            counts.passed = counts.passed.saturating_sub(1);
            counts.skipped += 1;
            reasons.push(reason.to_string());
        }
    }
    (counts, reasons)
}

/// The names of the tests that failed, in order, each once: the lines
/// `test NAME ... FAILED` of Rust's test harness and of those that imitate it, and
/// what its list `failures:` names besides (a test whose line was broken by output).
pub(crate) fn failed_tests(output: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut in_list = false;
    for line in output.lines() {
        let told = line
            .strip_prefix("test ")
            .and_then(|rest| rest.strip_suffix(" ... FAILED"));
        let listed = line
            .strip_prefix("    ")
            .filter(|name| in_list && !name.starts_with(' '));
        if let Some(name) = told.or(listed)
            && !names.iter().any(|known| known == name)
        {
            names.push(name.to_string());
        }
        in_list = line == "failures:" || (in_list && listed.is_some());
    }
    names
}

/// The number that stands before `word`.
fn number_before(text: &str, word: &str) -> u64 {
    let Some(end) = text.find(word) else { return 0 };
    let head = &text[..end];
    let start = head
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |at| at + 1);
    head[start..].parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Counts, count_tests, failed_tests};

    #[test]
    fn failed_tests_are_named_once_each() {
        let output = "\
test a::holds ... ok
test a::breaks ... FAILED
test core/src/lib.rs - x (line 3) ... FAILED

failures:

---- a::breaks stdout ----
    not a name

failures:
    a::breaks
    b::broken by output

test result: FAILED. 1 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out
    not a name either
";
        let named = [
            "a::breaks",
            "core/src/lib.rs - x (line 3)",
            "b::broken by output",
        ];
        assert_eq!(failed_tests(output), named);
        assert!(failed_tests("test a ... ok\n").is_empty());
    }

    #[test]
    fn results_of_every_harness_are_summed() {
        let output = "\
running 2 tests
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
noise
test result: FAILED. 10 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out";
        let (counts, reasons) = count_tests(output);
        assert_eq!(
            counts,
            Counts {
                passed: 12,
                failed: 3,
                skipped: 1
            }
        );
        assert_eq!(reasons, ["1 marked as ignored"]);
    }

    #[test]
    fn a_skipped_test_is_not_a_passed_one() {
        let output =
            "test result: ok. 5 passed; 0 failed; 0 ignored;\nskipped: test data absent: data/x\n";
        let (counts, reasons) = count_tests(output);
        assert_eq!(
            counts,
            Counts {
                passed: 4,
                failed: 0,
                skipped: 1
            }
        );
        assert_eq!(reasons, ["test data absent: data/x"]);
    }

    #[test]
    fn nothing_is_counted_where_nothing_ran() {
        assert_eq!(count_tests("running 0 tests").0, Counts::default());
    }
}
