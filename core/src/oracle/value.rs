//! Whether a value is what a match wants.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::pattern::Pattern;
use super::regex::{Anchor, Regexes};
use crate::model::{RepeatedValues, ValueMatch};

/// How the values of a name are asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Test<'m> {
    pub(super) value: &'m ValueMatch,
    pub(super) ignore_case: bool,
    pub(super) invert: bool,
    pub(super) missing_matches: bool,
    pub(super) repeated: RepeatedValues,
}

/// Whether a test holds for all the values that a name has.
pub(super) fn holds(regexes: &Regexes, test: Test<'_>, values: &[Vec<u8>]) -> bool {
    let one = |value: &[u8]| matches(regexes, test.value, test.ignore_case, value);
    // SPEC: `FactMatch::missing_matches`: before anything else is asked.
    let Some(first) = values.first() else {
        return test.missing_matches;
    };
    let holds = match test.repeated {
        // SPEC: RFC 9110 5.3; gateway-api.md 3.4.
        RepeatedValues::Joined => one(&values.join(&b","[..])),
        RepeatedValues::Any => values.iter().any(|value| one(value)),
        RepeatedValues::All => values.iter().all(|value| one(value)),
        RepeatedValues::First => one(first),
    };
    // SPEC: app-mesh.md 2.1: `invert` negates the whole matcher.
    holds != test.invert
}

/// Whether one value matches, ASCII letters without regard to case where that is
/// asked for.
pub(super) fn matches(
    regexes: &Regexes,
    item: &ValueMatch,
    ignore_case: bool,
    value: &[u8],
) -> bool {
    let fold = |bytes: &[u8]| match ignore_case {
        true => bytes.to_ascii_lowercase(),
        false => bytes.to_vec(),
    };
    let has = fold(value);
    let want = |text: &str| fold(text.as_bytes());
    let regex = |pattern: &str, anchor| regexes.is_match(pattern, anchor, ignore_case, value);
    match item {
        ValueMatch::Exact(text) => has == want(text),
        ValueMatch::Prefix(text) => has.starts_with(&want(text)),
        ValueMatch::Suffix(text) => has.ends_with(&want(text)),
        ValueMatch::Contains(text) => contains(&has, &want(text)),
        ValueMatch::In(texts) => texts.iter().any(|text| has == want(text)),
        ValueMatch::Glob(text) => Pattern::value_glob(text, ignore_case).is_match(value),
        ValueMatch::Regex(pattern) => regex(pattern, Anchor::Whole),
        ValueMatch::RegexStart(pattern) => regex(pattern, Anchor::Start),
        ValueMatch::RegexSearch(pattern) => regex(pattern, Anchor::Anywhere),
        ValueMatch::Cidr(ranges) => {
            address(value).is_some_and(|address| ranges.iter().any(|range| range.contains(address)))
        }
        ValueMatch::Present => true,
        // SPEC: app-mesh.md 2.1: `start` is in the range, `end` is not.
        ValueMatch::Range { start, end } => {
            integer(value).is_some_and(|number| *start <= number && number < *end)
        }
    }
}

pub(super) fn contains(text: &[u8], part: &[u8]) -> bool {
    part.is_empty() || text.windows(part.len()).any(|window| window == part)
}

fn address(text: &[u8]) -> Option<IpAddr> {
    core::str::from_utf8(text).ok()?.parse().ok()
}

/// A decimal integer: digits, possibly after a sign, and nothing else.
fn integer(text: &[u8]) -> Option<i64> {
    let digits = text
        .strip_prefix(b"-")
        .or(text.strip_prefix(b"+"))
        .unwrap_or(text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    core::str::from_utf8(text).ok()?.parse().ok()
}
