//! Counts what contests ask of the allocator, and writes a line for each value to
//! standard output.
//!
//! A program of its own, since a counting allocator costs time: `measure` has the
//! system's.
//!
//! ```sh
//! count [--quick | --answers] NAME
//! ```
#![allow(clippy::print_stderr)] // a tool for the terminal

use std::alloc::System;
use std::io;
use std::process::ExitCode;

use fingerpost_benches::contests;
use fingerpost_benches::measure::Depth;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (depth, name) = match words.as_slice() {
        ["--quick", name] => (Depth::Quick, name),
        ["--answers", name] => (Depth::Answers, name),
        [name] => (Depth::Full, name),
        _ => {
            eprintln!("usage: count [--quick | --answers] NAME");
            return ExitCode::from(2);
        }
    };
    match contests::count(name, depth, &mut io::stdout().lock(), &meter) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("count: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Calls so far, and bytes in use.
fn meter() -> (usize, isize) {
    let stats = COUNTING.stats();
    // Bytes that a reallocation adds or gives back are counted as allocated or
    // deallocated too.
    let bytes = stats.bytes_allocated as isize - stats.bytes_deallocated as isize;
    (stats.allocations + stats.reallocations, bytes)
}
