//! The host in an authority.
//!
//! Matching compares hosts without case, port or trailing dot. An authority that
//! no client should send is refused, not guessed at: what one component reads
//! differently from the next is how requests end up where they should not.

use core::net::{IpAddr, Ipv6Addr};

use super::screen::any_pair;

/// Longest host in bytes (RFC 1035 2.3.4 allows 253 of text).
pub(crate) const MAX_HOST: usize = 255;

/// Whether a text is a host as matching compares it: in lower case, without a port or a
/// trailing dot. `false` where it is not, or has to be looked at in detail.
///
/// Behind its first byte only letters, digits, `-`, `_` and dots, which is what names are
/// made of.
#[inline(never)]
pub(crate) fn is_canonical_name(name: &[u8]) -> bool {
    let (Some(&first), Some(&last)) = (name.first(), name.last()) else {
        return false;
    };
    name.len() <= MAX_HOST
        && HOST_BYTES.get(usize::from(first)) == Some(&first)
        // A byte that no host has is 0 there, and so is 0.
        && !matches!(first, 0 | b'.')
        && last != b'.'
        && !any_pair(name, is_odd)
}

/// Whether a byte does not stand in a canonical name after the one before it.
#[inline]
fn is_odd(before: u8, byte: u8) -> bool {
    let is_letter = byte.wrapping_sub(b'a') < 26;
    let is_digit = byte.wrapping_sub(b'0') < 10;
    let is_mark = (byte == b'-') | (byte == b'_') | ((byte == b'.') & (before != b'.'));
    !(is_letter | is_digit | is_mark)
}

/// Writes the host of `authority` into `host` and gives its length; `None` where
/// the authority is not one.
pub(crate) fn host_of(authority: &[u8], host: &mut [u8; MAX_HOST]) -> Option<usize> {
    let name = strip_port(authority)?;
    // SPEC: a fully qualified name may end in a dot; it names the same host.
    let name = match name.strip_suffix(b".") {
        Some(rest) if !rest.is_empty() => rest,
        _ => name,
    };
    let out = host.get_mut(..name.len())?;
    let mut previous = b'.';
    let bracketed = name.first() == Some(&b'[');
    // SPEC: RFC 3986 3.2.2: brackets hold an IPv6 address.
    if bracketed && !is_ipv6(name) {
        return None;
    }
    let mut is_sound = true;
    for (slot, &byte) in out.iter_mut().zip(name) {
        let folded = HOST_BYTES.get(usize::from(byte)).copied().unwrap_or(0);
        is_sound &= match folded {
            0 => bracketed && matches!(byte, b'[' | b']' | b':'),
            b'.' => previous != b'.' || bracketed,
            _ => true,
        };
        *slot = if folded == 0 { byte } else { folded };
        previous = byte;
    }
    (is_sound && previous != b'.').then_some(name.len())
}

/// Each byte that a host may have outside of brackets, in lower case; 0 for the others.
const HOST_BYTES: [u8; 256] = {
    let mut bytes = [0; 256];
    let mut at = 0;
    while at < bytes.len() {
        let byte = at as u8;
        let is_allowed = match byte {
            // RFC 3986 reg-name without percent-encoding, and underscores, which
            // service names use.
            b'.' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~' => true,
            // No comma: two Host fields that a lax proxy joined are not a host. No star:
            // it would read like a rule's wildcard to whoever follows.
            b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'+' | b';' | b'=' => true,
            _ => false,
        };
        if is_allowed {
            bytes[at] = byte.to_ascii_lowercase();
        }
        at += 1;
    }
    bytes
};

/// What a TLS server name says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ServerName {
    /// No host: there is none, it is empty, or it is an address.
    None,
    /// The host that was written, of this length.
    Host(usize),
    /// What no client should send.
    Malformed,
}

/// Writes the host that a TLS server name means into `host`.
// SPEC: RFC 6066 3: a host name, no address and without a port; an address chooses
// no host. A trailing dot is not allowed there, and names the same host all the same.
pub(crate) fn server_name(name: Option<&[u8]>, host: &mut [u8; MAX_HOST]) -> ServerName {
    let name = name.unwrap_or_default();
    if name.is_empty() {
        return ServerName::None;
    }
    if name.len() > MAX_HOST {
        return ServerName::Malformed;
    }
    let is_address = core::str::from_utf8(name).is_ok_and(|text| text.parse::<IpAddr>().is_ok());
    if is_address || is_ipv6(name) {
        return ServerName::None;
    }
    match host_of(name, host) {
        Some(length) if memchr::memchr(b':', name).is_none() => ServerName::Host(length),
        _ => ServerName::Malformed,
    }
}

/// The authority without `:port`; `None` where the port is no number or the host
/// is empty.
pub(crate) fn strip_port(authority: &[u8]) -> Option<&[u8]> {
    let (host, port) = if authority.first() == Some(&b'[') {
        let close = memchr::memchr(b']', authority)?;
        (authority.get(..=close)?, authority.get(close + 1..)?)
    } else {
        match memchr::memchr(b':', authority) {
            Some(colon) => (authority.get(..colon)?, authority.get(colon..)?),
            None => (authority, &authority[authority.len()..]),
        }
    };
    let port_is_sound = match port.split_first() {
        None => true,
        Some((b':', digits)) => is_port(digits),
        Some(_) => false,
    };
    (port_is_sound && !host.is_empty()).then_some(host)
}

/// The port that an authority states.
pub(crate) fn port_of(authority: &[u8]) -> Option<u16> {
    let host = strip_port(authority)?;
    port_after(authority, host.len())
}

/// The port that an authority states behind its host.
pub(crate) fn port_after(authority: &[u8], host: usize) -> Option<u16> {
    let digits = authority.get(host..)?.strip_prefix(b":")?;
    core::str::from_utf8(digits).ok()?.parse().ok()
}

/// Whether `digits` is a number of 16 bits, or nothing.
fn is_port(digits: &[u8]) -> bool {
    digits.len() <= 5
        && digits.iter().all(u8::is_ascii_digit)
        && digits
            .iter()
            .fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
            <= u32::from(u16::MAX)
}

fn is_ipv6(bracketed: &[u8]) -> bool {
    let literal = bracketed
        .strip_prefix(b"[")
        .and_then(|rest| rest.strip_suffix(b"]"));
    literal
        .and_then(|literal| core::str::from_utf8(literal).ok())
        .is_some_and(|literal| literal.parse::<Ipv6Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(authority: &str) -> Option<alloc::string::String> {
        let mut buffer = [0; MAX_HOST];
        let length = host_of(authority.as_bytes(), &mut buffer)?;
        Some(alloc::string::String::from_utf8(buffer[..length].to_vec()).unwrap())
    }

    #[test]
    fn case_port_and_trailing_dot_do_not_count() {
        for authority in [
            "Shop.Example",
            "shop.example:8443",
            "shop.example.",
            "SHOP.example.:80",
        ] {
            assert_eq!(
                host(authority).as_deref(),
                Some("shop.example"),
                "{authority}"
            );
        }
        assert_eq!(host("[2001:DB8::1]:443").as_deref(), Some("[2001:db8::1]"));
    }

    #[test]
    fn a_canonical_name_is_the_host_that_it_is_written_as() {
        for length in 1..40 {
            for place in 0..length {
                for byte in 0..=255 {
                    let mut name = alloc::vec![b'a'; length];
                    name[place] = byte;
                    let is_name = byte.is_ascii_lowercase()
                        || byte.is_ascii_digit()
                        || matches!(byte, b'-' | b'_')
                        || (byte == b'.' && place > 0 && place + 1 < length);
                    // What else may stand in a host may stand in front.
                    let is_mark = place == 0 && b"~!$&'()+;=".contains(&byte);
                    assert_eq!(is_canonical_name(&name), is_name || is_mark, "{name:?}");
                    if is_name || is_mark {
                        let mut buffer = [0; MAX_HOST];
                        assert_eq!(host_of(&name, &mut buffer), Some(length), "{name:?}");
                        assert_eq!(buffer[..length], name);
                    }
                }
            }
        }
    }

    #[test]
    fn two_dots_are_found_at_every_place_and_no_name_is_too_long() {
        for length in 2..40 {
            for place in 0..length - 1 {
                let mut name = alloc::vec![b'a'; length];
                name[place..place + 2].copy_from_slice(b"..");
                assert!(!is_canonical_name(&name), "{name:?}");
            }
        }
        assert!(is_canonical_name(&[b'a'; 255]));
        assert!(!is_canonical_name(&[b'a'; 256]));
        assert!(!is_canonical_name(b""));
    }

    #[test]
    fn what_is_no_authority_is_refused() {
        for authority in [
            "",
            ":80",
            "a b",
            "a/b",
            "u@h",
            "a..b",
            ".a",
            "a:b",
            "a:123456",
            "[::1",
            "[::1]x",
            "é",
            "a\0",
            "a#b",
            "a?b",
            "a,b",
            "a%2eb",
            "a:65536",
            "[a.b]",
            "[::1%25lo]",
        ] {
            assert_eq!(host(authority), None, "{authority:?}");
        }
        assert_eq!(host(&"a".repeat(256)), None);
    }

    #[test]
    fn a_server_name_is_a_host_and_nothing_beside_it() {
        let said = |name: &str| server_name(Some(name.as_bytes()), &mut [0; MAX_HOST]);
        for name in ["", "192.0.2.1", "::1", "[::1]"] {
            assert_eq!(said(name), ServerName::None, "{name}");
        }
        assert_eq!(server_name(None, &mut [0; MAX_HOST]), ServerName::None);
        assert_eq!(said("A.example"), ServerName::Host(9));
        assert_eq!(said("a.example."), ServerName::Host(9));
        for name in ["a\0b", "a:443", "a..b", ".", "a b"] {
            assert_eq!(said(name), ServerName::Malformed, "{name}");
        }
        assert_eq!(said(&"a".repeat(255)), ServerName::Host(255));
        assert_eq!(said(&"a".repeat(256)), ServerName::Malformed);
    }
}
