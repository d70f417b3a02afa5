//! Facts of a request, as tests, formats and hash keys refer to them.

use super::text::Text;

/// A fact; names are texts of the table.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum FactEntry {
    Path,
    RawPath,
    Method,
    Scheme,
    Host,
    Authority,
    AuthorityPort,
    Port,
    Version,
    RawQuery,
    /// Lower case.
    Header(Text),
    /// Percent-decoded.
    Query(Text),
    RawQueryParameter(Text),
    Cookie(Text),
    Attribute(Text),
    SourceIp,
    DestinationIp,
    Sni,
    ClientNamespace,
    GrpcService,
    GrpcMethod,
    Grpc,
}
