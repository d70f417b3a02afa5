//! What a stage needs beyond a Rust compiler, and how it is come by.
//!
//! `cargo xtask test` fetches what the Rust toolchain offers by itself (a
//! compilation target, the standard library's source) and says so in the stage's log; a
//! toolchain it does not, which is a person's choice. A package of the system is installed only where that asks nobody: as root, with apt, as in a container of a
//! CI. Everywhere else the stage is skipped, and `cargo xtask doctor` names the package.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::run::{Log, probe};

/// A target's standard library is a few megabytes, and so is a package.
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

/// Whether the nightly toolchain has the source of the standard library, which a sanitizer
/// needs built anew. `None` where there is no such toolchain.
pub(crate) fn has_nightly_source() -> Option<bool> {
    let folder = probe("rustup", &["run", "nightly", "rustc", "--print", "sysroot"])?;
    let library = Path::new(folder.trim()).join("lib/rustlib/src/rust/library");
    Some(library.join("Cargo.lock").is_file())
}

/// Makes sure that the nightly toolchain has that source, or says what is missing.
pub(crate) fn nightly_source(log: &Log) -> Result<(), String> {
    match has_nightly_source() {
        Some(true) => return Ok(()),
        Some(false) => {}
        None => {
            return Err(
                "no nightly compiler; install it with `rustup toolchain install nightly`"
                    .to_string(),
            );
        }
    }
    log.note("the nightly toolchain has no rust-src; rustup is asked for it");
    let mut rustup = Command::new("rustup");
    rustup
        .args(["component", "add", "rust-src", "--toolchain", "nightly"])
        .env("RUST_BACKTRACE", "0");
    match log.run(&mut rustup, LIMIT) {
        Ok(_) if has_nightly_source() == Some(true) => Ok(()),
        _ => Err(
            "no rust-src; install it with `rustup component add rust-src --toolchain nightly`"
                .to_string(),
        ),
    }
}

/// Makes sure that a program is there, or says what package has it.
pub(crate) fn package(log: &Log, program: &str, package: &str) -> Result<(), String> {
    if has_program(program) {
        return Ok(());
    }
    let is_root = probe("id", &["-u"]).is_some_and(|id| id.trim() == "0");
    if is_root && has_program("apt-get") {
        log.note(&format!("{program} is not installed; apt is asked for it"));
        let install = ["install", "-y", "--no-install-recommends", package];
        for arguments in [&["update"][..], &install] {
            let mut apt = Command::new("apt-get");
            apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
            // Whether it helped is asked below.
            let _ = log.run(&mut apt, LIMIT);
        }
        if has_program(program) {
            return Ok(());
        }
    }
    Err(format!(
        "no {program}; install it with `apt-get install {package}`"
    ))
}

/// Whether a program runs here.
pub(crate) fn has_program(program: &str) -> bool {
    probe(program, &["--version"]).is_some()
}
