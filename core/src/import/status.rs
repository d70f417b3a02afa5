//! What a controller would write into each object's status: data for
//! `show --status` and for anybody who asks why a route is not attached.

use alloc::string::String;
use alloc::vec::Vec;

use crate::model::ObjectRef;

/// The status of everything in an import that has one.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// Routes, each with every parent it names.
    pub routes: Vec<RouteStatus>,
    /// Listeners of gateways and listener sets.
    pub listeners: Vec<ListenerStatus>,
    /// Gateways and listener sets.
    pub gateways: Vec<GatewayStatus>,
}

impl Status {
    /// Whether nothing of the import has a status.
    pub fn is_empty(&self) -> bool {
        let Self {
            routes,
            listeners,
            gateways,
        } = self;
        routes.is_empty() && listeners.is_empty() && gateways.is_empty()
    }
}

/// A route's status.
#[derive(Clone, Debug)]
pub struct RouteStatus {
    /// The route.
    pub route: ObjectRef,
    /// One entry for each parent reference.
    pub parents: Vec<ParentStatus>,
}

/// A route's status under one parent.
#[derive(Clone, Debug)]
pub struct ParentStatus {
    /// The parent.
    pub parent: ObjectRef,
    /// The listener that the reference names, if it names one.
    pub section: Option<String>,
    /// The port that the reference names, if it names one.
    pub port: Option<u16>,
    /// Conditions.
    pub conditions: Vec<Condition>,
}

/// A listener's status.
#[derive(Clone, Debug)]
pub struct ListenerStatus {
    /// The gateway or listener set it is written in.
    pub gateway: ObjectRef,
    /// Its name.
    pub name: String,
    /// Routes attached to it.
    pub attached_routes: u32,
    /// Route kinds it takes.
    pub supported_kinds: Vec<String>,
    /// Conditions.
    pub conditions: Vec<Condition>,
}

/// A gateway's or listener set's status.
#[derive(Clone, Debug)]
pub struct GatewayStatus {
    /// The gateway or listener set.
    pub gateway: ObjectRef,
    /// Listener sets attached to a gateway.
    pub attached_listener_sets: Option<u32>,
    /// Conditions.
    pub conditions: Vec<Condition>,
}

/// One condition, in Kubernetes' words.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Condition {
    /// `Accepted`, `ResolvedRefs`, `Programmed`.
    pub kind: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// One word.
    pub reason: String,
    /// A clause for people.
    pub message: String,
}
