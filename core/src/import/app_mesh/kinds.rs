//! The objects of a mesh, as far as routing needs them.
//!
//! Every form (Kubernetes, the AWS API, CloudFormation) is read into these; what
//! comes after does not know the form any more, except for how names are looked up.

use alloc::string::String;
use alloc::vec::Vec;

use crate::model::{HostMatch, ObjectRef, Origin, PathRewrite, RetryPolicy, RouteMatch, Timeouts};

use super::reference::Reference;
use super::selector::{LabelMap, Selector};

/// What every object has.
#[derive(Clone, Debug)]
pub(super) struct Meta {
    /// Kind, namespace and name; no namespace for what the AWS API names.
    pub(super) object: ObjectRef,
    /// The name in AWS.
    pub(super) aws_name: String,
    /// Labels.
    pub(super) labels: LabelMap,
    /// The mesh that the object itself names, where its form lets it or its author
    /// wrote a field that the controller fills in.
    pub(super) mesh: Option<String>,
    /// Whether the object was written for Kubernetes, so that selectors decide.
    pub(super) selected: bool,
    /// Where it was written.
    pub(super) origin: Origin,
    /// Where its name was written: what is said of where it belongs points there.
    pub(super) place: Origin,
}

/// A Mesh.
#[derive(Clone, Debug)]
pub(super) struct Mesh {
    pub(super) meta: Meta,
    /// Which namespaces belong to it.
    pub(super) namespaces: Selector,
}

/// A VirtualGateway.
#[derive(Clone, Debug)]
pub(super) struct VirtualGateway {
    pub(super) meta: Meta,
    /// Which namespaces' GatewayRoutes belong to it.
    pub(super) namespaces: Selector,
    /// Which GatewayRoutes of those belong to it; `None` takes all.
    pub(super) routes: Option<Selector>,
    pub(super) listeners: Vec<PortMapping>,
    /// Whether the input does not hold it, but holds routes that need it: then it
    /// takes every protocol on any port.
    pub(super) assumed: bool,
}

/// A port that something listens on, and what it speaks there.
#[derive(Clone, Copy, Debug)]
pub(super) struct PortMapping {
    pub(super) port: u16,
    pub(super) kind: RouteKind,
    /// Limits that a VirtualNode's listener sets on each request.
    pub(super) timeouts: Timeouts,
    pub(super) origin: Origin,
}

/// What a listener speaks, and the kind of route that serves it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum RouteKind {
    Http,
    Http2,
    Grpc,
    Tcp,
}

impl RouteKind {
    /// All of them, with the field that holds such a route and the name of the protocol.
    pub(super) const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Grpc, "grpcRoute", "grpc"),
        (Self::Http, "httpRoute", "http"),
        (Self::Http2, "http2Route", "http2"),
        (Self::Tcp, "tcpRoute", "tcp"),
    ];

    /// The protocol's name.
    pub(super) fn protocol(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(kind, ..)| *kind == self)
            .map_or("", |(_, _, protocol)| protocol)
    }

    /// The field that holds such a route.
    pub(super) fn field(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(kind, ..)| *kind == self)
            .map_or("", |(_, field, _)| field)
    }

    /// The kind that a listener of this protocol serves.
    pub(super) fn of_protocol(protocol: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(.., name)| *name == protocol)
            .map(|(kind, ..)| *kind)
    }
}

/// A GatewayRoute.
#[derive(Clone, Debug)]
pub(super) struct GatewayRoute {
    pub(super) meta: Meta,
    /// The gateway that the route itself names: its name, and its namespace.
    pub(super) gateway: Option<(Option<String>, String)>,
    pub(super) kind: RouteKind,
    pub(super) priority: Option<u32>,
    /// The gateway's listener it is for.
    pub(super) port: Option<u16>,
    pub(super) host: Option<HostMatch>,
    pub(super) matches: RouteMatch,
    pub(super) path_rewrite: Option<PathRewrite>,
    /// Whether the rewrite of the path is the default one, not one that is written.
    pub(super) default_rewrite: bool,
    /// Whether the host becomes the VirtualService's.
    pub(super) rewrite_host: bool,
    /// Where its precedence was written: the priority, or else the match.
    pub(super) decided_at: Origin,
    /// The VirtualService.
    pub(super) target: Reference,
    /// The provider's listener.
    pub(super) target_port: Option<u16>,
    /// A policy written where App Mesh knows none.
    pub(super) policy: Policy,
}

/// How long requests may take and when they are tried again.
#[derive(Clone, Debug, Default)]
pub(super) struct Policy {
    pub(super) timeouts: Timeouts,
    pub(super) retry: Option<RetryPolicy>,
}

impl Policy {
    /// Whether nothing is said.
    pub(super) fn is_empty(&self) -> bool {
        self.retry.is_none() && self.timeouts == Timeouts::default()
    }
}

/// A VirtualService.
#[derive(Clone, Debug)]
pub(super) struct VirtualService {
    pub(super) meta: Meta,
    pub(super) provider: Provider,
}

/// Who answers for a VirtualService.
#[derive(Clone, Debug)]
pub(super) enum Provider {
    Router(Reference),
    Node(Reference),
    Nobody,
}

/// A VirtualRouter.
#[derive(Clone, Debug)]
pub(super) struct VirtualRouter {
    pub(super) meta: Meta,
    /// Empty where the form lets it be left out: then every route is served.
    pub(super) listeners: Vec<PortMapping>,
    pub(super) routes: Vec<RouterRoute>,
}

/// One route of a VirtualRouter.
#[derive(Clone, Debug)]
pub(super) struct RouterRoute {
    pub(super) name: String,
    pub(super) kind: RouteKind,
    pub(super) priority: Option<u32>,
    /// The router's listener it is for.
    pub(super) port: Option<u16>,
    pub(super) matches: RouteMatch,
    pub(super) targets: Vec<NodeTarget>,
    pub(super) policy: Policy,
    pub(super) origin: Origin,
    /// Where its precedence was written: the priority, or else the match.
    pub(super) decided_at: Origin,
}

/// A VirtualNode and its share.
#[derive(Clone, Debug)]
pub(super) struct NodeTarget {
    pub(super) node: Reference,
    pub(super) weight: u32,
    pub(super) port: Option<u16>,
    pub(super) origin: Origin,
}

/// A VirtualNode.
#[derive(Clone, Debug)]
pub(super) struct VirtualNode {
    pub(super) meta: Meta,
    pub(super) listeners: Vec<PortMapping>,
}
