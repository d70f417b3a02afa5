//! What a rule asks of a request.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Cidr, Origin, Predicate, RepeatedValues, Scheme};

/// One AND of predicates. A rule wins when any of its matches holds.
///
/// A match whose path is no pattern is left out. Where another test cannot be asked as it
/// is written (a regular expression that is none, a predicate that nests too deep, more
/// than a [limit](crate::compile::limits) allows), the match holds without it, and answers
/// 500: what it was to take must not fall to a broader rule. A test among
/// [`RouteMatch::predicates`] is left out as a whole, whatever of it could be asked.
#[derive(Clone, Debug, Default)]
pub struct RouteMatch {
    /// What the path must be.
    pub path: PathMatch,
    /// Where the path was written, where that is narrower than the match.
    pub path_origin: Origin,
    /// Whether ASCII letters of the path match without regard to case.
    pub path_ignore_case: bool,
    /// Whether the path is compared as it came rather than in its canonical form.
    /// Such a match names no prefix that a rewrite could replace.
    pub path_raw: bool,
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
    /// Everything else that must hold, all of it.
    pub predicates: Vec<Predicate>,
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
    /// Ends with this text.
    Suffix(String),
    /// Holds this text anywhere.
    Contains(String),
    /// `*` stands for any run of bytes within a segment, `?` for one byte of a
    /// segment. `**` stands for any run of bytes; where it is a whole segment, for
    /// any number of whole segments, so that `/a/**/b` takes `/a/b` and `/a/**`
    /// takes `/a`. Begins with `/`, or is `**`, which takes every path.
    Glob(String),
    /// A path with captures: `/users/{id}/files/{rest=**}`. `{name}` and `{name=*}`
    /// stand for one or more bytes of one segment, `{name=**}` for any run of
    /// bytes; `*` and `**` are the same without a name. A hole may be a part of a
    /// segment (`/{id}.json`). `{name=a/*/b}` captures what a pattern takes. Of
    /// several ways to match, the first hole takes as much as it can, then the
    /// next. `{{` and `}}` are braces.
    Template(String),
    /// A regular expression over the whole path (`^…$` is implied). Groups are
    /// captures, by name or by number.
    Regex(String),
    /// A regular expression that must match from the beginning of the path.
    RegexStart(String),
    /// A regular expression that must match somewhere in the path.
    RegexSearch(String),
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
    /// One of these texts, byte for byte; none of them matches nothing.
    In(Vec<String>),
    /// `*` stands for any run of bytes, `?` for one byte.
    Glob(String),
    /// A regular expression over the whole value (`^…$` is implied).
    Regex(String),
    /// A regular expression that must match from the beginning of the value.
    RegexStart(String),
    /// A regular expression that must match somewhere in the value.
    RegexSearch(String),
    /// An address in one of these ranges; what is no address does not match.
    Cidr(Vec<Cidr>),
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
    /// Whether ASCII letters of the value match without regard to case.
    pub ignore_case: bool,
    /// Holds where the value does not match. Whether a missing header satisfies
    /// an inverted predicate is `missing_matches`.
    pub invert: bool,
    /// What a request without the header gives, before anything else is asked.
    pub missing_matches: bool,
    /// What counts where the header is repeated.
    pub repeated: RepeatedValues,
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
            ignore_case: false,
            invert: false,
            missing_matches: false,
            repeated: RepeatedValues::default(),
            origin: Origin::default(),
        }
    }
}

/// A query parameter predicate.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct QueryMatch {
    /// The parameter's name, case-sensitive.
    pub name: String,
    /// What its value must be.
    pub value: ValueMatch,
    /// Whether ASCII letters of the value match without regard to case.
    pub ignore_case: bool,
    /// Holds where the value does not match. Whether a missing parameter satisfies
    /// an inverted predicate is `missing_matches`.
    pub invert: bool,
    /// What a request without the parameter gives, before anything else is asked.
    pub missing_matches: bool,
    /// What counts where the parameter is repeated.
    pub repeated: RepeatedValues,
    /// Whether name and value are compared as they came rather than percent-decoded.
    pub raw: bool,
    /// Where it was written.
    pub origin: Origin,
}

impl QueryMatch {
    /// A predicate on the first parameter of a name, decoded; a request without the
    /// parameter does not satisfy it.
    pub fn new(name: impl Into<String>, value: ValueMatch) -> Self {
        Self {
            name: name.into(),
            value,
            ignore_case: false,
            invert: false,
            missing_matches: false,
            repeated: RepeatedValues::First,
            raw: false,
            origin: Origin::default(),
        }
    }
}
