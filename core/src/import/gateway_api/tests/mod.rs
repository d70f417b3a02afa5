//! The importer held to the dialect's clauses on small manifests of its own.

mod attach;
mod backends;
mod closed;
mod filters;
mod listeners;
mod matches;
mod mesh;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Options;
use crate::compile::Compiler;
use crate::diagnostic::Code;
use crate::import::{Condition, Import, Sources, import};
use crate::model::{RouteSet, Rule};
use crate::table::Table;
use crate::{Outcome, Request, Scheme};

/// A Gateway `infra/gw` with these listeners.
fn gateway(listeners: &str) -> String {
    format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: gw, namespace: infra}}\n\
         spec:\n  gatewayClassName: c\n  listeners:\n{listeners}\n"
    )
}

/// A Gateway `infra/gw` with one HTTP listener that takes every namespace.
fn open_gateway() -> String {
    gateway("  - {name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}")
}

/// A route of `shop` with this kind, name and spec, attached to `infra/gw`.
fn route(kind: &str, name: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: shop}}\n\
         spec:\n  parentRefs: [{{name: gw, namespace: infra}}]\n{spec}\n"
    )
}

fn read(text: &str) -> Import {
    read_with(text, Options::default())
}

fn read_with(text: &str, options: Options) -> Import {
    let mut sources = Sources::new();
    sources.add("test.yaml", text);
    let options = crate::import::Options {
        gateway_api: options,
        ..Default::default()
    };
    import(&sources, &options)
}

/// The rules of the only route.
fn rules(text: &str) -> Vec<Rule> {
    let out = read(text);
    assert_eq!(out.routes.routes.len(), 1);
    out.routes.routes[0].rules.clone()
}

/// An HTTPRoute with these rules under an open gateway.
fn http(rules: &str) -> String {
    open_gateway() + &route("HTTPRoute", "r", &format!("  rules:\n{rules}"))
}

fn has(out: &Import, code: Code) -> bool {
    out.diagnostics.iter().any(|one| one.code == code)
}

fn table(routes: &RouteSet) -> Table {
    Compiler::new().compile(routes).table
}

/// `backend`, or an outcome with its status.
fn ask(table: &Table, request: &Request<'_>) -> String {
    table.decide(request, |decision| match decision.outcome() {
        Outcome::Forward => decision.backend().unwrap().name.to_string(),
        outcome => format!("{} {}", outcome.as_str(), decision.status().unwrap_or(0)),
    })
}

/// Where a GET goes.
fn get(text: &str, host: &str, path: &str) -> String {
    let request = Request::new(b"GET", path.as_bytes()).with_authority(host.as_bytes());
    ask(&table(&read(text).routes), &request)
}

/// Where a GET over TLS goes.
fn get_tls(text: &str, sni: &str, host: &str) -> String {
    let request = Request::new(b"GET", b"/")
        .with_scheme(Scheme::Https)
        .with_sni(sni.as_bytes())
        .with_authority(host.as_bytes());
    ask(&table(&read(text).routes), &request)
}

/// `status/reason` of a condition.
fn state(conditions: &[Condition], kind: &str) -> String {
    let found = conditions.iter().find(|one| one.kind == kind);
    found.map_or("absent".to_string(), |one| {
        format!("{}/{}", one.status, one.reason)
    })
}

/// A condition of a route's first parent.
fn of_route(out: &Import, name: &str, kind: &str) -> String {
    let route = out
        .status
        .routes
        .iter()
        .find(|one| one.route.name == name)
        .unwrap();
    state(&route.parents[0].conditions, kind)
}

/// A condition of a listener.
fn of_listener(out: &Import, name: &str, kind: &str) -> String {
    let listener = out
        .status
        .listeners
        .iter()
        .find(|one| one.name == name)
        .unwrap();
    state(&listener.conditions, kind)
}

/// A rule that sends everything to a backend of that name.
fn to(name: &str) -> String {
    format!("  rules: [{{backendRefs: [{{name: {name}, port: 80}}]}}]")
}
