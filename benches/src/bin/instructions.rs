//! Fixed requests against fixed tables, for counting the instructions that they take.
//!
//! `cargo xtask test --only instructions` runs this program under callgrind, which
//! counts within [`measured`] only, and holds the counts against
//! `benches/record/instructions.txt`. Instructions are no time: they say nothing of
//! cache misses and wrong guesses. But they are the same on a busy machine and on an
//! idle one, so that a change which makes the search longer is seen at once.
//!
//! ```sh
//! instructions --list
//! instructions full-1000-find-uniform
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)] // a tool for the terminal

use std::hint::black_box;
use std::process::ExitCode;

use fingerpost_benches::engines::{Decide, Engine, FindMany, Fingerpost, OverTls};
use fingerpost_benches::measure::tally;
use fingerpost_benches::mix::{Mix, Prepared, Workload};
use fingerpost_benches::routes::{
    Set, adversarial, busy_host, full, github, microservice, regexes, tenants,
};

/// Requests of a scenario.
const REQUESTS: usize = 256;

/// What targets bring besides their path in scenarios of queries.
const QUERY: &str = "?page=2&sort=name";

/// A table, and what it is asked.
struct Scenario {
    name: &'static str,
    set: fn() -> Set,
    mix: Mix,
    way: Way,
    /// What stands behind each path.
    query: &'static str,
}

/// How a table is asked.
#[derive(Clone, Copy)]
enum Way {
    Find,
    FindOverTls,
    FindMany,
    Decide,
}

const fn find(name: &'static str, set: fn() -> Set, mix: Mix) -> Scenario {
    Scenario {
        name,
        set,
        mix,
        way: Way::Find,
        query: "",
    }
}

const fn decide(name: &'static str, set: fn() -> Set, mix: Mix) -> Scenario {
    Scenario {
        way: Way::Decide,
        ..find(name, set, mix)
    }
}

const SCENARIOS: &[Scenario] = &[
    find("github-find-uniform", github::paths, Mix::Uniform),
    decide("github-decide-uniform", github::paths, Mix::Uniform),
    find("github-find-miss", github::paths, Mix::Miss),
    find("openapi-find-uniform", github::openapi, Mix::Uniform),
    find(
        "microservice-1000-find-uniform",
        || microservice::set(1_000),
        Mix::Uniform,
    ),
    find("full-1000-find-uniform", || full::set(1_000), Mix::Uniform),
    decide(
        "full-1000-decide-uniform",
        || full::set(1_000),
        Mix::Uniform,
    ),
    Scenario {
        query: QUERY,
        ..find("full-1000-find-query", || full::set(1_000), Mix::Uniform)
    },
    Scenario {
        way: Way::FindOverTls,
        ..find("full-1000-find-tls", || full::set(1_000), Mix::Uniform)
    },
    Scenario {
        way: Way::FindMany,
        ..find(
            "full-1000-find-many-uniform",
            || full::set(1_000),
            Mix::Uniform,
        )
    },
    find("full-1000-find-miss", || full::set(1_000), Mix::Miss),
    find("full-1000-find-worst", || full::set(1_000), Mix::Worst),
    find(
        "busy-host-1000-find-uniform",
        || busy_host::set(1_000),
        Mix::Uniform,
    ),
    find("tenants-10-find-uniform", || tenants::set(10), Mix::Uniform),
    find(
        "tenants-1000-find-uniform",
        || tenants::set(1_000),
        Mix::Uniform,
    ),
    find(
        "tenants-10000-find-uniform",
        || tenants::set(10_000),
        Mix::Uniform,
    ),
    find(
        "regexes-100-find-uniform",
        || regexes::set(100),
        Mix::Uniform,
    ),
    find(
        "adversarial-256-find-worst",
        || adversarial::set(8),
        Mix::Worst,
    ),
];

/// The one function whose instructions are counted.
#[inline(never)]
fn measured(engine: &mut dyn Engine, asks: &[&Prepared<'_>]) -> usize {
    engine.pass(asks)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["--list"] => {
            for scenario in SCENARIOS {
                println!("{}", scenario.name);
            }
            ExitCode::SUCCESS
        }
        [name] => match SCENARIOS.iter().find(|scenario| scenario.name == *name) {
            Some(scenario) => match run(scenario) {
                Ok(()) => ExitCode::SUCCESS,
                Err(why) => wrong(&why),
            },
            None => wrong(&format!("there is no scenario '{name}'")),
        },
        _ => wrong("usage: instructions --list | instructions SCENARIO"),
    }
}

fn run(scenario: &Scenario) -> Result<(), String> {
    let set = (scenario.set)();
    let workload = Workload::new(&set, scenario.mix);
    let prepared = workload.prepare();
    let targets: Vec<String> = prepared
        .iter()
        .map(|ask| format!("{}{}", ask.path, scenario.query))
        .collect();
    let prepared: Vec<Prepared<'_>> = prepared
        .into_iter()
        .zip(&targets)
        .map(|(ask, path)| Prepared { path, ..ask })
        .collect();
    let asks = workload.in_order(&prepared);
    let asks = &asks[..REQUESTS.min(asks.len())];
    let found = Fingerpost::new(&set)?;
    let mut engine: Box<dyn Engine> = match scenario.way {
        Way::Find => Box::new(found),
        Way::FindOverTls => Box::new(OverTls(found)),
        Way::FindMany => Box::new(FindMany(found)),
        Way::Decide => Box::new(Decide(found)),
    };
    // A wrong answer may well be a short one.
    let (answers, wrong) = tally(&set, &mut *engine, asks);
    if let Some(wrong) = wrong {
        return Err(wrong);
    }
    let taken = measured(black_box(&mut *engine), black_box(asks));
    if taken != answers.taken {
        return Err(format!("{taken} requests are taken, not {}", answers.taken));
    }
    println!("{}: {taken} of {} are taken", scenario.name, asks.len());
    Ok(())
}

fn wrong(what: &str) -> ExitCode {
    eprintln!("instructions: {what}");
    ExitCode::FAILURE
}
