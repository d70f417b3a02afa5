//! What is wrong with a request, whatever the routes are.

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv6Addr};

use super::answer::Refusal;
use super::path::{self, Target};
use super::request::Request;
use super::{Seen, host};
use crate::model::{Fragment, Gateway};

/// A request that may be asked about, and how the first stage sees it, but for
/// what its gateway does to the path.
pub(super) fn request(asked: &Request) -> Result<(Request, Seen), Vec<Refusal>> {
    let mut refusals = Vec::new();
    let mut request = asked.clone();
    let mut target = Target {
        path: b"/".to_vec(),
        ..Target::default()
    };
    if asked.is_http() {
        refusals.extend(headers(&mut request));
        if !is_token(&asked.method) {
            refusals.push(Refusal::Method);
        }
        match path::split(asked, path::without_fragment(&asked.target)) {
            Ok(split) => target = split,
            Err(reasons) => refusals.extend(reasons),
        }
    } else {
        request.target.clear();
    }
    let authority = host::normalize(request.authority.as_deref());
    let sni = server_name(asked.sni.as_deref());
    refusals.extend(authority.is_none().then_some(Refusal::Authority));
    refusals.extend(sni.is_none().then_some(Refusal::ServerName));
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let (authority, sni) = (authority.flatten(), sni.flatten());
    // SPEC: gateway-api.md 5: a TLS connection is known by its server name. No
    // connection has a path, which is written `/`.
    let is_tls = request.protocol == super::Protocol::Tls;
    let raw_path = match (asked.is_http(), target.is_authority) {
        (true, true) => path::without_fragment(&asked.target).to_vec(),
        (true, false) => target.path.clone(),
        // No path came.
        (false, _) => Vec::new(),
    };
    let seen = Seen {
        host: if is_tls { sni.clone() } else { authority },
        authority: match is_tls {
            true => sni.clone(),
            false => request.authority.clone(),
        },
        sni,
        method: request.method.clone(),
        path: target.path,
        raw_path,
        raw_query: target.query.clone(),
        query: target.query,
        has_no_path: target.is_authority || !asked.is_http(),
        captures: Vec::new(),
    };
    Ok((request, seen))
}

/// The host that a server name means; the outer `None` stands for a malformed one.
///
/// SPEC: RFC 6066 3: a host name without a port. An empty name, and an address, means
/// no host.
fn server_name(name: Option<&[u8]>) -> Option<Option<Vec<u8>>> {
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        return Some(None);
    };
    if name.len() > 255 {
        return None;
    }
    let text = core::str::from_utf8(name).ok()?;
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let is_address = text.parse::<IpAddr>().is_ok();
    if is_address || bare.is_some_and(|text| text.parse::<Ipv6Addr>().is_ok()) {
        return Some(None);
    }
    host::normalize(Some(name)).filter(|_| !name.contains(&b':'))
}

/// SPEC: RFC 9112 3.2: one `host` header at most; where there is no authority, it is
/// the authority. Beside an authority it says nothing.
fn headers(request: &mut Request) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if request.headers.iter().any(|(name, _)| name.is_empty()) {
        refusals.push(Refusal::Header);
    }
    // SPEC: RFC 9110 5.5: spaces around a value are no part of it.
    let hosts: Vec<Vec<u8>> = request.header("host").map(without_spaces).collect();
    match (&request.authority, &hosts[..]) {
        (_, []) => {}
        (None, [host]) => request.authority = Some(host.clone()),
        (Some(_), [_]) => {}
        _ => refusals.push(Refusal::Host),
    }
    refusals
}

/// What a gateway refuses besides what is wrong with the path.
pub(super) fn of_gateway(gateway: &Gateway, asked: &Request) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if !asked.is_http() {
        return refusals;
    }
    // SPEC: `HeaderRules::reject_underscores`.
    let names = || asked.headers.iter().map(|(name, _)| name);
    if gateway.headers.reject_underscores && names().any(|name| name.contains(&b'_')) {
        refusals.push(Refusal::Underscore);
    }
    // SPEC: `Fragment::Reject`.
    if gateway.normalization.fragment == Fragment::Reject && asked.target.contains(&b'#') {
        refusals.push(Refusal::Path);
    }
    refusals
}

/// SPEC: `HeaderRules::trim_values`: before anything looks at them.
pub(super) fn trimmed(request: &Request) -> Request {
    let mut request = request.clone();
    for (_, value) in &mut request.headers {
        *value = without_spaces(value);
    }
    request
}

fn without_spaces(value: &[u8]) -> Vec<u8> {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = value.iter().take_while(|byte| is_space(byte)).count();
    let end = value.iter().rev().take_while(|byte| is_space(byte)).count();
    let middle = value.get(start..value.len() - end);
    middle.unwrap_or_default().to_vec()
}

/// SPEC: RFC 9110 5.6.2.
pub(super) fn is_token(text: &[u8]) -> bool {
    let is_tchar = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !text.is_empty() && text.iter().all(is_tchar)
}
