//! What is done to a request or response on its way.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Backend, Fault, Format, HeaderVerb, InvalidTarget, PrefixJoin, Redirect, ValueMatch};

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
    /// Changes the host, path, query and method that are sent on.
    Rewrite(Rewrite),
}

/// What is sent on in place of what came. Parts that are `None` stay.
///
/// Of a part that several filters on a request's way rewrite in one stage, the last
/// one counts; all see the request as it came into the stage.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Rewrite {
    /// New host.
    pub host: Option<HostRewrite>,
    /// New path.
    pub path: Option<PathRewrite>,
    /// New query.
    pub query: Option<QueryRewrite>,
    /// New method: a token.
    pub method: Option<String>,
}

/// One header edit.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HeaderEdit {
    /// What to do.
    pub verb: HeaderVerb,
    /// The header's name, lower case.
    pub name: String,
    /// The value; empty for [`HeaderVerb::Remove`].
    pub value: Format,
}

/// A new host. The port of the request's authority is not kept.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum HostRewrite {
    /// This host.
    To(Format),
    /// The path, without query, with a pattern replaced in it (Envoy's
    /// `host_rewrite_path_regex`). A path in which the pattern is not found gives no
    /// host, and the request is answered with 500.
    FromPath(Substitution),
    /// The name of the backend that is chosen, for the proxy to fill in (Envoy's
    /// `auto_host_rewrite`).
    Backend,
}

/// A new path. The query is kept unless it is rewritten itself.
///
/// A `?` that the rule writes into the new path ends it, and what follows is a query.
/// It comes before the request's own, or before what a [`QueryRewrite`] of the same rule makes of that,
/// with `&` between them; in a [`Redirect`] without a rewrite of the query it takes the
/// place of the request's.
///
/// Leading slashes become one, and where the gateway's profile merges slashes, all
/// runs do. A new path that then is not canonical under the profile refuses the
/// request with 400; what the rule itself states (a full path without holes, a
/// prefix's replacement) is made canonical first, so that it is never the reason.
///
/// What the request brings (what fills a hole, what is left of its path) refuses it
/// with 400 where a `?`, or an escape or parameter that the gateway's profile rejects,
/// comes with it; what the rule wrote whole is the rule's to send. Behind the rule's
/// `?` it is part of a value and encoded as in a [`QueryEdit`], but for
/// [`Fact::RawQuery`](super::Fact::RawQuery) right behind `?` or `&`, which is several
/// parameters.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PathRewrite {
    /// This path, whatever the old one was.
    Full(Format),
    /// The prefix that the winning match names is replaced. Where that match
    /// names none, nothing changes.
    Prefix {
        /// What stands in its place.
        replacement: String,
        /// How replacement and rest are joined.
        join: PrefixJoin,
    },
    /// A pattern is replaced in the path. Where it is not found nothing changes.
    Regex(Substitution),
}

/// A pattern, and what stands in place of what it finds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Substitution {
    /// A regular expression, found anywhere.
    pub pattern: String,
    /// What stands in its place. Captures are the pattern's own groups.
    pub replacement: Format,
    /// Whether every place that the pattern finds is replaced, from left to right
    /// and without overlap, rather than the first.
    pub all: bool,
}

/// What becomes of the query. Names and values are written as they stand; what
/// cannot stand in a query (RFC 3986 3.4) is percent-encoded, and in an edit's name or
/// value and in what fills a hole `&` and `;` as well, in a name `=`, so that no value
/// makes a second parameter. A percent sign stays what it is.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum QueryRewrite {
    /// This query, without `?`; an empty one is left out with its `?`. A hole that
    /// [`Fact::RawQuery`](super::Fact::RawQuery) fills at the beginning or right behind
    /// a `&` is several parameters, every other a part of one.
    To(Format),
    /// These edits, in order.
    Edit(Vec<QueryEdit>),
}

/// One edit of the query.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum QueryEdit {
    /// The first parameter of the name gets this value and further ones go; adds the
    /// parameter where there is none.
    Set {
        /// The parameter's name, percent-decoded.
        name: String,
        /// Its value.
        value: Format,
    },
    /// Adds a parameter after those there are.
    Add {
        /// The parameter's name.
        name: String,
        /// Its value.
        value: Format,
    },
    /// Removes every parameter of this percent-decoded name.
    Remove {
        /// The parameter's name, percent-decoded.
        name: String,
    },
    /// Removes every parameter but those of these percent-decoded names.
    Keep {
        /// The parameters' names, percent-decoded.
        names: Vec<String>,
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
    /// A whole `Origin` value that matches (Envoy, Istio): an origin without user,
    /// path and query, or `null`.
    Value(ValueMatch),
}
