//! `check`: parse, validate, compile, and say what is wrong.

use std::io::Write;

use fingerpost::json;

use super::load::{Loaded, load};
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
    let Loaded { sources, import } = load(&args.files, &args.import)?;
    let counts = Counts::of(&import.diagnostics);
    if as_json {
        let mut out = output::stdout_raw();
        let names: Vec<_> = sources.iter().map(|source| source.name()).collect();
        write!(out, "[")?;
        for (index, diagnostic) in import.diagnostics.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(
                out,
                "{comma}\n{}",
                json::write_diagnostic(diagnostic, &names)
            )?;
        }
        writeln!(
            out,
            "{}]",
            if import.diagnostics.is_empty() {
                ""
            } else {
                "\n"
            }
        )?;
        out.flush()?;
    } else {
        let mut out = output::stdout();
        for diagnostic in &import.diagnostics {
            writeln!(out, "{}", diagnostics::full(diagnostic, &sources))?;
        }
        writeln!(out, "{}", counts.summary())?;
        out.flush()?;
    }
    Ok(if counts.errors > 0 { FINDINGS } else { SUCCESS })
}
