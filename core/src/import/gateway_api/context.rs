//! Everything in the input by kind and name: what references are looked up in.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::compile::{HashMap, HashSet};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::gateway_api as codes;
use crate::import::Object;
use crate::import::document::{Kind, Node};
use crate::import::recognize::Refused;

use super::Options;
use super::read::{
    GROUP, Resource, TRIAL_GROUP, capped, error, filled, note, stated, stated_port, under, warn,
};
use super::selector::Labels;

/// Entries that a ReferenceGrant's lists may have.
const GRANT_ENTRIES: usize = 16;
/// Ports that a Service may have here: a route may be bound to each of them.
const SERVICE_PORTS: usize = 256;

/// The kinds of route.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum RouteKind {
    Grpc,
    Http,
    Tls,
    Tcp,
    Udp,
}

impl RouteKind {
    pub(super) fn parse(kind: &str) -> Option<Self> {
        Some(match kind {
            "GRPCRoute" => Self::Grpc,
            "HTTPRoute" => Self::Http,
            "TLSRoute" => Self::Tls,
            "TCPRoute" => Self::Tcp,
            "UDPRoute" => Self::Udp,
            _ => return None,
        })
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Grpc => "GRPCRoute",
            Self::Http => "HTTPRoute",
            Self::Tls => "TLSRoute",
            Self::Tcp => "TCPRoute",
            Self::Udp => "UDPRoute",
        }
    }
}

/// A port of a Service.
#[derive(Clone, Copy, Debug)]
pub(super) struct ServicePort<'d> {
    pub(super) name: &'d str,
    pub(super) port: u16,
    pub(super) protocol: &'d str,
    pub(super) app_protocol: Option<&'d str>,
}

/// A Service in the input.
pub(super) struct Service<'d> {
    pub(super) resource: Resource<'d>,
    pub(super) ports: Vec<ServicePort<'d>>,
}

/// The input by kind and name.
pub(super) struct Context<'d> {
    pub(super) options: &'d Options,
    pub(super) gateways: Vec<Resource<'d>>,
    pub(super) listener_sets: Vec<Resource<'d>>,
    /// In input order.
    pub(super) routes: Vec<(RouteKind, Resource<'d>)>,
    /// In input order.
    pub(super) services: Vec<Service<'d>>,
    service_names: HashMap<(&'d str, &'d str), usize>,
    secrets: HashSet<(&'d str, &'d str)>,
    classes: BTreeSet<&'d str>,
    /// `None` where a namespace's labels cannot be read.
    namespaces: HashMap<&'d str, Option<Labels<'d>>>,
    /// Kinds of which objects were refused: not all there is can be known.
    lost: Lost,
    grants: BTreeSet<GrantKey<'d>>,
}

/// Kinds of which some object is in the input and could not be used.
#[derive(Clone, Copy, Default)]
struct Lost {
    gateways: bool,
    routes: bool,
    services: bool,
    secrets: bool,
    namespaces: bool,
}

impl Lost {
    /// What was refused before, and what has no name.
    fn find(objects: &[Object<'_>], refused: &Refused<'_>) -> Self {
        let nameless: Vec<&Object<'_>> = objects
            .iter()
            .filter(|object| Resource::new(object).is_none())
            .collect();
        let is_lost = |group: &str, kinds: &[&str]| {
            kinds.iter().any(|kind| refused.may_have(group, kind))
                || nameless
                    .iter()
                    .any(|object| object.group == group && kinds.contains(&object.kind))
        };
        const ROUTES: &[&str] = &["GRPCRoute", "HTTPRoute", "TCPRoute", "TLSRoute", "UDPRoute"];
        Self {
            gateways: is_lost(GROUP, &["Gateway", "ListenerSet"])
                || is_lost(TRIAL_GROUP, &["XListenerSet"]),
            routes: is_lost(GROUP, ROUTES),
            services: is_lost("", &["Service"]),
            secrets: is_lost("", &["Secret"]),
            namespaces: is_lost("", &["Namespace"]),
        }
    }
}

/// A reference that a grant permits: from (group, kind, namespace), to (group,
/// kind, namespace, name), where no name stands for every name.
type GrantKey<'d> = (
    (&'d str, &'d str, &'d str),
    (&'d str, &'d str, &'d str),
    Option<&'d str>,
);

/// A reference from one object to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reference<'a> {
    pub(super) group: &'a str,
    pub(super) kind: &'a str,
    pub(super) namespace: &'a str,
    pub(super) name: &'a str,
}

impl<'a> Reference<'a> {
    /// Reads a reference of the core group, if not stated otherwise. The error
    /// says which field is there and cannot be read.
    pub(super) fn read(node: Node<'a>, kind: &'a str, namespace: &'a str) -> Result<Self, String> {
        Ok(Self {
            group: stated(node, "group")?.unwrap_or(""),
            kind: filled(node, "kind")?.unwrap_or(kind),
            namespace: filled(node, "namespace")?.unwrap_or(namespace),
            name: filled(node, "name")?.unwrap_or(""),
        })
    }
}

impl<'d> Context<'d> {
    /// Sorts objects by kind. Of two of the same name the later one counts.
    pub(super) fn new(
        objects: &[Object<'d>],
        refused: &Refused<'_>,
        options: &'d Options,
        out: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut context = Self {
            options,
            gateways: Vec::new(),
            listener_sets: Vec::new(),
            routes: Vec::new(),
            services: Vec::new(),
            service_names: HashMap::default(),
            secrets: HashSet::default(),
            classes: BTreeSet::new(),
            namespaces: HashMap::default(),
            lost: Lost::find(objects, refused),
            grants: BTreeSet::new(),
        };
        for resource in distinct(objects.iter().filter_map(Resource::new).filter(counts), out) {
            context.add(resource, out);
        }
        context.note_unknown_classes(out);
        context
    }

    /// The Service of this name.
    pub(super) fn service(&self, namespace: &str, name: &str) -> Option<&Service<'d>> {
        self.service_names
            .get(&(namespace, name))
            .and_then(|&index| self.services.get(index))
    }

    /// Whether Services are in the input at all. Where none is, all are assumed
    /// to exist: the routes of a repository rarely come with the whole cluster.
    pub(super) fn knows_services(&self) -> bool {
        !self.services.is_empty() || self.lost.services
    }

    /// Whether the Gateways that routes name may be assumed. One that is there
    /// and was refused is not the same as none.
    pub(super) fn may_assume_gateways(&self) -> bool {
        !self.lost.gateways
    }

    /// Whether routes are in the input that were refused.
    pub(super) fn has_lost_routes(&self) -> bool {
        self.lost.routes
    }

    /// Whether Secrets are in the input at all.
    pub(super) fn knows_secrets(&self) -> bool {
        !self.secrets.is_empty() || self.lost.secrets
    }

    pub(super) fn has_secret(&self, namespace: &str, name: &str) -> bool {
        self.secrets.contains(&(namespace, name))
    }

    /// A namespace's labels: none where its object is not in the input, `Err`
    /// where they are there and cannot be read.
    pub(super) fn labels(&self, namespace: &str) -> Result<Option<&Labels<'d>>, ()> {
        match self.namespaces.get(namespace) {
            Some(labels) => labels.as_ref().map(Some).ok_or(()),
            None if self.lost.namespaces => Err(()),
            None => Ok(None),
        }
    }

    /// Whether a reference may be made.
    ///
    /// SPEC: semantics/gateway-api.md 8: within a namespace always; across
    /// namespaces where a ReferenceGrant in the target's namespace permits it.
    pub(super) fn permits(&self, from: &Resource<'_>, to: Reference<'_>) -> bool {
        if from.namespace == to.namespace {
            return true;
        }
        let source = (from.group, from.kind, from.namespace);
        let target = (to.group, to.kind, to.namespace);
        self.grants.contains(&(source, target, None))
            || self.grants.contains(&(source, target, Some(to.name)))
    }

    fn add(&mut self, resource: Resource<'d>, out: &mut Vec<Diagnostic>) {
        match (resource.group, resource.kind) {
            (GROUP, "Gateway") => self.gateways.push(resource),
            (GROUP, "ListenerSet") | (TRIAL_GROUP, "XListenerSet") => {
                self.listener_sets.push(resource);
            }
            (GROUP, "ReferenceGrant") => self.add_grant(resource, out),
            (GROUP, "GatewayClass") => {
                self.classes.insert(resource.name);
            }
            (GROUP, kind) => match RouteKind::parse(kind) {
                Some(kind) => self.routes.push((kind, resource)),
                None => passed_over(&resource, out),
            },
            (TRIAL_GROUP, _) => passed_over(&resource, out),
            ("", "Service") => self.add_service(resource, out),
            ("", "Secret") => {
                self.secrets.insert((resource.namespace, resource.name));
            }
            ("", "Namespace") => {
                let labels = resource.node.path(&["metadata", "labels"]);
                let read = read_labels(labels);
                if let (None, Some(place)) = (&read, labels) {
                    let text = "metadata.labels must map strings to strings, so that no selector takes the namespace";
                    error(out, codes::UNREADABLE, place, &resource, text);
                }
                self.namespaces.insert(resource.name, read);
            }
            _ => {}
        }
    }

    fn add_service(&mut self, resource: Resource<'d>, out: &mut Vec<Diagnostic>) {
        let spec = resource.spec();
        let items = capped(spec, "ports", SERVICE_PORTS, &resource, "spec.ports", out);
        // Most Services have one.
        let mut ports = Vec::with_capacity(1);
        for (index, item) in items.enumerate() {
            match service_port(item) {
                Ok(port) => ports.push(port),
                Err(fault) => {
                    let text = format!(
                        "{}, so that it is no port to use",
                        under(format_args!("spec.ports[{index}]"), &fault)
                    );
                    error(out, codes::UNREADABLE, item, &resource, text);
                }
            }
        }
        self.service_names
            .insert((resource.namespace, resource.name), self.services.len());
        self.services.push(Service { resource, ports });
    }

    fn add_grant(&mut self, resource: Resource<'d>, out: &mut Vec<Diagnostic>) {
        let Some(spec) = resource.spec() else { return };
        let to = grant_entries(spec, "to", "name", &resource, out);
        let from = grant_entries(spec, "from", "namespace", &resource, out);
        for (group, kind, namespace) in from {
            let Some(namespace) = namespace else { continue };
            for &(to_group, to_kind, name) in &to {
                // SPEC: ReferenceGrant `to.name`: absent means every name.
                let target = (to_group, to_kind, resource.namespace);
                self.grants.insert(((group, kind, namespace), target, name));
            }
        }
    }

    /// A gateway whose class is missing although classes are given is probably
    /// one that no controller will ever serve.
    fn note_unknown_classes(&self, out: &mut Vec<Diagnostic>) {
        if self.classes.is_empty() {
            return;
        }
        for gateway in &self.gateways {
            let class = gateway.node.path(&["spec", "gatewayClassName"]);
            let Some(class) = class else { continue };
            let name = class.as_str().unwrap_or_default();
            if !self.classes.contains(name) {
                let text =
                    format!("spec.gatewayClassName '{name}' is not a GatewayClass of the input");
                note(out, codes::GATEWAY_CLASS, class, gateway, text);
            }
        }
    }
}

/// Group, kind and a third field of each entry of a grant that can be read and
/// has a kind. One that cannot be read grants nothing.
fn grant_entries<'d>(
    spec: Node<'d>,
    key: &str,
    third: &str,
    grant: &Resource<'_>,
    out: &mut Vec<Diagnostic>,
) -> Vec<(&'d str, &'d str, Option<&'d str>)> {
    let field = format!("spec.{key}");
    let entries: Vec<_> = capped(Some(spec), key, GRANT_ENTRIES, grant, &field, out).collect();
    let read = |entry: Node<'d>| -> Result<_, String> {
        let group = stated(entry, "group")?.unwrap_or("");
        let third = filled(entry, third)?;
        Ok(filled(entry, "kind")?.map(|kind| (group, kind, third)))
    };
    let mut all = Vec::new();
    for (index, entry) in entries.into_iter().enumerate() {
        match read(entry) {
            Ok(entry) => all.extend(entry),
            Err(fault) => {
                let text = format!(
                    "{}, so that it grants nothing",
                    under(format_args!("{field}[{index}]"), &fault)
                );
                error(out, codes::UNREADABLE, entry, grant, text);
            }
        }
    }
    all
}

/// A port of a Service.
fn service_port(item: Node<'_>) -> Result<ServicePort<'_>, String> {
    Ok(ServicePort {
        name: stated(item, "name")?.unwrap_or(""),
        port: stated_port(item, "port")?.ok_or("has no port")?,
        protocol: filled(item, "protocol")?.unwrap_or("TCP"),
        app_protocol: stated(item, "appProtocol")?,
    })
}

/// Labels; `None` where one of them is not text.
fn read_labels(labels: Option<Node<'_>>) -> Option<Labels<'_>> {
    let Some(labels) = labels else {
        return Some(Labels::new());
    };
    if labels.kind() != Kind::Map {
        return None;
    }
    labels
        .entries()
        .map(|(key, value)| key.scalar_text().zip(value.as_str()))
        .collect()
}

fn passed_over(resource: &Resource<'_>, out: &mut Vec<Diagnostic>) {
    let text = "objects of this kind do not change where requests go here and are passed over";
    note(
        out,
        codes::KIND_PASSED_OVER,
        resource.node.get("kind").unwrap_or(resource.node),
        resource,
        text,
    );
}

/// Whether this importer looks at objects of this kind.
fn counts(resource: &Resource<'_>) -> bool {
    match resource.group {
        GROUP | TRIAL_GROUP => true,
        "" => matches!(resource.kind, "Namespace" | "Secret" | "Service"),
        _ => false,
    }
}

/// Every object once, in input order; of equal names the later one, in the
/// place of the first, as `kubectl apply` leaves it.
fn distinct<'d>(
    resources: impl Iterator<Item = Resource<'d>>,
    out: &mut Vec<Diagnostic>,
) -> Vec<Resource<'d>> {
    let key = |of: &Resource<'d>| (of.group, of.kind, of.namespace, of.name);
    let state = RandomState::default();
    // Numbers alone: the names are in `all`.
    let mut seen: HashTable<usize> = HashTable::new();
    let mut all: Vec<Resource<'d>> = Vec::new();
    for resource in resources {
        let own = key(&resource);
        let entry = seen.entry(
            state.hash_one(own),
            |&index| all.get(index).is_some_and(|there| key(there) == own),
            |&index| all.get(index).map_or(0, |there| state.hash_one(key(there))),
        );
        let there = match &entry {
            Entry::Occupied(there) if resource.is_named() => all.get_mut(*there.get()),
            _ => None,
        };
        match there {
            Some(there) => {
                let place = resource
                    .node
                    .path(&["metadata", "name"])
                    .unwrap_or(resource.node);
                warn(
                    out,
                    codes::REPEATED_OBJECT,
                    place,
                    &resource,
                    "is given twice, and this one counts",
                );
                *there = resource;
            }
            None => {
                match entry {
                    Entry::Occupied(mut there) => *there.get_mut() = all.len(),
                    Entry::Vacant(free) => {
                        free.insert(all.len());
                    }
                }
                all.push(resource);
            }
        }
    }
    all
}

/// A reference's weight; `None` where it cannot be read.
///
/// SPEC: semantics/gateway-api.md 8: default 1, at most 1,000,000.
pub(super) fn weight(node: Node<'_>) -> Option<u32> {
    match node.get("weight") {
        None => Some(1),
        Some(weight) => u32::try_from(weight.as_i64()?)
            .ok()
            .map(|weight| weight.min(1_000_000)),
    }
}
