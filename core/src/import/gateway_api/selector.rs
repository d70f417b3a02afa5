//! Which namespaces a gateway or listener lets in.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;

use crate::import::document::Node;

use super::context::Context;
use super::read::{a_kind, filled, list, stated_list, stated_map, strings, text, under};

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
    /// Reads the `{from, selector}` in the field `namespaces`. What cannot be read
    /// is no default: the error says what is wrong, and nothing is to be let in.
    pub(super) fn read(owner: Option<Node<'d>>, default: Namespaces<'d>) -> Result<Self, String> {
        let Some(owner) = owner else {
            return Ok(default);
        };
        let Some(node) = stated_map(owner, "namespaces")? else {
            return Ok(default);
        };
        let at = |fault: String| under("namespaces", &fault);
        match filled(node, "from").map_err(at)? {
            Some("All") => Ok(Self::All),
            Some("None") => Ok(Self::None),
            Some("Same") => Ok(Self::Same),
            Some("Selector") => {
                let selector = stated_map(node, "selector").map_err(at)?;
                match selector.map_or(Ok(()), readable) {
                    Ok(()) => Ok(Self::Selector(selector)),
                    Err(fault) => Err(under("namespaces.selector", &fault)),
                }
            }
            Some(other) => Err(format!("namespaces.from '{other}' is not known")),
            None => Ok(default),
        }
    }

    /// Whether a namespace is let in by something in namespace `own`.
    pub(super) fn admit(self, namespace: &str, own: &str, context: &Context<'_>) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Same => namespace == own,
            Self::Selector(None) => false,
            Self::Selector(Some(selector)) => context
                .labels(namespace)
                .is_ok_and(|labels| selects(selector, namespace, labels)),
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

/// Whether every part of a selector has the right type. One that has not would
/// ask for less than its author meant.
fn readable(selector: Node<'_>) -> Result<(), String> {
    if let Some(labels) = stated_map(selector, "matchLabels")? {
        let wrong = labels.entries().find(|(_, value)| value.as_str().is_none());
        if let Some((key, value)) = wrong {
            let key = key.scalar_text().unwrap_or_default();
            let found = a_kind(value);
            return Err(format!("matchLabels.{key} must be a string, not {found}"));
        }
    }
    for requirement in stated_list(selector, "matchExpressions")?
        .into_iter()
        .flat_map(Node::items)
    {
        let at = |fault: String| under("matchExpressions[]", &fault);
        filled(requirement, "key")
            .and_then(|key| key.ok_or_else(|| "key is missing".into()))
            .map_err(at)?;
        let operator = filled(requirement, "operator").map_err(at)?;
        let values = stated_list(requirement, "values").map_err(at)?;
        let mut values = values.into_iter().flat_map(Node::items).peekable();
        // SPEC: Kubernetes label selectors: `In` and `NotIn` have values.
        if matches!(operator, Some("In" | "NotIn")) && values.peek().is_none() {
            return Err(at("values must not be empty".into()));
        }
        if let Some(wrong) = values.find(|value| value.as_str().is_none()) {
            return Err(at(format!("values must be strings, not {}", a_kind(wrong))));
        }
    }
    Ok(())
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
