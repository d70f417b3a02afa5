//! Stage reproducible: the same routes give the same bytes on another machine.
//!
//! One program compiles many route sets and says what came of each: on this machine, and
//! for WebAssembly, whose pointers have 32 bits, under node. The latter also reads what
//! the former wrote. What they say must be the same, line by line. Where it is not, the
//! first place that differs is told.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::Stage;
use super::cargo::cargo;
use crate::provision;
use crate::report::{Counts, Outcome};
use crate::run::Failure;
use crate::workspace;

/// The target triple of WebAssembly with files.
pub(crate) const WASI: &str = "wasm32-wasip1";
/// The package of the program, which has the same name.
const PACKAGE: &str = "fingerpost-reproducible";
const PROGRAM: &str = "reproducible";
/// Cold builds and runs take about a minute each on a machine that does other things too.
const LIMIT: Duration = Duration::from_secs(600);
/// Words of a line: a set's name, and what came of each step.
const WORDS: usize = 7;

/// Runs it. Counts a test for each route set.
pub(super) fn run(stage: &Stage<'_>) -> Outcome {
    if let Err(reason) = provision::rust_target(stage.log, WASI) {
        return Outcome::Skipped(reason);
    }
    if let Err(reason) = provision::package(stage.log, "node", "nodejs") {
        return Outcome::Skipped(reason);
    }
    match compare(stage) {
        Ok(sets) => Outcome::Passed(Counts::passed(sets)),
        Err(why) => Outcome::failed(why),
    }
}

/// How many sets are the same on both.
fn compare(stage: &Stage<'_>) -> Result<u64, String> {
    let why = |failure: Failure| failure.why;
    // The compiler of patterns takes ten times as long without optimization.
    for target in [&[][..], &["--target", WASI]] {
        let mut build = cargo(&["build", "--release", "-p", PACKAGE, "--bin", PROGRAM]);
        build.args(target);
        stage.log.run(&mut build, LIMIT).map_err(why)?;
    }
    let folder = workspace::target().join("xtask").join(PROGRAM);
    let (here, there) = (folder.join("here"), folder.join("there"));
    for folder in [&here, &there] {
        // What is left of another run could be taken for what this one writes.
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    }
    let file = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
    let mut own = Command::new(workspace::target().join("release").join(file));
    own.args([&here, &here]);
    let ours = stage.log.run(&mut own, LIMIT).map_err(why)?;

    let mut node = Command::new("node");
    node.arg("--no-warnings")
        .arg(workspace::root().join("tests/reproducible/wasi.mjs"))
        .arg(
            workspace::target()
                .join(WASI)
                .join("release/reproducible.wasm"),
        )
        .args([&folder, &there, &here]);
    let theirs = stage.log.run(&mut node, LIMIT).map_err(why)?;
    same(&ours, &theirs, (&here, &there))
}

/// How many lines there are, where all are the same.
fn same(ours: &str, theirs: &str, (here, there): (&Path, &Path)) -> Result<u64, String> {
    let sets = |text: &'_ str| -> Vec<String> {
        let lines = text.lines().filter(|line| line.split(' ').count() == WORDS);
        lines.map(ToString::to_string).collect()
    };
    let (ours, theirs) = (sets(ours), sets(theirs));
    for (one, other) in ours.iter().zip(&theirs) {
        if one == other {
            continue;
        }
        let name = one.split(' ').next().unwrap_or_default();
        let mut fields = one.split(' ').zip(other.split(' '));
        let (one, other) = fields.find(|(one, other)| one != other).unwrap_or_default();
        let place = match one.split('=').next() {
            Some(kind @ ("snapshot" | "nameless")) => {
                let file = format!("{name}.{kind}.fpt");
                format!(", from {} on", first_difference(&file, here, there))
            }
            _ => String::new(),
        };
        return Err(format!(
            "{name}: {one} on this machine, {other} for {WASI}{place}"
        ));
    }
    if ours.is_empty() || ours.len() != theirs.len() {
        let (ours, theirs) = (ours.len(), theirs.len());
        return Err(format!("{ours} sets on this machine, {theirs} for {WASI}"));
    }
    Ok(ours.len() as u64)
}

/// Where two files begin to differ.
fn first_difference(file: &str, here: &Path, there: &Path) -> String {
    /// Length and checksum come before what they are of.
    const HEADER: usize = 32;
    let read = |folder: &Path| fs::read(folder.join(file)).unwrap_or_default();
    let (ours, theirs) = (read(here), read(there));
    let mut bytes = ours.iter().zip(&theirs).skip(HEADER);
    match bytes.position(|(one, other)| one != other) {
        Some(at) => format!("byte {} of {file}", at + HEADER),
        None => format!("the end of {file}"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::same;

    #[test]
    fn a_line_that_differs_is_told() {
        let line = |name, refused, decided| {
            format!("{name} a=1 b={refused} c=1 d=1 e=1 decided={decided}\n")
        };
        let compare = |ours: &str, theirs: &str| {
            let nowhere = Path::new("nowhere");
            same(ours, theirs, (nowhere, nowhere))
        };
        let both = line("one", 1, 1) + &line("two", 1, 1);
        assert_eq!(compare(&both, &("noise\n".to_owned() + &both)), Ok(2));
        let other = line("one", 1, 1) + &line("two", 1, 2);
        let why = compare(&both, &other).unwrap_err();
        assert_eq!(
            why,
            "two: decided=1 on this machine, decided=2 for wasm32-wasip1"
        );
        assert!(compare(&both, &line("one", 1, 1)).is_err());
        assert!(compare("", "").is_err());
    }
}
