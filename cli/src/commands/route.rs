//! `route`: where a request goes, or each of a stream of requests.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use fingerpost::json::{self, RequestError, RequestJson};
use fingerpost::{Handle, Reader};

use super::follow::Followed;
use super::load::{self, tell};
use crate::args::RouteArgs;
use crate::failure::{FINDINGS, Failure, SUCCESS};
use crate::input::is_stdin;
use crate::output;
use crate::render::decision;
use crate::request;
use crate::requests::{Answer, stream};

/// Runs the command.
///
/// # Errors
///
/// A request that is none, input that cannot be read, output that cannot be
/// written.
pub(crate) fn run(args: &RouteArgs, as_json: bool) -> Result<u8, Failure> {
    match &args.requests {
        Some(requests) => many(args, requests),
        None => one(args, as_json),
    }
}

fn one(args: &RouteArgs, as_json: bool) -> Result<u8, Failure> {
    let (files, draft) = request::one(&args.words, args.curl.as_deref(), &args.request)?;
    let table = load::table(&files, &args.import)?;
    tell(&draft.notes);
    let mut scratch = table.create_scratch();
    let latin1 = draft.request.is_latin1();
    let answered: Result<(), Failure> = draft.request.ask(&table, |request, draws| {
        let answer = table.decide_with(&mut scratch, request, draws);
        // Also for people: it tells whether the gateway is ambiguous.
        let line = json::write_decision(&answer, latin1)?;
        if as_json {
            let mut out = output::stdout_raw();
            writeln!(out, "{line}")?;
            out.flush()?;
        } else {
            let mut out = output::stdout();
            decision::write(&mut out, &answer)?;
            out.flush()?;
        }
        Ok(())
    })?;
    answered?;
    Ok(SUCCESS)
}

fn many(args: &RouteArgs, requests: &Path) -> Result<u8, Failure> {
    if !args.request.is_empty() {
        let message =
            "request options stand for one request: put them into the lines of --requests";
        return Err(Failure::Usage(message.to_owned()));
    }
    if let Some(words) = request::stray(&args.words) {
        let message = format!("--requests gives the requests: leave out METHOD and URL ({words})");
        return Err(Failure::Usage(message));
    }
    let files = request::paths(&args.words);
    let from_stdin = is_stdin(requests);
    if from_stdin && files.iter().any(|file| is_stdin(file)) {
        let message = "standard input ('-') cannot hold both manifests and requests";
        return Err(Failure::Usage(message.to_owned()));
    }
    // Opened before the manifests are read: a wrong name is told at once.
    let name = requests.to_string_lossy();
    let input: Box<dyn Read> = if from_stdin {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(requests).map_err(|error| Failure::unreadable_for(&name, error))?)
    };
    // Ends with this function, however that ends.
    let followed: Followed;
    let handle = if args.watch {
        followed = Followed::start(&files, &args.import)?;
        followed.handle().clone()
    } else {
        Handle::new(load::table(&files, &args.import)?)
    };
    let mut answers = Router {
        reader: handle.reader(),
    };
    let mut out = output::stdout_raw();
    let bad = stream(&name, input, &mut out, &mut answers)?;
    out.flush()?;
    Ok(if bad > 0 { FINDINGS } else { SUCCESS })
}

/// Answers requests from the table in use.
struct Router {
    reader: Reader,
}

impl Answer for Router {
    fn answer(&mut self, request: &RequestJson, out: &mut String) -> Result<(), RequestError> {
        let (table, scratch) = self.reader.current();
        let line = request.ask(table, |asked, draws| {
            let decision = table.decide_with(scratch, asked, draws);
            json::write_decision(&decision, request.is_latin1())
        })??;
        out.push_str(&line);
        Ok(())
    }
}
