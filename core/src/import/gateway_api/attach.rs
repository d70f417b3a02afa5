//! Routes to parents: which listeners a route is found under, and why not.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::diagnostic::codes::gateway_api as codes;
use crate::diagnostic::{Code, Diagnostic};
use crate::import::document::Node;
use crate::model::{HostMatch, ObjectRef};

use super::context::{Context, RouteKind};
use super::hosts;
use super::listeners::{Listener, Owner, names};
use super::mesh::Mesh;
use super::read::{
    GROUP, Problem, Resource, TRIAL_GROUP, capped, error, filled, stated, stated_list, stated_port,
    under, warn,
};

/// Parents that one route may name.
const PARENTS: usize = 32;

/// A route as far as its place is concerned.
pub(super) struct RoutePlace<'d> {
    pub(super) index: usize,
    pub(super) kind: RouteKind,
    pub(super) resource: Resource<'d>,
    pub(super) hosts: Vec<HostMatch>,
    /// Why its hostnames cannot be read, so that no listener takes it.
    pub(super) fault: Option<Problem>,
}

/// A parent of a route and what came of it.
pub(super) struct Parent<'d> {
    pub(super) object: ObjectRef,
    pub(super) section: Option<&'d str>,
    pub(super) port: Option<u16>,
    /// Whether it is a Service.
    pub(super) is_mesh: bool,
    /// Whether the route is attached there.
    pub(super) result: Result<(), Problem>,
}

/// Where Gateways and ListenerSets are found.
pub(super) struct OwnerIndex<'d> {
    by_name: BTreeMap<(&'d str, &'d str, &'d str), usize>,
    defaults: Vec<usize>,
}

impl<'d> OwnerIndex<'d> {
    pub(super) fn new(owners: &[Owner<'d>]) -> Self {
        let name = |owner: &Owner<'d>| {
            let resource = owner.resource;
            (resource.kind, resource.namespace, resource.name)
        };
        let all = owners.iter().enumerate();
        Self {
            by_name: all
                .clone()
                .map(|(index, owner)| (name(owner), index))
                .collect(),
            defaults: all
                .filter(|(_, owner)| owner.is_default)
                .map(|(index, _)| index)
                .collect(),
        }
    }
}

/// A parent reference with defaults.
///
/// SPEC: semantics/gateway-api.md 2: group `gateway.networking.k8s.io`, kind
/// Gateway, the route's own namespace.
#[derive(Clone, Copy)]
pub(super) struct ParentRef<'d> {
    pub(super) node: Node<'d>,
    pub(super) group: &'d str,
    pub(super) kind: &'d str,
    pub(super) namespace: &'d str,
    pub(super) name: &'d str,
    pub(super) section: Option<&'d str>,
    pub(super) port: Option<u16>,
    /// Whether a field is there that cannot be read, so that it is not known what
    /// is named.
    pub(super) is_unreadable: bool,
}

impl<'d> ParentRef<'d> {
    /// Reads a reference; the text says what in it cannot be read.
    pub(super) fn read(node: Node<'d>, route: &Resource<'d>) -> (Self, Option<String>) {
        let mut fault = None;
        let mut keep = |read: Result<Option<&'d str>, String>| {
            read.unwrap_or_else(|why| {
                fault.get_or_insert(why);
                None
            })
        };
        let mut this = Self {
            node,
            group: keep(stated(node, "group")).unwrap_or(GROUP),
            kind: keep(filled(node, "kind")).unwrap_or("Gateway"),
            namespace: keep(filled(node, "namespace")).unwrap_or(route.namespace),
            name: keep(filled(node, "name")).unwrap_or(""),
            section: keep(filled(node, "sectionName")),
            port: None,
            is_unreadable: false,
        };
        match stated_port(node, "port") {
            Ok(port) => this.port = port,
            Err(why) => {
                fault.get_or_insert(why);
            }
        }
        this.is_unreadable = fault.is_some();
        (this, fault)
    }

    fn is_service(&self) -> bool {
        (self.group, self.kind) == ("", "Service")
    }

    fn object(&self) -> ObjectRef {
        ObjectRef::new(self.kind, self.namespace, self.name)
    }

    /// The part of the parent that it narrows to, for messages.
    fn narrowing(&self) -> String {
        match (self.section, self.port) {
            (Some(section), Some(port)) => format!("named {section} with port {port}"),
            (Some(section), None) => format!("named {section}"),
            (None, Some(port)) => format!("with port {port}"),
            (None, None) => "at all".into(),
        }
    }
}

/// The parent references of a route.
pub(super) fn parent_refs<'d>(
    route: &Resource<'d>,
    out: &mut Vec<Diagnostic>,
) -> Vec<ParentRef<'d>> {
    let nodes = capped(
        route.spec(),
        "parentRefs",
        PARENTS,
        route,
        "spec.parentRefs",
        out,
    );
    // Most routes have one.
    let mut all = Vec::with_capacity(1);
    for (index, node) in nodes.enumerate() {
        let (reference, fault) = ParentRef::read(node, route);
        if let Some(fault) = fault {
            let text = format!(
                "{}, so that it attaches the route to nothing",
                under(format_args!("parentRefs[{index}]"), &fault)
            );
            error(out, codes::UNREADABLE, node, route, text);
        }
        all.push(reference);
    }
    all
}

/// Attaches a route to each of its parents.
pub(super) fn attach<'d>(
    route: &RoutePlace<'d>,
    owners: &mut [Owner<'d>],
    index: &OwnerIndex<'d>,
    mesh: &mut Mesh<'d>,
    context: &Context<'d>,
    out: &mut Vec<Diagnostic>,
) -> Vec<Parent<'d>> {
    let references = parent_refs(&route.resource, out);
    let mut parents = Vec::with_capacity(references.len());
    let mut is_known = route
        .resource
        .spec()
        .is_none_or(|spec| stated_list(spec, "parentRefs").is_ok());
    for reference in references {
        let mut is_mesh = false;
        if reference.is_unreadable {
            is_known = false;
            let problem = Problem::new(
                "UnsupportedValue",
                "spec.parentRefs has a reference that cannot be read",
            );
            parents.push(Parent {
                object: reference.object(),
                section: reference.section,
                port: reference.port,
                is_mesh: reference.is_service(),
                result: Err(problem),
            });
            continue;
        }
        if let Some(problem) = route.fault.as_ref().filter(|_| !reference.is_service()) {
            parents.push(Parent {
                object: reference.object(),
                section: reference.section,
                port: reference.port,
                is_mesh: false,
                result: Err(problem.clone()),
            });
            continue;
        }
        let result = match (reference.group, reference.kind) {
            (GROUP, "Gateway" | "ListenerSet") | (TRIAL_GROUP, "XListenerSet") => {
                let key = (reference.kind, reference.namespace, reference.name);
                match index
                    .by_name
                    .get(&key)
                    .and_then(|&index| owners.get_mut(index))
                {
                    Some(owner) => attach_to(route, owner, &reference, context),
                    None => {
                        let text =
                            format!("names {}, which is not in the input", reference.object());
                        Err((
                            codes::PARENT_NOT_FOUND,
                            Problem::new("NoMatchingParent", text),
                        ))
                    }
                }
            }
            ("", "Service") => {
                is_mesh = true;
                mesh.bind(route, &reference, context)
            }
            (group, kind) => Err(unknown_kind(group, kind)),
        };
        parents.push(finish(route, &reference, is_mesh, result, out));
    }
    // Parents that are not known might be among the default gateways.
    if is_known && route.fault.is_none() {
        attach_to_defaults(route, owners, index, &mut parents, context);
    }
    if parents.is_empty() {
        let place = route
            .resource
            .node
            .get("spec")
            .unwrap_or(route.resource.node);
        warn(
            out,
            codes::NO_PARENTS,
            place,
            &route.resource,
            "has no parentRefs and is attached to nothing",
        );
    }
    parents
}

fn unknown_kind(group: &str, kind: &str) -> (Code, Problem) {
    let mut text = format!("names a {kind} of group '{group}', which routes cannot attach to here");
    if kind == "Service" {
        text.push_str("; a Service is of group \"\"");
    }
    (codes::PARENT_KIND, Problem::new("NoMatchingParent", text))
}

fn finish<'d>(
    route: &RoutePlace<'d>,
    reference: &ParentRef<'d>,
    is_mesh: bool,
    result: Result<(), (Code, Problem)>,
    out: &mut Vec<Diagnostic>,
) -> Parent<'d> {
    let result = result.map_err(|(code, problem)| {
        warn(
            out,
            code,
            reference.node,
            &route.resource,
            format!("spec.parentRefs {}", problem.message),
        );
        problem
    });
    Parent {
        object: reference.object(),
        section: reference.section,
        port: reference.port,
        is_mesh,
        result,
    }
}

/// SPEC: semantics/gateway-api.md 2: `useDefaultGateways: All` attaches a route
/// to every Gateway with `defaultScope: All` under the usual rules
/// (experimental). Gateways that the route names itself are left alone.
fn attach_to_defaults<'d>(
    route: &RoutePlace<'d>,
    owners: &mut [Owner<'d>],
    index: &OwnerIndex<'d>,
    parents: &mut Vec<Parent<'d>>,
    context: &Context<'d>,
) {
    let Some(field) = route.resource.node.path(&["spec", "useDefaultGateways"]) else {
        return;
    };
    if field.as_str() != Some("All") {
        return;
    }
    for &index in &index.defaults {
        let Some(owner) = owners.get_mut(index) else {
            continue;
        };
        let object = owner.resource.object();
        if parents.iter().any(|parent| parent.object == object) {
            continue;
        }
        let reference = ParentRef {
            node: field,
            group: GROUP,
            kind: owner.resource.kind,
            namespace: owner.resource.namespace,
            name: owner.resource.name,
            section: None,
            port: None,
            is_unreadable: false,
        };
        // A default gateway that does not take the route is no fault of either.
        let result = attach_to(route, owner, &reference, context).map_err(|(_, problem)| problem);
        parents.push(Parent {
            object,
            section: None,
            port: None,
            is_mesh: false,
            result,
        });
    }
}

/// Attaches a route to the listeners of one Gateway or ListenerSet.
///
/// SPEC: semantics/gateway-api.md 2: the reference's section and port choose
/// listeners (none: NoMatchingParent), of those the ones that allow the route's
/// kind and namespace count (none: NotAllowedByListeners), of those the ones
/// whose hostname meets the route's (none: NoMatchingListenerHostname).
fn attach_to<'d>(
    route: &RoutePlace<'d>,
    owner: &mut Owner<'d>,
    reference: &ParentRef<'d>,
    context: &Context<'d>,
) -> Result<(), (Code, Problem)> {
    let object = owner.resource;
    let named = |listener: &Listener<'_>| {
        reference
            .section
            .is_none_or(|section| section == listener.name)
            && reference
                .port
                .is_none_or(|port| listener.port.is_none_or(|own| own == port))
    };
    let allowed = |listener: &Listener<'_>| {
        listener.kinds.contains(&route.kind)
            && listener
                .namespaces
                .admit(route.resource.namespace, object.namespace, context)
    };
    if !owner.listeners.iter().any(named) {
        let text = format!(
            "names {object}, which has no listener {}",
            reference.narrowing()
        );
        return Err((
            codes::NO_MATCHING_PARENT,
            Problem::new("NoMatchingParent", text),
        ));
    }
    if !owner
        .listeners
        .iter()
        .any(|listener| named(listener) && allowed(listener))
    {
        let listeners = names(owner.listeners.iter().filter(|listener| named(listener)));
        let namespace = route.resource.namespace;
        let kind = route.kind.as_str();
        let text = format!(
            "names {object}, whose listeners ({listeners}) do not allow {kind}s of namespace {namespace}"
        );
        return Err((
            codes::NOT_ALLOWED_BY_LISTENERS,
            Problem::new("NotAllowedByListeners", text),
        ));
    }
    let mut met = false;
    let mut accepted = false;
    for listener in owner.listeners.iter_mut() {
        if !named(listener) || !allowed(listener) {
            continue;
        }
        let precedence = context.options.hostname_precedence;
        let Some(bindings) = hosts::bind(&listener.host, &route.hosts, precedence) else {
            continue;
        };
        met = true;
        if !listener.is_accepted() || owner.refused.is_some() {
            continue;
        }
        accepted = true;
        match listener.attached.get_mut(&route.index) {
            Some(there) => hosts::merge(there, bindings),
            None => {
                listener.attached.insert(route.index, bindings);
            }
        }
    }
    if accepted {
        return Ok(());
    }
    if met {
        let text = format!("names {object}, whose listeners are not accepted");
        return Err((
            codes::NO_MATCHING_PARENT,
            Problem::new("NoMatchingParent", text),
        ));
    }
    let hosts = hosts::describe(&route.hosts);
    let text = format!("names {object}, none of whose listeners takes a hostname of {hosts}");
    Err((
        codes::NO_MATCHING_LISTENER_HOSTNAME,
        Problem::new("NoMatchingListenerHostname", text),
    ))
}
