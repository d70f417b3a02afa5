//! Which listener of a gateway takes a request.
//!
//! The most specific host among the listeners that take the request's port and
//! protocol wins, and the others are out of reach from then on.

use super::request::{Request, RequestProtocol};
use crate::table::host::Next;
use crate::table::{GatewayEntry, ListenerEntry, Sections};
use crate::vocabulary::{Protocol, Scheme};

/// The `n`th listener of `gateway`, from 0, that takes the request under its most
/// specific host. There is more than one only where the request leaves the port
/// open, or where two Services of a mesh share a name.
pub(crate) fn nth(
    sections: &Sections,
    gateway: u32,
    request: &Request<'_>,
    host: Option<&[u8]>,
    n: usize,
) -> Option<u32> {
    let entry = sections.gateways.get(gateway as usize)?;
    let port = port_wanted(sections, entry, request);
    let mut found = None;
    entry.hosts.lookup(&sections.text, host, |bucket| {
        let bucket = entry
            .buckets
            .get(bucket as usize)
            .copied()
            .unwrap_or_default();
        // SPEC: GEP-1294: a consumer route replaces the producer's for its
        // namespace's clients.
        for namespaced in [true, false] {
            let mut fitting = bucket
                .of(&sections.listener_buckets)
                .iter()
                .copied()
                .filter(|&id| {
                    sections.listeners.get(id as usize).is_some_and(|listener| {
                        listener.client_namespace.is_some() == namespaced
                            && takes(sections, id, listener, request, port)
                    })
                });
            if let Some(first) = fitting.next() {
                found = if n == 0 {
                    Some(first)
                } else {
                    fitting.nth(n - 1)
                };
                return Next::Stop;
            }
        }
        Next::Continue
    });
    found
}

/// The port a listener must have; `None` where any will do.
pub(crate) fn port_wanted(
    sections: &Sections,
    gateway: &GatewayEntry,
    request: &Request<'_>,
) -> Option<u16> {
    if request.port().is_some() {
        return request.port();
    }
    let default = match request.protocol() {
        RequestProtocol::Tcp | RequestProtocol::Udp => return None,
        RequestProtocol::Tls => Scheme::Https.default_port(),
        _ => request.scheme().default_port(),
    };
    let listeners = gateway.listeners.of(&sections.listeners);
    let has_default = listeners
        .iter()
        .any(|listener| listener.port == default && speaks(listener.protocol, request));
    has_default.then_some(default)
}

fn takes(
    sections: &Sections,
    id: u32,
    listener: &ListenerEntry,
    request: &Request<'_>,
    port: Option<u16>,
) -> bool {
    speaks(listener.protocol, request)
        && (listener.port == 0 || port.is_none_or(|port| port == listener.port))
        && listener.client_namespace.is_none_or(|namespace| {
            request
                .client_namespace()
                .is_some_and(|client| sections.text.str(namespace) == client)
        })
        && request.listener().is_none_or(|name| {
            let written = sections.names.listeners.get(id as usize);
            written.is_some_and(|(written, _)| sections.names.text.str(*written) == name)
        })
}

/// Whether a listener's protocol is the request's.
pub(crate) fn speaks(protocol: Protocol, request: &Request<'_>) -> bool {
    match request.protocol() {
        RequestProtocol::Tcp => protocol == Protocol::Tcp,
        RequestProtocol::Udp => protocol == Protocol::Udp,
        RequestProtocol::Tls => protocol == Protocol::Tls,
        _ => match protocol {
            Protocol::AnyHttp => true,
            Protocol::Http => request.scheme() == Scheme::Http,
            Protocol::Https => request.scheme() == Scheme::Https,
            _ => false,
        },
    }
}
