//! Gateway API's conformance expectations about status, and its hostname
//! vectors, from `../shared/data/conformance`.
//!
//! Each test's manifests are loaded in isolation, with the base manifests it
//! names and the Secrets that the conformance suite creates before it runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fingerpost::import::{Condition, Import, Options, Sources, import};
use serde_json::Value;

/// Secrets that upstream's suite creates (`conformance/utils/suite`), which are
/// therefore in no manifest.
const SUITE_SECRETS: &[(&str, &str)] = &[
    ("gateway-conformance-web-backend", "certificate"),
    (
        "gateway-conformance-infra",
        "tls-validity-checks-certificate",
    ),
    (
        "gateway-conformance-infra",
        "tls-terminate-checks-certificate",
    ),
    (
        "gateway-conformance-infra",
        "tls-passthrough-checks-certificate",
    ),
    ("gateway-conformance-infra", "tls-checks-certificate"),
    (
        "gateway-conformance-app-backend",
        "tls-passthrough-checks-certificate",
    ),
];

/// Tests that hold only for implementations without a feature.
const NOT_RUN: &[(&str, &str)] = &[
    (
        "TLSRouteListenerMixedTerminationNotSupported",
        "for implementations without mixed TLS modes on a port; this one has them",
    ),
    (
        "TLSRouteListenerTerminateNotSupported",
        "for implementations that do not terminate TLS for TLSRoutes; this one does",
    ),
];

#[test]
fn the_status_is_what_conformance_expects() {
    let Some(data) = data() else { return };
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    paths.sort();
    let (mut passed, mut failed, mut not_run) = (0, Vec::new(), 0);
    for path in paths {
        let test: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let Some(expectations) = test["status_expectations"].as_array() else {
            continue;
        };
        let name = test["test"].as_str().unwrap();
        if let Some((_, reason)) = NOT_RUN.iter().find(|(test, _)| *test == name) {
            println!(
                "not run: {name} ({} expectations): {reason}",
                expectations.len()
            );
            not_run += expectations.len();
            continue;
        }
        // Most expectations of a test are about one and the same import.
        let mut imports: BTreeMap<String, Import> = BTreeMap::new();
        for expectation in expectations {
            let out = imports
                .entry(expectation["precondition"].to_string())
                .or_insert_with(|| {
                    import(&sources(&data, &test, expectation), &Options::default())
                });
            match check(expectation, out) {
                Ok(()) => passed += 1,
                Err(why) => failed.push(format!("{name} | {expectation} | {why}")),
            }
        }
    }
    for line in &failed {
        println!("{line}");
    }
    println!(
        "{passed} passed, {} failed, {not_run} not run",
        failed.len()
    );
    assert!(
        failed.is_empty(),
        "{} expectations do not hold",
        failed.len()
    );
    assert!(passed > 300, "only {passed} expectations were found");
}

/// Whether each listener and route of the vectors attach, and under which host.
#[test]
fn hostnames_intersect_as_the_vectors_say() {
    let Some(data) = data() else { return };
    let text = std::fs::read_to_string(data.join("vectors/hostnames.json")).unwrap();
    let vectors: Value = serde_json::from_str(&text).unwrap();
    let mut count = 0;
    for case in vectors["intersection"].as_array().unwrap() {
        let bound = bound(&case["listener"], &case["route"]);
        let want = case["intersected"].as_str().unwrap();
        assert_eq!(bound.as_deref(), Some(want), "{case}");
        count += 1;
    }
    for case in vectors["attaches"].as_array().unwrap() {
        let bound = bound(&case["listener"], &case["route"]);
        assert_eq!(
            bound.is_some(),
            case["attaches"].as_bool().unwrap(),
            "{case}"
        );
        count += 1;
    }
    println!("{count} passed, 0 failed");
    assert!(count >= 18);
}

fn data() -> Option<PathBuf> {
    fingerpost_tests::shared::folder("data/conformance")
}

/// The host under which a route is found at a listener; `None` where it is not.
fn bound(listener: &Value, route: &Value) -> Option<String> {
    let host = |value: &Value| {
        value
            .as_str()
            .filter(|text| *text != "*")
            .map(str::to_string)
    };
    let listener = host(listener)
        .map(|host| format!(", hostname: '{host}'"))
        .unwrap_or_default();
    let route = host(route)
        .map(|host| format!("hostnames: ['{host}'], "))
        .unwrap_or_default();
    let text = format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: g, namespace: ns}}\n\
         spec: {{gatewayClassName: c, listeners: [{{name: l, port: 80, protocol: HTTP{listener}}}]}}\n---\n\
         apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: r, namespace: ns}}\n\
         spec: {{{route}parentRefs: [{{name: g}}], rules: [{{backendRefs: [{{name: b, port: 80}}]}}]}}\n"
    );
    let mut sources = Sources::new();
    sources.add("vectors.yaml", text);
    let out = import(&sources, &Options::default());
    let stage = &out.routes.stages[0];
    let attachment = stage.attachments.first()?;
    Some(
        attachment
            .hosts
            .first()
            .map_or("*".to_string(), |binding| binding.host.to_text()),
    )
}

/// The sources of a test, its precondition applied.
fn sources(data: &Path, test: &Value, expectation: &Value) -> Sources {
    let name = test["test"].as_str().unwrap();
    let mut sources = Sources::new();
    let base = test["base_manifests"].as_str();
    let manifests = test["manifests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|path| path.as_str().unwrap());
    let precondition = &expectation["precondition"];
    for path in base.into_iter().chain(manifests) {
        let path = data
            .join("manifests")
            .join(path.trim_start_matches("conformance/"));
        let mut text = std::fs::read_to_string(&path).unwrap();
        for object in precondition["delete"].as_array().into_iter().flatten() {
            text = without(&text, object);
        }
        if name == "GatewayModifyListeners" {
            text = modified_listeners(&text);
        }
        sources.add(path.display().to_string(), text);
    }
    // Routes of later cases are needed by every expectation about both.
    let mut later: BTreeMap<String, Value> = BTreeMap::new();
    let cases = test["cases"].as_array().unwrap();
    for place in cases
        .iter()
        .chain(test["status_expectations"].as_array().unwrap())
    {
        for object in place["precondition"]["create_after_manifests"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let mut object = object.clone();
            // The time is a sentence there; input order is age without one.
            object["metadata"]
                .as_object_mut()
                .unwrap()
                .remove("creationTimestamp");
            later.insert(object["metadata"]["name"].to_string(), object);
        }
    }
    for object in later.values() {
        sources.add("later.json", object.to_string());
    }
    for (namespace, name) in SUITE_SECRETS {
        let text = format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: {namespace}}}\n"
        );
        sources.add(format!("{name}.yaml"), text);
    }
    sources
}

/// Documents without the one that a precondition deletes.
fn without(text: &str, object: &Value) -> String {
    let kind = format!("kind: {}", object["kind"].as_str().unwrap());
    let name = format!("  name: {}", object["name"].as_str().unwrap());
    let namespace = format!("  namespace: {}", object["namespace"].as_str().unwrap());
    let has = |document: &str, line: &str| document.lines().any(|one| one.trim_end() == line);
    let kept: Vec<&str> = text
        .split("\n---")
        .filter(|document| {
            !(has(document, &kind) && has(document, &name) && has(document, &namespace))
        })
        .collect();
    kept.join("\n---")
}

/// What GatewayModifyListeners does between its steps, by its notes: a listener
/// is added to one gateway, and all but one taken from another.
fn modified_listeners(text: &str) -> String {
    let documents: Vec<String> = text
        .split("\n---")
        .map(|document| {
            if document.contains("\nkind: Gateway\n") && document.contains("name: gateway-add-listener") {
                format!(
                    "{document}\n  - name: http\n    port: 80\n    protocol: HTTP\n    hostname: data.test.com\n    \
                     allowedRoutes:\n      namespaces:\n        from: All\n"
                )
            } else if document.contains("\nkind: Gateway\n") && document.contains("name: gateway-remove-listener") {
                let (head, listeners) = document.split_once("  listeners:\n").unwrap();
                let (_, http) = listeners.split_once("  - name: http\n").unwrap();
                format!("{head}  listeners:\n  - name: http\n{http}")
            } else {
                document.to_string()
            }
        })
        .collect();
    documents.join("\n---")
}

fn check(expectation: &Value, out: &Import) -> Result<(), String> {
    let status = &out.status;
    let object = |value: &Value| -> (String, String) {
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_string();
        (text("namespace"), text("name"))
    };
    let route_parents = || {
        let (namespace, name) = object(&expectation["route"]);
        let kind = expectation["kind"].as_str().unwrap();
        let route = status.routes.iter().find(|route| {
            route.route.kind == kind
                && route.route.namespace == namespace
                && route.route.name == name
        });
        route
            .map(|route| route.parents.as_slice())
            .ok_or_else(|| "no such route".to_string())
    };
    let of_parent = || -> Result<Vec<_>, String> {
        let (namespace, name) = object(&expectation["parent"]);
        let kind = expectation["parent"]["kind"].as_str().unwrap_or("Gateway");
        let parents = route_parents()?.iter();
        Ok(parents
            .filter(|one| {
                one.parent.kind == kind
                    && one.parent.namespace == namespace
                    && one.parent.name == name
            })
            .collect())
    };
    let gateway = |kind: &str, value: &Value| {
        let (namespace, name) = object(value);
        let found = status.gateways.iter().find(|one| {
            one.gateway.kind == kind
                && one.gateway.namespace == namespace
                && one.gateway.name == name
        });
        found.ok_or_else(|| format!("no {kind} {namespace}/{name}"))
    };
    match expectation["type"].as_str().unwrap() {
        "route_condition" => {
            let parents = of_parent()?;
            if parents.is_empty() {
                return Err("no such parent".into());
            }
            // Upstream compares how many references to the parent there are, not
            // the sections: its own manifests name others, or ports.
            if let Some(sections) = expectation["parent_sections"].as_array()
                && sections.len() != parents.len()
            {
                return Err(format!("{} references", parents.len()));
            }
            parents
                .iter()
                .try_for_each(|parent| has(&parent.conditions, &expectation["condition"]))
        }
        "route_parents_exactly" => {
            if route_parents()?.len() != 1 {
                return Err(format!("{} parents", route_parents()?.len()));
            }
            let parents = of_parent()?;
            let parent = parents.first().ok_or("another parent")?;
            has(&parent.conditions, &expectation["condition"])
        }
        "route_no_accepted_parents" => {
            let accepted = route_parents()?.iter().any(|parent| {
                parent
                    .conditions
                    .iter()
                    .any(|one| one.kind == "Accepted" && one.status == "True")
            });
            if accepted {
                Err("accepted".into())
            } else {
                Ok(())
            }
        }
        "listener_status" | "listener_conditions" => {
            let (namespace, name) = object(&expectation["parent"]);
            let kind = expectation["parent"]["kind"].as_str().unwrap();
            let listener = status
                .listeners
                .iter()
                .find(|one| {
                    one.gateway.kind == kind
                        && one.gateway.namespace == namespace
                        && one.gateway.name == name
                        && expectation["listener"] == one.name.as_str()
                })
                .ok_or("no such listener")?;
            if let Some(count) = expectation["attached_routes"].as_u64()
                && count != u64::from(listener.attached_routes)
            {
                return Err(format!("{} attached routes", listener.attached_routes));
            }
            // Upstream wants each expected kind among those there are, and none
            // where it expects none.
            if let Some(kinds) = expectation["supported_kinds"].as_array() {
                let has = |kind: &Value| {
                    listener
                        .supported_kinds
                        .iter()
                        .any(|own| kind == own.as_str())
                };
                if !kinds.iter().all(has)
                    || (kinds.is_empty() && !listener.supported_kinds.is_empty())
                {
                    return Err(format!("supported kinds {:?}", listener.supported_kinds));
                }
            }
            let mut conditions = expectation["conditions"].as_array().into_iter().flatten();
            conditions.try_for_each(|want| has(&listener.conditions, want))
        }
        "gateway_condition" => has(
            &gateway("Gateway", &expectation["gateway"])?.conditions,
            &expectation["condition"],
        ),
        "listenerset_condition" => has(
            &gateway("ListenerSet", &expectation["listenerset"])?.conditions,
            &expectation["condition"],
        ),
        "gateway_attached_listenersets" => {
            let count = gateway("Gateway", &expectation["gateway"])?.attached_listener_sets;
            if count.map(u64::from) == expectation["count"].as_u64() {
                Ok(())
            } else {
                Err(format!("{count:?} listener sets"))
            }
        }
        "gateway_zero_attached_routes" => {
            let (namespace, name) = object(&expectation["gateway"]);
            let attached: u32 = status
                .listeners
                .iter()
                .filter(|one| one.gateway.namespace == namespace && one.gateway.name == name)
                .map(|one| one.attached_routes)
                .sum();
            if attached == 0 {
                Ok(())
            } else {
                Err(format!("{attached} attached routes"))
            }
        }
        other => Err(format!("the expectation's type {other} is not known")),
    }
}

/// Whether a condition is there with this status, and this reason if one is
/// stated.
fn has(conditions: &[Condition], want: &Value) -> Result<(), String> {
    let kind = want["type"].as_str().unwrap();
    let Some(found) = conditions.iter().find(|one| one.kind == kind) else {
        return Err(format!("no condition {kind}"));
    };
    let reason = want["reason"]
        .as_str()
        .is_none_or(|reason| reason == found.reason);
    if want["status"] == found.status.as_str() && reason {
        Ok(())
    } else {
        Err(format!(
            "{kind} is {} ({}: {})",
            found.status, found.reason, found.message
        ))
    }
}
