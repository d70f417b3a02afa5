//! What a decision shows: outcome, names, policies, backends.

use alloc::vec::Vec;
use core::fmt;

use super::rewrite::HostSource;
use super::{Decision, Outcome, Reason};
use crate::matcher::request::Request;
use crate::table::names::{EntryName, ObjectName, RuleName};
use crate::table::rule::{TargetEntry, TargetKind};
use crate::table::text::{Range32, Text};
use crate::table::{NONE, Sections};
use crate::vocabulary::Origin;

/// A backend, in its dialect's own naming.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct BackendView<'a> {
    /// `Service`, `VirtualNode`, `cluster`.
    pub kind: &'a str,
    /// Empty for what is in no namespace.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The port, where the reference states one.
    pub port: Option<u16>,
    /// A subset of the backend's endpoints.
    pub subset: Option<&'a str>,
    /// The protocol to speak to it, where stated.
    pub protocol: Option<&'a str>,
}

/// `Service shop/cart:8080`, with `@subset` where there is one.
impl fmt::Display for BackendView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = ObjectName {
            kind: self.kind,
            namespace: self.namespace,
            name: self.name,
        };
        write!(f, "{object}")?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        match self.subset {
            Some(subset) => write!(f, "@{subset}"),
            None => Ok(()),
        }
    }
}

/// A target of the rule that won, and its share.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TargetView<'a> {
    /// The backend; `None` where the target is a further stage.
    pub backend: Option<BackendView<'a>>,
    /// The further stage, where the target is one.
    pub stage: Option<ObjectName<'a>>,
    /// Relative share.
    pub weight: u32,
    /// Whether it was drawn.
    pub chosen: bool,
    /// Why the reference leads nowhere, where it does.
    pub invalid: Option<&'a str>,
    /// Whether the request names the backend; it is `None` then where this target was
    /// not drawn.
    pub from_request: bool,
}

/// One stage on a request's way, and the rule that won there.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct StageView<'a> {
    /// What was searched.
    pub stage: ObjectName<'a>,
    /// The route whose rule won.
    pub route: ObjectName<'a>,
    /// Index of the rule in its route.
    pub rule: u32,
    /// The rule's name, where it has one.
    pub rule_name: Option<&'a str>,
    /// Index of the match in its rule.
    pub matched: u32,
    /// Where the match was written, or its rule.
    pub origin: Origin,
    /// The file that the origin counts.
    pub file: Option<&'a str>,
    /// The draw that chose a target, where one was taken.
    pub draw: Option<u64>,
    /// Whether a hash of the request chose the target rather than a draw.
    pub sticky: bool,
}

impl<'a> Decision<'a> {
    /// What kind of answer it is.
    pub fn outcome(&self) -> Outcome {
        self.verdict.outcome
    }

    /// The HTTP status that is answered; `None` where a backend answers.
    pub fn status(&self) -> Option<u16> {
        (self.verdict.status != 0).then_some(self.verdict.status)
    }

    /// The gRPC status of an answer that no backend gives, where the request is
    /// gRPC: 12 (UNIMPLEMENTED) without a route, 14 (UNAVAILABLE) without a usable
    /// backend, a fault's own. It takes the place of the HTTP status, which is then 200.
    // SPEC: Gateway API, GRPCRouteRule.matches and GRPCBackendRef.
    pub fn grpc_status(&self) -> Option<u8> {
        if !self.request.is_grpc() {
            return None;
        }
        match (self.verdict.outcome, self.verdict.reason) {
            (Outcome::NoRoute, _) => Some(12),
            (Outcome::Respond, Reason::Fault) => self.verdict.abort_grpc_status,
            (Outcome::Respond, Reason::NoTarget | Reason::InvalidTarget | Reason::InvalidRule) => {
                Some(14)
            }
            _ => None,
        }
    }

    /// Why the outcome is what it is.
    pub fn reason(&self) -> Reason {
        self.verdict.reason
    }

    /// The request that was decided.
    pub fn request(&self) -> &Request<'a> {
        &self.request
    }

    /// The gateway that took the request.
    pub fn gateway(&self) -> Option<ObjectName<'a>> {
        self.sections.gateway_of_listener(self.verdict.listener)
    }

    /// The listener that took the request.
    pub fn listener(&self) -> Option<&'a str> {
        self.sections.listener_name(self.verdict.listener)
    }

    /// Where the outcome is ambiguous: the other gateway, and its listener, that
    /// would answer differently.
    pub fn rival(&self) -> Option<(ObjectName<'a>, &'a str)> {
        let rival = self.verdict.rival;
        Some((
            self.sections.gateway_of_listener(rival)?,
            self.sections.listener_name(rival)?,
        ))
    }

    /// The stages on the request's way, each with the rule that won there. The
    /// first is the route of the gateway.
    pub fn stages(&self) -> impl ExactSizeIterator<Item = StageView<'a>> + Clone + 'a {
        let sections = self.sections;
        self.steps().iter().map(move |step| StageView {
            sticky: step.sticky,
            ..sections.stage_view(step.stage, step.candidate, step.draw)
        })
    }

    /// The backend that was chosen; `None` unless the outcome is [`Outcome::Forward`].
    pub fn backend(&self) -> Option<BackendView<'a>> {
        match self.verdict.outcome {
            Outcome::Forward => self.chosen_backend(),
            _ => None,
        }
    }

    /// The backend that was chosen and must not be used, as one that is not there or may
    /// not be referred to: the request is answered with the [`status`](Self::status).
    pub fn refused_backend(&self) -> Option<BackendView<'a>> {
        match self.verdict.outcome {
            Outcome::Forward => None,
            _ => self.chosen_backend(),
        }
    }

    fn chosen_backend(&self) -> Option<BackendView<'a>> {
        self.named_backend()
            .or_else(|| self.sections.backend_view(self.verdict.backend))
    }

    /// Whether the request itself named the backend. Who forwards it should know the
    /// names that it may.
    pub fn is_backend_from_request(&self) -> bool {
        self.verdict.named.is_some()
    }

    /// Where the request goes, in this order, while the backend that was chosen cannot
    /// take it. Does not allocate.
    pub fn failover(&self) -> impl Iterator<Item = BackendView<'a>> + 'a {
        let sections = self.sections;
        let forwards = self.verdict.outcome == Outcome::Forward;
        let step = self.steps().last().filter(|_| forwards);
        let target = step.and_then(|step| sections.target_of(step));
        let failover = target.map_or(Range32::EMPTY, |target| {
            sections.actions.target_extras(target).failover
        });
        let backends = failover.of(&sections.actions.failovers).iter();
        backends.filter_map(move |&backend| sections.backend_view(backend))
    }

    /// The hash by which a load balancer chooses an endpoint, of the last rule on the
    /// way whose keys the request has; how it is made never changes.
    pub fn hash(&self) -> Option<u64> {
        let forwards = self.verdict.outcome == Outcome::Forward;
        self.verdict.hash.filter(|_| forwards)
    }

    fn named_backend(&self) -> Option<BackendView<'a>> {
        let (kind, name) = self.verdict.named?;
        let name = self.scratch.output.rendered.get(name);
        Some(BackendView {
            kind: self.sections.text.str(kind),
            name: core::str::from_utf8(name).unwrap_or(""),
            ..BackendView::default()
        })
    }

    /// The targets of the last rule on the way, in written order.
    pub fn backends(&self) -> impl Iterator<Item = TargetView<'a>> + 'a {
        self.targets_of(self.steps().len().saturating_sub(1))
    }

    /// The targets of the rule that won in a stage, counted from 0.
    pub fn targets_of(&self, stage: usize) -> impl Iterator<Item = TargetView<'a>> + 'a {
        let sections = self.sections;
        let named = self.named_backend();
        let step = self.steps().get(stage);
        let chosen = step.map_or(NONE, |step| step.target);
        let rule = step.and_then(|step| sections.rule_of_candidate(step.candidate));
        let targets = rule.map(|(rule, _)| sections.actions.targets(rule));
        let count = targets.map_or(0, |targets| targets.entries().len());
        (0..count).filter_map(move |index| {
            let targets = targets?;
            let target = *targets.entries().get(index)?;
            let view = sections.target_view(target, targets.number(index) == chosen);
            Some(TargetView {
                backend: named
                    .filter(|_| view.chosen && view.from_request)
                    .or(view.backend),
                ..view
            })
        })
    }

    /// Path and query as they leave.
    pub fn target(&self) -> &'a [u8] {
        if self.scratch.paths.changed {
            &self.scratch.paths.current
        } else {
            self.request.target()
        }
    }

    /// The path as it leaves, without query: after all rewrites, or canonical as it
    /// was matched.
    pub fn path(&self) -> &'a [u8] {
        let target = self.target();
        let end = memchr::memchr(b'?', target).unwrap_or(target.len());
        target.get(..end).unwrap_or(target)
    }

    /// The method as it leaves: the rewritten one, or the client's.
    pub fn method(&self) -> &'a [u8] {
        match self.verdict.method {
            Some(method) => self.sections.text.get(method),
            None => self.request.method(),
        }
    }

    /// The authority as it leaves: the rewritten host, or what the client sent. Where
    /// [`Decision::host_from_backend`] says so, the proxy writes the backend's name in
    /// its place.
    pub fn authority(&self) -> Option<&'a [u8]> {
        self.rewritten_host().or(self.request.authority())
    }

    /// The new host, where a rewrite sets one.
    pub fn rewritten_host(&self) -> Option<&'a [u8]> {
        match self.verdict.host {
            HostSource::Written(host) => {
                Some(host.get(self.sections, &self.scratch.output.rendered))
            }
            HostSource::Request | HostSource::Backend => None,
        }
    }

    /// Whether the host that leaves is the chosen backend's name, which the proxy
    /// fills in.
    pub fn host_from_backend(&self) -> bool {
        matches!(self.verdict.host, HostSource::Backend)
    }

    /// Whether the host in [`Decision::location`] is the one that the client sent,
    /// since the rule sets none. Where a rule takes any host, a client can then be sent
    /// wherever the request says; who answers may refuse a host that it does not know.
    pub fn is_host_from_request(&self) -> bool {
        self.verdict.host_from_request
    }

    /// The Location of a redirect.
    pub fn location(&self) -> Option<&'a [u8]> {
        (self.verdict.outcome == Outcome::Redirect).then_some(&self.scratch.location[..])
    }

    /// The body of a direct response.
    pub fn body(&self) -> Option<&'a [u8]> {
        let respond = self
            .sections
            .actions
            .responds
            .optional(self.verdict.respond)?;
        Some(self.sections.text.get(respond.body))
    }

    /// The word for why a rule or target cannot forward:
    /// `BackendNotFound`, `RefNotPermitted`. [`Decision::reason`] is the clause
    /// that it belongs to.
    pub fn failure(&self) -> Option<&'a str> {
        if let Some(respond) = self
            .sections
            .actions
            .responds
            .optional(self.verdict.respond)
        {
            return Some(self.sections.text.str(respond.reason)).filter(|word| !word.is_empty());
        }
        match self.sections.target_of(self.steps().last()?)?.kind {
            TargetKind::Invalid(invalid) => {
                let invalid = self.sections.actions.rules.invalid.get(invalid as usize)?;
                Some(self.sections.text.str(invalid.reason))
            }
            _ => None,
        }
    }
}

impl fmt::Debug for Decision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decision")
            .field("outcome", &self.outcome())
            .field("status", &self.status())
            .field("reason", &self.reason())
            .field("stages", &self.stages().collect::<Vec<_>>())
            .field("backend", &self.backend())
            .finish_non_exhaustive()
    }
}

impl Sections {
    pub(crate) fn gateway_of_listener(&self, listener: u32) -> Option<ObjectName<'_>> {
        let listener = self.listeners.get(listener as usize)?;
        let object = self.names.gateways.get(listener.gateway as usize).copied();
        Some(self.object(object))
    }

    pub(crate) fn listener_name(&self, listener: u32) -> Option<&str> {
        let (name, _) = self.names.listeners.get(listener as usize)?;
        Some(self.names.text.str(*name))
    }

    pub(crate) fn backend_view(&self, backend: u32) -> Option<BackendView<'_>> {
        let (family, name) = self.actions.rules.backend(backend)?;
        let text = |text: Text| self.text.str(text);
        Some(BackendView {
            kind: text(family.kind),
            namespace: text(family.namespace),
            name,
            port: family.port,
            subset: family.subset.map(text),
            protocol: family.protocol.map(text),
        })
    }

    fn target_view(&self, target: TargetEntry, chosen: bool) -> TargetView<'_> {
        let (backend, stage, invalid) = match target.kind {
            TargetKind::Backend(backend) => (self.backend_view(backend), None, None),
            TargetKind::FromRequest(_) => (None, None, None),
            TargetKind::Stage(stage) => {
                let object = self.names.stages.get(stage as usize).copied();
                (None, Some(self.object(object)), None)
            }
            TargetKind::Invalid(invalid) => {
                let invalid = self.actions.rules.invalid.get(invalid as usize);
                (
                    invalid.and_then(|invalid| self.backend_view(invalid.backend)),
                    None,
                    Some(invalid.map_or("", |invalid| self.text.str(invalid.reason))),
                )
            }
        };
        TargetView {
            backend,
            stage,
            weight: target.weight,
            chosen,
            invalid,
            from_request: matches!(target.kind, TargetKind::FromRequest(_)),
        }
    }

    pub(crate) fn stage_view(
        &self,
        stage: u32,
        candidate: u32,
        draw: Option<u64>,
    ) -> StageView<'_> {
        let candidate = self.paths.candidates.get(candidate as usize);
        let rule = candidate.and_then(|candidate| self.entries.rule(candidate.entry));
        let rule = rule.and_then(|rule| self.names.rules.get(rule as usize));
        let name = candidate.and_then(|one| self.names.entries.get(one.entry as usize));
        let entry = candidate.and_then(|candidate| self.entries.get(candidate));
        let origin = name
            .map(EntryName::origin)
            .filter(Origin::is_known)
            .or(rule.map(|rule| rule.origin.into()));
        let origin = origin.unwrap_or_default();
        StageView {
            stage: self.object(self.names.stages.get(stage as usize).copied()),
            route: self.object(rule.map(|rule| rule.route)),
            rule: rule.map_or(0, |rule| rule.index),
            rule_name: rule
                .and_then(RuleName::name)
                .map(|name| self.names.text.str(name)),
            matched: entry.map_or(0, |entry| entry.common.index),
            origin,
            file: self.source(origin),
            draw,
            sticky: false,
        }
    }
}
