//! Where a redirect leads, in a short text.

use alloc::string::String;
use alloc::vec::Vec;

use super::{BuildFaultKind, value};
use crate::model::{PathRewrite, QueryRewrite, Redirect, Scheme};

/// Reads `[scheme://host[:port]][/path][?query]`, whose host, path and query may have
/// holes. Parts that are not there keep the request's; of a text without a query, the
/// request's query stays.
pub(super) fn read(status: u16, text: &str, faults: &mut Vec<BuildFaultKind>) -> Redirect {
    let mut redirect = Redirect {
        status,
        ..Redirect::default()
    };
    let mut wrong = |why| {
        let text = String::from(text);
        faults.push(BuildFaultKind::Location { text, why });
    };
    let (text, query) = split(text, b'?');
    let mut path = text;
    if let Some((scheme, rest)) = text.split_once("://") {
        redirect.scheme = match scheme {
            "http" => Some(Scheme::Http),
            "https" => Some(Scheme::Https),
            _ => {
                wrong("its scheme is neither http nor https");
                None
            }
        };
        let (authority, _) = split(rest, b'/');
        path = rest.get(authority.len()..).unwrap_or_default();
        let (host, port) = split_port(authority);
        match port.map(str::parse::<u16>) {
            None => {}
            Some(Ok(port)) if port != 0 => redirect.port = Some(port),
            Some(_) => wrong("a port is a number from 1 to 65535"),
        }
        if host.is_empty() {
            wrong("it has no host");
        }
        redirect.host = Some(value::format(host, faults));
    } else if !text.is_empty() && !text.starts_with(['/', '{']) {
        wrong("a path begins with '/'");
    }
    if !path.is_empty() {
        redirect.path = Some(PathRewrite::Full(value::format(path, faults)));
    }
    redirect.query = query.map(|query| QueryRewrite::To(value::format(query, faults)));
    redirect
}

/// Splits at the first `mark` that stands in no hole.
fn split(text: &str, mark: u8) -> (&str, Option<&str>) {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ if byte == mark && depth == 0 => {
                let rest = text.get(at + 1..).unwrap_or_default();
                return (text.get(..at).unwrap_or_default(), Some(rest));
            }
            _ => {}
        }
    }
    (text, None)
}

/// Host and port; the colons of an address in brackets are its own.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains([']', '}']) => (host, Some(port)),
        _ => (authority, None),
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec::Vec;

    use super::read;
    use crate::model::{PathRewrite, QueryRewrite, Scheme};

    #[test]
    fn parts_that_are_not_there_keep_the_requests() {
        let mut faults = Vec::new();
        let redirect = read(302, "/new/{id}", &mut faults);
        assert_eq!(
            (redirect.scheme, redirect.host, redirect.port),
            (None, None, None)
        );
        assert!(redirect.query.is_none());
        let Some(PathRewrite::Full(path)) = redirect.path else {
            panic!("no path")
        };
        assert_eq!(path.to_string(), "/new/{id}");
        assert!(faults.is_empty());
    }

    #[test]
    fn every_part_is_read() {
        let mut faults = Vec::new();
        let redirect = read(
            301,
            "https://{header.x-host}:8443/a?from={path}",
            &mut faults,
        );
        assert_eq!(redirect.scheme, Some(Scheme::Https));
        assert_eq!(redirect.host.unwrap().to_string(), "{header.x-host}");
        assert_eq!(redirect.port, Some(8443));
        let Some(QueryRewrite::To(query)) = redirect.query else {
            panic!("no query")
        };
        assert_eq!(query.to_string(), "from={path}");
        assert!(faults.is_empty());
    }

    #[test]
    fn an_address_keeps_its_colons() {
        let mut faults = Vec::new();
        let redirect = read(301, "http://[::1]/", &mut faults);
        assert_eq!(redirect.host.unwrap().to_string(), "[::1]");
        assert_eq!(redirect.port, None);
        assert!(faults.is_empty());
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for text in [
            "ftp://a/",
            "https:///a",
            "https://a:x/",
            "https://a:0/",
            "new",
        ] {
            let mut faults = Vec::new();
            read(301, text, &mut faults);
            assert_eq!(faults.len(), 1, "{text}");
        }
    }
}
