//! The order between rules that match the same request, clause by clause.
//!
//! The compiler sorts by it; explanations name the clause that separated two
//! rules. Both use [`RankKey::compare`], so what is said is what was done.

use core::cmp::{Ordering, Reverse};

use crate::vocabulary::Precedence;

/// What a preset compares, of one match under one host.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct RankKey {
    pub(crate) preset: Precedence,
    /// The user's number; lower first, none last.
    pub(crate) priority: Option<i64>,
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
    pub(crate) created: Option<i64>,
    /// Place of the route in the input.
    pub(crate) order: u32,
    /// Place of the route when all are sorted by namespace and name.
    pub(crate) name_order: u32,
    /// Place of the attachment in its stage.
    pub(crate) attachment: u32,
    pub(crate) rule: u32,
    pub(crate) index: u32,
}

/// Path kinds in the order in which presets prefer them.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
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
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
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

impl RankKey {
    /// Which of two keys of the same preset comes first, and the clause that says so.
    pub(crate) fn compare(&self, other: &Self) -> (Ordering, Clause) {
        let clauses: &[Clause] = match self.preset {
            // SPEC: Gateway API, HTTPRouteRule.matches: hostnames first
            // (HTTPRouteSpec.hostnames), then exact path, prefix length, method,
            // headers, query parameters, age, namespace/name, position. Where a
            // regular expression stands is left open: between exact and prefix.
            // GRPCRouteRule.matches: service, method, headers, the same ties.
            Precedence::GatewayApi => &[
                Clause::Host,
                Clause::PathKind,
                Clause::PathLength,
                Clause::GrpcMethod,
                Clause::Method,
                Clause::Headers,
                Clause::Query,
                Clause::Age,
                Clause::Name,
                Clause::Position,
            ],
            // SPEC: App Mesh user guide, gateway-routes and routes: priority, then
            // the longest prefix. Host before path is how the data plane's
            // virtual hosts behave; everything after the prefix is ours.
            Precedence::AppMesh => &[
                Clause::Priority,
                Clause::Host,
                Clause::PathKind,
                Clause::PathLength,
                Clause::GrpcMethod,
                Clause::Headers,
                Clause::Query,
                Clause::Method,
                Clause::Name,
                Clause::Position,
            ],
            Precedence::FirstMatch => &[Clause::Position],
            // SPEC: `Precedence::Specific`: what systems that promise "the most specific
            // match" have in common; the user's number comes first.
            Precedence::Specific => &[
                Clause::Priority,
                Clause::Host,
                Clause::ExactPath,
                Clause::LiteralBytes,
                Clause::PathForm,
                Clause::Method,
                Clause::Predicates,
                Clause::Position,
            ],
            // SPEC: Gateway API conformance, TCPRouteMultipleRoutesAttachment: all
            // routes are attached, the oldest gets the traffic.
            Precedence::OldestRoute => &[Clause::Age, Clause::Name, Clause::Position],
        };
        for &clause in clauses {
            let order = self.compare_by(other, clause);
            if order != Ordering::Equal {
                return (order, clause);
            }
        }
        (Ordering::Equal, Clause::Position)
    }

    fn compare_by(&self, other: &Self, clause: Clause) -> Ordering {
        match clause {
            // SPEC: App Mesh: an unset priority comes after every set one.
            Clause::Priority => {
                let key = |priority: Option<i64>| (priority.is_none(), priority);
                key(self.priority).cmp(&key(other.priority))
            }
            // SPEC: HTTPRouteSpec.hostnames: the largest number of characters in a
            // matching non-wildcard hostname, then in a matching hostname.
            // Beyond these, the order in which a lookup goes through hosts: text at the
            // end, text at the start, regular expressions as they appear. A port makes
            // a host more specific.
            Clause::Host => self.host_key().cmp(&other.host_key()),
            Clause::PathKind => self.path_class.cmp(&other.path_class),
            Clause::PathLength => other.path_chars.cmp(&self.path_chars),
            Clause::ExactPath => {
                let is_other = |key: &Self| key.path_form != PathForm::Exact;
                is_other(self).cmp(&is_other(other))
            }
            Clause::LiteralBytes => other.literal.cmp(&self.literal),
            Clause::PathForm => self.path_form.cmp(&other.path_form),
            Clause::Predicates => other.predicates.cmp(&self.predicates),
            Clause::GrpcMethod => other.grpc_method_chars.cmp(&self.grpc_method_chars),
            Clause::Method => other.has_method.cmp(&self.has_method),
            Clause::Headers => other.headers.cmp(&self.headers),
            Clause::Query => other.query.cmp(&self.query),
            // SPEC: oldest creation time; the input's order is the age of routes
            // that state none, and they are younger than every route that does.
            Clause::Age => match (self.created, other.created) {
                (Some(this), Some(that)) => this.cmp(&that),
                (None, None) => self.order.cmp(&other.order),
                (this, that) => that.is_some().cmp(&this.is_some()),
            },
            Clause::Name => self.name_order.cmp(&other.name_order),
            Clause::Position => (self.attachment, self.rule, self.index).cmp(&(
                other.attachment,
                other.rule,
                other.index,
            )),
        }
    }

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
