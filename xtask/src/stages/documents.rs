//! Stages about what people read: the tree's layout, the commands that documents
//! show, and what is written into documents.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::Stage;
use super::cargo::build_release;
use crate::console::{Shown, commands};
use crate::law;
use crate::report::{Counts, Outcome};
use crate::run::{End, run};
use crate::schema;
use crate::workspace;

/// Documents show short commands.
const LIMIT: Duration = Duration::from_secs(300);

/// The layout of the tree.
pub(super) fn law(stage: &Stage<'_>) -> Outcome {
    match law::check() {
        Ok(report) => {
            for breach in &report.breaches {
                stage.log.note(breach);
            }
            let failed = report.breaches.len() as u64;
            Outcome::Passed(Counts {
                passed: report.held,
                failed,
                skipped: 0,
            })
        }
        Err(error) => Outcome::failed(error),
    }
}

/// Files that are written out of a schema.
pub(super) fn schema(stage: &Stage<'_>) -> Outcome {
    let written = match schema::written() {
        Ok(written) => written,
        Err(error) => return Outcome::failed(error),
    };
    let mut counts = Counts::default();
    for one in written {
        if one.is_current() {
            counts.passed += 1;
        } else {
            counts.failed += 1;
            let file = one.file;
            stage
                .log
                .note(&format!("{file} is stale; run `cargo xtask schema`"));
        }
    }
    Outcome::Passed(counts)
}

/// Commands shown in documents, run at the root and compared with their answers.
pub(super) fn readme(stage: &Stage<'_>) -> Outcome {
    if let Err(failure) = build_release(stage) {
        return Outcome::failed(failure.why);
    }
    let documents = match workspace::files(&workspace::root(), &["md"]) {
        Ok(documents) => documents,
        Err(error) => return Outcome::failed(error),
    };
    let mut counts = Counts::default();
    for document in documents {
        let text = match fs::read_to_string(&document) {
            Ok(text) => text,
            Err(error) => return Outcome::failed(format!("{}: {error}", document.display())),
        };
        let name = workspace::relative(&document);
        match try_document(stage, &name, &commands(&text)) {
            Ok(tried) => counts.add(tried),
            Err(error) => return Outcome::failed(format!("{name}: {error}")),
        }
    }
    Outcome::Passed(counts)
}

/// Runs the commands of one document.
fn try_document(stage: &Stage<'_>, name: &str, shown: &[Shown]) -> Result<Counts, String> {
    let mut counts = Counts::default();
    let mut status = 0;
    for (at, command) in shown.iter().enumerate() {
        let printed = if command.asks_for_status() {
            format!("{status}\n")
        } else {
            let (code, printed) = answer(&command.command)?;
            status = code;
            let asked = shown.get(at + 1).is_some_and(Shown::asks_for_status);
            if status != 0 && !asked {
                stage.log.note(&format!(
                    "{name}:{}: ended with status {status}",
                    command.line
                ));
                stage.log.note(&printed);
                counts.failed += 1;
                continue;
            }
            printed
        };
        if command.answers(&printed) {
            counts.passed += 1;
        } else {
            counts.failed += 1;
            stage
                .log
                .note(&format!("{name}:{}: $ {}", command.line, command.command));
            stage
                .log
                .note(&format!("-- shown\n{}", command.answer.join("\n")));
            stage
                .log
                .note(&format!("-- printed\n{}", printed.trim_end()));
        }
    }
    Ok(counts)
}

/// Runs one command in a shell at the root; its status and what it printed.
fn answer(command: &str) -> Result<(i32, String), String> {
    let file = workspace::target().join("xtask").join("answer.out");
    let problem = |error: std::io::Error| error.to_string();
    let out = fs::File::create(&file).map_err(problem)?;
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(workspace::root());
    shell.stdin(std::process::Stdio::null());
    shell.stdout(out.try_clone().map_err(problem)?).stderr(out);
    // As a newcomer would see it, but for cargo's own progress. `fingerpost` by
    // its bare name is the one that was just built.
    shell
        .env("CARGO_TERM_QUIET", "true")
        .env("NO_COLOR", "1")
        .env("PATH", path_with_binary());
    match run(&mut shell, LIMIT).map_err(problem)? {
        End::Exited(status) => {
            let printed = fs::read(&file).map_err(problem)?;
            Ok((
                status.code().unwrap_or(-1),
                String::from_utf8_lossy(&printed).into_owned(),
            ))
        }
        End::TimedOut => Err(format!("`{command}` took more than {} s", LIMIT.as_secs())),
    }
}

fn path_with_binary() -> std::ffi::OsString {
    let binary = workspace::release_binary();
    let folder = binary.parent().unwrap_or(Path::new(".")).to_path_buf();
    let rest = env::var_os("PATH").unwrap_or_default();
    env::join_paths(std::iter::once(folder).chain(env::split_paths(&rest))).unwrap_or(rest)
}
