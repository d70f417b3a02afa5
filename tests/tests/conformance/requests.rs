//! Cases as request lines, and the decisions on them.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::{files, weights};

/// A request of a case and the decisions on it: one, or one for each draw where
/// the case is about shares.
pub(crate) struct Asked {
    pub(crate) request: Value,
    pub(crate) decisions: Vec<Value>,
}

/// An address, for cases that are sent to the gateway's address: a host that no
/// route names. They are also asked without any authority.
const ADDRESS: &str = "192.0.2.1";

/// Asks every case of an upstream test. Cases that change the manifests first
/// are asked on their own.
pub(crate) fn ask(folder: &Path, document: &Value) -> Result<Vec<Vec<Asked>>, String> {
    let mut asked = Vec::new();
    let cases = document["cases"].as_array().ok_or("no cases")?;
    let mut from = 0;
    while from < cases.len() {
        let precondition = &cases[from]["precondition"];
        let alike = cases[from..]
            .iter()
            .take_while(|case| case["precondition"] == *precondition);
        let to = from + alike.count();
        let files = files::manifests(folder, document, precondition)?;
        asked.extend(answers(&files, &cases[from..to])?);
        from = to;
    }
    Ok(asked)
}

/// Streams the requests of these cases through one run of the command line.
fn answers(files: &[PathBuf], cases: &[Value]) -> Result<Vec<Vec<Asked>>, String> {
    let mut input = String::new();
    for case in cases {
        for request in requests(case) {
            for draw in weights::draws(&case["expect"]) {
                let mut line = request.clone();
                if let (Some(draw), Some(line)) = (draw, line.as_object_mut()) {
                    line.insert("random".to_string(), json!(draw));
                }
                input.push_str(&format!("{line}\n"));
            }
        }
    }
    let output = files::route(files, input)?;
    let mut lines = output.lines();
    let mut asked = Vec::new();
    for case in cases {
        let mut of_case = Vec::new();
        for request in requests(case) {
            let mut decisions = Vec::new();
            for _ in weights::draws(&case["expect"]) {
                let line = lines.next().ok_or("fewer answers than requests")?;
                decisions.push(serde_json::from_str(line).map_err(|e| format!("{e}: {line}"))?);
            }
            of_case.push(Asked { request, decisions });
        }
        asked.push(of_case);
    }
    match lines.next() {
        None => Ok(asked),
        Some(line) => Err(format!("more answers than requests: {line}")),
    }
}

/// A case's requests: more than one where there is more than one way to say it.
fn requests(case: &Value) -> Vec<Value> {
    let request = request(case);
    let mut requests = vec![request.clone()];
    if request["authority"].is_null() && !case["request"]["host"].is_string() {
        let mut addressed = request;
        addressed["authority"] = json!(ADDRESS);
        requests.push(addressed);
    }
    requests
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
