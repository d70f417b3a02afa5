//! Stage soak: a long stream of requests against a large folder of manifests.
//!
//! `fingerpost route DIR --requests -` reads a line, answers a line, and holds
//! nothing of it. Two things are shown here: every line is answered in order,
//! also those that are no requests; and the memory in use does not grow between
//! a tenth of the run and its end.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{fmt, thread};

use super::Stage;
use super::cargo::build_release;
use crate::report::{Counts, Outcome};
use crate::run::Leashed;
use crate::workspace;

/// Rules: [`ROUTES`] routes of [`RULES`] each, the most that the schema allows.
const ROUTES: usize = 625;
const RULES: usize = 16;
/// Requests sent through one pipe.
const REQUESTS: u64 = 100_000;
/// Every so many lines, one is no request.
const BAD_EVERY: u64 = 10_000;
/// Memory may vary by so many KiB: a page cache of the allocator, not growth.
const SLACK_KIB: u64 = 1024;
/// Reading the folder and answering take seconds; this is a hang.
const LIMIT: Duration = Duration::from_secs(300);

/// Runs it. Counts four checks.
pub(super) fn run(stage: &Stage<'_>) -> Outcome {
    if let Err(failure) = build_release(stage) {
        return Outcome::failed(failure.why);
    }
    let folder = workspace::target().join("xtask").join("soak");
    if let Err(error) = write_manifests(&folder) {
        return Outcome::failed(format!("the manifests cannot be written: {error}"));
    }
    match ask(&folder) {
        Ok(run) => {
            stage.log.note(&run.to_string());
            run.judge()
        }
        Err(error) => Outcome::failed(error),
    }
}

/// What one run showed.
struct Run {
    answered: u64,
    out_of_order: u64,
    errors: u64,
    seconds: f64,
    /// Resident memory in KiB when so many lines were answered.
    samples: Vec<(u64, u64)>,
}

impl Run {
    fn judge(&self) -> Outcome {
        let mut breaches = Vec::new();
        if self.answered != REQUESTS {
            breaches.push(format!("{} of {REQUESTS} lines answered", self.answered));
        }
        if self.out_of_order > 0 {
            breaches.push(format!(
                "{} answers are not their line's",
                self.out_of_order
            ));
        }
        if self.errors != REQUESTS / BAD_EVERY {
            breaches.push(format!(
                "{} lines refused, not {}",
                self.errors,
                REQUESTS / BAD_EVERY
            ));
        }
        let growth = self.growth();
        let mut checks = 4;
        match growth {
            Some(kib) if kib > SLACK_KIB => breaches.push(format!("memory grew by {kib} KiB")),
            Some(_) => {}
            // Only Linux tells a program's memory in a file.
            None if cfg!(target_os = "linux") => breaches.push("memory was not read".to_string()),
            None => checks = 3,
        }
        let failed = breaches.len() as u64;
        let counts = Counts {
            passed: checks - failed,
            failed,
            skipped: 0,
        };
        if failed == 0 {
            return Outcome::Passed(counts);
        }
        Outcome::Failed {
            counts,
            why: breaches.join("; "),
        }
    }

    /// By how many KiB memory grew after a tenth of the run.
    fn growth(&self) -> Option<u64> {
        let mut later = self.samples.iter().filter(|(at, _)| *at >= REQUESTS / 10);
        let (_, early) = later.next()?;
        let (_, late) = later.max_by_key(|(_, kib)| *kib)?;
        Some(late.saturating_sub(*early))
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} answers in {:.1} s, {} errors",
            self.answered, self.seconds, self.errors
        )?;
        for (at, kib) in &self.samples {
            writeln!(f, "{at:>8} answers {kib:>8} KiB resident")?;
        }
        Ok(())
    }
}

/// Streams the requests and reads the answers.
fn ask(folder: &Path) -> Result<Run, String> {
    let problem = |error: io::Error| error.to_string();
    let errors = folder.with_extension("stderr");
    let mut command = Command::new(workspace::release_binary());
    command.arg("route").arg(folder).args(["--requests", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command.stderr(File::create(&errors).map_err(problem)?);
    let mut running = Leashed::spawn(&mut command).map_err(problem)?;
    let process = running.child.id();
    let input = running.child.stdin.take().ok_or("no standard input")?;
    let output = running.child.stdout.take().ok_or("no standard output")?;

    let sent = Arc::new(AtomicU64::new(0));
    let sender = thread::spawn({
        let sent = Arc::clone(&sent);
        move || send(input, &sent)
    });
    let start = Instant::now();
    // Reading blocks, so that the limit has to be kept from beside.
    let reader = thread::spawn(move || read(output, process));
    while !reader.is_finished() {
        if start.elapsed() > LIMIT {
            running.end().map_err(problem)?;
            let at = sent.load(Ordering::Relaxed);
            return Err(format!(
                "no end after {} s, {at} lines sent",
                LIMIT.as_secs()
            ));
        }
        thread::sleep(Duration::from_millis(20));
    }
    let mut run = reader
        .join()
        .map_err(|_| "the reader ended early")?
        .map_err(problem)?;
    run.seconds = start.elapsed().as_secs_f64();
    if sender
        .join()
        .map_err(|_| "the sender ended early")?
        .is_err()
    {
        let text = fs::read_to_string(&errors).unwrap_or_default();
        let first = text.lines().next().unwrap_or("no message");
        return Err(format!(
            "it stopped reading after {} answers: {first}",
            run.answered
        ));
    }
    running.end().map_err(problem)?;
    Ok(run)
}

fn send(input: ChildStdin, sent: &AtomicU64) -> io::Result<()> {
    let mut input = BufWriter::new(input);
    for number in 0..REQUESTS {
        if number % BAD_EVERY == BAD_EVERY / 2 {
            writeln!(input, "{{\"path\": not a request")?;
        } else {
            let (route, rule) = aim(number);
            writeln!(
                input,
                "{{\"method\":\"GET\",\"scheme\":\"http\",\"authority\":\"shop{route}.example\",\
                 \"path\":\"/r{rule}/item?n={number}\",\"headers\":[[\"x-n\",\"{number}\"]]}}"
            )?;
        }
        sent.store(number + 1, Ordering::Relaxed);
    }
    input.flush()
}

/// The route and rule that a request is meant for.
fn aim(number: u64) -> (u64, u64) {
    // A large prime walks over all rules in an order that no cache likes.
    let rule = number * 7919 % (ROUTES * RULES) as u64;
    (rule / RULES as u64, rule % RULES as u64)
}

fn read(output: impl io::Read, process: u32) -> io::Result<Run> {
    let mut run = Run {
        answered: 0,
        out_of_order: 0,
        errors: 0,
        seconds: 0.0,
        samples: Vec::new(),
    };
    for line in BufReader::new(output).lines() {
        let line = line?;
        let number = run.answered;
        let (route, rule) = aim(number);
        if line.contains("\"error\"") {
            run.errors += 1;
        } else if !line.contains(&format!("\"backend-{route}-{rule}\"")) {
            run.out_of_order += 1;
        }
        run.answered += 1;
        // Each twentieth of the run, and the last line but a few, when the
        // process is sure to be still there.
        if run.answered.is_multiple_of(REQUESTS / 20)
            && let Some(kib) = resident_kib(process)
        {
            run.samples.push((run.answered, kib));
        }
    }
    Ok(run)
}

fn resident_kib(process: u32) -> Option<u64> {
    let status = fs::read_to_string(PathBuf::from(format!("/proc/{process}/status"))).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// A Gateway and [`ROUTES`] routes, each for a host of its own, a file each.
fn write_manifests(folder: &Path) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    fs::write(
        folder.join("gateway.yaml"),
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\n\
         metadata: {name: edge, namespace: shop}\nspec:\n  gatewayClassName: fingerpost\n  \
         listeners:\n  - {name: http, port: 80, protocol: HTTP}\n",
    )?;
    for route in 0..ROUTES {
        let mut services = String::new();
        let mut text = format!(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n\
             metadata: {{name: route-{route}, namespace: shop}}\nspec:\n  \
             parentRefs: [{{name: edge}}]\n  hostnames: [shop{route}.example]\n  rules:\n"
        );
        for rule in 0..RULES {
            text.push_str(&format!(
                "  - matches: [{{path: {{type: PathPrefix, value: /r{rule}}}}}]\n    \
                 backendRefs: [{{name: backend-{route}-{rule}, port: 8080}}]\n"
            ));
            services.push_str(&format!(
                "---\napiVersion: v1\nkind: Service\n\
                 metadata: {{name: backend-{route}-{rule}, namespace: shop}}\n\
                 spec: {{ports: [{{port: 8080}}]}}\n"
            ));
        }
        fs::write(folder.join(format!("route-{route}.yaml")), text + &services)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{REQUESTS, ROUTES, RULES, Run, aim};
    use crate::report::Outcome;

    fn run(samples: Vec<(u64, u64)>) -> Run {
        Run {
            answered: REQUESTS,
            out_of_order: 0,
            errors: 10,
            seconds: 1.0,
            samples,
        }
    }

    #[test]
    fn every_rule_is_asked_for() {
        let mut asked = vec![false; ROUTES * RULES];
        for number in 0..REQUESTS {
            let (route, rule) = aim(number);
            asked[route as usize * RULES + rule as usize] = true;
        }
        assert!(asked.iter().all(|asked| *asked));
    }

    #[test]
    fn growth_after_a_tenth_of_the_run_is_seen() {
        let steady = run(vec![(5_000, 10_000), (10_000, 20_000), (100_000, 20_100)]);
        assert!(matches!(steady.judge(), Outcome::Passed(_)));
        let growing = run(vec![(5_000, 10_000), (10_000, 20_000), (100_000, 40_000)]);
        assert!(matches!(growing.judge(), Outcome::Failed { .. }));
    }

    #[test]
    fn a_lost_or_foreign_answer_is_seen() {
        let samples = vec![(10_000, 20_000), (100_000, 20_000)];
        let lost = Run {
            answered: REQUESTS - 1,
            ..run(samples.clone())
        };
        assert!(matches!(lost.judge(), Outcome::Failed { .. }));
        let foreign = Run {
            out_of_order: 1,
            ..run(samples)
        };
        assert!(matches!(foreign.judge(), Outcome::Failed { .. }));
    }
}
