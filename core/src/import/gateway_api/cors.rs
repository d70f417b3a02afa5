//! The CORS filter.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::gateway_api as codes;
use crate::import::document::Node;
use crate::model::{CorsOrigin, CorsPolicy};

use super::backends::Builder;
use super::read::{list, number, strings};

impl<'d> Builder<'_, 'd> {
    /// SPEC: semantics/gateway-api.md 7.3: `maxAge` is 5 where none is stated.
    pub(super) fn cors(&mut self, node: Node<'d>, at: &str) -> CorsPolicy {
        let mut allow_origins = Vec::new();
        for (index, item) in list(node, "allowOrigins").enumerate() {
            match item.as_str().and_then(origin) {
                Some(origin) => allow_origins.push(origin),
                None => {
                    let text =
                        format!("{at}.cors.allowOrigins[{index}] is not an origin and is left out");
                    self.warn(codes::CORS_ORIGIN, item, text);
                }
            }
        }
        let all =
            |key: &str| -> Vec<String> { strings(node, key).map(ToString::to_string).collect() };
        let credentials = node.get("allowCredentials").and_then(Node::as_bool);
        let max_age = node.get("maxAge");
        CorsPolicy {
            allow_origins,
            allow_methods: all("allowMethods"),
            allow_headers: all("allowHeaders"),
            expose_headers: all("exposeHeaders"),
            allow_credentials: credentials.unwrap_or(false),
            max_age_s: match max_age {
                None => Some(5),
                Some(_) => number(node, "maxAge").filter(|&seconds: &u32| seconds > 0),
            },
        }
    }
}

/// SPEC: semantics/gateway-api.md 7.3: `*`, or `http(s)://host[:port]` where
/// the host may be `*` or begin with `*.`; a missing port is the scheme's.
pub(in crate::import) fn origin(text: &str) -> Option<CorsOrigin> {
    if text == "*" {
        return Some(CorsOrigin::Any);
    }
    let (scheme, rest) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let default = match scheme.as_str() {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok().filter(|&port: &u16| port != 0)?),
        None => (rest, default),
    };
    let host = host.to_ascii_lowercase();
    let suffix = if host == "*" {
        Some("")
    } else {
        host.strip_prefix("*.").filter(|rest| !rest.is_empty())
    };
    let plain = suffix.unwrap_or(&host);
    if host.is_empty()
        || !plain
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
    {
        return None;
    }
    Some(match suffix {
        Some(suffix) => CorsOrigin::Wildcard {
            suffix: suffix.to_string(),
            scheme,
            port,
        },
        None => CorsOrigin::Exact { host, scheme, port },
    })
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::origin;
    use crate::model::CorsOrigin;

    #[test]
    fn a_missing_port_is_the_schemes() {
        let exact = |port| {
            let (scheme, host) = ("https".to_string(), "a.org".to_string());
            Some(CorsOrigin::Exact { scheme, host, port })
        };
        assert_eq!(origin("https://a.org"), exact(443));
        assert_eq!(origin("https://A.org:443"), exact(443));
        assert_eq!(origin("https://a.org:8443"), exact(8443));
    }

    #[test]
    fn a_wildcard_stands_for_labels_or_for_every_host() {
        let wildcard = |suffix: &str| {
            Some(CorsOrigin::Wildcard {
                scheme: "http".to_string(),
                suffix: suffix.to_string(),
                port: 80,
            })
        };
        assert_eq!(origin("http://*.a.org"), wildcard("a.org"));
        assert_eq!(origin("http://*"), wildcard(""));
        assert_eq!(origin("*"), Some(CorsOrigin::Any));
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in [
            "",
            "a.org",
            "ftp://a.org",
            "https://",
            "https://a.org/",
            "https://a.org:0",
            "https://a*.org",
            "https://*.",
        ] {
            assert_eq!(origin(text), None, "{text}");
        }
    }
}
