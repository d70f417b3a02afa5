//! The native format: `fingerpost: v1` documents, which can say everything that the
//! model can.
//!
//! # Shape
//!
//! All documents of an input form one set. They are read in three rounds: what each
//! document says for all it holds, then gateways and stages, whose names routes refer
//! to, then routes.
//!
//! | file | duty |
//! |---|---|
//! | `schema/` | the shape of a document: checks, JSON Schema, the table of fields |
//! | `reader.rs` | where to report |
//! | `names.rs` | what names mean, and what a wrong one was meant to be |
//! | `costs.rs` | where to say what an error costs |
//! | `gateways.rs` | gateways, listeners, stages, and which of them a route is found in |
//! | `hosts.rs`, `routes.rs` | routes, their hosts and rules |
//! | `matches.rs`, `predicates.rs`, `values.rs` | what a rule asks of a request |
//! | `backends.rs`, `filters.rs`, `rewrites.rs`, `policies.rs`, `metadata.rs` | what a rule does |
//! | `units.rs` | words and numbers with units |
//!
//! # What is wrong
//!
//! The format is our own, so the schema is closed: an unknown field, a null and a value
//! of another type are errors. An error costs the smallest part that can be left out
//! without sending its requests elsewhere:
//!
//! - a rule with an error in it answers 500, under what can be read of its matches;
//! - a match whose path cannot be read, a rule all of whose matches are such, and a
//!   route whose hosts cannot be read are left out, since it cannot be told what they
//!   take;
//! - a listener with an error in it is left out; a gateway or stage of a name that is
//!   taken already too;
//! - a setting that cannot be read is as if it were not written, which is the safe
//!   value.
//!
//! One mistake is one error: what has not the shape it should is reported with the
//! document's shape and nowhere else, and what it costs is a note (`costs.rs`).
//!
//! # Invariants
//!
//! 1. Nothing is passed over without an error at its place.
//! 2. Work is linear in the input, but for looking up names, and for routes that are put
//!    into many listeners, of which there is a most; recursion ends at 64 predicates, or lists and objects of metadata, within each
//!    other.

pub mod schema;

mod backends;
mod costs;
mod filters;
mod gateways;
mod hosts;
mod matches;
mod metadata;
mod names;
mod policies;
mod predicates;
mod reader;
mod rewrites;
mod routes;
#[cfg(test)]
mod tests;
mod units;
mod values;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::native as codes;

use super::document::{Kind, Node};
use super::schema::{field_place, json_schema, validate_strict};
use super::{Import, Options};
use gateways::{Places, Settings};
use names::Stages;
use reader::{Reader, items, text};

/// The key that tells a document, and the version that is read.
pub(super) const KEY: &str = "fingerpost";
const VERSION: &str = "v1";

/// A document that is read.
struct Document<'d> {
    node: Node<'d>,
    namespace: &'d str,
    settings: Settings,
    is_sound: bool,
}

/// The format as JSON Schema (2020-12), for editors and other checkers.
pub fn document_schema() -> String {
    json_schema(&schema::DOCUMENT, schema::ID)
}

/// Imports every document.
pub(super) fn import(nodes: &[Node<'_>], options: &Options, out: &mut Import) {
    let before = out.diagnostics.len();
    import_all(nodes, options, out);
    costs::settle(&mut out.diagnostics, before);
    // Shapes are checked before anything is read, but one error belongs to the other.
    let found = out.diagnostics.get_mut(before..).unwrap_or_default();
    found.sort_by_key(|one| one.origin.map(|origin| (origin.source, origin.start)));
}

fn import_all(nodes: &[Node<'_>], options: &Options, out: &mut Import) {
    let mut documents = Vec::new();
    for &node in nodes {
        documents.extend(open(node, options, &mut out.diagnostics));
    }
    if documents.is_empty() {
        return;
    }
    let mut places = Places::default();
    let mut gateways = 0;
    for document in &documents {
        for (index, node) in objects(document.node, "gateways") {
            gateways += 1;
            let none = Stages::default();
            let mut reader = document.reader(node, &none, &mut out.diagnostics);
            places.add_gateway(
                (index, node),
                document.settings,
                &mut reader,
                &mut out.routes,
            );
        }
        for (index, node) in objects(document.node, "stages") {
            let none = Stages::default();
            let mut reader = document.reader(node, &none, &mut out.diagnostics);
            places.add_stage(
                (index, node),
                document.settings,
                &mut reader,
                &mut out.routes,
            );
        }
    }
    if gateways == 0 {
        let settings = agreed(&documents, &mut out.diagnostics);
        places.add_default(settings, &mut out.routes);
    }
    let stages = core::mem::take(&mut places.stages);
    let mut names = BTreeMap::new();
    for document in &documents {
        for (index, node) in objects(document.node, "routes") {
            let mut reader = document.reader(node, &stages, &mut out.diagnostics);
            let Some((route, hosts)) = reader.route(node, index) else {
                continue;
            };
            let object = route.object.clone();
            if names.insert(object, ()).is_some() {
                let says = "another route has this name already; decisions cannot tell them apart";
                reader.warn(codes::REPEATED_NAME, node, says);
            }
            let id = out.routes.add_route(route);
            places.attach(node, id, &hosts, &mut reader, &mut out.routes);
        }
    }
}

/// Checks a document; nothing where it is of another version.
fn open<'d>(node: Node<'d>, options: &Options, out: &mut Vec<Diagnostic>) -> Option<Document<'d>> {
    let version = node.get(KEY);
    let is_forced = options.dialect.is_some() && node.key(KEY).is_none();
    if version.and_then(Node::as_str) != Some(VERSION) && !is_forced {
        let found = version.and_then(Node::scalar_text).unwrap_or("null");
        let message = format!(
            "the document is of version {found:.40} of the format, which is not known, and is left out"
        );
        let place = field_place(node, KEY);
        let help = "this release reads `fingerpost: v1`";
        out.push(Diagnostic::error(codes::UNKNOWN_VERSION, place, message).with_help(help));
        return None;
    }
    let subject = text(node, "name").map_or("the document".to_string(), ToString::to_string);
    Some(Document {
        node,
        namespace: text(node, "namespace").unwrap_or(""),
        settings: Settings::read(node, Settings::default()),
        is_sound: validate_strict(node, &schema::DOCUMENT.schema, &subject, out),
    })
}

impl<'d> Document<'d> {
    /// A reader for one of its objects.
    fn reader<'a>(
        &self,
        node: Node<'d>,
        stages: &'a Stages,
        out: &'a mut Vec<Diagnostic>,
    ) -> Reader<'a> {
        Reader {
            subject: String::new(),
            namespace: text(node, "namespace")
                .unwrap_or(self.namespace)
                .to_string(),
            stages,
            is_document_sound: self.is_sound,
            errors: 0,
            out,
        }
    }
}

/// The objects in a list, each with its number there.
fn objects<'d>(node: Node<'d>, key: &str) -> impl Iterator<Item = (usize, Node<'d>)> + use<'d> {
    let items = items(node, key).enumerate();
    items.filter(|(_, node)| node.kind() == Kind::Map)
}

/// What the documents say for all, in one voice.
fn agreed(documents: &[Document<'_>], out: &mut Vec<Diagnostic>) -> Settings {
    let mut agreed = Settings::default();
    for document in documents {
        // What was said before is kept; where that changes what this one says, they differ.
        let kept = agreed.or(document.settings);
        if document.settings.or(agreed) != kept {
            let message = "the documents disagree about the settings of the gateway that they \
                           share, of which the first count";
            let place = document.node.origin();
            let help = "say them in one document, or declare gateways";
            out.push(Diagnostic::error(codes::DISAGREEMENT, place, message).with_help(help));
        }
        agreed = kept;
    }
    agreed
}
