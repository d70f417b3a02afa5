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

impl Pattern {
    /// Whether it asks for a DNS name in lower case, perhaps with something before it.
    pub(super) fn is_of_names(&self) -> bool {
        let name = SUBDOMAIN.regex.trim_start_matches('^');
        self.regex.ends_with(name)
    }
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

/// The value of a Kubernetes label.
pub static LABEL_VALUE: Pattern = Pattern {
    regex: r"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$",
    says: "a label value of letters, digits, '-', '_' and '.'",
    matches: |text| text.is_empty() || is_qualified_name(text),
};

/// The name of an HTTP header (RFC 9110 token).
pub static HEADER_NAME: Pattern = Pattern {
    regex: r"^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$",
    says: "a header name, that is letters, digits and any of !#$%&'*+-.^_`|~",
    matches: is_token,
};

/// Whether a text is a DNS name in lower case: labels joined with dots.
pub fn is_subdomain(text: &str) -> bool {
    text.split('.').all(is_label)
}

/// Whether a text is a DNS label in lower case.
pub fn is_label(text: &str) -> bool {
    let outer = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    is_framed(text, outer, |byte| outer(byte) || byte == b'-')
}

/// Whether a text is the name part of a Kubernetes label key, whatever its length.
pub fn is_qualified_name(text: &str) -> bool {
    let outer = |byte: u8| byte.is_ascii_alphanumeric();
    is_framed(text, outer, |byte| {
        outer(byte) || matches!(byte, b'-' | b'_' | b'.')
    })
}

/// Whether a text is a token of RFC 9110: one or more of its characters.
pub fn is_token(text: &str) -> bool {
    let of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(of_token)
}

/// Whether a text is not empty, `outer` describes its first and last byte, and
/// `inner` all others.
pub fn is_framed(text: &str, outer: impl Fn(u8) -> bool, inner: impl Fn(u8) -> bool) -> bool {
    match text.as_bytes() {
        [] => false,
        [only] => outer(*only),
        [first, middle @ .., last] => {
            outer(*first) && outer(*last) && middle.iter().all(|&byte| inner(byte))
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{HEADER_NAME, LABEL, LABEL_VALUE, Pattern, SUBDOMAIN};
    use alloc::string::String;
    use regex_automata::meta::Regex;

    /// Holds a check against its expression on every text of up to four of `pieces`.
    pub(crate) fn agrees(pattern: &Pattern, pieces: &[&str]) {
        let regex = Regex::new(pattern.regex).expect("the expression compiles");
        let (mut matched, mut refused) = (0, 0);
        let mut cache = regex.create_cache();
        for count in 0..=4u32 {
            for number in 0..pieces.len().pow(count) {
                let mut text = String::new();
                let mut rest = number;
                for _ in 0..count {
                    text.push_str(pieces[rest % pieces.len()]);
                    rest /= pieces.len();
                }
                let input = regex_automata::Input::new(&text).earliest(true);
                let expected = regex.search_half_with(&mut cache, &input).is_some();
                assert_eq!(
                    (pattern.matches)(&text),
                    expected,
                    "{text:?} {}",
                    pattern.regex
                );
                if expected { matched += 1 } else { refused += 1 }
            }
        }
        assert!(
            matched > 10 && refused > 10,
            "{}: {matched} / {refused}",
            pattern.regex
        );
    }

    #[test]
    fn every_check_says_what_its_expression_says() {
        agrees(&SUBDOMAIN, &["a", "9", "-", ".", "A", "_", "é", "xyz"]);
        agrees(&LABEL, &["a", "9", "-", ".", "A", "\n", "é"]);
        agrees(&LABEL_VALUE, &["a", "Z", "-", ".", "_", "/", "\n", "é"]);
        agrees(
            &HEADER_NAME,
            &["a", "Z", "-", "`", "\\", "|", "{", " ", "é", "\x60", "^"],
        );
    }
}
