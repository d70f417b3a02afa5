//! `cargo xtask fuzz TARGET [SECONDS]`: a fuzz target of `fuzz/`, built and run.
//!
//! The same as `cargo fuzz run TARGET`, without having cargo-fuzz installed: it
//! needs a nightly compiler and a C++ compiler, and nothing else.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use crate::run::{End, run};
use crate::workspace;

/// A cold build with a sanitizer takes a few minutes.
const BUILD_LIMIT: Duration = Duration::from_secs(20 * 60);
/// How long a run takes where nothing else is asked for.
const SECONDS: u64 = 60;
/// What makes a program report coverage to libFuzzer, and notice bad memory.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Zsanitizer=address -Ccodegen-units=1";

/// Builds and runs a target.
pub(crate) fn fuzz(target: &str, seconds: Option<&str>) -> ExitCode {
    let seconds = match seconds.map(str::parse).transpose() {
        Ok(seconds) => seconds.unwrap_or(SECONDS),
        Err(_) => return failed("the number of seconds is no number"),
    };
    let folder = workspace::root().join("fuzz");
    if !folder
        .join("fuzz_targets")
        .join(target)
        .with_extension("rs")
        .is_file()
    {
        return failed(&format!("there is no fuzz/fuzz_targets/{target}.rs"));
    }
    let host = match crate::run::probe("rustc", &["+nightly", "--version", "--verbose"]) {
        Some(text) => text
            .lines()
            .find_map(|line| line.strip_prefix("host: ").map(str::to_string)),
        None => None,
    };
    let Some(host) = host else {
        return failed("fuzzing needs a nightly compiler: `rustup toolchain install nightly`");
    };

    let mut build = Command::new("rustup");
    build.args([
        "run",
        "nightly",
        "cargo",
        "build",
        "--release",
        "--target",
        &host,
        "--bin",
        target,
    ]);
    build
        .current_dir(&folder)
        .env("RUSTFLAGS", FLAGS)
        .env_remove("CARGO_TARGET_DIR");
    build.env_remove("RUSTUP_TOOLCHAIN").stdin(Stdio::null());
    match run(&mut build, BUILD_LIMIT) {
        Ok(End::Exited(status)) if status.success() => {}
        _ => return failed("the target did not build"),
    }
    match start(&folder, target, &host, seconds) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => failed(&format!("a finding: see fuzz/artifacts/{target}/")),
        Err(error) => failed(&error.to_string()),
    }
}

/// Runs a target over its corpus and the examples; whether nothing was found.
fn start(folder: &Path, target: &str, host: &str, seconds: u64) -> std::io::Result<bool> {
    let corpus = folder.join("corpus").join(target);
    let artifacts = folder.join("artifacts").join(target);
    std::fs::create_dir_all(&corpus)?;
    std::fs::create_dir_all(&artifacts)?;
    let mut command = Command::new(
        folder
            .join("target")
            .join(host)
            .join("release")
            .join(target),
    );
    command.arg(&corpus);
    if target.starts_with("import") {
        // The first folder is written to; the others are only read.
        command.args(
            std::fs::read_dir(workspace::root().join("examples"))?
                .flatten()
                .map(|e| e.path()),
        );
    }
    command.arg(format!("-artifact_prefix={}/", artifacts.display()));
    command.args([
        &format!("-max_total_time={seconds}"),
        "-timeout=5",
        "-rss_limit_mb=2048",
    ]);
    command.stdin(Stdio::null());
    let limit = Duration::from_secs(seconds + 120);
    Ok(matches!(run(&mut command, limit)?, End::Exited(status) if status.success()))
}

fn failed(why: &str) -> ExitCode {
    eprintln!("xtask: {why}");
    ExitCode::FAILURE
}
