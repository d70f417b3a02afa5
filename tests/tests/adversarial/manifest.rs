//! Tables of the attack cases as manifests of a dialect.

use fingerpost::Table;
use fingerpost::compile::Compiler;
use fingerpost::diagnostic::{Diagnostic, Severity};
use fingerpost::import::{Options, Sources, import};

/// A table, and everything that was said of the manifests on the way to it.
pub(crate) struct Imported {
    pub(crate) table: Table,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Imported {
    /// Whether something of this severity has this code.
    pub(crate) fn says(&self, severity: Severity, code: u16) -> bool {
        let mut found = self.diagnostics.iter();
        found.any(|found| found.severity == severity && found.code.0 == code)
    }

    /// Whether an error has this code, and a place.
    pub(crate) fn refuses(&self, code: u16) -> bool {
        let mut found = self.diagnostics.iter();
        found.any(|found| {
            found.severity == Severity::Error && found.code.0 == code && found.origin.is_some()
        })
    }

    /// The table of manifests that nothing is wrong with.
    pub(crate) fn sound(self) -> Table {
        let mut found = self.diagnostics.iter();
        let error = found.find(|found| found.severity == Severity::Error);
        assert_eq!(error, None);
        self.table
    }
}

/// The table of some documents.
pub(crate) fn imported<T: AsRef<str>>(documents: &[T]) -> Imported {
    let documents: Vec<&str> = documents.iter().map(AsRef::as_ref).collect();
    read(documents.join("\n---\n"))
}

/// The table of a file, as it stands.
pub(crate) fn read(text: impl Into<String>) -> Imported {
    let mut sources = Sources::new();
    sources.add("table.yaml", text);
    let imported = import(&sources, &Options::default());
    let compiled = Compiler::new().compile(&imported.routes);
    let mut diagnostics = imported.diagnostics;
    diagnostics.extend(compiled.diagnostics);
    Imported {
        table: compiled.table,
        diagnostics,
    }
}

/// A Gateway `public` with these listeners, in flow style.
pub(crate) fn gateway(listeners: &str) -> String {
    object(
        "Gateway",
        "public",
        &format!("{{gatewayClassName: any, listeners: [{listeners}]}}"),
    )
}

/// A Gateway `public` with one listener for HTTP on port 80.
pub(crate) fn http_gateway() -> String {
    gateway("{name: http, port: 80, protocol: HTTP}")
}

/// An HTTPRoute of the Gateway `public` with these fields beside `parentRefs`.
pub(crate) fn http_route(name: &str, fields: &str) -> String {
    route_of("HTTPRoute", name, fields)
}

/// A route of any kind of the Gateway `public`, with these fields beside `parentRefs`.
pub(crate) fn route_of(kind: &str, name: &str, fields: &str) -> String {
    let spec = format!("{{parentRefs: [{{name: public}}], {fields}}}");
    object(kind, name, &spec)
}

/// An object of the Gateway API with this `spec`, in flow style.
pub(crate) fn object(kind: &str, name: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: gateway.networking.k8s.io/v1, kind: {kind}, \
         metadata: {{name: {name}}}, spec: {spec}}}"
    )
}

/// The rules of a route: this match, sent to the backend `app`.
pub(crate) fn rules(matches: &str) -> String {
    format!("rules: [{{matches: [{matches}], backendRefs: [{{name: app, port: 80}}]}}]")
}
