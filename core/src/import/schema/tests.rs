//! Tests of shapes that exclude each other, and of what is written as JSON Schema.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{
    Choice, Field, NO_LIMIT, Named, Object, Schema, at_most_one, exactly_one, int, json_schema,
    keyed_map, list, patterns::HEADER_NAME, text, validate, validate_strict,
};
use crate::diagnostic::codes::schema as codes;
use crate::diagnostic::{Code, Severity};
use crate::import::Sources;
use crate::import::document::{Limits, read};

static CHOICES: &[Choice] = &[exactly_one(&["a", "b"]), at_most_one(&["c", "d"])];
static TEXT: Schema = text(1, NO_LIMIT);
static TREE: Named = Named {
    name: "tree",
    about: "A text, a number from 1 to 9, a list of trees, or an object.",
    schema: Schema::Union(&[TEXT, int(1, 9), list(0, 4, &TREES), Schema::Object(&FIELDS)]),
};
static TREES: Schema = Schema::Named(&TREE);
static FIELDS: Object = Object::closed(&[
    Field::optional("a", Schema::Named(&TREE)).about("A \"tree\"."),
    Field::optional("b", TEXT),
    Field::optional("c", Schema::Bool).default("true"),
    Field::optional("d", keyed_map(&HEADER_NAME, &TEXT)),
])
.choosing(CHOICES);

/// What is found in a text, with or without strictness.
fn found(written: &str, strict: bool) -> Vec<(Severity, Code, String)> {
    let mut sources = Sources::new();
    sources.add("a.yaml", written);
    let limits = Limits {
        depth: 1_000,
        ..Limits::default()
    };
    let (documents, of_reader) = read(&sources, &limits);
    assert!(of_reader.is_empty(), "{of_reader:?}");
    let mut out = Vec::new();
    for root in documents.roots() {
        let is_sound = match strict {
            true => validate_strict(root, &TREE.schema, "it", &mut out),
            false => validate(root, &TREE.schema, "it", &mut out),
        };
        let errors = out.iter().filter(|one| one.severity == Severity::Error);
        assert_eq!(is_sound, errors.count() == 0);
    }
    let facts = out.into_iter();
    facts
        .map(|one| (one.severity, one.code, one.message))
        .collect()
}

fn only(written: &str) -> (Code, String) {
    let found = found(written, true);
    let [(Severity::Error, code, message)] = found.as_slice() else {
        panic!("{written}: {found:?}");
    };
    (*code, message.clone())
}

#[test]
fn what_is_wrong_is_said_of_the_shape_that_was_written() {
    assert!(found("[a, 1, {a: [b]}, {b: c, c: false}]", true).is_empty());
    let wrong = |text, code, message: &str| assert_eq!(only(text), (code, message.to_string()));
    wrong(
        "10",
        codes::OUT_OF_RANGE,
        "it: the object must be between 1 and 9, not 10",
    );
    wrong(
        "[[1, 0]]",
        codes::OUT_OF_RANGE,
        "it: [0][1] must be between 1 and 9, not 0",
    );
    wrong(
        "{a: true}",
        codes::WRONG_TYPE,
        "it: a must be a string, an integer, a list or an object, not a boolean",
    );
}

#[test]
fn of_fields_that_exclude_each_other_one_stands() {
    assert_eq!(
        only("{c: true}"),
        (codes::CHOICE, "it: the object must have a or b".to_string())
    );
    assert_eq!(
        only("{a: b, b: c}"),
        (
            codes::CHOICE,
            "it: the object has both a and b, of which one alone may stand".to_string()
        )
    );
    assert_eq!(only("{a: b, c: true, d: {}}").0, codes::CHOICE);
}

#[test]
fn strictness_makes_errors_of_nulls_and_of_unknown_fields() {
    let codes_of = |text, strict| -> Vec<_> {
        let found = found(text, strict).into_iter();
        found.map(|(severity, code, _)| (severity, code)).collect()
    };
    let unknown = codes::UNKNOWN_FIELD;
    assert_eq!(
        codes_of("{a: b, e: 1}", false),
        [(Severity::Warning, unknown)]
    );
    assert_eq!(codes_of("{a: b, e: 1}", true), [(Severity::Error, unknown)]);
    for text in ["{a: b, c: null}", "{a: b, d: {x: null}}"] {
        assert_eq!(codes_of(text, false), [], "{text}");
        assert_eq!(
            codes_of(text, true),
            [(Severity::Error, codes::WRONG_TYPE)],
            "{text}"
        );
    }
}

#[test]
fn keys_of_the_authors_own_follow_their_pattern() {
    let (code, message) = only("{a: b, d: {'x y': z1}}");
    assert_eq!(code, codes::PATTERN);
    assert!(
        message.starts_with("it: d has the key 'x y', which must be a header name"),
        "{message}"
    );
}

#[test]
fn a_schema_that_holds_itself_is_walked_to_a_depth() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(found(&nested(200), true).is_empty());
    assert_eq!(only(&nested(600)).0, codes::WRONG_TYPE);
}

#[test]
fn a_schema_is_written_with_names_choices_and_descriptions() {
    let written = json_schema(&TREE, "https://example.test/tree");
    for piece in [
        "\"$schema\": \"https://json-schema.org/draft/2020-12/schema\"",
        "\"$id\": \"https://example.test/tree\"",
        "\"$ref\": \"#/$defs/tree\"",
        "\"description\": \"A \\\"tree\\\".\"",
        "\"minimum\": 1",
        "\"maxItems\": 4",
        "\"default\": true",
        "\"additionalProperties\": false",
        "\"propertyNames\"",
        "\"allOf\"",
    ] {
        assert!(written.contains(piece), "{piece} in\n{written}");
    }
}
