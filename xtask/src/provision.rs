//! What a stage needs beyond a Rust compiler, and how it is come by.
//!
//! `cargo xtask test` fetches what the Rust toolchain offers by itself (a
//! compilation target) and says so in the stage's log. It installs nothing
//! else: what the system's packages offer is named by `cargo xtask doctor`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::run::{Log, probe};

/// A target's standard library is a few megabytes.
const LIMIT: Duration = Duration::from_secs(180);

/// Whether the compiler in use has the standard library of a target.
pub(crate) fn has_rust_target(target: &str) -> bool {
    let Some(folder) = probe("rustc", &["--print", "target-libdir", "--target", target]) else {
        return false;
    };
    let Ok(entries) = std::fs::read_dir(Path::new(folder.trim())) else {
        return false;
    };
    entries
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
}

/// Makes sure that the compiler in use has a target, or says what is missing.
pub(crate) fn rust_target(log: &Log, target: &str) -> Result<(), String> {
    if has_rust_target(target) {
        return Ok(());
    }
    log.note(&format!(
        "the target {target} is not installed; rustup is asked for it"
    ));
    let mut rustup = Command::new("rustup");
    rustup
        .args(["target", "add", target])
        .env("RUST_BACKTRACE", "0");
    match log.run(&mut rustup, LIMIT) {
        Ok(_) if has_rust_target(target) => Ok(()),
        _ => Err(format!(
            "no target {target}; install it with `rustup target add {target}`"
        )),
    }
}
