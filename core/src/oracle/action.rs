//! What the winner does with a request.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::{Answer, Draws, Forward, Oracle, Request, Seen, Winner, host, path};
use crate::model::{
    Action, Backend, Fault, Filter, HeaderEdit, HostRewrite, Listener, Mirror, Normalization,
    Redirect, Rewrite, Target, WeightedTarget,
};

/// Stages that a request passes through at most.
const STAGES: usize = 16;

/// A request on its way from stage to stage.
pub(super) struct Walk<'o, 's> {
    oracle: &'o Oracle<'s>,
    request: &'o Request,
    listener: &'o Listener,
    normalization: Normalization,
    drawn: usize,
    authority: Option<Vec<u8>>,
    trail: Vec<super::Step>,
    request_edits: Vec<HeaderEdit>,
    response_edits: Vec<HeaderEdit>,
    mirrors: Vec<Mirror>,
}

impl<'o, 's> Walk<'o, 's> {
    pub(super) fn new(
        oracle: &'o Oracle<'s>,
        request: &'o Request,
        listener: &'o Listener,
        normalization: Normalization,
    ) -> Self {
        Self {
            oracle,
            request,
            listener,
            normalization,
            drawn: 0,
            authority: request.authority.clone(),
            trail: Vec::new(),
            request_edits: Vec::new(),
            response_edits: Vec::new(),
            mirrors: Vec::new(),
        }
    }

    /// Goes on from the winner of the first stage.
    pub(super) fn run(mut self, first: Winner<'s>, mut seen: Seen) -> Answer {
        let mut winner = first;
        loop {
            self.trail.push(winner.step);
            if self.is_preflight(&winner.rule.filters) {
                return respond(204);
            }
            // SPEC: Envoy's fault filter stands before the router, so a fault comes
            // before whatever the rule does.
            if let Some(status) = self.abort(&winner.rule.filters) {
                return respond(status);
            }
            let targets = match &winner.rule.action {
                Action::Respond(respond) => {
                    return Answer::Respond {
                        status: respond.status,
                    };
                }
                Action::Redirect(redirect) => return self.redirect(redirect, &winner, &seen),
                Action::Forward(targets) => targets,
            };
            // SPEC: gateway-api.md 8: no backend, or all weights zero, is 500.
            let Some(chosen) = self.pick(targets) else {
                return respond(500);
            };
            if self.is_preflight(&chosen.filters) {
                return respond(204);
            }
            let replaced = chosen.filters.iter().find_map(|filter| match filter {
                Filter::Redirect(redirect) => Some(redirect),
                _ => None,
            });
            if let Some(redirect) = replaced {
                return self.redirect(redirect, &winner, &seen);
            }
            // SPEC: gateway-api.md 7: the rule's filters, then the backend's.
            let filters: Vec<_> = winner.rule.filters.iter().chain(&chosen.filters).collect();
            let Some(next) = self.apply(&filters, &winner, &seen) else {
                return respond(500);
            };
            seen = next;
            let stage = match &chosen.target {
                // SPEC: gateway-api.md 8: an invalid reference keeps its share, which fails.
                Target::Invalid(invalid) => return respond(invalid.status),
                Target::Backend(backend) => {
                    let mirrors = self.mirrored();
                    let forward = Forward {
                        trail: self.trail,
                        backend: backend.clone(),
                        target: match seen.is_authority {
                            true => self.request.target.clone(),
                            false => [seen.path, seen.query].concat(),
                        },
                        authority: self.authority,
                        request_edits: self.request_edits,
                        response_edits: self.response_edits,
                        mirrors,
                    };
                    return Answer::Forward(Box::new(forward));
                }
                Target::Stage { stage, .. } => *stage,
                Target::FromRequest { .. } => return respond(500),
            };
            if self.trail.len() == STAGES {
                return respond(500);
            }
            // SPEC: app-mesh.md 2.3: the next stage sees the rewritten path and host;
            // 3 (6): nothing matched there is 404.
            match self.oracle.winner(stage, self.request, &seen) {
                Some(next) => winner = next,
                None => return Answer::NoRoute { status: 404 },
            }
        }
    }

    fn draw(&mut self) -> u64 {
        let index = self.drawn;
        self.drawn += 1;
        match &self.request.draws {
            Draws::Same(number) => *number,
            Draws::List(numbers) => numbers.get(index).copied().unwrap_or(0),
        }
    }

    /// Whether a share of requests takes in this one. Draws only where it is open.
    fn takes(&mut self, numerator: u32, denominator: u32) -> bool {
        if numerator == 0 || numerator >= denominator {
            return numerator > 0;
        }
        scale(self.draw(), u64::from(denominator)) < u64::from(numerator)
    }

    /// SPEC: gateway-api.md 8: by weight / sum within the rule. A draw is taken where
    /// at least two targets can be chosen.
    fn pick<'a>(&mut self, targets: &'a [WeightedTarget]) -> Option<&'a WeightedTarget> {
        let positive: Vec<_> = targets.iter().filter(|target| target.weight > 0).collect();
        if positive.len() < 2 {
            return positive.first().copied();
        }
        let total = positive.iter().map(|target| u64::from(target.weight)).sum();
        let mut left = scale(self.draw(), total);
        for target in positive {
            match left.checked_sub(u64::from(target.weight)) {
                Some(rest) => left = rest,
                None => return Some(target),
            }
        }
        None
    }

    /// SPEC: mirrors are drawn last, in order. gateway-api.md 7: an invalid one is
    /// dropped.
    fn mirrored(&mut self) -> Vec<(Backend, bool)> {
        let mut out = Vec::new();
        for mirror in core::mem::take(&mut self.mirrors) {
            if let Ok(backend) = mirror.target {
                let selected = self.takes(mirror.numerator, mirror.denominator);
                out.push((backend, selected));
            }
        }
        out
    }

    /// SPEC: `Fault`: shares are parts per million; the delay is drawn first.
    fn abort(&mut self, filters: &[Filter]) -> Option<u16> {
        for filter in filters {
            let Filter::Fault(Fault {
                delay_ms,
                delay_ppm,
                abort_status,
                abort_ppm,
                ..
            }) = filter
            else {
                continue;
            };
            if delay_ms.is_some() {
                self.takes(*delay_ppm, 1_000_000);
            }
            if abort_status.is_some() && self.takes(*abort_ppm, 1_000_000) {
                return *abort_status;
            }
        }
        None
    }

    /// SPEC: gateway-api.md 7.3: OPTIONS with Origin and Access-Control-Request-Method
    /// is answered here, whether or not the origin is allowed.
    fn is_preflight(&self, filters: &[Filter]) -> bool {
        filters
            .iter()
            .any(|filter| matches!(filter, Filter::Cors(_)))
            && self.request.method == b"OPTIONS"
            && self.request.header("origin").next().is_some()
            && self
                .request
                .header("access-control-request-method")
                .next()
                .is_some()
    }

    /// Applies filters in order. A path rewrite starts from the path that the rule
    /// matched, so the last one counts. `None` where the result is not canonical.
    fn apply(&mut self, filters: &[&Filter], winner: &Winner<'_>, seen: &Seen) -> Option<Seen> {
        let mut next = seen.clone();
        for filter in filters {
            match filter {
                Filter::RequestHeaders(edits) => self.request_edits.extend_from_slice(edits),
                Filter::ResponseHeaders(edits) => self.response_edits.extend_from_slice(edits),
                Filter::Mirror(mirror) => self.mirrors.push(mirror.clone()),
                Filter::Rewrite(Rewrite {
                    host: new_host,
                    path: new_path,
                    ..
                }) => {
                    if let Some(HostRewrite::To(name)) = new_host {
                        self.authority = Some(name.as_text()?.as_bytes().to_vec());
                        next.host = host::normalize(self.authority.as_deref())?;
                    }
                    if let Some(new_path) = new_path {
                        let matched = winner.matched.map(|item| &item.path);
                        next.path = match path::rewrite(&seen.path, matched, new_path) {
                            // SPEC: architecture 4: a rewritten path is normal again.
                            Some(path) => {
                                next.is_authority = false;
                                path::normalize_rewritten(&path, self.normalization)?
                            }
                            None => {
                                next.is_authority = seen.is_authority;
                                seen.path.clone()
                            }
                        };
                    }
                }
                Filter::Cors(_) | Filter::Fault(_) | Filter::Redirect(_) => {}
            }
        }
        Some(next)
    }

    /// SPEC: gateway-api.md 7.1.
    fn redirect(&self, redirect: &Redirect, winner: &Winner<'_>, seen: &Seen) -> Answer {
        let scheme = redirect.scheme.unwrap_or(self.request.scheme());
        // SPEC: 7.1: by default the request's host, without its port, also in a
        // further stage: what that stage sees as host is no name for clients.
        let asked = self.request.authority.as_deref().map(host::without_port);
        let host = redirect
            .host
            .as_ref()
            .and_then(|host| Some(host.as_text()?.as_bytes()))
            .or(asked);
        // SPEC: 7.1: an explicit port; else the port of a scheme that is set, even
        // the request's own; else the listener's, never that of the authority.
        let port = match (redirect.port, redirect.scheme, self.listener.port) {
            (Some(port), _, _) => port,
            (None, Some(scheme), _) => scheme.default_port(),
            (None, None, Some(port)) => port,
            (None, None, None) => self.request.port.unwrap_or(scheme.default_port()),
        };
        let path = match &redirect.path {
            Some(rewrite) => {
                let matched = winner.matched.map(|item| &item.path);
                match path::rewrite(&seen.path, matched, rewrite) {
                    None => seen.path.clone(),
                    Some(path) => match path::normalize_rewritten(&path, self.normalization) {
                        Some(path) => path,
                        None => return respond(500),
                    },
                }
            }
            None => seen.path.clone(),
        };
        let mut location = Vec::new();
        // SPEC: `model::Redirect`: without a host, a bare path unless the redirect
        // names another scheme or a port; then the host is the address that the
        // client connected to, or empty.
        let elsewhere = redirect.port.is_some()
            || redirect
                .scheme
                .is_some_and(|scheme| scheme != self.request.scheme());
        if host.is_some() || elsewhere {
            location.extend_from_slice(scheme.as_str().as_bytes());
            location.extend_from_slice(b"://");
            let address = self.request.destination_ip.map(|address| match address {
                IpAddr::V4(address) => format!("{address}"),
                IpAddr::V6(address) => format!("[{address}]"),
            });
            let nameless = host.is_none() && address.is_none();
            let address = address.unwrap_or_default();
            location.extend_from_slice(host.unwrap_or(address.as_bytes()));
            // SPEC: `model::Redirect`: an empty host always has a port beside it.
            if nameless || port != scheme.default_port() {
                location.extend_from_slice(format!(":{port}").as_bytes());
            }
        }
        // SPEC: architecture 6: no `//host` leaves. A browser takes a backslash for
        // a slash.
        let is_slash = |byte: &&u8| matches!(byte, b'/' | b'\\');
        if location.is_empty() && path.iter().take(2).filter(is_slash).count() == 2 {
            location.push(b'/');
            location.extend(path.iter().skip_while(is_slash));
        } else {
            location.extend_from_slice(&path);
        }
        location.extend_from_slice(&seen.query);
        Answer::Redirect {
            status: redirect.status,
            location,
        }
    }
}

/// A draw as a number below `total`.
fn scale(draw: u64, total: u64) -> u64 {
    ((u128::from(draw) * u128::from(total)) >> 64) as u64
}

fn respond(status: u16) -> Answer {
    Answer::Respond { status }
}
