//! Which listeners of a gateway a request comes in by.

use alloc::vec::Vec;

use super::regex::Regexes;
use super::{Protocol, Request, Seen, host};
use crate::model::{self, Gateway, HostMatch, Listener, Scheme};

/// Whether a request means this gateway.
///
/// SPEC: contract, "Request": `namespace/name` or `name`; absent means every one.
pub(super) fn is_named(gateway: &Gateway, request: &Request) -> bool {
    let Some(wanted) = &request.gateway else {
        return true;
    };
    match wanted.split_once('/') {
        Some((namespace, name)) => {
            gateway.object.namespace == namespace && gateway.object.name == name
        }
        None => gateway.object.name == *wanted,
    }
}

/// The listeners of a gateway that take a request: the most specific ones, all
/// equal, in order. And whether the server name chose one of another authority.
pub(super) fn listeners<'s>(
    regexes: &Regexes,
    gateway: &'s Gateway,
    request: &Request,
    seen: &Seen,
) -> (Vec<&'s Listener>, bool) {
    let speaking: Vec<_> = gateway
        .listeners
        .iter()
        .filter(|listener| speaks(listener.protocol, request))
        .collect();
    // SPEC: a request that states no port means the scheme's where some listener
    // has it, and any listener otherwise.
    let well_known = match request.protocol {
        Protocol::Tcp | Protocol::Udp => None,
        Protocol::Tls => Some(Scheme::Https.default_port()),
        _ => Some(request.scheme().default_port()),
    };
    let has = |port: u16| speaking.iter().any(|listener| listener.port == Some(port));
    let port = request.port.or(well_known.filter(|port| has(*port)));
    let taking: Vec<_> = speaking
        .iter()
        .copied()
        .filter(|listener| is_on(listener, port))
        .filter(|listener| {
            listener.client_namespace.is_none()
                || listener.client_namespace == request.client_namespace
        })
        .collect();
    // SPEC: gateway-api.md 1.3: over TLS the server name selects the listener.
    let secure = request.is_http() && request.scheme() == Scheme::Https;
    let authority = seen.host.as_deref();
    let sni = seen.sni.as_deref().filter(|_| secure);
    let by_host = sni.or(authority);
    // SPEC: gateway-api.md 1.3: exact before wildcard, longer before shorter, a
    // host before none; `Listener::client_namespace`: with one before without.
    let key = |listener: &Listener, host: Option<&[u8]>| {
        let specificity = best(regexes, gateway, listener, host)?;
        Some((specificity, listener.client_namespace.is_some()))
    };
    let keys = taking.iter().filter_map(|listener| key(listener, by_host));
    let Some(best_key) = keys.max() else {
        return (Vec::new(), false);
    };
    let equals: Vec<_> = taking
        .iter()
        .copied()
        .filter(|listener| key(listener, by_host) == Some(best_key))
        .collect();
    if sni.is_none() || authority.is_none() {
        return (equals, false);
    }
    // SPEC: gateway-api.md 1.3: 421 where another listener of the port is the better
    // match for the authority, 404 where none matches it.
    let (mut chosen, mut misdirected) = (Vec::new(), false);
    for listener in equals {
        let on_port = taking.iter().filter(|other| is_on(other, listener.port));
        let own = key(listener, authority);
        match on_port.filter_map(|other| key(other, authority)).max() {
            _ if !listener.detect_misdirected => chosen.push(listener),
            None => {}
            Some(most) if own == Some(most) => chosen.push(listener),
            Some(_) => misdirected = true,
        }
    }
    (chosen, misdirected)
}

/// How specific the listener's best host for `host` is; `None` where it has none.
fn best(
    regexes: &Regexes,
    gateway: &Gateway,
    listener: &Listener,
    host: Option<&[u8]>,
) -> Option<host::Specificity> {
    let patterns = || {
        gateway
            .listeners
            .iter()
            .flat_map(|listener| &listener.hosts)
    };
    if listener.hosts.is_empty() {
        return Some(host::specificity(&HostMatch::Any, patterns()));
    }
    let matching = listener
        .hosts
        .iter()
        .filter(|pattern| host::takes(regexes, pattern, host));
    matching
        .map(|pattern| host::specificity(pattern, patterns()))
        .max()
}

/// Whether a listener takes requests of a port; `None` is any port.
fn is_on(listener: &Listener, port: Option<u16>) -> bool {
    port.is_none() || listener.port.is_none() || listener.port == port
}

fn speaks(protocol: model::Protocol, request: &Request) -> bool {
    match (request.protocol, request.scheme()) {
        (Protocol::Tls, _) => protocol == model::Protocol::Tls,
        (Protocol::Tcp, _) => protocol == model::Protocol::Tcp,
        (Protocol::Udp, _) => protocol == model::Protocol::Udp,
        (_, Scheme::Http) => {
            matches!(protocol, model::Protocol::Http | model::Protocol::AnyHttp)
        }
        (_, Scheme::Https) => {
            matches!(protocol, model::Protocol::Https | model::Protocol::AnyHttp)
        }
    }
}
