//! Stage tsan: the handle's tests and a short soak under ThreadSanitizer.
//!
//! The engine has no `unsafe` code, so that the compiler has ruled data races out but for
//! those in the standard library and in what the engine depends on. This looks at all of
//! it as it runs, which takes the standard library built anew: with one that does not
//! tell the sanitizer of its locks, every lock is a race. Hence the nightly compiler, and
//! a target folder of its own.
//!
//! It finds races of threads that live at the same time, and not all of those in every
//! run, so what it runs keeps its threads for long and has them do the same many times.
//!
//! No more is built than runs: the engine without importers, and little of it optimized,
//! since a cold build takes longer than the run.

use std::process::Command;
use std::time::Duration;

use super::Stage;
use super::cargo::{CORE, SOAK, nightly_cargo, test};
use crate::provision;
use crate::report::{Counts, Outcome};
use crate::workspace;

/// What is built for: the one system that this is tried on.
const TARGET: &str = "x86_64-unknown-linux-gnu";
/// Matches of the soak; at some ten times of what they take elsewhere.
const MATCHES: &str = "2000000";
/// The soak takes half a minute.
const LIMIT: Duration = Duration::from_secs(300);
/// Ends a program at its first race, whatever the caller's own options say. And has it
/// list its options at its start: see [`MARK`].
const OPTIONS: &str = "halt_on_error=1 exitcode=66 help=1";
/// What a program prints that was built with the sanitizer, and no other does. One that
/// was built without it would find no race.
const MARK: &str = "Available flags for ThreadSanitizer";

/// Runs it. Counts the tests, the soak, and that both were built with the sanitizer.
pub(super) fn run(stage: &Stage<'_>) -> Outcome {
    if !cfg!(all(
        target_os = "linux",
        target_arch = "x86_64",
        target_env = "gnu"
    )) {
        return Outcome::Skipped(format!("it is for {TARGET} only"));
    }
    if let Err(reason) = provision::nightly_source(stage.log) {
        return Outcome::Skipped(reason);
    }
    // Building both at once gives both the same dependencies, with the same features.
    let folder = workspace::target().join("tsan");
    let [tests, mut program] = [["test", "--no-fail-fast"], ["build", "--bins"]].map(|words| {
        let mut command = nightly_cargo(&words);
        command.arg("--target-dir").arg(&folder);
        command.args(["-Zbuild-std", "--target", TARGET, "-p", CORE, "-p", SOAK]);
        command.args(["--no-default-features", "--features"]);
        command.arg(format!("{CORE}/std,{CORE}/compile"));
        for package in [CORE, SOAK] {
            let fast = format!("profile.dev.package.{package}.opt-level=1");
            command.args(["--config", &fast]);
        }
        command.args(["--test", "handle"]);
        command.env("RUSTFLAGS", "-Zsanitizer=thread");
        command.env_remove("CARGO_ENCODED_RUSTFLAGS");
        command.env("TSAN_OPTIONS", OPTIONS);
        command
    });
    if let Err(failure) = stage.log.run(&mut program, LIMIT * 3) {
        return Outcome::failed(failure.why);
    }
    let mut counts = match test(stage, tests) {
        Outcome::Passed(counts) => counts,
        Outcome::Failed { counts, why } => {
            let why = race(stage).unwrap_or(why);
            return Outcome::Failed { counts, why };
        }
        skipped => return skipped,
    };
    let mut soak = Command::new(folder.join(TARGET).join("debug").join("swap_soak"));
    soak.args([MATCHES, "--answers-only"]);
    soak.env("TSAN_OPTIONS", OPTIONS);
    if let Err(failure) = stage.log.run(&mut soak, LIMIT) {
        return Outcome::failed(race(stage).unwrap_or(failure.why));
    }
    counts.add(Counts::passed(1));
    match stage.log.text().matches(MARK).count() {
        2 => {
            counts.add(Counts::passed(1));
            Outcome::Passed(counts)
        }
        marks => Outcome::failed(format!(
            "{marks} of 2 programs were built with the sanitizer"
        )),
    }
}

/// The race that ended a program, in a line.
fn race(stage: &Stage<'_>) -> Option<String> {
    let text = stage.log.text();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("SUMMARY: "))?;
    Some(line.to_string())
}
