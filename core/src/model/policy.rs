//! What a proxy must do besides choosing: times, tries, sessions, faults.

use alloc::string::String;
use alloc::vec::Vec;

/// How long things may take, in milliseconds. `Some(0)` switches a limit off,
/// `None` leaves it to the proxy.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Timeouts {
    /// From the whole request received to the whole response sent, tries included.
    pub request_ms: Option<u64>,
    /// One try.
    pub backend_request_ms: Option<u64>,
    /// Without a byte in either direction.
    pub idle_ms: Option<u64>,
}

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

/// Delays or fails a share of requests on purpose. Shares are parts per million.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Fault {
    /// Delay in milliseconds.
    pub delay_ms: Option<u64>,
    /// Share delayed, 0 to 1,000,000.
    pub delay_ppm: u32,
    /// Status answered instead of forwarding.
    pub abort_status: Option<u16>,
    /// Share aborted, 0 to 1,000,000.
    pub abort_ppm: u32,
}
