//! `check`: parse, validate, compile, and say what is wrong.

use std::io::Write;

use fingerpost::compile::Compiler;
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
    let Loaded {
        sources,
        mut import,
    } = load(&args.files, &args.import)?;
    import
        .diagnostics
        .extend(Compiler::new().compile(&import.routes).diagnostics);
    // In the order of the input, whatever step found what; without a place last.
    import.diagnostics.sort_by_key(|found| match found.origin {
        Some(origin) => (false, origin.source, origin.start),
        None => (true, 0, 0),
    });
    let counts = Counts::of(&import.diagnostics);
    let names: Vec<_> = sources.iter().map(|source| source.name()).collect();
    if args.sarif {
        let mut out = output::stdout_raw();
        writeln!(out, "{}", json::write_sarif(&import.diagnostics, &names))?;
        out.flush()?;
    } else if as_json {
        let mut out = output::stdout_raw();
        write!(out, "[")?;
        for (index, diagnostic) in import.diagnostics.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(
                out,
                "{comma}\n{}",
                json::write_diagnostic(diagnostic, &names)
            )?;
        }
        let end = if import.diagnostics.is_empty() {
            ""
        } else {
            "\n"
        };
        writeln!(out, "{end}]")?;
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
