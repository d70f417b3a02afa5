//! What is done to a request or response on its way.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Backend, Fault, HeaderVerb, InvalidTarget, PrefixJoin, Redirect};

/// One change or side effect, applied in written order.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Filter {
    /// Answers cross-origin questions.
    Cors(CorsPolicy),
    /// Delays or fails a share of requests on purpose.
    Fault(Fault),
    /// Sends a copy elsewhere and ignores the answer.
    Mirror(Mirror),
    /// Answers with another address: only on a [`WeightedTarget`](super::WeightedTarget),
    /// where it replaces the target. A rule's redirect is its action.
    Redirect(Redirect),
    /// Edits request headers.
    RequestHeaders(Vec<HeaderEdit>),
    /// Edits response headers.
    ResponseHeaders(Vec<HeaderEdit>),
    /// Changes the host and the path that are sent on.
    Rewrite {
        /// New host.
        host: Option<HostRewrite>,
        /// New path.
        path: Option<PathRewrite>,
    },
}

/// One header edit.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HeaderEdit {
    /// What to do.
    pub verb: HeaderVerb,
    /// The header's name, lower case.
    pub name: String,
    /// The value; empty for [`HeaderVerb::Remove`].
    pub value: String,
}

/// A new host. The port of the request's authority is not kept.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum HostRewrite {
    /// This host.
    To(String),
}

/// A new path. The query is always kept.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PathRewrite {
    /// This path, whatever the old one was.
    Full(String),
    /// The prefix that the winning match names is replaced. Where that match
    /// names none, nothing changes.
    Prefix {
        /// What stands in its place.
        replacement: String,
        /// How replacement and rest are joined.
        join: PrefixJoin,
    },
}

/// Sends a copy elsewhere and ignores the answer.
#[derive(Clone, Debug)]
pub struct Mirror {
    /// Where the copy goes. An invalid one is dropped and reported, and the
    /// request itself is unaffected.
    pub target: Result<Backend, InvalidTarget>,
    /// Share of requests copied: `numerator / denominator`.
    pub numerator: u32,
    /// At least 1.
    pub denominator: u32,
}

/// Cross-origin resource sharing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CorsPolicy {
    /// Origins that are answered.
    pub allow_origins: Vec<CorsOrigin>,
    /// Methods allowed; `*` alone allows all.
    pub allow_methods: Vec<String>,
    /// Request headers allowed; `*` alone allows all.
    pub allow_headers: Vec<String>,
    /// Response headers shown; `*` alone shows all.
    pub expose_headers: Vec<String>,
    /// Whether credentials may be sent.
    pub allow_credentials: bool,
    /// Seconds that a preflight's answer holds; `None` leaves the header out.
    pub max_age_s: Option<u32>,
}

/// An origin that is answered.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CorsOrigin {
    /// Any origin.
    Any,
    /// `scheme://host[:port]`, each part exact; a missing port is the scheme's.
    Exact {
        /// `http` or `https`
        scheme: String,
        /// Host, lower case.
        host: String,
        /// Port.
        port: u16,
    },
    /// `scheme://*.suffix[:port]`, where `*` stands for one or more labels, or
    /// `scheme://*` (empty suffix) for every host.
    Wildcard {
        /// `http` or `https`
        scheme: String,
        /// Host suffix without the leading dot, lower case; empty for every host.
        suffix: String,
        /// Port.
        port: u16,
    },
}
