//! Everything in the input by kind and name: what references are looked up in.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::vec::Vec;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::gateway_api as codes;
use crate::import::Object;
use crate::import::document::Node;

use super::Options;
use super::read::{GROUP, Resource, TRIAL_GROUP, capped, note, port, text, text_or, warn};
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
    service_names: BTreeMap<(&'d str, &'d str), usize>,
    secrets: BTreeSet<(&'d str, &'d str)>,
    classes: BTreeSet<&'d str>,
    namespaces: BTreeMap<&'d str, Labels<'d>>,
    grants: BTreeSet<GrantKey<'d>>,
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

impl<'d> Context<'d> {
    /// Sorts objects by kind. Of two of the same name the later one counts.
    pub(super) fn new(
        objects: &[Object<'d>],
        options: &'d Options,
        out: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut context = Self {
            options,
            gateways: Vec::new(),
            listener_sets: Vec::new(),
            routes: Vec::new(),
            services: Vec::new(),
            service_names: BTreeMap::new(),
            secrets: BTreeSet::new(),
            classes: BTreeSet::new(),
            namespaces: BTreeMap::new(),
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
        !self.services.is_empty()
    }

    /// Whether Secrets are in the input at all.
    pub(super) fn knows_secrets(&self) -> bool {
        !self.secrets.is_empty()
    }

    pub(super) fn has_secret(&self, namespace: &str, name: &str) -> bool {
        self.secrets.contains(&(namespace, name))
    }

    /// A namespace's labels, where its object is in the input.
    pub(super) fn labels(&self, namespace: &str) -> Option<&Labels<'d>> {
        self.namespaces.get(namespace)
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
                let labels = labels.into_iter().flat_map(Node::entries);
                let labels =
                    labels.filter_map(|(key, value)| key.scalar_text().zip(value.scalar_text()));
                self.namespaces.insert(resource.name, labels.collect());
            }
            _ => {}
        }
    }

    fn add_service(&mut self, resource: Resource<'d>, out: &mut Vec<Diagnostic>) {
        let ports = resource.node.path(&["spec", "ports"]);
        let ports = capped(ports, SERVICE_PORTS, &resource, "spec.ports", out).filter_map(|item| {
            Some(ServicePort {
                name: text_or(item, "name", ""),
                port: port(item, "port")?,
                protocol: text_or(item, "protocol", "TCP"),
                app_protocol: text(item, "appProtocol"),
            })
        });
        self.service_names
            .insert((resource.namespace, resource.name), self.services.len());
        self.services.push(Service {
            resource,
            ports: ports.collect(),
        });
    }

    fn add_grant(&mut self, resource: Resource<'d>, out: &mut Vec<Diagnostic>) {
        let Some(spec) = resource.spec() else { return };
        let to: Vec<_> = capped(spec.get("to"), GRANT_ENTRIES, &resource, "spec.to", out)
            .map(|entry| {
                (
                    text_or(entry, "group", ""),
                    text(entry, "kind"),
                    text(entry, "name"),
                )
            })
            .collect();
        for entry in capped(spec.get("from"), GRANT_ENTRIES, &resource, "spec.from", out) {
            let group = text_or(entry, "group", "");
            let Some((kind, namespace)) = text(entry, "kind").zip(text(entry, "namespace")) else {
                continue;
            };
            for &(to_group, to_kind, name) in &to {
                let Some(to_kind) = to_kind else { continue };
                // SPEC: ReferenceGrant `to.name`: empty or absent means every name.
                let name = name.filter(|name| !name.is_empty());
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
    let mut seen: BTreeMap<(&str, &str, &str, &str), usize> = BTreeMap::new();
    let mut all: Vec<Resource<'d>> = Vec::new();
    for resource in resources {
        let key = (
            resource.group,
            resource.kind,
            resource.namespace,
            resource.name,
        );
        match seen
            .get(&key)
            .filter(|_| resource.is_named())
            .and_then(|&index| all.get_mut(index))
        {
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
                seen.insert(key, all.len());
                all.push(resource);
            }
        }
    }
    all
}

/// A reference's weight.
pub(super) fn weight(node: Node<'_>) -> u32 {
    // SPEC: semantics/gateway-api.md 8: default 1, at most 1,000,000.
    let weight = node.get("weight").and_then(Node::as_i64).unwrap_or(1);
    weight.clamp(0, 1_000_000) as u32
}
