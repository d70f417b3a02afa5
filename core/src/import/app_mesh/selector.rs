//! Label selectors, over labels that may not be known.
//!
//! Membership in a mesh or gateway is decided by the labels of namespaces. An
//! offline reader often has the routes but not the Namespace objects, so a
//! selector answers yes, no, or that it cannot be told.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::import::document::Node;

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
    /// Reads a selector; absent selects nothing. A requirement that the schema
    /// refuses is left out here: its object is refused anyway. `None` where there are
    /// more than [`MAX_REQUIREMENTS`].
    pub(super) fn read(node: Option<Node<'_>>) -> Option<Self> {
        let Some(node) = node else {
            return Some(Self::Nothing);
        };
        let mut all = Vec::new();
        if let Some(labels) = node.get("matchLabels") {
            for (key, value) in labels.entries() {
                if let (Some(key), Some(value)) = (key.scalar_text(), value.scalar_text()) {
                    all.push(Requirement {
                        key: key.to_string(),
                        operator: Operator::In(alloc::vec![value.to_string()]),
                    });
                }
            }
        }
        if let Some(expressions) = node.get("matchExpressions") {
            all.extend(expressions.items().filter_map(requirement));
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

fn requirement(node: Node<'_>) -> Option<Requirement> {
    let key = node.get("key")?.as_str()?.to_string();
    let values = || {
        node.get("values").map_or_else(Vec::new, |values| {
            values
                .items()
                .filter_map(|value| value.scalar_text().map(ToString::to_string))
                .collect()
        })
    };
    let operator = match node.get("operator")?.as_str()? {
        "In" => Operator::In(values()),
        "NotIn" => Operator::NotIn(values()),
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
