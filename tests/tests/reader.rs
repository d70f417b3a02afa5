//! The reader against files that nobody here wrote, and against its own laws.

#![allow(clippy::print_stdout)] // a skipped test says why

use std::fs;
use std::path::{Path, PathBuf};

use fingerpost::diagnostic::{Diagnostic, Severity, codes::read as codes};
use fingerpost::import::document::{self, Documents, Kind};
use fingerpost::import::{Limits, Node, Options, Sources, import};
use proptest::prelude::*;
use serde_json::Value;

/// Files of the shared data that are no YAML or JSON even once their variables
/// are filled in, and how many of their documents are refused.
const INVALID: &[(&str, usize)] = &[
    // `{{ENVOY_IMAGE}}` and `{{LB_CERT_ARN}}`: a template.
    ("blogs_cert-manager-tls_yelb-gw.yaml", 0),
    // `a: b: c` in one line.
    (
        "walkthroughs_eks-app-mesh-cross-account-acm_mesh_redis_update.yaml",
        1,
    ),
    (
        "walkthroughs_eks-app-mesh-cross-account-acm_mesh_yelb_ui_update.yaml",
        1,
    ),
];

#[test]
fn every_shared_manifest_is_read_once_its_variables_are_filled_in() {
    let Some(folder) = shared() else { return };
    let mut read = 0;
    for path in manifests(&folder) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = fill_in(&fs::read_to_string(&path).unwrap());
        let sources = one(name, &text);
        let (documents, found) = document::read(&sources, &Limits::default());
        let errors: Vec<_> = errors(&found).collect();
        match INVALID.iter().find(|(invalid, _)| *invalid == name) {
            Some(_) => assert!(!errors.is_empty(), "{name} is in the list and has no error"),
            None => assert!(errors.is_empty(), "{name}: {errors:#?}"),
        }
        // Documents begin at the start and after each marker line.
        let markers = text
            .lines()
            .filter(|line| *line == "---" || line.starts_with("--- "));
        assert!(documents.roots().count() <= markers.count() + 1, "{name}");
        for found in &found {
            let origin = found.origin.expect("a diagnostic of a file has a place");
            assert!(
                text.get(origin.start as usize..origin.end as usize)
                    .is_some(),
                "{name}"
            );
        }
        read += documents.roots().count();
    }
    assert!(read > 1_000, "only {read} documents were read");
}

#[test]
fn an_invalid_file_costs_the_invalid_documents_only() {
    let Some(folder) = shared() else { return };
    let all = manifests(&folder);
    for (name, refused) in INVALID {
        let path = all
            .iter()
            .find(|path| path.ends_with(name))
            .expect("the file is there");
        let text = fill_in(&fs::read_to_string(path).unwrap());
        let written = text
            .split("\n---")
            .filter(|part| {
                part.lines()
                    .any(|line| line.contains(':') && !line.starts_with('#'))
            })
            .count();
        let sources = one(name, &text);
        let (documents, _) = document::read(&sources, &Limits::default());
        assert_eq!(documents.roots().count() + refused, written, "{name}");
    }
}

#[test]
fn variables_as_bare_json_values_are_refused_with_help() {
    let Some(folder) = shared() else { return };
    let mut refused = 0;
    for path in manifests(&folder) {
        let text = fs::read_to_string(&path).unwrap();
        if path.extension().is_none_or(|e| e != "json") || !text.contains(": $") {
            continue;
        }
        let sources = one("a.json", &text);
        let (_, found) = document::read(&sources, &Limits::default());
        let first = errors(&found)
            .next()
            .unwrap_or_else(|| panic!("{}", path.display()));
        assert_eq!(first.code, codes::NOT_JSON);
        assert!(
            first
                .help
                .as_ref()
                .unwrap()
                .starts_with("substitute variables first")
        );
        refused += 1;
    }
    assert!(refused > 3, "only {refused} files were refused");
}

#[test]
fn places_of_shared_manifests_are_their_text() {
    let Some(folder) = shared() else { return };
    let mut scalars = 0;
    for path in manifests(&folder) {
        let text = fs::read_to_string(&path).unwrap();
        let sources = one(path.file_name().unwrap().to_str().unwrap(), &text);
        let (documents, _) = document::read(&sources, &Limits::default());
        scalars += check_places(&documents, &text);
    }
    assert!(scalars > 50_000, "only {scalars} scalars were compared");
}

#[test]
fn shared_json_is_what_a_json_parser_reads() {
    let Some(folder) = shared() else { return };
    let mut read = 0;
    for path in manifests(&folder) {
        let text = fs::read_to_string(&path).unwrap();
        let Ok(value) = serde_json::from_str::<Value>(&text) else {
            continue;
        };
        let sources = one("a.json", &text);
        let (documents, found) = document::read(&sources, &Limits::default());
        assert_eq!(found.first(), None, "{}", path.display());
        assert_same(documents.roots().next().unwrap(), &value);
        read += 1;
    }
    assert!(read > 100, "only {read} files were compared");
}

#[test]
fn a_bad_document_between_shared_ones_costs_none_of_them() {
    let Some(folder) = shared() else { return };
    let good: Vec<_> = manifests(&folder)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e != "json"))
        .map(|path| fill_in(&fs::read_to_string(path).unwrap()))
        .filter(|text| errors(&document::read(&one("a", text), &Limits::default()).1).count() == 0)
        .take(40)
        .collect();
    let count = |text: &str| {
        document::read(&one("a.yaml", text), &Limits::default())
            .0
            .roots()
            .count()
    };
    let expected: usize = good.iter().map(|text| count(text)).sum();
    for bad in [
        "a: [",
        "a: 'x",
        "a: \"x",
        "{{- if .x }}",
        "a:\n\tb: 1",
        "a: *x",
        "a: \0",
        "a: b: c",
    ] {
        let text = good.join(&format!("\n---\n{bad}\n---\n"));
        assert_eq!(count(&text), expected, "{bad:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut sources = Sources::new();
        let _ = sources.add_bytes("a.yaml", bytes.clone());
        let _ = sources.add_bytes("a.json", bytes);
        check_all(&sources);
    }

    #[test]
    fn any_text_of_yaml_tokens_is_read_or_refused(
        tokens in prop::collection::vec(prop::sample::select(TOKENS), 0..80),
    ) {
        let text = tokens.concat();
        let mut sources = one("a.yaml", &text);
        sources.add("a.json", text);
        check_all(&sources);
    }

    #[test]
    fn any_json_is_read_as_a_json_parser_reads_it(value in json()) {
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let sources = one("a.json", &text);
            let (documents, found) = document::read(&sources, &Limits::default());
            prop_assert_eq!(found, vec![]);
            match documents.roots().next() {
                Some(root) => assert_same(root, &value),
                None => prop_assert_eq!(&value, &Value::Null),
            }
            check_places(&documents, &text);
        }
    }
}

/// Pieces that YAML gives a meaning to, and the line breaks between them.
const TOKENS: &[&str] = &[
    "\n",
    "\n",
    "\n  ",
    "\n    ",
    " ",
    "\t",
    "\r\n",
    "\n---\n",
    "\n...\n",
    "a",
    "b: ",
    "key: ",
    "- ",
    "? ",
    ": ",
    ",",
    "[",
    "]",
    "{",
    "}",
    "&x ",
    "*x",
    "&y ",
    "*y",
    "!",
    "!!str ",
    "!t ",
    "\"",
    "'",
    "|\n",
    ">-\n",
    "#c",
    " # d",
    "<<: ",
    "on",
    "014",
    "~",
    "é",
    "\u{feff}",
    "\0",
    "$A",
    "${B}",
    "{{ .x }}",
    "%YAML 1.2",
    "apiVersion: v1\n",
    "kind: List\n",
    "items: ",
];

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("finite", |n| n.is_finite())
            .prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Text without DEL, which YAML does not take unescaped and JSON does.
fn text() -> impl Strategy<Value = String> {
    any::<String>().prop_map(|text| text.replace(['\u{7f}', '\u{feff}'], ""))
}

/// Reads and imports, and holds every place to the text.
fn check_all(sources: &Sources) {
    let (documents, found) = document::read(sources, &Limits::default());
    let imported = import(sources, &Options::default());
    for found in found.iter().chain(&imported.diagnostics) {
        let origin = found.origin.expect("a place");
        let file = sources.get(origin.source).expect("a file");
        assert!(
            file.text()
                .get(origin.start as usize..origin.end as usize)
                .is_some()
        );
        assert!(origin.line >= 1 && origin.column >= 1);
        assert!((origin.line, origin.column) <= (origin.end_line, origin.end_column));
        assert!(
            !found.message.contains(char::is_control),
            "{:?}",
            found.message
        );
    }
    for root in documents.roots() {
        let text = sources.get(root.source()).unwrap().text();
        walk(root, &mut |node| assert!(text.get(node.range()).is_some()));
    }
}

/// Holds every scalar's place to its text; gives the number compared.
fn check_places(documents: &Documents<'_>, text: &str) -> usize {
    let mut scalars = 0;
    for root in documents.roots() {
        walk(root, &mut |node| {
            let slice = text.get(node.range()).expect("a place in the text");
            match (node.kind(), node.scalar_text()) {
                (_, Some(scalar)) if !slice.contains('\n') && !slice.starts_with(['"', '\'']) => {
                    assert_eq!(slice, scalar.trim_end_matches('\n'));
                    scalars += 1;
                }
                (Kind::Seq | Kind::Map, _) if slice.starts_with(['[', '{']) => {
                    assert!(slice.ends_with([']', '}']), "{slice}");
                }
                _ => {}
            }
        });
    }
    scalars
}

fn walk<'d>(node: Node<'d>, visit: &mut impl FnMut(Node<'d>)) {
    visit(node);
    for item in node.items() {
        walk(item, visit);
    }
    for (key, value) in node.entries() {
        visit(key);
        walk(value, visit);
    }
}

fn assert_same(node: Node<'_>, value: &Value) {
    match value {
        Value::Null => assert!(node.is_null()),
        Value::Bool(value) => assert_eq!(node.as_bool(), Some(*value)),
        Value::Number(number) => {
            assert!(
                matches!(node.kind(), Kind::Int | Kind::Float),
                "{node:?} {number}"
            );
            if let Some(number) = number.as_i64() {
                assert_eq!(node.as_i64(), Some(number));
            }
        }
        Value::String(text) => assert_eq!(node.as_str(), Some(text.as_str())),
        Value::Array(items) => {
            assert_eq!((node.kind(), node.items().len()), (Kind::Seq, items.len()));
            node.items()
                .zip(items)
                .for_each(|(node, value)| assert_same(node, value));
        }
        Value::Object(entries) => {
            assert_eq!(
                (node.kind(), node.entries().len()),
                (Kind::Map, entries.len())
            );
            for ((key, node), (name, value)) in node.entries().zip(entries) {
                assert_eq!(key.as_str(), Some(name.as_str()));
                assert_same(node, value);
            }
        }
    }
}

fn one(name: &str, text: &str) -> Sources {
    let mut sources = Sources::new();
    sources.add(name, text);
    sources
}

fn errors(found: &[Diagnostic]) -> impl Iterator<Item = &Diagnostic> {
    found
        .iter()
        .filter(|found| found.severity == Severity::Error)
}

/// Puts a word in the place of each `${NAME}` and `$NAME`, in quotes where it is
/// a bare JSON value.
fn fill_in(text: &str) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, after) = rest.split_at(at);
        filled.push_str(before);
        let name = after[1..].trim_start_matches('{');
        let length = name
            .find(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '_')
            .unwrap_or(name.len());
        if length == 0 {
            filled.push('$');
            rest = &after[1..];
            continue;
        }
        let bare = before.ends_with("\": ") || before.ends_with("\":");
        filled.push_str(if bare { "\"filled\"" } else { "filled" });
        rest = name[length..].strip_prefix('}').unwrap_or(&name[length..]);
    }
    filled + rest
}

/// The shared data beside the project, or `None` with the reason printed.
fn shared() -> Option<PathBuf> {
    fingerpost_tests::shared::folder("data")
}

/// Every YAML and JSON file under a folder, in order.
fn manifests(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|e| e == "yaml" || e == "yml" || e == "json")
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
