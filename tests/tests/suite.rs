//! The cases of `suite/`, asked of every face that runs in this process.
//!
//! A file holds sets; a set holds documents, of whatever dialect, and cases: a
//! request as the JSON face takes it, and what its decision must say. What is
//! expected is a part of the decision: fields that are not named may be anything,
//! and `absent` names fields that must not be there. See `suite/README.md`.
//!
//! Each case is one test: `path.toml: template: one_segment_is_captured`.

#![forbid(unsafe_code)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use fingerpost::Table;
use fingerpost::compile::Compiler;
use fingerpost::import::{Options, Sources, import};
use fingerpost::json::{self, RequestJson};
use fingerpost_tests::engine::reload;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("suite");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the folder of the suite")
        .map(|entry| entry.expect("an entry of the folder").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    let mut trials = Vec::new();
    for file in files {
        match read(&file) {
            Ok(sets) => trials.extend(sets.into_iter().flat_map(|set| trials_of(&file, set))),
            Err(wrong) => {
                let name = format!("{}: is read", name_of(&file));
                trials.push(Trial::test(name, move || Err(Failed::from(wrong))));
            }
        }
    }
    let mut names = BTreeSet::new();
    for trial in &trials {
        assert!(
            names.insert(trial.name().to_string()),
            "{} is there twice",
            trial.name()
        );
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

struct Set {
    name: String,
    documents: String,
    /// Codes that reading and compiling report, in order; none where it is left out.
    diagnostics: Vec<String>,
    cases: Vec<Case>,
}

struct Case {
    name: String,
    request: Value,
    expect: Value,
    absent: Vec<String>,
}

fn read(file: &Path) -> Result<Vec<Set>, String> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let file: toml::Table = toml::from_str(&text).map_err(|error| error.to_string())?;
    let mut file = Fields::new(serde_json::to_value(file).map_err(|error| error.to_string())?);
    let sets = file.list("set")?.into_iter().map(set).collect();
    file.end()?;
    sets
}

fn set(value: Value) -> Result<Set, String> {
    let mut fields = Fields::new(value);
    let set = Set {
        name: fields.text("name")?,
        documents: fields.text("documents")?,
        diagnostics: fields.texts("diagnostics")?,
        cases: fields
            .list("case")?
            .into_iter()
            .map(case)
            .collect::<Result<_, _>>()?,
    };
    fields.end()?;
    Ok(set)
}

fn case(value: Value) -> Result<Case, String> {
    let mut fields = Fields::new(value);
    let case = Case {
        name: fields.text("name")?,
        request: fields.take("request"),
        expect: fields.take("expect"),
        absent: fields.texts("absent")?,
    };
    fields.end()?;
    Ok(case)
}

/// The fields of an object, each to be taken once; one that nobody takes is a fault.
struct Fields(serde_json::Map<String, Value>);

impl Fields {
    fn new(value: Value) -> Self {
        match value {
            Value::Object(fields) => Self(fields),
            other => Self([("not an object".to_string(), other)].into_iter().collect()),
        }
    }

    fn take(&mut self, name: &str) -> Value {
        self.0.remove(name).unwrap_or(Value::Null)
    }

    fn text(&mut self, name: &str) -> Result<String, String> {
        match self.take(name) {
            Value::String(text) => Ok(text),
            other => Err(format!("{name} must be a text, not {other}")),
        }
    }

    fn list(&mut self, name: &str) -> Result<Vec<Value>, String> {
        match self.take(name) {
            Value::Array(items) => Ok(items),
            Value::Null => Ok(Vec::new()),
            other => Err(format!("{name} must be a list, not {other}")),
        }
    }

    fn texts(&mut self, name: &str) -> Result<Vec<String>, String> {
        let text = |value: Value| match value {
            Value::String(text) => Ok(text),
            other => Err(format!("{name} must hold texts, not {other}")),
        };
        self.list(name)?.into_iter().map(text).collect()
    }

    fn end(self) -> Result<(), String> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(field) => Err(format!("nobody knows the field {field}")),
        }
    }
}

fn name_of(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn trials_of(file: &Path, set: Set) -> Vec<Trial> {
    let at = format!("{}: {}", name_of(file), set.name);
    let mut sources = Sources::new();
    sources.add(format!("{}.yaml", set.name), &set.documents);
    let imported = import(&sources, &Options::default());
    let compiled = Compiler::new().compile(&imported.routes);
    let reported: Vec<String> = imported
        .diagnostics
        .iter()
        .chain(&compiled.diagnostics)
        .map(|diagnostic| format!("{}: {}", diagnostic.code, diagnostic.message))
        .collect();
    let expected = set.diagnostics;
    let mut trials = vec![Trial::test(
        format!("{at}: is read as expected"),
        move || {
            let is_expected = reported.len() == expected.len()
                && reported
                    .iter()
                    .zip(&expected)
                    .all(|(reported, code)| reported.starts_with(&format!("{code}: ")));
            match is_expected {
                true => Ok(()),
                false => Err(Failed::from(format!(
                    "expected {expected:?}, not {reported:#?}"
                ))),
            }
        },
    )];
    let reloaded = Arc::new(reload(&compiled.table));
    let table = Arc::new(compiled.table);
    for case in set.cases {
        let (table, reloaded) = (Arc::clone(&table), Arc::clone(&reloaded));
        trials.push(Trial::test(format!("{at}: {}", case.name), move || {
            ask(&table, &case).map_err(Failed::from)?;
            let of_snapshot = |wrong| Failed::from(format!("after a snapshot: {wrong}"));
            ask(&reloaded, &case).map_err(of_snapshot)
        }));
    }
    trials
}

fn ask(table: &Table, case: &Case) -> Result<(), String> {
    let line = case.request.to_string();
    let mut request = RequestJson::new();
    let mut scratch = table.create_scratch();
    let answer = request
        .parse(line.as_bytes())
        .and_then(|()| {
            request.ask(table, |request, draws| {
                let decision = table.decide_with(&mut scratch, request, draws);
                json::write_decision(&decision, false)
            })?
        })
        .unwrap_or_else(|error| error.to_json());
    let decision: Value = serde_json::from_str(&answer).map_err(|error| error.to_string())?;
    let mut wrong = Vec::new();
    compare("", &case.expect, &decision, &mut wrong);
    for field in &case.absent {
        if decision.get(field).is_some_and(|value| !value.is_null()) {
            wrong.push(format!("{field} is there"));
        }
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "{}\nrequest {line}\ndecision {answer}",
            wrong.join("\n")
        )),
    }
}

/// What of `expected` is not in `actual`. Objects may hold more; everything else is
/// the same. A list of pairs whose first is a header's name is compared whole.
fn compare(at: &str, expected: &Value, actual: &Value, wrong: &mut Vec<String>) {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            for (key, expected) in expected {
                let at = format!("{at}.{key}");
                compare(
                    &at,
                    expected,
                    actual.get(key).unwrap_or(&Value::Null),
                    wrong,
                );
            }
        }
        (Value::Array(all), Value::Array(found)) if all.len() == found.len() => {
            for (index, (expected, actual)) in all.iter().zip(found).enumerate() {
                compare(&format!("{at}[{index}]"), expected, actual, wrong);
            }
        }
        _ if expected == actual => {}
        _ => wrong.push(format!("{at} is {actual}, not {expected}")),
    }
}
