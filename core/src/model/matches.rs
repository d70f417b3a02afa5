//! What a rule asks of a request.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Origin, RepeatedHeaders, Scheme};

/// One AND of predicates. A rule wins when any of its matches holds.
#[derive(Clone, Debug, Default)]
pub struct RouteMatch {
    /// What the path must be.
    pub path: PathMatch,
    /// Methods, compared exactly; empty takes any.
    pub methods: Vec<String>,
    /// The request's scheme; `None` takes any.
    pub scheme: Option<Scheme>,
    /// Header predicates, all of which must hold. Names differ: an importer
    /// whose dialect lets names repeat says which one counts.
    pub headers: Vec<HeaderMatch>,
    /// Query parameter predicates, all of which must hold.
    pub query: Vec<QueryMatch>,
    /// Takes only gRPC requests: protocol grpc, or content-type `application/grpc`.
    pub grpc_only: bool,
    /// Where it was written.
    pub origin: Origin,
}

/// What a path must be. The path is the request's, normalised, without query.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum PathMatch {
    /// Any path.
    #[default]
    Any,
    /// Byte for byte this path.
    Exact(String),
    /// A string prefix: `/a` takes `/a`, `/a/b` and `/ab` (App Mesh, Envoy, Istio).
    Prefix(String),
    /// An element-wise prefix: `/a` and `/a/` both take `/a`, `/a/` and `/a/b`,
    /// never `/ab` (Gateway API, Ingress). Held as written.
    Segments(String),
    /// A regular expression over the whole path (`^…$` is implied).
    Regex(String),
    /// A gRPC service and method: `/service/method`. Both `None` takes any path.
    Grpc {
        /// The full name `package.Service`.
        service: Option<ValueMatch>,
        /// The method name.
        method: Option<ValueMatch>,
    },
}

/// What a value (of a header, a query parameter, a gRPC name) must be.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ValueMatch {
    /// Byte for byte this text.
    Exact(String),
    /// Starts with this text.
    Prefix(String),
    /// Ends with this text.
    Suffix(String),
    /// Holds this text anywhere.
    Contains(String),
    /// A regular expression over the whole value (`^…$` is implied).
    Regex(String),
    /// There is a value, whatever it is; it may be empty.
    Present,
    /// A decimal integer `start <= n < end`; anything else does not match.
    Range {
        /// First integer taken.
        start: i64,
        /// First integer no longer taken.
        end: i64,
    },
}

/// A header predicate.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct HeaderMatch {
    /// The header's name, lower case.
    pub name: String,
    /// What its value must be.
    pub value: ValueMatch,
    /// Holds where the value does not match. Whether a missing header satisfies
    /// an inverted predicate is `missing_matches`.
    pub invert: bool,
    /// What a request without the header gives, before anything else is asked.
    pub missing_matches: bool,
    /// What counts where the header is repeated.
    pub repeated: RepeatedHeaders,
    /// Where it was written.
    pub origin: Origin,
}

impl HeaderMatch {
    /// A predicate on all values of a header, joined; a request without the header
    /// does not satisfy it.
    pub fn new(name: impl Into<String>, value: ValueMatch) -> Self {
        Self {
            name: name.into(),
            value,
            invert: false,
            missing_matches: false,
            repeated: RepeatedHeaders::default(),
            origin: Origin::default(),
        }
    }
}

/// A query parameter predicate. Name and value are compared after
/// percent-decoding of the request's; the first parameter of a name counts.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct QueryMatch {
    /// The parameter's name, case-sensitive.
    pub name: String,
    /// What its value must be.
    pub value: ValueMatch,
    /// Where it was written.
    pub origin: Origin,
}

impl QueryMatch {
    /// A predicate on the first parameter of a name.
    pub fn new(name: impl Into<String>, value: ValueMatch) -> Self {
        Self {
            name: name.into(),
            value,
            origin: Origin::default(),
        }
    }
}
