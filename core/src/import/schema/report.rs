//! How faults of an object are reported: one subject, a path, a place.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::{Code, Diagnostic};
use crate::import::document::{Kind, Node};
use crate::model::Origin;

use super::Path;

/// Takes down what is wrong with an object.
#[derive(Debug)]
pub struct Report<'r> {
    subject: &'r str,
    out: &'r mut Vec<Diagnostic>,
    sound: bool,
}

impl<'r> Report<'r> {
    /// A report about `subject`, such as `HTTPRoute shop/cart`, that adds to a list.
    pub fn new(subject: &'r str, out: &'r mut Vec<Diagnostic>) -> Self {
        Self {
            subject,
            out,
            sound: true,
        }
    }

    /// Whether no error has been reported; warnings do not count.
    pub fn is_sound(&self) -> bool {
        self.sound
    }

    /// Adds an error. The message is the subject, the path, and what `says` goes on with.
    pub fn error(&mut self, code: Code, place: Origin, path: &Path<'_>, says: &str) {
        self.error_with_help(code, place, path, says, None);
    }

    /// [`Report::error`], with advice.
    pub fn error_with_help(
        &mut self,
        code: Code,
        place: Origin,
        path: &Path<'_>,
        says: &str,
        help: Option<String>,
    ) {
        self.sound = false;
        let mut diagnostic = Diagnostic::error(code, place, self.message(path, says));
        diagnostic.help = help;
        self.out.push(diagnostic);
    }

    /// Adds a warning.
    pub fn warning(
        &mut self,
        code: Code,
        place: Origin,
        path: &Path<'_>,
        says: &str,
        help: Option<String>,
    ) {
        let mut diagnostic = Diagnostic::warning(code, place, self.message(path, says));
        diagnostic.help = help;
        self.out.push(diagnostic);
    }

    fn message(&self, path: &Path<'_>, says: &str) -> String {
        let path = path.to_string();
        let path = if path.is_empty() { "the object" } else { &path };
        format!("{}: {path} {says}", self.subject)
    }
}

/// Where to point for a value: a scalar itself, but of a list or mapping, which may
/// be long, its beginning.
pub(crate) fn place(node: Node<'_>) -> Origin {
    match node.kind() {
        Kind::Map => node
            .entries()
            .next()
            .map_or_else(|| node.origin(), |(key, _)| key.origin()),
        Kind::Seq => match node.items().next() {
            Some(first) if !matches!(first.kind(), Kind::Map | Kind::Seq) => first.origin(),
            _ => node.origin(),
        },
        _ => node.origin(),
    }
}

/// Where to point for a field: its key, or the mapping's beginning where it is absent.
pub(crate) fn field_place(node: Node<'_>, field: &str) -> Origin {
    node.key(field).map_or_else(|| place(node), Node::origin)
}

/// A scalar as written, for messages.
pub(crate) fn written(node: Node<'_>) -> String {
    match (node.as_str(), node.scalar_text()) {
        (Some(text), _) => format!("'{}'", shorten(text)),
        (None, Some(text)) => shorten(text),
        (None, None) => node.kind().as_str().to_string(),
    }
}

/// The first characters of a text that may be very long.
fn shorten(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_string(),
    }
}
