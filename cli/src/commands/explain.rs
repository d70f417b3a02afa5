//! `explain`: where a request goes, and why.

use std::io::Write;

use fingerpost::json;

use super::load::{self, tell};
use crate::args::ExplainArgs;
use crate::failure::{Failure, SUCCESS};
use crate::output;
use crate::render::explanation;
use crate::request;

/// What is missing from the explanation of a snapshot that was written without names.
const NO_NAMES: &str =
    "the snapshot has no names: which rule won, and why others lost, is not known";

/// Runs the command.
///
/// # Errors
///
/// A request that is none, input that cannot be read, output that cannot be
/// written.
pub(crate) fn run(args: &ExplainArgs, as_json: bool) -> Result<u8, Failure> {
    let (files, draft) = request::one(&args.words, args.curl.as_deref(), &args.request)?;
    let table = load::table(&files, &args.import)?;
    tell(&draft.notes);
    if !table.has_names() {
        tell(&[NO_NAMES.to_owned()]);
    }
    let mut scratch = table.create_scratch();
    let latin1 = draft.request.is_latin1();
    let answered: Result<(), Failure> = draft.request.ask(&table, |request, draws| {
        let decision = table.decide_with(&mut scratch, request, draws);
        let told = table.explain(request, draws);
        // Also for people: it tells whether the gateway is ambiguous.
        let line = json::write_explanation(&told, &decision, latin1)?;
        if as_json {
            let mut out = output::stdout_raw();
            writeln!(out, "{line}")?;
            out.flush()?;
        } else {
            let mut out = output::stdout();
            explanation::write(&mut out, &told, &decision, args.all)?;
            out.flush()?;
        }
        Ok(())
    })?;
    answered?;
    Ok(SUCCESS)
}
