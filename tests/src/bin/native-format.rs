//! What is written out of the native format's schema: the JSON Schema, and the table of
//! fields in its document. `cargo xtask schema` runs it.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr)] // it prints what it writes

use std::process::ExitCode;

use fingerpost::import::native::{document_schema, schema};
use fingerpost::import::schema::{NO_LIMIT, Object, Schema, definitions};

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("schema") => print!("{}", document_schema()),
        Some("fields") => print!("{}", fields()),
        _ => {
            eprintln!("usage: native-format schema|fields");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

/// A section for each shape with a name.
fn fields() -> String {
    let mut out = String::new();
    for named in definitions(&schema::DOCUMENT) {
        out += &format!("### `{}`\n\n{}\n", named.name, cell(named.about));
        let mut rows = Vec::new();
        collect(&named.schema, "", &mut rows);
        if rows.is_empty() {
            out += "\n";
            continue;
        }
        out += "\n| field | value | |\n|---|---|---|\n";
        for row in rows {
            out += &format!("{row}\n");
        }
        out += "\n";
    }
    out
}

/// The fields of the objects that a shape is or may be; those of an object without a
/// name stand under the field that holds it.
fn collect(schema: &Schema, prefix: &str, rows: &mut Vec<String>) {
    match schema {
        Schema::Object(object) => {
            for field in object.fields {
                let name = format!("{prefix}{}", field.name);
                let must = if field.required { ", required" } else { "" };
                let default = field.default.map(|json| format!(", else `{json}`"));
                rows.push(format!(
                    "| `{name}` | {}{must}{} | {} |",
                    value(&field.schema),
                    default.unwrap_or_default(),
                    cell(field.about)
                ));
                collect(&field.schema, &format!("{name}."), rows);
            }
        }
        Schema::Union(shapes) => {
            // The items of a list are what stands alone beside it.
            let objects = shapes
                .iter()
                .filter(|shape| matches!(shape, Schema::Object(_)));
            objects.for_each(|shape| collect(shape, prefix, rows));
        }
        _ => {}
    }
}

/// What a value may be, in words.
fn value(schema: &Schema) -> String {
    match schema {
        Schema::Any => "anything".to_string(),
        Schema::Bool => "`true` or `false`".to_string(),
        Schema::Int { min, max } if *min == i64::MIN && *max == i64::MAX => "integer".to_string(),
        Schema::Int { min, max } => format!("integer, {min} to {max}"),
        Schema::IntOneOf(values) => format!("{values:?}"),
        Schema::IntOrStr => "text or integer".to_string(),
        Schema::Str(text) if !text.values.is_empty() => {
            let values: Vec<String> = text.values.iter().map(|one| format!("`{one}`")).collect();
            values.join(", ")
        }
        Schema::Str(_) => "text".to_string(),
        Schema::List { item, max, .. } if *max != NO_LIMIT => {
            format!("list of {}, at most {max}", value(item))
        }
        Schema::List { item, .. } => format!("list of {}", value(item)),
        Schema::Map { value: of, .. } => format!("object: names to {}", value(of)),
        Schema::Object(Object { .. }) => "object".to_string(),
        Schema::Union(shapes) => {
            let shapes: Vec<String> = shapes.iter().map(value).collect();
            shapes.join(", or ")
        }
        Schema::Named(named) => format!("[{0}](#{0})", named.name),
    }
}

/// Text for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
