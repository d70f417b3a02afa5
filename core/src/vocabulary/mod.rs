//! Words that the model and the table share.
//!
//! The table never refers to the model, so that a build which only matches
//! carries none of it. These few plain types are what both speak of; the model
//! re-exports them.

mod normalization;

pub use normalization::{
    EscapedSlashes, Fragment, MalformedEscapes, Normalization, PathParameters,
};

/// A place in an input file: what diagnostics and explanations point at.
///
/// Lines and columns count from 1; a column counts characters, not bytes. The
/// default value (line 0) means that the place is not known.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Origin {
    /// Number of the file among the sources.
    pub source: u32,
    /// First line, from 1; 0 where the place is not known.
    pub line: u32,
    /// First column, from 1.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column after the last character.
    pub end_column: u32,
    /// First byte in the file.
    pub start: u32,
    /// Byte after the last one.
    pub end: u32,
}

impl Origin {
    /// Whether the place is known.
    pub fn is_known(&self) -> bool {
        self.line != 0
    }
}

/// A request's scheme.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Scheme {
    /// `http`
    #[default]
    Http,
    /// `https`
    Https,
}

impl Scheme {
    /// `http` or `https`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port a URL of this scheme means when it names none.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// What a listener speaks.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Protocol {
    /// HTTP over any transport: the listener takes `http` and `https` requests.
    AnyHttp,
    /// HTTP without TLS.
    Http,
    /// HTTP over TLS that ends here.
    Https,
    /// TCP connections.
    Tcp,
    /// TLS connections, chosen by server name, passed through or ended here.
    Tls,
    /// UDP datagrams.
    Udp,
}

/// The order between rules that match the same request.
///
/// Each is a total order: its last clauses are the order of the input, so that
/// the same input always gives the same answer. `docs/precedence.md` has each
/// preset clause by clause with its source.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Precedence {
    /// Gateway API: host, exact path, regex, longest prefix, method, headers,
    /// query, age, namespace and name, position. A gRPC match counts as the path
    /// it stands for: service and method as an exact path, a service as the
    /// prefix `/service/`, a method alone as the prefix `/`; between those equal
    /// in that, the longer method name comes first.
    #[default]
    GatewayApi,
    /// App Mesh: priority number, host, then the longest prefix; what App Mesh
    /// leaves open is settled by a fixed refinement and reported.
    AppMesh,
    /// The first rule that matches, in written order.
    FirstMatch,
    /// TCP and UDP listeners: the oldest route, by age, then namespace and name.
    OldestRoute,
    /// The most specific match: priority number, host, exact path, more literal
    /// bytes in the path, path kind, method, number of predicates, position. Of a
    /// glob or template the bytes outside of stars and holes are literal, of a regular
    /// expression the longest text that everything it takes begins with, assertions
    /// left out, 256 bytes at most.
    Specific,
}

#[cfg(test)]
impl Precedence {
    pub(crate) const ALL: [Self; 5] = [
        Self::GatewayApi,
        Self::AppMesh,
        Self::FirstMatch,
        Self::OldestRoute,
        Self::Specific,
    ];
}

/// What a header edit does.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum HeaderVerb {
    /// Replaces every value of the name, or adds it.
    Set,
    /// Adds a field line after those there are.
    Add,
    /// Adds to the last value of the name, after a comma; adds the name where there
    /// is none.
    Append,
    /// Adds the name where there is none, and changes nothing otherwise.
    SetIfAbsent,
    /// Replaces every value of the name where there is one, and changes nothing
    /// otherwise.
    SetIfPresent,
    /// Removes every value of the name.
    Remove,
}

impl HeaderVerb {
    /// `set`, `add`, `append`, `set_if_absent`, `set_if_present` or `remove`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Add => "add",
            Self::Append => "append",
            Self::SetIfAbsent => "set_if_absent",
            Self::SetIfPresent => "set_if_present",
            Self::Remove => "remove",
        }
    }
}

/// How a replaced prefix and the rest of the path are joined.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum PrefixJoin {
    /// Element-wise: a trailing slash of prefix and replacement does not count,
    /// and an empty result is `/` (Gateway API).
    Segments,
    /// As strings, but never with two slashes at the seam (App Mesh):
    /// `/red/tell` with `/red` replaced by `/` is `/tell`, `/chapter1` with
    /// `/chapter` replaced by `/` is `/1`.
    OneSlash,
    /// As strings (Envoy).
    Literal,
}

/// What counts where a request has several values of one name.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum RepeatedValues {
    /// All values joined with `,` in order (RFC 9110 5.3), as one value.
    #[default]
    Joined,
    /// Any one of the values.
    Any,
    /// Every one of the values, of which there is at least one.
    All,
    /// The first value only.
    First,
}

/// What a stage's hosts are compared with.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum HostForm {
    /// The host: lower case, without port or trailing dot.
    #[default]
    Name,
    /// The authority in lower case, with its port where it has one, and with a
    /// trailing dot where it has one (Envoy's virtual host domains).
    Authority,
}

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

/// Delays or fails a share of requests on purpose. Shares are parts per million.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Fault {
    /// Delay in milliseconds.
    pub delay_ms: Option<u64>,
    /// Share delayed, 0 to 1,000,000.
    pub delay_ppm: u32,
    /// Status answered instead of forwarding.
    pub abort_status: Option<u16>,
    /// gRPC status of the answer, for gRPC requests; `None` leaves it to the proxy.
    pub abort_grpc_status: Option<u8>,
    /// Share aborted, 0 to 1,000,000.
    pub abort_ppm: u32,
}
