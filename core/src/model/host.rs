//! Host patterns.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;

/// Which hosts are meant. Text is lower case, without port or trailing dot.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum HostMatch {
    /// Every host, and a request without one.
    #[default]
    Any,
    /// This host.
    Exact(String),
    /// `*.example.com`: one or more labels before `.example.com`; never the bare
    /// suffix. Holds the suffix without the dot: `example.com`.
    Wildcard(String),
    /// `*.example.com` with exactly one label in place of `*` (Ingress, Traefik).
    /// Holds the suffix without the dot.
    OneLabel(String),
    /// Every host that ends in this text, wherever labels begin; it may be the whole
    /// host (App Mesh).
    Suffix(String),
    /// `*-api.example.com`: one or more bytes before this text (Envoy).
    WildcardSuffix(String),
    /// `www.example.*`: one or more bytes after this text (Envoy, nginx).
    WildcardPrefix(String),
    /// A regular expression over the whole host. Of several, the one that the stage
    /// or gateway has first is tried first.
    Regex(String),
}

impl HostMatch {
    /// Reads `*`, `*.example.com` or `example.com`; folds to lower case and drops a
    /// trailing dot.
    pub fn parse(text: &str) -> Self {
        let mut text = text.to_ascii_lowercase();
        if text.ends_with('.') {
            text.pop();
        }
        if text.is_empty() || text == "*" {
            return Self::Any;
        }
        match text.strip_prefix("*.") {
            Some(suffix) => Self::Wildcard(suffix.to_string()),
            None => Self::Exact(text),
        }
    }

    /// The pattern as Gateway API writes it; a raw suffix is written `*text`, a
    /// regular expression `~pattern`.
    pub fn to_text(&self) -> String {
        match self {
            Self::Any => "*".to_string(),
            Self::Exact(host) => host.clone(),
            Self::Wildcard(suffix) => format!("*.{suffix}"),
            Self::OneLabel(suffix) => format!("*.{suffix} (one label)"),
            Self::Suffix(suffix) | Self::WildcardSuffix(suffix) => format!("*{suffix}"),
            Self::WildcardPrefix(prefix) => format!("{prefix}*"),
            Self::Regex(pattern) => format!("~{pattern}"),
        }
    }
}

impl fmt::Display for HostMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Exact(host) => f.write_str(host),
            Self::Wildcard(suffix) => write!(f, "*.{suffix}"),
            other => f.write_str(&other.to_text()),
        }
    }
}
