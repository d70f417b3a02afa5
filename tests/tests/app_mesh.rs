//! App Mesh: manifests in, the right decision out.
//!
//! Each folder under `dialects/app-mesh` holds manifests and `cases.json`: requests
//! in the JSON that all faces share, and what their decisions must hold. A case says
//! the law it stands for; an expectation is a part of the decision, compared field by
//! field, `routed_by` being the name of the last rule on the way. `diagnostics` lists the codes that importing gives, notes of other dialects
//! left out; a folder without any must import without a remark.

// A skipped test says so, and a test says how much it held.
#![allow(clippy::print_stdout)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use fingerpost::Table;
use fingerpost::compile::Compiler;
use fingerpost::diagnostic::{Diagnostic, Severity};
use fingerpost::import::{Options, Sources, import};
use fingerpost::json::{RequestJson, write_decision};
use fingerpost::model::Scheme;
use fingerpost::oracle::{self, Oracle};
use fingerpost_tests::engine::{Engine, agree};
use serde_json::Value;

#[test]
fn every_case_of_every_folder_holds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("dialects/app-mesh");
    let mut failures = Vec::new();
    let mut held = 0;
    for folder in sorted(&root) {
        let cases = read_cases(&folder.join("cases.json"));
        let (table, diagnostics) = table_of(&folder);
        failures.extend(check_diagnostics(&folder, &cases, &diagnostics));
        held += run(&table, &folder, &cases, &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(held >= 120, "only {held} cases were found");
    println!("{held} cases");
}

#[test]
fn the_examples_answer_as_their_readme_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("../examples/app-mesh");
    let (table, diagnostics) = table_of(&folder);
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    let cases = read_cases(&root.join("dialects/app-mesh-examples.json"));
    let mut failures = Vec::new();
    let held = run(&table, &folder, &cases, &mut failures);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(held >= 12, "only {held} cases were found");
}

/// The naive evaluator, which shares no code with the engine, answers every case too.
#[test]
fn the_oracle_agrees_in_every_case() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<(PathBuf, PathBuf)> = sorted(&root.join("dialects/app-mesh"))
        .into_iter()
        .map(|folder| (folder.join("cases.json"), folder))
        .collect();
    folders.push((
        root.join("dialects/app-mesh-examples.json"),
        root.join("../examples/app-mesh"),
    ));
    for (cases, folder) in folders {
        let imported = import(&sources_of(&folder), &Options::default());
        let oracle = Oracle::new(&imported.routes);
        let mut engine = Engine::new(&imported.routes);
        for case in read_cases(&cases)["cases"].as_array().unwrap() {
            let asked = asked(&case["request"]);
            let expected = oracle.answer(&asked);
            let answer = engine.answer(&asked);
            assert!(
                agree(&asked, &expected, &answer),
                "{} {}\noracle: {expected:?}\ntable:  {answer:?}",
                folder.display(),
                case["law"]
            );
        }
    }
}

/// A case's request as the oracle takes it.
fn asked(request: &Value) -> oracle::Request {
    let text = |key: &str| request[key].as_str();
    let method = text("method").unwrap_or("GET");
    let mut asked = oracle::Request::new(method, text("authority"), text("path").unwrap());
    if let Some(headers) = request["headers"].as_object() {
        let pairs = headers.iter().map(|(name, value)| {
            let value = value.as_str().unwrap();
            (name.as_bytes().to_vec(), value.as_bytes().to_vec())
        });
        asked.headers = pairs.collect();
    }
    asked.scheme = text("scheme").map(|scheme| match scheme {
        "https" => Scheme::Https,
        _ => Scheme::Http,
    });
    asked.gateway = text("gateway").map(str::to_string);
    asked.port = request["port"]
        .as_u64()
        .map(|port| u16::try_from(port).unwrap());
    asked.protocol = match text("protocol") {
        None => oracle::Protocol::Http1,
        Some("http2") => oracle::Protocol::Http2,
        Some("grpc") => oracle::Protocol::Grpc,
        Some("tcp") => oracle::Protocol::Tcp,
        Some(other) => panic!("{other}"),
    };
    asked.draws = oracle::Draws::Same(request["random"].as_u64().unwrap_or(0));
    asked
}

/// SPEC: roadmap #403: Envoy consults the most specific virtual host alone.
#[test]
fn host_isolation_keeps_a_request_with_its_host() {
    let route = |name: &str, matches: &str| {
        format!(
            "{{apiVersion: appmesh.k8s.aws/v1beta2, kind: GatewayRoute, metadata: {{name: {name}, namespace: shop}}, spec: {{httpRoute: {{match: {matches}, action: {{target: {{virtualService: {{virtualServiceRef: {{name: {name}}}}}}}}}}}}}}}"
        )
    };
    let manifests = [
        route("host", "{prefix: /a, hostname: {exact: api.example.com}}"),
        route("any", "{prefix: /}"),
    ];
    let mut sources = Sources::new();
    sources.add("m.yaml", manifests.join("\n---\n"));
    let answer = |isolated: bool| {
        let mut options = Options::default();
        options.app_mesh.host_isolation = isolated;
        let imported = import(&sources, &options);
        let table = Compiler::new().compile(&imported.routes).table;
        let request = serde_json::json!({"path": "/b", "authority": "api.example.com"});
        ask(&table, &request)["outcome"].clone()
    };
    assert_eq!(answer(false), "forward");
    assert_eq!(answer(true), "no_route");
}

/// Importing never panics, whatever is left of a manifest: each one is cut at every
/// place, and each of its lines is left out and written twice.
#[test]
fn damaged_manifests_are_reported_and_never_panic() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("dialects/app-mesh");
    let mut imported = 0;
    for folder in ["references", "grpc", "v1beta1", "template", "api"] {
        for path in sorted(&root.join(folder)) {
            let text = fs::read_to_string(&path).unwrap();
            let lines: Vec<&str> = text.lines().collect();
            for index in 0..lines.len() {
                let head = lines[..index].join("\n");
                let tail = lines[index + 1..].join("\n");
                let twice = format!("{head}\n{}\n{}\n{tail}", lines[index], lines[index]);
                for text in [head.clone(), format!("{head}\n{tail}"), twice] {
                    let mut sources = Sources::new();
                    sources.add("m.yaml", text);
                    let out = import(&sources, &Options::default());
                    let compiled = Compiler::new().compile(&out.routes);
                    compiled
                        .table
                        .decide(&fingerpost::Request::new(b"GET", b"/"), |_| ());
                    imported += 1;
                }
            }
        }
    }
    assert!(imported > 1000, "{imported}");
}

fn read_cases(path: &Path) -> Value {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn table_of(folder: &Path) -> (Table, Vec<Diagnostic>) {
    let sources = sources_of(folder);
    let imported = import(&sources, &Options::default());
    let compiled = Compiler::new().compile(&imported.routes);
    assert!(
        compiled.diagnostics.is_empty(),
        "{:?}",
        compiled.diagnostics
    );
    (compiled.table, imported.diagnostics)
}

fn sources_of(folder: &Path) -> Sources {
    let mut sources = Sources::new();
    for path in sorted(folder) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_manifest = [".yaml", ".yml", ".json"]
            .iter()
            .any(|end| name.ends_with(end));
        if is_manifest && name != "cases.json" {
            sources.add(name, fs::read_to_string(&path).unwrap());
        }
    }
    sources
}

fn check_diagnostics(folder: &Path, cases: &Value, found: &[Diagnostic]) -> Option<String> {
    let expected: BTreeSet<String> = cases["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code.as_str().unwrap().to_string())
        .collect();
    let codes: BTreeSet<String> = found.iter().map(|found| found.code.to_string()).collect();
    let errors = found.iter().any(|found| found.severity == Severity::Error);
    (codes != expected || errors)
        .then(|| format!("{}: expected {expected:?}: {found:#?}", folder.display()))
}

fn run(table: &Table, folder: &Path, cases: &Value, failures: &mut Vec<String>) -> usize {
    let cases = cases["cases"].as_array().unwrap();
    for case in cases {
        let law = case["law"].as_str().unwrap();
        let answer = ask(table, &case["request"]);
        if let Some(at) = difference(&case["expect"], &answer, "decision") {
            failures.push(format!("{} {law}: {at}\n  in {answer}", folder.display()));
        }
    }
    cases.len()
}

fn ask(table: &Table, request: &Value) -> Value {
    let mut json = RequestJson::new();
    if let Err(error) = json.parse(request.to_string().as_bytes()) {
        panic!("{request}: {error:?}");
    }
    let mut scratch = table.create_scratch();
    let decided = json.ask(table, |request, draws| {
        write_decision(&table.decide_with(&mut scratch, request, draws), false)
    });
    match decided.and_then(|decided| decided) {
        Ok(text) => {
            let mut answer: Value = serde_json::from_str(&text).unwrap();
            let stages = answer["stages"].as_array();
            let last = stages.and_then(|stages| stages.last()).unwrap_or(&answer);
            answer["routed_by"] = last["rule_name"].clone();
            answer
        }
        Err(error) => serde_json::json!({"outcome": format!("{error:?}")}),
    }
}

/// Where `found` does not hold what `expected` asks for.
fn difference(expected: &Value, found: &Value, at: &str) -> Option<String> {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            expected.iter().find_map(|(key, value)| {
                let at = format!("{at}.{key}");
                difference(value, found.get(key).unwrap_or(&Value::Null), &at)
            })
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => expected
            .iter()
            .zip(found)
            .enumerate()
            .find_map(|(index, (one, other))| difference(one, other, &format!("{at}[{index}]"))),
        _ if expected == found => None,
        // A field that does not apply is absent.
        (Value::String(text), Value::Null) if text.is_empty() => None,
        _ => Some(format!("{at} is {found}, not {expected}")),
    }
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
