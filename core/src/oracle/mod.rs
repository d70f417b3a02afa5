//! The oracle: a slow evaluator of a route set, for tests.
//!
//! It answers what the table must answer, by going through every gateway,
//! listener, route, rule and match in turn and sorting what matched. It is
//! written from the semantics of the dialects and from the doc comments of
//! [`model`](crate::model), and shares no code with the compiler, the table, the
//! matcher or the decision, so that one mistake cannot be made in both.
//!
//! # Why this shape
//!
//! Each file states one part of the semantics and nothing else.
//!
//! * On the way in: `check` what is wrong with a request, `entry` which listeners
//!   it comes in by, [`normalize`] what its path is, [`host`] what its host is and
//!   which patterns that meets.
//! * Finding: `predicate` what a match asks, `sound` what of it can be asked, `fact` of what, `value` what a value
//!   must be, `pattern` and `regex` the patterns among them, `precedence` the order
//!   between matches that hold.
//! * Deciding: `action` the way from stage to stage, `rewrite` and `query` what the
//!   request becomes, `redirect` where else it may go, `format` texts with holes,
//!   `head` headers, `cors` cross-origin answers, [`hash`] what keeps alike requests
//!   together.
//!
//! `request` and `answer` are what a test asks with and is answered with. Nothing is
//! kept between requests but compiled regular expressions.
//!
//! # Invariants
//!
//! 1. The answer depends on the route set and the request alone.
//! 2. Recursion is as deep as a predicate, which is bounded; a request passes
//!    through a bounded number of stages.

mod action;
mod answer;
mod check;
mod cors;
mod entry;
mod fact;
mod format;
pub mod hash;
mod head;
pub mod host;
pub mod normalize;
mod path;
mod pattern;
mod pieces;
mod precedence;
mod predicate;
mod query;
mod redirect;
mod regex;
mod request;
mod rewrite;
mod sound;
mod value;

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::model::{
    Attachment, Gateway, HostBinding, HostForm, HostMatch, Listener, Route, RouteMatch, RouteSet,
    Rule, Stage, StageId,
};

pub use answer::{Answer, Edit, Forward, Redirected, Refusal, Responded, Step};
pub use request::{Draws, Protocol, Request};

/// A route set under evaluation.
pub struct Oracle<'s> {
    set: &'s RouteSet,
    regexes: regex::Regexes,
}

impl<'s> Oracle<'s> {
    /// Holds a route set.
    pub fn new(set: &'s RouteSet) -> Self {
        Self {
            set,
            regexes: regex::Regexes::default(),
        }
    }

    /// What becomes of `request`.
    pub fn answer(&self, request: &Request) -> Answer {
        let (request, seen) = match check::request(request) {
            Ok(checked) => checked,
            Err(refusals) => return Answer::Reject(refusals),
        };
        let mut entered = Vec::new();
        let mut refusals = Vec::new();
        let mut misdirected = false;
        let named = self.set.gateways.iter();
        for gateway in named.filter(|gateway| entry::is_named(gateway, &request)) {
            let (listeners, elsewhere) = entry::listeners(&self.regexes, gateway, &request, &seen);
            misdirected |= elsewhere;
            if !listeners.is_empty() {
                match self.enter(gateway, &listeners, &request, &seen) {
                    Ok(found) => entered.extend(found),
                    // Of several gateways that refuse it, the first counts.
                    Err(reasons) if refusals.is_empty() => refusals = reasons,
                    Err(_) => {}
                }
            }
        }
        // SPEC: contract, "Request": several gateways are considered where none is
        // named, "which is an error where two would differ". One that refuses drops out.
        match entered.split_first() {
            Some((first, rest)) if rest.iter().any(|other| !other.is_alike(first)) => {
                Answer::Ambiguous
            }
            Some((Entered::Moved(location), _)) => Answer::Redirect(Box::new(Redirected {
                status: 307,
                location: location.clone(),
                ..Redirected::default()
            })),
            Some((Entered::Found(found), _)) => action::Walk::new(self, found).run(),
            None if !refusals.is_empty() => Answer::Reject(refusals),
            None if misdirected => Answer::NoRoute { status: 421 },
            None => Answer::NoRoute { status: 404 },
        }
    }

    /// What the listeners of a gateway that take a request find for it. One without
    /// a matching rule drops out.
    fn enter(
        &self,
        gateway: &'s Gateway,
        listeners: &[&'s Listener],
        request: &Request,
        seen: &Seen,
    ) -> Result<Vec<Entered<'s>>, Vec<Refusal>> {
        let mut refusals = check::of_gateway(gateway, request);
        let canonical = match normalize::normalize(&seen.path, gateway.normalization) {
            Ok(canonical) if refusals.is_empty() => canonical,
            Ok(_) => return Err(refusals),
            Err(reasons) => {
                refusals.extend(reasons);
                return Err(refusals);
            }
        };
        if canonical.moved {
            // SPEC: `EscapedSlashes::UnescapeAndRedirect`: gRPC has no redirects.
            if request.is_grpc() {
                return Err([Refusal::EscapedSlash].into());
            }
            let query = seen.query.as_ref();
            let query = query.map(|query| [b"?", query.as_slice()].concat());
            let location = redirect::bare(&canonical.path, &query.unwrap_or_default());
            return Ok([Entered::Moved(location)].into());
        }
        let came = request;
        let request = match gateway.headers.trim_values {
            true => check::trimmed(came),
            false => came.clone(),
        };
        let seen = Seen {
            path: canonical.path,
            ..seen.clone()
        };
        let found = listeners.iter().filter_map(|listener| {
            Some(Entered::Found(Box::new(Found {
                gateway,
                listener,
                winner: self.winner(listener.stage, &request, &seen)?,
                request: request.clone(),
                came: came.clone(),
                seen: seen.clone(),
            })))
        });
        Ok(found.collect())
    }

    /// The match that wins in a stage.
    fn winner(&self, stage: StageId, request: &Request, seen: &Seen) -> Option<Winner<'s>> {
        let stage = self.set.stages.get(stage.0 as usize)?;
        let host = seen.host_for(stage.host_form);
        let port = seen.authority.as_deref().and_then(host::port);
        let port = port.and_then(|port| core::str::from_utf8(&port).ok()?.parse::<u16>().ok());
        let takes = |binding: &HostBinding| {
            host::takes(&self.regexes, &binding.host, host.as_deref())
                // SPEC: `HostBinding::port`: the port that the authority must state.
                && (binding.port.is_none() || binding.port == port)
        };
        let patterns = || {
            let bindings = stage.attachments.iter().flat_map(|at| &at.hosts);
            bindings.map(|binding| &binding.host)
        };
        // Every host under which an attachment is found: how specific it is, and what
        // precedence counts of it.
        let any = HostBinding {
            host: HostMatch::Any,
            written: HostMatch::Any,
            port: None,
        };
        let mut found = Vec::new();
        for attachment in &stage.attachments {
            let bindings = match attachment.hosts.is_empty() {
                // SPEC: `Attachment::hosts`: empty means any.
                true => core::slice::from_ref(&any),
                false => &attachment.hosts[..],
            };
            for binding in bindings.iter().filter(|binding| takes(binding)) {
                let specificity = host::specificity(&binding.host, patterns());
                let specificity = (specificity, binding.port.is_some());
                found.push((attachment, specificity, host::weight(binding, patterns())));
            }
        }
        // SPEC: `Stage::host_fallthrough`; envoy.md "virtual host selection": off, only
        // the most specific host is looked at.
        let most = found.iter().map(|(_, specificity, _)| *specificity).max()?;
        found.retain(|(_, specificity, _)| stage.host_fallthrough || *specificity == most);
        let mut bound: Vec<Bound<'s>> = Vec::new();
        for (attachment, _, host) in found {
            // SPEC: gateway-api.md 1.4: of several hosts that match, the best counts.
            match bound
                .iter_mut()
                .find(|bound| core::ptr::eq(bound.attachment, attachment))
            {
                Some(bound) => bound.host = bound.host.max(host),
                None => bound.push(Bound { attachment, host }),
            }
        }
        let candidates = self.candidates(stage, &bound);
        let holding = candidates.into_iter().filter(|candidate| {
            candidate
                .matched
                .is_none_or(|item| self.holds(item, request, seen))
        });
        holding.min_by(|a, b| precedence::compare(stage.precedence, a, b))
    }

    /// The matches of a stage in their order of precedence, as far as that does not
    /// depend on the request: for stages whose routes are found under every host.
    pub fn ranked(&self, stage: StageId) -> Vec<Step> {
        let Some(stage) = self.set.stages.get(stage.0 as usize) else {
            return Vec::new();
        };
        let bound = stage.attachments.iter().map(|attachment| Bound {
            attachment,
            host: host::Weight::default(),
        });
        let bound: Vec<_> = bound.collect();
        let mut candidates = self.candidates(stage, &bound);
        candidates.sort_by(|a, b| precedence::compare(stage.precedence, a, b));
        candidates.iter().map(|candidate| candidate.step).collect()
    }

    /// Every match under these attachments.
    fn candidates(&self, stage: &'s Stage, bound: &[Bound<'s>]) -> Vec<Winner<'s>> {
        let mut candidates = Vec::new();
        for (at, attachment) in stage.attachments.iter().enumerate() {
            let Some(bound) = bound
                .iter()
                .find(|bound| core::ptr::eq(bound.attachment, attachment))
            else {
                continue;
            };
            let Some(route) = self.set.routes.get(attachment.route.0 as usize) else {
                continue;
            };
            for (rule_index, rule) in route.rules.iter().enumerate() {
                let mut matches: Vec<_> = rule.matches.iter().enumerate().map(Some).collect();
                // SPEC: `Rule::matches`: a rule without matches takes every request.
                if matches.is_empty() {
                    matches.push(None);
                }
                // SPEC: `Route::drops_faulty_matches`: left out.
                matches.retain(|matched| {
                    let is_sound = matched.is_none_or(|(_, item)| self.is_sound(item));
                    is_sound || !route.drops_faulty_matches
                });
                for matched in matches {
                    candidates.push(Winner {
                        step: Step {
                            route: attachment.route.0,
                            rule: rule_index,
                            matched: matched.map(|(index, _)| index),
                        },
                        route,
                        rule,
                        matched: matched.map(|(_, item)| item),
                        attachment: at,
                        host: bound.host,
                    });
                }
            }
        }
        candidates
    }
}

/// An attachment whose hosts take a request.
struct Bound<'s> {
    attachment: &'s Attachment,
    host: host::Weight,
}

/// A request in the form that a stage sees.
#[derive(Clone)]
struct Seen {
    host: Option<Vec<u8>>,
    authority: Option<Vec<u8>>,
    sni: Option<Vec<u8>>,
    method: Vec<u8>,
    path: Vec<u8>,
    /// The path as it came.
    raw_path: Vec<u8>,
    /// The query as it came, without its `?`; `None` where there is no `?`.
    raw_query: Option<Vec<u8>>,
    /// The query as the stages before left it.
    query: Option<Vec<u8>>,
    /// Whether the target is an authority or there is none, and no rewrite gave it a
    /// path.
    has_no_path: bool,
    /// What the path's holes and groups took, in the last stage whose winner has any.
    captures: Vec<regex::Capture>,
}

impl Seen {
    /// SPEC: `HostForm`.
    fn host_for(&self, form: HostForm) -> Option<Vec<u8>> {
        match form {
            HostForm::Name => self.host.clone(),
            HostForm::Authority => self.authority.as_deref().map(<[u8]>::to_ascii_lowercase),
        }
    }
}

/// What a gateway does with a request at once.
enum Entered<'s> {
    /// Sends the client to the canonical path.
    Moved(Vec<u8>),
    /// Has a rule for it.
    Found(Box<Found<'s>>),
}

impl Entered<'_> {
    /// Whether both do the same.
    fn is_alike(&self, other: &Self) -> bool {
        let rule = |found: &Found<'_>| (found.winner.step.route, found.winner.step.rule);
        match (self, other) {
            (Self::Moved(one), Self::Moved(other)) => one == other,
            (Self::Found(one), Self::Found(other)) => rule(one) == rule(other),
            _ => false,
        }
    }
}

/// The rule that a gateway's listener has for a request.
struct Found<'s> {
    gateway: &'s Gateway,
    listener: &'s Listener,
    winner: Winner<'s>,
    /// With its values trimmed, where the gateway does that.
    request: Request,
    /// As it came.
    came: Request,
    seen: Seen,
}

/// A match that holds, with what precedence looks at.
#[derive(Clone)]
struct Winner<'s> {
    step: Step,
    route: &'s Route,
    rule: &'s Rule,
    matched: Option<&'s RouteMatch>,
    attachment: usize,
    host: host::Weight,
}
