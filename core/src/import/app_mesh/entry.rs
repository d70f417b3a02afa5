//! Putting an object that was read into its table, or noting that it was refused.

use alloc::format;
use alloc::vec::Vec;

use super::kinds::Meta;
use super::reference::{Named, Table};
use super::wire::Reader;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::app_mesh as codes;
use crate::import::document::Node;
use crate::import::schema::Schema;
use crate::model::Origin;

/// What an object is put in by.
#[derive(Clone, Copy)]
pub(super) struct Entry<'e, 'd> {
    /// The names by which it is remembered where it is refused.
    pub(super) names: &'e Meta,
    /// The logical id of a template, a second name.
    pub(super) id: Option<&'e str>,
    pub(super) node: Node<'d>,
    pub(super) schema: Option<&'static Schema>,
}

impl Entry<'_, '_> {
    /// Puts an item into its table, unless it has an error or is one too many: then
    /// it is remembered as refused. Says whether it is in.
    pub(super) fn put<T: Named>(
        self,
        table: &mut Table<T>,
        item: Option<T>,
        reader: Reader,
        out: &mut Vec<Diagnostic>,
    ) -> bool {
        let is_in = self.insert(table, item, reader, out);
        if let Some(id) = self.id {
            if !is_in {
                table.refuse_alias(id, &self.names.object);
            } else if let Some(index) = table.find("", &self.names.object.name) {
                table.alias(id, index);
            }
        }
        is_in
    }

    fn insert<T: Named>(
        self,
        table: &mut Table<T>,
        item: Option<T>,
        reader: Reader,
        out: &mut Vec<Diagnostic>,
    ) -> bool {
        let subject = reader.subject.clone();
        let sound = reader.finish(self.node, self.schema, out);
        let item = match item {
            Some(item) if sound => item,
            refused => {
                let meta = refused.as_ref().map_or(self.names, Named::meta);
                table.refuse(&self.names.object, &meta.aws_name);
                return false;
            }
        };
        let (origin, object) = (item.meta().origin, &item.meta().object);
        if table.is_full(&object.namespace, &object.name) {
            let message = format!("{subject}: there are too many of this kind");
            out.push(Diagnostic::error(codes::TOO_MANY, origin, message));
            table.refuse(&self.names.object, &item.meta().aws_name);
            return false;
        }
        if table.insert(item).is_some() {
            out.push(replaced(&subject, origin));
        }
        true
    }
}

/// A warning that an object takes the place of an earlier one.
pub(super) fn replaced(subject: &str, origin: Origin) -> Diagnostic {
    let message = format!("{subject}: replaces an earlier one of the same name");
    Diagnostic::warning(codes::REPLACED, origin, message)
        .with_help("of two objects of a name the later one counts, as when both are applied")
}
