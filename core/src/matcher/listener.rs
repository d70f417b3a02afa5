//! Which listener of a gateway takes a request.
//!
//! The most specific host among the listeners that take the request's port and
//! protocol wins, and the others are out of reach from then on.

use super::authority::is_canonical_name;
use super::request::{Request, RequestProtocol};
use crate::table::host::Next;
use crate::table::{GatewayEntry, ListenerEntry, Sections, UsualListener};
use crate::vocabulary::{HostForm, Protocol, Scheme};

/// The listeners of `gateway` that take the request under its most specific host, in
/// order. There is more than one only where the request leaves the port open, or where
/// two Services of a mesh share a name.
#[inline]
pub(crate) fn taking<'s>(
    sections: &'s Sections,
    gateway: u32,
    request: &Request<'_>,
    host: Option<&[u8]>,
) -> Taking<'s> {
    let mut taking = Taking {
        first: None,
        rest: &[],
        is_namespaced: false,
        port: None,
    };
    let Some(entry) = sections.gateways.get(gateway as usize) else {
        return taking;
    };
    taking.port = port_wanted(entry, request);
    entry.hosts.lookup(&sections.text, host, |bucket| {
        let bucket = entry.buckets.get(bucket as usize);
        let bucket = bucket.copied().unwrap_or_default();
        let bucket = bucket.of(&sections.listener_buckets);
        // SPEC: GEP-1294: a consumer route replaces the producer's for its
        // namespace's clients. Without a namespace, the client is nobody's consumer.
        if request.client_namespace().is_some() {
            taking.begin(sections, request, bucket, true);
        }
        if taking.first.is_none() {
            taking.begin(sections, request, bucket, false);
        }
        match taking.first {
            Some(_) => Next::Stop,
            None => Next::Continue,
        }
    });
    taking
}

/// The listener by which nearly every request comes in, where there is one such.
pub(crate) fn usual(sections: &Sections) -> Option<UsualListener> {
    let [entry] = sections.gateways.as_slice() else {
        return None;
    };
    let listener = sections.listeners.get(entry.sole as usize)?;
    if entry.reject_underscores || listener.client_namespace.is_some() {
        return None;
    }
    let stage = sections.stages.get(listener.stage as usize)?;
    let has_plain_hosts = stage.host_form == HostForm::Name
        && stage
            .hosts
            .exact_hosts(&sections.text)
            .all(is_canonical_name);
    let takes = |scheme| {
        let request = Request::new(b"GET", b"/").with_scheme(scheme);
        sole(sections, entry, &request).flatten().is_some()
    };
    Some(UsualListener {
        listener: entry.sole,
        stage: listener.stage,
        protocol: listener.protocol,
        port: listener.port,
        takes_http: takes(Scheme::Http),
        takes_https: takes(Scheme::Https),
        trims: entry.trim_values,
        has_plain_hosts,
    })
}

/// Whether the one listener of a gateway takes the request, where it takes every host.
#[inline(always)]
pub(crate) fn sole(
    sections: &Sections,
    entry: &GatewayEntry,
    request: &Request<'_>,
) -> Option<Option<u32>> {
    let listener = sections.listeners.get(entry.sole as usize)?;
    let is_taken = takes(sections, entry.sole, listener, request, || {
        port_wanted(entry, request)
    });
    Some(is_taken.then_some(entry.sole))
}

/// The listener of a gateway that takes the request, where no two do; `None` where
/// several do.
#[inline(never)]
pub(crate) fn only_among(
    sections: &Sections,
    gateway: u32,
    request: &Request<'_>,
    host: Option<&[u8]>,
) -> Option<Option<u32>> {
    let mut taking = taking(sections, gateway, request, host);
    let first = taking.next(sections, request);
    let second = taking.next(sections, request);
    second.is_none().then_some(first)
}

/// Listeners that take a request, one after the other.
pub(crate) struct Taking<'s> {
    first: Option<u32>,
    /// Those that have not been looked at yet.
    rest: &'s [u32],
    /// Whether they are for the clients of one namespace.
    is_namespaced: bool,
    /// The port a listener must have.
    port: Option<u16>,
}

impl<'s> Taking<'s> {
    #[inline]
    fn begin(
        &mut self,
        sections: &Sections,
        request: &Request<'_>,
        bucket: &'s [u32],
        is_namespaced: bool,
    ) {
        self.is_namespaced = is_namespaced;
        self.rest = bucket;
        self.first = self.find(sections, request);
    }

    /// The next listener. The request is the one that was begun with.
    #[inline]
    pub(crate) fn next(&mut self, sections: &Sections, request: &Request<'_>) -> Option<u32> {
        match self.first.take() {
            None if self.rest.is_empty() => None,
            None => self.find(sections, request),
            first => first,
        }
    }

    fn find(&mut self, sections: &Sections, request: &Request<'_>) -> Option<u32> {
        while let Some((&id, rest)) = self.rest.split_first() {
            self.rest = rest;
            let Some(listener) = sections.listeners.get(id as usize) else {
                continue;
            };
            if listener.client_namespace.is_some() == self.is_namespaced
                && takes(sections, id, listener, request, || self.port)
            {
                return Some(id);
            }
        }
        None
    }
}

/// The port a listener must have; `None` where any will do.
#[inline]
pub(crate) fn port_wanted(gateway: &GatewayEntry, request: &Request<'_>) -> Option<u16> {
    if request.port().is_some() {
        return request.port();
    }
    let (has_default, default) = match request.protocol() {
        RequestProtocol::Tcp | RequestProtocol::Udp => return None,
        RequestProtocol::Tls => (gateway.has_tls_port, Scheme::Https.default_port()),
        _ => match request.scheme() {
            Scheme::Http => (gateway.has_http_port, Scheme::Http.default_port()),
            Scheme::Https => (gateway.has_https_port, Scheme::Https.default_port()),
        },
    };
    has_default.then_some(default)
}

#[inline(always)]
fn takes(
    sections: &Sections,
    id: u32,
    listener: &ListenerEntry,
    request: &Request<'_>,
    port_wanted: impl FnOnce() -> Option<u16>,
) -> bool {
    speaks(listener.protocol, request)
        && (listener.port == 0 || port_wanted().is_none_or(|port| port == listener.port))
        && (listener.client_namespace.is_none() && request.listener().is_none()
            || names_fit(sections, id, listener, request))
}

/// Whether the client is of the listener's namespace, and the listener the one that is
/// asked for.
#[inline(never)]
fn names_fit(
    sections: &Sections,
    id: u32,
    listener: &ListenerEntry,
    request: &Request<'_>,
) -> bool {
    let is_of_namespace = listener.client_namespace.is_none_or(|namespace| {
        request
            .client_namespace()
            .is_some_and(|client| sections.text.str(namespace) == client)
    });
    is_of_namespace
        && request.listener().is_none_or(|name| {
            let written = sections.names.listeners.get(id as usize);
            written.is_some_and(|(written, _)| sections.names.text.str(*written) == name)
        })
}

/// Whether a listener's protocol is the request's.
#[inline]
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
