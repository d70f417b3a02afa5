//! Timeouts, retries and session persistence.

use alloc::format;
use alloc::string::{String, ToString};

use crate::diagnostic::codes::gateway_api as codes;
use crate::import::document::Node;
use crate::import::schema::Path;
use crate::model::{RetryPolicy, SessionPolicy, Timeouts};

use super::backends::Builder;
use super::duration;
use super::read::{list, number, text, text_or};

impl<'d> Builder<'_, 'd> {
    /// SPEC: semantics/gateway-api.md 9: `request` is the whole transaction,
    /// `backendRequest` each try; `0s` switches a limit off.
    pub(super) fn timeouts(&mut self, rule: Node<'d>, at: &Path<'_>) -> Timeouts {
        let Some(node) = rule.get("timeouts") else {
            return Timeouts::default();
        };
        Timeouts {
            request_ms: self.duration(node, "request", &format!("{at}.timeouts")),
            backend_request_ms: self.duration(node, "backendRequest", &format!("{at}.timeouts")),
            idle_ms: None,
        }
    }

    /// SPEC: semantics/gateway-api.md 9: `attempts` are tries after the first;
    /// where there is a `retry` at all, connection errors are tried again too:
    /// a backend that cannot be reached, hangs up or is too slow to answer.
    pub(super) fn retry(&mut self, rule: Node<'d>, at: &Path<'_>) -> Option<RetryPolicy> {
        let node = rule.get("retry")?;
        let mut on: alloc::vec::Vec<String> = list(node, "codes")
            .filter_map(Node::as_i64)
            .filter(|code| (400..=599).contains(code))
            .map(|code| code.to_string())
            .collect();
        on.extend(["connect-failure", "reset"].map(ToString::to_string));
        Some(RetryPolicy {
            attempts: number(node, "attempts"),
            per_try_timeout_ms: None,
            on,
            backoff_ms: self.duration(node, "backoff", &format!("{at}.retry")),
            max_backoff_ms: None,
        })
    }

    /// SPEC: semantics/gateway-api.md 9: Cookie where no type is stated.
    pub(super) fn session(&mut self, rule: Node<'d>, at: &Path<'_>) -> Option<SessionPolicy> {
        let node = rule.get("sessionPersistence")?;
        let at = format!("{at}.sessionPersistence");
        let absolute_timeout_ms = self.duration(node, "absoluteTimeout", &at);
        let idle_timeout_ms = self.duration(node, "idleTimeout", &at);
        // `sessionName` is the name of both in manifests of older versions.
        let name = |member: &str| {
            let own = node.get(member).and_then(|member| text(member, "name"));
            own.or_else(|| text(node, "sessionName"))
                .map(ToString::to_string)
        };
        match text_or(node, "type", "Cookie") {
            "Cookie" => {
                let cookie = node.get("cookie").or_else(|| node.get("cookieConfig"));
                let lifetime = cookie.map_or("Session", |cookie| {
                    text_or(cookie, "lifetimeType", "Session")
                });
                if let Some(path) = cookie
                    .and_then(|cookie| cookie.get("path"))
                    .filter(|path| path.as_str() != Some("/"))
                {
                    let text = format!("{at}.cookie.path is not handed on");
                    self.warn(codes::NOT_PERFORMED, path, text);
                }
                Some(SessionPolicy::Cookie {
                    name: name("cookie"),
                    permanent: lifetime == "Permanent",
                    absolute_timeout_ms,
                    idle_timeout_ms,
                })
            }
            "Header" => Some(SessionPolicy::Header {
                name: name("header"),
                absolute_timeout_ms,
                idle_timeout_ms,
            }),
            other => {
                let text = format!("{at}.type '{other}' is not supported and is left out");
                self.warn(codes::POLICY_VALUE, node, text);
                None
            }
        }
    }

    fn duration(&mut self, node: Node<'d>, key: &str, at: &str) -> Option<u64> {
        let field = node.get(key)?;
        let value = field.as_str().and_then(duration::parse_ms);
        if value.is_none() {
            self.warn(
                codes::POLICY_VALUE,
                field,
                format!("{at}.{key} is not a duration and is left out"),
            );
        }
        value
    }
}
