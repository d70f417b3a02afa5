//! The patterns that only the Gateway API's CRDs have.

use crate::import::gateway_api::duration;
use crate::import::schema::Pattern;
use crate::import::schema::patterns::{is_framed, is_qualified_name, is_subdomain};

/// An API group: a DNS name, or nothing for the core group.
pub static GROUP: Pattern = Pattern {
    regex: r"^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    says: "an API group, that is a DNS name or empty",
    matches: |text| text.is_empty() || is_subdomain(text),
};

/// The kind of an object.
pub static KIND: Pattern = Pattern {
    regex: r"^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$",
    says: "a kind of letters, digits and '-'",
    matches: |text| {
        text.starts_with(|first: char| first.is_ascii_alphabetic())
            && is_framed(
                text,
                |byte| byte.is_ascii_alphanumeric(),
                |byte| byte.is_ascii_alphanumeric() || byte == b'-',
            )
    },
};

/// A DNS name, perhaps with `*.` before it.
pub static HOSTNAME: Pattern = Pattern {
    regex: r"^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    says: "a DNS name in lower case, optionally with '*.' before it",
    matches: is_hostname,
};

/// The value of a header that is set or compared with.
pub static HEADER_VALUE: Pattern = Pattern {
    regex: r"^[!-~]+([\t ]?[!-~]+)*$",
    says: "printable ASCII with single spaces or tabs between words",
    matches: is_header_value,
};

/// An origin that may make cross-origin requests.
pub static ORIGIN: Pattern = Pattern {
    regex: r"(^\*$)|(^(http(s)?):\/\/(((\*\.)?([a-zA-Z0-9\-]+\.)*[a-zA-Z0-9-]+|\*)(:([0-9]{1,5}))?)$)",
    says: "'*' or http(s)://host[:port], where the host may be '*' or begin with '*.'",
    matches: is_origin,
};

/// A span of time (GEP-2257).
pub static DURATION: Pattern = Pattern {
    regex: r"^([0-9]{1,5}(h|m|s|ms)){1,4}$",
    says: "one to four whole numbers each followed by h, m, s or ms, such as 1m30s",
    matches: |text| duration::parse_ms(text).is_some(),
};

/// The path of a URL as RFC 3986 allows its characters.
pub static URL_PATH: Pattern = Pattern {
    regex: r"^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$",
    says: "a path of unreserved characters, sub-delimiters, ':', '@', '/' and %XX",
    matches: is_url_path,
};

/// What controls a class: a domain and a path.
pub static CONTROLLER: Pattern = Pattern {
    regex: r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+$",
    says: "a domain and a path, such as example.com/controller",
    matches: |text| {
        text.split_once('/').is_some_and(|(domain, path)| {
            is_subdomain(domain) && !path.is_empty() && path.bytes().all(is_path_byte)
        })
    },
};

/// The type of a gateway's address.
///
/// The expression's alternatives are not anchored alike: it begins with `Hostname`,
/// or contains `IPAddress` or `NamedAddress` anywhere, or ends with a domain and a
/// path. The check follows it to the letter, as an API server does.
pub static ADDRESS_TYPE: Pattern = Pattern {
    regex: r"^Hostname|IPAddress|NamedAddress|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+$",
    says: "IPAddress, Hostname, NamedAddress or a domain and a path",
    matches: |text| {
        text.starts_with("Hostname")
            || text.contains("IPAddress")
            || text.contains("NamedAddress")
            || ends_with_domain_and(text, is_path_byte)
    },
};

/// The protocol of a listener: a name, or (unanchored at its beginning, as in
/// [`ADDRESS_TYPE`]) a domain and a name.
pub static PROTOCOL: Pattern = Pattern {
    regex: r"^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9]+$",
    says: "a protocol such as HTTP, or a domain and a name",
    matches: |text| {
        is_framed(
            text,
            |byte| byte.is_ascii_alphanumeric(),
            |byte| byte.is_ascii_alphanumeric() || byte == b'-',
        ) || ends_with_domain_and(text, |byte| byte.is_ascii_alphanumeric())
    },
};

/// A set of certificates that is known by name.
pub static WELL_KNOWN: Pattern = Pattern {
    regex: r"^(System|([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]))$",
    says: "System, or a domain and a name of at most 63 characters",
    matches: |text| {
        text == "System"
            || text.split_once('/').is_some_and(|(domain, name)| {
                is_subdomain(domain) && name.len() <= 63 && is_qualified_name(name)
            })
    },
};

/// A URI with a scheme and an authority. The expression has no end, so anything may
/// follow the two slashes.
pub static URI: Pattern = Pattern {
    regex: r"^(([^:/?#]+):)(//([^/?#]*))([^?#]*)(\?([^#]*))?(#(.*))?",
    says: "a URI with a scheme and '//'",
    matches: |text| {
        text.split_once(':').is_some_and(|(scheme, rest)| {
            !scheme.is_empty() && !scheme.contains(['/', '?', '#']) && rest.starts_with("//")
        })
    },
};

/// Whether a text is a DNS name, perhaps with `*.` before it.
pub fn is_hostname(text: &str) -> bool {
    is_subdomain(text.strip_prefix("*.").unwrap_or(text))
}

/// Whether a text has only what the path of a URL may have, and something.
pub fn is_url_path(text: &str) -> bool {
    let mut rest = text.as_bytes();
    loop {
        rest = match rest {
            [] => return !text.is_empty(),
            [b'%', high, low, tail @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                tail
            }
            [byte, tail @ ..] if *byte != b'%' && (is_path_byte(*byte) || *byte == b'@') => tail,
            _ => return false,
        };
    }
}

fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&byte)
}

fn is_header_value(text: &str) -> bool {
    let printable = |byte: &u8| (b'!'..=b'~').contains(byte);
    let gap = |byte: &u8| matches!(byte, b' ' | b'\t');
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    printable(first)
        && printable(last)
        && bytes.iter().all(|byte| printable(byte) || gap(byte))
        && !bytes.windows(2).any(|pair| pair.iter().all(gap))
}

fn is_origin(text: &str) -> bool {
    if text == "*" {
        return true;
    }
    let rest = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"));
    let Some(rest) = rest else { return false };
    let (host, port) = match rest.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (rest, None),
    };
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let host_fits = host == "*"
        || host
            .strip_prefix("*.")
            .unwrap_or(host)
            .split('.')
            .all(label);
    let port_fits = port.is_none_or(|port| {
        (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit())
    });
    host_fits && port_fits
}

/// Whether a text ends with a domain, a slash and one or more bytes that `tail` describes.
///
/// Where the domain begins is not said, so its last character alone decides.
fn ends_with_domain_and(text: &str, tail: impl Fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    let tail_length = bytes.iter().rev().take_while(|&&byte| tail(byte)).count();
    // The slash may be the one before the tail, or, where a tail may have slashes, any in it.
    let start = bytes.len() - tail_length;
    (start.max(1).saturating_sub(1)..bytes.len().saturating_sub(1)).any(|slash| {
        slash > 0
            && bytes.get(slash) == Some(&b'/')
            && bytes
                .get(slash - 1)
                .is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::schema::patterns::tests::agrees;

    #[test]
    fn every_check_says_what_its_expression_says() {
        agrees(&GROUP, &["a", "9", "-", ".", "A", "é"]);
        agrees(&KIND, &["a", "Z", "9", "-", ".", "é"]);
        agrees(&HOSTNAME, &["a", "9", "-", ".", "*", "*.", "A", "é"]);
        agrees(
            &HEADER_VALUE,
            &["a", "~", " ", "\t", "\n", "é", "\x7f", "!"],
        );
        agrees(
            &ORIGIN,
            &[
                "http", "https", "://", "*", ".", "a-", ":", "12345", "é", "/",
            ],
        );
        agrees(
            &ORIGIN,
            &[
                "http://",
                "https://*.",
                "*.",
                "*",
                ".",
                "A",
                ":",
                "123",
                "_",
            ],
        );
        agrees(
            &DURATION,
            &["0", "12345", "99", "h", "m", "s", "ms", " ", "1h", "d"],
        );
        agrees(&URL_PATH, &["/", "a", "%", "2F", "@", "[", "é", "%zz", " "]);
        agrees(&CONTROLLER, &["a", "a.b", "/", "%", "@", "A", "-", "é"]);
        agrees(
            &ADDRESS_TYPE,
            &[
                "Hostname",
                "IPAddress",
                "NamedAddress",
                "x",
                "A",
                "/",
                "%",
                "@",
            ],
        );
        agrees(&PROTOCOL, &["a", "A", "9", "-", ".", "/", "é", "a/", "_"]);
        agrees(
            &WELL_KNOWN,
            &[
                "System",
                "a",
                "A",
                ".",
                "/",
                "_",
                "é",
                "abcdefghijklmnopqrst",
            ],
        );
        agrees(&URI, &["a", ":", "/", "//", "?", "#", "\n", "é"]);
    }
}
