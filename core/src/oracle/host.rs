//! Hosts: what a request's host is, and which patterns it meets.

use alloc::vec::Vec;
use core::net::Ipv6Addr;

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
    // not a host), no star (which is a rule's) and no empty label; RFC 1035 2.3.4, at most 255 bytes.
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

/// Whether a pattern takes a host; `None` is a request without one.
pub fn matches(pattern: &HostMatch, host: Option<&[u8]>) -> bool {
    match (pattern, host) {
        (HostMatch::Any, _) => true,
        (_, None) => false,
        (HostMatch::Exact(name), Some(host)) => name.as_bytes() == host,
        // SPEC: gateway-api.md 1.1, `*.` is one or more labels, never none.
        (HostMatch::Wildcard(suffix), Some(host)) => host
            .strip_suffix(suffix.as_bytes())
            .and_then(|labels| labels.strip_suffix(b"."))
            .is_some_and(|labels| !labels.is_empty()),
        // SPEC: app-mesh.md 2.1, hostname.suffix is a plain suffix.
        (HostMatch::Suffix(suffix), Some(host)) => host.ends_with(suffix.as_bytes()),
        _ => false,
    }
}

/// How specific a pattern is as a discriminator; more is greater.
///
/// SPEC: gateway-api.md 1.3, exact before wildcard, longer before shorter, a host
/// before none.
pub(super) fn specificity(pattern: &HostMatch) -> Specificity {
    match pattern {
        HostMatch::Exact(_) => (3, 0, false),
        // The dot is part of the text that a wildcard fixes. Of a wildcard and a raw
        // suffix with the same text, the suffix is first: open, but fixed.
        HostMatch::Wildcard(suffix) => (2, suffix.len() + 1, false),
        HostMatch::Suffix(suffix) => (2, suffix.len(), true),
        _ => (1, 0, false),
    }
}

/// A class, the length of the text that is fixed, and whether it is a raw suffix.
/// The default is less than any pattern's.
pub(super) type Specificity = (u8, usize, bool);

/// A route's hosts in a stage, seen from one request.
pub(super) struct Bound<'a> {
    matching: Vec<&'a HostBinding>,
}

/// The bindings that take a host, or `None` where the route is not found under it.
pub(super) fn best_binding<'a>(
    bindings: &'a [HostBinding],
    host: Option<&[u8]>,
) -> Option<Bound<'a>> {
    let matching: Vec<_> = bindings
        .iter()
        .filter(|binding| matches(&binding.host, host))
        .collect();
    // SPEC: `Attachment::hosts`: empty means any.
    (bindings.is_empty() || !matching.is_empty()).then_some(Bound { matching })
}

impl Bound<'_> {
    pub(super) fn specificity(&self) -> Specificity {
        let hosts = self.matching.iter().map(|binding| &binding.host);
        hosts
            .map(specificity)
            .max()
            .unwrap_or(specificity(&HostMatch::Any))
    }

    /// SPEC: gateway-api.md 1.4: characters in a matching non-wildcard host, then
    /// characters in a matching host, as the route writes it. Of several hosts
    /// that match, the best counts.
    pub(super) fn characters(&self) -> (usize, usize) {
        let count = |binding: &&HostBinding| match &binding.written {
            HostMatch::Exact(name) => (name.len(), name.len()),
            HostMatch::Wildcard(suffix) => (0, "*.".len() + suffix.len()),
            // App Mesh writes a suffix as it is, without a star.
            HostMatch::Suffix(suffix) => (0, suffix.len()),
            _ => (0, 0),
        };
        self.matching.iter().map(count).max().unwrap_or_default()
    }
}
