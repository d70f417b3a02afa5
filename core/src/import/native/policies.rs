//! Policies: times, tries, sessions, hash keys.

use alloc::vec::Vec;

use crate::import::document::{Kind, Node};
use crate::model::{HashKey, RetryPolicy, SessionPolicy, Timeouts};

use super::reader::{Reader, flag, number, owned, several};
use super::units::duration_ms;
use super::values::scalar;

impl Reader<'_> {
    /// The keys of a hash.
    pub(super) fn hash_keys(&mut self, node: Option<Node<'_>>) -> Vec<HashKey> {
        let keys = several(node).filter_map(|node| {
            let is_object = node.kind() == Kind::Map;
            let fact = if is_object { node.get("fact")? } else { node };
            let mut key = HashKey::new(self.fact(fact)?);
            key.terminal = flag(node, "terminal").unwrap_or(false);
            Some(key)
        });
        keys.collect()
    }
}

pub(super) fn timeouts(rule: Node<'_>) -> Timeouts {
    let Some(node) = rule.get("timeouts") else {
        return Timeouts::default();
    };
    Timeouts {
        request_ms: duration_ms(node, "request"),
        backend_request_ms: duration_ms(node, "backend_request"),
        idle_ms: duration_ms(node, "idle"),
    }
}

pub(super) fn retry(rule: Node<'_>) -> Option<RetryPolicy> {
    let node = rule.get("retry")?;
    Some(RetryPolicy {
        attempts: number(node, "attempts"),
        per_try_timeout_ms: duration_ms(node, "per_try_timeout"),
        on: several(node.get("retry_on")).filter_map(scalar).collect(),
        backoff_ms: duration_ms(node, "backoff"),
        max_backoff_ms: duration_ms(node, "max_backoff"),
    })
}

pub(super) fn session(rule: Node<'_>) -> Option<SessionPolicy> {
    let node = rule.get("session")?;
    if let Some(cookie) = node.get("cookie") {
        return Some(SessionPolicy::Cookie {
            name: owned(cookie, "name"),
            permanent: flag(cookie, "permanent").unwrap_or(false),
            absolute_timeout_ms: duration_ms(cookie, "absolute_timeout"),
            idle_timeout_ms: duration_ms(cookie, "idle_timeout"),
        });
    }
    let header = node.get("header")?;
    Some(SessionPolicy::Header {
        name: owned(header, "name"),
        absolute_timeout_ms: duration_ms(header, "absolute_timeout"),
        idle_timeout_ms: duration_ms(header, "idle_timeout"),
    })
}
