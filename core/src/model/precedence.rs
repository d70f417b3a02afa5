//! The order between rules that match the same request.

/// A named order of precedence. Each is a total order: its last clauses are the
/// order of the input, so that the same input always gives the same answer.
/// `docs/precedence.md` has each preset clause by clause with its source.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Precedence {
    /// Gateway API: host, exact path, longest prefix, method, headers, query,
    /// age, namespace and name, position. GRPCRoute: host, service, method,
    /// headers, age, namespace and name, position.
    #[default]
    GatewayApi,
    /// App Mesh: priority number, then the longest prefix; what App Mesh leaves
    /// open is settled by a fixed refinement and reported.
    AppMesh,
    /// The first rule that matches, in written order.
    FirstMatch,
    /// TCP and UDP listeners: the oldest route, by age, then namespace and name.
    OldestRoute,
}
