//! Text from requests and files, made harmless for a terminal.
//!
//! A path or a header may hold escape sequences that would move the cursor,
//! retitle the window or reorder what is shown. Everything printed for people
//! passes through here.

use std::fmt::Write as _;
use std::str;

/// Text as it is printed: control characters and bidirectional overrides as
/// escapes, bytes that are no UTF-8 as `\xff`.
pub(crate) fn plain(text: impl AsRef<[u8]>) -> String {
    let mut out = String::new();
    for chunk in text.as_ref().utf8_chunks() {
        for c in chunk.valid().chars() {
            if is_harmful(c) {
                out.extend(c.escape_default());
            } else {
                out.push(c);
            }
        }
        for byte in chunk.invalid() {
            // Writing to a string does not fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// [`plain`] within double quotes.
pub(crate) fn quoted(text: impl AsRef<[u8]>) -> String {
    format!("\"{}\"", plain(text))
}

/// A character that a terminal obeys rather than shows.
pub(crate) fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `1 error`, `2 errors`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown_instead() {
        assert_eq!(plain("/caf\u{e9}"), "/caf\u{e9}");
        assert_eq!(
            plain("a\u{1b}[2Jb\r\n\u{9b}\u{202e}"),
            r"a\u{1b}[2Jb\r\n\u{9b}\u{202e}"
        );
        assert_eq!(plain(b"a\xff\x80"), r"a\xff\x80");
        assert_eq!(quoted("a"), "\"a\"");
    }

    #[test]
    fn nouns_agree_with_numbers() {
        assert_eq!(count(0, "note"), "0 notes");
        assert_eq!(count(1, "note"), "1 note");
    }
}
