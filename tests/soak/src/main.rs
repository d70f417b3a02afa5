//! Matches on two threads while another replaces the table every millisecond.
//!
//! ```text
//! swap_soak [MATCHES] [--answers-only]
//! ```
//!
//! Two tables whose answers differ take turns. Every answer is held against that of the
//! table which gave it; the memory of the process is compared between the first tenth
//! of [`ROUNDS`] rounds and all others; and each round matches as often without replacements
//! as with them, so that what single matches take can be compared on a machine that does
//! other things too. What must hold stands in `verdict.rs`. Exits with 1 where it does not.
//!
//! `--answers-only` is for a program that was built with a sanitizer, which takes memory
//! and time of its own: neither is judged, and there are no rounds without replacements.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr)] // a tool for the terminal

mod times;
mod verdict;

use std::env;
use std::fs;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fingerpost::builder::{Route, Routes, segments};
use fingerpost::{Handle, Reader, Request, Table};

use times::Times;
use verdict::Findings;

/// Matches of both threads together while tables are replaced, unless another number is
/// given.
const MATCHES: u64 = 100_000_000;
const THREADS: u64 = 2;
/// Short ones, so that what else the machine does disturbs those with replacements as much
/// as those without.
const ROUNDS: u64 = 50;
/// The rounds after which memory is no longer expected to grow.
const WARM: u64 = ROUNDS / 10;
/// Time between two replacements.
const PAUSE: Duration = Duration::from_millis(1);
/// Replacements between two looks at memory and at tables that are kept.
const LOOK: u64 = 16;
/// Hosts of a table, with [`RULES`] rules each.
const HOSTS: usize = 1_000;
const RULES: usize = 10;
/// The percentile that is compared.
const SHARE: f64 = 0.999;

fn main() -> ExitCode {
    let Some((matches, is_answers_only)) = arguments(env::args().skip(1)) else {
        eprintln!("usage: swap_soak [MATCHES] [--answers-only]");
        return ExitCode::from(2);
    };
    let findings = soak(matches, is_answers_only);
    let mut breaches = findings.breaches();
    println!(
        "{} matches, {} replacements in {:.1} s, {} wrong answers; tables kept: {} at most",
        findings.matches,
        findings.replacements,
        findings.replacing.as_secs_f64(),
        findings.wrong,
        findings.kept
    );
    if is_answers_only {
        println!("neither memory nor time is judged");
    } else {
        breaches.extend(findings.costs());
        if let (Some(growth), Some(ratio)) = (findings.growth_kib(), findings.ratio()) {
            println!(
                "{growth} KiB of growth; 99.9th percentile {ratio:.2} of that without \
                 replacements"
            );
        }
    }
    for breach in &breaches {
        println!("FAILED: {breach}");
    }
    match breaches.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// How many matches, and whether only the answers are judged.
fn arguments(words: impl Iterator<Item = String>) -> Option<(u64, bool)> {
    let (mut matches, mut is_answers_only) = (MATCHES, false);
    for word in words {
        match word.as_str() {
            "--answers-only" => is_answers_only = true,
            // None would show nothing.
            number => matches = number.parse().ok().filter(|&number| number > 0)?,
        }
    }
    Some((matches, is_answers_only))
}

/// A table that is one of two: each of its rules is the other's shifted by one, and its
/// routes' names begin with its number.
fn table(which: usize) -> Table {
    let mut routes = Routes::new();
    for host in 0..HOSTS {
        let rules = (0..RULES).map(|at| {
            let path = (at + which) % RULES;
            segments(format!("/svc-{path}")).to("b")
        });
        let route = rules.fold(Route::host(&host_name(host)), Route::rule);
        routes = routes.route(route.named(route_name(which, host)));
    }
    routes.build().expect("sound routes")
}

fn host_name(host: usize) -> String {
    format!("host-{host}.example")
}

fn route_name(which: usize, host: usize) -> String {
    format!("{which}-{host}")
}

/// What [`route_name`] was made of.
fn route_number(name: &str) -> Option<(usize, usize)> {
    let (which, host) = name.split_once('-')?;
    Some((which.parse().ok()?, host.parse().ok()?))
}

/// All rounds, with one handle.
fn soak(matches: u64, is_answers_only: bool) -> Findings {
    let tables = [table(0), table(1)];
    let [first, _] = &tables;
    let handle = Handle::new(first.clone());
    let share = matches.div_ceil(ROUNDS * THREADS);
    let mut findings = Findings {
        asked: matches,
        matches: 0,
        wrong: 0,
        replacements: 0,
        replacing: Duration::ZERO,
        changes: 0,
        changes_when_still: 0,
        kept: 0,
        left: 0,
        warm_kib: None,
        later_kib: None,
        still_ns: None,
        swapped_ns: None,
    };
    let (mut still_times, mut swapped_times) = (Times::new(), Times::new());
    let mut changes = [0; THREADS as usize];
    for at in 0..ROUNDS {
        let mut rounds = Vec::new();
        if !is_answers_only {
            rounds.push(round(&handle, None, share));
        }
        rounds.push(round(&handle, Some(&tables), share));
        for round in rounds {
            findings.wrong += round.wrong;
            findings.kept = findings.kept.max(round.kept);
            match at {
                0..WARM => findings.warm_kib = findings.warm_kib.max(round.peak_kib),
                _ => findings.later_kib = findings.later_kib.max(round.peak_kib),
            }
            if round.is_still {
                findings.changes_when_still += round.changes.iter().sum::<u64>();
                still_times.add(&round.times);
                continue;
            }
            findings.matches += round.matches;
            findings.replacements += round.replacements;
            findings.replacing += round.took;
            swapped_times.add(&round.times);
            for (sum, more) in changes.iter_mut().zip(&round.changes) {
                *sum += more;
            }
        }
    }
    findings.changes = changes.into_iter().min().unwrap_or(0);
    findings.left = handle.collect();
    findings.still_ns = still_times.at(SHARE);
    findings.swapped_ns = swapped_times.at(SHARE);
    if !is_answers_only {
        println!("without replacements: {still_times}");
    }
    println!("with replacements: {swapped_times}");
    findings
}

/// What one round showed.
struct Round {
    /// Whether no table was replaced.
    is_still: bool,
    matches: u64,
    wrong: u64,
    times: Times,
    /// How often each thread came by another table.
    changes: Vec<u64>,
    replacements: u64,
    took: Duration,
    kept: usize,
    peak_kib: Option<u64>,
}

/// Matches so often in each thread, while these tables take turns, if any.
fn round(handle: &Handle, tables: Option<&[Table; 2]>, share: u64) -> Round {
    let is_done = AtomicBool::new(false);
    let mut round = Round {
        is_still: tables.is_none(),
        matches: 0,
        wrong: 0,
        times: Times::new(),
        changes: Vec::new(),
        replacements: 0,
        took: Duration::ZERO,
        kept: 0,
        peak_kib: None,
    };
    thread::scope(|scope| {
        let readers: Vec<_> = (0..THREADS)
            .map(|seed| {
                let reader = handle.reader();
                scope.spawn(move || read(reader, seed, share))
            })
            .collect();
        let replacing = scope.spawn(|| replace(handle, tables, &is_done));
        for reader in readers {
            let read = reader.join().expect("nothing panics");
            round.matches += share;
            round.wrong += read.wrong;
            round.times.add(&read.times);
            round.changes.push(read.changes);
        }
        is_done.store(true, Ordering::Relaxed);
        let replaced = replacing.join().expect("nothing panics");
        round.replacements = replaced.count;
        round.took = replaced.took;
        round.kept = replaced.kept;
        round.peak_kib = replaced.peak_kib;
    });
    round
}

/// What the thread that replaces tables saw.
struct Replaced {
    count: u64,
    took: Duration,
    kept: usize,
    peak_kib: Option<u64>,
}

/// Replaces the table by these in turn until the round is done. Without any it wakes as
/// often and looks around as often, so that both rounds are alike but for that.
fn replace(handle: &Handle, tables: Option<&[Table; 2]>, is_done: &AtomicBool) -> Replaced {
    let start = Instant::now();
    let (mut count, mut kept, mut peak_kib) = (0, 0, None);
    let turns = tables.into_iter().flatten().cycle();
    let mut turns = turns.skip(1); // the first is in use
    for wake in 1u64.. {
        thread::sleep(PAUSE);
        if let Some(table) = turns.next() {
            handle.replace(table.clone());
            count += 1;
        }
        let is_last = is_done.load(Ordering::Relaxed);
        if wake % LOOK == 0 || is_last {
            kept = kept.max(handle.collect());
            peak_kib = peak_kib.max(resident_kib());
        }
        if is_last {
            break;
        }
    }
    Replaced {
        count,
        took: start.elapsed(),
        kept,
        peak_kib,
    }
}

/// What a thread that matches saw.
struct Read {
    wrong: u64,
    changes: u64,
    times: Times,
}

/// Matches so often.
fn read(mut reader: Reader, seed: u64, matches: u64) -> Read {
    let hosts: Vec<String> = (0..HOSTS).map(host_name).collect();
    let paths: Vec<String> = (0..RULES).map(|at| format!("/svc-{at}/x")).collect();
    let (mut wrong, mut changes, mut times) = (0, 0, Times::new());
    let mut state = seed + 1;
    let mut last = None;
    for _ in 0..matches {
        state = state
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        let (host, path) = (
            (state >> 33) as usize % HOSTS,
            (state >> 50) as usize % RULES,
        );
        let start = Instant::now();
        let (table, scratch) = reader.current();
        let request =
            Request::new(b"GET", paths[path].as_bytes()).with_authority(hosts[host].as_bytes());
        let found = table.find_with(scratch, &request);
        times.note(start.elapsed());
        let Some(found) = found else {
            wrong += 1;
            continue;
        };
        let stage = found.stage();
        let Some((which, of_host)) = route_number(stage.route.name) else {
            wrong += 1;
            continue;
        };
        let is_right = of_host == host && (stage.rule as usize + which) % RULES == path;
        wrong += u64::from(!is_right);
        changes += u64::from(last.is_some_and(|last| last != which));
        last = Some(which);
    }
    Read {
        wrong,
        changes,
        times,
    }
}

/// Resident memory of this process; `None` where the system does not tell it.
fn resident_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let number = line.split_whitespace().next()?.parse().ok()?;
    // A program that takes none does not run.
    (number > 0).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::{MATCHES, arguments};

    #[test]
    fn costs_are_judged_unless_told_otherwise() {
        let read = |words: &[&str]| arguments(words.iter().map(ToString::to_string));
        assert_eq!(read(&[]), Some((MATCHES, false)));
        assert_eq!(read(&["5", "--answers-only"]), Some((5, true)));
        assert_eq!(read(&["0"]), None);
        assert_eq!(read(&["--fast"]), None);
    }
}
