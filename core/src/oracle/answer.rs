//! What the oracle answers.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::model::{Backend, HeaderVerb, MetadataValue};

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// It is sent on.
    Forward(Box<Forward>),
    /// It is answered with another address.
    Redirect(Box<Redirected>),
    /// It is answered by the engine.
    Respond(Box<Responded>),
    /// No rule takes it.
    NoRoute {
        /// 404, or 421 for a request that came in by the wrong server name.
        status: u16,
    },
    /// It is refused with 400, for each of these reasons. Which one is named where
    /// there are several is open.
    Reject(Vec<Refusal>),
    /// Gateways or listeners that could all have taken it would differ.
    Ambiguous,
    /// One of these: several things are wrong, and which one is found first is open.
    OneOf(Vec<Self>),
}

impl Answer {
    /// An answer by the engine without anything but its status.
    pub fn respond(status: u16) -> Self {
        Self::Respond(Box::new(Responded {
            status,
            ..Responded::default()
        }))
    }
}

/// How a request is sent on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forward {
    /// The winner of each stage that was passed through.
    pub trail: Vec<Step>,
    /// Where to.
    pub backend: Backend,
    /// Whether the request named the backend.
    pub from_request: bool,
    /// Where to while the backend cannot take it.
    pub failover: Vec<Backend>,
    /// The method that is sent on.
    pub method: Vec<u8>,
    /// The path that is sent on, with the query.
    pub target: Vec<u8>,
    /// The authority that is sent on.
    pub authority: Option<Vec<u8>>,
    /// Whether the proxy puts the backend's name in the authority's place.
    pub host_from_backend: bool,
    /// Edits of request headers, in order.
    pub request_edits: Vec<Edit>,
    /// Edits of response headers, in order.
    pub response_edits: Vec<Edit>,
    /// The headers as they leave, names in lower case, those of one name together:
    /// between names no order is promised.
    pub head: Vec<(Vec<u8>, Vec<u8>)>,
    /// Backends that could get a copy, and whether this request gives one.
    pub mirrors: Vec<(Backend, bool)>,
    /// What holes and groups of the path took.
    pub captures: Vec<(String, Vec<u8>)>,
    /// What a load balancer chooses an endpoint by.
    pub hash: Option<u64>,
    /// Facts that travel along.
    pub metadata: Vec<(String, MetadataValue)>,
    /// CORS headers of the response.
    pub cors: Vec<(String, Vec<u8>)>,
    /// Whether a delay was drawn.
    pub delayed: bool,
}

/// How a request is answered with another address.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Redirected {
    /// The status.
    pub status: u16,
    /// The new address.
    pub location: Vec<u8>,
    /// Whether its host is the request's own.
    pub host_from_request: bool,
    /// Edits of response headers, in order.
    pub response_edits: Vec<Edit>,
    /// CORS headers of the response.
    pub cors: Vec<(String, Vec<u8>)>,
}

/// How a request is answered by the engine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Responded {
    /// The status.
    pub status: u16,
    /// The body; empty where no rule asks for the answer.
    pub body: Vec<u8>,
    /// Edits of response headers, in order; none where no rule asks for the answer.
    pub response_edits: Vec<Edit>,
    /// CORS headers of the response.
    pub cors: Vec<(String, Vec<u8>)>,
}

/// One header edit, its holes filled in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Edit {
    /// What to do.
    pub verb: HeaderVerb,
    /// The name, lower case.
    pub name: Vec<u8>,
    /// The value; empty where the name is removed.
    pub value: Vec<u8>,
}

/// The winner of one stage.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Step {
    /// Index of the route in the set.
    pub route: u32,
    /// Index of the rule in the route.
    pub rule: usize,
    /// Index of the match in the rule; `None` where the rule has no matches.
    pub matched: Option<usize>,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Refusal {
    /// The method is no token.
    Method,
    /// The target is none.
    Path,
    /// The target is a whole URL.
    AbsoluteForm,
    /// The authority is none.
    Authority,
    /// The server name is none.
    ServerName,
    /// Several `host` headers, or one that is not the authority.
    Host,
    /// A header without a name, or with a control character in its value.
    Header,
    /// A header with an underscore in its name.
    Underscore,
    /// An escaped slash.
    EscapedSlash,
    /// A parameter in a path segment.
    PathParameter,
    /// A `%` that begins no escape, or would begin one that it did not.
    Escape,
    /// A rewritten path that is not canonical.
    Rewrite,
}
