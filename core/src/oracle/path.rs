//! Paths: how they are split off a target, and what segments they have.

use alloc::vec::Vec;

use super::answer::Refusal;
use super::host;
use super::request::{Protocol, Request};

/// A target, taken apart.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Target {
    /// The path; `/` where there is none.
    pub(super) path: Vec<u8>,
    /// The query without its `?`; `None` where there is no `?`.
    pub(super) query: Option<Vec<u8>>,
    /// Whether the target is an authority.
    pub(super) is_authority: bool,
}

/// A target without its fragment.
///
/// SPEC: `Fragment::Strip`: the target ends before the first `#`.
pub(super) fn without_fragment(target: &[u8]) -> &[u8] {
    let end = target.iter().position(|byte| *byte == b'#');
    &target[..end.unwrap_or(target.len())]
}

/// Takes apart a request's target, which has no fragment any more.
pub(super) fn split(request: &Request, target: &[u8]) -> Result<Target, Vec<Refusal>> {
    let method = &request.method[..];
    // SPEC: RFC 9112 3.2.4, the asterisk form is for OPTIONS alone.
    if target == b"*" && method == b"OPTIONS" {
        return Ok(Target {
            path: target.to_vec(),
            ..Target::default()
        });
    }
    // RFC 9112 3.2: white space would end the target in a request line.
    let refused = |byte: &u8| byte.is_ascii_control() || *byte == b' ';
    let mut refusals = Vec::new();
    refusals.extend(target.iter().any(refused).then_some(Refusal::Path));
    if !target.starts_with(b"/") {
        // SPEC: RFC 9112 3.2.2: the absolute form is for proxies that clients name.
        let is_url = target.windows(3).any(|window| window == b"://");
        // SPEC: RFC 9112 3.2.3, the authority form is for CONNECT alone; it has no
        // path, which is written `/`. RFC 9113 8.5: nor has it one in HTTP/2.
        let is_authority = match target {
            b"" => request.protocol != Protocol::Http1,
            target => host::normalize(Some(target)).is_some(),
        };
        if method == b"CONNECT" && is_authority && refusals.is_empty() {
            return Ok(Target {
                path: b"/".to_vec(),
                query: None,
                is_authority: true,
            });
        }
        refusals.push(Refusal::Path);
        refusals.extend(is_url.then_some(Refusal::AbsoluteForm));
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let end = target.iter().position(|byte| *byte == b'?');
    Ok(Target {
        path: target[..end.unwrap_or(target.len())].to_vec(),
        query: end.map(|end| target[end + 1..].to_vec()),
        is_authority: false,
    })
}

/// Whether an element-wise prefix takes a path.
///
/// SPEC: gateway-api.md 3.3: a trailing slash of the value is ignored.
pub(super) fn has_segments(path: &[u8], prefix: &[u8]) -> bool {
    path.strip_prefix(without_slash(prefix))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

pub(super) fn without_slash(text: &[u8]) -> &[u8] {
    text.strip_suffix(b"/").unwrap_or(text)
}

/// SPEC: gRPC over HTTP/2: the path is "/" service "/" method, so two segments and
/// no more; gateway-api.md 4, wire form.
pub(super) fn grpc_names(path: &[u8]) -> Option<(&[u8], &[u8])> {
    let segments: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
    match segments[..] {
        [b"", service, method] if !service.is_empty() && !method.is_empty() => {
            Some((service, method))
        }
        _ => None,
    }
}
