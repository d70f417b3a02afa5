//! Words and numbers with units: durations, shares, addresses, orders, profiles.

use alloc::format;
use alloc::string::String;
use core::net::IpAddr;

use crate::diagnostic::codes::native as codes;
use crate::import::document::{Kind, Node};
use crate::import::gateway_api::duration;
use crate::model::{
    Cidr, EscapedSlashes, Fragment, HeaderRules, HostForm, MalformedEscapes, Normalization,
    PathParameters, Precedence, Protocol, RepeatedValues, Scheme,
};

use super::reader::{Reader, flag, text};
use super::schema::patterns;

/// Parts per million.
const MILLION: u64 = 1_000_000;

/// A duration in milliseconds.
pub(super) fn duration_ms(node: Node<'_>, key: &str) -> Option<u64> {
    duration::parse_ms(text(node, key)?)
}

/// A share of requests: numerator and denominator, the latter at least 1.
pub(super) fn share(text: &str) -> Option<(u32, u32)> {
    let (numerator, denominator) = match text.strip_suffix('%') {
        Some(percent) => {
            let (whole, part) = percent.split_once('.').unwrap_or((percent, ""));
            let scale = 10u32.checked_pow(u32::try_from(part.len()).ok()?)?;
            let part: u32 = if part.is_empty() {
                0
            } else {
                part.parse().ok()?
            };
            let whole: u32 = whole.parse().ok()?;
            let numerator = whole.checked_mul(scale)?.checked_add(part)?;
            (numerator, scale.checked_mul(100)?)
        }
        None => {
            let (numerator, denominator) = text.split_once('/')?;
            (numerator.parse().ok()?, denominator.parse().ok()?)
        }
    };
    (denominator > 0 && numerator <= denominator).then_some((numerator, denominator))
}

impl Reader<'_> {
    /// A share of requests; all of them where it is not written.
    pub(super) fn fraction(&mut self, node: Option<Node<'_>>) -> (u32, u32) {
        let Some(node) = node else { return (1, 1) };
        let text = node.as_str().unwrap_or("");
        match share(text) {
            Some(share) => share,
            // What is no share at all was reported with the document's shape.
            None if !(patterns::FRACTION.matches)(text) => (0, 1),
            None => {
                let says = format!("'{text}' is no share between nothing and everything");
                self.error(codes::INVALID_VALUE, node, &says);
                (0, 1)
            }
        }
    }

    /// A share in parts per million.
    pub(super) fn ppm(&mut self, node: Option<Node<'_>>) -> u32 {
        let (numerator, denominator) = self.fraction(node);
        let scaled = u64::from(numerator) * MILLION;
        let of = u64::from(denominator).max(1);
        if !scaled.is_multiple_of(of)
            && let Some(node) = node
        {
            let says = "a share of faults is counted in whole parts per million";
            self.error(codes::INVALID_VALUE, node, says);
        }
        u32::try_from(scaled / of).unwrap_or(1_000_000)
    }

    /// A port written as text.
    pub(super) fn port_of(&mut self, node: Node<'_>, digits: &str) -> Option<u16> {
        let port = digits.parse().ok().filter(|&port: &u16| port > 0);
        if port.is_none() {
            let says = format!("{digits} is no port: it must be between 1 and 65535");
            self.error(codes::INVALID_VALUE, node, &says);
        }
        port
    }

    /// A range of addresses.
    pub(super) fn cidr(&mut self, node: Node<'_>) -> Option<Cidr> {
        let text = node.as_str()?;
        match text.parse() {
            Ok(cidr) => {
                self.check_rest(node, text, cidr);
                Some(cidr)
            }
            // That it is empty was reported with the document's shape.
            Err(_) if text.is_empty() => None,
            Err(error) => {
                let says = match too_long(text) {
                    Some(says) => format!("'{text}': {says}"),
                    None => format!("'{text}' is {error}"),
                };
                self.error(codes::INVALID_VALUE, node, &says);
                None
            }
        }
    }

    /// Warns of a range whose address has bits that do not count.
    fn check_rest(&mut self, node: Node<'_>, text: &str, cidr: Cidr) {
        let Some((address, length)) = address_and_length(text) else {
            return;
        };
        if address == cidr.address() {
            return;
        }
        let says = format!("of '{text}' only the first {length} bits count, so that it is {cidr}");
        let whole = bits_of(address);
        let help = format!("write {cidr}, or {address}/{whole} for the one address");
        self.warn_with_help(codes::INVALID_VALUE, node, &says, Some(help));
    }
}

/// A range's address, and how many of its bits are to count.
fn address_and_length(text: &str) -> Option<(IpAddr, u32)> {
    let (address, length) = text.split_once('/')?;
    Some((address.parse().ok()?, length.parse().ok()?))
}

fn bits_of(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// What is wrong with a range of more bits than its address has.
fn too_long(text: &str) -> Option<String> {
    let (address, length) = address_and_length(text)?;
    let most = bits_of(address);
    (length > most)
        .then(|| format!("the length {length} is more than the {most} bits of {address}"))
}

/// How a path is made canonical. What cannot be read is as safe as if it were not
/// written.
pub(super) fn normalization(node: Node<'_>) -> Normalization {
    let profile = match node.kind() {
        Kind::Map => text(node, "profile"),
        _ => node.as_str(),
    };
    let mut out = match profile {
        Some("none") => Normalization::NONE,
        Some("base") => Normalization::BASE,
        Some("decode-and-merge") => Normalization::DECODE_AND_MERGE,
        _ => Normalization::MERGE_SLASHES,
    };
    match text(node, "escaped_slashes") {
        Some("keep") => out.escaped_slashes = EscapedSlashes::Keep,
        Some("reject") => out.escaped_slashes = EscapedSlashes::Reject,
        Some("unescape") => out.escaped_slashes = EscapedSlashes::Unescape,
        Some("unescape-and-redirect") => out.escaped_slashes = EscapedSlashes::UnescapeAndRedirect,
        _ => {}
    }
    match text(node, "path_parameters") {
        Some("keep") => out.path_parameters = PathParameters::Keep,
        Some("strip") => out.path_parameters = PathParameters::Strip,
        Some("reject") => out.path_parameters = PathParameters::Reject,
        _ => {}
    }
    match text(node, "fragment") {
        Some("strip") => out.fragment = Fragment::Strip,
        Some("reject") => out.fragment = Fragment::Reject,
        _ => {}
    }
    match text(node, "malformed_escapes") {
        Some("keep") => out.malformed_escapes = MalformedEscapes::Keep,
        Some("reject") => out.malformed_escapes = MalformedEscapes::Reject,
        _ => {}
    }
    out
}

/// What is done to headers first.
pub(super) fn header_rules(node: Node<'_>) -> HeaderRules {
    HeaderRules {
        reject_underscores: flag(node, "reject_underscores").unwrap_or(false),
        trim_values: flag(node, "trim_values").unwrap_or(false),
    }
}

/// An order of precedence.
pub(super) fn precedence(word: &str) -> Option<Precedence> {
    Some(match word {
        "specific" => Precedence::Specific,
        "first-match" => Precedence::FirstMatch,
        "gateway-api" => Precedence::GatewayApi,
        "app-mesh" => Precedence::AppMesh,
        "oldest-route" => Precedence::OldestRoute,
        _ => return None,
    })
}

/// What hosts are compared with.
pub(super) fn host_form(word: &str) -> Option<HostForm> {
    match word {
        "name" => Some(HostForm::Name),
        "authority" => Some(HostForm::Authority),
        _ => None,
    }
}

/// What a listener speaks.
pub(super) fn protocol(word: &str) -> Option<Protocol> {
    Some(match word {
        "any-http" => Protocol::AnyHttp,
        "http" => Protocol::Http,
        "https" => Protocol::Https,
        "tcp" => Protocol::Tcp,
        "tls" => Protocol::Tls,
        "udp" => Protocol::Udp,
        _ => return None,
    })
}

/// A scheme.
pub(super) fn scheme(word: &str) -> Option<Scheme> {
    match word {
        "http" => Some(Scheme::Http),
        "https" => Some(Scheme::Https),
        _ => None,
    }
}

/// What counts of several values.
pub(super) fn repeated(word: &str) -> Option<RepeatedValues> {
    Some(match word {
        "joined" => RepeatedValues::Joined,
        "any" => RepeatedValues::Any,
        "all" => RepeatedValues::All,
        "first" => RepeatedValues::First,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn a_share_is_exact_whatever_its_form() {
        assert_eq!(share("10%"), Some((10, 100)));
        assert_eq!(share("0.5%"), Some((5, 1_000)));
        assert_eq!(share("99.9999%"), Some((999_999, 1_000_000)));
        assert_eq!(share("1/3"), Some((1, 3)));
        assert_eq!(share("0/1"), Some((0, 1)));
    }

    #[test]
    fn more_than_everything_is_no_share() {
        for text in ["100.0001%", "101%", "4/3", "1/0", "0/0", "", "%", "/"] {
            assert_eq!(share(text), None, "{text}");
        }
    }
}
