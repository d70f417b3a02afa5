//! A pattern as text that can be parsed again.
//!
//! `regex_syntax` prints expressions too, but a repetition of a repetition as one of the
//! other kind: `(?:a?)?` comes out as `a??`, which prefers to take nothing. Here what is
//! repeated is in a group of its own. What has no parts is left to `regex_syntax`. Names of
//! groups are left out: templates have some that expressions cannot have, and a table has
//! them elsewhere.

use alloc::string::{String, ToString};
use core::fmt::Write;

use regex_syntax::hir::{Hir, HirKind};

/// The text of a pattern. As deep as the pattern is nested, which parsing bounds.
pub(super) fn print(hir: &Hir) -> String {
    let mut text = String::new();
    push(hir, &mut text);
    text
}

fn push(hir: &Hir, text: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => {
            text.push_str(&hir.to_string());
        }
        HirKind::Repetition(repetition) => {
            text.push_str("(?:");
            push(&repetition.sub, text);
            // Writing to a string cannot fail.
            let _ = match repetition.max {
                Some(max) => write!(text, "){{{},{max}}}", repetition.min),
                None => write!(text, "){{{},}}", repetition.min),
            };
            if !repetition.greedy {
                text.push('?');
            }
        }
        HirKind::Capture(capture) => {
            text.push('(');
            push(&capture.sub, text);
            text.push(')');
        }
        HirKind::Concat(parts) => {
            text.push_str("(?:");
            parts.iter().for_each(|part| push(part, text));
            text.push(')');
        }
        HirKind::Alternation(parts) => {
            text.push_str("(?:");
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    text.push('|');
                }
                push(part, text);
            }
            text.push(')');
        }
    }
}

#[cfg(test)]
mod tests {
    use regex_syntax::ParserBuilder;

    use super::*;

    fn parse(text: &str) -> Hir {
        let mut parser = ParserBuilder::new().utf8(false).build();
        parser.parse(text).unwrap()
    }

    #[test]
    fn what_is_printed_is_parsed_as_the_same() {
        for text in [
            "",
            "a",
            "ab|c",
            "(?:a?)?",
            "(?:a??)?",
            "(?:a*)*?",
            "(?:a{2,5}){3,}",
            "a{0}",
            "(a)(b|)",
            "(?i)é[α-ω]",
            r"(?-u)\xff[^/]",
            r"\A\b{start}x\B(?m:^$)\z",
            "(?s-u:.)*?",
            "(?:a|b)+c",
            "(?:)|(?:)",
            r"[^\x00-\x{10FFFF}]",
        ] {
            let hir = parse(text);
            let printed = print(&hir);
            assert_eq!(parse(&printed), hir, "{text} as {printed}");
        }
    }
}
