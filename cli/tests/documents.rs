//! `docs/cli.md` says what `--help` says.

mod common;

use std::collections::BTreeSet;

const DOCUMENT: &str = include_str!("../../docs/cli.md");
const COMMANDS: [&str; 5] = ["route", "explain", "check", "show", "compile"];

/// The long options that a text names: `--requests`.
fn options(text: &str) -> BTreeSet<&str> {
    let is_part = |c: char| c.is_ascii_lowercase() || c == '-';
    text.split(|c| !is_part(c))
        .filter(|word| word.len() > 2 && word.starts_with("--") && !word.starts_with("---"))
        .collect()
}

#[test]
fn every_option_is_documented_and_exists() {
    let mut help = common::texts(&["--help"], b"").0;
    for command in COMMANDS {
        help.push_str(&common::texts(&[command, "--help"], b"").0);
    }
    let mut documented = options(DOCUMENT);
    // Of cargo, in how to install and run it.
    documented.remove("--path");
    documented.remove("--release");
    assert_eq!(documented, options(&help));
}

#[test]
fn every_command_is_documented_and_exists() {
    let help = common::texts(&["--help"], b"").0;
    for command in COMMANDS {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
        assert!(DOCUMENT.contains(&format!("| `fingerpost {command} ")));
    }
}
