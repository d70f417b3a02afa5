//! The one way in for people and CI: `cargo xtask test`, `bench`, `doctor`, `fuzz`.
//!
//! Everything that must hold before a change is merged is a *stage*: the format,
//! the lints, the tests, the layout of the tree, the commands that the
//! documents show. [`stages::ALL`] lists them in the order in which they run;
//! cheap ones come first and each reuses what the one before has built.
//!
//! # Why not a shell script
//!
//! A stage must end (each child has a time limit and dies with its process
//! group), must not lie (a stage that ran nothing fails, and one that could not
//! run says why and is not counted as passed), and must leave its log behind.
//! `std` is enough for that, so this package has no dependency and builds in a
//! second.
//!
//! # Where things are
//!
//! | file | duty |
//! |---|---|
//! | `main.rs` | arguments |
//! | `stages.rs`, `stages/` | the list, and a file for each family |
//! | `law.rs` | what the layout of the tree promises |
//! | `console.rs` | commands and answers shown in documents |
//! | `run.rs` | a child with a time limit, and its log |
//! | `report.rs` | counts, and the table at the end |
//! | `clock.rs` | how long the stage that runs has taken, on a terminal |
//! | `provision.rs` | what a stage needs and may fetch |
//! | `doctor.rs` | what this machine has and lacks |
//! | `bench.rs`, `bench/` | measuring, and what of the targets is met |
//! | `fuzz.rs` | fuzz targets |
//! | `schema.rs` | what is written out of the native format's schema |
#![allow(clippy::print_stdout, clippy::print_stderr)] // a tool for the terminal

mod bench;
mod clock;
mod console;
mod doctor;
mod fuzz;
mod law;
mod provision;
mod report;
mod run;
mod schema;
mod stages;
mod workspace;

use std::process::ExitCode;

use stages::Selection;

const USAGE: &str = "\
usage: cargo xtask <command>

  test [--strict] [--only STAGE]... [--skip STAGE]... [--list]
          run the stages; the last line is `N passed, N failed`
          --strict  a stage that cannot run here counts as failed
          --list    name the stages and what each holds
  doctor  what this machine has, and what to install for what is missing
  bench [--quick] [--only CONTEST]... [--show] [--instructions]
          measure the engine and its peers, print the tables and what of the targets
          is met, and write benches/record/, docs/performance.md and its pictures
          --quick  less of it, and nothing is written
          --show   measure nothing, read the record; tables of the contests named
          --instructions  count instructions and write them down instead
  fuzz TARGET [SECONDS]
          build and run a fuzz target of fuzz/, for a minute unless said otherwise
  schema [--check]
          write what is written out of the native format's schema, or say what is stale
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut words = arguments.iter().map(String::as_str);
    match words.next() {
        Some("test") => match selection(words) {
            Ok(Some(selection)) => stages::run(&selection),
            Ok(None) => stages::list(),
            Err(wrong) => usage(&wrong),
        },
        Some("bench") => match bench::Selection::read(words) {
            Ok(selection) => bench::run(&selection),
            Err(wrong) => usage(&wrong),
        },
        Some("doctor") => match words.next() {
            None => doctor::run(),
            Some(word) => usage(&format!("doctor takes no '{word}'")),
        },
        Some("fuzz") => match (words.next(), words.next(), words.next()) {
            (Some(target), seconds, None) => fuzz::fuzz(target, seconds),
            _ => usage("fuzz takes a target and perhaps a number of seconds"),
        },
        Some("schema") => match (words.next(), words.next()) {
            (None, _) => schema::run(false),
            (Some("--check"), None) => schema::run(true),
            (Some(word), _) => usage(&format!("schema takes no '{word}'")),
        },
        Some("help" | "--help" | "-h") => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        Some(word) => usage(&format!("there is no command '{word}'")),
        None => usage("a command is missing"),
    }
}

/// The arguments of `test`; `None` asks for the list.
fn selection<'a>(mut words: impl Iterator<Item = &'a str>) -> Result<Option<Selection>, String> {
    let mut selection = Selection::default();
    while let Some(word) = words.next() {
        match word {
            "--strict" => selection.strict = true,
            "--list" => return Ok(None),
            "--only" | "--skip" => {
                let name = words
                    .next()
                    .ok_or_else(|| format!("{word} needs a stage"))?;
                let stage = stages::find(name).ok_or_else(|| {
                    format!("there is no stage '{name}'; `cargo xtask test --list` has them")
                })?;
                if word == "--only" {
                    selection.only.push(stage);
                } else {
                    selection.skip.push(stage);
                }
            }
            _ => return Err(format!("test takes no '{word}'")),
        }
    }
    Ok(Some(selection))
}

fn usage(wrong: &str) -> ExitCode {
    eprint!("xtask: {wrong}\n\n{USAGE}");
    ExitCode::from(2)
}

#[cfg(test)]
mod tests {
    use super::selection;

    #[test]
    fn a_stage_that_does_not_exist_is_refused() {
        assert!(selection(["--only", "nothing"].into_iter()).is_err());
        assert!(selection(["--only"].into_iter()).is_err());
        assert!(selection(["--fast"].into_iter()).is_err());
    }

    #[test]
    fn stages_are_selected_by_name() {
        let selection = selection(["--strict", "--only", "fmt", "--skip", "doc"].into_iter());
        let selection = selection.unwrap().unwrap();
        assert!(selection.strict);
        assert_eq!(selection.only[0].name, "fmt");
        assert_eq!(selection.skip[0].name, "doc");
    }
}
