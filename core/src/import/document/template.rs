//! Recognising templates (Helm, Go): YAML only once they are rendered.

use alloc::format;

use super::build::{Refusal, refusal as refuse};
use super::classify::shorten;
use crate::diagnostic::codes::read as codes;

/// The refusal of a document for the template expression at `start`.
pub(super) fn refusal(text: &str, start: usize) -> Refusal {
    let rest = text.get(start..).unwrap_or("");
    let line = rest.lines().next().unwrap_or("");
    let expression = match line.find("}}") {
        Some(end) => line.get(..end + 2).unwrap_or(line),
        None => line,
    };
    let end = start + expression.len();
    let message = format!(
        "the document holds a template expression, `{}`",
        shorten(expression)
    );
    let help =
        "render it or fill it in first, for example with `helm template`, and read the result";
    refuse(codes::TEMPLATE, (start, end), message, help)
}

/// The template expression that a syntax error at `at` comes from, in a document
/// that begins at `start`: one on the same line, or a line before that begins
/// with one. Others may stand in text and mean nothing.
pub(super) fn cause(text: &str, start: usize, at: usize) -> Option<usize> {
    let before = text.get(start.min(at)..at)?;
    let line_start = before
        .rfind('\n')
        .map_or(start.min(at), |found| start.min(at) + found + 1);
    let line = text.get(line_start..)?.lines().next()?;
    if let Some(found) = line.find("{{") {
        return Some(line_start + found);
    }
    let mut offset = start.min(at);
    for line in before.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        if line.get(indent..)?.starts_with("{{") {
            return Some(offset + indent);
        }
        offset += line.len();
    }
    None
}
