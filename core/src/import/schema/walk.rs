//! The walk: a document tree and a schema, side by side.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::slice::from_ref;

use crate::diagnostic::codes::schema as codes;
use crate::diagnostic::{Code, Diagnostic};
use crate::import::document::{Kind, Node};

use super::ascii_name::in_ascii;
use super::report::{Report, place, written};
use super::shape::{Wanted, alternatives, default_text, kinds_of, retyped, scalar, takes};
use super::suggest::{belongs, indented, is_emptied, misspelt, nearest, singular};
use super::{Choice, NO_LIMIT, Object, Path, Pattern, Schema, Text, Unique};

/// How many fields and items within each other are looked at.
const DEPTH: u32 = 256;

/// Checks a whole object. `subject` is what messages call it, such as
/// `HTTPRoute shop/cart`. Says whether there was no error; warnings do not count.
pub fn validate(node: Node<'_>, schema: &Schema, subject: &str, out: &mut Vec<Diagnostic>) -> bool {
    validate_at(node, schema, subject, &Path::ROOT, out)
}

/// [`validate`] for a part of an object that `path` leads to.
pub fn validate_at(
    node: Node<'_>,
    schema: &Schema,
    subject: &str,
    path: &Path<'_>,
    out: &mut Vec<Diagnostic>,
) -> bool {
    walk(node, schema, (subject, path), false, out)
}

/// [`validate`], but what the schema does not know is an error, and so is a null.
pub fn validate_strict(
    node: Node<'_>,
    schema: &Schema,
    subject: &str,
    out: &mut Vec<Diagnostic>,
) -> bool {
    walk(node, schema, (subject, &Path::ROOT), true, out)
}

fn walk(
    node: Node<'_>,
    schema: &Schema,
    (subject, path): (&str, &Path<'_>),
    strict: bool,
    out: &mut Vec<Diagnostic>,
) -> bool {
    let mut walk = Walk {
        report: Report::new(subject, out),
        strict,
        depth: 0,
        instead: None,
    };
    walk.value(node, schema, path, node);
    walk.report.is_sound()
}

struct Walk<'w> {
    report: Report<'w>,
    strict: bool,
    depth: u32,
    /// The field beside the one that is looked at which takes a value of this kind.
    instead: Option<&'static str>,
}

impl Walk<'_> {
    /// `owner` is the node whose place stands for the value as a whole: its key, or
    /// itself. Places are found only for what is reported.
    fn value(&mut self, node: Node<'_>, schema: &Schema, path: &Path<'_>, owner: Node<'_>) {
        if self.depth >= DEPTH {
            let says = "nests deeper than this format does";
            return self
                .report
                .error(codes::WRONG_TYPE, place(node), path, says);
        }
        self.depth += 1;
        self.shape(node, schema, path, owner);
        self.depth -= 1;
    }

    fn shape(&mut self, node: Node<'_>, schema: &Schema, path: &Path<'_>, owner: Node<'_>) {
        match *schema {
            Schema::Any => {}
            Schema::Named(named) => self.shape(node, &named.schema, path, owner),
            Schema::Union(shapes) => match shapes.iter().find(|shape| takes(shape, node.kind())) {
                Some(shape) => self.shape(node, shape, path, owner),
                None => self.wrong_type(node, shapes, path),
            },
            Schema::Bool => {
                if node.kind() != Kind::Bool {
                    self.wrong_type(node, from_ref(schema), path);
                }
            }
            Schema::Int { .. } | Schema::IntOneOf(_) if node.kind() != Kind::Int => {
                self.wrong_type(node, from_ref(schema), path);
            }
            Schema::Str(_) if node.kind() != Kind::Str => {
                self.wrong_type(node, from_ref(schema), path);
            }
            Schema::Int { min, max } => self.int(node, min, max, path),
            Schema::IntOneOf(values) => self.int_one_of(node, values, path),
            Schema::Str(text) => self.text(node, &text, path),
            Schema::IntOrStr => {
                if !matches!(node.kind(), Kind::Int | Kind::Str) {
                    self.wrong_type(node, from_ref(schema), path);
                }
            }
            Schema::List {
                item,
                min,
                max,
                unique,
            } => {
                if node.kind() != Kind::Seq {
                    return self.wrong_type(node, from_ref(schema), path);
                }
                self.list(node, item, (min, max), unique, path, owner);
            }
            Schema::Map { key, value, max } => {
                if node.kind() != Kind::Map {
                    return self.wrong_type(node, from_ref(schema), path);
                }
                self.map(node, (key, value), max, path, owner);
            }
            Schema::Object(object) => {
                if node.kind() != Kind::Map {
                    return self.wrong_type(node, from_ref(schema), path);
                }
                self.object(node, object, path, owner);
            }
        }
    }

    fn int(&mut self, node: Node<'_>, min: i64, max: i64, path: &Path<'_>) {
        // An integer that does not even fit 64 bits is out of every range.
        if node
            .as_i64()
            .is_some_and(|value| (min..=max).contains(&value))
        {
            return;
        }
        let says = match (min, max) {
            (i64::MIN, _) => format!("must be at most {max}"),
            (_, i64::MAX) => format!("must be at least {min}"),
            _ => format!("must be between {min} and {max}"),
        };
        self.report.error(
            codes::OUT_OF_RANGE,
            node.origin(),
            path,
            &format!("{says}, not {}", written(node)),
        );
    }

    fn int_one_of(&mut self, node: Node<'_>, values: &[i64], path: &Path<'_>) {
        if !node.as_i64().is_some_and(|value| values.contains(&value)) {
            let says = format!("must be {}, not {}", alternatives(values), written(node));
            self.report
                .error(codes::UNKNOWN_VALUE, node.origin(), path, &says);
        }
    }

    fn text(&mut self, node: Node<'_>, text: &Text, path: &Path<'_>) {
        let value = node.as_str().unwrap_or("");
        if !text.values.is_empty() && !text.values.contains(&value) {
            let says = format!(
                "must be {}, not {}",
                alternatives(text.values),
                written(node)
            );
            let help = nearest(value, text.values.iter().copied());
            let help = help.map(|near| format!("did you mean '{near}'?"));
            return self.report.error_with_help(
                codes::UNKNOWN_VALUE,
                node.origin(),
                path,
                &says,
                help,
            );
        }
        // Counting characters costs a pass; a text of at most `max` bytes has at most
        // `max` characters.
        if value.len() > text.max as usize || text.min > 0 {
            let length = value.chars().count();
            if length < text.min as usize || length > text.max as usize {
                let says = match (text.min, text.max) {
                    (1, _) if length == 0 => "must not be empty".to_string(),
                    (min, NO_LIMIT) => format!("must have at least {min} characters, not {length}"),
                    (0, max) => format!("must have at most {max} characters, not {length}"),
                    (min, max) => format!("must have {min} to {max} characters, not {length}"),
                };
                return self
                    .report
                    .error(codes::TEXT_LENGTH, node.origin(), path, &says);
            }
        }
        if let Some(pattern) = text.pattern
            && !(pattern.matches)(value)
        {
            let says = format!("must be {}, not {}", pattern.says, written(node));
            let help = pattern.is_of_names().then(|| in_ascii(value)).flatten();
            let help = help.filter(|ascii| (pattern.matches)(ascii));
            let help = help.map(|ascii| format!("write it in ASCII: '{ascii}'"));
            let help = help.or_else(|| text.mended(value));
            self.report
                .error_with_help(codes::PATTERN, node.origin(), path, &says, help);
        }
    }

    fn list(
        &mut self,
        node: Node<'_>,
        item: &'static Schema,
        (min, max): (u32, u32),
        unique: Unique,
        path: &Path<'_>,
        owner: Node<'_>,
    ) {
        let length = node.items().len();
        self.size(codes::LIST_SIZE, length, (min, max), "items", path, owner);
        for (index, node) in node.items().enumerate().take(max as usize) {
            self.value(node, item, &path.index(index), node);
        }
        match unique {
            // One item is like no other.
            _ if length < 2 => {}
            Unique::No => {}
            Unique::Items => self.unique(node, max, path, "", |item| {
                item.scalar_text().map(|_| scalar(Some(item), None))
            }),
            Unique::Keys(keys) => {
                let default = |key: &str| default_text(item, key);
                self.unique(node, max, path, &keys.join(", "), |item| {
                    // An item without any of its keys is faulty already, and like no other.
                    let is_keyed = |key: &&str| item.get(key).is_some() || default(key).is_some();
                    keys.iter().any(is_keyed).then(|| {
                        let keys = keys.iter();
                        keys.map(|key| scalar(item.get(key), default(key)))
                            .collect::<Vec<_>>()
                    })
                });
            }
        }
    }

    /// Reports items whose `identity`, where they have one, an earlier item has; `keys`
    /// says what it is made of.
    fn unique<'d, I: Ord>(
        &mut self,
        node: Node<'d>,
        max: u32,
        path: &Path<'_>,
        keys: &str,
        identity: impl Fn(Node<'d>) -> Option<I>,
    ) {
        let mut seen = BTreeMap::new();
        for (index, item) in node.items().enumerate().take(max as usize) {
            let Some(identity) = identity(item) else {
                continue;
            };
            let first = *seen.entry(identity).or_insert(index);
            if first != index {
                let says = if keys.is_empty() {
                    format!("repeats {}", path.index(first))
                } else {
                    format!("has the same {keys} as {}", path.index(first))
                };
                self.report.error(
                    codes::DUPLICATE_ITEM,
                    place(item),
                    &path.index(index),
                    &says,
                );
            }
        }
    }

    fn map(
        &mut self,
        node: Node<'_>,
        (pattern, value): (Option<&Pattern>, &'static Schema),
        max: u32,
        path: &Path<'_>,
        owner: Node<'_>,
    ) {
        self.size(
            codes::MAP_SIZE,
            node.entries().len(),
            (0, max),
            "entries",
            path,
            owner,
        );
        for (key, node) in node.entries().take(max as usize) {
            let Some(name) = key.scalar_text() else {
                self.wrong_key(key, path);
                continue;
            };
            if let Some(pattern) = pattern.filter(|pattern| !(pattern.matches)(name)) {
                let says = format!(
                    "has the key {}, which must be {}",
                    written(key),
                    pattern.says
                );
                self.report.error(codes::PATTERN, key.origin(), path, &says);
            }
            if self.strict || !node.is_null() {
                self.value(node, value, &path.field(name), key);
            }
        }
    }

    fn object(&mut self, node: Node<'_>, object: &Object, path: &Path<'_>, owner: Node<'_>) {
        for (key, value) in node.entries() {
            let Some(name) = key.scalar_text() else {
                self.wrong_key(key, path);
                continue;
            };
            match object.field(name) {
                Some(_) if value.is_null() && !self.strict => {}
                // What should stand in it stands beside it, and is reported.
                Some(field) if value.is_null() && is_emptied(node, field, object) => {}
                Some(field) => {
                    self.instead = singular(object, field, value);
                    self.value(value, &field.schema, &path.field(name), key);
                    self.instead = None;
                }
                None if object.open => {}
                None => self.unknown_field(node, key, object, path),
            }
        }
        let meant = match self.strict {
            true => misspelt(node, object),
            false => Vec::new(),
        };
        for field in object.fields {
            let is_asked = field.required && field.default.is_none();
            if is_asked && node.get(field.name).is_none() && !meant.contains(&field.name) {
                self.report.error(
                    codes::MISSING_FIELD,
                    place(owner),
                    &path.field(field.name),
                    "is missing",
                );
            }
        }
        for choice in object.choices {
            self.choice(node, choice, &meant, path, owner);
        }
    }

    /// `meant` are fields that were misspelt, which is reported.
    fn choice(
        &mut self,
        node: Node<'_>,
        choice: &Choice,
        meant: &[&str],
        path: &Path<'_>,
        owner: Node<'_>,
    ) {
        // A field that is there and null is reported by itself.
        let mut found = choice.fields.iter().filter(|name| node.key(name).is_some());
        match (found.next(), found.next()) {
            (None, _)
                if choice.required && !choice.fields.iter().any(|name| meant.contains(name)) =>
            {
                let says = format!("must have {}", alternatives(choice.fields));
                self.report.error(codes::CHOICE, place(owner), path, &says);
            }
            (Some(first), Some(second)) => {
                let says = format!("has both {first} and {second}, of which one alone may stand");
                let place = node.key(second).map_or_else(|| place(owner), Node::origin);
                self.report.error(codes::CHOICE, place, path, &says);
            }
            _ => {}
        }
    }

    fn unknown_field(&mut self, node: Node<'_>, key: Node<'_>, object: &Object, path: &Path<'_>) {
        let name = key.scalar_text().unwrap_or("");
        let near = nearest(name, object.fields.iter().map(|field| field.name));
        let near = near.map(|near| format!("did you mean '{near}'?"));
        let help = match self.strict {
            true => indented(node, name, object)
                .or(near)
                .or_else(|| belongs(name, object))
                .unwrap_or_else(|| {
                    let names: Vec<&str> = object.fields.iter().map(|field| field.name).collect();
                    format!("the fields there are: {}", names.join(", "))
                }),
            false => near.unwrap_or_else(|| "it has no effect".to_string()),
        };
        let (place, path) = (key.origin(), path.field(name));
        let says = "is not a known field";
        if self.strict {
            let code = codes::UNKNOWN_FIELD;
            return self
                .report
                .error_with_help(code, place, &path, says, Some(help));
        }
        self.report
            .warning(codes::UNKNOWN_FIELD, place, &path, says, Some(help));
    }

    fn size(
        &mut self,
        code: Code,
        length: usize,
        (min, max): (u32, u32),
        what: &str,
        path: &Path<'_>,
        owner: Node<'_>,
    ) {
        if length < min as usize {
            let says = if length == 0 {
                "must not be empty".to_string()
            } else {
                format!("must have at least {min} {what}, not {length}")
            };
            self.report.error(code, place(owner), path, &says);
        } else if length > max as usize {
            self.report.error(
                code,
                place(owner),
                path,
                &format!("must have at most {max} {what}, not {length}"),
            );
        }
    }

    /// A key that is no scalar.
    fn wrong_key(&mut self, key: Node<'_>, path: &Path<'_>) {
        let says = format!("must be {}, not {}", Wanted::Key, found(key));
        self.report
            .error(codes::WRONG_TYPE, place(key), path, &says);
    }

    fn wrong_type(&mut self, node: Node<'_>, shapes: &[Schema], path: &Path<'_>) {
        let says = format!(
            "must be {}, not {}",
            alternatives(&kinds_of(shapes)),
            found(node)
        );
        let instead = self.instead.take();
        let help = match (retyped(node, shapes), instead) {
            (Some(help), Some(name)) => Some(format!("did you mean '{name}'? else {help}")),
            (None, Some(name)) => Some(format!("did you mean '{name}'?")),
            (help, None) => help,
        };
        self.report
            .error_with_help(codes::WRONG_TYPE, place(node), path, &says, help);
    }
}

/// A kind of value, as what was found.
fn found(node: Node<'_>) -> &'static str {
    match node.kind() {
        Kind::Null => "null",
        Kind::Bool => "a boolean",
        Kind::Int => "an integer",
        Kind::Float => "a number",
        Kind::Str => "a string",
        Kind::Seq => "a list",
        Kind::Map => "an object",
    }
}
