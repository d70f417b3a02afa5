//! A small schema language, and the check of a document tree against it.
//!
//! # Shape
//!
//! A schema is a tree of `static`s, written by hand from the facts of a dialect's
//! CRDs: field names, types, limits, patterns, enumerations, list keys, defaults.
//! It stands in read-only memory, costs nothing at start-up, and a test can walk
//! it and hold it against the CRDs. [`validate`] walks a [`Node`](super::Node) and a [`Schema`]
//! together and reports every fault with a code (`diagnostic::codes::schema`), the
//! field's path, and the place of the offending value; a field that is missing is
//! reported at the object that misses it.
//!
//! ```
//! use fingerpost::import::document::{Limits, read};
//! use fingerpost::import::schema::patterns::HEADER_NAME;
//! use fingerpost::import::schema::{Field, Object, Schema, map_list, one_of, pattern, text, validate};
//! use fingerpost::import::Sources;
//!
//! static HEADER: Schema = Schema::Object(&Object::closed(&[
//!     Field::required("name", pattern(1, 256, &HEADER_NAME)),
//!     Field::required("value", text(1, 4096)),
//!     Field::optional("type", one_of(&["Exact", "RegularExpression"])).default("\"Exact\""),
//! ]));
//! static MATCH: Schema = Schema::Object(&Object::closed(&[
//!     Field::optional("headers", map_list(0, 16, &HEADER, &["name"])),
//! ]));
//!
//! let mut sources = Sources::new();
//! sources.add("match.yaml", "headers:\n- name: x-tenant\n  value: 7\n");
//! let (documents, _) = read(&sources, &Limits::default());
//! let mut found = Vec::new();
//! for root in documents.roots() {
//!     assert!(!validate(root, &MATCH, "the match", &mut found));
//! }
//! let [wrong] = found.as_slice() else { panic!("{found:?}") };
//! assert_eq!(wrong.message, "the match: headers[0].value must be a string, not an integer");
//! assert_eq!(wrong.help.as_deref(), Some("put it in quotes: \"7\""));
//! ```
//!
//! # Shapes that exclude each other
//!
//! A value may have one of several shapes ([`Union`](Schema::Union)); they differ in
//! the kind of value, so that what is wrong is said of the shape that was written. An
//! object may have fields of which one alone may stand ([`Choice`]). A shape with a
//! name ([`Named`]) may hold itself. [`json_schema`] writes a schema as JSON Schema,
//! with the descriptions of its fields.
//!
//! # Rules of reading
//!
//! - SPEC: Kubernetes drops a null in place of a field, so null is absence; a null
//!   item of a list has the wrong type (apiextensions, "Defaulting and nullable").
//! - SPEC: lengths count characters, not bytes (OpenAPI `maxLength`, JSON Schema
//!   validation 6.3.1).
//! - SPEC: a field that the schema does not know is a warning. An API server prunes
//!   it and warns (`fieldValidation=Warn`, the default) and refuses it only under
//!   strict validation; so the object takes effect without the field, and does here.
//! - SPEC: the reader takes `80.0` for the integer 80, as Kubernetes' YAML reader does;
//!   `"80"` is text, and where an integer is wanted it is an error, as it is there.
//! - [`validate_strict`] is for formats of our own: an unknown field is an error, and so
//!   is a null, which would otherwise drop what its author began to write.
//!
//! # Invariants
//!
//! 1. The walk's recursion follows the document, whose depth the reader limits; a
//!    schema that holds itself is walked at most 256 fields and items deep. Below
//!    [`Schema::Any`] nothing is visited.
//! 2. Nothing is allocated unless there is something to report, except for the keys
//!    of lists that must be unique.
//! 3. Of a list or map that is too long, only as many entries are looked at as are
//!    allowed, so the number of diagnostics is bounded by schema and input.

use alloc::string::String;

mod ascii_name;
mod json;
mod path;
pub mod patterns;
mod report;
mod shape;
mod suggest;
#[cfg(test)]
mod tests;
mod walk;

pub(crate) use json::quote;
pub use json::{definitions, json_schema};
pub use path::Path;
pub use patterns::Pattern;
pub use report::Report;
pub(crate) use report::{field_place, place, written};
pub(crate) use suggest::nearest;
pub use walk::{validate, validate_at, validate_strict};

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum Schema {
    /// Anything at all; nothing below is looked at.
    Any,
    /// `true` or `false`.
    Bool,
    /// An integer.
    Int {
        /// The least value.
        min: i64,
        /// The greatest value.
        max: i64,
    },
    /// One of these integers.
    IntOneOf(&'static [i64]),
    /// Text.
    Str(Text),
    /// An integer or text, such as a port by number or name.
    IntOrStr,
    /// A sequence.
    List {
        /// What each item may be.
        item: &'static Schema,
        /// The least number of items.
        min: u32,
        /// The greatest number of items.
        max: u32,
        /// What may not repeat.
        unique: Unique,
    },
    /// A mapping whose keys are the author's own.
    Map {
        /// What the keys must be.
        key: Option<&'static Pattern>,
        /// What each value may be.
        value: &'static Schema,
        /// The greatest number of entries.
        max: u32,
    },
    /// A mapping with known fields.
    Object(&'static Object),
    /// One of these shapes, which take different kinds of values.
    Union(&'static [Schema]),
    /// A shape with a name of its own.
    Named(&'static Named),
}

/// A shape with a name of its own, which may hold itself.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// What JSON Schema and documents call it.
    pub name: &'static str,
    /// What it is, for people.
    pub about: &'static str,
    /// The shape.
    pub schema: Schema,
}

/// What text may be.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// The least number of characters.
    pub min: u32,
    /// The greatest number of characters.
    pub max: u32,
    /// What the characters must be.
    pub pattern: Option<&'static Pattern>,
    /// The values there are; empty where any will do.
    pub values: &'static [&'static str],
    /// What a text that the pattern refuses was probably meant to be.
    pub mend: Option<Mend>,
}

/// Mends a text that a pattern refuses; nothing where it is too far off.
pub type Mend = fn(&str) -> Option<String>;

/// What may not repeat within a list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unique {
    /// Everything may repeat.
    No,
    /// No scalar may occur twice (`x-kubernetes-list-type: set`).
    Items,
    /// No two items may agree in all of these fields (`x-kubernetes-list-type:
    /// map`). A field that is absent counts with its default.
    Keys(&'static [&'static str]),
}

/// A mapping with known fields.
#[derive(Clone, Copy, Debug)]
pub struct Object {
    /// The fields.
    pub fields: &'static [Field],
    /// Whether fields that are not listed may stand (their values are not looked at).
    pub open: bool,
    /// Fields that exclude each other.
    pub choices: &'static [Choice],
}

/// Fields of which one alone may stand.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// Their names.
    pub fields: &'static [&'static str],
    /// Whether one of them must.
    pub required: bool,
}

/// A field of an object.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What its value may be.
    pub schema: Schema,
    /// Whether it must be there. A field with a default never has to.
    pub required: bool,
    /// The value it has where it is absent, as JSON.
    pub default: Option<&'static str>,
    /// What it says, for people; empty where the dialect's own documents say it.
    pub about: &'static str,
}

/// No limit, for lists, maps and text.
pub const NO_LIMIT: u32 = u32::MAX;

impl Object {
    /// An object that has these fields and no others.
    pub const fn closed(fields: &'static [Field]) -> Self {
        Self {
            fields,
            open: false,
            choices: &[],
        }
    }

    /// An object that has these fields, and perhaps others.
    pub const fn open(fields: &'static [Field]) -> Self {
        Self {
            fields,
            open: true,
            choices: &[],
        }
    }

    /// The same object, of whose fields some exclude each other.
    #[must_use]
    pub const fn choosing(self, choices: &'static [Choice]) -> Self {
        Self { choices, ..self }
    }

    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Field {
    /// A field that must be there.
    pub const fn required(name: &'static str, schema: Schema) -> Self {
        Self {
            name,
            schema,
            required: true,
            default: None,
            about: "",
        }
    }

    /// A field that may be absent.
    pub const fn optional(name: &'static str, schema: Schema) -> Self {
        Self {
            name,
            schema,
            required: false,
            default: None,
            about: "",
        }
    }

    /// The same field with a default, given as JSON.
    #[must_use]
    pub const fn default(self, json: &'static str) -> Self {
        Self {
            default: Some(json),
            ..self
        }
    }

    /// The same field with a description.
    #[must_use]
    pub const fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }
}

/// Text of `min` to `max` characters.
pub const fn text(min: u32, max: u32) -> Schema {
    Schema::Str(Text {
        min,
        max,
        pattern: None,
        values: &[],
        mend: None,
    })
}

/// Text of `min` to `max` characters that a pattern describes.
pub const fn pattern(min: u32, max: u32, pattern: &'static Pattern) -> Schema {
    Schema::Str(Text {
        min,
        max,
        pattern: Some(pattern),
        values: &[],
        mend: None,
    })
}

/// The same text, with a way to mend what its pattern refuses.
pub const fn mended(schema: Schema, mend: Mend) -> Schema {
    match schema {
        Schema::Str(text) => Schema::Str(Text {
            mend: Some(mend),
            ..text
        }),
        other => other,
    }
}

/// One of these texts.
pub const fn one_of(values: &'static [&'static str]) -> Schema {
    Schema::Str(Text {
        min: 0,
        max: NO_LIMIT,
        pattern: None,
        values,
        mend: None,
    })
}

/// An integer from `min` to `max`.
pub const fn int(min: i64, max: i64) -> Schema {
    Schema::Int { min, max }
}

/// A list of `min` to `max` items.
pub const fn list(min: u32, max: u32, item: &'static Schema) -> Schema {
    Schema::List {
        item,
        min,
        max,
        unique: Unique::No,
    }
}

/// A list of `min` to `max` scalars, all different.
pub const fn set(min: u32, max: u32, item: &'static Schema) -> Schema {
    Schema::List {
        item,
        min,
        max,
        unique: Unique::Items,
    }
}

/// A list of `min` to `max` objects that differ in at least one of `keys`.
pub const fn map_list(
    min: u32,
    max: u32,
    item: &'static Schema,
    keys: &'static [&'static str],
) -> Schema {
    Schema::List {
        item,
        min,
        max,
        unique: Unique::Keys(keys),
    }
}

/// A mapping of at most `max` entries with keys of the author's own.
pub const fn map(max: u32, value: &'static Schema) -> Schema {
    Schema::Map {
        key: None,
        value,
        max,
    }
}

/// A mapping with keys of the author's own that a pattern describes.
pub const fn keyed_map(key: &'static Pattern, value: &'static Schema) -> Schema {
    Schema::Map {
        key: Some(key),
        value,
        max: NO_LIMIT,
    }
}

/// Exactly one of these fields.
pub const fn exactly_one(fields: &'static [&'static str]) -> Choice {
    Choice {
        fields,
        required: true,
    }
}

/// One of these fields, or none.
pub const fn at_most_one(fields: &'static [&'static str]) -> Choice {
    Choice {
        fields,
        required: false,
    }
}
