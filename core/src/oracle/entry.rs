//! Which listeners of a gateway a request comes in by.

use alloc::vec::Vec;
use core::cmp::Reverse;

use super::{Protocol, Request, Seen, host};
use crate::model::{self, Gateway, Listener, Scheme};

/// The outcome of choosing listeners.
pub(super) enum Entry<'s> {
    /// The most specific listeners, all equal, in order; possibly none.
    Listeners(Vec<&'s Listener>),
    /// The server name chose a listener that is not the one for the authority.
    Misdirected,
}

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

/// The listeners of a gateway that take a request.
pub(super) fn listeners<'s>(gateway: &'s Gateway, request: &Request, seen: &Seen) -> Entry<'s> {
    let speaking: Vec<_> = gateway
        .listeners
        .iter()
        .filter(|listener| speaks(listener.protocol, request))
        .filter(|listener| {
            listener.client_namespace.is_none()
                || listener.client_namespace == request.client_namespace
        })
        .collect();
    // SPEC: a request that states no port means the scheme's where some listener
    // has it, and any listener otherwise.
    let well_known = request.is_http().then(|| request.scheme().default_port());
    let has = |port: u16| speaking.iter().any(|listener| listener.port == Some(port));
    let port = request.port.or(well_known.filter(|port| has(*port)));
    let taking: Vec<_> = speaking
        .iter()
        .copied()
        .filter(|listener| port.is_none() || listener.port.is_none() || listener.port == port)
        .collect();
    // SPEC: gateway-api.md 1.3: over TLS the server name selects the listener.
    let secure = match request.protocol {
        Protocol::Tls => true,
        Protocol::Tcp | Protocol::Udp => false,
        _ => request.scheme() == Scheme::Https,
    };
    let authority = seen.host.as_deref();
    let sni = seen.sni.as_deref().filter(|_| secure);
    let by_host = sni.or(authority);
    // SPEC: gateway-api.md 1.3: exact before wildcard, longer before shorter, a
    // host before none; `Listener::client_namespace`: with one before without.
    let key = |listener: &&Listener| {
        let specificity = best(listener, by_host)?;
        Some((specificity, listener.client_namespace.is_some()))
    };
    let Some(best_key) = taking.iter().filter_map(key).max() else {
        return Entry::Listeners(Vec::new());
    };
    let mut chosen: Vec<_> = taking
        .iter()
        .copied()
        .filter(|listener| key(listener) == Some(best_key))
        .collect();
    if sni.is_some() && request.is_http() {
        let before = chosen.len();
        chosen.retain(|listener| !is_misdirected(listener, &taking, authority));
        if chosen.is_empty() && before > 0 {
            return Entry::Misdirected;
        }
    }
    Entry::Listeners(chosen)
}

/// SPEC: gateway-api.md 1.3: 421 where another listener of the port is the better
/// match for the authority. Where none matches at all, no route of the listener
/// does either, which gives the 404 that is asked for.
fn is_misdirected(listener: &Listener, others: &[&Listener], authority: Option<&[u8]>) -> bool {
    listener.detect_misdirected
        && others
            .iter()
            .filter(|other| other.port == listener.port)
            .any(|other| best(other, authority) > best(listener, authority))
}

/// How specific the listener's best host for `host` is; `None` where it has none.
fn best(listener: &Listener, host: Option<&[u8]>) -> Option<(u8, usize)> {
    if listener.hosts.is_empty() {
        return Some((0, 0));
    }
    let matching = listener
        .hosts
        .iter()
        .filter(|pattern| host::matches(pattern, host));
    matching
        .map(host::specificity)
        .min_by_key(|specificity| Reverse(*specificity))
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
