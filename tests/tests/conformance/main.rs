//! Gateway API's own conformance cases, each asked through the command line.
//!
//! The cases lie beside the project (`../shared/data/conformance`, or
//! `$FINGERPOST_SHARED`); without them this prints `skipped:` and ends. Each
//! upstream test is loaded in isolation, as upstream does: the base manifests
//! and its own, in one `fingerpost route FILES --requests -`. What it expects of
//! status is checked in `tests/gateway_api_status.rs`.
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

mod backend;
mod expect;
mod files;
mod requests;
mod weights;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use fingerpost_tests::shared;
use libtest_mimic::{Arguments, Trial};
use serde_json::Value;

use requests::Asked;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let Some(folder) = shared::folder("data/conformance") else {
        return ExitCode::SUCCESS;
    };
    let not_run = not_run();
    let mut named = BTreeSet::new();
    let mut trials = Vec::new();
    for (test, document) in tests(&folder) {
        let upstream = Arc::new(Upstream::new(&folder, document));
        for at in 0..upstream.cases().len() {
            let id = format!("{test}#{at}");
            if let Some(entry) = not_run.iter().find(|entry| entry.names(&test, &id)) {
                named.insert(entry.what.clone());
                println!("not run: {id}: {}", entry.reason);
                continue;
            }
            let upstream = Arc::clone(&upstream);
            let name = format!(
                "{id} {}",
                upstream.cases()[at]["name"].as_str().unwrap_or("")
            );
            trials.push(Trial::test(name.trim_end(), move || {
                Ok(upstream.try_case(at)?)
            }));
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

/// One upstream test and, once asked, the decisions on its cases.
struct Upstream {
    document: Value,
    folder: PathBuf,
    decisions: OnceLock<Result<Vec<Vec<Asked>>, String>>,
}

impl Upstream {
    fn new(folder: &Path, document: Value) -> Self {
        Self {
            document,
            folder: folder.to_path_buf(),
            decisions: OnceLock::new(),
        }
    }

    fn cases(&self) -> &[Value] {
        self.document["cases"].as_array().map_or(&[], Vec::as_slice)
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
}

/// A line of the list of cases that are not run.
struct NotRun {
    /// `Test` or `Test#case`.
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
