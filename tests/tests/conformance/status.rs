//! What a controller would write into the objects' status.

use std::path::Path;

use serde_json::Value;

use crate::files;

/// The status of everything that a test loads, as `show --status --json` has it.
pub(crate) fn read(folder: &Path, document: &Value, precondition: &Value) -> Result<Value, String> {
    let files = files::manifests(folder, document, precondition)?;
    let text = files::run(&["show", "--status", "--json"], &files, &[], String::new())?;
    serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))
}

/// `Ok`, or what differs from the expectation.
pub(crate) fn check(expect: &Value, status: &Value) -> Result<(), String> {
    match expect["type"].as_str().unwrap_or_default() {
        "route_condition" => {
            // Upstream compares the parents' names; of the sections that it lists
            // some are not those of its own manifests.
            let parents = parents_of(expect, status)?;
            anyone(
                &mut parents
                    .iter()
                    .filter(|parent| is(parent, &expect["parent"])),
                &expect["condition"],
            )
        }
        "route_parents_exactly" => {
            let parents = parents_of(expect, status)?;
            match parents.as_slice() {
                [parent] if is(parent, &expect["parent"]) => holds(&expect["condition"], parent),
                _ => Err(format!("other parents: {parents:?}")),
            }
        }
        "route_no_accepted_parents" => {
            // A route that no controller has taken up has no status at all.
            let parents = parents_of(expect, status).unwrap_or_default();
            let accepted = |parent: &&Value| {
                conditions(parent).any(|one| one["type"] == "Accepted" && one["status"] == "True")
            };
            match parents.iter().find(accepted) {
                None => Ok(()),
                Some(parent) => Err(format!("accepted by {parent}")),
            }
        }
        "listener_status" | "listener_conditions" => {
            let listener = list(status, "listeners")
                .find(|one| {
                    is(&one["gateway"], &expect["parent"]) && one["name"] == expect["listener"]
                })
                .ok_or("no such listener")?;
            let number = &expect["attached_routes"];
            if !number.is_null() && *number != listener["attached_routes"] {
                return Err(format!("attached routes {}", listener["attached_routes"]));
            }
            // As upstream compares: none means none, and otherwise there may be more
            // than the test knows of.
            let wanted = texts(&expect["supported_kinds"]);
            let got = texts(&listener["supported_kinds"]);
            let lacks = wanted.iter().any(|kind| !got.contains(kind));
            if expect["supported_kinds"].is_array()
                && (lacks || wanted.is_empty() != got.is_empty())
            {
                return Err(format!("supported kinds {got:?}"));
            }
            let wanted = expect["conditions"].as_array().ok_or("no conditions")?;
            wanted
                .iter()
                .try_for_each(|condition| holds(condition, listener))
        }
        "gateway_condition" => holds(
            &expect["condition"],
            gateway("Gateway", &expect["gateway"], status)?,
        ),
        "listenerset_condition" => holds(
            &expect["condition"],
            gateway("ListenerSet", &expect["listenerset"], status)?,
        ),
        "gateway_attached_listenersets" => {
            let gateway = gateway("Gateway", &expect["gateway"], status)?;
            let count = gateway["attached_listener_sets"].as_u64().unwrap_or(0);
            if Some(count) == expect["count"].as_u64() {
                return Ok(());
            }
            Err(format!("{count} listener sets attached"))
        }
        "gateway_zero_attached_routes" => {
            let mut listeners = list(status, "listeners")
                .filter(|one| is(&one["gateway"], &expect["gateway"]))
                .peekable();
            if listeners.peek().is_none() {
                return Err("the gateway has no listeners".to_string());
            }
            match listeners.find(|one| one["attached_routes"] != 0) {
                None => Ok(()),
                Some(listener) => Err(format!("routes are attached to {listener}")),
            }
        }
        other => Err(format!("an expectation of type {other}")),
    }
}

/// Every parent status of the route that is meant.
fn parents_of(expect: &Value, status: &Value) -> Result<Vec<Value>, String> {
    let route = list(status, "routes")
        .find(|one| one["kind"] == expect["kind"] && is(one, &expect["route"]))
        .ok_or("no status of the route")?;
    Ok(list(route, "parents").cloned().collect())
}

fn gateway<'s>(kind: &str, name: &Value, status: &'s Value) -> Result<&'s Value, String> {
    let mut all = list(status, "gateways");
    all.find(|one| one["kind"] == kind && is(one, name))
        .ok_or_else(|| format!("no such {kind}"))
}

/// Whether an object has the namespace and name, and the kind where one is given.
fn is(object: &Value, name: &Value) -> bool {
    object["namespace"] == name["namespace"]
        && object["name"] == name["name"]
        && (name["kind"].is_null() || object["kind"] == name["kind"])
}

/// Whether any of these has the condition.
fn anyone<'v>(
    objects: &mut dyn Iterator<Item = &'v Value>,
    condition: &Value,
) -> Result<(), String> {
    let mut last = Err("no such parent".to_string());
    for object in objects {
        last = holds(condition, object);
        if last.is_ok() {
            break;
        }
    }
    last
}

/// Whether an object has a condition; a reason of null is any.
fn holds(wanted: &Value, object: &Value) -> Result<(), String> {
    let condition = conditions(object)
        .find(|one| one["type"] == wanted["type"])
        .ok_or_else(|| format!("no condition {}", wanted["type"]))?;
    let same_reason = wanted["reason"].is_null() || condition["reason"] == wanted["reason"];
    if condition["status"] == wanted["status"] && same_reason {
        return Ok(());
    }
    Err(format!("the condition is {condition}"))
}

fn conditions(object: &Value) -> impl Iterator<Item = &Value> {
    list(object, "conditions")
}

fn list<'v>(object: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    object[name].as_array().into_iter().flatten()
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}
