//! The order between rules that match the same request, clause by clause.
//!
//! The compiler sorts by it; explanations name the clause that separated two
//! rules. Both use the clauses of [`Clause::all`], so what is said is what was done.

use core::cmp::{Ordering, Reverse};

use crate::vocabulary::Precedence;

/// What a preset compares of a match, wherever it is found.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct MatchKey {
    /// The user's number; lower first, none last.
    pub(crate) priority: Option<i64>,
    pub(crate) path_class: PathClass,
    pub(crate) path_form: PathForm,
    /// Bytes of text that every path taken has.
    pub(crate) literal: u32,
    /// Characters of the path's value, where that counts.
    pub(crate) path_chars: u32,
    /// Characters of the gRPC method's value.
    pub(crate) grpc_method_chars: u32,
    pub(crate) has_method: bool,
    pub(crate) headers: u32,
    pub(crate) query: u32,
    /// Headers, query parameters, tests of facts, scheme and gRPC together.
    pub(crate) predicates: u32,
}

/// What a preset compares of a route under one host of one stage.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct BoundKey {
    /// Characters of the host as written, if it is no wildcard.
    pub(crate) precise_host_chars: u32,
    pub(crate) host_class: HostClass,
    /// Characters of the host as written, wildcard label included.
    pub(crate) host_chars: u32,
    /// Whether the star of the host is one label.
    pub(crate) is_one_label: bool,
    /// Place of the host among the regular expressions of its stage; 0 for others.
    pub(crate) host_order: u32,
    /// Whether the host needs a port.
    pub(crate) has_port: bool,
    pub(crate) created: Option<i64>,
    /// Place of the route in the input.
    pub(crate) order: u32,
    /// Place of the route when all are sorted by namespace and name.
    pub(crate) name_order: u32,
}

/// A match under one host of one stage. What no clause separates stays in the order of
/// the input: attachment, rule, match.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RankKey<'k> {
    pub(crate) preset: Precedence,
    pub(crate) one: &'k MatchKey,
    pub(crate) bound: &'k BoundKey,
}

/// Path kinds in the order in which presets prefer them.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum PathClass {
    Exact,
    Regex,
    #[default]
    Prefix,
}

/// Host kinds in the order in which a lookup prefers them. An exact host is ordered by
/// its characters before this is asked.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum HostClass {
    /// Its text is at the end, or all of it.
    Tail,
    /// Its text is at the start.
    Head,
    Regex,
    #[default]
    Any,
}

/// Path kinds in the order in which [`Precedence::Specific`] prefers them.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum PathForm {
    Exact,
    Template,
    Glob,
    Segments,
    #[default]
    Prefix,
    Suffix,
    Contains,
    Regex,
}

/// The clause of a precedence that separates two matches.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Clause {
    /// The user's priority number.
    Priority,
    /// The more specific host.
    Host,
    /// Exact before regex before prefix.
    PathKind,
    /// The longer path value.
    PathLength,
    /// An exact path before any other.
    ExactPath,
    /// More bytes of text that every path taken has.
    LiteralBytes,
    /// Exact, template, glob, segment prefix, string prefix, suffix, contained text,
    /// regular expression.
    PathForm,
    /// The longer gRPC method name.
    GrpcMethod,
    /// A method before none.
    Method,
    /// More headers.
    Headers,
    /// More query parameters.
    Query,
    /// More predicates of any kind besides path, host and method.
    Predicates,
    /// The older route.
    Age,
    /// Namespace and name.
    Name,
    /// Position in the input.
    Position,
}

/// What a clause compares.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Part {
    Priority,
    Host,
    Match,
    Route,
    Position,
}

impl Clause {
    /// What it compares. Every preset asks in this order: of the priority, of the host,
    /// of the rest of the match, of the route. The compiler sorts by it.
    pub(crate) fn part(self) -> Part {
        match self {
            Self::Priority => Part::Priority,
            Self::Host => Part::Host,
            Self::Age | Self::Name => Part::Route,
            Self::Position => Part::Position,
            Self::PathKind
            | Self::PathLength
            | Self::ExactPath
            | Self::LiteralBytes
            | Self::PathForm
            | Self::GrpcMethod
            | Self::Method
            | Self::Headers
            | Self::Query
            | Self::Predicates => Part::Match,
        }
    }

    /// The clauses of a preset, the most important first.
    pub(crate) fn all(preset: Precedence) -> &'static [Self] {
        match preset {
            // SPEC: Gateway API, HTTPRouteRule.matches: hostnames first
            // (HTTPRouteSpec.hostnames), then exact path, prefix length, method,
            // headers, query parameters, age, namespace/name, position. Where a
            // regular expression stands is left open: between exact and prefix.
            // GRPCRouteRule.matches: service, method, headers, the same ties.
            Precedence::GatewayApi => &[
                Self::Host,
                Self::PathKind,
                Self::PathLength,
                Self::GrpcMethod,
                Self::Method,
                Self::Headers,
                Self::Query,
                Self::Age,
                Self::Name,
                Self::Position,
            ],
            // SPEC: App Mesh user guide, gateway-routes and routes: priority, then
            // the longest prefix. Host before path is how the data plane's
            // virtual hosts behave; everything after the prefix is ours.
            Precedence::AppMesh => &[
                Self::Priority,
                Self::Host,
                Self::PathKind,
                Self::PathLength,
                Self::GrpcMethod,
                Self::Headers,
                Self::Query,
                Self::Method,
                Self::Name,
                Self::Position,
            ],
            Precedence::FirstMatch => &[Self::Position],
            // SPEC: `Precedence::Specific`: what systems that promise "the most specific
            // match" have in common; the user's number comes first.
            Precedence::Specific => &[
                Self::Priority,
                Self::Host,
                Self::ExactPath,
                Self::LiteralBytes,
                Self::PathForm,
                Self::Method,
                Self::Predicates,
                Self::Position,
            ],
            // SPEC: Gateway API conformance, TCPRouteMultipleRoutesAttachment: all
            // routes are attached, the oldest gets the traffic.
            Precedence::OldestRoute => &[Self::Age, Self::Name, Self::Position],
        }
    }
}

impl RankKey<'_> {
    /// Which of two keys of the same preset comes first, and the clause that says so.
    #[cfg_attr(not(feature = "explain"), allow(dead_code))]
    pub(crate) fn compare(self, other: Self) -> (Ordering, Clause) {
        for &clause in Clause::all(self.preset) {
            let order = self.compare_by(other, clause);
            if order != Ordering::Equal {
                return (order, clause);
            }
        }
        (Ordering::Equal, Clause::Position)
    }

    /// The order by one part of the preset's clauses.
    #[cfg_attr(not(feature = "compile"), allow(dead_code))]
    pub(crate) fn compare_part(self, other: Self, part: Part) -> Ordering {
        let clauses = Clause::all(self.preset).iter();
        let mut clauses = clauses.filter(|clause| clause.part() == part);
        let order = clauses.find_map(|&clause| {
            let order = self.compare_by(other, clause);
            (order != Ordering::Equal).then_some(order)
        });
        order.unwrap_or(Ordering::Equal)
    }

    fn compare_by(self, other: Self, clause: Clause) -> Ordering {
        let (one, two) = (self.one, other.one);
        let (bound, other) = (self.bound, other.bound);
        match clause {
            // SPEC: App Mesh: an unset priority comes after every set one.
            Clause::Priority => {
                let key = |priority: Option<i64>| (priority.is_none(), priority);
                key(one.priority).cmp(&key(two.priority))
            }
            // SPEC: HTTPRouteSpec.hostnames: the largest number of characters in a
            // matching non-wildcard hostname, then in a matching hostname.
            // Beyond these, the order in which a lookup goes through hosts: text at the
            // end, text at the start, regular expressions as they appear. A port makes
            // a host more specific.
            Clause::Host => bound.host_key().cmp(&other.host_key()),
            Clause::PathKind => one.path_class.cmp(&two.path_class),
            Clause::PathLength => two.path_chars.cmp(&one.path_chars),
            Clause::ExactPath => {
                let is_other = |key: &MatchKey| key.path_form != PathForm::Exact;
                is_other(one).cmp(&is_other(two))
            }
            Clause::LiteralBytes => two.literal.cmp(&one.literal),
            Clause::PathForm => one.path_form.cmp(&two.path_form),
            Clause::Predicates => two.predicates.cmp(&one.predicates),
            Clause::GrpcMethod => two.grpc_method_chars.cmp(&one.grpc_method_chars),
            Clause::Method => two.has_method.cmp(&one.has_method),
            Clause::Headers => two.headers.cmp(&one.headers),
            Clause::Query => two.query.cmp(&one.query),
            // SPEC: oldest creation time; the input's order is the age of routes
            // that state none, and they are younger than every route that does.
            Clause::Age => match (bound.created, other.created) {
                (Some(this), Some(that)) => this.cmp(&that),
                (None, None) => bound.order.cmp(&other.order),
                (this, that) => that.is_some().cmp(&this.is_some()),
            },
            Clause::Name => bound.name_order.cmp(&other.name_order),
            Clause::Position => Ordering::Equal,
        }
    }
}

impl BoundKey {
    /// What hosts are ordered by; less comes first.
    fn host_key(&self) -> impl Ord + use<> {
        (
            Reverse(self.precise_host_chars),
            self.host_class,
            Reverse(self.host_chars),
            Reverse(self.is_one_label),
            self.host_order,
            Reverse(self.has_port),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_ask_of_the_parts_in_one_order() {
        for preset in Precedence::ALL {
            let clauses = Clause::all(preset).iter();
            assert!(
                clauses.is_sorted_by_key(|clause| clause.part()),
                "{preset:?}"
            );
            assert_eq!(Clause::all(preset).last(), Some(&Clause::Position));
        }
    }
}
