//! Retries and timeouts.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::{app_mesh as codes, schema as schema_codes};
use crate::import::document::Node;
use crate::model::{RetryPolicy, Timeouts};

use super::kinds::{Policy, RouteKind};
use super::wire::Reader;

/// SPEC: a request may take 15 seconds unless it is said otherwise (user guide,
/// routes, "timeout").
pub(super) const DEFAULT_REQUEST_MS: u64 = 15_000;

/// Reads `retryPolicy` and `timeout` of a route. What is absent stays absent; see
/// [`with_defaults`].
pub(super) fn read(reader: &mut Reader, route: Node<'_>) -> Policy {
    let retry = reader
        .map(route, "retryPolicy")
        .map(|node| retry(reader, node));
    let timeouts = reader
        .map(route, "timeout")
        .map_or_else(Timeouts::default, |node| timeouts(reader, node));
    Policy { timeouts, retry }
}

/// A route's policy with what App Mesh adds.
pub(super) fn with_defaults(policy: &Policy, kind: RouteKind) -> Policy {
    let mut policy = policy.clone();
    if kind == RouteKind::Tcp {
        return policy;
    }
    policy.timeouts.request_ms.get_or_insert(DEFAULT_REQUEST_MS);
    policy.retry.get_or_insert_with(default_retry);
    policy
}

/// Reads `{perRequest, idle}`.
pub(super) fn timeouts(reader: &mut Reader, node: Node<'_>) -> Timeouts {
    let mut duration = |key: &str| {
        reader
            .map(node, key)
            .and_then(|node| duration(reader, node))
    };
    Timeouts {
        request_ms: duration("perRequest"),
        idle_ms: duration("idle"),
        ..Timeouts::default()
    }
}

/// SPEC: what meshes made since 2020-07-29 do where a route has no retry policy
/// (user guide, envoy-defaults, "Default route retry policy").
fn default_retry() -> RetryPolicy {
    let on = [
        "connect-failure",
        "refused-stream",
        "reset",
        "503",
        "unavailable",
    ];
    RetryPolicy {
        attempts: Some(2),
        on: on.iter().map(ToString::to_string).collect(),
        ..RetryPolicy::default()
    }
}

fn retry(reader: &mut Reader, node: Node<'_>) -> RetryPolicy {
    let mut on = Vec::new();
    for list in ["httpRetryEvents", "tcpRetryEvents", "grpcRetryEvents"] {
        let Some(events) = reader.list(node, list) else {
            continue;
        };
        // The schema allows 25.
        for event in events.items().take(25) {
            if let Some(name) = event_name(reader, event) {
                envoy_words(&name, &mut on);
            }
        }
    }
    let per_try = reader
        .map(node, "perRetryTimeout")
        .and_then(|node| duration(reader, node))
        // v1beta1
        .or_else(|| {
            let millis = reader.int(node, "perRetryTimeoutMillis")?;
            u64::try_from(millis).ok()
        });
    RetryPolicy {
        attempts: reader
            .int(node, "maxRetries")
            .map(|max| u32::try_from(max.max(0)).unwrap_or(u32::MAX)),
        per_try_timeout_ms: per_try,
        on,
        backoff_ms: None,
        max_backoff_ms: None,
    }
}

/// An event's name; `SERVER_ERROR` is read as `server-error`, with a warning.
fn event_name(reader: &mut Reader, node: Node<'_>) -> Option<String> {
    let Some(written) = node.as_str() else {
        reader.unread(node, "retry event", "a string");
        return None;
    };
    if !written.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Some(written.to_string());
    }
    let name = written.to_ascii_lowercase().replace('_', "-");
    reader.handle(schema_codes::UNKNOWN_VALUE, node.origin());
    reader.warn(
        codes::COERCED,
        node.origin(),
        &alloc::format!("the retry event '{written}' is read as '{name}'"),
        None,
    );
    Some(name)
}

/// SPEC: what each event stands for (API HttpRetryPolicy, GrpcRetryPolicy), in
/// Envoy's words or as statuses.
fn envoy_words(event: &str, on: &mut Vec<String>) {
    let words: &[&str] = match event {
        "server-error" => &[
            "500", "501", "502", "503", "504", "505", "506", "507", "508", "510", "511",
        ],
        "client-error" => &["409"],
        "stream-error" => &["refused-stream"],
        "connection-error" => &["connect-failure"],
        // gateway-error and the gRPC events are Envoy's own words.
        other => &[other],
    };
    for word in words {
        if !on.iter().any(|known| known == word) {
            on.push((*word).to_string());
        }
    }
}

/// `{unit: s|ms, value}` in milliseconds.
fn duration(reader: &mut Reader, node: Node<'_>) -> Option<u64> {
    let value = reader.int(node, "value");
    let unit = reader.text(node, "unit");
    let value = value.and_then(|value| u64::try_from(value).ok());
    match (value, unit.as_deref()) {
        (Some(value), Some("s")) => Some(value.saturating_mul(1000)),
        (Some(value), Some("ms")) => Some(value),
        _ => {
            reader.unread(
                node,
                "a duration",
                "a value of at least 0 and the unit s or ms",
            );
            None
        }
    }
}
