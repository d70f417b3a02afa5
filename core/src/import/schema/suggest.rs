//! The name, or the place of a field, that somebody probably meant.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::import::document::Node;

use super::shape::{alternatives, takes};
use super::{Field, Object, Schema};

/// The candidate nearest to `word`, if it is near enough to be meant: at most a
/// third of the longer word's characters wrong, at least one and at most three.
pub(crate) fn nearest<'c>(
    word: &str,
    candidates: impl Iterator<Item = &'c str>,
) -> Option<&'c str> {
    // A long word is no misspelling of a field's name, and the distance costs its square.
    if word.len() > 64 {
        return None;
    }
    candidates
        .filter_map(|candidate| {
            let allowed = (word.len().max(candidate.len()) / 3).clamp(1, 3);
            let distance = distance(word, candidate);
            (distance <= allowed).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edit distance by bytes, upper and lower case alike; a swap of neighbours counts as one.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<u8> = b.bytes().map(|byte| byte.to_ascii_lowercase()).collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut previous_byte = None;
    for (row, a_byte) in a.bytes().map(|byte| byte.to_ascii_lowercase()).enumerate() {
        let mut current = Vec::with_capacity(b.len() + 1);
        current.push(row + 1);
        let mut left = row + 1;
        let mut previous_b = None;
        for (column, &b_byte) in b.iter().enumerate() {
            let at =
                |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX - 1);
            let mut best = (left + 1)
                .min(at(&last, column + 1) + 1)
                .min(at(&last, column) + usize::from(a_byte != b_byte));
            if column > 0 && previous_byte == Some(b_byte) && previous_b == Some(a_byte) {
                best = best.min(at(&before_last, column - 1) + 1);
            }
            current.push(best);
            left = best;
            previous_b = Some(b_byte);
        }
        previous_byte = Some(a_byte);
        before_last = last;
        last = current;
    }
    last.last().copied().unwrap_or(0)
}

/// The field for one, of an object in whose field for several one stands.
pub(super) fn singular(object: &Object, field: &Field, value: Node<'_>) -> Option<&'static str> {
    if takes(&field.schema, value.kind()) {
        return None;
    }
    let one = object.field(field.name.strip_suffix('s')?)?;
    takes(&one.schema, value.kind()).then_some(one.name)
}

/// The fields that unknown ones of an object were probably meant to be.
pub(super) fn misspelt(node: Node<'_>, object: &Object) -> Vec<&'static str> {
    let names = node.entries().filter_map(|(key, _)| key.scalar_text());
    let unknown = names.filter(|name| object.field(name).is_none());
    let fields = || object.fields.iter().map(|field| field.name);
    unknown.filter_map(|name| nearest(name, fields())).collect()
}

/// Whether an unknown field stands beside a field without a value that it belongs in.
pub(super) fn is_emptied(node: Node<'_>, field: &Field, object: &Object) -> bool {
    let mut names = node.entries().filter_map(|(key, _)| key.scalar_text());
    names.any(|name| object.field(name).is_none() && has_field(&field.schema, name))
}

/// Advice about a field that stands beside the field without a value that it belongs in.
pub(super) fn indented(node: Node<'_>, name: &str, object: &Object) -> Option<String> {
    let has = |field: &&Field| {
        let key = node
            .entries()
            .find(|(key, _)| key.scalar_text() == Some(field.name));
        key.is_some_and(|(_, value)| value.is_null()) && has_field(&field.schema, name)
    };
    let outer = object.fields.iter().find(has)?.name;
    Some(format!("'{name}' belongs in '{outer}': indent it deeper"))
}

/// Advice about a field of the fields of an object.
pub(super) fn belongs(name: &str, object: &Object) -> Option<String> {
    let outer = object.fields.iter();
    let outer: Vec<&str> = outer
        .filter(|field| has_field(&field.schema, name))
        .map(|field| field.name)
        .collect();
    (!outer.is_empty()).then(|| format!("'{name}' is a field of {}", alternatives(&outer)))
}

/// Whether a shape, or an item of it, is an object that has a field of this name.
fn has_field(schema: &Schema, name: &str) -> bool {
    match *schema {
        Schema::Named(named) => has_field(&named.schema, name),
        Schema::Union(shapes) => shapes.iter().any(|shape| has_field(shape, name)),
        // Of a list of its own kind no item is meant: names end the recursion.
        Schema::List {
            item: Schema::Named(named),
            ..
        } => {
            matches!(named.schema, Schema::Object(object) if object.field(name).is_some())
        }
        Schema::Object(object) => object.field(name).is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_misspelt_name_finds_the_right_one() {
        let names = ["matches", "filters", "backendRefs", "timeouts", "name"];
        let near = |word| nearest(word, names.into_iter());
        assert_eq!(near("matchs"), Some("matches"));
        assert_eq!(near("backendrefs"), Some("backendRefs"));
        assert_eq!(near("nmae"), Some("name"));
        assert_eq!(near("retries"), None);
        assert_eq!(near(&"m".repeat(1000)), None);
    }
}
