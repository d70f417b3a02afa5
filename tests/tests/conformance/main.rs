//! Gateway API's own conformance cases, each asked through the command line.
//!
//! The cases lie beside the project (`../shared/data/conformance`, or
//! `$FINGERPOST_SHARED`); without them this prints `skipped:` and ends. Each
//! upstream test is loaded in isolation, as upstream does: the base manifests
//! and its own. Its request cases are asked in one `fingerpost route FILES
//! --requests -`, its expectations of status are looked up in what `fingerpost
//! show FILES --status --json` prints.
//!
//! The binary is `$FINGERPOST_BIN`, or the newest one in the target folder.
//! Cases that are not run are listed with their reasons in
//! `tests/conformance-not-run.txt`; a line there that names no case fails.
//!
//! * `main.rs`: which cases, and one test for each
//! * `files.rs`: manifests of a test, and the command line that reads them
//! * `requests.rs`: cases as request lines, and the decisions on them
//! * `expect.rs`: whether a decision meets a case
//! * `backend.rs`: what the client sees where the backend fails first
//! * `weights.rs`: shares, counted over evenly spaced draws
//! * `status.rs`: what a controller would write

mod backend;
mod expect;
mod files;
mod requests;
mod status;
mod weights;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::{env, fs};

use libtest_mimic::{Arguments, Trial};
use serde_json::Value;

use requests::Asked;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let Some(folder) = conformance_folder() else {
        println!("skipped: test data absent: data/conformance");
        return ExitCode::SUCCESS;
    };
    let not_run = not_run();
    let mut named = BTreeSet::new();
    let mut trials = Vec::new();
    for (test, document) in tests(&folder) {
        let upstream = Arc::new(Upstream::new(&folder, document));
        for (mark, count) in [
            ('#', upstream.cases().len()),
            ('!', upstream.statuses().len()),
        ] {
            for at in 0..count {
                let id = format!("{test}{mark}{at}");
                if let Some(entry) = not_run.iter().find(|entry| entry.names(&test, &id)) {
                    named.insert(entry.what.clone());
                    println!("not run: {id}: {}", entry.reason);
                    continue;
                }
                let upstream = Arc::clone(&upstream);
                let name = format!("{id} {}", upstream.name(mark, at));
                trials.push(Trial::test(name.trim_end(), move || match mark {
                    '#' => Ok(upstream.try_case(at)?),
                    _ => Ok(upstream.try_status(at)?),
                }));
            }
        }
    }
    for entry in not_run {
        trials.push(Trial::test(format!("not-run list: {}", entry.what), {
            let known = named.contains(&entry.what);
            move || {
                if known {
                    Ok(())
                } else {
                    Err("it names no case".into())
                }
            }
        }));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// One upstream test, the decisions on its cases and its objects' status, each
/// read once.
struct Upstream {
    document: Value,
    folder: PathBuf,
    decisions: OnceLock<Result<Vec<Vec<Asked>>, String>>,
    status: OnceLock<Result<Value, String>>,
}

impl Upstream {
    fn new(folder: &Path, document: Value) -> Self {
        let folder = folder.to_path_buf();
        Self {
            document,
            folder,
            decisions: OnceLock::new(),
            status: OnceLock::new(),
        }
    }

    fn cases(&self) -> &[Value] {
        self.document["cases"].as_array().map_or(&[], Vec::as_slice)
    }

    fn statuses(&self) -> &[Value] {
        self.document["status_expectations"]
            .as_array()
            .map_or(&[], Vec::as_slice)
    }

    fn name(&self, mark: char, at: usize) -> String {
        match mark {
            '#' => self.cases()[at]["name"].as_str().unwrap_or("").to_string(),
            _ => {
                let expect = &self.statuses()[at];
                let of = ["route", "listener", "gateway", "listenerset"];
                let of = of
                    .iter()
                    .map(|name| &expect[*name])
                    .find(|of| !of.is_null());
                let name = of.map(|of| of["name"].as_str().or(of.as_str()).unwrap_or(""));
                format!(
                    "{} {}",
                    expect["type"].as_str().unwrap_or(""),
                    name.unwrap_or("")
                )
            }
        }
    }

    fn try_case(&self, at: usize) -> Result<(), String> {
        let asked = self
            .decisions
            .get_or_init(|| requests::ask(&self.folder, &self.document));
        let asked = asked.as_ref().map_err(Clone::clone)?;
        let case = &self.cases()[at];
        let expect = &case["expect"];
        for Asked { request, decisions } in &asked[at] {
            let failure = |why: String, decision: &Value| {
                format!("{why}\nrequest  {request}\ndecision {decision}\nexpected {expect}")
            };
            if expect.get("weights").is_some() {
                let first = decisions.first().unwrap_or(&Value::Null);
                weights::check(expect, decisions).map_err(|why| failure(why, first))?;
                continue;
            }
            for decision in decisions {
                expect::check(case, request, decision).map_err(|why| failure(why, decision))?;
            }
        }
        Ok(())
    }

    fn try_status(&self, at: usize) -> Result<(), String> {
        let expect = &self.statuses()[at];
        // What a case creates late is there when upstream looks at the status. Two
        // expectations in all delete something first, and are read on their own.
        let late = self.cases().iter().map(|case| &case["precondition"]);
        let late = late
            .into_iter()
            .find(|one| one.get("create_after_manifests").is_some());
        let read = |precondition| status::read(&self.folder, &self.document, precondition);
        let status = match &expect["precondition"] {
            Value::Null => self
                .status
                .get_or_init(|| read(late.unwrap_or(&Value::Null)))
                .clone(),
            precondition => read(precondition),
        };
        status::check(expect, &status?).map_err(|why| format!("{why}\nexpected {expect}"))
    }
}

/// A line of the list of cases that are not run.
struct NotRun {
    /// `Test`, `Test#case` or `Test!expectation`.
    what: String,
    reason: String,
}

impl NotRun {
    fn names(&self, test: &str, id: &str) -> bool {
        self.what == test || self.what == id
    }
}

fn not_run() -> Vec<NotRun> {
    include_str!("../../conformance-not-run.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .map(|line| {
            let (what, reason) = line.split_once(": ").expect("a line is `what: reason`");
            NotRun {
                what: what.to_string(),
                reason: reason.to_string(),
            }
        })
        .collect()
}

fn conformance_folder() -> Option<PathBuf> {
    let shared = env::var_os("FINGERPOST_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"),
        PathBuf::from,
    );
    let folder = shared.join("data/conformance");
    folder.is_dir().then_some(folder)
}

/// Every upstream test with its name, in order of name.
fn tests(folder: &Path) -> Vec<(String, Value)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder of cases can be read")
        .map(|entry| entry.expect("the folder of cases can be read").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    paths.sort();
    let mut tests = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).expect("a case file can be read");
        let document: Value = serde_json::from_str(&text).expect("a case file is JSON");
        if document["cases"].is_array() {
            let stem = path
                .file_stem()
                .expect("a file has a name")
                .to_string_lossy()
                .into_owned();
            tests.push((stem, document));
        }
    }
    tests
}
