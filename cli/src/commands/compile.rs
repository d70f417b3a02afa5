//! `compile`: a table as a snapshot.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use fingerpost::SnapshotHead;
use fingerpost::compile::Compiler;
use fingerpost::diagnostic::Diagnostic;
use fingerpost::files::{self, Files, Why};
use fingerpost::json::{self, Written};

use super::check::sort;
use super::load::load;
use crate::args::CompileArgs;
use crate::failure::{FINDINGS, Failure, SUCCESS};
use crate::input::is_stdin;
use crate::output;
use crate::render::diagnostics::{self, Counts};
use crate::render::style::{self, paint};
use crate::replace::{folder, replace};
use crate::text::{count, plain};

/// Runs the command. Nothing is written where the manifests have errors: a table without
/// the routes that are wrong is none that somebody meant.
///
/// # Errors
///
/// Input that cannot be read; an output that is part of the input or cannot be written.
pub(crate) fn run(args: &CompileArgs, as_json: bool) -> Result<u8, Failure> {
    let name = args.output.to_string_lossy();
    let to_stdout = is_stdin(&args.output);
    if to_stdout && as_json {
        let message = "standard output ('-') cannot take both the snapshot and JSON";
        return Err(Failure::Usage(message.to_owned()));
    }
    if to_stdout && io::stdout().is_terminal() {
        let message = "a snapshot is nothing for a terminal: name a file, or give it to a program";
        return Err(Failure::Usage(message.to_owned()));
    }
    if let Some(input) = args.files.iter().find(|input| is_in(&args.output, input)) {
        let input = input.to_string_lossy();
        return Err(Failure::Usage(format!(
            "{name} would be written over or into {input}, which is read: write it elsewhere"
        )));
    }
    let (files, options) = load(&args.files, &args.import)?;
    let compiled = files.compile(&options, &Compiler::new());
    let mut found = compiled.diagnostics;
    sort(&mut found);
    if !as_json {
        tell(&found, &files);
    }
    if Counts::of(&found).errors > 0 {
        if as_json {
            print(&json_of(None, &found, &files))?;
        }
        return Ok(FINDINGS);
    }
    let had_names = match &files.snapshot {
        Some(snapshot) => head(snapshot.name(), snapshot.bytes())?.has_names(),
        None => true,
    };
    let bytes = if had_names && !args.without_names {
        compiled.table.to_snapshot()
    } else {
        compiled.table.to_snapshot_without_names()
    };
    if to_stdout {
        let mut out = output::stdout_raw();
        out.write_all(&bytes)?;
        out.flush()?;
        return Ok(SUCCESS);
    }
    let head = head(&name, &bytes)?;
    replace(&args.output, &bytes).map_err(|error| Failure::unwritable(&name, &error))?;
    let written = Written {
        file: &name,
        bytes: bytes.len(),
        rules: compiled.table.stats().rules,
        names: head.has_names(),
        checksum: head.checksum(),
    };
    if as_json {
        print(&json_of(Some(&written), &found, &files))?;
    } else {
        print(&text_of(&written))?;
    }
    Ok(SUCCESS)
}

/// Whether a file would be written over another, or into a folder, that is read.
fn is_in(output: &Path, input: &PathBuf) -> bool {
    let Ok(input) = fs::canonicalize(input) else {
        return false; // Standard input, or what cannot be read, which is told later.
    };
    if input.is_dir() {
        return fs::canonicalize(folder(output)).is_ok_and(|output| output.starts_with(input));
    }
    // What is no file, /dev/null say, holds nothing that could be lost.
    input.is_file() && fs::canonicalize(output).is_ok_and(|output| output == input)
}

/// Tells all diagnostics on standard error, as `check` does on standard output.
fn tell(found: &[Diagnostic], files: &Files) {
    if found.is_empty() {
        return;
    }
    let mut err = output::stderr();
    for diagnostic in found {
        // Nobody is left to tell where standard error fails.
        let _ = writeln!(err, "{}", diagnostics::full(diagnostic, &files.sources));
    }
    let counts = Counts::of(found);
    let nothing = match counts.errors {
        0 => "",
        _ => ": nothing is written",
    };
    let _ = writeln!(err, "{}{nothing}", counts.summary());
    let _ = err.flush();
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = output::stdout();
    writeln!(out, "{text}")?;
    out.flush()?;
    Ok(())
}

fn text_of(written: &Written<'_>) -> String {
    let names = if written.names { "" } else { ", without names" };
    format!(
        "{}  {}, {}{names}, checksum {:016x}",
        paint(style::NAME, plain(written.file)),
        count(written.rules, "rule"),
        count(written.bytes, "byte"),
        written.checksum
    )
}

fn json_of(written: Option<&Written<'_>>, found: &[Diagnostic], files: &Files) -> String {
    let names: Vec<_> = files.sources.iter().map(|source| source.name()).collect();
    json::write_compiled(written, found, &names)
}

/// What a snapshot says of itself, which has been read or is to be written.
fn head(name: &str, bytes: &[u8]) -> Result<SnapshotHead, Failure> {
    SnapshotHead::read(bytes).map_err(|refused| {
        let (name, why) = (name.to_owned(), Why::Snapshot(refused));
        Failure::from(files::Error { name, why })
    })
}
