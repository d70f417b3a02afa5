//! The straight way in: nearly every request's.
//!
//! It comes by the one gateway, whose one listener takes every host; its target is a
//! plain path, perhaps with a query, and nothing in it is refused. All of that is asked here with as few
//! questions as there can be. A request of which one is answered otherwise is looked at
//! again by [`enter`](super::enter), from the start: that is the only place that says
//! what becomes of it.

use super::check;
use super::enter::{Entered, unsound};
use crate::matcher::facts::Seen;
use crate::matcher::listener;
use crate::matcher::request::{Request, is_token};
use crate::matcher::scratch::{HostView, Scratch};
use crate::matcher::walk::Search;
use crate::table::{Sections, UsualListener};

/// What the straight way leads to.
#[derive(Clone, Copy)]
pub(super) enum Straight {
    Entered(Entered),
    /// No rule of the listener takes the request.
    NoRule(u32),
    /// The request has to go another way.
    Other,
}

/// Finds where a request enters, if it goes the straight way. As for
/// [`enter`](super::enter::enter), it is settled, and the scratch knows its shape.
#[inline(always)]
pub(super) fn enter(sections: &Sections, scratch: &mut Scratch, request: &Request<'_>) -> Straight {
    let Some(usual) = &sections.usual else {
        return Straight::Other;
    };
    let shape = &scratch.paths.shape;
    if !shape.is_usual || shape.len > sections.limits.target as usize || !takes(usual, request) {
        return Straight::Other;
    }
    let path_len = shape.path_len;
    if path_len < shape.len && check::has_too_many_parameters(sections, request) {
        return Straight::Other;
    }
    // A method that rules name is a token.
    let method = sections.method_bit(request.method());
    if method == 0 && !is_token(request.method()) {
        return Straight::Other;
    }
    // SPEC: RFC 6066 3. A server name chooses among listeners, and here is one.
    if request.sni().is_some() && !scratch.server_name.take(request.sni()) {
        return Straight::Other;
    }
    let Ok(likely) = check::headers(sections, request) else {
        return Straight::Other;
    };
    scratch.begin(likely);
    scratch.fields.begin_gateway(usual.trims);
    let Some(stage) = sections.stages.get(usual.stage as usize) else {
        return Straight::Other;
    };
    // What is kept under the very host, where that is known.
    let mut exact = None;
    let host = match request.authority() {
        None => None,
        Some(name) => {
            // What is a host of the table, byte for byte, needs no second look.
            let plain = match usual.has_plain_hosts {
                true => stage.hosts.exact(&sections.text, name),
                false => None,
            };
            if plain.is_some() {
                exact = Some(plain);
                scratch.host.take_name(name);
                Some(HostView {
                    name,
                    authority: name,
                    port: None,
                })
            } else if scratch.host.take(name) {
                let host = scratch.host.view(request);
                // Nothing is, where the host is the authority as it is.
                let is_same = host.is_some_and(|host| core::ptr::eq(host.name, name));
                exact = (usual.has_plain_hosts && is_same).then_some(None);
                host
            } else {
                return Straight::Other;
            }
        }
    };

    // PERF: host and path are those that are known here. Asked of the scratch, so that the
    // search could be made as that of any stage is, a match takes 3 per cent more
    // instructions.
    let path = request.target().get(..path_len).unwrap_or_default();
    let mut search = Search {
        sections,
        request,
        seen: Seen {
            request,
            path,
            host: host.map(|host| host.name),
        },
        fields: &mut scratch.fields,
        regex: &mut scratch.regex,
        hits: &mut scratch.hits,
        method,
    };
    let found = search.find_from(stage, host, exact, path);
    if unsound(scratch).is_some() {
        return Straight::Other;
    }
    let listener = usual.listener;
    match found {
        Some(found) => Straight::Entered(Entered {
            listener,
            gateway: 0,
            found,
        }),
        None => Straight::NoRule(listener),
    }
}

/// Whether the listener takes a request that asks for nothing else.
#[inline(always)]
fn takes(usual: &UsualListener, request: &Request<'_>) -> bool {
    let is_port_taken = match request.port() {
        None => usual.takes(request.scheme()),
        Some(port) => {
            (usual.port == 0 || usual.port == port) && listener::speaks(usual.protocol, request)
        }
    };
    is_port_taken
        && request.trims() == usual.trims
        && request.gateway().is_none_or(|gateway| gateway.0 == 0)
        && request.listener().is_none()
        && request.client_namespace().is_none()
        && !request.has_fragment()
}
