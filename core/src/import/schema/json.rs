//! A schema written as JSON Schema (2020-12).
//!
//! The same statics that validate are written out, so the two cannot drift apart.
//! What JSON Schema cannot say of one document (items that differ in a key) is left
//! to [`validate`](super::validate).

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};

use super::{Choice, NO_LIMIT, Named, Object, Schema, Text, Unique};

/// A JSON value, as far as schemas need it.
enum Json {
    Bool(bool),
    Int(i64),
    Text(String),
    /// JSON already.
    Raw(&'static str),
    List(Vec<Json>),
    Object(Fields),
}

type Fields = Vec<(&'static str, Json)>;

/// A schema as a document of its own, with `id` as its address. Ends with a line feed.
pub fn json_schema(root: &'static Named, id: &str) -> String {
    let mut fields = vec![
        (
            "$schema",
            text("https://json-schema.org/draft/2020-12/schema"),
        ),
        ("$id", text(id)),
        ("title", text(root.name)),
        ("description", text(root.about)),
    ];
    fields.extend(keywords(&Schema::Named(root)));
    let of_names = definitions(root).into_iter().map(|named| {
        let mut fields = vec![("description", text(named.about))];
        fields.extend(keywords(&named.schema));
        (named.name, Json::Object(fields))
    });
    fields.push(("$defs", Json::Object(of_names.collect())));
    let mut out = String::new();
    write(&Json::Object(fields), 0, &mut out);
    out.push('\n');
    out
}

/// The shapes with a name that a shape leads to, itself first, each once, in the
/// order in which they are met.
pub fn definitions(root: &'static Named) -> Vec<&'static Named> {
    let mut found = vec![root];
    let mut at = 0;
    while let Some(named) = found.get(at).copied() {
        collect(&named.schema, &mut found);
        at += 1;
    }
    found
}

/// Adds the names that a shape refers to. Recursion ends at names.
fn collect(schema: &Schema, found: &mut Vec<&'static Named>) {
    match *schema {
        Schema::Named(named) if found.iter().any(|known| known.name == named.name) => {}
        Schema::Named(named) => found.push(named),
        Schema::List { item, .. } => collect(item, found),
        Schema::Map { value, .. } => collect(value, found),
        Schema::Union(shapes) => shapes.iter().for_each(|shape| collect(shape, found)),
        Schema::Object(object) => {
            let fields = object.fields.iter();
            fields.for_each(|field| collect(&field.schema, found));
        }
        _ => {}
    }
}

fn keywords(schema: &Schema) -> Fields {
    match *schema {
        Schema::Any => Vec::new(),
        Schema::Bool => vec![("type", text("boolean"))],
        Schema::Int { min, max } => {
            let mut fields = vec![("type", text("integer"))];
            if min != i64::MIN {
                fields.push(("minimum", Json::Int(min)));
            }
            if max != i64::MAX {
                fields.push(("maximum", Json::Int(max)));
            }
            fields
        }
        Schema::IntOneOf(values) => {
            let values = values.iter().map(|&value| Json::Int(value)).collect();
            vec![("type", text("integer")), ("enum", Json::List(values))]
        }
        Schema::Str(of_text) => text_keywords(&of_text),
        Schema::IntOrStr => {
            let types = vec![text("integer"), text("string")];
            vec![("type", Json::List(types))]
        }
        Schema::List {
            item,
            min,
            max,
            unique,
        } => {
            let mut fields = vec![("type", text("array")), ("items", value(item))];
            sizes(&mut fields, ("minItems", "maxItems"), (min, max));
            if unique == Unique::Items {
                fields.push(("uniqueItems", Json::Bool(true)));
            }
            fields
        }
        Schema::Map {
            key,
            value: of_value,
            max,
        } => {
            let mut fields = vec![("type", text("object"))];
            if let Some(pattern) = key {
                let names = vec![("pattern", text(pattern.regex))];
                fields.push(("propertyNames", Json::Object(names)));
            }
            fields.push(("additionalProperties", value(of_value)));
            sizes(&mut fields, ("", "maxProperties"), (0, max));
            fields
        }
        Schema::Object(object) => object_keywords(object),
        Schema::Union(shapes) => {
            let shapes = shapes.iter().map(value).collect();
            vec![("anyOf", Json::List(shapes))]
        }
        Schema::Named(named) => vec![("$ref", text(&format!("#/$defs/{}", named.name)))],
    }
}

fn value(schema: &Schema) -> Json {
    Json::Object(keywords(schema))
}

fn text_keywords(of_text: &Text) -> Fields {
    let mut fields = vec![("type", text("string"))];
    sizes(
        &mut fields,
        ("minLength", "maxLength"),
        (of_text.min, of_text.max),
    );
    if let Some(pattern) = of_text.pattern {
        fields.push(("pattern", text(pattern.regex)));
    }
    if !of_text.values.is_empty() {
        let values = of_text.values.iter().map(|value| text(value)).collect();
        fields.push(("enum", Json::List(values)));
    }
    fields
}

fn sizes(
    fields: &mut Fields,
    (at_least, at_most): (&'static str, &'static str),
    (min, max): (u32, u32),
) {
    if min > 0 {
        fields.push((at_least, Json::Int(i64::from(min))));
    }
    if max != NO_LIMIT {
        fields.push((at_most, Json::Int(i64::from(max))));
    }
}

fn object_keywords(object: &Object) -> Fields {
    let mut fields = vec![("type", text("object"))];
    let required = object.fields.iter();
    let required = required.filter(|field| field.required && field.default.is_none());
    let required: Vec<Json> = required.map(|field| text(field.name)).collect();
    if !required.is_empty() {
        fields.push(("required", Json::List(required)));
    }
    let properties = object.fields.iter().map(|field| {
        let mut facts = Fields::new();
        if !field.about.is_empty() {
            facts.push(("description", text(field.about)));
        }
        facts.extend(keywords(&field.schema));
        if let Some(default) = field.default {
            facts.push(("default", Json::Raw(default)));
        }
        (field.name, Json::Object(facts))
    });
    fields.push(("properties", Json::Object(properties.collect())));
    if !object.open {
        fields.push(("additionalProperties", Json::Bool(false)));
    }
    match object.choices {
        [] => {}
        [only] => fields.push(("oneOf", alternatives(only))),
        several => {
            let all = several
                .iter()
                .map(|choice| Json::Object(vec![("oneOf", alternatives(choice))]));
            fields.push(("allOf", Json::List(all.collect())));
        }
    }
    fields
}

/// What `oneOf` says of fields that exclude each other.
fn alternatives(choice: &Choice) -> Json {
    let has = |name: &&str| Json::Object(vec![("required", Json::List(vec![text(name)]))]);
    let mut each: Vec<Json> = choice.fields.iter().map(has).collect();
    if !choice.required {
        let any = Json::Object(vec![(
            "anyOf",
            Json::List(choice.fields.iter().map(has).collect()),
        )]);
        each.push(Json::Object(vec![("not", any)]));
    }
    Json::List(each)
}

fn text(text: &str) -> Json {
    Json::Text(text.to_string())
}

/// Writes a value with two blanks of indentation a level; what holds no list and no
/// object stands on one line.
fn write(json: &Json, level: usize, out: &mut String) {
    match json {
        Json::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
        Json::Int(number) => out.push_str(&number.to_string()),
        Json::Text(text) => quote(text, out),
        Json::Raw(text) => out.push_str(text),
        Json::List(items) => {
            let is_flat = items
                .iter()
                .all(|item| !matches!(item, Json::List(_) | Json::Object(_)));
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                let separator = if at > 0 { "," } else { "" };
                out.push_str(separator);
                match is_flat {
                    true if at > 0 => out.push(' '),
                    true => {}
                    false => line(level + 1, out),
                }
                write(item, level + 1, out);
            }
            if !is_flat {
                line(level, out);
            }
            out.push(']');
        }
        Json::Object(fields) if fields.is_empty() => out.push_str("{}"),
        Json::Object(fields) => {
            out.push('{');
            for (at, (name, value)) in fields.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                line(level + 1, out);
                quote(name, out);
                out.push_str(": ");
                write(value, level + 1, out);
            }
            line(level, out);
            out.push('}');
        }
    }
}

fn line(level: usize, out: &mut String) {
    out.push('\n');
    out.extend(core::iter::repeat_n("  ", level));
}

/// Writes a text as JSON.
pub(crate) fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            character if character < ' ' => {
                out.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            character => out.push(character),
        }
    }
    out.push('"');
}
