//! Listeners of Gateways and ListenerSets: what they take, which of them can be
//! served, and why not.
//!
//! A listener goes through three gates: its own fields ([`read`]), its
//! neighbours ([`conflicts`]), and its references. The first two decide whether
//! it is accepted; a certificate that cannot be used keeps an accepted listener
//! from being served, while routes still attach to it.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::gateway_api as codes;
use crate::diagnostic::{Code, Diagnostic};
use crate::import::document::Node;
use crate::model::{HostBinding, HostMatch, Protocol};

use super::conflicts;
use super::context::{Context, Reference, RouteKind};
use super::read::{
    GROUP, Problem, Resource, capped, error, filled, port, stated, stated_list, stated_map,
    stated_port, text_or, under, warn,
};
use super::schema::patterns::is_hostname;
use super::selector::Namespaces;

/// Listeners that one Gateway or ListenerSet may have.
pub(super) const LISTENERS: usize = 64;
/// Default gateways that routes are attached to.
const DEFAULT_GATEWAYS: usize = 64;
/// Certificates that one listener may have.
const CERTIFICATES: usize = 64;

/// A Gateway or a ListenerSet with its listeners.
pub(super) struct Owner<'d> {
    pub(super) resource: Resource<'d>,
    /// The gateway that serves it: its own index for a Gateway; `None` for a
    /// ListenerSet whose gateway is not there or does not let it in.
    pub(super) gateway: Option<usize>,
    /// Why it is not accepted as a whole, before its listeners are looked at.
    pub(super) refused: Option<Problem>,
    /// A Gateway with `defaultScope: All`.
    pub(super) is_default: bool,
    /// Not in the input, but named by its routes.
    pub(super) is_assumed: bool,
    pub(super) listeners: Vec<Listener<'d>>,
}

/// A listener on its way into the model.
pub(super) struct Listener<'d> {
    pub(super) node: Node<'d>,
    pub(super) name: &'d str,
    pub(super) port: Option<u16>,
    pub(super) protocol: Option<Protocol>,
    pub(super) host: HostMatch,
    pub(super) namespaces: Namespaces<'d>,
    /// Kinds of route that it takes, in the order of the API's table.
    pub(super) kinds: Vec<RouteKind>,
    /// Why it is not accepted.
    pub(super) refused: Option<Problem>,
    /// Why it is in conflict, which is one way of not being accepted.
    pub(super) conflict: Option<Problem>,
    /// Why its references are not all resolved.
    pub(super) unresolved: Option<Problem>,
    /// Whether it lacks a certificate that it cannot do without.
    pub(super) lacks_certificate: bool,
    /// Routes and where they are found; a route once.
    pub(super) attached: BTreeMap<usize, Vec<HostBinding>>,
}

impl Listener<'_> {
    /// Whether its configuration is accepted.
    pub(super) fn is_accepted(&self) -> bool {
        self.refused.is_none() && self.conflict.is_none()
    }

    /// Whether requests can come in.
    pub(super) fn is_served(&self) -> bool {
        self.is_accepted() && !self.lacks_certificate
    }
}

/// Reads every Gateway and ListenerSet: first the Gateways in input order, then
/// the ListenerSets in the order in which their listeners count.
pub(super) fn read_all<'d>(context: &Context<'d>, out: &mut Vec<Diagnostic>) -> Vec<Owner<'d>> {
    let mut owners: Vec<Owner<'d>> = Vec::new();
    let mut defaults = 0;
    for (index, &resource) in context.gateways.iter().enumerate() {
        owners.push(Owner {
            resource,
            gateway: Some(index),
            refused: None,
            is_default: is_default(&resource, &mut defaults, out),
            is_assumed: false,
            listeners: read_listeners(&resource, context, out),
        });
    }
    let gateways: BTreeMap<(&str, &str), usize> = context
        .gateways
        .iter()
        .enumerate()
        .map(|(index, gateway)| ((gateway.namespace, gateway.name), index))
        .collect();
    for resource in in_order_of_age(&context.listener_sets, out) {
        let gateway = find_gateway(&resource, &gateways, context, out);
        owners.push(Owner {
            resource,
            gateway: gateway.as_ref().ok().copied(),
            refused: gateway.err(),
            is_default: false,
            is_assumed: false,
            listeners: read_listeners(&resource, context, out),
        });
    }
    conflicts::find(&mut owners, context.gateways.len(), out);
    owners
}

/// SPEC: semantics/gateway-api.md 2: `defaultScope: All` (experimental). The API
/// has no limit; without one here every route could meet every gateway.
fn is_default(resource: &Resource<'_>, count: &mut usize, out: &mut Vec<Diagnostic>) -> bool {
    let Some(field) = resource.node.path(&["spec", "defaultScope"]) else {
        return false;
    };
    if field.as_str() != Some("All") {
        return false;
    }
    *count += 1;
    if *count > DEFAULT_GATEWAYS {
        let text = format!(
            "spec.defaultScope is passed over: {DEFAULT_GATEWAYS} gateways have it already"
        );
        error(out, codes::LIMIT, field, resource, text);
    }
    *count <= DEFAULT_GATEWAYS
}

/// SPEC: semantics/gateway-api.md 1.3 (ListenerSet): by creation time, then
/// `namespace/name`. Among those without a creation time input order is age, as
/// among routes.
fn in_order_of_age<'d>(sets: &[Resource<'d>], out: &mut Vec<Diagnostic>) -> Vec<Resource<'d>> {
    let mut sets: Vec<_> = sets.iter().map(|set| (set.created(out), *set)).collect();
    sets.sort_by_cached_key(|(created, set)| {
        let name = created.map(|_| set.sort_name());
        (created.is_none(), *created, name)
    });
    sets.into_iter().map(|(_, set)| set).collect()
}

/// The gateway that a ListenerSet belongs to, if that lets it in.
fn find_gateway(
    set: &Resource<'_>,
    gateways: &BTreeMap<(&str, &str), usize>,
    context: &Context<'_>,
    out: &mut Vec<Diagnostic>,
) -> Result<usize, Problem> {
    let place = set.node.path(&["spec", "parentRef"]).unwrap_or(set.node);
    let read = || -> Result<_, String> {
        let group = stated(place, "group")?.unwrap_or(GROUP);
        let kind = filled(place, "kind")?.unwrap_or("Gateway");
        let namespace = filled(place, "namespace")?.unwrap_or(set.namespace);
        Ok((group, kind, namespace, filled(place, "name")?.unwrap_or("")))
    };
    let (group, kind, namespace, name) = read().map_err(|fault| {
        let message = under("spec.parentRef", &fault);
        let text = format!("{message}, so that the listener set is not served");
        error(out, codes::UNREADABLE, place, set, text);
        Problem::new("ParentNotAccepted", message)
    })?;
    let index = ((group, kind) == (GROUP, "Gateway"))
        .then(|| gateways.get(&(namespace, name)))
        .flatten();
    let Some((&index, gateway)) =
        index.and_then(|index| Some((index, context.gateways.get(*index)?)))
    else {
        let message =
            format!("spec.parentRef names {kind} {namespace}/{name}, which is not in the input");
        warn(out, codes::LISTENER_SET_PARENT, place, set, &message);
        return Err(Problem::new("ParentNotAccepted", message));
    };
    // SPEC: semantics/gateway-api.md 1.3: without `allowedListeners` a gateway
    // takes no ListenerSet.
    let allowed = gateway.node.path(&["spec", "allowedListeners"]);
    if Namespaces::read(allowed, Namespaces::None).is_ok_and(|allowed| {
        allowed.fault().is_none() && allowed.admit(set.namespace, gateway.namespace, context)
    }) {
        return Ok(index);
    }
    let message = format!(
        "{gateway} does not allow listener sets of namespace {}",
        set.namespace
    );
    warn(out, codes::LISTENER_SET_NOT_ALLOWED, place, set, &message);
    Err(Problem::new("NotAllowed", message))
}

fn read_listeners<'d>(
    owner: &Resource<'d>,
    context: &Context<'d>,
    out: &mut Vec<Diagnostic>,
) -> Vec<Listener<'d>> {
    let spec = owner.spec();
    capped(spec, "listeners", LISTENERS, owner, "spec.listeners", out)
        .collect::<Vec<_>>()
        .into_iter()
        .map(|node| read(node, owner, context, out))
        .collect()
}

fn read<'d>(
    node: Node<'d>,
    owner: &Resource<'d>,
    context: &Context<'d>,
    out: &mut Vec<Diagnostic>,
) -> Listener<'d> {
    let name = text_or(node, "name", "");
    let word = text_or(node, "protocol", "");
    let protocol = match word {
        "HTTP" => Some(Protocol::Http),
        "HTTPS" => Some(Protocol::Https),
        "TLS" => Some(Protocol::Tls),
        "TCP" => Some(Protocol::Tcp),
        "UDP" => Some(Protocol::Udp),
        _ => None,
    };
    let allowed = node.get("allowedRoutes");
    // SPEC: semantics/gateway-api.md 2: `allowedRoutes.namespaces.from` is Same
    // where nothing is said.
    let namespaces = Namespaces::read(allowed, Namespaces::Same).unwrap_or_else(|fault| {
        let text = format!(
            "listener {name}: {}, so that it takes no routes",
            under("allowedRoutes", &fault)
        );
        error(out, codes::UNREADABLE, allowed.unwrap_or(node), owner, text);
        Namespaces::None
    });
    if let Some(fault) = namespaces.fault() {
        let text = format!("listener {name}: allowedRoutes.namespaces: {fault}");
        warn(out, codes::SELECTOR, allowed.unwrap_or(node), owner, text);
    }
    let mut listener = Listener {
        node,
        name,
        port: port(node, "port"),
        protocol,
        host: HostMatch::Any,
        namespaces,
        kinds: Vec::new(),
        refused: None,
        conflict: None,
        unresolved: None,
        lacks_certificate: false,
        attached: BTreeMap::new(),
    };
    if matches!(
        protocol,
        Some(Protocol::Http | Protocol::Https | Protocol::Tls)
    ) {
        listener.host = HostMatch::parse(text_or(node, "hostname", ""));
    }
    let mode = node
        .get("tls")
        .map_or("Terminate", |tls| text_or(tls, "mode", "Terminate"));
    let unreadable = unreadable(node, protocol);
    let is_readable = unreadable.is_none();
    listener.refused = match protocol {
        _ if unreadable.is_some() => unreadable.map(|(place, fault)| {
            let text = format!("listener {name}: {fault}, so that it is not served");
            error(out, codes::UNREADABLE, place, owner, text);
            Problem::new("UnsupportedValue", fault)
        }),
        None => Some(Problem::new(
            "UnsupportedProtocol",
            format!("protocol '{word}' is not supported"),
        )),
        _ if listener.port.is_none() => Some(Problem::new(
            "UnsupportedValue",
            "port must be a number from 1 to 65535",
        )),
        // SPEC: semantics/gateway-api.md 11: HTTPS ends TLS; only TLS may pass it.
        Some(Protocol::Https) if mode != "Terminate" => Some(Problem::new(
            "UnsupportedValue",
            format!("tls.mode '{mode}' is not supported for HTTPS"),
        )),
        Some(Protocol::Tls) if !matches!(mode, "Terminate" | "Passthrough") => Some(Problem::new(
            "UnsupportedValue",
            format!("tls.mode '{mode}' is not supported"),
        )),
        _ => None,
    };
    if let Some(problem) = listener.refused.as_ref().filter(|_| is_readable) {
        let text = format!("listener {name}: {}", problem.message);
        error(out, codes::LISTENER_UNSUPPORTED, node, owner, text);
    }
    read_kinds(&mut listener, allowed, owner, out);
    if matches!(protocol, Some(Protocol::Https | Protocol::Tls)) && mode == "Terminate" {
        read_certificates(&mut listener, owner, context, out);
    }
    listener
}

/// The first field that is there and cannot be read, of those that say which
/// requests a listener takes, and what is wrong with it.
fn unreadable(node: Node<'_>, protocol: Option<Protocol>) -> Option<(Node<'_>, String)> {
    let hostname = || -> Result<(), String> {
        let has_hostname = !matches!(protocol, Some(Protocol::Tcp | Protocol::Udp));
        match filled(node, "hostname")? {
            Some(host) if has_hostname && !is_hostname(&host.to_ascii_lowercase()) => {
                Err(format!("hostname '{host}' is not a hostname"))
            }
            _ => Ok(()),
        }
    };
    let mode = || -> Result<(), String> {
        let tls = stated_map(node, "tls")?;
        let mode = tls.map_or(Ok(None), |tls| filled(tls, "mode"));
        mode.map(|_| ()).map_err(|fault| {
            if tls.is_some() {
                under("tls", &fault)
            } else {
                fault
            }
        })
    };
    let faults = [
        ("name", filled(node, "name").err()),
        ("port", stated_port(node, "port").err()),
        ("protocol", filled(node, "protocol").err()),
        ("hostname", hostname().err()),
        ("tls", mode().err()),
    ];
    faults
        .into_iter()
        .find_map(|(key, fault)| Some((node.get(key).unwrap_or(node), fault?)))
}

/// SPEC: semantics/gateway-api.md 2: kinds by protocol; a kind that is unknown
/// or does not fit the protocol makes `ResolvedRefs` false, the others still
/// work. TLS listeners take only TLSRoutes: whether a TCPRoute may attach to one
/// that ends TLS is left to implementations.
fn read_kinds(
    listener: &mut Listener<'_>,
    allowed: Option<Node<'_>>,
    owner: &Resource<'_>,
    out: &mut Vec<Diagnostic>,
) {
    let fitting: &[RouteKind] = match listener.protocol {
        Some(Protocol::Http | Protocol::Https) => &[RouteKind::Http, RouteKind::Grpc],
        Some(Protocol::Tls) => &[RouteKind::Tls],
        Some(Protocol::Tcp) => &[RouteKind::Tcp],
        Some(Protocol::Udp) => &[RouteKind::Udp],
        _ => &[],
    };
    let kinds = match allowed.map_or(Ok(None), |allowed| stated_list(allowed, "kinds")) {
        Ok(kinds) => kinds.filter(|kinds| kinds.items().len() > 0),
        Err(fault) => {
            // A fault of `allowedRoutes` itself has been said of its namespaces.
            if let Some(place) = allowed.and_then(|allowed| allowed.get("kinds")) {
                let name = listener.name;
                let text =
                    format!("listener {name}: allowedRoutes.{fault}, so that it takes no routes");
                error(out, codes::UNREADABLE, place, owner, text);
            }
            let message = under("allowedRoutes", &fault);
            listener.unresolved = Some(Problem::new("InvalidRouteKinds", message));
            return;
        }
    };
    let Some(kinds) = kinds else {
        listener.kinds = fitting.to_vec();
        return;
    };
    let mut bad: Vec<&str> = Vec::new();
    for node in kinds.items() {
        let word = text_or(node, "kind", "");
        let is_own = matches!(stated(node, "group"), Ok(None | Some(GROUP)));
        let kind = RouteKind::parse(word).filter(|kind| is_own && fitting.contains(kind));
        match kind {
            Some(kind) if !listener.kinds.contains(&kind) => listener.kinds.push(kind),
            Some(_) => {}
            None => bad.push(word),
        }
    }
    if !bad.is_empty() && listener.protocol.is_some() {
        let protocol = text_or(listener.node, "protocol", "");
        let message = format!(
            "allowedRoutes.kinds names {}, which {protocol} listeners do not take",
            bad.join(", ")
        );
        let text = format!("listener {}: {message}", listener.name);
        warn(out, codes::INVALID_ROUTE_KINDS, kinds, owner, text);
        listener.unresolved = Some(Problem::new("InvalidRouteKinds", message));
    }
}

/// SPEC: semantics/gateway-api.md 8: certificates are Secrets; across namespaces
/// a ReferenceGrant must permit them. Where no Secret is in the input at all,
/// they are assumed to exist. A listener none of whose certificates can be used
/// is not served; with some it is, as most implementations do.
fn read_certificates(
    listener: &mut Listener<'_>,
    owner: &Resource<'_>,
    context: &Context<'_>,
    out: &mut Vec<Diagnostic>,
) {
    let tls = listener.node.get("tls");
    let field = format!("listener {}: tls.certificateRefs", listener.name);
    if let Err(fault) = tls.map_or(Ok(None), |tls| stated_list(tls, "certificateRefs")) {
        let message = under("tls", &fault);
        let name = listener.name;
        let text = format!("listener {name}: {message}, so that it is not served");
        error(
            out,
            codes::UNREADABLE,
            tls.unwrap_or(listener.node),
            owner,
            text,
        );
        listener.lacks_certificate = true;
        let problem = Problem::new("InvalidCertificateRef", message);
        listener.unresolved.get_or_insert(problem);
        return;
    }
    let list = capped(tls, "certificateRefs", CERTIFICATES, owner, &field, out);
    let nodes: Vec<_> = list.collect();
    let mut good = 0;
    for (index, &node) in nodes.iter().enumerate() {
        let reference = Reference::read(node, "Secret", owner.namespace);
        let fault = match reference {
            Ok(reference) => certificate_fault(reference, owner, context),
            Err(fault) => Some((
                codes::INVALID_CERTIFICATE,
                Problem::new("InvalidCertificateRef", fault),
            )),
        };
        let Some((code, problem)) = fault else {
            good += 1;
            continue;
        };
        warn(
            out,
            code,
            node,
            owner,
            format!("{field}[{index}] {}", problem.message),
        );
        listener.unresolved.get_or_insert(problem);
    }
    listener.lacks_certificate = good == 0 && !nodes.is_empty();
}

fn certificate_fault(
    to: Reference<'_>,
    owner: &Resource<'_>,
    context: &Context<'_>,
) -> Option<(Code, Problem)> {
    let Reference {
        group,
        kind,
        namespace,
        name,
    } = to;
    if (group, kind) != ("", "Secret") {
        let message = format!("names a {kind} of group '{group}', which is not a Secret");
        return Some((
            codes::INVALID_CERTIFICATE,
            Problem::new("InvalidCertificateRef", message),
        ));
    }
    if !context.permits(owner, to) {
        let message = format!("names Secret {namespace}/{name}, which no ReferenceGrant permits");
        return Some((
            codes::REF_NOT_PERMITTED,
            Problem::new("RefNotPermitted", message),
        ));
    }
    if context.knows_secrets() && !context.has_secret(namespace, name) {
        let message = format!("names Secret {namespace}/{name}, which is not in the input");
        return Some((
            codes::INVALID_CERTIFICATE,
            Problem::new("InvalidCertificateRef", message),
        ));
    }
    None
}

/// Names of listeners, for messages.
pub(super) fn names<'a>(listeners: impl Iterator<Item = &'a Listener<'a>>) -> String {
    let names: Vec<String> = listeners
        .map(|listener| listener.name.to_string())
        .collect();
    names.join(", ")
}
