//! What this machine has, what each thing is for, and what to install.

use std::process::ExitCode;

use crate::provision::{has_nightly_source, has_rust_target};
use crate::run::probe;
use crate::stages::{WASI, WASM};
use crate::workspace;

/// One thing that some stage or face uses.
struct Need {
    /// What it is called.
    name: &'static str,
    /// What it is for.
    purpose: &'static str,
    /// Whether `cargo xtask test` cannot do without it.
    required: bool,
    /// What is found: a version, a path.
    find: fn() -> Option<String>,
    /// How it is come by.
    install: &'static str,
}

const NEEDS: &[Need] = &[
    Need {
        name: "rustc",
        purpose: "everything",
        required: true,
        find: || first_line("rustc", &["--version"]),
        install: "https://rustup.rs, stable, 1.88 or later",
    },
    Need {
        name: "rustfmt",
        purpose: "stage fmt",
        required: true,
        find: || first_line("cargo", &["fmt", "--version"]),
        install: "rustup component add rustfmt",
    },
    Need {
        name: "clippy",
        purpose: "stage clippy",
        required: true,
        find: || first_line("cargo", &["clippy", "--version"]),
        install: "rustup component add clippy",
    },
    Need {
        name: "wasm32 target",
        purpose: "stage wasm; `cargo xtask test` adds it where rustup is there",
        required: true,
        find: || has_rust_target(WASM).then(|| "installed".to_string()),
        install: "rustup target add wasm32-unknown-unknown",
    },
    Need {
        name: "wasm32 with files",
        purpose: "stage reproducible; `cargo xtask test` adds it where rustup is there",
        required: false,
        find: || has_rust_target(WASI).then(|| "installed".to_string()),
        install: "rustup target add wasm32-wasip1",
    },
    Need {
        name: "node",
        purpose: "stage reproducible; `cargo xtask test` installs it where it is root",
        required: false,
        find: || first_line("node", &["--version"]),
        install: "apt-get install nodejs",
    },
    Need {
        name: "shared data",
        purpose: "stage conformance and some cases of stage unit; skipped without",
        required: false,
        find: || workspace::shared_data().map(|folder| folder.display().to_string()),
        install: "put it at ../shared, or name it in FINGERPOST_SHARED",
    },
    Need {
        name: "cmake",
        purpose: "stage examples (pingora); `cargo xtask test` installs it where it is root",
        required: false,
        find: || first_line("cmake", &["--version"]),
        install: "apt-get install cmake",
    },
    Need {
        name: "valgrind",
        purpose: "stages linear and instructions; `cargo xtask test` installs it where it is root",
        required: false,
        find: || first_line("valgrind", &["--version"]),
        install: "apt-get install valgrind",
    },
    Need {
        name: "nightly",
        purpose: "stage tsan and `cargo xtask fuzz`: sanitizers and coverage",
        required: false,
        find: || first_line("rustc", &["+nightly", "--version"]),
        install: "rustup toolchain install nightly",
    },
    Need {
        name: "rust-src",
        purpose: "stage tsan; `cargo xtask test` adds it where nightly is there",
        required: false,
        find: || (has_nightly_source() == Some(true)).then(|| "installed".to_string()),
        install: "rustup component add rust-src --toolchain nightly",
    },
    Need {
        name: "C++ compiler",
        purpose: "`cargo xtask fuzz`: libFuzzer is built from source",
        required: false,
        find: || first_line("c++", &["--version"]),
        install: "apt-get install g++",
    },
];

/// Prints the table. Fails only where `cargo xtask test` could not pass here.
pub(crate) fn run() -> ExitCode {
    let mut lacking = 0;
    for need in NEEDS {
        match (need.find)() {
            Some(found) => println!("{:<18} {found}", need.name),
            None => {
                let word = if need.required { "MISSING" } else { "absent" };
                println!(
                    "{:<18} {word}: for {}; {}",
                    need.name, need.purpose, need.install
                );
                lacking += u32::from(need.required);
            }
        }
    }
    if lacking == 0 {
        println!("\n`cargo xtask test` has what it needs");
        ExitCode::SUCCESS
    } else {
        println!("\n`cargo xtask test` lacks {lacking} of the above");
        ExitCode::FAILURE
    }
}

fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let text = probe(program, arguments)?;
    text.lines().next().map(str::to_string)
}
