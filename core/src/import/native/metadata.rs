//! Metadata: values that the engine hands on as they are.

use alloc::string::{String, ToString};

use crate::import::document::{Kind, Node};
use crate::import::schema::quote;
use crate::model::MetadataValue;

/// How deep lists and objects nest.
const DEPTH: u8 = 64;

/// A value; nothing where it nests too deep. A number that is no 64-bit integer is a
/// floating-point one.
pub(super) fn value(node: Node<'_>) -> Option<MetadataValue> {
    let text = || node.scalar_text().unwrap_or("").to_string();
    Some(match node.kind() {
        Kind::Str => MetadataValue::Text(text()),
        Kind::Bool => MetadataValue::Boolean(node.as_bool().unwrap_or(false)),
        Kind::Int | Kind::Float => match node.as_i64() {
            Some(number) => MetadataValue::Integer(number),
            None => MetadataValue::Number(float(node)),
        },
        Kind::Null | Kind::Seq | Kind::Map => {
            let mut json = String::new();
            write(node, DEPTH, &mut json)?;
            MetadataValue::Json(json)
        }
    })
}

/// Writes a value as JSON.
fn write(node: Node<'_>, depth: u8, out: &mut String) -> Option<()> {
    let below = depth.checked_sub(1)?;
    match node.kind() {
        Kind::Null => out.push_str("null"),
        Kind::Bool if node.as_bool() == Some(true) => out.push_str("true"),
        Kind::Bool => out.push_str("false"),
        Kind::Int | Kind::Float => match node.as_i64() {
            Some(number) => out.push_str(&number.to_string()),
            None if float(node).is_finite() => out.push_str(&float(node).to_string()),
            None => out.push_str("null"),
        },
        Kind::Str => quote(node.scalar_text().unwrap_or(""), out),
        Kind::Seq => {
            out.push('[');
            for (at, item) in node.items().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, below, out)?;
            }
            out.push(']');
        }
        Kind::Map => {
            out.push('{');
            for (at, (key, value)) in node.entries().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                quote(key.scalar_text().unwrap_or(""), out);
                out.push(':');
                write(value, below, out)?;
            }
            out.push('}');
        }
    }
    Some(())
}

/// A number's value; not a number where it has none.
fn float(node: Node<'_>) -> f64 {
    let text = node.scalar_text().unwrap_or("").replace('_', "");
    text.parse().unwrap_or(f64::NAN)
}
