//! Instruction counts of fixed requests, held against those that were written down.
//!
//! callgrind counts; the counts are the same on a busy machine and on an idle one, but
//! not with another compiler, nor on a processor for which a library chooses other
//! code. The file says with which it was written, and elsewhere a difference is a note.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::build;
use crate::provision;
use crate::report::{Counts, Outcome};
use crate::run::{Log, probe};
use crate::workspace;

/// The program, and the function of it within which instructions count.
const PROGRAM: &str = "instructions";
const MEASURED: &str = "instructions::measured*";
/// A run takes a second or two.
const LIMIT: Duration = Duration::from_secs(60);
/// A count may grow by this much; more is a regression, or has to be written down.
const TOLERANCE: f64 = 1.03;

/// Where the counts are kept.
const FILE: &str = "benches/record/instructions.txt";
const ABOUT: &str = "\
# Instructions of 256 fixed requests each, counted by callgrind.
# Written by `cargo xtask bench --instructions`; stage `instructions` holds every
# change against them.
";

/// Counts by scenario, in the program's order.
type Counted = Vec<(String, u64)>;

/// Counts anew and writes the counts down.
pub(crate) fn write() -> Result<(), String> {
    let log = Log::create("instructions").map_err(|error| error.to_string())?;
    provision::package(&log, "valgrind", "valgrind")?;
    let counted = count(&log)?;
    let mut text = format!("{ABOUT}# with: {}\n", with());
    for (scenario, instructions) in counted {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{scenario} {instructions}");
    }
    print!("{text}");
    fs::write(file(), text).map_err(|error| format!("{FILE}: {error}"))
}

/// Counts and compares.
pub(crate) fn check(log: &Log) -> Outcome {
    if let Err(reason) = provision::package(log, "valgrind", "valgrind") {
        return Outcome::Skipped(reason);
    }
    let text = match fs::read_to_string(file()) {
        Ok(text) => text,
        Err(error) => return Outcome::failed(format!("{FILE}: {error}")),
    };
    match count(log) {
        Ok(counted) => judge(log, &text, &counted, &with()),
        Err(why) => Outcome::failed(why),
    }
}

/// Holds counts against the text of the file.
fn judge(log: &Log, text: &str, counted: &Counted, with: &str) -> Outcome {
    let known = parse(text);
    let written = text.lines().find_map(|line| line.strip_prefix("# with: "));
    let is_same = written == Some(with);
    if !is_same {
        let written = written.unwrap_or("nothing");
        log.note(&format!(
            "the counts were written with {written}, and this is {with}: differences are no failure"
        ));
    }
    let mut counts = Counts::default();
    let mut grown = Vec::new();
    for (scenario, instructions) in counted {
        let Some(&before) = known.get(scenario.as_str()) else {
            counts.failed += 1;
            grown.push(format!("{scenario} is not written down"));
            continue;
        };
        let ratio = *instructions as f64 / before as f64;
        log.note(&format!(
            "{scenario:<32} {before:>10} {instructions:>10} {:>+6.1} %",
            (ratio - 1.0) * 100.0
        ));
        if ratio > TOLERANCE && is_same {
            counts.failed += 1;
            grown.push(format!("{scenario} {:+.1} %", (ratio - 1.0) * 100.0));
        } else {
            counts.passed += 1;
        }
        if ratio < 1.0 / TOLERANCE && is_same {
            log.note("  fewer than written down: run `cargo xtask bench --instructions`");
        }
    }
    if known.len() != counted.len() {
        counts.failed += 1;
        grown.push("the file has scenarios that the program has not".to_string());
    }
    if grown.is_empty() {
        return Outcome::Passed(counts);
    }
    let grown = grown.join(", ");
    Outcome::Failed {
        counts,
        why: format!(
            "more instructions than {FILE} has: {grown}; \
             where that is meant, `cargo xtask bench --instructions` writes it down"
        ),
    }
}

fn parse(text: &str) -> BTreeMap<&str, u64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(scenario, count)| Some((scenario, count.parse().ok()?)))
        .collect()
}

/// Counts every scenario.
fn count(log: &Log) -> Result<Counted, String> {
    build(log, &[PROGRAM])?;
    let program = workspace::release_program(PROGRAM);
    let mut list = Command::new(&program);
    let list = log.run(list.arg("--list"), LIMIT);
    let list = list.map_err(|failure| failure.why)?;
    let mut counted = Vec::new();
    for scenario in list.lines() {
        let mut callgrind = Command::new("valgrind");
        callgrind
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(format!("--toggle-collect={MEASURED}"))
            .arg(&program)
            .arg(scenario);
        let output = log.run(&mut callgrind, LIMIT);
        let output = output.map_err(|failure| failure.why)?;
        match collected(&output) {
            0 => return Err(format!("callgrind counted nothing within {MEASURED}")),
            instructions => counted.push((scenario.to_string(), instructions)),
        }
    }
    Ok(counted)
}

/// What callgrind says that it collected; 0 where it says nothing.
pub(crate) fn collected(output: &str) -> u64 {
    output
        .lines()
        .filter_map(|line| line.split_once("Collected : "))
        .filter_map(|(_, number)| number.trim().parse().ok())
        .next_back()
        .unwrap_or(0)
}

/// What counts depend on besides the source.
fn with() -> String {
    let compiler = probe("rustc", &["--version"]).unwrap_or_default();
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let has = |flag: &str| cpus.split_whitespace().any(|word| word == flag);
    // What libraries ask the processor for when they choose their code.
    let vectors = if has("avx2") { "avx2" } else { "no avx2" };
    let arch = std::env::consts::ARCH;
    format!("{}, {arch}, {vectors}", compiler.trim())
}

fn file() -> PathBuf {
    workspace::root().join(FILE)
}

#[cfg(test)]
mod tests {
    use super::{collected, judge};
    use crate::report::{Counts, Outcome};
    use crate::run::Log;

    const TEXT: &str = "# with: rustc 1\na 1000\nb 1000\n";

    fn judged(a: u64, b: u64, with: &str) -> Outcome {
        let log = Log::create("test-of-instructions").unwrap();
        judge(&log, TEXT, &vec![("a".into(), a), ("b".into(), b)], with)
    }

    #[test]
    fn more_than_three_per_cent_is_a_failure() {
        let outcome = judged(1030, 500, "rustc 1");
        assert!(matches!(outcome, Outcome::Passed(Counts { passed: 2, .. })));
        assert!(matches!(
            judged(1031, 1000, "rustc 1"),
            Outcome::Failed { .. }
        ));
    }

    #[test]
    fn another_compiler_makes_it_a_note() {
        assert!(matches!(judged(2000, 1000, "rustc 2"), Outcome::Passed(_)));
    }

    #[test]
    fn a_scenario_that_is_not_written_down_is_a_failure() {
        let log = Log::create("test-of-instructions").unwrap();
        let counted = vec![("a".into(), 1000), ("c".into(), 1000)];
        assert!(matches!(
            judge(&log, TEXT, &counted, "rustc 1"),
            Outcome::Failed { .. }
        ));
        let counted = vec![("a".into(), 1000)];
        assert!(matches!(
            judge(&log, TEXT, &counted, "rustc 1"),
            Outcome::Failed { .. }
        ));
    }

    #[test]
    fn the_last_count_is_read() {
        let output = "==7== Collected : 0\n==7== \n==7== Collected : 1234\n==7== \n";
        assert_eq!(collected(output), 1234);
        assert_eq!(collected("path 8192: read 7 bytes\n"), 0);
    }
}
