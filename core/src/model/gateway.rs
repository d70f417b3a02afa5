//! Where requests come in, and what one lookup searches.

use alloc::string::String;
use alloc::vec::Vec;

use super::{HostForm, HostMatch, Normalization, ObjectRef, Origin, Precedence, Protocol, RouteId};

/// An entry point: a Gateway, a VirtualGateway, or a mesh seen from its clients.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// Its name; a request that names a gateway means this.
    pub object: ObjectRef,
    /// Its listeners, in written order; a request that two equals take and answer differently is ambiguous.
    pub listeners: Vec<Listener>,
    /// What is done to a request's path before anything looks at it.
    pub normalization: Normalization,
    /// What is done to a request's headers before anything looks at them.
    pub headers: HeaderRules,
    /// Where it was written.
    pub origin: Origin,
}

impl Gateway {
    /// A gateway without listeners.
    pub fn new(object: ObjectRef) -> Self {
        Self {
            object,
            listeners: Vec::new(),
            normalization: Normalization::default(),
            headers: HeaderRules::default(),
            origin: Origin::default(),
        }
    }
}

/// What is done to a request's headers before anything looks at them.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct HeaderRules {
    /// Whether a request with an underscore in a header's name is refused. Some
    /// servers read `x_user` as `x-user`; the engine never does.
    pub reject_underscores: bool,
    /// Whether spaces and tabs around a value do not count (RFC 9110 5.5). Proxies
    /// have taken them away already.
    pub trim_values: bool,
}

/// One way into a gateway: a port, a protocol and the hosts it answers to.
///
/// Of the listeners of a gateway that take a request's port and protocol, the
/// one with the most specific host is chosen, and no other is looked at again:
/// exact before wildcard, a longer wildcard before a shorter, a host before none.
/// An importer whose platform does not isolate listeners merges them into one.
#[derive(Clone, Debug)]
pub struct Listener {
    /// Its name within the gateway (`https`, or a Service's port).
    pub name: String,
    /// The port it listens on; `None` takes any.
    pub port: Option<u16>,
    /// What it speaks.
    pub protocol: Protocol,
    /// Hosts (or server names, for TLS) it takes; empty takes any.
    pub hosts: Vec<HostMatch>,
    /// Takes requests only of clients in this namespace (mesh consumer routes).
    /// A listener with it is chosen before an equal one without.
    pub client_namespace: Option<String>,
    /// Answer 421 where the server name chose this listener but another one of
    /// this gateway and port is the better match for the authority.
    pub detect_misdirected: bool,
    /// Where its requests are looked up.
    pub stage: StageId,
    /// Where it was written.
    pub origin: Origin,
}

impl Listener {
    /// A listener for any host.
    pub fn new(name: impl Into<String>, protocol: Protocol, stage: StageId) -> Self {
        Self {
            name: name.into(),
            port: None,
            protocol,
            hosts: Vec::new(),
            client_namespace: None,
            detect_misdirected: false,
            stage,
            origin: Origin::default(),
        }
    }
}

/// Index of a [`Stage`] in its [`RouteSet`](super::RouteSet).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct StageId(pub u32);

/// A set of routes searched together under one order of precedence.
#[derive(Clone, Debug)]
pub struct Stage {
    /// What it is: a listener, a VirtualRouter. Shown in explanations.
    pub object: ObjectRef,
    /// The order between its rules.
    pub precedence: Precedence,
    /// Whether a request that no rule of its most specific host takes is tried
    /// against less specific hosts. Gateway API: yes. Envoy's virtual hosts: no.
    pub host_fallthrough: bool,
    /// What hosts are compared with.
    pub host_form: HostForm,
    /// Its routes, each under the hosts it answers to here.
    pub attachments: Vec<Attachment>,
    /// Where it was written.
    pub origin: Origin,
}

impl Stage {
    /// A stage without routes, in which less specific hosts are tried too.
    pub fn new(object: ObjectRef, precedence: Precedence) -> Self {
        Self {
            object,
            precedence,
            host_fallthrough: true,
            host_form: HostForm::default(),
            attachments: Vec::new(),
            origin: Origin::default(),
        }
    }

    /// Adds a route under these hosts; none means any.
    pub fn attach(&mut self, route: RouteId, hosts: impl IntoIterator<Item = HostMatch>) {
        self.attachments.push(Attachment {
            route,
            hosts: hosts.into_iter().map(HostBinding::from).collect(),
        });
    }
}

/// A route's place in a stage.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// The route.
    pub route: RouteId,
    /// Hosts under which it is found here; empty means any.
    pub hosts: Vec<HostBinding>,
}

/// A host as it is written, on any port.
impl From<HostMatch> for HostBinding {
    fn from(host: HostMatch) -> Self {
        Self {
            written: host.clone(),
            host,
            port: None,
        }
    }
}

/// A host under which a route is found in a stage.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HostBinding {
    /// What the request's host must match: the route's host where the listener
    /// narrows nothing, otherwise the intersection of both.
    pub host: HostMatch,
    /// What precedence counts: the host as the route writes it.
    /// [`HostMatch::Any`] where the route names none.
    pub written: HostMatch,
    /// The port that the authority must state; `None` takes any, and none.
    pub port: Option<u16>,
}
