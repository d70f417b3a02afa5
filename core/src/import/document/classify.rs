//! What a scalar is, with its style, its tag and its file's format in mind, and
//! what its author should be told about it.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

use granit_parser::Tag;

use super::build::Builder;
use super::scalar::{self, Trap};
use super::{DAMAGED, Kind, MERGE, NodeData};
use crate::diagnostic::Severity;
use crate::diagnostic::codes::read as codes;

impl Builder<'_, '_> {
    /// Finds a scalar's kind, and says what is questionable about it.
    pub(super) fn classify(
        &mut self,
        node: &mut NodeData,
        text: &str,
        plain: bool,
        tag: Option<&Tag>,
    ) {
        let at = (node.start as usize, node.end as usize);
        if let Some(tag) = tag {
            self.tagged(node, text, tag);
        } else if plain {
            let (kind, trap) = scalar::resolve(text);
            node.kind = kind;
            if text == "<<" {
                node.flags |= MERGE;
            }
            if self.file.json && !scalar::is_json_literal(text) {
                node.flags |= DAMAGED;
                self.report_not_json(text, at);
                return;
            }
            if let Some(trap) = trap {
                self.report_trap(trap, text, at);
            }
        }
        if self.file.dollars
            && node.kind == Kind::Str
            && !self.document.variable_reported
            && let Some(variable) = variable(text, plain)
        {
            // One for each document: who forgot one variable forgot them all.
            self.document.variable_reported = true;
            let message = format!("the value holds `{variable}`, which looks like a variable");
            let help = "substitute variables first, for example with `envsubst`; \
                        the text is taken as it stands";
            self.report(
                Severity::Warning,
                codes::VARIABLE,
                at,
                message,
                Some(help.into()),
            );
        }
    }

    /// Finds the kind of a scalar with a tag.
    fn tagged(&mut self, node: &mut NodeData, text: &str, tag: &Tag) {
        let at = (node.start as usize, node.end as usize);
        let (resolved, _) = scalar::resolve(text);
        let Some(suffix) = tag.core_suffix() else {
            // SPEC: YAML 1.2.2, 6.9.1: the tag `!` makes a scalar text. go-yaml
            // takes a scalar with a tag that it does not know as text, too.
            let merge = tag.original() == "!!merge" && text == "<<";
            node.flags |= if merge { MERGE } else { 0 };
            if !merge && tag.original() != "!" {
                self.report_unknown_tag(tag, at);
            }
            return;
        };
        let kind = match (suffix, resolved) {
            ("str", _) => Some(Kind::Str),
            ("int", Kind::Int) => Some(Kind::Int),
            ("float", Kind::Int | Kind::Float) => Some(resolved),
            ("bool", Kind::Bool) => Some(Kind::Bool),
            ("null", Kind::Null) => Some(Kind::Null),
            _ => None,
        };
        match kind {
            Some(kind) => node.kind = kind,
            None => {
                node.flags |= DAMAGED;
                self.report_wrong_tag(tag, at);
            }
        }
    }

    fn report_not_json(&mut self, text: &str, at: (usize, usize)) {
        let message = if text.is_empty() {
            String::from("a value is missing")
        } else {
            format!("`{}` is not a JSON value", shorten(text))
        };
        let help = if text.starts_with('$') {
            "substitute variables first, for example with `envsubst`"
        } else {
            "write text in double quotes"
        };
        self.report(
            Severity::Error,
            codes::NOT_JSON,
            at,
            message,
            Some(help.into()),
        );
    }

    fn report_trap(&mut self, trap: Trap, text: &str, at: (usize, usize)) {
        let text = shorten(text);
        let (message, help) = match trap {
            Trap::Boolean => {
                let value = scalar::parse_bool(&text).unwrap_or_default();
                (
                    format!(
                        "`{text}` without quotes is the boolean {value} here, as in Kubernetes"
                    ),
                    format!("write \"{text}\" for the text, {value} for the boolean"),
                )
            }
            Trap::Number => {
                let value = scalar::parse_int(&text)
                    .map_or_else(|| String::from("a number"), |value| format!("{value}"));
                (
                    format!("`{text}` without quotes is {value} here, as in Kubernetes"),
                    format!("write \"{text}\" for the text, a plain decimal for the number"),
                )
            }
            Trap::NotFinite => (
                format!("`{text}` without quotes is a number that JSON has no form for"),
                format!("write \"{text}\" for the text"),
            ),
        };
        self.report(
            Severity::Warning,
            codes::AMBIGUOUS_SCALAR,
            at,
            message,
            Some(help),
        );
    }

    pub(super) fn report_unknown_tag(&mut self, tag: &Tag, at: (usize, usize)) {
        let message = format!("the tag {} is passed over", shorten(&tag.original()));
        self.report(Severity::Note, codes::UNKNOWN_TAG, at, message, None);
    }

    pub(super) fn report_wrong_tag(&mut self, tag: &Tag, at: (usize, usize)) {
        let message = format!(
            "the value is not what its tag {} says",
            shorten(&tag.original())
        );
        self.report(Severity::Error, codes::INVALID_TAG, at, message, None);
    }
}

/// The beginning of a text, for a message.
pub(super) fn shorten(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or(""))),
    }
}

/// The first `${NAME}` in a text, or a plain scalar that is `$NAME`.
fn variable(text: &str, plain: bool) -> Option<&str> {
    if plain
        && let Some(name) = text.strip_prefix('$')
        && !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    {
        return Some(text);
    }
    let start = text.find("${")?;
    let rest = text.get(start + 2..)?;
    let length = rest
        .bytes()
        .take_while(|&b| b.is_ascii_alphanumeric() || b == b'_')
        .count();
    (length > 0 && rest.as_bytes().get(length) == Some(&b'}'))
        .then(|| text.get(start..start + length + 3))?
}
