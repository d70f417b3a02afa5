//! Header edits of the two header modifiers.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::diagnostic::codes::gateway_api as codes;
use crate::import::document::Node;
use crate::model::{HeaderEdit, HeaderVerb};

use super::backends::Builder;
use super::read::{list, text};

impl<'d> Builder<'_, 'd> {
    /// Reads `set`, `add` and `remove`.
    ///
    /// SPEC: semantics/gateway-api.md 7: there is one action per header name,
    /// and the first of equal names counts, whatever their case. The order of
    /// set, add and remove is not stated upstream; with one action per name it
    /// makes no difference, and is fixed as named here.
    pub(super) fn edits(&mut self, node: Node<'d>, at: &str) -> Vec<HeaderEdit> {
        let mut edits = Vec::new();
        let mut names: BTreeSet<String> = BTreeSet::new();
        for (key, verb) in [
            ("set", HeaderVerb::Set),
            ("add", HeaderVerb::Add),
            ("remove", HeaderVerb::Remove),
        ] {
            for (index, item) in list(node, key).enumerate() {
                let (name, value) = match verb {
                    HeaderVerb::Remove => (item.as_str(), Some("")),
                    _ => (text(item, "name"), text(item, "value")),
                };
                let edit = name
                    .filter(|name| is_token(name))
                    .zip(value.filter(|value| is_value(value)));
                let Some((name, value)) = edit else {
                    let text = format!(
                        "{at}: {key}[{index}] is not a header's name and value and is left out"
                    );
                    self.warn(codes::HEADER_EDIT, item, text);
                    continue;
                };
                let name = name.to_ascii_lowercase();
                if !names.insert(name.clone()) {
                    let text = format!("{at}: {key}[{index}] names {name} again and is left out");
                    self.warn(codes::REPEATED_NAME, item, text);
                    continue;
                }
                edits.push(HeaderEdit {
                    verb,
                    name,
                    value: value.into(),
                });
            }
        }
        edits
    }
}

/// A header's name: RFC 9110 5.6.2.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Bytes that a header's value may have: RFC 9110 5.5. Line breaks would add
/// headers of their own.
fn is_value(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte == b'\t' || (byte >= b' ' && byte != 0x7f))
}
