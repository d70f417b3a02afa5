//! Where else a client is sent.

use alloc::boxed::Box;
use alloc::format as text;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::action::Walk;
use super::answer::{Answer, Redirected};
use super::rewrite::{NewPath, joined};
use super::{Seen, Winner, format, host, query};
use crate::model::Redirect;

impl Walk<'_, '_> {
    /// SPEC: gateway-api.md 7.1; `model::Redirect`.
    pub(super) fn redirect(&self, redirect: &Redirect, winner: &Winner<'_>, seen: &Seen) -> Answer {
        let request = &self.found.request;
        let scheme = redirect.scheme.unwrap_or(request.scheme());
        let mut wrong = Vec::new();
        // SPEC: `Redirect::status`.
        if ![300, 301, 302, 303, 307, 308].contains(&redirect.status) {
            wrong.push(Answer::respond(500));
        }
        let set = redirect.host.as_ref().map(|host| {
            let host = format::render(host, &seen.captures, request, seen);
            let is_bare = host::without_port(&host) == host;
            if !is_bare || !matches!(host::normalize(Some(&host)), Some(Some(_))) {
                wrong.push(Answer::respond(500));
            }
            host
        });
        // SPEC: 7.1: by default the request's host, without its port, also in a
        // further stage: what that stage sees as host is no name for clients.
        let own = request.authority.as_deref().map(host::without_port);
        let host_from_request = set.is_none() && own.is_some();
        let host = set.or(own.map(<[u8]>::to_vec));
        // SPEC: 7.1: an explicit port; else the port of a scheme that is set, even
        // the request's own; else the listener's, never that of the authority.
        let port = match (redirect.port, redirect.scheme, self.found.listener.port) {
            (Some(port), _, _) => port,
            (None, Some(scheme), _) => scheme.default_port(),
            (None, None, Some(port)) => port,
            (None, None, None) => request.port.unwrap_or(scheme.default_port()),
        };
        let by = self.found.gateway.normalization;
        let new = redirect.path.as_ref().map(|rewrite| {
            let oracle = self.oracle;
            oracle.rewritten_path(rewrite, winner.matched, by, request, seen)
        });
        let (path, of_path) = match new {
            None | Some(Ok(None)) => (seen.path.clone(), None),
            Some(Ok(Some(NewPath { path, query }))) => (path, query),
            Some(Err(unsound)) => {
                wrong.push(super::action::refused(unsound));
                (seen.path.clone(), None)
            }
        };
        // SPEC: envoy.md 3.5: to a path with a query of its own, the request's is not
        // appended.
        let query = match &redirect.query {
            Some(rewrite) => {
                let rewritten = query::rewritten(rewrite, seen.query.as_deref(), request, seen);
                joined(of_path, rewritten)
            }
            None => of_path.or(seen.query.clone()),
        };
        // SPEC: no dangling `?`.
        let query = query.filter(|query| !query.is_empty());
        let query = query.map(|query| [b"?", query.as_slice()].concat());
        let query = query.unwrap_or_default();
        // SPEC: `model::Redirect`: without a host, a bare path unless the redirect
        // names another scheme or a port; then the host is the address that the
        // client connected to, or empty.
        let elsewhere = redirect.port.is_some()
            || redirect
                .scheme
                .is_some_and(|scheme| scheme != request.scheme());
        let location = if host.is_some() || elsewhere {
            let mut location = [scheme.as_str().as_bytes(), b"://"].concat();
            let address = request.destination_ip.map(|address| match address {
                IpAddr::V4(address) => text!("{address}"),
                IpAddr::V6(address) => text!("[{address}]"),
            });
            let nameless = host.is_none() && address.is_none();
            let address = address.unwrap_or_default().into_bytes();
            location.extend(host.unwrap_or(address));
            // SPEC: `model::Redirect`: an empty host always has a port beside it.
            if nameless || port != scheme.default_port() {
                location.extend(text!(":{port}").into_bytes());
            }
            [location, path, query].concat()
        } else {
            bare(&path, &query)
        };
        let (response_edits, is_sound) = self.response_edits();
        if !is_sound {
            wrong.push(Answer::respond(500));
        }
        if !wrong.is_empty() {
            return self.one_of(wrong);
        }
        let answer = Answer::Redirect(Box::new(Redirected {
            status: redirect.status,
            location,
            host_from_request,
            response_edits,
            cors: self.cors(),
        }));
        self.unless_unsound(answer)
    }
}

/// A Location without a host.
///
/// SPEC: architecture 6: no `//host` leaves. A browser takes a backslash for a slash.
pub(super) fn bare(path: &[u8], query: &[u8]) -> Vec<u8> {
    let is_slash = |byte: &&u8| matches!(byte, b'/' | b'\\');
    let slashes = path.iter().take_while(is_slash).count();
    let path = match slashes {
        0 | 1 => path.to_vec(),
        _ => [b"/", &path[slashes..]].concat(),
    };
    [path.as_slice(), query].concat()
}
