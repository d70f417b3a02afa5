//! Patterns of the texts in a document.

use alloc::format;
use alloc::string::{String, ToString};

use crate::import::gateway_api::duration;
use crate::import::native::units::share;
use crate::import::schema::Pattern;
use crate::import::schema::patterns::is_token;

/// The name of a gateway, listener, stage, route or rule.
pub(in crate::import::native) static NAME: Pattern = Pattern {
    regex: r"^[!-.0-~]+$",
    says: "a name of printable ASCII characters without blanks and '/'",
    matches: is_name,
};

/// A name, or a namespace and a name.
pub(in crate::import::native) static REFERENCE: Pattern = Pattern {
    regex: r"^([!-.0-~]+/)?[!-.0-~]+$",
    says: "a name, or namespace/name",
    matches: |text| match text.split_once('/') {
        Some((namespace, name)) => is_name(namespace) && is_name(name),
        None => is_name(text),
    },
};

/// A backend: a name, perhaps with a namespace before and a port after it.
pub(in crate::import::native) static BACKEND: Pattern = Pattern {
    regex: r"^([!-.0-9;-~]+/)?[!-.0-9;-~]+(:[0-9]{1,5})?$",
    says: "name, name:port or namespace/name:port; an object can have any name",
    matches: |text| {
        let (name, port) = match text.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (text, None),
        };
        let (namespace, name) = name.split_once('/').unwrap_or(("-", name));
        is_name(namespace) && is_name(name) && port.is_none_or(is_port)
    },
};

/// A host, perhaps with a wildcard at one end, and perhaps with a port.
pub(in crate::import::native) static HOST: Pattern = Pattern {
    regex: r"^(\*|\*?[A-Za-z0-9._~-]+|[A-Za-z0-9._~-]+\*|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$",
    says: "a host such as shop.example, *.shop.example, *-api.shop.example or www.shop.*, perhaps with :port",
    matches: is_host,
};

/// A host, or a piece of one, without wildcard and port.
pub(in crate::import::native) static HOST_TEXT: Pattern = Pattern {
    regex: r"^[A-Za-z0-9._~-]+$",
    says: "a piece of a host, without '*' and port",
    matches: is_host_text,
};

/// An HTTP method.
pub(in crate::import::native) static METHOD: Pattern = Pattern {
    regex: r"^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$",
    says: "an HTTP method, in upper case as requests write it",
    matches: is_token,
};

/// A path from the root, or the `*` of OPTIONS.
pub(in crate::import::native) static PATH: Pattern = Pattern {
    regex: r"^(/|\*$)",
    says: "a path that begins with '/'",
    matches: |text| text.starts_with('/') || text == "*",
};

/// A path from the root.
pub(in crate::import::native) static ROOTED: Pattern = Pattern {
    regex: r"^/",
    says: "a path that begins with '/'",
    matches: |text| text.starts_with('/'),
};

/// A path with wildcards.
pub(in crate::import::native) static GLOB: Pattern = Pattern {
    regex: r"^(/|\*\*$)",
    says: "a path that begins with '/', or '**'",
    matches: |text| text.starts_with('/') || text == "**",
};

/// A port in decimal.
pub(in crate::import::native) static PORT: Pattern = Pattern {
    regex: r"^[1-9][0-9]{0,4}$",
    says: "a port from 1 to 65535",
    matches: |text| is_port(text) && !text.starts_with('0'),
};

/// An HTTP version, as the fact has it.
pub(in crate::import::native) static VERSION: Pattern = Pattern {
    regex: r"^[1-3]$",
    says: "an HTTP version: 1, 2 or 3",
    matches: |text| matches!(text, "1" | "2" | "3"),
};

/// How long something takes (GEP-2257).
pub(in crate::import::native) static DURATION: Pattern = Pattern {
    regex: r"^([0-9]{1,5}(h|m|s|ms)){1,4}$",
    says: "a duration such as 5s, 250ms or 1h30m",
    matches: |text| duration::parse_ms(text).is_some(),
};

/// A share of requests.
pub(in crate::import::native) static FRACTION: Pattern = Pattern {
    regex: r"^([0-9]{1,3}(\.[0-9]{1,4})?%|[0-9]{1,9}/[0-9]{1,9})$",
    says: "a share such as 10%, 0.5% or 1/3",
    matches: is_fraction,
};

/// The name of a fact, as texts with holes write it.
pub(in crate::import::native) static FACT: Pattern = Pattern {
    regex: r"^[^{}]+$",
    says: "the name of a fact such as source_ip or header.x-user",
    matches: |text| !text.is_empty() && !text.contains(['{', '}']),
};

/// A number without unit is one of seconds.
pub(super) fn mend_duration(text: &str) -> Option<String> {
    let joined: String = text.chars().filter(|one| !one.is_whitespace()).collect();
    let is_number = joined.bytes().all(|byte| byte.is_ascii_digit());
    Some(match is_number {
        true => format!("{joined}s"),
        false => joined,
    })
}

/// A number without sign is one of percent.
pub(super) fn mend_fraction(text: &str) -> Option<String> {
    let joined: String = text.chars().filter(|one| !one.is_whitespace()).collect();
    let meant = format!("{}%", joined.trim_end_matches('%'));
    // Less than one percent is rarely meant, and half of everything may be.
    let is_clear = text.contains('%') || !text.starts_with("0.");
    (is_clear && share(&meant).is_some()).then_some(meant)
}

/// The first number of a version.
pub(super) fn mend_version(text: &str) -> Option<String> {
    let number = text.strip_prefix("HTTP/").unwrap_or(text);
    let rest = number.get(1..)?;
    let is_first = rest.is_empty() || rest.starts_with('.');
    number
        .get(..1)
        .filter(|_| is_first)
        .map(ToString::to_string)
}

/// A path from the root.
pub(super) fn mend_path(text: &str) -> Option<String> {
    let is_segment = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/{}*=%".contains(&byte);
    let is_path = !text.is_empty() && text.bytes().all(is_segment);
    is_path.then(|| format!("/{text}"))
}

/// A host, or a backend, of what a browser shows.
pub(super) fn mend_url(text: &str) -> Option<String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))?;
    Some(rest.strip_suffix('/').unwrap_or(rest).to_string())
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'/')
}

fn is_port(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_host_text(text: &str) -> bool {
    let of_host = |byte: u8| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte);
    !text.is_empty() && text.bytes().all(of_host)
}

fn is_host(text: &str) -> bool {
    let (host, port) = split_port(text);
    if !port.is_none_or(is_port) {
        return false;
    }
    let address = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    if let Some(address) = address {
        let of_address = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
        return !address.is_empty() && address.bytes().all(of_address);
    }
    match host.strip_prefix('*') {
        Some(rest) => rest.is_empty() || is_host_text(rest),
        None => is_host_text(host.strip_suffix('*').unwrap_or(host)),
    }
}

/// A host and the port after it, where there is one.
pub(in crate::import::native) fn split_port(text: &str) -> (&str, Option<&str>) {
    let from = text.rfind(']').unwrap_or(0);
    match text.get(from..).and_then(|rest| rest.find(':')) {
        Some(colon) => {
            let (host, port) = text.split_at(from + colon);
            (host, port.get(1..))
        }
        None => (text, None),
    }
}

fn is_fraction(text: &str) -> bool {
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if let Some(percent) = text.strip_suffix('%') {
        return match percent.split_once('.') {
            Some((whole, part)) => digits(whole, 3) && digits(part, 4),
            None => digits(percent, 3),
        };
    }
    text.split_once('/')
        .is_some_and(|(share, of)| digits(share, 9) && digits(of, 9))
}

#[cfg(test)]
mod tests {
    use super::{
        BACKEND, DURATION, FACT, FRACTION, GLOB, HOST, HOST_TEXT, METHOD, NAME, PATH, PORT,
        REFERENCE, ROOTED, VERSION, mend_duration, mend_fraction, mend_path, mend_url,
        mend_version,
    };
    use crate::import::schema::patterns::tests::agrees;

    #[test]
    fn what_is_mended_has_the_pattern() {
        for (text, meant) in [("5", Some("5s")), ("5 s", Some("5s")), ("", Some("s"))] {
            assert_eq!(mend_duration(text).as_deref(), meant);
        }
        for (text, meant) in [
            ("10", Some("10%")),
            ("2.5", Some("2.5%")),
            ("15%%", Some("15%")),
            ("0.5", None),
            ("150%%", None),
            ("half", None),
        ] {
            assert_eq!(mend_fraction(text).as_deref(), meant, "{text}");
        }
        assert_eq!(mend_path("cart").as_deref(), Some("/cart"));
        assert_eq!(mend_path("two words"), None);
        for text in ["0", "1", "2", "3", "4", "", "11", "1.1"] {
            let is_version = matches!(text, "1" | "2" | "3");
            assert_eq!((VERSION.matches)(text), is_version, "{text}");
        }
        for (text, meant) in [("1.1", Some("1")), ("HTTP/2", Some("2")), ("h2", None)] {
            assert_eq!(mend_version(text).as_deref(), meant, "{text}");
        }
        assert_eq!(mend_url("http://a:80/").as_deref(), Some("a:80"));
        assert_eq!(mend_url("a:80"), None);
    }

    #[test]
    fn every_check_says_what_its_expression_says() {
        agrees(&NAME, &["a", "~", "-", "/", " ", "é", "!"]);
        agrees(&REFERENCE, &["a", ":", "-", "/", " ", "é"]);
        agrees(&BACKEND, &["a", "8", ":", "/", " ", "é", "80808"]);
        agrees(&HOST, &["a", ".", "*", ":", "80", "[", "]", "é", ":80"]);
        agrees(&HOST_TEXT, &["a", ".", "*", ":", "_", "é"]);
        agrees(&METHOD, &["G", "`", "\\", "|", "{", " ", "é", "^"]);
        agrees(&PATH, &["/", "*", "a", "é", "\n"]);
        agrees(&ROOTED, &["/", "*", "a", "é", "\n"]);
        agrees(&GLOB, &["/", "**", "*", "a", "\n"]);
        agrees(&DURATION, &["1", "99999", "h", "m", "s", "ms", ".", "-"]);
        agrees(&FRACTION, &["1", "999", "%", "/", ".", "-", "12345"]);
        agrees(&PORT, &["1", "0", "9999", "-", ".", "80"]);
        agrees(&FACT, &["a", ".", "{", "}", "é", " "]);
    }
}
