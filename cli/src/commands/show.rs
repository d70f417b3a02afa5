//! `show`: what the manifests amount to.

use std::io::Write;

use fingerpost::json;

use super::load::{self, load, report, tell};
use crate::args::ShowArgs;
use crate::failure::{Failure, SUCCESS};
use crate::output;
use crate::render::{listing, status};
use crate::text::plain;

/// Runs the command.
///
/// # Errors
///
/// Input that cannot be read, output that cannot be written.
pub(crate) fn run(args: &ShowArgs, as_json: bool) -> Result<u8, Failure> {
    if args.status {
        let (files, options) = load(&args.files, &args.import)?;
        if let Some(snapshot) = &files.snapshot {
            let name = snapshot.name();
            return Err(Failure::Usage(format!(
                "{name} is a snapshot: --status is about the objects of manifests, which it \
                 does not have"
            )));
        }
        let import = files.import(&options);
        report(&import.diagnostics, &files.sources);
        if import.status.is_empty() {
            tell(&[
                "nothing here has a status: only the gateways and routes of Gateway API have one"
                    .to_owned(),
            ]);
        }
        return print(
            as_json,
            || json::write_status(&import.status),
            |out| status::write(out, &import.status),
        );
    }
    let table = load::table(&args.files, &args.import)?;
    if args.stats {
        let stats = table.stats();
        print(
            as_json,
            || json::write_stats(&stats),
            |out| listing::stats(out, &stats),
        )
    } else if args.tries {
        let tries = table.tries();
        // A line each, so that a name cannot break the form.
        print(
            as_json,
            || json::write_lines("tries", &tries),
            |out| {
                tries
                    .lines()
                    .try_for_each(|line| writeln!(out, "{}", plain(line)))
            },
        )
    } else if !table.has_names() {
        let message = "the snapshot has no names, and no rules as they were written: \
                       --stats and --tries show what it has";
        Err(Failure::Usage(message.to_owned()))
    } else {
        let stages = table.listing();
        print(
            as_json,
            || json::write_listing(&stages),
            |out| listing::write(out, &stages),
        )
    }
}

/// Prints one of the two forms.
fn print(
    as_json: bool,
    json: impl FnOnce() -> String,
    text: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<u8, Failure> {
    if as_json {
        let mut out = output::stdout_raw();
        writeln!(out, "{}", json())?;
        out.flush()?;
    } else {
        let mut out = output::stdout();
        text(&mut out)?;
        out.flush()?;
    }
    Ok(SUCCESS)
}
