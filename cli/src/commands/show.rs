//! `show`: what the manifests amount to.

use std::io::Write;

use fingerpost::json;

use super::load::{Loaded, load, report};
use crate::args::ShowArgs;
use crate::failure::{Failure, SUCCESS};
use crate::output;
use crate::render::status;

/// Runs the command.
///
/// # Errors
///
/// Input that cannot be read, output that cannot be written.
pub(crate) fn run(args: &ShowArgs, as_json: bool) -> Result<u8, Failure> {
    let Loaded { sources, import } = load(&args.files, &args.import)?;
    report(&import.diagnostics, &sources);
    if as_json {
        let mut out = output::stdout_raw();
        writeln!(out, "{}", json::write_status(&import.status))?;
        out.flush()?;
    } else {
        let mut out = output::stdout();
        status::write(&mut out, &import.status)?;
        out.flush()?;
    }
    Ok(SUCCESS)
}
