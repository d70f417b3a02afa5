//! Which layer of a table decides a request; see `table/layer.rs`.

#[cfg(feature = "compile")]
use alloc::boxed::Box;

#[cfg(feature = "compile")]
use crate::matcher::authority::{MAX_HOST, ServerName, host_of, is_canonical_name, server_name};
use crate::matcher::request::Request;
#[cfg(feature = "compile")]
use crate::matcher::request::RequestProtocol;
use crate::matcher::scratch::Scratch;
use crate::table::Sections;

/// The table that decides a request, and the scratch for it, given those of the newest
/// layer.
#[inline(always)]
pub(super) fn deciding<'t, 's>(
    sections: &'t Sections,
    scratch: &'s mut Scratch,
    request: &Request<'_>,
) -> (&'t Sections, &'s mut Scratch) {
    #[cfg(feature = "compile")]
    if sections.in_front().is_some() {
        return among_layers(sections, scratch, request);
    }
    let _ = request;
    (sections, scratch)
}

/// The first layer that decides the request's host. A request without one, or with one
/// that is refused, is for the oldest.
#[cfg(feature = "compile")]
#[inline(never)]
fn among_layers<'t, 's>(
    mut sections: &'t Sections,
    mut scratch: &'s mut Scratch,
    request: &Request<'_>,
) -> (&'t Sections, &'s mut Scratch) {
    let mut buffer = [0; MAX_HOST];
    let host = host(request, &mut buffer);
    while let Some((layer, older)) = sections.in_front() {
        if layer.hosts.contains(host) {
            break;
        }
        // It is there: a scratch is made for all layers of its table.
        let behind = scratch
            .older
            .get_or_insert_with(|| Box::new(Scratch::new(older)));
        (sections, scratch) = (&older.sections, behind);
    }
    (sections, scratch)
}

/// The host that the stages of a request's way are asked for first; empty where there is
/// none, or one that is refused.
#[cfg(feature = "compile")]
fn host<'h>(request: &Request<'h>, buffer: &'h mut [u8; MAX_HOST]) -> &'h [u8] {
    // SPEC: a connection's host is its server name.
    let length = if request.protocol() == RequestProtocol::Tls {
        match server_name(request.sni(), buffer) {
            ServerName::Host(length) => length,
            ServerName::None | ServerName::Malformed => 0,
        }
    } else {
        let Some(authority) = request.settled_authority() else {
            return &[];
        };
        if is_canonical_name(authority) {
            return authority;
        }
        host_of(authority, buffer).unwrap_or(0)
    };
    buffer.get(..length).unwrap_or_default()
}

/// The table behind all layers: nearly all of it.
#[cfg_attr(not(feature = "compile"), allow(unused_mut))]
pub(super) fn oldest(mut sections: &Sections) -> &Sections {
    #[cfg(feature = "compile")]
    while let Some((_, older)) = sections.in_front() {
        sections = &older.sections;
    }
    sections
}
