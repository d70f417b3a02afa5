//! The schemas of the Gateway API against the CRDs they were carried over from.
//!
//! Held against two sources: the CRDs themselves (fields, types and everything said of
//! them) and `constraints.json`, which lists the same limits flattened, for both
//! channels. In both directions: what a CRD says the schema says, and the schema says
//! nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use fingerpost::import::Sources;
use fingerpost::import::document::{Kind, Limits, Node, read};
use fingerpost::import::gateway_api::schema::{MANIFESTS, Manifest, find};
use fingerpost::import::schema::{NO_LIMIT, Schema, Unique};
use serde_json::{Map, Value, json};

/// What is said of one path, in OpenAPI's words.
type Facts = Map<String, Value>;

/// Facts by path: `.spec.rules[].name`, `.spec.options{}`.
type Flat = BTreeMap<String, Facts>;

#[test]
fn schemas_say_what_the_crds_of_the_experimental_channel_say() {
    let Some(folder) = shared("crds/experimental") else {
        return;
    };
    let mut compared = (0, 0);
    for file in yaml_files(&folder) {
        let mut sources = Sources::new();
        sources.add(
            file.display().to_string(),
            std::fs::read_to_string(&file).unwrap(),
        );
        let (documents, diagnostics) = read(&sources, &Limits::default());
        assert!(diagnostics.is_empty(), "{file:?}: {diagnostics:?}");
        for crd in documents.roots() {
            let kind = crd
                .path(&["spec", "names", "kind"])
                .and_then(Node::as_str)
                .unwrap();
            for version in crd.path(&["spec", "versions"]).unwrap().items() {
                let name = version.get("name").and_then(Node::as_str).unwrap();
                if version.get("served").and_then(Node::as_bool) == Some(false) {
                    continue;
                }
                let ours = flat(schema_of(kind, name));
                let mut theirs = Flat::new();
                let open_api = version.path(&["schema", "openAPIV3Schema"]).unwrap();
                flatten_crd(open_api, "", &mut theirs);
                assert_same(kind, name, &ours, &theirs);
                compared.0 += 1;
                compared.1 += theirs.len();
            }
        }
    }
    println!("{} kinds and versions, {} paths", compared.0, compared.1);
    assert_eq!(compared.0, MANIFESTS.len());
}

#[test]
fn schemas_say_what_every_row_of_the_flattened_constraints_says() {
    let Some(file) = shared("validation/constraints.json") else {
        return;
    };
    let all: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let rows = all["rows"].as_array().unwrap();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    let key = |row: &Value| (text(row, "kind"), text(row, "version"), text(row, "path"));

    let mut experimental = BTreeMap::new();
    for row in rows.iter().filter(|row| row["channel"] == "experimental") {
        experimental.insert(key(row), normal(row["constraints"].as_object().unwrap()));
    }
    let (mut held, mut superseded) = (0, BTreeSet::new());
    for row in rows {
        let (kind, version, path) = key(row);
        let facts = normal(row["constraints"].as_object().unwrap());
        let newer = experimental.get(&(kind.clone(), version.clone(), path.clone()));
        let newer = newer.unwrap_or_else(|| panic!("{kind} {path} is in one channel only"));
        if facts != *newer {
            superseded.insert(path.rsplit('.').next().unwrap().to_owned());
        }
        let path = if path == "." { "" } else { path.as_str() };
        let mut ours = flat(schema_of(&kind, &version))
            .remove(path)
            .unwrap_or_default();
        ours.remove("type");
        assert_eq!(ours, *newer, "{kind} {version} {path}");
        held += 1;
    }
    println!("{held} rows; the experimental channel decides for {superseded:?}");
    assert_eq!(held, 1827);
    // The experimental channel restricts the values of headers and has one more filter.
    assert_eq!(
        superseded.into_iter().collect::<Vec<_>>(),
        ["type", "value"]
    );

    // And back: whatever a schema limits is a row.
    for manifest in MANIFESTS {
        for (path, mut facts) in flat(manifest) {
            facts.remove("type");
            let path = if path.is_empty() {
                ".".to_owned()
            } else {
                path
            };
            let key = (manifest.kind.to_owned(), manifest.version.to_owned(), path);
            assert!(
                facts.is_empty() || experimental.contains_key(&key),
                "{key:?} is made up"
            );
        }
    }
}

fn shared(path: &str) -> Option<PathBuf> {
    fingerpost_tests::shared::folder(&format!("data/conformance/{path}"))
}

fn yaml_files(folder: &std::path::Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.extension().is_some_and(|ext| ext == "yaml"))
        .collect()
}

fn schema_of(kind: &str, version: &str) -> &'static Manifest {
    let group = if kind.starts_with('X') {
        "x-k8s.io"
    } else {
        "k8s.io"
    };
    find(&format!("gateway.networking.{group}"), version, kind)
        .unwrap_or_else(|| panic!("no schema for {kind} {version}"))
}

fn assert_same(kind: &str, version: &str, ours: &Flat, theirs: &Flat) {
    let paths: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    for path in paths {
        assert_eq!(
            ours.get(path),
            theirs.get(path),
            "{kind} {version} {path}: ours, the CRD's"
        );
    }
}

fn flat(manifest: &Manifest) -> Flat {
    let mut flat = Flat::new();
    flatten(&manifest.schema, "", &mut flat);
    flat
}

/// Fields of every manifest that CRDs leave to the API server.
fn is_common(path: &str) -> bool {
    matches!(path, ".apiVersion" | ".kind" | ".metadata" | ".status")
}

fn flatten(schema: &Schema, path: &str, out: &mut Flat) {
    let mut facts = Facts::new();
    let mut say = |key: &str, value: Value| facts.insert(key.to_owned(), value);
    match schema {
        Schema::Any | Schema::IntOrStr | Schema::Union(_) | Schema::Named(_) => {
            panic!("{path}: not in these CRDs")
        }
        Schema::Bool => drop(say("type", json!("boolean"))),
        Schema::Int { min, max } => {
            say("type", json!("integer"));
            if *min != i64::MIN {
                say("minimum", json!(min));
            }
            if *max != i64::MAX {
                say("maximum", json!(max));
            }
        }
        Schema::IntOneOf(values) => {
            say("type", json!("integer"));
            say("enum", json!(values));
        }
        Schema::Str(text) => {
            say("type", json!("string"));
            if text.min > 0 {
                say("minLength", json!(text.min));
            }
            if text.max != NO_LIMIT {
                say("maxLength", json!(text.max));
            }
            if let Some(pattern) = text.pattern {
                say("pattern", json!(pattern.regex));
            }
            if !text.values.is_empty() {
                say("enum", json!(text.values));
            }
        }
        Schema::List {
            item,
            min,
            max,
            unique,
        } => {
            say("type", json!("array"));
            if *min > 0 {
                say("minItems", json!(min));
            }
            if *max != NO_LIMIT {
                say("maxItems", json!(max));
            }
            match unique {
                Unique::No => {}
                Unique::Items => drop(say("x-kubernetes-list-type", json!("set"))),
                Unique::Keys(keys) => {
                    say("x-kubernetes-list-type", json!("map"));
                    say("x-kubernetes-list-map-keys", json!(keys));
                }
            }
            flatten(item, &format!("{path}[]"), out);
        }
        Schema::Map { value, max, .. } => {
            say("type", json!("object"));
            if *max != NO_LIMIT {
                say("maxProperties", json!(max));
            }
            flatten(value, &format!("{path}{{}}"), out);
        }
        Schema::Object(object) => {
            assert!(
                !object.open,
                "{path}: no part of these CRDs takes unknown fields"
            );
            say("type", json!("object"));
            let required = object.fields.iter().filter(|field| field.required);
            let mut required: Vec<_> = required.map(|field| field.name).collect();
            required.sort_unstable();
            if !required.is_empty() {
                say("required", json!(required));
            }
            for field in object.fields {
                let path = format!("{path}.{}", field.name);
                if is_common(&path) {
                    continue;
                }
                flatten(&field.schema, &path, out);
                if let Some(default) = field.default {
                    let default = serde_json::from_str(default).unwrap();
                    out.get_mut(&path)
                        .unwrap()
                        .insert("default".to_owned(), default);
                }
            }
        }
    }
    let replaced = out.insert(path.to_owned(), facts);
    assert!(replaced.is_none(), "{path} stands twice");
}

fn flatten_crd(node: Node<'_>, path: &str, out: &mut Flat) {
    let mut facts = Facts::new();
    for (key, value) in node.entries() {
        let key = key.as_str().unwrap();
        match key {
            "description" | "x-kubernetes-validations" => {}
            "properties" => {
                for (name, property) in value.entries() {
                    let path = format!("{path}.{}", name.as_str().unwrap());
                    if !is_common(&path) {
                        flatten_crd(property, &path, out);
                    }
                }
            }
            "items" => flatten_crd(value, &format!("{path}[]"), out),
            "additionalProperties" => flatten_crd(value, &format!("{path}{{}}"), out),
            // That an IPAddress is one, which is a rule here (FP1329).
            "oneOf" => assert_eq!(path, ".spec.addresses[]"),
            _ => drop(facts.insert(key.to_owned(), to_json(value))),
        }
    }
    out.insert(path.to_owned(), normal(&facts));
}

/// Facts as a schema states them: without what changes nothing.
fn normal(facts: &Facts) -> Facts {
    let mut normal = Facts::new();
    let is_int32 = facts.get("format").is_some_and(|format| format == "int32");
    for (key, value) in facts {
        match key.as_str() {
            "minLength" if *value == json!(0) => {}
            // An atomic list or map is replaced as a whole when two writers merge.
            "x-kubernetes-list-type" | "x-kubernetes-map-type" if value == "atomic" => {}
            "format" => assert!(is_int32, "format {value}"),
            "required" => {
                let mut names: Vec<_> = value.as_array().unwrap().clone();
                names.sort_by_key(Value::to_string);
                normal.insert(key.clone(), json!(names));
            }
            "type"
            | "minLength"
            | "maxLength"
            | "pattern"
            | "enum"
            | "minimum"
            | "maximum"
            | "minItems"
            | "maxItems"
            | "maxProperties"
            | "default"
            | "x-kubernetes-list-type"
            | "x-kubernetes-list-map-keys" => drop(normal.insert(key.clone(), value.clone())),
            _ => panic!("the schema language does not have {key}"),
        }
    }
    if is_int32 {
        normal.entry("minimum").or_insert(json!(i32::MIN));
        normal.entry("maximum").or_insert(json!(i32::MAX));
    }
    normal
}

fn to_json(node: Node<'_>) -> Value {
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::Bool => json!(node.as_bool().unwrap()),
        Kind::Int => json!(node.as_i64().unwrap()),
        Kind::Float => json!(node.scalar_text().unwrap().parse::<f64>().unwrap()),
        Kind::Str => json!(node.as_str().unwrap()),
        Kind::Seq => node.items().map(to_json).collect(),
        Kind::Map => {
            let entry = |(key, value): (Node<'_>, Node<'_>)| {
                (key.scalar_text().unwrap().to_owned(), to_json(value))
            };
            Value::Object(node.entries().map(entry).collect())
        }
    }
}
