//! Cross-origin answers.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::regex::Regexes;
use super::value;
use super::{Request, Seen};
use crate::model::{CorsOrigin, CorsPolicy};

/// The origin that a request comes from; two are none.
fn origin(request: &Request) -> Option<&[u8]> {
    let mut origins = request.header("origin");
    let origin = origins.next()?;
    origins.next().is_none().then_some(origin)
}

/// SPEC: gateway-api.md 7.3: OPTIONS with Origin and Access-Control-Request-Method
/// is answered by the engine, whether or not the origin is allowed.
pub(super) fn is_preflight(request: &Request, seen: &Seen) -> bool {
    let asked = request.header("access-control-request-method").next();
    seen.method == b"OPTIONS" && origin(request).is_some() && asked.is_some()
}

/// The CORS headers of a response, in lower case.
///
/// SPEC: gateway-api.md 7.3: with credentials `*` is never sent; origin, methods and
/// headers then echo the request's, and exposed headers are left out.
pub(super) fn headers(
    regexes: &Regexes,
    policy: &CorsPolicy,
    request: &Request,
    is_preflight: bool,
) -> Vec<(String, Vec<u8>)> {
    let mut out = Vec::new();
    let allowed = origin(request).filter(|origin| {
        let mut origins = policy.allow_origins.iter();
        origins.any(|allowed| allows(regexes, allowed, origin))
    });
    let Some(origin) = allowed else {
        return out;
    };
    let mut push = |name: &str, value: Vec<u8>| {
        if !value.is_empty() {
            out.push((name.to_string(), value));
        }
    };
    let is_any = policy.allow_origins.contains(&CorsOrigin::Any);
    push(
        "access-control-allow-origin",
        match is_any && !policy.allow_credentials {
            true => b"*".to_vec(),
            false => origin.to_vec(),
        },
    );
    if policy.allow_credentials {
        push("access-control-allow-credentials", b"true".to_vec());
    }
    let echoed = |listed: &[String], header: &str| {
        let is_any = listed.iter().any(|word| word == "*");
        match (is_any, policy.allow_credentials) {
            (true, true) => request.header(header).next().unwrap_or_default().to_vec(),
            (true, false) => b"*".to_vec(),
            (false, _) => listed.join(", ").into_bytes(),
        }
    };
    if is_preflight {
        let methods = echoed(&policy.allow_methods, "access-control-request-method");
        push("access-control-allow-methods", methods);
        let headers = echoed(&policy.allow_headers, "access-control-request-headers");
        push("access-control-allow-headers", headers);
    }
    let any_exposed = policy.expose_headers.iter().any(|word| word == "*");
    push(
        "access-control-expose-headers",
        match (any_exposed, policy.allow_credentials) {
            (true, true) => Vec::new(),
            (true, false) => b"*".to_vec(),
            (false, _) => policy.expose_headers.join(", ").into_bytes(),
        },
    );
    if let Some(age) = policy.max_age_s.filter(|_| is_preflight) {
        push("access-control-max-age", age.to_string().into_bytes());
    }
    out
}

fn allows(regexes: &Regexes, allowed: &CorsOrigin, origin: &[u8]) -> bool {
    match allowed {
        CorsOrigin::Any => true,
        CorsOrigin::Exact { scheme, host, port } => parts(origin).is_some_and(|has| {
            has.0 == scheme && has.1.eq_ignore_ascii_case(host) && has.2 == *port
        }),
        CorsOrigin::Wildcard {
            scheme,
            suffix,
            port,
        } => parts(origin).is_some_and(|has| {
            let host = has.1.to_ascii_lowercase();
            let ends = match suffix.is_empty() {
                true => !host.is_empty(),
                false => host
                    .strip_suffix(suffix.as_str())
                    .and_then(|labels| labels.strip_suffix('.'))
                    .is_some_and(|labels| !labels.is_empty()),
            };
            has.0 == scheme && ends && has.2 == *port
        }),
        // SPEC: `CorsOrigin::Value`: a whole `Origin` value.
        CorsOrigin::Value(item) => {
            let is_origin = origin == b"null" || parts(origin).is_some();
            is_origin && value::matches(regexes, item, false, origin)
        }
    }
}

/// Scheme, host and port of an origin; a missing port is the scheme's.
fn parts(origin: &[u8]) -> Option<(&str, &str, u16)> {
    let (scheme, rest) = core::str::from_utf8(origin).ok()?.split_once("://")?;
    let is_sound = |byte: u8| byte.is_ascii_graphic() && !b"/?#@\\".contains(&byte);
    if !scheme.is_ascii() || !rest.bytes().all(is_sound) {
        return None;
    }
    let default = match scheme {
        "http" => 80,
        "https" => 443,
        _ => 0,
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let (host, port) = match rest.rsplit_once(':').filter(|(_, port)| is_port(port)) {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (rest, default),
    };
    // SPEC: RFC 3986 3.2.2: a colon stands only within brackets; RFC 1035 2.3.1: labels
    // are not empty, but for the root at the end.
    let bracketed = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let is_host = match bracketed {
        Some(address) => address
            .chars()
            .all(|c| c.is_ascii_hexdigit() || ":.".contains(c)),
        None => {
            let labels = host.strip_suffix('.').unwrap_or(host);
            labels
                .split('.')
                .all(|label| !label.is_empty() && !label.contains([':', '[', ']']))
        }
    };
    is_host.then_some((scheme, host, port))
}
