//! Times contests, and writes a line for each value to standard output.
//!
//! `cargo xtask bench` runs this program; by itself it is for a closer look.
//!
//! ```sh
//! measure --list                       # the contests
//! measure [--quick | --answers] NAME   # one of them
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)] // a tool for the terminal

use std::io;
use std::process::ExitCode;

use fingerpost_benches::contests;
use fingerpost_benches::measure::Depth;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (depth, name) = match words.as_slice() {
        ["--list"] => {
            for name in contests::names() {
                println!("{name}");
            }
            return ExitCode::SUCCESS;
        }
        ["--quick", name] => (Depth::Quick, name),
        ["--answers", name] => (Depth::Answers, name),
        [name] => (Depth::Full, name),
        _ => {
            eprintln!("usage: measure --list | measure [--quick | --answers] NAME");
            return ExitCode::from(2);
        }
    };
    match contests::time(name, depth, &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("measure: {why}");
            ExitCode::FAILURE
        }
    }
}
