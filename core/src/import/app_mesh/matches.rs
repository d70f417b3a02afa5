//! Match predicates of gateway routes and of a VirtualRouter's routes.
//!
//! All predicates of a match are ANDed. Reading a match also applies the rules of
//! the admission webhook, with its texts, and those that the webhook means to have
//! but misses: it returns after the first header with a range, skips query
//! parameters where there are headers, and skips the hostname where a gRPC service
//! is named. Here every part is looked at.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::app_mesh as codes;
use crate::import::document::Node;
use crate::model::{
    HeaderMatch, HostMatch, PathMatch, QueryMatch, RepeatedValues, RouteMatch, Scheme, ValueMatch,
};

use super::wire::{Reader, place, shorten};

/// A match and what stands beside it.
#[derive(Clone, Debug, Default)]
pub(super) struct Matched {
    pub(super) matches: RouteMatch,
    pub(super) host: Option<HostMatch>,
    pub(super) port: Option<u16>,
    /// The prefix, where the path is matched by one.
    pub(super) prefix: Option<String>,
}

/// Whose match it is: the two differ in a few fields and in their rules.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Side {
    /// A GatewayRoute's.
    Gateway,
    /// A VirtualRouter route's.
    Router,
}

/// Reads the match of an httpRoute or http2Route.
pub(super) fn http(reader: &mut Reader, node: Node<'_>, side: Side) -> Matched {
    let prefix = reader.text(node, "prefix");
    let path = reader.map(node, "path");
    let hostname = match side {
        Side::Gateway => reader.map(node, "hostname"),
        Side::Router => None,
    };
    // SPEC: gatewayroute_validator.go validatePrefix_Path_HostName; for a router's
    // route, API validation of HttpRouteMatch.
    match side {
        Side::Gateway if prefix.is_none() && path.is_none() && hostname.is_none() => {
            reader.rule(
                place(node),
                "Either prefix or path or hostname must be specified",
            );
        }
        Side::Router if prefix.is_none() && path.is_none() => {
            reader.rule(place(node), "Either Prefix or Path must be specified");
        }
        _ => {}
    }
    if let (Some(_), Some(path)) = (&prefix, path) {
        reader.rule(
            place(path),
            "Both prefix and path cannot be specified. Only 1 allowed",
        );
    }
    let mut matches = RouteMatch {
        methods: reader.text(node, "method").into_iter().collect(),
        scheme: scheme(reader, node),
        headers: headers(reader, node, "headers", "header"),
        query: query(reader, node),
        origin: node.origin(),
        ..RouteMatch::default()
    };
    if let Some(prefix) = &prefix {
        check_prefix(reader, node, prefix);
        // SPEC: a prefix is a string prefix: /chapter takes /chapter1 (user guide,
        // gateway-routes; roadmap #247).
        matches.path = PathMatch::Prefix(prefix.clone());
    } else if let Some(path) = path {
        matches.path = path_match(reader, path);
        matches.path_origin = path.get("regex").unwrap_or(path).origin();
    }
    Matched {
        matches,
        host: hostname.and_then(|hostname| host(reader, hostname)),
        port: reader.port(node, "port"),
        prefix,
    }
}

/// Reads the match of a grpcRoute.
pub(super) fn grpc(reader: &mut Reader, node: Node<'_>, side: Side) -> Matched {
    let service = reader.text(node, "serviceName");
    let method = match side {
        Side::Gateway => None,
        Side::Router => reader.text(node, "methodName"),
    };
    let hostname = match side {
        Side::Gateway => reader.map(node, "hostname"),
        Side::Router => None,
    };
    if side == Side::Gateway && service.is_none() && hostname.is_none() {
        // SPEC: gatewayroute_validator.go validateHostnameAndServicename.
        reader.rule(
            place(node),
            "Either servicename or hostname must be specified",
        );
    }
    if let (None, Some(_)) = (&service, &method) {
        // SPEC: "If you specify a method name, you must also specify a service name"
        // (API GrpcRouteMatch).
        reader.rule(
            reader.key_origin(node, "methodName"),
            "methodName needs a serviceName",
        );
    }
    if let Some(service) = &service {
        // SPEC: /aws.app-mesh* and aws.appmesh are reserved (user guide, gateway-routes).
        if service.starts_with("aws.app-mesh") || service.starts_with("aws.appmesh") {
            reserved(
                reader,
                reader.key_origin(node, "serviceName"),
                "serviceName",
                service,
            );
        }
    }
    let matches = RouteMatch {
        path: PathMatch::Grpc {
            service: service.map(ValueMatch::Exact),
            method: method.map(ValueMatch::Exact),
        },
        headers: headers(reader, node, "metadata", "metadata"),
        grpc_only: true,
        origin: node.origin(),
        ..RouteMatch::default()
    };
    Matched {
        matches,
        host: hostname.and_then(|hostname| host(reader, hostname)),
        port: reader.port(node, "port"),
        prefix: None,
    }
}

fn scheme(reader: &mut Reader, node: Node<'_>) -> Option<Scheme> {
    match reader.text(node, "scheme")?.as_str() {
        "http" => Some(Scheme::Http),
        "https" => Some(Scheme::Https),
        _ => {
            let value = reader.get(node, "scheme")?;
            reader.unread(value, "scheme", "http or https");
            None
        }
    }
}

fn check_prefix(reader: &mut Reader, node: Node<'_>, prefix: &str) {
    let origin = reader
        .get(node, "prefix")
        .map_or_else(|| place(node), Node::origin);
    // SPEC: gatewayroute_validator.go validateHTTPRouteRewrite asks this only where a
    // prefix rewrite is written; "must always start with /" (API HttpRouteMatch).
    if !prefix.starts_with('/') {
        reader.rule(origin, "Prefix to be matched on must start with '/'");
        return;
    }
    // SPEC: /aws-appmesh* and /aws-app-mesh* are reserved (user guide, gateway-routes).
    if prefix.starts_with("/aws-appmesh") || prefix.starts_with("/aws-app-mesh") {
        reserved(reader, origin, "prefix", prefix);
    }
    check_template(reader, origin, "prefix", prefix);
}

fn path_match(reader: &mut Reader, node: Node<'_>) -> PathMatch {
    let exact = reader.text(node, "exact");
    let regex = reader.text(node, "regex");
    // SPEC: gatewayroute_validator.go validatePathForGatewayRoute.
    match (exact, regex) {
        (None, None) => {
            reader.rule(
                place(node),
                "Either exact or regex for path must be specified",
            );
            PathMatch::Any
        }
        (Some(_), Some(_)) => {
            reader.rule(
                place(node),
                "Both exact and regex for path are not allowed. Only one must be specified",
            );
            PathMatch::Any
        }
        (Some(exact), None) => {
            let origin = reader.key_origin(node, "exact");
            if exact.starts_with('/') {
                check_template(reader, origin, "path.exact", &exact);
            } else {
                reader.warn(
                    codes::NEVER_MATCHES,
                    origin,
                    "path.exact does not start with '/', so it matches no request",
                    None,
                );
            }
            PathMatch::Exact(exact)
        }
        // SPEC: the whole path must match (Envoy safe_regex; the examples' patterns,
        // such as `.*green.*`, are written for that).
        (None, Some(regex)) => PathMatch::Regex(regex),
    }
}

/// App Mesh has no path templates, and braces in a path are seldom meant as such.
fn check_template(reader: &mut Reader, origin: crate::model::Origin, field: &str, path: &str) {
    let Some((before, rest)) = path.split_once('{') else {
        return;
    };
    let Some((_, after)) = rest.split_once('}') else {
        return;
    };
    reader.warn(
        codes::NEVER_MATCHES,
        origin,
        &format!(
            "{field} '{}' is matched as text; App Mesh has no path templates",
            shorten(path)
        ),
        Some(&format!(
            "use path.regex: \"{}[^/]+{}\"",
            shorten(before),
            shorten(after)
        )),
    );
}

fn reserved(reader: &mut Reader, origin: crate::model::Origin, field: &str, value: &str) {
    reader.warn(
        codes::RESERVED_PREFIX,
        origin,
        &format!(
            "{field} '{}' is reserved for App Mesh itself",
            shorten(value)
        ),
        Some("App Mesh refuses it"),
    );
}

fn host(reader: &mut Reader, node: Node<'_>) -> Option<HostMatch> {
    let exact = reader.text(node, "exact");
    let suffix = reader.text(node, "suffix");
    // SPEC: gatewayroute_validator.go validateHostName.
    match (exact, suffix) {
        (None, None) => {
            reader.rule(
                place(node),
                "Either exact or suffix match for hostname must be specified",
            );
            None
        }
        (Some(_), Some(_)) => {
            reader.rule(
                place(node),
                "Both exact and suffix match for hostname are not allowed. Only one must be specified",
            );
            None
        }
        (Some(exact), None) => Some(HostMatch::Exact(bare_host(reader, node, "exact", &exact))),
        // SPEC: a suffix is a string suffix of the host (API GatewayRouteHostnameMatch).
        (None, Some(suffix)) => {
            let suffix = bare_host(reader, node, "suffix", &suffix);
            if suffix.is_empty() {
                // Every host ends in nothing.
                reader.rule(place(node), "hostname.suffix names no host");
                return None;
            }
            Some(HostMatch::Suffix(suffix))
        }
    }
}

/// A host as the model has it: lower case, without port or trailing dot.
fn bare_host(reader: &mut Reader, node: Node<'_>, key: &str, host: &str) -> String {
    let host = host.to_ascii_lowercase();
    let bare = match host.rsplit_once(':') {
        Some((bare, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            reader.warn(
                codes::APPROXIMATED,
                reader.key_origin(node, key),
                &format!("hostname.{key} names a port, which is not looked at"),
                None,
            );
            bare
        }
        _ => &host,
    };
    bare.strip_suffix('.').unwrap_or(bare).to_string()
}

/// Header or metadata predicates.
fn headers(reader: &mut Reader, node: Node<'_>, field: &str, what: &str) -> Vec<HeaderMatch> {
    let Some(list) = reader.list(node, field) else {
        return Vec::new();
    };
    let mut headers = Vec::new();
    for item in list.items() {
        match header(reader, item, what) {
            Some(header) => headers.push(header),
            // A predicate that is left out would widen the match.
            None => reader.unread(item, what, "a predicate with a name"),
        }
    }
    headers
}

fn header(reader: &mut Reader, node: Node<'_>, what: &str) -> Option<HeaderMatch> {
    let name = reader.text(node, "name")?.to_ascii_lowercase();
    let mut invert = reader.flag(node, "invert");
    let value = match reader.map(node, "match") {
        Some(value) => match present(reader, value) {
            Some(present) => {
                invert ^= !present;
                ValueMatch::Present
            }
            None => value_match(reader, value, what)?,
        },
        // SPEC: a header without match must only be there (controller CRD text).
        None => {
            if let Some(present) = present(reader, node) {
                invert ^= !present;
            }
            ValueMatch::Present
        }
    };
    Some(HeaderMatch {
        name,
        // SPEC: whether a missing header satisfies an inverted match is not documented;
        // Envoy, the data plane, says no, except where absence is what is asked.
        missing_matches: invert && value == ValueMatch::Present,
        value,
        ignore_case: false,
        invert,
        repeated: RepeatedValues::Joined,
        origin: node.origin(),
    })
}

/// The `present` that other APIs have.
fn present(reader: &mut Reader, node: Node<'_>) -> Option<bool> {
    let meant = "a predicate without match asks for presence";
    let value = reader.mistaken(node, "present", meant)?;
    reader.flag_of(value, "present")
}

fn value_match(reader: &mut Reader, node: Node<'_>, what: &str) -> Option<ValueMatch> {
    let mut found = Vec::new();
    found.extend(reader.text(node, "exact").map(ValueMatch::Exact));
    found.extend(reader.text(node, "prefix").map(ValueMatch::Prefix));
    found.extend(reader.text(node, "suffix").map(ValueMatch::Suffix));
    // SPEC: the whole value must match, as for a path.
    found.extend(reader.text(node, "regex").map(ValueMatch::Regex));
    found.extend(range(reader, node));
    // SPEC: gatewayroute_validator.go validateHTTPHeadersIfAny, validateMetadataIfAny.
    if found.len() > 1 {
        reader.rule(
            place(node),
            &format!("Too many Match Filters specified, only 1 allowed per {what}"),
        );
        return None;
    }
    if let Some(value) = found.pop() {
        return Some(value);
    }
    if what == "header" {
        reader.rule(
            place(node),
            "Missing Match criteria for one or more header match block, don't specify match block if you dont need it",
        );
        return None;
    }
    // The webhook lets an empty metadata match pass.
    reader.warn(
        codes::RULE,
        place(node),
        "the metadata match is empty, so only presence is asked for",
        Some("leave match out"),
    );
    Some(ValueMatch::Present)
}

/// SPEC: a range takes integers from start up to, but not including, end (examples,
/// blogs/http-headers-and-priority: of [100,150) 100 is in and 150 is not).
fn range(reader: &mut Reader, node: Node<'_>) -> Option<ValueMatch> {
    let range = reader.map(node, "range")?;
    let (start, end) = (reader.int(range, "start"), reader.int(range, "end"));
    let (Some(start), Some(end)) = (start, end) else {
        reader.unread(range, "range", "a start and an end");
        return None;
    };
    // SPEC: gatewayroute_validator.go validateMatchRange.
    if start >= end {
        reader.rule(
            place(range),
            "Invalid Match Range specified, end has to be greater than start",
        );
    }
    Some(ValueMatch::Range { start, end })
}

fn query(reader: &mut Reader, node: Node<'_>) -> Vec<QueryMatch> {
    let Some(list) = reader.list(node, "queryParameters") else {
        return Vec::new();
    };
    let mut query = Vec::new();
    for item in list.items() {
        match parameter(reader, item) {
            Some(parameter) => query.push(parameter),
            None => reader.unread(item, "query parameter", "a predicate with a name"),
        }
    }
    query
}

fn parameter(reader: &mut Reader, item: Node<'_>) -> Option<QueryMatch> {
    let name = reader.text(item, "name")?;
    let value = reader.map(item, "match");
    let asked = present(reader, value.unwrap_or(item));
    if asked == Some(false) {
        reader.rule(
            place(item),
            "present: false is no query predicate: App Mesh cannot ask for absence",
        );
        return None;
    }
    let value = match (value, asked) {
        (None, _) | (Some(_), Some(true)) => ValueMatch::Present,
        (Some(value), _) => match reader.text(value, "exact") {
            Some(exact) => ValueMatch::Exact(exact),
            None => {
                // SPEC: gatewayroute_validator.go validateQueryParametersIfAny.
                reader.rule(
                    place(value),
                    "Missing Match criteria for one or more exact query match block, don't specify match block if you dont need it",
                );
                return None;
            }
        },
    };
    Some(QueryMatch {
        origin: item.origin(),
        ..QueryMatch::new(name, value)
    })
}
