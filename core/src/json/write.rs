//! Writing JSON: objects with their fields in a stated order, and nothing else.
//!
//! Output is ASCII-safe where it matters: besides what JSON demands, DEL, the C1
//! controls and the bidirectional overrides are escaped, so that a line printed
//! on a terminal cannot command it or reorder what stands there.

use alloc::string::String;
use core::fmt::Write as _;

/// An object being written. [`Object::end`] closes it.
pub(super) struct Object<'o> {
    out: &'o mut String,
    empty: bool,
}

impl<'o> Object<'o> {
    /// Opens an object at the end of `out`.
    pub(super) fn new(out: &'o mut String) -> Self {
        out.push('{');
        Self { out, empty: true }
    }

    /// Closes it.
    pub(super) fn end(self) {
        self.out.push('}');
    }

    /// Writes a field's name and gives the place for its value.
    pub(super) fn key(&mut self, name: &str) -> &mut String {
        if !self.empty {
            self.out.push(',');
        }
        self.empty = false;
        string(self.out, name);
        self.out.push(':');
        self.out
    }

    /// A text.
    pub(super) fn text(&mut self, name: &str, value: &str) -> &mut Self {
        string(self.key(name), value);
        self
    }

    /// A text, if there is one.
    pub(super) fn text_opt(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        if let Some(value) = value {
            self.text(name, value);
        }
        self
    }

    /// A number.
    pub(super) fn number(&mut self, name: &str, value: impl Into<u64>) -> &mut Self {
        number(self.key(name), value.into());
        self
    }

    /// A number, if there is one.
    pub(super) fn number_opt(&mut self, name: &str, value: Option<impl Into<u64>>) -> &mut Self {
        if let Some(value) = value {
            self.number(name, value);
        }
        self
    }

    /// `true` or `false`.
    pub(super) fn bool(&mut self, name: &str, value: bool) -> &mut Self {
        self.key(name)
            .push_str(if value { "true" } else { "false" });
        self
    }

    /// A list, each item written by `item`.
    pub(super) fn list<I: IntoIterator>(
        &mut self,
        name: &str,
        items: I,
        item: impl FnMut(&mut String, I::Item),
    ) -> &mut Self {
        list(self.key(name), items, item);
        self
    }

    /// An object, its fields written by `fields`.
    pub(super) fn object(&mut self, name: &str, fields: impl FnOnce(&mut Object<'_>)) -> &mut Self {
        object(self.key(name), fields);
        self
    }
}

/// Writes an object.
pub(super) fn object(out: &mut String, fields: impl FnOnce(&mut Object<'_>)) {
    let mut object = Object::new(out);
    fields(&mut object);
    object.end();
}

/// Writes a list.
pub(super) fn list<I: IntoIterator>(
    out: &mut String,
    items: I,
    mut item: impl FnMut(&mut String, I::Item),
) {
    out.push('[');
    for (index, value) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        item(out, value);
    }
    out.push(']');
}

/// Writes a number.
pub(super) fn number(out: &mut String, value: u64) {
    // Writing to a string does not fail.
    let _ = write!(out, "{value}");
}

/// Writes a text.
pub(super) fn string(out: &mut String, value: &str) {
    out.push('"');
    value.chars().for_each(|c| character(out, c));
    out.push('"');
}

/// Writes JSON that is known to be valid and without white space.
pub(super) fn embedded(out: &mut String, json: &str) {
    // Quotes and backslashes are its own; what a terminal would obey can only stand
    // in its strings, where an escape says the same.
    json.chars().for_each(|c| match c {
        '"' | '\\' => out.push(c),
        c => character(out, c),
    });
}

/// Writes bytes as a text in which each character stands for one byte.
pub(super) fn latin1(out: &mut String, value: &[u8]) {
    out.push('"');
    value
        .iter()
        .for_each(|&byte| character(out, char::from(byte)));
    out.push('"');
}

fn character(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        // Every one of these is below U+10000, so that one escape says it.
        '\0'..='\u{1f}'
        | '\u{7f}'..='\u{9f}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        }
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        let mut out = String::new();
        string(&mut out, "a\"b\\c\u{1b}[0m\n\u{9b}\u{202e}é");
        assert_eq!(out, r#""a\"b\\c\u001b[0m\n\u009b\u202eé""#);
        assert_eq!(
            serde_json::from_str::<String>(&out).unwrap(),
            "a\"b\\c\u{1b}[0m\n\u{9b}\u{202e}é"
        );
    }

    #[test]
    fn latin1_writes_a_character_for_each_byte() {
        let mut out = String::new();
        latin1(&mut out, b"\xff\x80a");
        assert_eq!(out, "\"\u{ff}\\u0080a\"");
    }

    #[test]
    fn fields_keep_their_order() {
        let mut out = String::new();
        object(&mut out, |object| {
            object
                .text("z", "1")
                .number("a", 2u16)
                .bool("m", true)
                .text_opt("no", None);
            object.list("l", [1u64, 2], number);
            object.object("o", |_| {});
        });
        assert_eq!(out, r#"{"z":"1","a":2,"m":true,"l":[1,2],"o":{}}"#);
    }
}
