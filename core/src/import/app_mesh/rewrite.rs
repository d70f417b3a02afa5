//! What a GatewayRoute does to path and host on the way.
//!
//! | match | path, unless written otherwise | host, unless written otherwise |
//! |---|---|---|
//! | `prefix` | the matched prefix becomes `/` | the VirtualService's name |
//! | `path`, or a hostname alone | stays | the VirtualService's name |
//! | gRPC | stays | the VirtualService's name |
//!
//! SPEC: user guide, gateway-routes; examples howto-match-and-rewrite-at-ingress and
//! howto-k8s-http-ingress-v2.

use crate::diagnostic::codes::app_mesh as codes;
use crate::import::document::Node;
use crate::model::{PathRewrite, PrefixJoin};

use super::matches::Matched;
use super::wire::{Reader, place};

/// How a GatewayRoute rewrites.
#[derive(Clone, Debug)]
pub(super) struct Rewrite {
    pub(super) path: Option<PathRewrite>,
    /// Whether `path` is the default.
    pub(super) default: bool,
    /// Whether the host becomes the VirtualService's.
    pub(super) host: bool,
}

/// Reads `action.rewrite` of an httpRoute or http2Route.
pub(super) fn http(reader: &mut Reader, action: Node<'_>, matched: &Matched) -> Rewrite {
    let Some(node) = reader.map(action, "rewrite") else {
        return Rewrite {
            path: matched.prefix.as_deref().and_then(default_prefix),
            default: true,
            host: true,
        };
    };
    let prefix = reader.map(node, "prefix");
    let path = reader.map(node, "path");
    // SPEC: gatewayroute_validator.go validateHTTPRouteRewrite.
    if prefix.is_none() && path.is_none() && reader.get(node, "hostname").is_none() {
        reader.rule(
            place(node),
            "Either prefix, path or hostname for rewrite must be specified",
        );
    }
    if let (Some(_), Some(path)) = (prefix, path) {
        reader.rule(
            place(path),
            "Both prefix and path for rewrites cannot be specified. Only 1 allowed",
        );
    }
    let host = rewrites_host(reader, node);
    if let Some(path) = path {
        let full = reader.text(path, "exact");
        if let Some(full) = &full {
            refuse_controls(reader, path, "exact", full);
        }
        let full = full.map(|full| PathRewrite::Full(full.into()));
        return Rewrite {
            path: full,
            default: false,
            host,
        };
    }
    let Some(prefix) = prefix else {
        let path = matched.prefix.as_deref().and_then(default_prefix);
        return Rewrite {
            path,
            default: true,
            host,
        };
    };
    if matched.prefix.is_none() {
        reader.warn(
            codes::IGNORED,
            place(prefix),
            "rewrite.prefix has no effect where the match has no prefix",
            Some("use rewrite.path.exact"),
        );
    }
    let path = prefix_rewrite(reader, prefix, matched);
    Rewrite {
        path,
        default: false,
        host,
    }
}

/// Reads `action.rewrite` of a grpcRoute, which can only keep the host.
pub(super) fn grpc(reader: &mut Reader, action: Node<'_>) -> Rewrite {
    let host = match reader.map(action, "rewrite") {
        Some(node) => rewrites_host(reader, node),
        None => true,
    };
    Rewrite {
        path: None,
        default: true,
        host,
    }
}

fn prefix_rewrite(reader: &mut Reader, node: Node<'_>, matched: &Matched) -> Option<PathRewrite> {
    let default = reader.text(node, "defaultPrefix");
    let value = reader.text(node, "value");
    // SPEC: gatewayroute_validator.go validatePrefixRewrite.
    if let (Some(_), Some(_)) = (&default, &value) {
        reader.rule(
            place(node),
            "Cannot specify both defaultPrefix and prefix for rewrite, only 1 allowed",
        );
    }
    let prefix = matched.prefix.as_deref()?;
    match value {
        Some(value) => {
            refuse_controls(reader, node, "value", &value);
            if !value.starts_with('/') || !value.ends_with('/') {
                reader.rule(
                    reader.key_origin(node, "value"),
                    "New Rewrite Prefix must start and end with '/'",
                );
            }
            Some(PathRewrite::Prefix {
                replacement: value,
                join: PrefixJoin::OneSlash,
            })
        }
        None if default.as_deref() == Some("DISABLED") => None,
        None => default_prefix(prefix),
    }
}

/// What is written here goes out in a request line.
fn refuse_controls(reader: &mut Reader, node: Node<'_>, key: &str, value: &str) {
    if value.contains(char::is_control) {
        reader.rule(
            reader.key_origin(node, key),
            "a rewrite must not hold control characters",
        );
    }
}

/// The default: the matched prefix becomes `/`. For the prefix `/` that is no change.
fn default_prefix(prefix: &str) -> Option<PathRewrite> {
    (prefix != "/").then(|| PathRewrite::Prefix {
        replacement: "/".into(),
        join: PrefixJoin::OneSlash,
    })
}

fn rewrites_host(reader: &mut Reader, node: Node<'_>) -> bool {
    let hostname = reader.map(node, "hostname");
    let default = hostname.and_then(|hostname| reader.text(hostname, "defaultTargetHostname"));
    default.as_deref() != Some("DISABLED")
}
