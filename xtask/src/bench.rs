//! `cargo xtask bench`: the engine and its peers on the same data in one run.
//!
//! The programs of `benches/` measure; here they are built and run, what they find is
//! held against the targets, and written down: a file of values for each contest in
//! `benches/record/`, the tables of `docs/performance.md`, and the pictures there.
//!
//! | file | duty |
//! |---|---|
//! | `bench.rs` | arguments, building, running |
//! | `record.rs` | measured values, and the files that keep them |
//! | `targets.rs` | what is aimed at, and what of it is met |
//! | `tables.rs` | the tables of the document |
//! | `terminal.rs` | what a run prints |
//! | `chart.rs` | growth curves as SVG |
//! | `instructions.rs` | instruction counts, the gate against regressions |
//!
//! A quick run measures less, and leaves the record alone: it writes to
//! `target/xtask/bench/`.

mod chart;
pub(crate) mod instructions;
mod record;
mod tables;
mod targets;
mod terminal;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use crate::run::Log;
use crate::workspace;

use record::Record;

/// The package that measures.
pub(crate) const PACKAGE: &str = "fingerpost-benches";
/// One contest, everything measured, takes some minutes.
const LIMIT: Duration = Duration::from_secs(60 * 60);
/// The document that shows what is measured.
const DOCUMENT: &str = "docs/performance.md";

/// What to measure.
#[derive(Default)]
pub(crate) struct Selection {
    /// Less of it.
    quick: bool,
    /// Nothing; the record is read and shown again.
    show: bool,
    /// Instruction counts instead, which are written down.
    instructions: bool,
    /// These contests only; empty means all.
    only: Vec<String>,
}

impl Selection {
    /// Reads the arguments of `bench`.
    pub(crate) fn read<'a>(mut words: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let mut selection = Self::default();
        while let Some(word) = words.next() {
            match word {
                "--quick" => selection.quick = true,
                "--show" => selection.show = true,
                "--instructions" => selection.instructions = true,
                "--only" => {
                    let name = words.next().ok_or("--only needs a contest")?;
                    selection.only.push(name.to_string());
                }
                _ => return Err(format!("bench takes no '{word}'")),
            }
        }
        Ok(selection)
    }
}

/// Measures, shows, writes down.
pub(crate) fn run(selection: &Selection) -> ExitCode {
    let outcome = match selection.instructions {
        true => instructions::write(),
        false => measure(selection),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("bench: {why}");
            ExitCode::FAILURE
        }
    }
}

fn measure(selection: &Selection) -> Result<(), String> {
    let folder = folder(selection.quick);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let (mut measured_now, mut wrong, mut written) = (Vec::new(), Vec::new(), Vec::new());
    if !selection.show {
        let log = Log::create("bench").map_err(|error| error.to_string())?;
        let names = contests(&log, selection)?;
        let machine = record::machine();
        for name in &names {
            eprintln!("{name}");
            match contest(&log, name, selection.quick) {
                Ok(measured) => {
                    written.push(record::write(&folder, name, &machine, &measured)?);
                    measured_now.push(name.clone());
                }
                // The others may still be measured.
                Err(why) => wrong.push(format!("{name}: {why}")),
            }
        }
    }
    let mut record = Record::read(&folder)?;
    if selection.quick && !selection.show {
        // An earlier quick run may have left other contests behind.
        record.keep(&measured_now);
    }
    let shown = match selection.show {
        true => &selection.only,
        false => &measured_now,
    };
    if let Some(name) = shown.iter().find(|name| record.contest(name).is_none()) {
        return Err(format!("the record has no contest '{name}'"));
    }
    print!("{}", terminal::contests(&record, shown));
    print!("{}", terminal::targets(&record, &measured_now));
    if selection.quick {
        println!("a quick run: the record is as it was");
    } else {
        written.extend(write_document(&record)?);
    }
    if !written.is_empty() {
        println!("\nwritten:");
    }
    for path in &written {
        let path = path.strip_prefix(workspace::root()).unwrap_or(path);
        println!("  {}", path.display());
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(wrong.join("\n")),
    }
}

/// Where values are kept.
fn folder(quick: bool) -> PathBuf {
    match quick {
        true => workspace::target().join("xtask").join("bench"),
        false => workspace::root().join("benches").join("record"),
    }
}

/// Builds the programs and gives the contests that are to be run.
fn contests(log: &Log, selection: &Selection) -> Result<Vec<String>, String> {
    eprintln!("building");
    build(log, &["measure", "count"])?;
    let mut list = Command::new(workspace::release_program("measure"));
    let known = log
        .run(list.arg("--list"), LIMIT)
        .map_err(|failure| failure.why)?;
    let known: Vec<String> = known.lines().map(str::to_string).collect();
    if let Some(name) = selection.only.iter().find(|name| !known.contains(name)) {
        let known = known.join(", ");
        return Err(format!("there is no contest '{name}'; there are {known}"));
    }
    let chosen = known.into_iter();
    let chosen = chosen.filter(|name| selection.only.is_empty() || selection.only.contains(name));
    Ok(chosen.collect())
}

/// Builds programs of the package for release.
pub(crate) fn build(log: &Log, programs: &[&str]) -> Result<(), String> {
    let mut arguments = vec!["build", "--release", "-p", PACKAGE];
    for program in programs {
        arguments.extend(["--bin", program]);
    }
    let mut cargo = crate::stages::cargo(&arguments);
    let built = log.run(&mut cargo, LIMIT);
    built
        .map(drop)
        .map_err(|failure| failure.why + "\n" + &log.tail())
}

/// Times one contest, and counts what it asks of the allocator.
fn contest(log: &Log, name: &str, quick: bool) -> Result<String, String> {
    let mut measured = String::new();
    for program in ["measure", "count"] {
        let mut command = Command::new(workspace::release_program(program));
        if quick {
            command.arg("--quick");
        }
        let found = log.run(command.arg(name), LIMIT);
        measured += &found.map_err(|failure| {
            // What it had measured stands before.
            let last = failure.output.lines().next_back();
            last.unwrap_or(&failure.why).to_string()
        })?;
    }
    Ok(measured)
}

/// Writes the tables into the document, and the pictures beside it. Gives the files that
/// are now other than they were.
fn write_document(record: &Record) -> Result<Vec<PathBuf>, String> {
    let path = workspace::root().join(DOCUMENT);
    let text = fs::read_to_string(&path).map_err(|error| format!("{DOCUMENT}: {error}"))?;
    let mut files = vec![(DOCUMENT.to_string(), tables::fill(&text, record)?)];
    for (name, picture) in chart::all(record) {
        files.push((format!("docs/pictures/{name}.svg"), picture));
    }
    let mut written = Vec::new();
    for (file, text) in files {
        let path = workspace::root().join(&file);
        if fs::read_to_string(&path).is_ok_and(|known| known == text) {
            continue;
        }
        let folder = path.parent().unwrap_or(&path);
        let done = fs::create_dir_all(folder).and_then(|()| fs::write(&path, text));
        done.map_err(|error| format!("{file}: {error}"))?;
        written.push(path);
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::Selection;

    #[test]
    fn contests_are_selected_by_name() {
        let read = |words: &[&str]| Selection::read(words.iter().copied());
        let selection = read(&["--quick", "--only", "full", "--only", "github"]).unwrap();
        assert!(selection.quick);
        assert_eq!(selection.only, ["full", "github"]);
        assert!(read(&["--only"]).is_err());
        assert!(read(&["--fast"]).is_err());
    }
}
