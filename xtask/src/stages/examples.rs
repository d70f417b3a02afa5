//! Examples that stand outside of the workspace.

use std::time::Duration;

use super::Stage;
use super::cargo::{cargo, test};
use crate::provision;
use crate::report::{Counts, Outcome};
use crate::workspace;

/// A format takes no time.
const LIMIT: Duration = Duration::from_secs(60);

/// The pingora example: its format, its build and its tests. The others are members
/// of the workspace, and tested with it.
pub(super) fn run(stage: &Stage<'_>) -> Outcome {
    // pingora's compression is C that cmake configures.
    if let Err(reason) = provision::package(stage.log, "cmake", "cmake") {
        return Outcome::Skipped(reason);
    }
    let folder = workspace::root().join("examples/rust/pingora");
    let mut format = cargo(&["fmt", "--check", "--", "--color", "never"]);
    if let Err(failure) = stage.log.run(format.current_dir(&folder), LIMIT) {
        return Outcome::failed(failure.why);
    }
    let mut tests = cargo(&["test", "--locked", "--no-fail-fast"]);
    tests
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", workspace::target().join("pingora"));
    match test(stage, tests) {
        Outcome::Passed(mut counts) => {
            counts.add(Counts::passed(1));
            Outcome::Passed(counts)
        }
        failed => failed,
    }
}
