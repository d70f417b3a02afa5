//! What a proxy must do besides choosing: times, tries, sessions, faults.

use alloc::string::String;
use alloc::vec::Vec;

use super::Fact;

/// When a request is tried again.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RetryPolicy {
    /// Tries after the first.
    pub attempts: Option<u32>,
    /// Limit of each try in milliseconds.
    pub per_try_timeout_ms: Option<u64>,
    /// What is tried again, in Envoy's words (`5xx`, `connect-failure`,
    /// `unavailable`) or as a status (`503`).
    pub on: Vec<String>,
    /// Shortest wait between tries in milliseconds.
    pub backoff_ms: Option<u64>,
    /// Longest wait between tries in milliseconds.
    pub max_backoff_ms: Option<u64>,
}

/// How a client is kept at one backend.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SessionPolicy {
    /// By a cookie.
    Cookie {
        /// Its name; `None` leaves it to the proxy.
        name: Option<String>,
        /// Whether it outlives the browser's session.
        permanent: bool,
        /// Limit on the session's age in milliseconds.
        absolute_timeout_ms: Option<u64>,
        /// Limit on its idleness in milliseconds.
        idle_timeout_ms: Option<u64>,
    },
    /// By a header.
    Header {
        /// Its name; `None` leaves it to the proxy.
        name: Option<String>,
        /// Limit on the session's age in milliseconds.
        absolute_timeout_ms: Option<u64>,
        /// Limit on its idleness in milliseconds.
        idle_timeout_ms: Option<u64>,
    },
}

/// One part of a hash that keeps alike requests together.
///
/// The hash of a list of keys is that of the first value of each key's fact, XXH64
/// with seed 0, combined in order as `rotate_left(hash, 1) ^ next`. A fact that is
/// missing counts for nothing; where all are missing there is no hash. This never
/// changes: what is kept together stays together from one version to the next.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HashKey {
    /// What is hashed.
    pub fact: Fact,
    /// Whether the keys after this one are left out where there is a hash already.
    pub terminal: bool,
}

impl HashKey {
    /// A key that is not the last.
    pub fn new(fact: Fact) -> Self {
        Self {
            fact,
            terminal: false,
        }
    }
}

/// A fact that travels with a decision and means nothing to the engine: a rate
/// limit's key, what authentication is asked for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MetadataValue {
    /// A text.
    Text(String),
    /// An integer.
    Integer(i64),
    /// A number; one that is not finite is written as `null` in JSON.
    Number(f64),
    /// Yes or no.
    Boolean(bool),
    /// A list or an object, as JSON.
    Json(String),
}

impl From<&str> for MetadataValue {
    fn from(text: &str) -> Self {
        Self::Text(String::from(text))
    }
}

impl From<String> for MetadataValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
