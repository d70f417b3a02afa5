//! Documents that are of the native format but for the key that says so.
//!
//! A document without `apiVersion` and `kind` may be anything: a chart's values, another
//! tool's configuration. One that has the format's key misspelt, or routes with rules as
//! no other format has them, was meant to be read; passing it over quietly would leave
//! its requests to whatever else takes them.

use alloc::format;
use alloc::string::String;

use crate::import::document::{Kind, Node};
use crate::import::native::{KEY, schema};
use crate::import::schema::{Schema, nearest};

/// The lists of a document.
const LISTS: [&str; 3] = ["gateways", "stages", "routes"];

/// What is wrong with a document that is nearly of the native format, and where.
pub(super) fn fault(node: Node<'_>) -> Option<(Node<'_>, String)> {
    let has_list = LISTS.iter().any(|list| is_list(node, list));
    let is_key = |name: &&str| nearest(name, core::iter::once(KEY)).is_some();
    let mut names = node.entries().filter_map(|(key, _)| key.scalar_text());
    let says_version = |name: &&str| node.get(name).and_then(Node::as_str) == Some("v1");
    if let Some(name) = names.find(|name| is_key(name) && (has_list || says_version(name))) {
        let says = format!("the document has the field '{name}', not '{KEY}', and is passed over");
        return Some((node.key(name)?, says));
    }
    let is_meant = has_rules(node) || has_list && has_known_fields(node);
    if !is_meant {
        return None;
    }
    let says = format!(
        "the document is written like one of Fingerpost's own format, but has no field '{KEY}', \
         and is passed over"
    );
    let (first, _) = node.entries().next()?;
    Some((first, says))
}

fn is_list(node: Node<'_>, field: &str) -> bool {
    node.get(field).is_some_and(|list| list.kind() == Kind::Seq)
}

/// Whether the first route has a name and rules.
fn has_rules(node: Node<'_>) -> bool {
    let first = node.get("routes").and_then(|routes| routes.items().next());
    first.is_some_and(|route| route.key("name").is_some() && is_list(route, "rules"))
}

/// Whether every field is one of the format.
fn has_known_fields(node: Node<'_>) -> bool {
    let Schema::Object(object) = schema::DOCUMENT.schema else {
        return false;
    };
    let mut names = node.entries().map(|(key, _)| key.scalar_text());
    names.all(|name| name.is_some_and(|name| object.field(name).is_some()))
}
