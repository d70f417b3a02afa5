//! One request of a stated size, for counting the instructions that it takes.
//!
//! `cargo xtask test --only linear` runs this program under callgrind, which counts
//! within [`measured`] only: the table, the request and the scratch are made
//! outside of it. What is decided is then read from end to end, as a proxy would.
//!
//! The table and the requests are those of [`fingerpost_benches::hostile`]: every kind
//! of predicate on one path, and texts that nearly match.
//!
//! ```sh
//! linear --list                          # kinds, each with its smallest size
//! linear --input path --size 8192        # one request of that kind
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)] // a tool for the terminal

use std::hint::black_box;
use std::process::ExitCode;

use fingerpost::{Decision, Draws, Outcome, Request, Scratch, Table};
use fingerpost_benches::hostile::{KINDS, Kind, METHODS, routes};

/// Decides and reads. The one function whose instructions are counted.
#[inline(never)]
fn measured(table: &Table, scratch: &mut Scratch, requests: &[Request<'_>]) -> usize {
    let mut sum = 0;
    for request in requests {
        sum += read(&table.decide_with(scratch, request, Draws::fixed(u64::MAX / 3)));
    }
    sum
}

/// Reads everything that a decision says, and gives the sum of its lengths.
fn read(decision: &Decision<'_>) -> usize {
    let length = |text: Option<&[u8]>| text.map_or(0, <[u8]>::len);
    let headers = decision
        .headers()
        .map(|(name, value)| name.len() + value.len());
    let edits = decision.request_edits().chain(decision.response_edits());
    let cors = decision
        .cors_headers()
        .map(|(name, value)| name.len() + value.len());
    let metadata = decision.metadata().count();
    let stages = decision.stages().map(|stage| stage.route.name.len());
    length(Some(decision.target()))
        + length(Some(decision.path()))
        + length(Some(decision.method()))
        + length(decision.authority())
        + length(decision.location())
        + length(decision.body())
        + headers.sum::<usize>()
        + edits
            .map(|edit| edit.name.len() + edit.value.len())
            .sum::<usize>()
        + cors.sum::<usize>()
        + metadata
        + stages.sum::<usize>()
        + decision.backends().count()
        + decision.mirrors().count()
        + decision.failover().count()
        + decision
            .captures()
            .map(|(name, value)| name.len() + value.len())
            .sum::<usize>()
        + usize::from(decision.hash().is_some())
        + decision.backend().map_or(0, |backend| backend.name.len())
        + usize::from(decision.status().unwrap_or(0))
        + usize::from(decision.timeouts().request_ms.is_some())
        + usize::from(decision.retry().is_some())
        + usize::from(decision.session().is_some())
        + usize::from(decision.fault().is_some())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["--list"] => {
            for kind in KINDS {
                println!("{} {}", kind.name, kind.smallest);
            }
            ExitCode::SUCCESS
        }
        ["--input", name, "--size", size] => {
            let kind = KINDS.iter().find(|kind| kind.name == *name);
            match (kind, size.parse()) {
                (Some(kind), Ok(size)) => run(kind, size),
                _ => wrong(&format!("there is no input '{name}' of size '{size}'")),
            }
        }
        _ => wrong("usage: linear --list | linear --input KIND --size N"),
    }
}

fn run(kind: &Kind, size: usize) -> ExitCode {
    let compiled = match routes().compile() {
        Ok(compiled) => compiled,
        Err(error) => return wrong(&error.to_string()),
    };
    let table = compiled.table;
    let input = (kind.make)(size);
    let headers: Vec<(&[u8], &[u8])> = input
        .headers
        .iter()
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
        .chain([
            (&b"x-never"[..], &b"0"[..]),
            (b"origin", b"https://b.example"),
        ])
        .collect();
    let requests = METHODS.map(|method| {
        Request::new(method, input.target.as_bytes())
            .with_authority(b"api.example")
            .with_headers(&headers)
    });
    let mut scratch = table.create_scratch();

    // A request that is refused costs little, and would pass for a fast one.
    let wanted = [
        Outcome::Forward,
        Outcome::Forward,
        Outcome::Redirect,
        Outcome::Respond,
    ];
    for (request, wanted) in requests.iter().zip(wanted) {
        let decision = table.decide_with(&mut scratch, request, Draws::fixed(0));
        if decision.outcome() != wanted || decision.reason() != fingerpost::Reason::Matched {
            let found = decision.reason().as_str();
            return wrong(&format!("{}: {wanted:?} was expected: {found}", kind.name));
        }
    }
    let sum = measured(black_box(&table), &mut scratch, black_box(&requests));
    println!("{} {size}: read {sum} bytes", kind.name);
    ExitCode::SUCCESS
}

fn wrong(what: &str) -> ExitCode {
    eprintln!("linear: {what}");
    ExitCode::FAILURE
}
