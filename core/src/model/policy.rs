//! What a proxy must do besides choosing: times, tries, sessions, faults.

use alloc::string::String;
use alloc::vec::Vec;

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
