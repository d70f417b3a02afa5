//! What every part of a document is read with: where to report, what names mean,
//! and whether a part has the shape that the schema asks for.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::native as codes;
use crate::diagnostic::{Code, Diagnostic};
use crate::import::document::{Kind, Node};
use crate::import::schema::{Named, Object, Schema, validate_strict};
use crate::model::{Fact, Format, FormatPart, ObjectRef, Origin, StageId};

use super::names::{Stages, lookup};
use super::schema::matches::MATCH;
use super::schema::patterns;

/// Reads one route, gateway or stage.
pub(super) struct Reader<'a> {
    /// What messages call it: `Route shop/cart`.
    pub(super) subject: String,
    /// Its namespace: where names are looked up first.
    pub(super) namespace: String,
    /// The stages there are.
    pub(super) stages: &'a Stages,
    /// Whether the document has the shape of the schema throughout.
    pub(super) is_document_sound: bool,
    /// How many errors were reported here.
    pub(super) errors: usize,
    pub(super) out: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    /// Takes an object as what messages are about; one without a name is called by its
    /// place in the document.
    pub(super) fn name_subject(&mut self, object: &ObjectRef, list: &str, index: usize) {
        self.subject = match object.name.is_empty() {
            true => format!("{list}[{index}]"),
            false => object.to_string(),
        };
    }

    /// Reports an error.
    pub(super) fn error(&mut self, code: Code, node: Node<'_>, says: &str) {
        self.error_with_help(code, node, says, None);
    }

    /// [`Reader::error`], with advice.
    pub(super) fn error_with_help(
        &mut self,
        code: Code,
        node: Node<'_>,
        says: &str,
        help: Option<String>,
    ) {
        self.errors += 1;
        let message = format!("{}: {says}", self.subject);
        let mut error = Diagnostic::error(code, node.origin(), message);
        error.help = help;
        self.out.push(error);
    }

    /// Says what errors within a place cost that were reported. [`costs`](super::costs)
    /// puts it behind them.
    pub(super) fn cost(&mut self, code: Code, place: Origin, says: &str) {
        self.errors += 1;
        let message = format!("{}: {says}", self.subject);
        self.out.push(Diagnostic::note(code, place, message));
    }

    /// Reports a warning.
    pub(super) fn warn(&mut self, code: Code, node: Node<'_>, says: &str) {
        self.warn_with_help(code, node, says, None);
    }

    /// [`Reader::warn`], with advice.
    pub(super) fn warn_with_help(
        &mut self,
        code: Code,
        node: Node<'_>,
        says: &str,
        help: Option<String>,
    ) {
        let message = format!("{}: {says}", self.subject);
        let mut warning = Diagnostic::warning(code, node.origin(), message);
        warning.help = help;
        self.out.push(warning);
    }

    /// Whether a part has the shape that it should. What is wrong was reported when
    /// the document was checked as a whole; an alias stands for the same text in
    /// several places, so that places do not tell which parts are concerned.
    pub(super) fn is_sound(&self, node: Node<'_>, schema: &Schema) -> bool {
        let fits = || validate_strict(node, schema, "", &mut Vec::new());
        !node.is_damaged() && (self.is_document_sound || fits())
    }

    /// What `read` makes of a part of a match; nothing where there is an error in it.
    ///
    /// The rule answers 500 then, and the match must take whatever it may have been meant
    /// to take. So the part is left out as a whole: what can be read of it may ask for
    /// more than was meant, and does so within `not` even where less is read.
    pub(super) fn whole<T>(
        &mut self,
        node: Node<'_>,
        schema: &Schema,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let before = self.errors;
        let is_sound = self.is_sound(node, schema);
        let found = read(self);
        found.filter(|_| is_sound && self.errors == before)
    }

    /// [`Reader::is_sound`] for the fields of an object but `except`.
    pub(super) fn has_sound_fields(
        &self,
        node: Node<'_>,
        named: &'static Named,
        except: &[&str],
    ) -> bool {
        let Some(object) = object_of(named) else {
            return self.is_sound(node, &named.schema);
        };
        if is_broken(node) {
            return false;
        }
        let is_sound = |(key, value): (Node<'_>, Node<'_>)| {
            let name = key.scalar_text().unwrap_or("");
            let field = object.field(name);
            except.contains(&name) || field.is_some_and(|field| self.is_sound(value, &field.schema))
        };
        let is_there = |name: &str| node.key(name).is_some();
        let mut fields = object.fields.iter();
        node.entries().all(is_sound) && fields.all(|field| !field.required || is_there(field.name))
    }

    /// The place of the first field, but `except`, that has not the shape it should.
    pub(super) fn first_fault(
        &self,
        node: Node<'_>,
        named: &'static Named,
        except: &[&str],
    ) -> Option<Origin> {
        let object = object_of(named)?;
        let is_faulty = |(key, value): &(Node<'_>, Node<'_>)| {
            let name = key.scalar_text().unwrap_or("");
            let field = object.field(name);
            !except.contains(&name)
                && !field.is_some_and(|field| self.is_sound(*value, &field.schema))
        };
        let (key, value) = node.entries().find(is_faulty)?;
        Some(entry(key, value))
    }

    /// Reads a text with holes. What cannot be read is reported, and counts as empty.
    pub(super) fn format(&mut self, node: Node<'_>) -> Format {
        let text = node.as_str().unwrap_or("");
        match Format::parse(text) {
            Ok(format) => format,
            Err(error) => {
                let says = format!("'{text}' is no text with holes: {error}");
                self.error(codes::INVALID_FORMAT, node, &says);
                Format::default()
            }
        }
    }

    /// Reads the name of a fact.
    pub(super) fn fact(&mut self, node: Node<'_>) -> Option<Fact> {
        let text = node.as_str()?;
        let format = Format::parse(&format!("{{{text}}}")).ok();
        match format.as_ref().map(Format::parts) {
            Some([FormatPart::Fact(fact)]) => Some(fact.clone()),
            // What is no name at all was reported with the document's shape.
            _ if !(patterns::FACT.matches)(text) => None,
            _ => {
                let says = format!("'{text}' is the name of no fact");
                self.error(codes::INVALID_VALUE, node, &says);
                None
            }
        }
    }

    /// Says that a field beside `other` means nothing.
    pub(super) fn misplaced(&mut self, node: Node<'_>, fields: &[&str], other: &str) {
        for name in fields {
            if let Some(key) = node.key(name) {
                let says = format!("{name} says nothing beside {other}");
                self.error(codes::MISPLACED, key, &says);
            }
        }
    }

    /// Reports that there is no stage of a name; `cost` is what that leads to.
    pub(super) fn no_stage(&mut self, node: Node<'_>, text: &str, cost: &str) {
        // What is no name at all was reported with the document's shape.
        if !(patterns::REFERENCE.matches)(text) {
            return;
        }
        let Stages { by_name, advice } = self.stages;
        let help = advice.instead_of("stage", text, &self.namespace, by_name);
        let says = format!("there is no stage '{text}'{cost}");
        self.error_with_help(codes::NOT_FOUND, node, &says, help);
    }

    /// The stage of a name.
    pub(super) fn stage(&self, text: &str) -> Option<StageId> {
        lookup(&self.stages.by_name, text, &self.namespace).copied()
    }
}

/// The place of a field and its value.
pub(super) fn entry(key: Node<'_>, value: Node<'_>) -> Origin {
    let (from, to) = (key.origin(), value.origin());
    // A value behind an alias stands elsewhere.
    match (from.source, from.end) <= (to.source, to.start) {
        true => Origin {
            end_line: to.end_line,
            end_column: to.end_column,
            end: to.end,
            ..from
        },
        false => from,
    }
}

/// Whether an object was refused for what it is itself, such as a key that is written
/// twice: then it does not tell which of its entries were meant.
pub(super) fn is_broken(node: Node<'_>) -> bool {
    let mut values = node.entries().map(|(_, value)| value);
    node.is_damaged() && !values.any(Node::is_damaged)
}

/// What a field of a match must be.
pub(super) fn schema_of(key: &str) -> Option<&'static Schema> {
    let field = object_of(&MATCH).and_then(|object| object.field(key));
    field.map(|field| &field.schema)
}

/// The fields of a shape, where it is an object.
fn object_of(named: &'static Named) -> Option<&'static Object> {
    match named.schema {
        Schema::Object(object) => Some(object),
        _ => None,
    }
}

/// A field's text.
pub(super) fn text<'d>(node: Node<'d>, key: &str) -> Option<&'d str> {
    node.get(key).and_then(Node::as_str)
}

/// A field's text, owned.
pub(super) fn owned(node: Node<'_>, key: &str) -> Option<String> {
    text(node, key).map(ToString::to_string)
}

/// A field that is true or false.
pub(super) fn flag(node: Node<'_>, key: &str) -> Option<bool> {
    node.get(key).and_then(Node::as_bool)
}

/// A field's integer, where it fits.
pub(super) fn number<T: TryFrom<i64>>(node: Node<'_>, key: &str) -> Option<T> {
    let number = node.get(key)?.as_i64()?;
    T::try_from(number).ok()
}

/// The texts of a field's list; a text alone is a list of one.
pub(super) fn texts<'d>(node: Node<'d>, key: &str) -> impl Iterator<Item = &'d str> + use<'d> {
    several(node.get(key)).filter_map(Node::as_str)
}

/// The items of a field's list.
pub(super) fn items<'d>(node: Node<'d>, key: &str) -> impl Iterator<Item = Node<'d>> + use<'d> {
    node.get(key).into_iter().flat_map(Node::items)
}

/// The entries of a field's object; none where it does not tell which were meant.
pub(super) fn entries<'d>(
    node: Node<'d>,
    key: &str,
) -> impl Iterator<Item = (Node<'d>, Node<'d>)> + use<'d> {
    let object = node.get(key).filter(|object| !is_broken(*object));
    object.into_iter().flat_map(Node::entries)
}

/// A list's items, or a value that stands for a list of one.
pub(super) fn several<'d>(node: Option<Node<'d>>) -> impl Iterator<Item = Node<'d>> + use<'d> {
    let is_list = node.is_some_and(|node| node.kind() == Kind::Seq);
    let items = node.into_iter().flat_map(Node::items);
    items.chain(node.filter(|_| !is_list))
}
