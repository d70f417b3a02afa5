//! What kinds of values a shape takes, and how a value nearly of that kind is mended.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::import::document::{Kind, Node};

use super::{Field, Schema, Text};

/// The type that a value should have.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Wanted {
    Bool,
    Int,
    IntOrStr,
    Str,
    List,
    Object,
    /// The key of a mapping.
    Key,
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "a boolean",
            Self::Int => "an integer",
            Self::IntOrStr => "an integer or a string",
            Self::Str => "a string",
            Self::List => "a list",
            Self::Object => "an object",
            Self::Key => "an object with strings as keys",
        })
    }
}

/// What tells an item of a list from the others.
#[derive(Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Scalar<'d> {
    Absent,
    Int(i64),
    Text(&'d str),
}

/// Whether a shape takes values of a kind, whatever else it asks of them.
pub(super) fn takes(schema: &Schema, kind: Kind) -> bool {
    match *schema {
        Schema::Any => true,
        Schema::Named(named) => takes(&named.schema, kind),
        Schema::Union(shapes) => shapes.iter().any(|shape| takes(shape, kind)),
        _ => match wanted(schema) {
            Some(Wanted::Bool) => kind == Kind::Bool,
            Some(Wanted::Int) => kind == Kind::Int,
            Some(Wanted::IntOrStr) => matches!(kind, Kind::Int | Kind::Str),
            Some(Wanted::Str) => kind == Kind::Str,
            Some(Wanted::List) => kind == Kind::Seq,
            Some(Wanted::Object) => kind == Kind::Map,
            Some(Wanted::Key) | None => false,
        },
    }
}

/// The kinds of values that one of these shapes takes.
pub(super) fn kinds_of(shapes: &[Schema]) -> Vec<Wanted> {
    let mut kinds = Vec::new();
    for shape in shapes {
        let of_shape = match *shape {
            Schema::Named(named) => kinds_of(core::slice::from_ref(&named.schema)),
            Schema::Union(shapes) => kinds_of(shapes),
            _ => wanted(shape).into_iter().collect(),
        };
        for kind in of_shape {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
    }
    kinds
}

fn wanted(schema: &Schema) -> Option<Wanted> {
    match schema {
        Schema::Bool => Some(Wanted::Bool),
        Schema::Int { .. } | Schema::IntOneOf(_) => Some(Wanted::Int),
        Schema::Str(_) => Some(Wanted::Str),
        Schema::IntOrStr => Some(Wanted::IntOrStr),
        Schema::List { .. } => Some(Wanted::List),
        Schema::Map { .. } | Schema::Object(_) => Some(Wanted::Object),
        Schema::Any | Schema::Union(_) | Schema::Named(_) => None,
    }
}

/// How to write a value so that one of these shapes takes it, where it nearly does.
pub(super) fn retyped(node: Node<'_>, shapes: &[Schema]) -> Option<String> {
    shapes.iter().find_map(|shape| match *shape {
        Schema::Named(named) => retyped(node, core::slice::from_ref(&named.schema)),
        Schema::Union(shapes) => retyped(node, shapes),
        Schema::List { item, .. } => in_list(node, item),
        _ => retyped_scalar(node, shape),
    })
}

/// A scalar as one of another type.
fn retyped_scalar(node: Node<'_>, shape: &Schema) -> Option<String> {
    let text = node.scalar_text().filter(|text| text.len() <= SHORT)?;
    match (*shape, node.kind()) {
        (Schema::Str(wanted), Kind::Bool | Kind::Int | Kind::Float) => {
            if wanted.takes(text) {
                return Some(format!("put it in quotes: \"{text}\""));
            }
            wanted.mended(text).or_else(|| wanted.described())
        }
        (Schema::Int { .. } | Schema::IntOneOf(_), Kind::Str) if text.parse::<i64>().is_ok() => {
            Some(format!("write it without quotes: {text}"))
        }
        (Schema::Bool, Kind::Str) if matches!(text, "true" | "false") => {
            Some(format!("write it without quotes: {text}"))
        }
        // YAML 1.1 knew these; Kubernetes' reader of YAML 1.2 does not.
        (Schema::Bool, Kind::Str) => match text.to_ascii_lowercase().as_str() {
            "yes" | "on" | "y" => Some("write true".to_string()),
            "no" | "off" | "n" => Some("write false".to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// A value as the only item of a list.
fn in_list(node: Node<'_>, item: &Schema) -> Option<String> {
    if !takes(item, node.kind()) {
        return None;
    }
    let Some(text) = node.scalar_text().filter(|text| text.len() <= SHORT) else {
        return Some("make it an item of a list: write `- ` before it".to_string());
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/".contains(&byte);
    let mut written = String::new();
    // What may mean something to YAML stands in quotes.
    match node.kind() == Kind::Str && !text.bytes().all(is_plain) {
        true => super::quote(text, &mut written),
        false => written.push_str(text),
    }
    Some(format!("put it in a list: [{written}]"))
}

/// Characters of a value that advice repeats.
const SHORT: usize = 40;

impl Text {
    /// Whether a text has the pattern and is one of the values; lengths are not counted.
    pub(super) fn takes(&self, text: &str) -> bool {
        let has_pattern = self.pattern.is_none_or(|pattern| (pattern.matches)(text));
        has_pattern && (self.values.is_empty() || self.values.contains(&text))
    }

    /// What to write at all, where that can be said.
    fn described(&self) -> Option<String> {
        match self.pattern {
            Some(pattern) => Some(format!("write {}", pattern.says)),
            None if self.values.is_empty() => None,
            None => Some(format!("write {}", alternatives(self.values))),
        }
    }

    /// What to write in place of a text that the pattern refuses.
    pub(super) fn mended(&self, text: &str) -> Option<String> {
        let meant = self.mend.and_then(|mend| mend(text))?;
        self.takes(&meant).then(|| format!("write {meant}"))
    }
}

pub(super) fn scalar<'d>(node: Option<Node<'d>>, default: Option<&'d str>) -> Scalar<'d> {
    match node {
        Some(node) => match node.as_i64() {
            Some(value) => Scalar::Int(value),
            None => node.scalar_text().map_or(Scalar::Absent, Scalar::Text),
        },
        None => default.map_or(Scalar::Absent, |text| match text.parse() {
            Ok(value) => Scalar::Int(value),
            Err(_) => Scalar::Text(text.trim_matches('"')),
        }),
    }
}

/// The default of a scalar field of a list's items, as JSON.
pub(super) fn default_text(item: &Schema, key: &str) -> Option<&'static str> {
    match item {
        Schema::Named(named) => default_text(&named.schema, key),
        Schema::Object(object) => object.field(key).and_then(|field: &Field| field.default),
        _ => None,
    }
}

/// `a, b or c`.
pub(super) fn alternatives<T: ToString>(values: &[T]) -> String {
    let mut text = String::new();
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            text.push_str(if index + 1 == values.len() {
                " or "
            } else {
                ", "
            });
        }
        text.push_str(&value.to_string());
    }
    text
}
