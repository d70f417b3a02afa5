//! A case as manifests and request lines, and what the command line answers.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, thread};

use serde_json::{Map, Value, json};

use crate::weights;

/// A case's request and the decisions on it: one, or one for each draw where
/// the case is about shares.
pub(crate) struct Asked {
    pub(crate) request: Value,
    pub(crate) decisions: Vec<Value>,
}

/// Asks every case of an upstream test. Cases that change the manifests first
/// are asked on their own.
pub(crate) fn ask(folder: &Path, document: &Value) -> Result<Vec<Asked>, String> {
    let mut asked = Vec::new();
    let cases = document["cases"].as_array().ok_or("no cases")?;
    let mut from = 0;
    while from < cases.len() {
        let precondition = &cases[from]["precondition"];
        let alike = cases[from..]
            .iter()
            .take_while(|case| case["precondition"] == *precondition);
        let to = from + alike.count();
        let files = manifests(folder, document, precondition)?;
        asked.extend(answers(&files, &cases[from..to])?);
        from = to;
    }
    Ok(asked)
}

/// Streams the requests of these cases through one run of the command line.
fn answers(files: &[PathBuf], cases: &[Value]) -> Result<Vec<Asked>, String> {
    let mut input = String::new();
    let mut requests = Vec::new();
    for case in cases {
        let request = request(case);
        let draws = weights::draws(&case["expect"]);
        for draw in &draws {
            let mut line = request.clone();
            if let (Some(draw), Some(line)) = (draw, line.as_object_mut()) {
                line.insert("random".to_string(), json!(draw));
            }
            input.push_str(&format!("{line}\n"));
        }
        requests.push((request, draws.len()));
    }
    let output = run(files, input)?;
    let mut lines = output.lines();
    let mut asked = Vec::new();
    for (request, count) in requests {
        let mut decisions = Vec::new();
        for _ in 0..count {
            let line = lines.next().ok_or("fewer answers than requests")?;
            decisions.push(serde_json::from_str(line).map_err(|e| format!("{e}: {line}"))?);
        }
        asked.push(Asked { request, decisions });
    }
    match lines.next() {
        None => Ok(asked),
        Some(line) => Err(format!("more answers than requests: {line}")),
    }
}

fn run(files: &[PathBuf], input: String) -> Result<String, String> {
    let mut command = Command::new(binary()?);
    command.arg("route").args(files).args(["--requests", "-"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let mut pipe = child.stdin.take().ok_or("no standard input")?;
    // From beside, so that neither pipe can fill up while the other is waited on.
    let writer = thread::spawn(move || pipe.write_all(input.as_bytes()));
    let output = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    let written = writer.join().map_err(|_| "the writer ended early")?;
    if written.is_err() || output.stdout.is_empty() {
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(format!("no answer ({}): {message}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}

/// A case's request, in the contract's words.
fn request(case: &Value) -> Value {
    let from = &case["request"];
    let or = |name: &str, default: &str| {
        from[name]
            .as_str()
            .filter(|text| !text.is_empty())
            .unwrap_or(default)
            .to_string()
    };
    let mut headers = Vec::new();
    for (name, value) in from["headers"].as_object().unwrap_or(&Map::new()) {
        match value {
            Value::Array(values) => headers.extend(values.iter().map(|value| json!([name, value]))),
            value => headers.push(json!([name, value])),
        }
    }
    let mut request = json!({
        "method": or("method", "GET"),
        "scheme": or("scheme", "http"),
        "authority": from["host"],
        "path": or("path", "/"),
        "headers": headers,
    });
    for name in ["port", "sni", "client_namespace", "protocol"] {
        if !from[name].is_null() {
            request[name] = from[name].clone();
        }
    }
    if from["protocol"] == "grpc" {
        let part = |name: &str| from[name].as_str().unwrap_or_default().to_string();
        request["path"] = json!(format!("/{}/{}", part("grpc_service"), part("grpc_method")));
        request["method"] = json!("POST");
    }
    if let Some(gateway) = case["gateway"].as_object() {
        let part = |name: &str| gateway[name].as_str().unwrap_or_default().to_string();
        request["gateway"] = json!(format!("{}/{}", part("namespace"), part("name")));
    }
    request
}

/// The manifests of a test, changed as the precondition of its cases says.
fn manifests(
    folder: &Path,
    document: &Value,
    precondition: &Value,
) -> Result<Vec<PathBuf>, String> {
    let base = document["base_manifests"].as_str();
    let own = document["manifests"].as_array().ok_or("no manifests")?;
    let mut files = Vec::new();
    for name in base.into_iter().chain(own.iter().filter_map(Value::as_str)) {
        let name = name.strip_prefix("conformance/").unwrap_or(name);
        let below = [folder.join("manifests").join(name), folder.join(name)];
        let file = below.into_iter().find(|file| file.is_file());
        files.push(file.ok_or_else(|| format!("no manifest {name}"))?);
    }
    let changed = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!(
        "{}-changed",
        document["test"].as_str().unwrap_or_default()
    ));
    if !precondition.is_null() {
        fs::create_dir_all(&changed).map_err(|error| error.to_string())?;
    }
    for gone in precondition["delete"].as_array().unwrap_or(&Vec::new()) {
        for (at, file) in files.iter_mut().enumerate() {
            let text = fs::read_to_string(&*file).map_err(|error| error.to_string())?;
            let kept: Vec<&str> = text
                .split("\n---")
                .filter(|part| !is_object(part, gone))
                .collect();
            *file = changed.join(format!("{at}.yaml"));
            fs::write(&*file, kept.join("\n---")).map_err(|error| error.to_string())?;
        }
    }
    // Read last, they are the youngest; the words that stand for a time are no time.
    let created = precondition["create_after_manifests"].as_array();
    for (at, object) in created.into_iter().flatten().enumerate() {
        let mut object = object.clone();
        if let Some(metadata) = object["metadata"].as_object_mut() {
            metadata.remove("creationTimestamp");
        }
        let file = changed.join(format!("created-{at}.json"));
        fs::write(&file, object.to_string()).map_err(|error| error.to_string())?;
        files.push(file);
    }
    Ok(files)
}

/// Whether a YAML document is the object that is meant.
fn is_object(text: &str, object: &Value) -> bool {
    ["kind", "namespace", "name"].iter().all(|field| {
        let wanted = format!("{field}: {}", object[field].as_str().unwrap_or_default());
        text.lines().any(|line| line.trim() == wanted)
    })
}

/// The command line under test.
fn binary() -> Result<PathBuf, String> {
    if let Some(binary) = env::var_os("FINGERPOST_BIN") {
        return Ok(PathBuf::from(binary));
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .ok_or("no target folder")?;
    let name = format!("fingerpost{}", env::consts::EXE_SUFFIX);
    let built = ["release", "debug"].map(|profile| target.join(profile).join(&name));
    built
        .into_iter()
        .filter_map(|path| Some((fs::metadata(&path).ok()?.modified().ok()?, path)))
        .max()
        .map(|(_, path)| path)
        .ok_or_else(|| "no binary: `cargo build --release -p fingerpost-cli` first".to_string())
}
