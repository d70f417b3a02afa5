//! Which namespaces a gateway or listener lets in.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;

use crate::import::document::Node;

use super::context::Context;
use super::read::{list, strings, text};

/// Namespaces that are let in.
#[derive(Clone, Copy)]
pub(super) enum Namespaces<'d> {
    /// Any.
    All,
    /// None.
    None,
    /// The one that the gateway or listener set is in.
    Same,
    /// Those whose labels the selector takes.
    Selector(Option<Node<'d>>),
}

impl<'d> Namespaces<'d> {
    /// Reads `{from, selector}`.
    pub(super) fn read(node: Option<Node<'d>>, default: Namespaces<'d>) -> Self {
        let Some(node) = node else { return default };
        match text(node, "from") {
            Some("All") => Self::All,
            Some("None") => Self::None,
            Some("Same") => Self::Same,
            Some("Selector") => Self::Selector(node.get("selector")),
            _ => default,
        }
    }

    /// Whether a namespace is let in by something in namespace `own`.
    pub(super) fn admit(self, namespace: &str, own: &str, context: &Context<'_>) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Same => namespace == own,
            Self::Selector(None) => false,
            Self::Selector(Some(selector)) => {
                selects(selector, namespace, context.labels(namespace))
            }
        }
    }

    /// What is wrong with it, if anything is.
    pub(super) fn fault(self) -> Option<String> {
        let Self::Selector(selector) = self else {
            return None;
        };
        let Some(selector) = selector else {
            return Some("'from: Selector' has no selector and lets nothing in".into());
        };
        let bad = list(selector, "matchExpressions").find_map(|requirement| {
            let operator = text(requirement, "operator").unwrap_or_default();
            (!matches!(operator, "In" | "NotIn" | "Exists" | "DoesNotExist")).then_some(operator)
        })?;
        Some(format!(
            "the selector's operator '{bad}' is unknown and lets nothing in"
        ))
    }
}

/// Labels of a namespace as its object states them.
pub(super) type Labels<'d> = BTreeMap<&'d str, &'d str>;

/// SPEC: Kubernetes label selectors: `matchLabels` and `matchExpressions` are
/// one conjunction; an empty selector takes everything; `NotIn` and
/// `DoesNotExist` take what lacks the key.
fn selects(selector: Node<'_>, namespace: &str, labels: Option<&Labels<'_>>) -> bool {
    let label = |key: &str| -> Option<&str> {
        // SPEC: every namespace has this label since Kubernetes 1.22; manifests
        // do not write it.
        if key == "kubernetes.io/metadata.name" {
            return Some(namespace);
        }
        labels?.get(key).copied()
    };
    let by_labels = selector
        .get("matchLabels")
        .into_iter()
        .flat_map(Node::entries)
        .all(|(key, value)| {
            key.scalar_text()
                .is_some_and(|key| label(key) == Some(value.scalar_text().unwrap_or_default()))
        });
    by_labels
        && list(selector, "matchExpressions").all(|requirement| {
            let Some(key) = text(requirement, "key") else {
                return false;
            };
            let value = label(key);
            let named = || {
                value.is_some_and(|value| strings(requirement, "values").any(|one| one == value))
            };
            match text(requirement, "operator") {
                Some("In") => named(),
                Some("NotIn") => !named(),
                Some("Exists") => value.is_some(),
                Some("DoesNotExist") => value.is_none(),
                _ => false,
            }
        })
}
