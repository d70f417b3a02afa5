//! Whether a decision meets a case.
//!
//! A case says what upstream's test observes: a status, the backend that echoed
//! the request, the request as it arrived there, the response. A decision says
//! what the proxy is to do. What a case declares but upstream never looks at
//! (`declared_unverified`) is not looked at here either.

use serde_json::{Map, Value};

use crate::backend;

type Check = Result<(), String>;

/// `Ok`, or the first thing that differs.
pub(crate) fn check(case: &Value, request: &Value, decision: &Value) -> Check {
    if !decision["error"].is_null() {
        return Err(format!("an error: {}", decision["error"]));
    }
    let expect = verified(&case["expect"]);
    let outcome = decision["outcome"].as_str().unwrap_or_default();
    if let Some(connection) = expect["connection"].as_str() {
        if (connection == "accepted") != (outcome == "forward") {
            return Err(format!(
                "the connection is to be {connection}, but {outcome}"
            ));
        }
    } else {
        status(case, &expect, decision, outcome)?;
    }
    grpc_status(&expect, outcome)?;
    if outcome == "forward" {
        backend(&expect, decision)?;
        forwarded_request(&expect, decision)?;
        mirrors(&expect, decision)?;
        timeouts(&expect, decision)?;
    }
    redirect(request, &expect, decision)?;
    response(case, &expect, decision)
}

/// The expectation without what upstream declares and never verifies.
fn verified(expect: &Value) -> Value {
    let mut verified = expect.clone();
    if let (Some(fields), Some(unverified)) = (
        verified.as_object_mut(),
        expect["declared_unverified"].as_object(),
    ) {
        for name in unverified.keys() {
            fields.remove(name);
        }
    }
    verified
}

fn status(case: &Value, expect: &Value, decision: &Value, outcome: &str) -> Check {
    let wanted: Vec<u64> = expect["status"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_u64)
        .collect();
    let status = match decision["status"].as_u64() {
        Some(status) => status,
        // The backend agrees to change protocols.
        None if outcome == "forward" && wanted == [101] => 101,
        // Without a backend's behaviour, 504 means that it is too slow for the
        // decision's limits, which are compared on their own.
        None if outcome == "forward" && case["request"]["backend_behaviour"].is_null() => {
            if wanted.contains(&504) { 504 } else { 200 }
        }
        None if outcome == "forward" => backend::answer(&case["request"], decision)?,
        None if outcome == "no_route" => 404,
        None if outcome == "reject" => 400,
        None => return Err(format!("no status with {outcome}")),
    };
    if !wanted.is_empty() && !wanted.contains(&status) {
        return Err(format!(
            "status {status} ({outcome}), wanted one of {wanted:?}"
        ));
    }
    match expect["forwarded"].as_bool() {
        Some(true) if outcome != "forward" => Err(format!("not forwarded: {outcome}")),
        Some(false) if outcome == "forward" && status != 504 => Err("forwarded".to_string()),
        _ => Ok(()),
    }
}

/// A gRPC status that the proxy gives shows in the outcome: no rule is
/// UNIMPLEMENTED, and no backend is UNAVAILABLE.
fn grpc_status(expect: &Value, outcome: &str) -> Check {
    let wanted = match expect["grpc_status"].as_str() {
        Some("OK") => "forward",
        Some("UNIMPLEMENTED") => "no_route",
        Some("UNAVAILABLE") => "respond",
        Some(other) => return Err(format!("the case asks for gRPC status {other}")),
        None => return Ok(()),
    };
    if outcome == wanted {
        return Ok(());
    }
    Err(format!(
        "gRPC status {}, but {outcome}",
        expect["grpc_status"]
    ))
}

fn backend(expect: &Value, decision: &Value) -> Check {
    let backend = &decision["backend"];
    same("backend", &expect["backend"], &backend["name"])?;
    same("namespace", &expect["namespace"], &backend["namespace"])?;
    same("port", &expect["backend_port"], &backend["port"])?;
    if backend["name"] == expect["never_backend"] {
        return Err(format!("backend {} must never be chosen", backend["name"]));
    }
    let allowed = expect["backend_any_of"].as_array();
    if let Some(allowed) = allowed
        && !allowed
            .iter()
            .any(|one| *one == backend["name"] || one["name"] == backend["name"])
    {
        return Err(format!(
            "backend {} is not one of {allowed:?}",
            backend["name"]
        ));
    }
    // Written as null it means a rule without a name.
    if let Some(name) = expect.get("rule_name")
        && *name != decision["rule_name"]
    {
        return Err(format!(
            "rule name {}, wanted {name}",
            decision["rule_name"]
        ));
    }
    Ok(())
}

fn forwarded_request(expect: &Value, decision: &Value) -> Check {
    let request = &decision["request"];
    same(
        "method",
        &expect["method_seen_by_backend"],
        &request["method"],
    )?;
    same("path", &expect["path_seen_by_backend"], &request["path"])?;
    same(
        "authority",
        &expect["host_seen_by_backend"],
        &request["authority"],
    )?;
    let seen = Headers::of(&request["headers"]);
    for (name, value) in expect["headers_seen"].as_object().unwrap_or(&Map::new()) {
        seen.is(name, &joined(value), false)?;
    }
    for name in texts(&expect["headers_absent"]) {
        seen.lacks(name)?;
    }
    for name in expect["header_equals_backend"]
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
    {
        let backend = decision["backend"]["name"].as_str().unwrap_or_default();
        seen.is(name, backend, false)?;
    }
    Ok(())
}

fn mirrors(expect: &Value, decision: &Value) -> Check {
    let Some(wanted) = expect["mirrored_to"].as_array() else {
        return Ok(());
    };
    let line = |backend: &Value, percent: &Value| {
        let percent = percent.as_f64().unwrap_or(-1.0);
        format!("{}/{} {percent}%", backend["namespace"], backend["name"])
    };
    let mut wanted: Vec<String> = wanted.iter().map(|to| line(to, &to["percent"])).collect();
    let got = decision["mirrors"].as_array().into_iter().flatten();
    let mut got: Vec<String> = got.map(|to| line(&to["backend"], &to["percent"])).collect();
    wanted.sort();
    got.sort();
    if got == wanted {
        Ok(())
    } else {
        Err(format!("mirrors {got:?}, wanted {wanted:?}"))
    }
}

fn timeouts(expect: &Value, decision: &Value) -> Check {
    let policy = &expect["timeout_policy"];
    for (wanted, got) in [
        ("request", "request_ms"),
        ("backendRequest", "backend_request_ms"),
    ] {
        if let Some(text) = policy[wanted].as_str() {
            let wanted = backend::milliseconds(text)?;
            if decision["timeouts"][got].as_u64() != Some(wanted) {
                return Err(format!(
                    "{got} {}, wanted {wanted}",
                    decision["timeouts"][got]
                ));
            }
        }
    }
    Ok(())
}

fn redirect(request: &Value, expect: &Value, decision: &Value) -> Check {
    let wanted = &expect["redirect"];
    if wanted.is_null() {
        return Ok(());
    }
    let location = decision["redirect"]["location"]
        .as_str()
        .ok_or("no location")?;
    let shown = |what: &str| format!("{what} of {location}");
    let (origin, path) = match location.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            (Some((scheme, authority)), path)
        }
        // Without an authority there is no host to name.
        None if request["authority"].is_null() && wanted["host"].is_null() => (None, location),
        None => return Err(shown("no scheme")),
    };
    let path = path.split('?').next().unwrap_or_default();
    same(&shown("path"), &wanted["path"], &path.into())?;
    let Some((scheme, authority)) = origin else {
        return Ok(());
    };

    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    same(&shown("scheme"), &wanted["scheme"], &scheme.into())?;
    // A host that is not named is the request's, without its port.
    let own = request["authority"]
        .as_str()
        .map(|host| host.split(':').next().unwrap_or(host));
    if let Some(wanted) = wanted["host"].as_str().or(own)
        && wanted != host
    {
        return Err(shown(&format!("wanted host {wanted}, not that")));
    }
    let default_port = if scheme == "https" { 443 } else { 80 };
    let port = match port {
        Some(text) => text.parse().map_err(|_| shown("the port"))?,
        None => default_port,
    };
    let wanted_port = match &wanted["port"] {
        Value::String(text) if !text.is_empty() => text.parse().ok(),
        Value::Number(number) => number.as_u64(),
        _ => None,
    };
    if port != wanted_port.unwrap_or(default_port) {
        return Err(shown(&format!("wanted port {wanted_port:?}, not that")));
    }
    Ok(())
}

/// The response as the client sees it: what the backend sets, or the answer of
/// the engine, after the decision's edits.
fn response(case: &Value, expect: &Value, decision: &Value) -> Check {
    let mut headers = Headers::default();
    for (name, value) in case["request"]["backend_sets_response_headers"]
        .as_object()
        .unwrap_or(&Map::new())
    {
        headers.edit("add", name, &joined(value));
    }
    for edit in decision["response_edits"].as_array().into_iter().flatten() {
        let part = |at: usize| edit[at].as_str().unwrap_or_default();
        headers.edit(part(0), part(1), part(2));
    }
    for header in decision["cors"]["headers"].as_array().into_iter().flatten() {
        let part = |at: usize| header[at].as_str().unwrap_or_default();
        headers.edit("set", part(0), part(1));
    }
    let loose = expect["ignore_whitespace_in_response_headers"]
        .as_bool()
        .unwrap_or(false);
    for (name, value) in expect["response_headers"]
        .as_object()
        .unwrap_or(&Map::new())
    {
        headers.is(name, &joined(value), loose)?;
    }
    for (name, values) in expect["response_headers_one_of"]
        .as_object()
        .unwrap_or(&Map::new())
    {
        if !texts(values).any(|value| headers.is(name, value, loose).is_ok()) {
            return Err(format!("response header {name} is {:?}", headers.get(name)));
        }
    }
    for name in texts(&expect["response_headers_absent"]) {
        headers.lacks(name)?;
    }
    Ok(())
}

/// Headers, names in lower case, repeated ones joined.
#[derive(Default)]
struct Headers(Vec<(String, String)>);

impl Headers {
    /// From `[[name, value], ...]`.
    fn of(pairs: &Value) -> Self {
        let mut headers = Self::default();
        for pair in pairs.as_array().into_iter().flatten() {
            let part = |at: usize| pair[at].as_str().unwrap_or_default();
            headers.edit("add", part(0), part(1));
        }
        headers
    }

    fn get(&self, name: &str) -> Option<&str> {
        let name = name.to_ascii_lowercase();
        self.0
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| value.as_str())
    }

    fn edit(&mut self, verb: &str, name: &str, value: &str) {
        let before = self.get(name).map(str::to_string);
        let name = name.to_ascii_lowercase();
        self.0.retain(|(other, _)| *other != name);
        match (verb, before) {
            ("remove", _) => {}
            ("add", Some(before)) => self.0.push((name, format!("{before},{value}"))),
            _ => self.0.push((name, value.to_string())),
        }
    }

    fn is(&self, name: &str, wanted: &str, loose: bool) -> Check {
        let squeeze = |text: &str| {
            text.chars()
                .filter(|c| !loose || *c != ' ')
                .collect::<String>()
        };
        match self.get(name) {
            Some(value) if squeeze(value) == squeeze(wanted) => Ok(()),
            got => Err(format!("header {name} is {got:?}, wanted {wanted:?}")),
        }
    }

    fn lacks(&self, name: &str) -> Check {
        match self.get(name) {
            None => Ok(()),
            Some(value) => Err(format!("header {name} is {value:?}, wanted none")),
        }
    }
}

/// Equal, where the case says anything.
fn same(what: &str, wanted: &Value, got: &Value) -> Check {
    if wanted.is_null() || wanted == got {
        return Ok(());
    }
    Err(format!("{what} {got}, wanted {wanted}"))
}

/// One value, or several joined as one.
fn joined(value: &Value) -> String {
    match value {
        Value::Array(_) => texts(value).collect::<Vec<_>>().join(","),
        value => value.as_str().unwrap_or_default().to_string(),
    }
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}
