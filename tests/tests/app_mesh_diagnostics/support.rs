//! Manifests in short, and what is said of them.

use fingerpost::Table;
use fingerpost::compile::Compiler;
use fingerpost::diagnostic::{Diagnostic, Severity};
use fingerpost::import::{Import, Options, Sources, import};
use fingerpost::json::{RequestJson, write_decision};
use serde_json::Value;

/// A GatewayRoute `shop/r` with this spec.
pub(crate) fn gateway_route(spec: &str) -> String {
    format!(
        "{{apiVersion: appmesh.k8s.aws/v1beta2, kind: GatewayRoute, metadata: {{name: r, namespace: shop}}, spec: {spec}}}"
    )
}

/// A GatewayRoute `shop/r` with an httpRoute of this match.
pub(crate) fn http_match(matches: &str) -> String {
    gateway_route(&format!(
        "{{httpRoute: {{match: {matches}, action: {TARGET}}}}}"
    ))
}

/// A GatewayRoute `shop/r` for the prefix /p with this rewrite.
pub(crate) fn rewrite(rewrite: &str) -> String {
    gateway_route(&format!(
        "{{httpRoute: {{match: {{prefix: /p}}, action: {{target: {{virtualService: {{virtualServiceRef: {{name: s}}}}}}, rewrite: {rewrite}}}}}}}"
    ))
}

/// An object of any kind.
pub(crate) fn object(kind: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: appmesh.k8s.aws/v1beta2, kind: {kind}, metadata: {{name: r, namespace: shop}}, spec: {spec}}}"
    )
}

pub(crate) const TARGET: &str = "{target: {virtualService: {virtualServiceRef: {name: s}}}}";

pub(crate) fn says(manifest: &str, severity: Severity, text: &str) -> Import {
    let out = import_with(manifest, &Options::default());
    tells(&out, severity, text);
    out
}

pub(crate) fn tells(out: &Import, severity: Severity, text: &str) {
    let found = of(out, severity);
    let told = found.iter().find(|found| found.message.contains(text));
    let told = told.unwrap_or_else(|| panic!("nobody says '{text}': {:#?}", out.diagnostics));
    assert!(told.origin.is_some(), "{told:?} has no place");
    assert!(!told.message.ends_with('.'), "{told:?}");
}

pub(crate) fn of(out: &Import, severity: Severity) -> Vec<&Diagnostic> {
    let found = out.diagnostics.iter();
    found.filter(|found| found.severity == severity).collect()
}

pub(crate) fn import_with(manifest: &str, options: &Options) -> Import {
    let mut sources = Sources::new();
    sources.add("m.yaml", manifest);
    import(&sources, options)
}

/// A table of these files.
pub(crate) fn table(files: &[(&str, String)]) -> Table {
    let mut sources = Sources::new();
    for (name, text) in files {
        sources.add(*name, text.clone());
    }
    let out = import(&sources, &Options::default());
    Compiler::new().compile(&out.routes).table
}

/// The decision for a request, as JSON.
pub(crate) fn answers(table: &Table, request: &Value) -> Value {
    let mut json = RequestJson::new();
    if let Err(error) = json.parse(request.to_string().as_bytes()) {
        panic!("{request}: {error:?}");
    }
    let mut scratch = table.create_scratch();
    let decided = json.ask(table, |request, draws| {
        write_decision(&table.decide_with(&mut scratch, request, draws), false)
    });
    match decided.and_then(|decided| decided) {
        Ok(text) => serde_json::from_str(&text).unwrap(),
        Err(error) => serde_json::json!({"outcome": format!("{error:?}")}),
    }
}
