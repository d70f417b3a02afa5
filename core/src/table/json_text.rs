//! JSON that is carried, not read: checked, and written without white space.
//!
//! A decision is one line, so what it carries must be too. The check keeps a stack of
//! what is open, one byte for each level; it does not recurse, and is linear.

use alloc::string::String;
use alloc::vec::Vec;

/// What may come next.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Expect {
    Value,
    /// A value, or the end of an empty list.
    ValueOrEnd,
    Key,
    /// A key, or the end of an empty object.
    KeyOrEnd,
    Colon,
    /// A comma or the end of what is open.
    Rest,
}

/// The text without white space between its parts.
///
/// # Errors
///
/// The byte from which on it is no JSON (RFC 8259).
pub(crate) fn compact(text: &str) -> Result<String, usize> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut open: Vec<u8> = Vec::new();
    let mut expect = Expect::Value;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            at += 1;
            continue;
        }
        let end = match (byte, expect) {
            (b'{', Expect::Value | Expect::ValueOrEnd) => {
                open.push(b'}');
                expect = Expect::KeyOrEnd;
                at + 1
            }
            (b'[', Expect::Value | Expect::ValueOrEnd) => {
                open.push(b']');
                expect = Expect::ValueOrEnd;
                at + 1
            }
            (b'"', Expect::Key | Expect::KeyOrEnd) => {
                expect = Expect::Colon;
                string_end(bytes, at).ok_or(at)?
            }
            (b':', Expect::Colon) => {
                expect = Expect::Value;
                at + 1
            }
            (b',', Expect::Rest) => {
                expect = match open.last() {
                    Some(b'}') => Expect::Key,
                    Some(_) => Expect::Value,
                    None => return Err(at),
                };
                at + 1
            }
            (b'}' | b']', _) if closes(byte, expect) && open.pop() == Some(byte) => {
                expect = Expect::Rest;
                at + 1
            }
            (_, Expect::Value | Expect::ValueOrEnd) => {
                expect = Expect::Rest;
                scalar_end(bytes, at).ok_or(at)?
            }
            _ => return Err(at),
        };
        out.extend_from_slice(bytes.get(at..end).ok_or(at)?);
        at = end;
    }
    if expect != Expect::Rest || !open.is_empty() {
        return Err(at);
    }
    String::from_utf8(out).map_err(|_| at)
}

fn closes(byte: u8, expect: Expect) -> bool {
    match expect {
        Expect::Rest => true,
        Expect::ValueOrEnd => byte == b']',
        Expect::KeyOrEnd => byte == b'}',
        Expect::Value | Expect::Key | Expect::Colon => false,
    }
}

fn scalar_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    for word in [&b"true"[..], b"false", b"null"] {
        if rest.starts_with(word) {
            return Some(at + word.len());
        }
    }
    match rest.first()? {
        b'"' => string_end(bytes, at),
        _ => number_end(bytes, at),
    }
}

/// The byte after the closing quote.
fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        match *bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => match *bytes.get(at + 1)? {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at += 2,
                b'u' if is_hex(bytes.get(at + 2..at + 6)?) => at += 6,
                _ => return None,
            },
            0..=0x1f => return None,
            _ => at += 1,
        }
    }
}

fn is_hex(digits: &[u8]) -> bool {
    digits.iter().all(u8::is_ascii_hexdigit)
}

fn number_end(bytes: &[u8], start: usize) -> Option<usize> {
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or(&[]);
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        (count > 0).then_some(from + count)
    };
    let mut at = start + usize::from(bytes.get(start) == Some(&b'-'));
    let whole = digits(at)?;
    if bytes.get(at) == Some(&b'0') && whole > at + 1 {
        return None;
    }
    at = whole;
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
        at = digits(at + 1 + usize::from(sign))?;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_json_is_carried_without_white_space() {
        for (text, want) in [
            (
                " { \"a\" : [ 1 , -2.5e+3 , true ] } ",
                "{\"a\":[1,-2.5e+3,true]}",
            ),
            ("[]", "[]"),
            ("{}", "{}"),
            ("\n\"a b\\u0041\\n\"", "\"a b\\u0041\\n\""),
            ("0", "0"),
            ("null", "null"),
            ("[[],{\"a\":{}},false]", "[[],{\"a\":{}},false]"),
        ] {
            assert_eq!(compact(text).as_deref(), Ok(want), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "]",
            "[1,]",
            "{\"a\"}",
            "{\"a\":1,}",
            "{a:1}",
            "01",
            "1.",
            "+1",
            "1 2",
            "\"",
            "\"\\x\"",
            "\"\n\"",
            "[1}",
            "{]",
            "tru",
            "nul",
            "[,1]",
            "1,2",
            "-",
            "1e",
            "\"\\u12\"",
            "{\"a\":}",
            "[1]]",
        ] {
            assert!(compact(text).is_err(), "{text}");
        }
    }

    #[test]
    fn nesting_costs_memory_and_no_stack() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(compact(&deep).as_deref(), Ok(&deep[..]));
    }
}
