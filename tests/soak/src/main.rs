//! Matches on two threads while another replaces the table every millisecond.
//!
//! ```text
//! swap_soak [MATCHES]
//! ```
//!
//! Two tables whose answers differ take turns. Every answer is held against that of the
//! table which gave it; the memory of the process is compared between a tenth of the run
//! and its end; and how long single matches take is told without replacements and with
//! them. Exits with 1 where an answer is wrong or the memory grows.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr)] // a tool for the terminal

use std::env;
use std::fs;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fingerpost::builder::{Route, Routes, segments};
use fingerpost::{Handle, Reader, Request, Table};

/// Matches of both threads together, unless another number is given.
const MATCHES: u64 = 100_000_000;
const THREADS: u64 = 2;
/// Time between two replacements.
const PAUSE: Duration = Duration::from_millis(1);
/// Hosts of a table, with [`RULES`] rules each.
const HOSTS: usize = 1_000;
const RULES: usize = 10;
/// Matches between two looks at what others have done.
const BATCH: u64 = 1 << 12;
/// Memory may vary by so many KiB: what the allocator keeps, not growth.
const SLACK_KIB: u64 = 1 << 10;

fn main() -> ExitCode {
    let matches = match env::args().nth(1).map(|number| number.parse()) {
        None => MATCHES,
        Some(Ok(matches)) => matches,
        Some(Err(_)) => {
            eprintln!("usage: swap_soak [MATCHES]");
            return ExitCode::from(2);
        }
    };
    let tables = [table(0), table(1)];
    let still = soak(&tables, matches / 10, None);
    let swapped = soak(&tables, matches, Some(PAUSE));
    println!("without replacements: {}", still.times);
    println!("with replacements: {}", swapped.times);
    let ratio = swapped.times.at(0.999) / still.times.at(0.999);
    println!("99.9th percentile: {ratio:.2} of that without replacements");
    let growth = swapped.end_kib.saturating_sub(swapped.warm_kib);
    println!(
        "{} matches, {} replacements, {} wrong answers, {growth} KiB of growth",
        swapped.matches, swapped.replacements, swapped.wrong
    );
    match still.wrong + swapped.wrong == 0 && growth <= SLACK_KIB && swapped.replacements > 0 {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
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
        routes = routes.route(route.named(format!("{which}-{host}")));
    }
    routes.build().expect("sound routes")
}

fn host_name(host: usize) -> String {
    format!("host-{host}.example")
}

/// What one run showed.
struct Run {
    matches: u64,
    replacements: u64,
    wrong: u64,
    times: Times,
    /// Resident memory after a tenth of the run, and at its end.
    warm_kib: u64,
    end_kib: u64,
}

fn soak(tables: &[Table; 2], matches: u64, pause: Option<Duration>) -> Run {
    let handle = Handle::new(tables[0].clone());
    let done = AtomicU64::new(0);
    let is_done = AtomicBool::new(false);
    let mut run = Run {
        matches: 0,
        replacements: 0,
        wrong: 0,
        times: Times::new(),
        warm_kib: 0,
        end_kib: 0,
    };
    thread::scope(|scope| {
        let readers: Vec<_> = (0..THREADS)
            .map(|seed| {
                let reader = handle.reader();
                let done = &done;
                scope.spawn(move || read(reader, seed, matches / THREADS, done))
            })
            .collect();
        let replacing = scope.spawn(|| {
            let mut count = 0;
            let mut warm_kib = 0;
            while !is_done.load(Ordering::Relaxed) {
                thread::sleep(pause.unwrap_or(PAUSE));
                if pause.is_some() {
                    count += 1;
                    handle.replace(tables[count % 2].clone());
                }
                if warm_kib == 0 && done.load(Ordering::Relaxed) > matches / 10 {
                    warm_kib = resident_kib();
                }
            }
            (count as u64, warm_kib)
        });
        for reader in readers {
            let (matches, wrong, times) = reader.join().expect("nothing panics");
            run.matches += matches;
            run.wrong += wrong;
            run.times.add(&times);
        }
        is_done.store(true, Ordering::Relaxed);
        (run.replacements, run.warm_kib) = replacing.join().expect("nothing panics");
    });
    run.end_kib = resident_kib();
    run
}

/// Matches so often: how often that was, how many answers were wrong, and what they took.
fn read(mut reader: Reader, seed: u64, matches: u64, done: &AtomicU64) -> (u64, u64, Times) {
    let hosts: Vec<String> = (0..HOSTS).map(host_name).collect();
    let paths: Vec<String> = (0..RULES).map(|at| format!("/svc-{at}/x")).collect();
    let (mut count, mut wrong, mut times) = (0, 0, Times::new());
    let mut state = seed + 1;
    while count < matches {
        for _ in 0..BATCH {
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
            let is_right = found.is_some_and(|found| {
                let stage = found.stage();
                let which = usize::from(stage.route.name.starts_with('1'));
                (stage.rule as usize + which) % RULES == path
            });
            wrong += u64::from(!is_right);
        }
        count += BATCH;
        done.fetch_add(BATCH, Ordering::Relaxed);
    }
    (count, wrong, times)
}

/// Resident memory of this process.
fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// How many matches took how long, by eighths of powers of two of nanoseconds.
struct Times {
    counts: Vec<u64>,
}

impl Times {
    fn new() -> Self {
        Self {
            counts: vec![0; 64 * 8],
        }
    }

    fn note(&mut self, time: Duration) {
        let ns = (time.as_nanos() as u64).max(8);
        let power = ns.ilog2();
        let place = power * 8 + (ns >> (power - 3) & 7) as u32;
        self.counts[place as usize] += 1;
    }

    fn add(&mut self, other: &Self) {
        for (own, other) in self.counts.iter_mut().zip(&other.counts) {
            *own += other;
        }
    }

    /// The nanoseconds within which this share of the matches is done.
    fn at(&self, share: f64) -> f64 {
        let all: u64 = self.counts.iter().sum();
        let mut left = (all as f64 * share) as u64;
        for (place, &count) in self.counts.iter().enumerate() {
            if count > left {
                return f64::exp2((place / 8) as f64) * (1.0 + (place % 8 + 1) as f64 / 8.0);
            }
            left -= count;
        }
        0.0
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shares = [
            ("half", 0.5),
            ("99 %", 0.99),
            ("99.9 %", 0.999),
            ("99.99 %", 0.9999),
        ];
        let texts = shares.map(|(name, share)| format!("{name} within {:.0} ns", self.at(share)));
        f.write_str(&texts.join(", "))
    }
}
