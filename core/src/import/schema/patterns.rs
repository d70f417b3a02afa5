//! Patterns of text, each a regular expression as CRDs write it and a check written
//! by hand that says the same.
//!
//! The checks need no compiled state, which a `no_std` library would have nowhere to
//! keep, and they take time linear in the text. That check and expression agree is
//! tested for each pattern against the regex engine.

use core::fmt;

/// What the characters of a text must be.
#[derive(Clone, Copy)]
pub struct Pattern {
    /// The regular expression, as the CRDs write it.
    pub regex: &'static str,
    /// What it asks for, to follow "must be".
    pub says: &'static str,
    /// Whether a text has it.
    pub matches: fn(&str) -> bool,
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&self.regex).finish()
    }
}

/// A DNS name in lower case (RFC 1123 subdomain).
pub static SUBDOMAIN: Pattern = Pattern {
    regex: r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    says: "a DNS name of lower-case letters, digits, '-' and '.'",
    matches: is_subdomain,
};

/// A DNS label in lower case (RFC 1123 label).
pub static LABEL: Pattern = Pattern {
    regex: r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
    says: "a DNS label of lower-case letters, digits and '-'",
    matches: is_label,
};

/// Whether a text is a DNS name in lower case: labels joined with dots.
pub fn is_subdomain(text: &str) -> bool {
    text.split('.').all(is_label)
}

/// Whether a text is a DNS label in lower case.
pub fn is_label(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    framed(text, inner, |byte| inner(byte) || byte == b'-')
}

/// Whether a text is not empty, `outer` describes its first and last byte, and
/// `inner` all others.
pub fn framed(text: &str, outer: impl Fn(u8) -> bool, inner: impl Fn(u8) -> bool) -> bool {
    match text.as_bytes() {
        [] => false,
        [only] => outer(*only),
        [first, middle @ .., last] => {
            outer(*first) && outer(*last) && middle.iter().all(|&byte| inner(byte))
        }
    }
}
