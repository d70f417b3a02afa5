//! Stages that are a cargo command: format, lints, tests, allocations, features,
//! wasm, reference.

use std::ffi::OsString;
use std::process::Command;
use std::time::Duration;

use super::Stage;
use crate::provision;
use crate::report::{Counts, Outcome, count_tests};
use crate::run::Failure;
use crate::workspace::{self, DATA_ABSENT};

/// A cold build of everything on two slow cores takes a few minutes; three
/// times that is a hang.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// The package of the engine.
pub(super) const CORE: &str = "fingerpost";
/// The package of the suite.
const SUITE: &str = "fingerpost-tests";
/// The package of the program that replaces tables.
pub(super) const SOAK: &str = "fingerpost-soak";
/// The target of the conformance cases within the suite.
const CONFORMANCE: &str = "conformance";
/// Features of the engine that stand on their own.
const FEATURES: &[&str] = &[
    "std", "compile", "import", "files", "explain", "json", "http", "_oracle",
];
/// The target triple of WebAssembly without a system.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// `cargo fmt --check`.
pub(super) fn fmt(stage: &Stage<'_>) -> Outcome {
    check(
        stage,
        cargo(&["fmt", "--all", "--check", "--", "--color", "never"]),
    )
}

/// `cargo clippy`, warnings denied.
pub(super) fn clippy(stage: &Stage<'_>) -> Outcome {
    check(
        stage,
        cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]),
    )
}

/// `cargo doc`, warnings denied: the engine's reference as the README tells one to
/// build it, and that of the other packages. The essays of those link to private
/// parts: they are for readers of the source.
pub(super) fn doc(stage: &Stage<'_>) -> Outcome {
    let mut engine = cargo(&["doc", "--no-deps", "-p", CORE]);
    engine.env("RUSTDOCFLAGS", "-D warnings");
    let mut others = cargo(&["doc", "--no-deps", "--workspace", "--exclude", CORE]);
    others.env(
        "RUSTDOCFLAGS",
        "-D warnings -A rustdoc::private-intra-doc-links",
    );
    all(stage, [engine, others])
}

/// Tests beside the code, and documentation examples.
pub(super) fn unit(stage: &Stage<'_>) -> Outcome {
    let mut command = cargo(&["test", "--workspace", "--no-fail-fast"]);
    command.args(["--exclude", SUITE]);
    test(stage, command)
}

/// The suite, but for the conformance cases, which are a stage of their own.
pub(super) fn suite(stage: &Stage<'_>) -> Outcome {
    test(stage, cargo(&["test", "-p", SUITE, "--no-fail-fast"]))
}

/// The conformance cases, each run through the command line.
pub(super) fn conformance(stage: &Stage<'_>) -> Outcome {
    if workspace::shared_data().is_none() {
        return Outcome::Skipped(format!("{DATA_ABSENT}: ../shared or $FINGERPOST_SHARED"));
    }
    if let Err(failure) = build_release(stage) {
        return Outcome::failed(failure.why);
    }
    let mut command = cargo(&["test", "-p", SUITE, "--test", CONFORMANCE, "--no-fail-fast"]);
    command.env("FINGERPOST_BIN", workspace::release_binary());
    test(stage, command)
}

/// The suite's count of allocations, over as many requests as are promised: released,
/// since that is what is promised of, and in seconds.
pub(super) fn alloc(stage: &Stage<'_>) -> Outcome {
    let mut command = cargo(&["test", "--release", "-p", SUITE, "--test", "alloc"]);
    command.env("FINGERPOST_DECISIONS", "1000000");
    test(stage, command)
}

/// Matches while the table is replaced. The program is built first, so that its memory is
/// not measured on a machine that builds.
pub(super) fn swap(stage: &Stage<'_>) -> Outcome {
    let program = ["--release", "-p", SOAK, "--bin", "swap_soak"];
    let commands = ["build", "run"].map(|verb| {
        let mut command = cargo(&[verb]);
        command.args(program);
        command
    });
    all(stage, commands)
}

/// Each feature alone without a warning, and the tests with none and with all.
pub(super) fn features(stage: &Stage<'_>) -> Outcome {
    // Through clippy the denied warnings are those of this package alone, and what it
    // depends on is checked once for every feature: `RUSTFLAGS` would build it anew.
    let alone = FEATURES.iter().map(|feature| {
        let mut command = cargo(&["clippy", "-p", CORE, "--no-default-features"]);
        command.args(["--features", feature, "--", "-D", "warnings"]);
        command
    });
    let mut counts = match all(stage, alone) {
        Outcome::Passed(held) => held,
        failed => return failed,
    };
    let none = [
        "test",
        "-p",
        CORE,
        "--no-default-features",
        "--no-fail-fast",
    ];
    let all = ["test", "-p", CORE, "--all-features", "--no-fail-fast"];
    for arguments in [&none, &all] {
        match test(stage, cargo(arguments.as_slice())) {
            Outcome::Passed(held) => counts.add(held),
            failed => return failed,
        }
    }
    Outcome::Passed(counts)
}

/// The engine for WebAssembly.
pub(super) fn wasm(stage: &Stage<'_>) -> Outcome {
    if let Err(reason) = provision::rust_target(stage.log, WASM) {
        return Outcome::Skipped(reason);
    }
    let commands = ["", "import,json"].map(|features| {
        let mut command = cargo(&["build", "-p", CORE, "--target", WASM]);
        command.args(["--no-default-features", "--features", features]);
        command
    });
    all(stage, commands)
}

/// Builds the command line for release; several stages ask it questions.
pub(super) fn build_release(stage: &Stage<'_>) -> Result<(), Failure> {
    let mut command = cargo(&["build", "--release", "-p", "fingerpost-cli"]);
    stage.log.run(&mut command, LIMIT).map(drop)
}

/// Builds one program of a package for release.
pub(super) fn build_binary(stage: &Stage<'_>, package: &str, name: &str) -> Result<(), Failure> {
    let mut command = cargo(&["build", "--release", "-p", package, "--bin", name]);
    stage.log.run(&mut command, LIMIT).map(drop)
}

/// A command that holds or does not; it counts as one test.
fn check(stage: &Stage<'_>, mut command: Command) -> Outcome {
    match stage.log.run(&mut command, LIMIT) {
        Ok(_) => Outcome::Passed(Counts::passed(1)),
        Err(failure) => Outcome::failed(failure.why),
    }
}

/// Commands that hold or do not; the first that does not ends it.
fn all(stage: &Stage<'_>, commands: impl IntoIterator<Item = Command>) -> Outcome {
    let mut counts = Counts::default();
    for command in commands {
        match check(stage, command) {
            Outcome::Passed(held) => counts.add(held),
            failed => return failed,
        }
    }
    Outcome::Passed(counts)
}

/// A command that runs tests; they are counted from what it prints.
pub(super) fn test(stage: &Stage<'_>, mut command: Command) -> Outcome {
    // Passed tests show their output, which is where one says that it was skipped.
    command.args(["--", "--show-output"]);
    match stage.log.run(&mut command, LIMIT) {
        Ok(output) => {
            let (counts, reasons) = count_tests(&output);
            for reason in &reasons {
                stage.log.note(&format!("not run: {reason}"));
            }
            let unexcused = reasons
                .iter()
                .find(|reason| !reason.starts_with(DATA_ABSENT));
            match unexcused {
                Some(reason) if stage.strict => Outcome::Failed {
                    counts,
                    why: format!("a test did not run: {reason}"),
                },
                _ => Outcome::Passed(counts),
            }
        }
        Err(failure) => Outcome::Failed {
            counts: count_tests(&failure.output).0,
            why: failure.why,
        },
    }
}

/// Cargo, at the root, as this program was started by it.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.args(arguments);
    as_from_a_shell(&mut command);
    command
}

/// The cargo of the nightly toolchain, at the root.
pub(super) fn nightly_cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", "nightly", "cargo"]).args(arguments);
    as_from_a_shell(&mut command);
    command.env_remove("RUSTUP_TOOLCHAIN");
    command
}

/// Cargo's surroundings as if somebody had typed the command at the root.
fn as_from_a_shell(command: &mut Command) {
    command.current_dir(workspace::root());
    // What `cargo run` sets for this program would make cargo rebuild others.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command.env("CARGO_TERM_COLOR", "never");
}
