//! Facts of a request, and tests on them.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Origin, RepeatedValues, ValueMatch};

/// Something that is known about a request, with no value, one or several.
///
/// Values are bytes. What a request does not have has no value: it is missing.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Fact {
    /// The path, canonical, without query; in a further stage as the stages before
    /// left it.
    Path,
    /// The path as it came, without query and fragment.
    RawPath,
    /// The method.
    Method,
    /// `http` or `https`.
    Scheme,
    /// The host: lower case, without port; in a further stage as the stages before
    /// left it. Missing where the request has no authority.
    Host,
    /// The authority as it came.
    Authority,
    /// The port in the authority, in decimal; missing where it states none.
    AuthorityPort,
    /// The port the request came in on, in decimal: as the request states it, else
    /// the default of its scheme.
    Port,
    /// The HTTP version: `1`, `2` or `3`. gRPC is HTTP/2. Missing for connections.
    Version,
    /// The whole query as it came, without `?`; missing where there is no `?`.
    RawQuery,
    /// A header, by name without regard to case: the value of each field line.
    Header(String),
    /// A query parameter by its percent-decoded name: decoded values.
    Query(String),
    /// A query parameter by its name as it came: values as they came.
    RawQueryParameter(String),
    /// A cookie by its name, with regard to case: its values in all `cookie` headers.
    /// Spaces around name and value are no part of them, nor are double quotes
    /// around a value; what has no `=` is no cookie (RFC 6265).
    Cookie(String),
    /// A fact that only the caller knows, by name: `jwt.sub`, `tls.alpn`. See
    /// [`attribute`](crate::attribute) for names with a fixed meaning.
    Attribute(String),
    /// The client's address, as text.
    SourceIp,
    /// The address the client connected to, as text.
    DestinationIp,
    /// The TLS server name, lower case.
    Sni,
    /// The namespace of the client's workload.
    ClientNamespace,
    /// The gRPC service, from a path `/service/method`; missing for other paths.
    GrpcService,
    /// The gRPC method, from a path `/service/method`; missing for other paths.
    GrpcMethod,
    /// `grpc` where the request is gRPC; missing otherwise.
    Grpc,
}

/// A test of one fact.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct FactMatch {
    /// What is tested.
    pub fact: Fact,
    /// What its value must be.
    pub value: ValueMatch,
    /// Whether ASCII letters match without regard to case.
    pub ignore_case: bool,
    /// Holds where the value does not match. Whether a missing fact satisfies an
    /// inverted test is `missing_matches`.
    pub invert: bool,
    /// What a request without the fact gives, before anything else is asked.
    pub missing_matches: bool,
    /// What counts where there are several values.
    pub repeated: RepeatedValues,
    /// Where it was written.
    pub origin: Origin,
}

impl FactMatch {
    /// A test that a request without the fact does not satisfy. Of several values
    /// any may match.
    pub fn new(fact: Fact, value: ValueMatch) -> Self {
        Self {
            fact,
            value,
            ignore_case: false,
            invert: false,
            missing_matches: false,
            repeated: RepeatedValues::Any,
            origin: Origin::default(),
        }
    }

    /// Holds where the value does not match, and where the fact is missing.
    #[must_use]
    pub fn inverted(mut self) -> Self {
        self.invert = true;
        self.missing_matches = true;
        self
    }

    /// Matches ASCII letters without regard to case.
    #[must_use]
    pub fn ignoring_case(mut self) -> Self {
        self.ignore_case = true;
        self
    }
}

/// An AND, OR or NOT of tests, nested at most [`Predicate::MAX_DEPTH`] deep.
///
/// ```
/// use fingerpost::model::{Fact, FactMatch, Predicate, ValueMatch};
///
/// let from = |cidr: &str| Predicate::fact(FactMatch::new(
///     Fact::SourceIp,
///     ValueMatch::Cidr(vec![cidr.parse().unwrap()]),
/// ));
/// let staff = Predicate::any([from("10.0.0.0/8"), from("fd00::/8")]);
/// let outside = Predicate::negated(staff);
/// assert_eq!(outside.depth(), 3);
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Predicate {
    node: Node,
    depth: u8,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
enum Node {
    Fact(FactMatch),
    Fraction { numerator: u32, denominator: u32 },
    All(Vec<Predicate>),
    Any(Vec<Predicate>),
    Not(alloc::boxed::Box<Predicate>),
    TooDeep,
}

/// What a [`Predicate`] is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PredicateKind<'p> {
    /// A test of one fact.
    Fact(&'p FactMatch),
    /// A share of requests, by [`Request::random`](crate::Request::random): holds
    /// where that number, scaled to the denominator, is below the numerator.
    Fraction {
        /// Share taken, of the denominator.
        numerator: u32,
        /// At least 1.
        denominator: u32,
    },
    /// All of these; none of them holds.
    All(&'p [Predicate]),
    /// One of these; none of them does not hold.
    Any(&'p [Predicate]),
    /// Holds where this does not.
    Not(&'p Predicate),
    /// Was nested deeper than [`Predicate::MAX_DEPTH`]; the compiler refuses it.
    TooDeep,
}

impl Predicate {
    /// How deep predicates nest at most. A deeper one is not built: it becomes
    /// [`PredicateKind::TooDeep`], so that nothing that walks a predicate can
    /// exhaust its stack.
    pub const MAX_DEPTH: u8 = 64;

    /// A test of one fact.
    pub fn fact(test: FactMatch) -> Self {
        Self {
            node: Node::Fact(test),
            depth: 1,
        }
    }

    /// A share of requests; see [`PredicateKind::Fraction`].
    pub fn fraction(numerator: u32, denominator: u32) -> Self {
        let node = Node::Fraction {
            numerator,
            denominator: denominator.max(1),
        };
        Self { node, depth: 1 }
    }

    /// Holds where all of `parts` hold.
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::nested(Node::All, parts.into_iter().collect())
    }

    /// Holds where one of `parts` holds.
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::nested(Node::Any, parts.into_iter().collect())
    }

    /// Holds where `part` does not.
    pub fn negated(part: Self) -> Self {
        match part.depth.checked_add(1) {
            Some(depth) if depth <= Self::MAX_DEPTH && part.node != Node::TooDeep => Self {
                node: Node::Not(alloc::boxed::Box::new(part)),
                depth,
            },
            _ => Self::too_deep(),
        }
    }

    /// How deep it nests, from 1.
    pub fn depth(&self) -> u8 {
        self.depth
    }

    /// What it is.
    pub fn kind(&self) -> PredicateKind<'_> {
        match &self.node {
            Node::Fact(test) => PredicateKind::Fact(test),
            &Node::Fraction {
                numerator,
                denominator,
            } => PredicateKind::Fraction {
                numerator,
                denominator,
            },
            Node::All(parts) => PredicateKind::All(parts),
            Node::Any(parts) => PredicateKind::Any(parts),
            Node::Not(part) => PredicateKind::Not(part),
            Node::TooDeep => PredicateKind::TooDeep,
        }
    }

    fn nested(node: fn(Vec<Self>) -> Node, parts: Vec<Self>) -> Self {
        let deepest = parts.iter().map(|part| part.depth).max().unwrap_or(0);
        let is_broken = parts.iter().any(|part| part.node == Node::TooDeep);
        if deepest >= Self::MAX_DEPTH || is_broken {
            return Self::too_deep();
        }
        Self {
            node: node(parts),
            depth: deepest + 1,
        }
    }

    fn too_deep() -> Self {
        Self {
            node: Node::TooDeep,
            depth: 1,
        }
    }
}

impl From<FactMatch> for Predicate {
    fn from(test: FactMatch) -> Self {
        Self::fact(test)
    }
}
