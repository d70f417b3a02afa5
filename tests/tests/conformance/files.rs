//! Manifests of a test, and the command line that reads them.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

use serde_json::Value;

/// Streams requests through `fingerpost route`, and gives the decisions.
pub(crate) fn route(files: &[PathBuf], input: String) -> Result<String, String> {
    let mut process = Command::new(binary()?);
    process.arg("route").args(files).args(["--requests", "-"]);
    process
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = process.spawn().map_err(|error| error.to_string())?;
    let mut pipe = child.stdin.take().ok_or("no standard input")?;
    // From beside, so that neither pipe can fill up while the other is waited on.
    let writer = thread::spawn(move || pipe.write_all(input.as_bytes()));
    let output = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    // A run that did not read its input shows in what it answered.
    let _ = writer.join();
    if output.stdout.is_empty() {
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(format!("no answer ({}): {message}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}

/// The manifests of a test, changed as the precondition of its cases says.
pub(crate) fn manifests(
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
    // Tests run side by side, and several may change the same manifests.
    static CHANGES: AtomicUsize = AtomicUsize::new(0);
    let number = CHANGES.fetch_add(1, Ordering::Relaxed);
    let changed = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("changed-{number}"));
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
