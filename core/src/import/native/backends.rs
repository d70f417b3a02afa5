//! Backends, and where shares of requests go.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::native as codes;
use crate::import::document::{Kind, Node};
use crate::model::{Backend, Filter, InvalidTarget, Mirror, Target, WeightedTarget};

use super::metadata;
use super::reader::{Reader, number, owned, several, text};
use super::schema::patterns;

/// The kind of backends that do not say.
const KIND: &str = "Backend";

/// What says something of a backend only.
const OF_BACKEND: &[&str] = &[
    "namespace",
    "kind",
    "port",
    "subset",
    "protocol",
    "failover",
    "invalid",
];

impl Reader<'_> {
    /// The targets of a rule.
    pub(super) fn targets(&mut self, rule: Node<'_>) -> Vec<WeightedTarget> {
        if let Some(stage) = rule.get("stage") {
            let mut target = WeightedTarget::new(self.stage_target(stage, Vec::new()), 1);
            target.origin = stage.origin();
            return Vec::from([target]);
        }
        let nodes = several(rule.get("backend").or_else(|| rule.get("backends")));
        nodes.map(|node| self.target(node)).collect()
    }

    fn target(&mut self, node: Node<'_>) -> WeightedTarget {
        let mut out = WeightedTarget::new(Target::Backend(Backend::default()), 1);
        out.origin = node.origin();
        if node.kind() != Kind::Map {
            out.target = Target::Backend(self.backend(node));
            return out;
        }
        out.weight = number(node, "weight").unwrap_or(1);
        // Of several the document's shape says that one alone may stand.
        let names = ["name", "stage", "from_request"].iter();
        let is_one = names.filter(|key| node.key(key).is_some()).count() == 1;
        let of_backend = if is_one { OF_BACKEND } else { &[] };
        let metadata_only = if is_one { &["metadata"][..] } else { &[] };
        out.target = if let Some(stage) = node.get("stage") {
            self.misplaced(node, of_backend, "stage");
            let metadata = self.metadata(node);
            self.stage_target(stage, metadata)
        } else if let Some(named) = node.get("from_request") {
            self.misplaced(node, of_backend, "from_request");
            self.misplaced(node, metadata_only, "from_request");
            self.named_by_request(named)
        } else {
            self.misplaced(node, metadata_only, "name");
            let backend = self.backend(node);
            match node.get("invalid") {
                Some(invalid) => Target::Invalid(invalid_target(backend, invalid)),
                None => Target::Backend(backend),
            }
        };
        let failover = several(node.get("failover"));
        out.failover = failover.map(|node| self.backend(node)).collect();
        if let Some(redirect) = node.get("redirect") {
            let redirect = self.redirect(redirect);
            out.filters.push(Filter::Redirect(redirect));
        }
        let filters = self.filters(node, true);
        out.filters.extend(filters);
        out
    }

    fn named_by_request(&mut self, node: Node<'_>) -> Target {
        match node.get("fact").and_then(|fact| self.fact(fact)) {
            Some(fact) => Target::FromRequest {
                kind: owned(node, "kind").unwrap_or_else(|| KIND.to_string()),
                fact,
                status: number(node, "status").unwrap_or(503),
            },
            // The rule answers 500, since the fact is reported.
            None => Target::Backend(Backend::default()),
        }
    }

    /// A stage; one that is not there costs its share.
    fn stage_target(
        &mut self,
        node: Node<'_>,
        metadata: Vec<(String, crate::model::MetadataValue)>,
    ) -> Target {
        let name = node.as_str().unwrap_or("");
        if let Some(stage) = self.stage(name) {
            return Target::Stage { stage, metadata };
        }
        // Not counted as an error of the rule: only this share of it fails.
        let errors = self.errors;
        self.no_stage(node, name, ": its share of requests answers 500");
        self.errors = errors;
        let (namespace, name) = name.split_once('/').unwrap_or((&self.namespace, name));
        Target::Invalid(InvalidTarget {
            backend: Backend {
                kind: "Stage".to_string(),
                namespace: namespace.to_string(),
                name: name.to_string(),
                ..Backend::default()
            },
            reason: "StageNotFound".to_string(),
            status: 500,
        })
    }

    /// A backend, written as text or as an object.
    pub(super) fn backend(&mut self, node: Node<'_>) -> Backend {
        if let Some(text) = node.as_str() {
            return self.backend_of_text(node, text);
        }
        Backend {
            kind: owned(node, "kind").unwrap_or_else(|| KIND.to_string()),
            namespace: owned(node, "namespace").unwrap_or_else(|| self.namespace.clone()),
            name: owned(node, "name").unwrap_or_default(),
            port: number(node, "port"),
            subset: owned(node, "subset"),
            protocol: owned(node, "protocol"),
        }
    }

    /// `name`, `name:port` or `namespace/name:port`.
    fn backend_of_text(&mut self, node: Node<'_>, text: &str) -> Backend {
        // What is no such text was reported with the document's shape.
        if !(patterns::BACKEND.matches)(text) {
            return Backend::default();
        }
        let (name, port) = match text.split_once(':') {
            Some((name, port)) => (name, self.port_of(node, port)),
            None => (text, None),
        };
        let (namespace, name) = name.split_once('/').unwrap_or((&self.namespace, name));
        Backend {
            kind: KIND.to_string(),
            namespace: namespace.to_string(),
            name: name.to_string(),
            port,
            ..Backend::default()
        }
    }

    /// A mirror, written as text or as an object.
    pub(super) fn mirror(&mut self, node: Node<'_>) -> Mirror {
        let backend = self.backend(node);
        let (numerator, denominator) = self.fraction(node.get("fraction"));
        Mirror {
            target: match node.get("invalid") {
                Some(invalid) => Err(invalid_target(backend, invalid)),
                None => Ok(backend),
            },
            numerator,
            denominator,
        }
    }

    /// Facts that mean nothing to the engine.
    pub(super) fn metadata(
        &mut self,
        node: Node<'_>,
    ) -> Vec<(String, crate::model::MetadataValue)> {
        let entries = node.get("metadata").into_iter().flat_map(Node::entries);
        let mut out = Vec::new();
        for (key, value) in entries {
            let Some(name) = key.scalar_text() else {
                continue;
            };
            match metadata::value(value) {
                Some(value) => out.push((name.to_string(), value)),
                None => {
                    let says = format!("the metadata '{name}' nests too deep");
                    self.error(codes::TOO_DEEP, value, &says);
                }
            }
        }
        out
    }
}

fn invalid_target(backend: Backend, node: Node<'_>) -> InvalidTarget {
    InvalidTarget {
        backend,
        reason: text(node, "reason")
            .unwrap_or("BackendNotFound")
            .to_string(),
        status: number(node, "status").unwrap_or(500),
    }
}
