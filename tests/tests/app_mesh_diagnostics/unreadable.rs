//! A field that is there and cannot be read is never the same as one that is absent.
//!
//! Every field of every form is replaced by values of other types. Whatever becomes of
//! the object, no request may then be sent where it was not sent before, but for what
//! the rules that were not touched give: those that are left when a route with such a
//! field is taken out.

// The test says how much it held.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;

use fingerpost::Table;
use serde_json::{Value, json};

use super::support::{answers, table};

/// Where each request is sent.
type Answers = BTreeMap<String, Option<String>>;

/// One step towards a field.
#[derive(Clone, Debug)]
enum Step {
    Field(String),
    Item(usize),
}

/// A document's file name and its value.
type Input = Vec<(&'static str, Value)>;

#[test]
fn fields_of_the_controllers_objects_that_cannot_be_read_send_no_request_elsewhere() {
    hold(&controller(), "shop/g", 500);
}

#[test]
fn fields_of_the_older_form_that_cannot_be_read_send_no_request_elsewhere() {
    hold(&older(), "m", 200);
}

#[test]
fn fields_of_the_api_that_cannot_be_read_send_no_request_elsewhere() {
    hold(&api(), "g", 200);
}

#[test]
fn fields_of_a_template_that_cannot_be_read_send_no_request_elsewhere() {
    hold(&template(), "g", 200);
}

fn hold(input: &Input, outside: &str, least: usize) {
    let requests = requests(outside);
    let before = ask(&files(input), &requests);
    let forwarded = before.values().filter(|to| to.is_some()).count();
    println!("{forwarded} of {} requests are forwarded", requests.len());
    assert!(forwarded > 10, "only {forwarded} requests are forwarded");
    let mut held = 0;
    let mut failures = Vec::new();
    for (index, (_, document)) in input.iter().enumerate() {
        for path in fields(document) {
            let without = rule_of(document, &path).map(|rule| {
                let mut input = input.clone();
                remove(&mut input, index, &rule);
                ask(&files(&input), &requests)
            });
            for value in wrong(at(document, &path).unwrap()) {
                let mut changed = input.clone();
                *at_mut(&mut changed[index].1, &path) = value.clone();
                let after = ask(&files(&changed), &requests);
                // A number where a text belongs is read as its text, with a warning.
                let text = format!(":\"{value}\"");
                let elsewhere = after.iter().find(|(request, to)| {
                    let left = |without: &Answers| without.get(*request) == Some(to);
                    !(before.get(*request) == Some(to)
                        || to
                            .as_ref()
                            .is_none_or(|to| value.is_number() && to.contains(&text))
                        || without.as_ref().is_some_and(left))
                });
                if let Some((request, to)) = elsewhere {
                    let was = &before[request];
                    failures.push(format!(
                        "{index} {path:?} = {value}: {request} to {to:?}, not {was:?}"
                    ));
                }
                held += 1;
            }
        }
    }
    failures.truncate(20);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(held >= least, "only {held} fields were changed");
    println!("{held} changes, {} requests each", requests.len());
}

/// Values of other types. An empty mapping or list says something else than nothing.
fn wrong(value: &Value) -> Vec<Value> {
    let all = [
        json!("wrong"),
        json!(["wrong"]),
        json!({"wrong": "x"}),
        json!(7.5),
    ];
    let same = |a: &Value, b: &Value| {
        (a.is_string() && b.is_string())
            || (a.is_array() && b.is_array())
            || (a.is_object() && b.is_object())
            || (a.is_number() && b.is_number())
            || (a.is_boolean() && b.is_boolean())
    };
    all.into_iter()
        .filter(|other| !same(value, other))
        .collect()
}

/// The paths of all fields and items, but for those that say what an object is: where
/// they cannot be read, there is no object of a mesh.
fn fields(document: &Value) -> Vec<Vec<Step>> {
    let mut found = Vec::new();
    let mut open: Vec<Vec<Step>> = vec![Vec::new()];
    while let Some(path) = open.pop() {
        let mut below = |step: Step| {
            let mut path = path.clone();
            path.push(step);
            found.push(path.clone());
            open.push(path);
        };
        match at(document, &path).unwrap() {
            Value::Object(fields) => {
                let names = fields.keys().filter(|name| {
                    !["apiVersion", "kind", "Type", "Resources"].contains(&name.as_str())
                });
                names.for_each(|name| below(Step::Field(name.clone())));
                if let Some(resources) = fields.get("Resources").and_then(Value::as_object) {
                    for (id, _) in resources {
                        let head = [Step::Field("Resources".into()), Step::Field(id.clone())];
                        found.push([&head[..], &[Step::Field("Properties".into())]].concat());
                        open.push([&head[..], &[Step::Field("Properties".into())]].concat());
                    }
                }
            }
            Value::Array(items) => (0..items.len()).for_each(|index| below(Step::Item(index))),
            _ => {}
        }
    }
    found
}

/// The rule that a field is part of: the whole document, where it is a route.
fn rule_of(document: &Value, path: &[Step]) -> Option<Vec<Step>> {
    let is = |value: &Value, name: &str| value["kind"] == name || value["Type"] == name;
    if is(document, "GatewayRoute") || document.get("routeName").is_some() {
        return Some(Vec::new());
    }
    if document.get("gatewayRouteName").is_some() {
        return Some(Vec::new());
    }
    if let [Step::Field(first), id @ Step::Field(_), ..] = path
        && first == "Resources"
    {
        let head = vec![path[0].clone(), id.clone()];
        let resource = at(document, &head).unwrap();
        let is_route = ["AWS::AppMesh::Route", "AWS::AppMesh::GatewayRoute"];
        return is_route
            .iter()
            .any(|name| is(resource, name))
            .then_some(head);
    }
    let routes = path
        .iter()
        .position(|step| matches!(step, Step::Field(name) if name == "routes"));
    let routes = routes.filter(|at| path.len() > at + 1)?;
    Some(path[..routes + 2].to_vec())
}

fn remove(input: &mut Input, index: usize, rule: &[Step]) {
    match rule.split_last() {
        None => {
            input.remove(index);
        }
        Some((Step::Field(name), above)) => {
            let above = at_mut(&mut input[index].1, above);
            above.as_object_mut().unwrap().remove(name);
        }
        Some((Step::Item(item), above)) => {
            at_mut(&mut input[index].1, above)
                .as_array_mut()
                .unwrap()
                .remove(*item);
        }
    }
}

fn at<'v>(value: &'v Value, path: &[Step]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, step| match step {
        Step::Field(name) => value.get(name),
        Step::Item(index) => value.get(index),
    })
}

fn at_mut<'v>(value: &'v mut Value, path: &[Step]) -> &'v mut Value {
    path.iter().fold(value, |value, step| match step {
        Step::Field(name) => &mut value[name],
        Step::Item(index) => &mut value[*index],
    })
}

/// One file for all documents of Kubernetes, and one for each of the API.
fn files(input: &Input) -> Vec<(&'static str, String)> {
    let written = input.iter().map(|(name, value)| (*name, value.to_string()));
    written.collect()
}

/// Where each request is sent: the backend with its kind, or nothing.
fn ask(files: &[(&str, String)], requests: &[Value]) -> Answers {
    let table: Table = table(files);
    let answered = requests.iter().map(|request| {
        let answer = answers(&table, request);
        let forwarded = answer["outcome"] == "forward";
        (
            request.to_string(),
            forwarded.then(|| answer["backend"].to_string()),
        )
    });
    answered.collect()
}

/// Requests at a gateway and at the mesh. Each names where it enters: without that, one
/// that finds no gateway would be taken by the mesh.
fn requests(outside: &str) -> Vec<Value> {
    let mut requests = Vec::new();
    let narrow = json!({"x-v": "beta", "n": "15"});
    for path in ["/a/x", "/a/x?q=1", "/b", "/c/b", "/other"] {
        for (method, headers) in [
            ("GET", json!({})),
            ("GET", narrow.clone()),
            ("POST", narrow.clone()),
        ] {
            for (gateway, host, random) in [
                (outside, "api.example.com", 0),
                ("m", "s.shop", 0),
                ("m", "s.shop", u64::MAX),
                ("m", "t.shop", 0),
            ] {
                requests.push(json!({
                    "path": path, "method": method, "headers": headers, "authority": host,
                    "gateway": gateway, "port": 80, "scheme": "https", "random": random,
                }));
            }
        }
    }
    requests
}

fn node_target(form: &str, name: &str, weight: u32) -> Value {
    match form {
        "kubernetes" => {
            json!({"virtualNodeRef": {"name": name, "namespace": "shop"}, "weight": weight, "port": 80})
        }
        "older" => json!({"virtualNodeName": name, "weight": weight, "port": 80}),
        _ => json!({"virtualNode": name, "weight": weight, "port": 80}),
    }
}

/// The parts of a route that narrow it, and its targets.
fn route_body(form: &str, prefix: &str) -> Value {
    json!({
        "match": {
            "prefix": prefix, "method": "GET", "scheme": "https", "port": 80,
            "headers": [
                {"name": "x-v", "match": {"exact": "beta"}},
                {"name": "n", "match": {"range": {"start": 10, "end": 20}}},
                {"name": "x-not", "invert": true},
            ],
            "queryParameters": [{"name": "q", "match": {"exact": "1"}}],
        },
        "action": {"weightedTargets": [node_target(form, "one", 50), node_target(form, "two", 50)]},
        "retryPolicy": {"maxRetries": 1, "httpRetryEvents": ["server-error"], "perRetryTimeout": {"unit": "s", "value": 1}},
        "timeout": {"perRequest": {"unit": "s", "value": 1}},
    })
}

fn plain_body(form: &str, prefix: &str) -> Value {
    json!({
        "match": {"prefix": prefix},
        "action": {"weightedTargets": [node_target(form, "rest", 100)]},
    })
}

fn listeners() -> Value {
    json!([{"portMapping": {"port": 80, "protocol": "http"}}])
}

fn controller() -> Input {
    let object = |kind: &str, name: &str, spec: Value| {
        let metadata = json!({"name": name, "namespace": "shop", "labels": {"tier": "web"}});
        let value = json!({"apiVersion": "appmesh.k8s.aws/v1beta2", "kind": kind, "metadata": metadata, "spec": spec});
        ("m.yaml", value)
    };
    let gateway_match = json!({
        "prefix": "/a", "method": "GET", "hostname": {"suffix": "example.com"}, "port": 80,
        "headers": [{"name": "x-v", "match": {"prefix": "be"}}, {"name": "x-not", "invert": true}],
        "queryParameters": [{"name": "q"}],
    });
    let to = |service: &str| json!({"virtualService": {"virtualServiceRef": {"name": service, "namespace": "shop"}}, "port": 80});
    let selector = json!({"matchLabels": {"mesh": "m"}, "matchExpressions": [{"key": "mesh", "operator": "In", "values": ["m"]}]});
    let node = || json!({"listeners": listeners(), "serviceDiscovery": {"dns": {"hostname": "x"}}});
    let provider =
        json!({"virtualRouter": {"virtualRouterRef": {"name": "r", "namespace": "shop"}}});
    vec![
        (
            "m.yaml",
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"mesh": "m"}}}),
        ),
        object(
            "Mesh",
            "m",
            json!({"namespaceSelector": selector, "egressFilter": {"type": "ALLOW_ALL"}}),
        ),
        object(
            "VirtualGateway",
            "g",
            json!({
                "namespaceSelector": selector, "listeners": listeners(),
                "gatewayRouteSelector": {"matchLabels": {"tier": "web"}, "matchExpressions": [{"key": "off", "operator": "DoesNotExist"}]},
            }),
        ),
        object(
            "GatewayRoute",
            "narrow",
            json!({
                "priority": 5,
                "httpRoute": {"match": gateway_match, "action": {"target": to("s"), "rewrite": {"prefix": {"value": "/a/"}, "hostname": {"defaultTargetHostname": "DISABLED"}}}},
            }),
        ),
        object(
            "GatewayRoute",
            "wide",
            json!({
                "httpRoute": {"match": {"path": {"exact": "/b"}, "hostname": {"exact": "api.example.com"}}, "action": {"target": to("t")}},
            }),
        ),
        object(
            "GatewayRoute",
            "article",
            json!({
                "mesh": "m", "virtualGateway": {"name": "g", "namespace": "shop"},
                "httpRoute": {
                    "match": {"prefix": "/c", "headers": [{"name": "x-v", "present": true}]},
                    "action": {"target": {"virtualServiceRef": {"name": "t"}}},
                    "timeout": {"perRequest": {"unit": "s", "value": 1}},
                },
            }),
        ),
        object(
            "VirtualService",
            "s",
            json!({"awsName": "s.shop", "provider": provider}),
        ),
        object(
            "VirtualService",
            "t",
            json!({"provider": {"virtualNode": {"virtualNodeRef": {"name": "one"}}}}),
        ),
        object(
            "VirtualRouter",
            "r",
            json!({"listeners": listeners(), "routes": [
                {"name": "narrow", "priority": 1, "httpRoute": route_body("kubernetes", "/a")},
                {"name": "rest", "httpRoute": plain_body("kubernetes", "/")},
            ]}),
        ),
        object("VirtualNode", "one", node()),
        object("VirtualNode", "two", node()),
        object("VirtualNode", "rest", node()),
    ]
}

fn older() -> Input {
    let object = |kind: &str, name: &str, spec: Value| {
        let metadata = json!({"name": name, "namespace": "shop"});
        let value = json!({"apiVersion": "appmesh.k8s.aws/v1beta1", "kind": kind, "metadata": metadata, "spec": spec});
        ("m.yaml", value)
    };
    let node = || json!({"meshName": "m", "listeners": listeners(), "serviceDiscovery": {"dns": {"hostName": "x"}}});
    let routes = json!([
        {"name": "narrow", "priority": 1, "http": route_body("older", "/a")},
        {"name": "rest", "http": plain_body("older", "/")},
    ]);
    vec![
        object("Mesh", "m", json!({})),
        object(
            "VirtualService",
            "s.shop",
            json!({
                "meshName": "m", "virtualRouter": {"name": "r", "listeners": listeners()}, "routes": routes,
            }),
        ),
        object("VirtualNode", "one", node()),
        object("VirtualNode", "two", node()),
        object("VirtualNode", "rest", node()),
    ]
}

fn api() -> Input {
    vec![
        (
            "g.json",
            json!({"meshName": "m", "virtualGatewayName": "g", "spec": {"listeners": listeners()}}),
        ),
        (
            "gr.json",
            json!({
                "meshName": "m", "virtualGatewayName": "g", "gatewayRouteName": "gr",
                "spec": {"priority": 1, "httpRoute": {
                    "match": {"prefix": "/", "hostname": {"exact": "api.example.com"}, "queryParameters": [{"name": "q"}]},
                    "action": {"target": {"virtualService": {"virtualServiceName": "s"}}, "rewrite": {"prefix": {"defaultPrefix": "DISABLED"}}},
                }},
            }),
        ),
        (
            "s.json",
            json!({"meshName": "m", "virtualServiceName": "s.shop", "spec": {"provider": {"virtualRouter": {"virtualRouterName": "r"}}}}),
        ),
        (
            "r.json",
            json!({"meshName": "m", "virtualRouterName": "r", "spec": {"listeners": listeners()}}),
        ),
        (
            "narrow.json",
            json!({
                "meshName": "m", "virtualRouterName": "r", "routeName": "narrow",
                "spec": {"priority": 1, "httpRoute": route_body("api", "/a")},
            }),
        ),
        (
            "rest.json",
            json!({
                "meshName": "m", "virtualRouterName": "r", "routeName": "rest",
                "spec": {"httpRoute": plain_body("api", "/")},
            }),
        ),
        (
            "n.json",
            json!({"meshName": "m", "virtualNodeName": "rest", "spec": {"listeners": listeners()}}),
        ),
    ]
}

/// [`api`] as one template: field names in capitals.
fn template() -> Input {
    let kinds = [
        ("VirtualGateway", "G"),
        ("GatewayRoute", "Gr"),
        ("VirtualService", "S"),
        ("VirtualRouter", "R"),
        ("Route", "Narrow"),
        ("Route", "Rest"),
        ("VirtualNode", "N"),
    ];
    let mut resources = serde_json::Map::new();
    for ((kind, id), (_, value)) in kinds.iter().zip(api()) {
        let resource =
            json!({"Type": format!("AWS::AppMesh::{kind}"), "Properties": capital(&value)});
        resources.insert((*id).to_string(), resource);
    }
    vec![("t.json", json!({"Resources": resources}))]
}

fn capital(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| {
                let name = name[..1].to_ascii_uppercase() + &name[1..];
                (name, capital(value))
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(capital).collect(),
        other => other.clone(),
    }
}
