//! Label selectors, over labels that may not be known.
//!
//! Membership in a mesh or gateway is decided by the labels of namespaces. An
//! offline reader often has the routes but not the Namespace objects, so a
//! selector answers yes, no, or that it cannot be told.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::import::document::Node;

use super::wire::{Reader, place, shorten};

/// The most requirements a selector may have: each is asked of each object.
pub(super) const MAX_REQUIREMENTS: usize = 256;

/// An object's labels.
pub(super) type LabelMap = BTreeMap<String, String>;

/// A Kubernetes label selector.
#[derive(Clone, Debug)]
pub(super) enum Selector {
    /// The field is absent. SPEC: a nil selector selects nothing
    /// (metav1.LabelSelectorAsSelector).
    Nothing,
    /// All of these must hold; none at all selects everything.
    All(Vec<Requirement>),
}

/// One requirement on one label.
#[derive(Clone, Debug)]
pub(super) struct Requirement {
    key: String,
    operator: Operator,
}

#[derive(Clone, Debug)]
enum Operator {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    DoesNotExist,
}

/// An answer that may not be known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Answer {
    Yes,
    No,
    Unknown,
}

/// What is known about an object's labels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Labels<'l> {
    /// Those that are known.
    pub(super) known: &'l LabelMap,
    /// Whether there are no others.
    pub(super) complete: bool,
}

impl Selector {
    /// Reads a selector; absent selects nothing. A requirement that cannot be read is an
    /// error: without it the selector would select more. `None` where there are more
    /// than [`MAX_REQUIREMENTS`].
    pub(super) fn read(reader: &mut Reader, node: Option<Node<'_>>) -> Option<Self> {
        let Some(node) = node else {
            return Some(Self::Nothing);
        };
        let mut all = Vec::new();
        if let Some(labels) = reader.map(node, "matchLabels") {
            for (key, value) in labels.entries() {
                let (Some(key), Some(text)) = (key.scalar_text(), value.scalar_text()) else {
                    reader.unread(value, "matchLabels", "a mapping of strings");
                    continue;
                };
                all.push(Requirement {
                    key: key.to_string(),
                    operator: Operator::In(alloc::vec![text.to_string()]),
                });
            }
        }
        if let Some(expressions) = reader.list(node, "matchExpressions") {
            for item in expressions.items() {
                match requirement(reader, item) {
                    Some(requirement) => all.push(requirement),
                    None => reader.unread(item, "matchExpressions", "a key and an operator"),
                }
            }
        }
        (all.len() <= MAX_REQUIREMENTS).then_some(Self::All(all))
    }

    /// Whether it selects an object with these labels.
    pub(super) fn selects(&self, labels: Labels<'_>) -> Answer {
        let Self::All(requirements) = self else {
            return Answer::No;
        };
        let mut answer = Answer::Yes;
        for requirement in requirements {
            match requirement.holds(labels) {
                Answer::Yes => {}
                Answer::No => return Answer::No,
                Answer::Unknown => answer = Answer::Unknown,
            }
        }
        answer
    }
}

impl Requirement {
    fn holds(&self, labels: Labels<'_>) -> Answer {
        let value = labels.known.get(&self.key);
        let holds = match (&self.operator, value) {
            (_, None) if !labels.complete => return Answer::Unknown,
            (Operator::In(values), Some(value)) => values.contains(value),
            (Operator::NotIn(values), Some(value)) => !values.contains(value),
            (Operator::Exists, value) => value.is_some(),
            (Operator::DoesNotExist, value) => value.is_none(),
            (Operator::In(_), None) => false,
            // SPEC: NotIn takes an object without the label (labels.Requirement.Matches).
            (Operator::NotIn(_), None) => true,
        };
        if holds { Answer::Yes } else { Answer::No }
    }
}

fn requirement(reader: &mut Reader, node: Node<'_>) -> Option<Requirement> {
    let key = reader.text(node, "key")?;
    let operator = reader.text(node, "operator")?;
    let mut values = Vec::new();
    if let Some(list) = reader.list(node, "values") {
        for value in list.items() {
            match value.scalar_text() {
                Some(text) => values.push(text.to_string()),
                None => reader.unread(value, "values", "a list of strings"),
            }
        }
    }
    let origin = place(node);
    let empty = values.is_empty();
    // SPEC: labels.NewRequirement, with its texts.
    match operator.as_str() {
        "In" | "NotIn" if empty => reader.rule(
            origin,
            "for 'in', 'notin' operators, values set can't be empty",
        ),
        "Exists" | "DoesNotExist" if !empty => {
            reader.rule(
                origin,
                "values set must be empty for exists and does not exist",
            );
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
        other => {
            let says = format!(
                "\"{}\" is not a valid label selector operator",
                shorten(other)
            );
            reader.rule(origin, &says);
        }
    }
    let operator = match operator.as_str() {
        "In" => Operator::In(values),
        "NotIn" => Operator::NotIn(values),
        "Exists" => Operator::Exists,
        "DoesNotExist" => Operator::DoesNotExist,
        _ => return None,
    };
    Some(Requirement { key, operator })
}

#[cfg(test)]
mod tests {
    use super::{Answer, LabelMap, Labels, Operator, Requirement, Selector};
    use alloc::string::ToString;
    use alloc::vec;
    use alloc::vec::Vec;

    fn selector(operator: Operator) -> Selector {
        Selector::All(vec![Requirement {
            key: "mesh".to_string(),
            operator,
        }])
    }

    fn ask(selector: &Selector, known: &[(&str, &str)], complete: bool) -> Answer {
        let known: LabelMap = known
            .iter()
            .map(|(k, v)| (k.to_string(), v.to_string()))
            .collect();
        selector.selects(Labels {
            known: &known,
            complete,
        })
    }

    #[test]
    fn an_absent_selector_selects_nothing_and_an_empty_one_everything() {
        assert_eq!(ask(&Selector::Nothing, &[], false), Answer::No);
        assert_eq!(ask(&Selector::All(Vec::new()), &[], false), Answer::Yes);
    }

    #[test]
    fn a_label_that_is_not_known_leaves_the_answer_open() {
        let of_shop = selector(Operator::In(vec!["shop".to_string()]));
        assert_eq!(ask(&of_shop, &[("mesh", "shop")], false), Answer::Yes);
        assert_eq!(ask(&of_shop, &[("mesh", "bank")], false), Answer::No);
        assert_eq!(ask(&of_shop, &[], false), Answer::Unknown);
        assert_eq!(ask(&of_shop, &[], true), Answer::No);
    }

    #[test]
    fn operators_are_those_of_kubernetes() {
        let not = selector(Operator::NotIn(vec!["shop".to_string()]));
        assert_eq!(ask(&not, &[], true), Answer::Yes);
        assert_eq!(ask(&not, &[("mesh", "shop")], true), Answer::No);
        assert_eq!(ask(&selector(Operator::Exists), &[], true), Answer::No);
        assert_eq!(
            ask(&selector(Operator::DoesNotExist), &[], true),
            Answer::Yes
        );
    }
}
