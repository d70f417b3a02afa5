//! What a plain scalar is: a word, a number, a boolean, nothing.
//!
//! # Whose rules
//!
//! Manifests are written for Kubernetes, so they are read as Kubernetes reads
//! them. `kubectl` and the API server use sigs.k8s.io/yaml, which resolves plain
//! scalars with its copy of go-yaml 2 (`goyaml.v2/resolve.go`). That is YAML 1.1
//! in part: `on`, `no` and `y` are booleans, `014` is twelve, `1_000` a thousand.
//! A reader of pure YAML 1.2 would take a port `014` for 14 where the cluster
//! opens 12, and would accept a header value `on` that the cluster refuses as a
//! boolean. Wherever the two readings differ the reader says so with a warning,
//! because the author most likely meant the other one.
//!
//! Not differences: `1:30` (go-yaml has no base-60 numbers, both read text) and
//! `2001-12-14` (go-yaml's timestamps become text again in JSON).
//!
//! Quoted and block scalars are text, always.

use super::Kind;

/// Why a plain scalar may not be what its author meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Trap {
    /// YAML 1.2 reads text, Kubernetes a boolean.
    Boolean,
    /// YAML 1.2 reads text or another number, Kubernetes a number.
    Number,
    /// A number without a form in JSON: Kubernetes refuses the document.
    NotFinite,
}

/// What a plain scalar without a tag is.
pub(super) fn resolve(text: &str) -> (Kind, Option<Trap>) {
    // SPEC: goyaml.v2 resolve(): the first byte says what a scalar can be.
    match text.as_bytes().first() {
        None => (Kind::Null, None),
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => {
            resolve_word(text)
        }
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => resolve_number(text),
        Some(_) => (Kind::Str, None),
    }
}

/// The value of a boolean, in any spelling that Kubernetes knows.
pub(super) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" | "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => {
            Some(true)
        }
        "false" | "False" | "FALSE" | "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => {
            Some(false)
        }
        _ => None,
    }
}

/// The value of a number that is an integer of 64 bits.
pub(super) fn parse_int(text: &str) -> Option<i64> {
    let mut digits = Digits::default();
    let plain = digits.strip(text)?;
    match go_int(plain) {
        Some(value) => i64::try_from(value).ok(),
        None => integral(plain),
    }
}

/// Whether the text is a JSON literal: a number, `true`, `false` or `null`.
pub(super) fn is_json_literal(text: &str) -> bool {
    if matches!(text, "true" | "false" | "null") {
        return true;
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let leading_zero =
        digits.starts_with('0') && digits.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    let Some(rest) = skip_digits(digits) else {
        return false;
    };
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => match skip_digits(fraction) {
            Some(rest) => rest,
            None => return false,
        },
        None => rest,
    };
    let rest = match rest.strip_prefix(['e', 'E']) {
        Some(exponent) => {
            match skip_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)) {
                Some(rest) => rest,
                None => return false,
            }
        }
        None => rest,
    };
    rest.is_empty() && !leading_zero
}

fn resolve_word(text: &str) -> (Kind, Option<Trap>) {
    match text {
        "~" | "null" | "Null" | "NULL" => (Kind::Null, None),
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => (Kind::Bool, None),
        _ if parse_bool(text).is_some() => (Kind::Bool, Some(Trap::Boolean)),
        _ => (Kind::Str, None),
    }
}

fn resolve_number(text: &str) -> (Kind, Option<Trap>) {
    if let Some(word) = text
        .strip_prefix(['+', '-'])
        .unwrap_or(text)
        .strip_prefix('.')
    {
        // SPEC: goyaml.v2 resolveMapList: .inf with a sign or without, .nan without.
        let unsigned = text.starts_with('.');
        if matches!(word, "inf" | "Inf" | "INF")
            || unsigned && matches!(word, "nan" | "NaN" | "NAN")
        {
            return (Kind::Float, Some(Trap::NotFinite));
        }
        if unsigned {
            return if is_float(text) {
                (number_kind(text), None)
            } else {
                (Kind::Str, None)
            };
        }
    }
    // SPEC: goyaml.v2 resolve(): underscores are taken out of what begins with a
    // digit or a sign, wherever they stand.
    let mut digits = Digits::default();
    let Some(plain) = digits.strip(text) else {
        return (Kind::Str, None);
    };
    let trap = (plain.len() != text.len()).then_some(Trap::Number);
    if let Some(value) = go_int(plain) {
        let same = core_int(text) == Some(value);
        return (Kind::Int, (!same).then_some(Trap::Number));
    }
    if is_float(plain) {
        return (number_kind(plain), trap);
    }
    (Kind::Str, None)
}

/// Integers written as `8080.0` or `1e3` are integers: Kubernetes carries values
/// as JSON, where the two are the same. A number beyond 64-bit floats is text.
fn number_kind(text: &str) -> Kind {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() && integral(text).is_some() => Kind::Int,
        Ok(value) if value.is_finite() => Kind::Float,
        _ => Kind::Str,
    }
}

fn integral(text: &str) -> Option<i64> {
    /// Integers up to here are exact in a 64-bit float.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let value: f64 = if is_float(text) {
        text.parse().ok()?
    } else {
        return None;
    };
    let whole = value as i64;
    (value.abs() <= EXACT && whole as f64 == value).then_some(whole)
}

/// Go's `strconv.ParseInt` and `ParseUint` with base 0.
fn go_int(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let value = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => parse_digits(digits.get(2..)?, 16),
        [b'0', b'o' | b'O', ..] => parse_digits(digits.get(2..)?, 8),
        [b'0', b'b' | b'B', ..] => parse_digits(digits.get(2..)?, 2),
        [b'0', _, ..] => parse_digits(digits.get(1..)?, 8),
        _ => parse_digits(digits, 10),
    }?;
    let limit = if negative {
        i64::MAX as u64 + 1
    } else {
        u64::MAX
    };
    // A sign is only for ParseInt, whose values end at 63 bits.
    let limit = if text.starts_with('+') {
        i64::MAX as u64
    } else {
        limit
    };
    let value = (value <= limit).then_some(i128::from(value))?;
    Some(if negative { -value } else { value })
}

/// YAML 1.2.2, section 10.3.2.
fn core_int(text: &str) -> Option<i128> {
    if let Some(digits) = text.strip_prefix("0x") {
        return parse_digits(digits, 16).map(i128::from);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return parse_digits(digits, 8).map(i128::from);
    }
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let value = i128::from(parse_digits(digits, 10)?);
    Some(if negative { -value } else { value })
}

/// Digits and nothing else, at least one, of a value of 64 bits.
fn parse_digits(text: &str, radix: u32) -> Option<u64> {
    if !text.as_bytes().first()?.is_ascii_alphanumeric() {
        return None;
    }
    u64::from_str_radix(text, radix).ok()
}

/// goyaml.v2 `yamlStyleFloat`, which is YAML 1.2.2 section 10.3.2:
/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
fn is_float(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mantissa = match skip_digits(text) {
        Some(rest) => match rest.strip_prefix('.') {
            Some(fraction) => Some(skip_digits(fraction).unwrap_or(fraction)),
            None => Some(rest),
        },
        None => text.strip_prefix('.').and_then(skip_digits),
    };
    let Some(rest) = mantissa else { return false };
    match rest.strip_prefix(['e', 'E']) {
        Some(exponent) => {
            let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            skip_digits(exponent).is_some_and(str::is_empty)
        }
        None => rest.is_empty(),
    }
}

/// What follows one or more digits.
fn skip_digits(text: &str) -> Option<&str> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    if end == 0 { None } else { text.get(end..) }
}

/// Room for a number without its underscores.
struct Digits {
    bytes: [u8; 64],
}

impl Default for Digits {
    fn default() -> Self {
        Self { bytes: [0; 64] }
    }
}

impl Digits {
    /// The text without underscores. `None` where it has some and what is left
    /// is longer than any number one would write (64 characters): that is text.
    fn strip<'a>(&'a mut self, text: &'a str) -> Option<&'a str> {
        if memchr::memchr(b'_', text.as_bytes()).is_none() {
            return Some(text);
        }
        let mut length = 0;
        for byte in text.bytes().filter(|&byte| byte != b'_') {
            *self.bytes.get_mut(length)? = byte;
            length += 1;
        }
        core::str::from_utf8(self.bytes.get(..length)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Trap, is_json_literal, parse_bool, parse_int, resolve};

    #[test]
    fn words_are_what_kubernetes_makes_of_them() {
        for (text, value) in [("true", true), ("True", true), ("FALSE", false)] {
            assert_eq!(resolve(text), (Kind::Bool, None), "{text}");
            assert_eq!(parse_bool(text), Some(value), "{text}");
        }
        for text in ["y", "Y", "yes", "YES", "on", "On", "n", "No", "off", "OFF"] {
            assert_eq!(resolve(text), (Kind::Bool, Some(Trap::Boolean)), "{text}");
            assert!(parse_bool(text).is_some(), "{text}");
        }
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(resolve(text), (Kind::Null, None), "{text}");
        }
        for text in [
            "tRue",
            "oN",
            "yEs",
            "nil",
            "none",
            "t",
            "f",
            "o",
            "nULL",
            "yes please",
        ] {
            assert_eq!(resolve(text), (Kind::Str, None), "{text}");
        }
    }

    #[test]
    fn integers_are_what_kubernetes_makes_of_them() {
        let plain = [
            ("0", 0),
            ("8080", 8080),
            ("-1", -1),
            ("+12", 12),
            ("0x1F", 31),
            ("0o17", 15),
            ("007", 7),
            ("-0", 0),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
            // SPEC: 08 is no octal number, so that go-yaml reads a float, which
            // JSON writes as 8.
            ("08", 8),
            ("8080.0", 8080),
            ("1e3", 1000),
        ];
        for (text, value) in plain {
            assert_eq!(resolve(text), (Kind::Int, None), "{text}");
            assert_eq!(parse_int(text), Some(value), "{text}");
        }
        let traps = [
            ("014", 12),
            ("-014", -12),
            ("1_000", 1000),
            ("0b11", 3),
            ("0B1", 1),
            ("0X1f", 31),
            ("-0x10", -16),
            ("0_8", 8),
            ("1_0e1", 100),
        ];
        for (text, value) in traps {
            assert_eq!(resolve(text), (Kind::Int, Some(Trap::Number)), "{text}");
            assert_eq!(parse_int(text), Some(value), "{text}");
        }
        assert_eq!(resolve("18446744073709551615"), (Kind::Int, None));
        assert_eq!(parse_int("18446744073709551615"), None);
    }

    #[test]
    fn other_numbers_are_floats() {
        for text in ["1.5", ".5", "-.5", "1e-3", "1.25E+1"] {
            assert_eq!(resolve(text), (Kind::Float, None), "{text}");
        }
        for text in [".inf", "-.Inf", "+.INF", ".nan", ".NaN"] {
            assert_eq!(
                resolve(text),
                (Kind::Float, Some(Trap::NotFinite)),
                "{text}"
            );
        }
        assert_eq!(resolve("1_0.5"), (Kind::Float, Some(Trap::Number)));
    }

    #[test]
    fn what_looks_like_a_number_and_is_none_is_text() {
        for text in [
            "1:30",
            "2001-12-14",
            "1.2.3",
            "10.0.0.1",
            "0x",
            "0b",
            "0b2",
            "0xG",
            "-",
            "+",
            ".",
            "..",
            "--1",
            "+-1",
            "1e",
            "e3",
            "0o8",
            "1 000",
            "-.nan",
            "0x+1",
            "5s",
            "_1",
            "1e400",
            "٣",
        ] {
            assert_eq!(resolve(text), (Kind::Str, None), "{text}");
        }
    }

    #[test]
    fn json_literals_are_json() {
        for text in ["0", "-1", "1.5", "1e3", "-2.5E-3", "true", "false", "null"] {
            assert!(is_json_literal(text), "{text}");
        }
        for text in [
            "", "01", "+1", ".5", "1.", "1e", "-", "True", "~", "$A", "0x1", "1_0", "00",
        ] {
            assert!(!is_json_literal(text), "{text}");
        }
    }
}
