//! Where a request goes.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Fact, Filter, Format, MetadataValue, Origin, Scheme, StageId};

/// What a rule does with a request that it wins.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Action {
    /// Sends it to one of these, by weight. Empty answers 500.
    Forward(Vec<WeightedTarget>),
    /// Answers with another address.
    Redirect(Redirect),
    /// Answers itself.
    Respond(Respond),
}

/// A target and its relative share.
#[derive(Clone, Debug)]
pub struct WeightedTarget {
    /// Where to.
    pub target: Target,
    /// Relative share; 0 is never chosen.
    pub weight: u32,
    /// Applied after the rule's filters, only if this target is chosen.
    pub filters: Vec<Filter>,
    /// Where the request goes, in this order, while the target cannot take it. The
    /// decision carries them; the proxy knows who can take a request.
    pub failover: Vec<Backend>,
    /// Where it was written.
    pub origin: Origin,
}

impl WeightedTarget {
    /// A target with a share and no filters.
    pub fn new(target: Target, weight: u32) -> Self {
        Self {
            target,
            weight,
            filters: Vec::new(),
            failover: Vec::new(),
            origin: Origin::default(),
        }
    }
}

/// Where a request can be sent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Target {
    /// A backend.
    Backend(Backend),
    /// Another stage, which sees the rewritten path and host.
    Stage {
        /// The stage.
        stage: StageId,
        /// Facts added to the decision's metadata (the VirtualService passed through).
        metadata: Vec<(String, MetadataValue)>,
    },
    /// A backend that the request names (Envoy's `cluster_header`). The decision
    /// says that it did.
    FromRequest {
        /// The backend's kind.
        kind: String,
        /// Whose first value is the name.
        fact: Fact,
        /// What a request is answered with that names no backend: the fact is missing,
        /// or it is no name. A name is printable ASCII without blanks and `/`, and not
        /// `.` or `..`.
        status: u16,
    },
    /// A reference that leads nowhere: it keeps its share, and the share fails.
    Invalid(InvalidTarget),
}

/// A reference that cannot be resolved.
#[derive(Clone, Debug)]
pub struct InvalidTarget {
    /// What was written, as far as it names something.
    pub backend: Backend,
    /// A word for why: `BackendNotFound`, `RefNotPermitted`, `InvalidKind`.
    pub reason: String,
    /// What a request that draws it is answered with (500, for TCP: refused).
    pub status: u16,
}

/// A named target outside of the engine, in the dialect's own naming.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Backend {
    /// `Service`, `VirtualNode`, `cluster`.
    pub kind: String,
    /// Empty for what is in no namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The port, where the reference states one.
    pub port: Option<u16>,
    /// A subset of the backend's endpoints (Istio, Consul).
    pub subset: Option<String>,
    /// Protocol to speak to it, where the dialect says so: `h2c`, `ws`, `grpc`.
    pub protocol: Option<String>,
}

/// Answers with another address.
///
/// Parts that are `None` keep the request's. The port: an explicit one; else,
/// where `scheme` is set, that scheme's well-known port; else the listener's port.
/// A port that is the scheme's default is left out of `Location`. The host in a
/// `Location` that the rule does not set is the request's own: a decision says so
/// with [`Decision::is_host_from_request`](crate::Decision::is_host_from_request).
///
/// A request without authority (HTTP/1.0) has no host to keep. `Location` is then
/// a bare path; where the redirect sets a port or another scheme, it has the
/// address that the client connected to as host, or, where the request does not
/// tell that, an empty one for the proxy to fill in, with the port always beside it
/// (`https://:443/`), since a client would take what follows for a host.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Redirect {
    /// New scheme.
    pub scheme: Option<Scheme>,
    /// New host.
    pub host: Option<Format>,
    /// New port.
    pub port: Option<u16>,
    /// New path; the query stays, unless the path brings one of its own.
    pub path: Option<super::PathRewrite>,
    /// What becomes of the query; `None` keeps it, and `Some(QueryRewrite::To("".into()))`
    /// leaves it out.
    pub query: Option<super::QueryRewrite>,
    /// 300, 301, 302, 303, 307 or 308.
    pub status: u16,
}

/// Answers itself.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Respond {
    /// HTTP status, 200 to 599.
    pub status: u16,
    /// The body, possibly empty.
    pub body: String,
    /// Where the rule answers because it cannot be carried out: a word for why,
    /// shown in decisions and explanations (`UnsupportedValue`). Empty where this
    /// is what the rule asks for.
    pub reason: String,
}
