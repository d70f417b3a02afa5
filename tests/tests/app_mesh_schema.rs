//! The schemas of App Mesh against the CRDs they were carried over from, in both
//! directions.

// A skipped test says so, and a test says how much it held.
#![allow(clippy::print_stdout)]

use std::collections::{BTreeMap, BTreeSet};

use fingerpost::diagnostic::Severity;
use fingerpost::import::Sources;
use fingerpost::import::app_mesh::schema::KINDS;
use fingerpost::import::document::{Kind, Limits, Node, read};
use fingerpost::import::schema::{NO_LIMIT, Schema};
use fingerpost_tests::shared;

/// What is said of one path, in OpenAPI's words.
type Flat = BTreeMap<String, BTreeMap<&'static str, String>>;

#[test]
fn schemas_say_what_the_crds_say_and_nothing_else() {
    let Some(folder) = shared::folder("data/app-mesh/crds") else {
        return;
    };
    let mut compared = BTreeSet::new();
    let mut paths = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        let mut sources = Sources::new();
        sources.add(
            file.display().to_string(),
            std::fs::read_to_string(&file).unwrap(),
        );
        let (documents, found) = read(&sources, &Limits::default());
        assert!(
            found.iter().all(|found| found.severity != Severity::Error),
            "{}: {found:?}",
            file.display()
        );
        for crd in documents.roots() {
            let kind = crd
                .path(&["spec", "names", "kind"])
                .unwrap()
                .as_str()
                .unwrap();
            for version in crd.path(&["spec", "versions"]).unwrap().items() {
                assert_eq!(version.get("name").unwrap().as_str(), Some("v1beta2"));
                let mut theirs = Flat::new();
                crd_facts(
                    version.path(&["schema", "openAPIV3Schema"]).unwrap(),
                    "",
                    &mut theirs,
                );
                let (_, schema) = KINDS.iter().find(|(name, _)| *name == kind).unwrap();
                let mut ours = Flat::new();
                our_facts(schema, "", &mut ours);
                for path in ours.keys().chain(theirs.keys()) {
                    assert_eq!(ours.get(path), theirs.get(path), "{kind}{path}");
                }
                paths += theirs.len();
                compared.insert(kind.to_string());
            }
        }
    }
    assert_eq!(compared.len(), KINDS.len());
    println!("{} kinds, {paths} paths", compared.len());
    assert!(paths > 600, "{paths}");
}

fn is_common(path: &str) -> bool {
    matches!(path, ".apiVersion" | ".kind" | ".metadata" | ".status")
}

fn our_facts(schema: &Schema, path: &str, out: &mut Flat) {
    if is_common(path) {
        return;
    }
    let mut facts = BTreeMap::new();
    match schema {
        Schema::Bool => drop(facts.insert("type", "boolean".to_string())),
        Schema::Int { min, max } => {
            facts.insert("type", "integer".to_string());
            if *min != i64::MIN {
                facts.insert("minimum", min.to_string());
            }
            if *max != i64::MAX {
                facts.insert("maximum", max.to_string());
            }
        }
        Schema::Str(text) => {
            facts.insert("type", "string".to_string());
            assert!(text.pattern.is_none(), "{path}");
            if text.min > 0 {
                facts.insert("minLength", text.min.to_string());
            }
            if text.max != NO_LIMIT {
                facts.insert("maxLength", text.max.to_string());
            }
            if !text.values.is_empty() {
                let values: BTreeSet<&str> = text.values.iter().copied().collect();
                facts.insert("enum", format!("{values:?}"));
            }
        }
        Schema::List { item, min, max, .. } => {
            facts.insert("type", "array".to_string());
            if *min > 0 {
                facts.insert("minItems", min.to_string());
            }
            if *max != NO_LIMIT {
                facts.insert("maxItems", max.to_string());
            }
            our_facts(item, &format!("{path}[]"), out);
        }
        Schema::Map { value, max, .. } => {
            assert_eq!(*max, NO_LIMIT, "{path}");
            facts.insert("type", "object".to_string());
            our_facts(value, &format!("{path}{{}}"), out);
        }
        Schema::Object(object) => {
            assert!(!object.open, "{path}");
            facts.insert("type", "object".to_string());
            let required: BTreeSet<&str> = object
                .fields
                .iter()
                .filter(|field| field.required)
                .map(|field| field.name)
                .collect();
            if !required.is_empty() {
                facts.insert("required", format!("{required:?}"));
            }
            for field in object.fields {
                assert!(field.default.is_none(), "{path}");
                our_facts(&field.schema, &format!("{path}.{}", field.name), out);
            }
        }
        other => panic!("{path}: {other:?} is in none of these CRDs"),
    }
    assert!(
        out.insert(path.to_string(), facts).is_none(),
        "{path} twice"
    );
}

fn crd_facts(node: Node<'_>, path: &str, out: &mut Flat) {
    if is_common(path) {
        return;
    }
    let mut facts = BTreeMap::new();
    let texts = |node: Node<'_>| -> BTreeSet<String> {
        node.items()
            .map(|item| item.as_str().unwrap().to_string())
            .collect()
    };
    for (key, value) in node.entries() {
        let key = key.as_str().unwrap();
        match key {
            "type" => drop(facts.insert("type", value.as_str().unwrap().to_string())),
            "minimum" => drop(facts.insert("minimum", value.as_i64().unwrap().to_string())),
            "maximum" => drop(facts.insert("maximum", value.as_i64().unwrap().to_string())),
            "minLength" => drop(facts.insert("minLength", value.as_i64().unwrap().to_string())),
            "maxLength" => drop(facts.insert("maxLength", value.as_i64().unwrap().to_string())),
            "maxItems" => drop(facts.insert("maxItems", value.as_i64().unwrap().to_string())),
            "minItems" => {
                // A minimum of 0 says nothing.
                if value.as_i64() != Some(0) {
                    facts.insert("minItems", value.as_i64().unwrap().to_string());
                }
            }
            "enum" => drop(facts.insert("enum", format!("{:?}", texts(value)))),
            "required" => drop(facts.insert("required", format!("{:?}", texts(value)))),
            "properties" => {
                for (name, property) in value.entries() {
                    crd_facts(property, &format!("{path}.{}", name.as_str().unwrap()), out);
                }
            }
            "items" => crd_facts(value, &format!("{path}[]"), out),
            "additionalProperties" => crd_facts(value, &format!("{path}{{}}"), out),
            "description" | "format" | "x-kubernetes-map-type" | "x-kubernetes-list-type" => {}
            // At the root only: the API server's own fields.
            "x-kubernetes-preserve-unknown-fields" if path.is_empty() => {}
            other => panic!("{path}: {other} is not looked at"),
        }
    }
    assert_ne!(node.kind(), Kind::Null, "{path}");
    out.insert(path.to_string(), facts);
}
