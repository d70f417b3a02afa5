//! `check`: parse, validate, compile, and say what is wrong.

use std::io::Write;

use fingerpost::compile::Compiler;
use fingerpost::diagnostic::Diagnostic;
use fingerpost::json;

use super::load::load;
use crate::args::CheckArgs;
use crate::failure::{FINDINGS, Failure, SUCCESS};
use crate::output;
use crate::render::diagnostics::{self, Counts};

/// Runs the command.
///
/// # Errors
///
/// Input that cannot be read, output that cannot be written.
pub(crate) fn run(args: &CheckArgs, as_json: bool) -> Result<u8, Failure> {
    let (files, options) = load(&args.files, &args.import)?;
    let mut found = files.compile(&options, &Compiler::new()).diagnostics;
    sort(&mut found);
    let sources = &files.sources;
    let counts = Counts::of(&found);
    let names: Vec<_> = sources.iter().map(|source| source.name()).collect();
    if args.sarif {
        let mut out = output::stdout_raw();
        writeln!(out, "{}", json::write_sarif(&found, &names))?;
        out.flush()?;
    } else if as_json {
        let mut out = output::stdout_raw();
        writeln!(out, "{}", list(&found, &names))?;
        out.flush()?;
    } else {
        let mut out = output::stdout();
        for diagnostic in &found {
            writeln!(out, "{}", diagnostics::full(diagnostic, sources))?;
        }
        writeln!(out, "{}", counts.summary())?;
        out.flush()?;
    }
    Ok(if counts.errors > 0 { FINDINGS } else { SUCCESS })
}

/// Puts diagnostics in the order of the input, whatever step found what; without a place
/// last.
pub(crate) fn sort(found: &mut [Diagnostic]) {
    found.sort_by_key(|found| match found.origin {
        Some(origin) => (false, origin.source, origin.start),
        None => (true, 0, 0),
    });
}

/// Diagnostics as a JSON list, a line each.
pub(crate) fn list(found: &[Diagnostic], names: &[&str]) -> String {
    let lines: Vec<String> = found
        .iter()
        .map(|found| format!("\n{}", json::write_diagnostic(found, names)))
        .collect();
    let end = if lines.is_empty() { "" } else { "\n" };
    format!("[{}{end}]", lines.join(","))
}
