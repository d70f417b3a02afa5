//! Reading the URL of a request as a client would: what it connects to, and what
//! it sends there.
//!
//! The path goes on byte for byte: making it canonical is the engine's work, and
//! a tool that tidied it first would hide what a server sees.

use std::net::IpAddr;

use fingerpost::diagnostic::codes::request::INVALID_URL;
use fingerpost::json::RequestError;
use fingerpost::{RequestProtocol, Scheme};

/// What a URL says about a request.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Target {
    /// `None` leaves it to the defaults.
    pub(crate) protocol: Option<RequestProtocol>,
    /// `None` for a bare path.
    pub(crate) scheme: Option<Scheme>,
    /// Host and port as a client sends them: the port only where it is not the
    /// scheme's own. `None` for a bare path and below HTTP.
    pub(crate) authority: Option<String>,
    /// The host without port and brackets.
    pub(crate) host: Option<String>,
    /// The port, where the URL states one.
    pub(crate) port: Option<u16>,
    /// Path and query; `None` below HTTP.
    pub(crate) path: Option<String>,
    /// The fragment that was left out: clients do not send it.
    pub(crate) fragment: Option<String>,
}

impl Target {
    /// The host as an address, where it is one.
    pub(crate) fn ip(&self) -> Option<IpAddr> {
        self.host.as_deref()?.parse().ok()
    }
}

/// What a URL's scheme stands for.
fn kind(scheme: &str) -> Option<(RequestProtocol, Option<Scheme>)> {
    Some(match scheme.to_ascii_lowercase().as_str() {
        "http" | "ws" => (RequestProtocol::Http1, Some(Scheme::Http)),
        "https" | "wss" => (RequestProtocol::Http1, Some(Scheme::Https)),
        "grpc" => (RequestProtocol::Grpc, Some(Scheme::Http)),
        "grpcs" => (RequestProtocol::Grpc, Some(Scheme::Https)),
        "tls" => (RequestProtocol::Tls, None),
        "tcp" => (RequestProtocol::Tcp, None),
        "udp" => (RequestProtocol::Udp, None),
        _ => return None,
    })
}

/// Whether a URL means a connection, which has neither method nor path.
pub(crate) fn is_connection(url: &str) -> bool {
    url.split_once("://")
        .and_then(|(scheme, _)| kind(scheme))
        .is_some_and(|(protocol, _)| !protocol.is_http())
}

/// Reads a URL, or a bare path (`/cart`, `*`): a request without authority.
///
/// # Errors
///
/// FP1208 with what is wrong.
pub(crate) fn parse(url: &str) -> Result<Target, RequestError> {
    let (url, fragment) = match url.split_once('#') {
        Some((url, fragment)) => (url, Some(fragment.to_owned())),
        None => (url, None),
    };
    if url.starts_with('/') || url == "*" {
        return Ok(Target {
            path: Some(url.to_owned()),
            fragment,
            ..Target::default()
        });
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        return Err(refuse(format!(
            "'{url}' is neither a URL nor a path: write http://{url} or /{url}"
        )));
    };
    let Some((protocol, scheme)) = kind(scheme) else {
        return Err(refuse(format!(
            "scheme '{scheme}' is not one of http, https, ws, wss, grpc, grpcs, tls, tcp, udp"
        )));
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    if authority.contains('@') {
        return Err(refuse(
            "the URL holds a user name: HTTP requests carry none, give -H 'authorization: …'",
        ));
    }
    let (host, port) = host_and_port(authority)?;
    let bare = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    match scheme {
        Some(scheme) => {
            let path = match path.as_bytes().first() {
                None => "/".to_owned(),
                Some(b'?') => format!("/{path}"),
                Some(_) => path.to_owned(),
            };
            let authority = match port {
                Some(port) if port != scheme.default_port() => format!("{host}:{port}"),
                _ => host.to_owned(),
            };
            Ok(Target {
                protocol: Some(protocol).filter(|protocol| *protocol != RequestProtocol::Http1),
                scheme: Some(scheme),
                authority: Some(authority),
                host: Some(bare),
                port,
                path: Some(path),
                fragment,
            })
        }
        None if !matches!(path, "" | "/") => Err(refuse(format!(
            "a {} connection has no path",
            protocol.as_str()
        ))),
        None if port.is_none() => {
            let scheme = protocol.as_str();
            Err(refuse(format!(
                "a {scheme} connection needs a port: {scheme}://{host}:443"
            )))
        }
        None => Ok(Target {
            protocol: Some(protocol),
            host: Some(bare),
            port,
            fragment,
            ..Target::default()
        }),
    }
}

fn host_and_port(authority: &str) -> Result<(&str, Option<u16>), RequestError> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let Some((address, after)) = rest.split_once(']') else {
                return Err(refuse(format!(
                    "the IPv6 address in '{authority}' lacks its ']'"
                )));
            };
            if address.parse::<std::net::Ipv6Addr>().is_err() {
                return Err(refuse(format!("'{address}' is not an IPv6 address")));
            }
            let port = match after.strip_prefix(':') {
                Some(port) => Some(port),
                None if after.is_empty() => None,
                None => return Err(refuse(format!("'{after}' after the IPv6 address"))),
            };
            (&authority[..address.len() + 2], port)
        }
        None => match authority.split_once(':') {
            Some((_, port)) if port.contains(':') => {
                return Err(refuse(format!(
                    "'{authority}' has more than one ':': write an IPv6 address as [::1]"
                )));
            }
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if host.is_empty() {
        return Err(refuse("the URL names no host"));
    }
    match port {
        None | Some("") => Ok((host, None)),
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => match port.parse() {
            Ok(port) => Ok((host, Some(port))),
            Err(_) => Err(refuse(format!("port {port} is not in 0 to 65535"))),
        },
        Some(port) => Err(refuse(format!("'{port}' is not a port"))),
    }
}

fn refuse(message: impl Into<String>) -> RequestError {
    RequestError::at(INVALID_URL, "url", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http(url: &str) -> (Option<String>, Option<u16>, String) {
        let target = parse(url).unwrap();
        (target.authority, target.port, target.path.unwrap())
    }

    fn error(url: &str) -> String {
        parse(url).unwrap_err().message().to_owned()
    }

    #[test]
    fn a_url_gives_authority_port_and_path() {
        let authority = |text: &str| Some(text.to_owned());
        assert_eq!(
            http("http://a.example/x?y=1"),
            (authority("a.example"), None, "/x?y=1".into())
        );
        assert_eq!(
            http("HTTPS://A.example"),
            (authority("A.example"), None, "/".into())
        );
        assert_eq!(http("http://a?y"), (authority("a"), None, "/?y".into()));
        assert_eq!(
            http("http://a:8080/"),
            (authority("a:8080"), Some(8080), "/".into())
        );
        assert_eq!(http("http://a:/"), (authority("a"), None, "/".into()));
        assert_eq!(
            http("http://[::1]:81/"),
            (authority("[::1]:81"), Some(81), "/".into())
        );
        assert_eq!(
            http("http://[::1]/"),
            (authority("[::1]"), None, "/".into())
        );
    }

    #[test]
    fn a_client_does_not_send_the_default_port_or_the_fragment() {
        let target = parse("https://a:443/x#part?z").unwrap();
        assert_eq!(target.authority.as_deref(), Some("a"));
        assert_eq!(target.port, Some(443));
        assert_eq!(target.path.as_deref(), Some("/x"));
        assert_eq!(target.fragment.as_deref(), Some("part?z"));
        assert_eq!(http("http://a:443/").0.as_deref(), Some("a:443"));
    }

    #[test]
    fn the_path_is_not_touched() {
        assert_eq!(
            http("http://a//x/../%2e/ b\u{e9}?a=#").2,
            "//x/../%2e/ b\u{e9}?a="
        );
    }

    #[test]
    fn a_bare_path_has_no_authority() {
        assert_eq!(http("/cart?x=1"), (None, None, "/cart?x=1".into()));
        assert_eq!(
            http("//evil.example/x"),
            (None, None, "//evil.example/x".into())
        );
        assert_eq!(http("*"), (None, None, "*".into()));
        assert_eq!(parse("/cart").unwrap().scheme, None);
    }

    #[test]
    fn a_connection_has_host_and_port_only() {
        let target = parse("tls://db.example:5432").unwrap();
        assert_eq!(target.protocol, Some(RequestProtocol::Tls));
        assert_eq!(target.host.as_deref(), Some("db.example"));
        assert_eq!((target.port, target.path), (Some(5432), None));
        assert_eq!(parse("udp://[::1]:53").unwrap().ip(), "::1".parse().ok());
        assert!(is_connection("tcp://a:1") && !is_connection("http://a") && !is_connection("/tcp"));
        assert!(error("tcp://a").contains("needs a port"));
        assert!(error("tcp://a:1/x").contains("has no path"));
    }

    #[test]
    fn grpc_urls_are_http_requests_of_protocol_grpc() {
        let target = parse("grpcs://a/pkg.Service/Method").unwrap();
        assert_eq!(target.protocol, Some(RequestProtocol::Grpc));
        assert_eq!(target.scheme, Some(Scheme::Https));
        assert_eq!(target.path.as_deref(), Some("/pkg.Service/Method"));
    }

    #[test]
    fn what_is_no_url_is_refused_with_a_way_out() {
        assert!(error("shop.example/cart").contains("http://shop.example/cart"));
        assert!(error("").contains("neither a URL nor a path"));
        assert!(error("ftp://a/").contains("'ftp'"));
        assert!(error("http:///x").contains("no host"));
        assert!(error("http://:80/x").contains("no host"));
        assert!(error("http://u:p@a/").contains("user name"));
        assert!(error("http://a:99999/").contains("99999"));
        assert!(error("http://a:+8/").contains("not a port"));
        assert!(error("http://[::1/").contains("']'"));
        assert!(error("http://[::1]x/").contains("after the IPv6"));
        assert!(error("http://[zz]/").contains("not an IPv6"));
        assert!(error("http://::1/").contains("[::1]"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_the_reader(
            text in "((https?|tcp|tls|udp|grpc)://)?[-a-z0-9:/?#@.\\[\\]%\u{e9}\u{1f600} ]{0,40}",
        ) {
            if let Ok(target) = parse(&text) {
                proptest::prop_assert!(target.path.is_none_or(|path| path == "*" || path.starts_with('/')));
                proptest::prop_assert!(target.authority.is_none_or(|authority| !authority.contains(['/', '@'])));
            }
        }
    }
}
