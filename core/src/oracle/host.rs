//! Hosts: what a request's host is, and which patterns it meets.

use alloc::vec::Vec;
use core::cmp::Reverse;
use core::net::Ipv6Addr;

use super::regex::{Anchor, Regexes};
use crate::model::{HostBinding, HostMatch};

/// The host that an authority (or server name) names: lower case, without port
/// and trailing dot. The outer `None` stands for a malformed one; an absent one
/// gives `Some(None)`.
pub fn normalize(authority: Option<&[u8]>) -> Option<Option<Vec<u8>>> {
    let Some(authority) = authority else {
        return Some(None);
    };
    let text = core::str::from_utf8(authority).ok()?;
    let host = core::str::from_utf8(without_port(authority)).ok()?;
    // SPEC: RFC 3986 3.2.3, digits, possibly none; a port has 16 bits.
    let port = match text[host.len()..].strip_prefix(':') {
        Some(port) => port,
        None if text.len() == host.len() => "",
        None => return None,
    };
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit()) && port.len() <= 5;
    if !is_number || (!port.is_empty() && port.parse::<u16>().is_err()) {
        return None;
    }
    // SPEC: RFC 3986 3.2.2, an IPv6 literal stands in brackets and is the whole host.
    if let Some(literal) = host.strip_prefix('[') {
        literal.strip_suffix(']')?.parse::<Ipv6Addr>().ok()?;
        return Some(Some(host.to_ascii_lowercase().into_bytes()));
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    // SPEC: RFC 3986 3.2.2 reg-name, but no escape, no comma (two joined headers are
    // not a host), no star (a host is no pattern) and no empty label; RFC 1035 2.3.4,
    // at most 255 bytes.
    let is_regular = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()+;=".contains(&byte);
    if host.len() > 255 || host.split('.').any(str::is_empty) || !host.bytes().all(is_regular) {
        return None;
    }
    // SPEC: gateway-api.md 1.1, hosts compare without regard to case.
    Some(Some(host.to_ascii_lowercase().into_bytes()))
}

/// SPEC: gateway-api.md 1.1, the port is ignored for matching.
pub(super) fn without_port(authority: &[u8]) -> &[u8] {
    let from = match authority.first() {
        Some(b'[') => authority
            .iter()
            .position(|byte| *byte == b']')
            .map(|at| at + 1),
        _ => authority.iter().position(|byte| *byte == b':'),
    };
    &authority[..from.unwrap_or(authority.len())]
}

/// The port that an authority states, as it states it.
pub(super) fn port(authority: &[u8]) -> Option<Vec<u8>> {
    let port = authority[without_port(authority).len()..].strip_prefix(b":")?;
    (!port.is_empty()).then(|| port.to_vec())
}

/// Whether a pattern takes a host; `None` is a request without one.
pub fn matches(pattern: &HostMatch, host: Option<&[u8]>) -> bool {
    takes(&Regexes::default(), pattern, host)
}

pub(super) fn takes(regexes: &Regexes, pattern: &HostMatch, host: Option<&[u8]>) -> bool {
    let Some(host) = host else {
        return *pattern == HostMatch::Any;
    };
    // SPEC: gateway-api.md 1.1, `*.` is one or more labels, never none.
    let labels = |suffix: &str| -> Option<&[u8]> {
        let labels = host.strip_suffix(suffix.as_bytes())?.strip_suffix(b".")?;
        (!labels.is_empty()).then_some(labels)
    };
    match pattern {
        HostMatch::Any => true,
        HostMatch::Exact(name) => name.as_bytes() == host,
        HostMatch::Wildcard(suffix) => labels(suffix).is_some(),
        HostMatch::OneLabel(suffix) => labels(suffix).is_some_and(|label| !label.contains(&b'.')),
        // SPEC: app-mesh.md 2.1, hostname.suffix is a plain suffix.
        HostMatch::Suffix(suffix) => host.ends_with(suffix.as_bytes()),
        HostMatch::WildcardSuffix(suffix) => {
            host.ends_with(suffix.as_bytes()) && host.len() > suffix.len()
        }
        HostMatch::WildcardPrefix(prefix) => {
            host.starts_with(prefix.as_bytes()) && host.len() > prefix.len()
        }
        HostMatch::Regex(pattern) => regexes.is_match(pattern, Anchor::Whole, false, host),
    }
}

/// How specific a pattern is: a class, the length of the text that is fixed, an
/// order between kinds of that length, and for regular expressions the place. More
/// is greater; the default is less than any pattern's.
pub(super) type Specificity = (u8, usize, u8, Option<Reverse<usize>>);

/// How specific a pattern is among those of a stage or gateway.
///
/// SPEC: gateway-api.md 1.3, exact before wildcard, longer before shorter, a host
/// before none; `HostMatch::Regex`: of several, the one that the stage or gateway has
/// first.
pub(super) fn specificity<'m>(
    pattern: &HostMatch,
    mut all: impl Iterator<Item = &'m HostMatch>,
) -> Specificity {
    match pattern {
        HostMatch::Exact(_) => (5, 0, 0, None),
        // The dot is part of the text that a wildcard fixes. Of patterns with the same
        // text, the raw suffix is first: open, but fixed. One label before several.
        HostMatch::Suffix(suffix) => (4, suffix.len(), 3, None),
        HostMatch::OneLabel(suffix) => (4, suffix.len() + 1, 2, None),
        HostMatch::Wildcard(suffix) => (4, suffix.len() + 1, 1, None),
        HostMatch::WildcardSuffix(suffix) => (4, suffix.len(), 0, None),
        HostMatch::WildcardPrefix(prefix) => (3, prefix.len(), 0, None),
        HostMatch::Regex(_) => {
            let place = all.position(|other| other == pattern);
            (2, 0, 0, place.map(Reverse))
        }
        HostMatch::Any => (1, 0, 0, None),
    }
}

/// What precedence counts of a host: more comes first.
pub(super) type Weight = (usize, u8, usize, bool, Reverse<usize>, bool);

/// What precedence counts of a host, as the route writes it.
///
/// SPEC: gateway-api.md 1.4: characters in a matching non-wildcard host, then
/// characters in a matching host. Beyond these, as a lookup orders them: text at the
/// end, text at the start, regular expressions in order of appearance; one label
/// before several; a port before none.
pub(super) fn weight<'m>(
    binding: &HostBinding,
    mut all: impl Iterator<Item = &'m HostMatch>,
) -> Weight {
    let (precise, class, length) = match &binding.written {
        HostMatch::Exact(name) => (name.len(), 3, name.len()),
        HostMatch::Wildcard(suffix) | HostMatch::OneLabel(suffix) => {
            (0, 3, "*.".len() + suffix.len())
        }
        // App Mesh writes a suffix as it is, without a star.
        HostMatch::Suffix(text) | HostMatch::WildcardSuffix(text) => (0, 3, text.len()),
        HostMatch::WildcardPrefix(text) => (0, 2, text.len()),
        HostMatch::Regex(_) => (0, 1, 0),
        HostMatch::Any => (0, 0, 0),
    };
    let place = match binding.written {
        HostMatch::Regex(_) => all.position(|other| *other == binding.host).unwrap_or(0),
        _ => 0,
    };
    let is_one_label = matches!(binding.written, HostMatch::OneLabel(_));
    let has_port = binding.port.is_some();
    (
        precise,
        class,
        length,
        is_one_label,
        Reverse(place),
        has_port,
    )
}
