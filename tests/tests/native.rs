//! The native format's documents: every example is sound, and every field has one; the
//! JSON Schema that is published is the one that validates, and others read it alike.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fingerpost::compile::Compiler;
use fingerpost::diagnostic::{Diagnostic, Severity};
use fingerpost::import::document::{Kind, Limits, Node, read};
use fingerpost::import::native::{document_schema, schema};
use fingerpost::import::schema::{Named, Object, Schema, definitions};
use fingerpost::import::{Import, Options, Sources, import};
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};
use serde_json::{Map, Number, Value};

const DOCUMENT: &str = include_str!("../../docs/dialects/native.md");
const PUBLISHED: &str = include_str!("../../docs/fingerpost-v1.schema.json");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The examples of the format's document, each as a document of its own.
fn documented() -> Vec<String> {
    let mut examples = Vec::new();
    let mut lines = DOCUMENT.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            continue;
        };
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        match info {
            "yaml" => examples.push(body.join("\n")),
            "yaml rules" => {
                let head = "fingerpost: v1\nstages: [{name: orders}]\nroutes:\n- name: r\n  rules:";
                examples.push(format!("{head}\n  {}\n", body.join("\n  ")));
            }
            other => panic!("a block of '{other}'"),
        }
    }
    assert!(examples.len() > 8, "{}", examples.len());
    examples
}

/// The files in a folder of the tree.
fn files(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let yaml = paths.filter(|path| {
        path.extension()
            .is_some_and(|end| end == "yaml" || end == "json")
    });
    let mut paths: Vec<PathBuf> = yaml.collect();
    paths.sort();
    let texts = paths
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap());
    texts.collect()
}

fn sources(text: &str) -> Sources {
    let mut sources = Sources::new();
    sources.add("document.yaml", text);
    sources
}

fn imported(text: &str) -> Import {
    import(&sources(text), &Options::default())
}

/// The documents of a text as JSON values.
fn values(text: &str) -> Vec<Value> {
    let sources = sources(text);
    let (documents, _) = read(&sources, &Limits::default());
    documents.roots().map(value).collect()
}

fn value(node: Node<'_>) -> Value {
    let text = || node.scalar_text().unwrap_or("").to_string();
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::Bool => Value::Bool(node.as_bool().unwrap()),
        Kind::Int => Value::Number(node.as_i64().unwrap().into()),
        Kind::Float => Value::Number(Number::from_f64(text().parse().unwrap()).unwrap()),
        Kind::Str => Value::String(text()),
        Kind::Seq => node.items().map(value).collect(),
        Kind::Map => {
            let entries = node.entries();
            let entries =
                entries.map(|(key, one)| (key.scalar_text().unwrap().to_string(), value(one)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

#[test]
fn every_example_of_the_document_is_sound() {
    for text in documented() {
        let found = imported(&text);
        assert!(
            found.diagnostics.is_empty(),
            "{text}\n{:#?}",
            found.diagnostics
        );
        let is_error = |one: &&Diagnostic| one.severity == Severity::Error;
        let compiled = Compiler::new().compile(&found.routes);
        let errors: Vec<_> = compiled.diagnostics.iter().filter(is_error).collect();
        assert!(errors.is_empty(), "{text}\n{errors:#?}");
    }
}

/// Fields by the object that has them, whose address tells it from others.
type Fields = BTreeMap<(usize, &'static str), &'static str>;

/// Tells an object from others. Tests of values are all one: they differ in a field or
/// two, and what is shown of one is shown of all.
fn identity(object: &'static Object) -> usize {
    match object.field("cidr") {
        Some(_) => 0,
        None => std::ptr::from_ref(object).addr(),
    }
}

fn fields_of(named: &'static Named, schema: &Schema, out: &mut Fields) {
    match *schema {
        Schema::Object(object) => {
            for field in object.fields {
                if out
                    .insert((identity(object), field.name), named.name)
                    .is_none()
                {
                    fields_of(named, &field.schema, out);
                }
            }
        }
        Schema::Union(shapes) => shapes.iter().for_each(|shape| fields_of(named, shape, out)),
        Schema::List { item, .. } => fields_of(named, item, out),
        Schema::Map { value, .. } => fields_of(named, value, out),
        _ => {}
    }
}

fn used(node: Node<'_>, schema: &Schema, out: &mut BTreeSet<(usize, &'static str)>) {
    match (*schema, node.kind()) {
        (Schema::Named(named), _) => used(node, &named.schema, out),
        (Schema::Union(shapes), kind) => {
            for shape in shapes {
                let is_list = matches!(shape, Schema::List { .. });
                if is_list == (kind == Kind::Seq) {
                    used(node, shape, out);
                }
            }
        }
        (Schema::List { item, .. }, Kind::Seq) => node.items().for_each(|one| used(one, item, out)),
        (Schema::Map { value, .. }, Kind::Map) => {
            node.entries().for_each(|(_, one)| used(one, value, out));
        }
        (Schema::Object(object), Kind::Map) => {
            for (key, one) in node.entries() {
                let field = object.field(key.scalar_text().unwrap()).unwrap();
                out.insert((identity(object), field.name));
                used(one, &field.schema, out);
            }
        }
        _ => {}
    }
}

#[test]
fn every_field_has_an_example_and_a_description() {
    let mut fields = Fields::new();
    for named in definitions(&schema::DOCUMENT) {
        fields_of(named, &named.schema, &mut fields);
    }
    let mut seen = BTreeSet::new();
    for text in documented() {
        let sources = sources(&text);
        let (documents, _) = read(&sources, &Limits::default());
        let roots = documents.roots();
        roots.for_each(|root| used(root, &schema::DOCUMENT.schema, &mut seen));
    }
    let without: Vec<_> = fields
        .iter()
        .filter(|(field, _)| !seen.contains(*field))
        .collect();
    assert!(without.is_empty(), "no example has {without:?}");
    let published: Value = serde_json::from_str(PUBLISHED).unwrap();
    let mut undescribed = Vec::new();
    properties(&published, "", &mut undescribed);
    assert!(undescribed.is_empty(), "{undescribed:?}");
}

/// Paths of properties without a description.
fn properties(schema: &Value, path: &str, out: &mut Vec<String>) {
    let Value::Object(object) = schema else {
        return;
    };
    for (key, value) in object {
        let path = format!("{path}/{key}");
        if key == "properties" {
            for (name, property) in value.as_object().unwrap() {
                if property["description"].as_str().is_none_or(str::is_empty) {
                    out.push(format!("{path}/{name}"));
                }
            }
        }
        properties(value, &path, out);
    }
}

#[test]
fn the_published_schema_is_the_one_that_validates() {
    assert!(PUBLISHED == document_schema(), "run `cargo xtask schema`");
}

#[test]
fn the_examples_are_sound() {
    let examples = files("examples/native");
    assert!(examples.len() > 2);
    let mut sources = Sources::new();
    for (index, text) in examples.iter().enumerate() {
        sources.add(index.to_string(), text.clone());
    }
    let found = import(&sources, &Options::default());
    assert!(found.diagnostics.is_empty(), "{:#?}", found.diagnostics);
}

#[test]
fn another_validator_takes_what_the_importer_takes() {
    let published: Value = serde_json::from_str(PUBLISHED).unwrap();
    jsonschema::meta::validate(&published).unwrap();
    let validator = jsonschema::validator_for(&published).unwrap();
    for text in documented().into_iter().chain(files("examples/native")) {
        for value in values(&text) {
            let found: Vec<_> = validator
                .iter_errors(&value)
                .map(|error| error.to_string())
                .collect();
            assert!(found.is_empty(), "{text}\n{found:#?}");
        }
    }
}

#[test]
fn another_validator_refuses_what_the_importer_refuses_for_its_shape() {
    let published: Value = serde_json::from_str(PUBLISHED).unwrap();
    let validator = jsonschema::validator_for(&published).unwrap();
    let refused =
        std::fs::read_to_string(root().join("tests/dialects/native/refused.yaml")).unwrap();
    let cases: Vec<&str> = refused
        .split("---\n")
        .filter(|text| !text.is_empty())
        .collect();
    assert!(cases.len() > 30, "{}", cases.len());
    for text in cases {
        let of_shape =
            |found: &Diagnostic| (1101..=1111).contains(&found.code.0) || found.code.0 == 1801;
        let found = imported(text);
        assert!(
            found.diagnostics.iter().any(of_shape),
            "the importer takes\n{text}"
        );
        for value in values(text) {
            assert!(
                !validator.is_valid(&value),
                "another validator takes\n{text}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever is cut out of a document or put into it, what comes of it can be compiled,
    /// and every error has a place.
    #[test]
    fn a_damaged_document_is_read_as_far_as_it_goes(
        example in any::<proptest::sample::Index>(),
        from in any::<proptest::sample::Index>(),
        length in 0usize..12,
        put in "[a-z0-9/*{}:,.&\"' \\[\\]-]{0,4}",
    ) {
        let examples = documented();
        let mut text: Vec<char> = example.get(&examples).chars().collect();
        let from = from.index(text.len());
        let to = (from + length).min(text.len());
        text.splice(from..to, put.chars());
        let found = imported(&text.into_iter().collect::<String>());
        for one in &found.diagnostics {
            prop_assert!(one.origin.is_some(), "{one:?}");
        }
        let _ = Compiler::new().compile(&found.routes);
    }
}
