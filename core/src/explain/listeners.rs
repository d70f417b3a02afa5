//! Why each listener does not take a request that none takes.
//!
//! The words follow the order in which a listener is looked at: protocol, port,
//! the name that the request asks for, the client's namespace, the host. Of each
//! listener the first that does not fit is told.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{ListenerTrial, listener_name, readable};
use crate::matcher::authority::{MAX_HOST, ServerName, server_name};
use crate::matcher::listener::{port_wanted, speaks};
use crate::matcher::request::{Request, RequestProtocol};
use crate::table::host::{HostKind, Next};
use crate::table::{GatewayEntry, ListenerEntry, Sections};
use crate::vocabulary::{Protocol, Scheme};

/// Most hosts of a listener that are named.
const MOST_HOSTS: usize = 4;

/// Every listener of the gateways that the request may mean, and what does not fit.
/// `host` is the authority's.
pub(super) fn trials(
    sections: &Sections,
    request: &Request<'_>,
    host: Option<&[u8]>,
) -> Vec<ListenerTrial> {
    let mut buffer = [0; MAX_HOST];
    let server_name = match server_name(request.sni(), &mut buffer) {
        ServerName::Host(length) => buffer.get(..length),
        _ => None,
    };
    let named = match request.protocol() {
        RequestProtocol::Tls => Named::ServerName(server_name),
        RequestProtocol::Tcp | RequestProtocol::Udp => Named::Host(host),
        _ if request.scheme() == Scheme::Https && server_name.is_some() => {
            Named::ServerName(server_name)
        }
        _ => Named::Host(host),
    };
    let mut trials = Vec::new();
    for (id, gateway) in sections.gateways.iter().enumerate() {
        if request
            .gateway()
            .is_some_and(|asked| asked.0 as usize != id)
        {
            continue;
        }
        let port = port_wanted(gateway, request);
        let hosts = hosts(sections, gateway);
        let by_name = match named {
            Named::ServerName(Some(name)) => taking(sections, gateway, name),
            _ => Vec::new(),
        };
        for (id, hosts) in gateway.listeners.indices().zip(&hosts) {
            let Some(listener) = sections.listeners.get(id as usize) else {
                continue;
            };
            // Where the server name fits, it is the authority that no listener takes.
            let named = match by_name.contains(&id) {
                true => Named::Host(host),
                false => named,
            };
            trials.push(ListenerTrial {
                listener: listener_name(sections, id),
                failure: failure(sections, request, id, listener, port)
                    .unwrap_or_else(|| named.failure(hosts)),
            });
        }
    }
    trials
}

/// The name that a listener's hosts are compared with.
#[derive(Clone, Copy)]
enum Named<'r> {
    Host(Option<&'r [u8]>),
    ServerName(Option<&'r [u8]>),
}

impl Named<'_> {
    fn failure(self, hosts: &[String]) -> String {
        let (what, name) = match self {
            Self::Host(name) => ("host", name),
            Self::ServerName(name) => ("server name", name),
        };
        let takes = listed(hosts);
        match name {
            Some(name) => format!("it takes {takes}, the {what} is {}", readable(name)),
            None => format!("it takes {takes}, the request has no {what}"),
        }
    }
}

/// What does not fit besides the host.
fn failure(
    sections: &Sections,
    request: &Request<'_>,
    id: u32,
    listener: &ListenerEntry,
    port: Option<u16>,
) -> Option<String> {
    if !speaks(listener.protocol, request) {
        return Some(format!("it takes {}", protocol_text(listener.protocol)));
    }
    if let Some(port) = port.filter(|&port| listener.port != 0 && port != listener.port) {
        let own = listener.port;
        return Some(format!(
            "it listens on port {own}, the request came in on {port}"
        ));
    }
    let name = sections.names.listeners.get(id as usize);
    let name = name.map_or("not known", |(name, _)| sections.names.text.str(*name));
    if let Some(asked) = request.listener().filter(|&asked| asked != name) {
        return Some(format!(
            "its name is {name}, the request is for {}",
            readable(asked.as_bytes())
        ));
    }
    let takes = sections.text.str(listener.client_namespace?);
    match request.client_namespace() {
        Some(client) if client == takes => None,
        Some(client) => Some(format!(
            "it takes clients of namespace {takes}, the client's is {}",
            readable(client.as_bytes())
        )),
        None => Some(format!(
            "it takes clients of namespace {takes}, the client's is not given"
        )),
    }
}

fn protocol_text(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::AnyHttp => "http and https requests only",
        Protocol::Http => "http requests only",
        Protocol::Https => "https requests only",
        Protocol::Tcp => "TCP connections only",
        Protocol::Tls => "TLS connections only",
        Protocol::Udp => "UDP datagrams only",
    }
}

/// The hosts of each listener of a gateway, as written; `*` for any.
fn hosts(sections: &Sections, gateway: &GatewayEntry) -> Vec<Vec<String>> {
    let mut hosts = alloc::vec![Vec::new(); gateway.listeners.len as usize];
    let mut add = |bucket: u32, host: &str| {
        let bucket = gateway.buckets.get(bucket as usize).copied();
        for &id in bucket.unwrap_or_default().of(&sections.listener_buckets) {
            let own = id.checked_sub(gateway.listeners.start);
            if let Some(own) = own.and_then(|at| hosts.get_mut(at as usize)) {
                own.push(host.to_string());
            }
        }
    };
    let mut patterns: Vec<_> = gateway.hosts.patterns().collect();
    // Texts are stored as they are written.
    patterns.sort_by_key(|pattern| pattern.text.start);
    for pattern in patterns {
        let text = readable(sections.text.get(pattern.text));
        match pattern.kind {
            HostKind::Exact => add(pattern.value, &text),
            HostKind::OneLabel => add(pattern.value, &format!("*{text} (one label)")),
            HostKind::Wildcard | HostKind::Suffix | HostKind::WildcardSuffix => {
                add(pattern.value, &format!("*{text}"));
            }
            HostKind::WildcardPrefix => add(pattern.value, &format!("{text}*")),
            HostKind::Vacant => {}
        }
    }
    for regex in &gateway.hosts.regexes {
        let text = readable(sections.text.get(regex.text));
        add(regex.value, &format!("~{text}"));
    }
    if let Some(any) = gateway.hosts.any {
        add(any, "*");
    }
    hosts
}

/// The listeners of a gateway whose hosts take a name.
fn taking(sections: &Sections, gateway: &GatewayEntry, name: &[u8]) -> Vec<u32> {
    let mut taking = Vec::new();
    gateway.hosts.lookup(&sections.text, Some(name), |bucket| {
        let bucket = gateway.buckets.get(bucket as usize).copied();
        let bucket = bucket.unwrap_or_default();
        taking.extend_from_slice(bucket.of(&sections.listener_buckets));
        Next::Continue
    });
    taking
}

/// `a, b and c`, or `a, b, c and 7 more`.
fn listed(hosts: &[String]) -> String {
    let (shown, more) = match hosts.len().checked_sub(MOST_HOSTS) {
        None | Some(0) => (hosts, 0),
        // One that is left out takes as much room as the word for it.
        Some(more) => (hosts.get(..MOST_HOSTS - 1).unwrap_or(hosts), more + 1),
    };
    match (shown.split_last(), more) {
        (None, _) => "no host".to_string(),
        (Some((last, [])), 0) => last.clone(),
        (Some((last, rest)), 0) => format!("{} and {last}", rest.join(", ")),
        (Some(_), more) => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(hosts: &[&str]) -> String {
        let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
        Named::Host(Some(b"acme.test")).failure(&hosts)
    }

    #[test]
    fn a_host_that_does_not_fit_is_named_with_those_that_would() {
        assert_eq!(
            said(&["*.acme.test"]),
            "it takes *.acme.test, the host is acme.test"
        );
        assert_eq!(said(&["a", "b"]), "it takes a and b, the host is acme.test");
        assert_eq!(
            said(&["a", "b", "c", "d"]),
            "it takes a, b, c and d, the host is acme.test"
        );
        assert_eq!(
            said(&["a", "b", "c", "d", "e"]),
            "it takes a, b, c and 2 more, the host is acme.test"
        );
        let hosts = [String::from("a")];
        assert_eq!(
            Named::ServerName(None).failure(&hosts),
            "it takes a, the request has no server name"
        );
    }
}
