//! Finding the objects in documents, and each object's dialect.
//!
//! A document is an object, a list of objects (`kind: List`, `HTTPRouteList`, a
//! JSON array), or nothing for this engine. Lists are opened with a stack of
//! their own, so nesting costs no call depth; the reader's limits bound how much
//! there is to open.

use alloc::format;
use alloc::vec::Vec;

use super::document::{Documents, Kind};
use super::{Dialect, Node, Object, Options};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::read as codes;

/// An import's objects by the importer they go to, in input order.
#[derive(Debug, Default)]
pub(super) struct Objects<'d> {
    pub(super) gateway_api: Vec<Object<'d>>,
    pub(super) app_mesh: Vec<Object<'d>>,
}

/// Finds every object, and reports what is none.
pub(super) fn objects<'d>(
    documents: &'d Documents<'d>,
    options: &Options,
    diagnostics: &mut Vec<Diagnostic>,
) -> Objects<'d> {
    let mut objects = Objects::default();
    let mut order = 0;
    // Nodes still to look at, the next one last.
    let mut open = Vec::new();
    for root in documents.roots() {
        open.push(root);
        while let Some(node) = open.pop() {
            match items(node) {
                Some(Ok(list)) => {
                    let first = open.len();
                    open.extend(list.items());
                    open.get_mut(first..).unwrap_or_default().reverse();
                }
                Some(Err(found)) => diagnostics.push(found),
                None => {
                    take(node, order, options, &mut objects, diagnostics);
                    order += 1;
                }
            }
        }
    }
    objects
}

/// The items of a list of objects; `None` for anything else.
fn items(node: Node<'_>) -> Option<Result<Node<'_>, Diagnostic>> {
    if node.kind() == Kind::Seq {
        return Some(Ok(node));
    }
    let kind = node.get("kind")?.as_str()?;
    if !kind.ends_with("List") || node.get("apiVersion").is_none() {
        return None;
    }
    let items = node.get("items")?;
    if items.kind() == Kind::Seq {
        return Some(Ok(items));
    }
    let message = format!("{kind}: items must be a list");
    Some(Err(Diagnostic::error(
        codes::INVALID_LIST,
        items.origin(),
        message,
    )))
}

/// Gives one object to its importer, or reports why it goes to none.
fn take<'d>(
    node: Node<'d>,
    order: u32,
    options: &Options,
    objects: &mut Objects<'d>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if node.kind() != Kind::Map {
        if !node.is_null() {
            let message = format!("the document is a {}, not an object", node.kind().as_str());
            diagnostics.push(Diagnostic::note(
                codes::NOT_AN_OBJECT,
                node.origin(),
                message,
            ));
        }
        return;
    }
    let api_version = node.get("apiVersion").and_then(Node::as_str).unwrap_or("");
    let kind = node.get("kind").and_then(Node::as_str).unwrap_or("");
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let text = |path: &[&str]| node.path(path).and_then(Node::as_str).unwrap_or("");
    let object = Object {
        node,
        group,
        version,
        kind,
        namespace: text(&["metadata", "namespace"]),
        name: text(&["metadata", "name"]),
        order,
    };
    match options.dialect {
        Some(Dialect::GatewayApi) => objects.gateway_api.push(object),
        Some(Dialect::AppMesh) => objects.app_mesh.push(object),
        None if group == "appmesh.k8s.aws" => objects.app_mesh.push(object),
        None if group.ends_with("gateway.networking.k8s.io") || group.is_empty() => {
            objects.gateway_api.push(object);
        }
        None => {
            let message = format!("{kind} of {api_version} is passed over");
            diagnostics.push(Diagnostic::note(
                codes::UNKNOWN_KIND,
                node.origin(),
                message,
            ));
        }
    }
}
