//! The `fingerpost` command line.
//!
//! ```text
//! args      the grammar            ┐
//! input     FILES -> sources       ├─ commands/*: a file each ─► output, exit code
//! request   METHOD URL, curl       ┘         └─ render/*: the forms for people
//! requests  the stream of JSON lines
//! ```
//!
//! Rules that hold everywhere: answers go to standard output and nothing else
//! does; everything about the run goes to standard error; exit codes are 0
//! (done), 1 (done, with bad news), 2 (called wrongly), 3 (cannot be read); a
//! reader that closes its pipe ends the program without a word; text that came
//! with a request or a file is made harmless before a terminal sees it.

mod args;
mod commands;
mod curl;
mod failure;
mod input;
mod output;
mod render;
mod replace;
mod request;
mod requests;
mod text;
mod url;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use failure::Failure;
use render::style::{self, paint};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            if !failure.is_silent() {
                let mut err = output::stderr();
                let message = match failure.to_json().filter(|_| cli.json) {
                    Some(json) => json,
                    None => {
                        let message = text::plain(failure.to_string());
                        format!("{}: {message}", paint(style::BAD, "error"))
                    }
                };
                // Nobody is left to tell where standard error fails.
                let _ = writeln!(err, "{message}");
                let _ = err.flush();
            }
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(cli: &Cli) -> Result<u8, Failure> {
    match &cli.command {
        Command::Check(args) => commands::check::run(args, cli.json),
        Command::Show(args) => commands::show::run(args, cli.json),
        Command::Compile(args) => commands::compile::run(args, cli.json),
        Command::Route(args) => commands::route::run(args, cli.json),
        Command::Explain(args) => commands::explain::run(args, cli.json),
    }
}
