//! Manifests in, diagnostics out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fingerpost::diagnostic::{Diagnostic, Severity};
use fingerpost::import::document::{Limits, Node, read};
use fingerpost::import::gateway_api::validate;
use fingerpost::import::{Object, Sources};
use serde_json::{Value, json};

/// A manifest of this kind and `spec`.
pub(crate) fn manifest(kind: &str, version: &str, spec: &Value) -> String {
    let group = if kind.starts_with('X') {
        "x-k8s.io"
    } else {
        "k8s.io"
    };
    let object = json!({
        "apiVersion": format!("gateway.networking.{group}/{version}"),
        "kind": kind,
        "metadata": { "name": "cart", "namespace": "shop" },
        "spec": spec,
    });
    serde_json::to_string_pretty(&object).unwrap()
}

pub(crate) fn breaks(kind: &str, version: &str, spec: &Value, code: u16) {
    let found = check(&manifest(kind, version, spec));
    assert!(
        error_codes(&found).contains(&code),
        "{kind} {spec}: FP{code} in {found:#?}"
    );
}

pub(crate) fn takes(kind: &str, version: &str, spec: &Value) {
    let found = check(&manifest(kind, version, spec));
    assert!(found.is_empty(), "{kind} {spec}: {found:#?}");
}

/// Validates every object of a file; what is reported must lie inside of it.
pub(crate) fn check(text: &str) -> Vec<Diagnostic> {
    let mut sources = Sources::new();
    sources.add("manifest", text);
    let (documents, unreadable) = read(&sources, &Limits::default());
    assert!(unreadable.is_empty(), "{unreadable:#?}");
    let mut all = Vec::new();
    for (order, node) in documents
        .roots()
        .enumerate()
        .filter(|(_, node)| !node.is_null())
    {
        let text = |path: &[&str]| node.path(path).and_then(Node::as_str).unwrap_or_default();
        let api_version = text(&["apiVersion"]);
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let object = Object {
            node,
            group,
            version,
            kind: text(&["kind"]),
            namespace: text(&["metadata", "namespace"]),
            name: text(&["metadata", "name"]),
            order: order as u32,
        };
        let mut found = Vec::new();
        let sound = validate::object(&object, &mut found);
        assert_eq!(sound, error_codes(&found).is_empty(), "{found:#?}");
        let whole = node.origin();
        for found in &found {
            let place = found
                .origin
                .unwrap_or_else(|| panic!("no place: {found:#?}"));
            assert!(
                place.start >= whole.start && place.end <= whole.end,
                "{found:#?}"
            );
            assert!(place.start < place.end, "an empty place: {found:#?}");
            assert!(
                found.message.starts_with(&object.object_ref().to_string()),
                "{found:#?}"
            );
        }
        all.extend(found);
    }
    all
}

pub(crate) fn error_codes(found: &[Diagnostic]) -> BTreeSet<u16> {
    let errors = found
        .iter()
        .filter(|found| found.severity == Severity::Error);
    errors.map(|found| found.code.0).collect()
}

pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    fingerpost_tests::shared::folder(&format!("data/conformance/{path}"))
}

/// Every file below a folder that ends so.
pub(crate) fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}
