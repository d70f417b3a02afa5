//! Tests of values: a text, a list, or an object that names the kind of test.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::native as codes;
use crate::import::document::{Kind, Node};
use crate::model::{Fact, FactMatch, Origin, RepeatedValues, ValueMatch};

use super::reader::{Reader, flag, several, text};
use super::units::repeated;

/// What a text or list means that stands alone.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Alone {
    /// This text, or one of these.
    Text,
    /// An address in one of these ranges.
    Address,
}

/// Makes a test of its text.
type OfText = fn(String) -> ValueMatch;

/// A test and how it is turned round.
pub(super) struct Tested {
    pub(super) value: ValueMatch,
    pub(super) ignore_case: bool,
    pub(super) invert: bool,
    pub(super) missing_matches: bool,
    pub(super) repeated: Option<RepeatedValues>,
    pub(super) raw: bool,
    pub(super) origin: Origin,
}

impl Tested {
    /// The test of a fact, of whose several values `repeated` count where the test
    /// does not say.
    pub(super) fn of(self, fact: Fact, repeated: RepeatedValues) -> FactMatch {
        FactMatch {
            fact,
            value: self.value,
            ignore_case: self.ignore_case,
            invert: self.invert,
            missing_matches: self.missing_matches,
            repeated: self.repeated.unwrap_or(repeated),
            origin: self.origin,
        }
    }
}

impl Reader<'_> {
    /// Reads a test; nothing where it has none that can be read.
    pub(super) fn tested(&mut self, node: Node<'_>, alone: Alone) -> Option<Tested> {
        let value = self.test(node, alone)?;
        let mut tested = Tested {
            value,
            ignore_case: flag(node, "ignore_case").unwrap_or(false),
            invert: flag(node, "invert").unwrap_or(false),
            missing_matches: false,
            repeated: text(node, "repeated").and_then(repeated),
            raw: flag(node, "raw").unwrap_or(false),
            origin: text_of(node).origin(),
        };
        if flag(node, "present") == Some(false) {
            tested.invert = !tested.invert;
        }
        // What is not there is not equal to anything, unless it is said otherwise.
        tested.missing_matches = flag(node, "missing_matches").unwrap_or(tested.invert);
        Some(tested)
    }

    /// Reads the kind of test and its text.
    pub(super) fn test(&mut self, node: Node<'_>, alone: Alone) -> Option<ValueMatch> {
        match (node.kind(), alone) {
            (Kind::Map, _) => self.test_of_object(node),
            (Kind::Str | Kind::Seq, Alone::Address) => Some(self.cidrs(node)),
            (Kind::Seq, Alone::Text) => Some(ValueMatch::In(scalars(node))),
            (Kind::Str | Kind::Int, Alone::Text) => Some(ValueMatch::Exact(scalar(node)?)),
            _ => None,
        }
    }

    fn test_of_object(&mut self, node: Node<'_>) -> Option<ValueMatch> {
        let of_text: [(&str, OfText); 8] = [
            ("exact", ValueMatch::Exact),
            ("prefix", ValueMatch::Prefix),
            ("suffix", ValueMatch::Suffix),
            ("contains", ValueMatch::Contains),
            ("glob", ValueMatch::Glob),
            ("regex", ValueMatch::Regex),
            ("regex_start", ValueMatch::RegexStart),
            ("regex_search", ValueMatch::RegexSearch),
        ];
        for (key, make) in of_text {
            if let Some(text) = text(node, key) {
                return Some(make(text.to_string()));
            }
        }
        if let Some(list) = node.get("in").filter(|list| list.kind() == Kind::Seq) {
            return Some(ValueMatch::In(scalars(list)));
        }
        if let Some(ranges) = node.get("cidr") {
            return Some(self.cidrs(ranges));
        }
        if let Some(range) = node.get("range") {
            let (start, end) = (range.get("start")?, range.get("end")?);
            let (from, to) = (start.as_i64()?, end.as_i64()?);
            if from >= to {
                let says = format!("the range from {from} up to, but not with, {to} is empty");
                self.warn(codes::INVALID_VALUE, range, &says);
            }
            return Some(ValueMatch::Range {
                start: from,
                end: to,
            });
        }
        flag(node, "present").map(|_| ValueMatch::Present)
    }

    fn cidrs(&mut self, node: Node<'_>) -> ValueMatch {
        let ranges = several(Some(node)).filter_map(|range| self.cidr(range));
        ValueMatch::Cidr(ranges.collect())
    }
}

/// The text of a test, which is what can be wrong with it, or else the test.
pub(super) fn text_of(node: Node<'_>) -> Node<'_> {
    const TEXTS: [&str; 5] = ["glob", "template", "regex", "regex_start", "regex_search"];
    TEXTS.iter().find_map(|key| node.get(key)).unwrap_or(node)
}

/// The texts of a list; integers are written in decimal.
fn scalars(list: Node<'_>) -> Vec<String> {
    list.items().filter_map(scalar).collect()
}

/// A text, or an integer in decimal.
pub(super) fn scalar(node: Node<'_>) -> Option<String> {
    match node.as_i64() {
        Some(number) => Some(number.to_string()),
        None => node.as_str().map(ToString::to_string),
    }
}
