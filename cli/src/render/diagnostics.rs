//! Diagnostics for people: the message, the place, and the line with the place
//! underlined.
//!
//! Only the first line of a place is shown, and of a very long line only the
//! part around the place: a place may be a whole rule, and a JSON manifest may
//! be one line of megabytes. The work for one diagnostic is bounded by the
//! excerpt, not by the file.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use fingerpost::diagnostic::{Diagnostic, Severity};
use fingerpost::import::Sources;

use super::style::{self, paint};
use crate::text::{count, is_harmful, plain};

/// Characters of a line shown before the place, and from its start on.
const BEFORE: usize = 80;
const FROM: usize = 160;

/// A diagnostic with its excerpt, over several lines.
pub(crate) fn full(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        _ => Level::NOTE,
    };
    let message = plain(&diagnostic.message);
    let code = diagnostic.code.to_string();
    let help = diagnostic.help.as_deref().map(plain);
    let place = diagnostic
        .origin
        .and_then(|origin| Some((origin, sources.get(origin.source)?)));
    let name = place.map(|(_, source)| plain(source.name()));
    let mut group = Group::with_title(level.primary_title(message.as_str()).id(code.as_str()));
    let excerpt = place.and_then(|(origin, source)| {
        let start = source.line_start(origin.line)?;
        let line = source.text().get(start..)?;
        let end = (origin.end_line == origin.line).then_some(origin.end_column as usize);
        Some((Excerpt::new(line, origin.column as usize, end), origin))
    });
    if let (Some((excerpt, origin)), Some(name)) = (&excerpt, &name) {
        let underlined = AnnotationKind::Primary.span(excerpt.start..excerpt.end);
        let snippet = Snippet::source(excerpt.text.as_str())
            .line_start(origin.line as usize)
            .path(name.as_str())
            .annotation(underlined);
        group = group.element(snippet);
    }
    if let Some(help) = &help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    // A fixed width: an excerpt is cut here, not by the size of a window.
    let renderer = Renderer::styled().term_width(BEFORE + FROM + 40);
    let mut out = renderer.render(&[group]);
    if let (Some((excerpt, origin)), Some(name)) = (&excerpt, &name) {
        // The renderer counts columns in what it was given.
        let shown = excerpt.text[..excerpt.start].chars().count() + 1;
        if shown != origin.column as usize {
            let place = format!("{name}:{}:", origin.line);
            out = out.replacen(
                &format!("{place}{shown}"),
                &format!("{place}{}", origin.column),
                1,
            );
        }
    }
    out.push('\n');
    out
}

/// A diagnostic on one line, as the library writes it, in colour:
/// `file:line:column: severity[CODE]: message`.
pub(crate) fn short(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let mut out = String::new();
    let color = match diagnostic.severity {
        Severity::Error => style::BAD,
        Severity::Warning => style::WARNING,
        _ => style::QUIET,
    };
    let level = format!("{}[{}]", diagnostic.severity.as_str(), diagnostic.code);
    if let Some(origin) = diagnostic.origin
        && let Some(source) = sources.get(origin.source)
    {
        let name = plain(source.name());
        // Writing to a string does not fail.
        let _ = write!(out, "{name}:{}:{}: ", origin.line, origin.column);
    }
    let _ = writeln!(
        out,
        "{}: {}",
        paint(color, level),
        plain(&diagnostic.message)
    );
    out
}

/// How many diagnostics of each severity there are.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Counts {
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    pub(crate) notes: usize,
}

impl Counts {
    /// Counts them.
    pub(crate) fn of(diagnostics: &[Diagnostic]) -> Self {
        let number = |severity| {
            diagnostics
                .iter()
                .filter(|d| d.severity == severity)
                .count()
        };
        Self {
            errors: number(Severity::Error),
            warnings: number(Severity::Warning),
            notes: number(Severity::Note),
        }
    }

    /// `2 errors, 1 warning, 3 notes`.
    pub(crate) fn summary(self) -> String {
        let Self {
            errors,
            warnings,
            notes,
        } = self;
        let parts = [
            count(errors, "error"),
            count(warnings, "warning"),
            count(notes, "note"),
        ];
        parts.join(", ")
    }
}

/// Part of a line, and the bytes of it that are underlined.
struct Excerpt {
    text: String,
    start: usize,
    end: usize,
}

impl Excerpt {
    /// `column` counts characters from 1; `end` is the column after the last, or
    /// `None` for the rest of the line.
    fn new(text: &str, column: usize, end: Option<usize>) -> Self {
        let first = column.saturating_sub(1 + BEFORE);
        let length = text.find(['\n', '\r']).unwrap_or(text.len());
        let line = &text[..length];
        let mut out = Self {
            text: String::new(),
            start: 0,
            end: 0,
        };
        if first > 0 {
            out.text.push('…');
        }
        let end = end.unwrap_or(usize::MAX).max(column + 1);
        let mut chars = line.chars().skip(first).zip(first + 1..);
        let last = column.saturating_add(FROM);
        out.start = out.text.len();
        let mut started = false;
        for (c, at) in chars.by_ref().take_while(|(_, at)| *at <= last) {
            if at == column {
                out.start = out.text.len();
                started = true;
            }
            out.text.push(visible(c));
            if at < end {
                out.end = out.text.len();
            }
        }
        if !started {
            // The place is the end of the line, or of the file.
            out.start = out.text.len();
        }
        // Blanks at the end say nothing.
        out.end = out.end.max(out.start);
        let shown = out
            .text
            .get(out.start..out.end)
            .unwrap_or_default()
            .trim_end();
        out.end = out.start + shown.len();
        out
    }
}

/// A character of a source as it is shown: as wide as itself, and harmless.
fn visible(c: char) -> char {
    match c {
        '\t' => '\t',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        c if is_harmful(c) => '\u{fffd}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use fingerpost::diagnostic::codes::read;

    use super::*;

    fn rendered(text: &str, start: usize, end: usize) -> String {
        let mut sources = Sources::new();
        sources.add("a.yaml", text);
        let origin = sources.origin(0, start, end);
        let diagnostic =
            Diagnostic::error(read::SYNTAX, origin, "it is wrong").with_help("mend it");
        anstream::adapter::strip_str(&full(&diagnostic, &sources)).to_string()
    }

    #[test]
    fn the_place_is_underlined() {
        assert_eq!(
            rendered("kind: A\nspec:\n  port: 99999\n", 22, 27),
            "error[FP1001]: it is wrong\n \
             --> a.yaml:3:9\n  \
             |\n\
             3 |   port: 99999\n  \
             |         ^^^^^\n  \
             |\n  \
             = help: mend it\n"
        );
    }

    #[test]
    fn of_a_long_place_the_first_line_is_shown() {
        let out = rendered("a:\n  b: 1  \n  c: 2\n", 5, 16);
        assert!(out.contains("2 |   b: 1"), "{out}");
        assert!(out.contains("|   ^^^^\n"), "{out}");
        assert!(!out.contains("c: 2"), "{out}");
    }

    #[test]
    fn of_a_long_line_the_part_around_the_place_is_shown() {
        let line = format!("{}HERE{}", "x".repeat(1 << 20), "y".repeat(1 << 20));
        let out = rendered(&line, 1 << 20, (1 << 20) + 4);
        assert!(out.contains("a.yaml:1:1048577"), "{out}");
        assert!(out.contains("xxHEREyy") && out.contains("^^^^"), "{out}");
        assert!(out.len() < 2000, "{}", out.len());
    }

    #[test]
    fn a_place_at_the_end_of_the_file_is_shown() {
        let out = rendered("a: [\n", 5, 5);
        assert!(out.contains("a.yaml:2:1"), "{out}");
        let out = rendered("a: [", 4, 4);
        assert!(
            out.contains("1 | a: [\n") && out.contains("a.yaml:1:5"),
            "{out}"
        );
        assert!(rendered("", 0, 0).contains("a.yaml:1:1"));
    }

    #[test]
    fn a_hostile_source_cannot_command_the_terminal() {
        let out = rendered("a: \u{1b}[2J\u{9b}\u{202e}é\tb\n", 3, 10);
        assert!(!out.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{out:?}");
        assert!(out.contains('\u{241b}'), "{out}");
    }

    #[test]
    fn a_diagnostic_without_a_place_has_no_excerpt() {
        let diagnostic = Diagnostic::note(read::SYNTAX, Default::default(), "m");
        let out = full(&diagnostic, &Sources::new());
        assert_eq!(
            anstream::adapter::strip_str(&out).to_string(),
            "note[FP1001]: m\n"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_source_and_no_place_breaks_the_form(
            text in "[a-z\t\n\r\u{0}\u{1b}\u{300}\u{200b}\u{202e}\u{1f600}\u{4e2d}\u{e9} ]{0,300}",
            start in 0usize..320,
            length in 0usize..320,
        ) {
            let boundary = |at: usize| {
                let at = at.min(text.len());
                (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
            };
            let (start, end) = (boundary(start), boundary(start + length));
            let out = rendered(&text, start, end);
            proptest::prop_assert!(out.starts_with("error[FP1001]: it is wrong\n"), "{}", out);
            proptest::prop_assert!(!out.contains(['\u{1b}', '\u{0}', '\u{202e}']), "{:?}", out);
        }
    }
}
