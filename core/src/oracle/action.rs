//! The way of a request from stage to stage, to its answer.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::answer::{Answer, Edit, Forward, Responded, Step};
use super::predicate::scale;
use super::rewrite::Unsound;
use super::{Draws, Found, Oracle, Seen, Winner, check, cors, fact, format, hash, head};
use crate::model::{
    Action, Backend, CorsPolicy, Fact, Fault, Filter, HeaderEdit, MetadataValue, Mirror, Respond,
    Rule, Target, WeightedTarget,
};

/// Stages that a request passes through at most.
const STAGES: usize = 16;

/// A request on its way.
pub(super) struct Walk<'o, 's> {
    pub(super) oracle: &'o Oracle<'s>,
    pub(super) found: &'o Found<'s>,
    drawn: usize,
    trail: Vec<Step>,
    policy: Option<&'o CorsPolicy>,
    is_preflight: bool,
    /// The authority as it leaves.
    pub(super) authority: Option<Vec<u8>>,
    pub(super) host_from_backend: bool,
    request_edits: Vec<Edit>,
    response_edits: Vec<Edit>,
    mirrors: Vec<Mirror>,
    metadata: Vec<(String, MetadataValue)>,
    hash: Option<u64>,
    delayed: bool,
}

impl<'o, 's: 'o> Walk<'o, 's> {
    pub(super) fn new(oracle: &'o Oracle<'s>, found: &'o Found<'s>) -> Self {
        Self {
            oracle,
            found,
            drawn: 0,
            trail: Vec::new(),
            policy: None,
            is_preflight: false,
            authority: found.request.authority.clone(),
            host_from_backend: false,
            request_edits: Vec::new(),
            response_edits: Vec::new(),
            mirrors: Vec::new(),
            metadata: Vec::new(),
            hash: None,
            delayed: false,
        }
    }

    /// Goes on from the winner of the first stage.
    pub(super) fn run(mut self) -> Answer {
        let mut winner = self.found.winner.clone();
        let mut seen = self.found.seen.clone();
        loop {
            self.arrive(&winner, &mut seen);
            // SPEC: `RouteMatch`: one of which a test cannot be asked answers 500.
            if winner
                .matched
                .is_some_and(|item| !self.oracle.is_sound(item))
            {
                return self.answer_failing(500);
            }
            if self.meets_preflight(&winner.rule.filters, &seen) {
                return self.answer_early(204);
            }
            // SPEC: Envoy's fault filter stands before the router, so a fault comes
            // before whatever the rule does.
            if let Some(status) = self.abort(&winner.rule.filters) {
                return self.answer_early(status);
            }
            self.edit(&winner.rule.filters, &seen);
            let targets = match &winner.rule.action {
                Action::Respond(respond) => return self.respond(respond),
                Action::Redirect(redirect) => return self.redirect(redirect, &winner, &seen),
                Action::Forward(targets) => targets,
            };
            // SPEC: gateway-api.md 8: no backend, or all weights zero, is 500.
            let Some(chosen) = self.pick(winner.rule, targets, &seen) else {
                return self.answer_failing(500);
            };
            if self.meets_preflight(&chosen.filters, &seen) {
                return self.answer_early(204);
            }
            // SPEC: gateway-api.md 7: the rule's filters, then the backend's.
            self.edit(&chosen.filters, &seen);
            let replaced = chosen.filters.iter().find_map(|filter| match filter {
                Filter::Redirect(redirect) => Some(redirect),
                _ => None,
            });
            if let Some(redirect) = replaced {
                return self.redirect(redirect, &winner, &seen);
            }
            // SPEC: gateway-api.md 8: an invalid reference keeps its share, which fails.
            if let Target::Invalid(invalid) = &chosen.target {
                return self.answer_failing(answerable(invalid.status));
            }
            let mut wrong = Vec::new();
            let named = match &chosen.target {
                Target::FromRequest { kind, fact, status } => {
                    let backend = self.named_backend(kind, fact, &seen);
                    if backend.is_none() {
                        wrong.push(Answer::respond(answerable(*status)));
                    }
                    backend
                }
                _ => None,
            };
            let filters: Vec<_> = winner.rule.filters.iter().chain(&chosen.filters).collect();
            let next = match self.rewrite(&filters, &winner, &seen) {
                Ok(next) if wrong.is_empty() => next,
                Ok(_) => return self.one_of(wrong),
                Err(answers) => {
                    wrong.extend(answers);
                    return self.one_of(wrong);
                }
            };
            seen = next;
            let stage = match &chosen.target {
                Target::Backend(backend) => return self.forward(backend, chosen, false, seen),
                Target::FromRequest { .. } | Target::Invalid(_) => {
                    let backend = named.unwrap_or_default();
                    return self.forward(&backend, chosen, true, seen);
                }
                Target::Stage { stage, metadata } => {
                    self.metadata.extend_from_slice(metadata);
                    *stage
                }
            };
            if self.trail.len() == STAGES {
                return self.answer_failing(500);
            }
            // SPEC: app-mesh.md 2.3: the next stage sees the rewritten path and host;
            // 3 (6): nothing matched there is 404.
            match self.oracle.winner(stage, &self.found.request, &seen) {
                Some(next) => winner = next,
                None => return self.unless_unsound(Answer::NoRoute { status: 404 }),
            }
        }
    }

    /// Notes what a rule says that needs no decision.
    fn arrive(&mut self, winner: &Winner<'s>, seen: &mut Seen) {
        self.trail.push(winner.step);
        let captures = winner
            .matched
            .and_then(|item| self.oracle.path_captures(item, seen));
        if let Some(captures) = captures.filter(|captures| !captures.is_empty()) {
            seen.captures = captures;
        }
        let rule = winner.rule;
        self.metadata.extend_from_slice(&rule.metadata);
        // Of several stages the last one that has a hash counts.
        let hash = hash::of_keys(&rule.hash, |fact| self.first(fact, seen));
        self.hash = hash.or(self.hash);
    }

    fn first(&self, fact: &Fact, seen: &Seen) -> Option<Vec<u8>> {
        fact::values(fact, &self.found.request, seen)
            .into_iter()
            .next()
    }

    fn draw(&mut self) -> u64 {
        let index = self.drawn;
        self.drawn += 1;
        match &self.found.request.draws {
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
    /// at least two targets can be chosen, and no key chooses.
    fn pick<'a>(
        &mut self,
        rule: &Rule,
        targets: &'a [WeightedTarget],
        seen: &Seen,
    ) -> Option<&'a WeightedTarget> {
        let positive: Vec<_> = targets.iter().filter(|target| target.weight > 0).collect();
        if positive.len() < 2 {
            return positive.first().copied();
        }
        let total = positive.iter().map(|target| u64::from(target.weight)).sum();
        // SPEC: `Rule::sticky`: in place of chance; where there is no key, chance does.
        let sticky = hash::of_keys(&rule.sticky, |fact| self.first(fact, seen));
        let number = sticky.unwrap_or_else(|| self.draw());
        let mut left = scale(number, total);
        for target in positive {
            match left.checked_sub(u64::from(target.weight)) {
                Some(rest) => left = rest,
                None => return Some(target),
            }
        }
        None
    }

    /// SPEC: `Target::FromRequest`: the first value, where it is a name: printable ASCII
    /// without blanks and `/`, neither `.` nor `..`.
    fn named_backend(&self, kind: &str, fact: &Fact, seen: &Seen) -> Option<Backend> {
        let name = String::from_utf8(self.first(fact, seen)?).ok()?;
        let is_allowed = |c: char| ('!'..='~').contains(&c) && c != '/';
        let is_name = !name.is_empty() && name != "." && name != "..";
        (is_name && name.chars().all(is_allowed)).then(|| Backend {
            kind: kind.into(),
            name,
            ..Backend::default()
        })
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
            if delay_ms.is_some() && self.takes(*delay_ppm, 1_000_000) {
                self.delayed = true;
            }
            if abort_status.is_some() && self.takes(*abort_ppm, 1_000_000) {
                // A status that cannot be answered still ends the request.
                return abort_status.map(answerable);
            }
        }
        None
    }

    /// Notes the CORS policy among filters, and whether it answers the request.
    fn meets_preflight(&mut self, filters: &'o [Filter], seen: &Seen) -> bool {
        let policy = filters.iter().find_map(|filter| match filter {
            Filter::Cors(policy) => Some(policy),
            _ => None,
        });
        if policy.is_none() {
            return false;
        }
        self.policy = policy;
        self.is_preflight = cors::is_preflight(&self.found.request, seen);
        self.is_preflight
    }

    pub(super) fn cors(&self) -> Vec<(String, Vec<u8>)> {
        let request = &self.found.request;
        self.policy.map_or_else(Vec::new, |policy| {
            cors::headers(&self.oracle.regexes, policy, request, self.is_preflight)
        })
    }

    /// Notes header edits, their holes filled in, and mirrors.
    fn edit(&mut self, filters: &[Filter], seen: &Seen) {
        let request = &self.found.request;
        let filled = |edit: &HeaderEdit| Edit {
            verb: edit.verb,
            name: edit.name.clone().into_bytes(),
            value: format::render(&edit.value, &seen.captures, request, seen),
        };
        for filter in filters {
            match filter {
                Filter::RequestHeaders(edits) => {
                    self.request_edits.extend(edits.iter().map(filled));
                }
                Filter::ResponseHeaders(edits) => {
                    self.response_edits.extend(edits.iter().map(filled));
                }
                Filter::Mirror(mirror) => self.mirrors.push(mirror.clone()),
                Filter::Rewrite(_) | Filter::Cors(_) | Filter::Fault(_) | Filter::Redirect(_) => {}
            }
        }
    }

    /// The edits of the response, and whether each can stand in a header.
    pub(super) fn response_edits(&self) -> (Vec<Edit>, bool) {
        let edits = self.response_edits.clone();
        let is_sound = edits.iter().all(|edit| format::is_sound(&edit.value));
        (edits, is_sound)
    }

    /// An answer where something that does not concern it may have been found wrong
    /// before.
    pub(super) fn unless_unsound(&self, answer: Answer) -> Answer {
        let mut edits = self.request_edits.iter().chain(&self.response_edits);
        match edits.all(|edit| format::is_sound(&edit.value)) {
            true => answer,
            false => Answer::OneOf([answer, Answer::respond(500)].into()),
        }
    }

    /// Several things are wrong.
    pub(super) fn one_of(&self, mut wrong: Vec<Answer>) -> Answer {
        let answer = match wrong.len() {
            1 => wrong.remove(0),
            _ => Answer::OneOf(wrong),
        };
        self.unless_unsound(answer)
    }

    /// A preflight's answer, or a fault.
    fn answer_early(&self, status: u16) -> Answer {
        self.unless_unsound(Answer::Respond(Box::new(Responded {
            status,
            cors: self.cors(),
            ..Responded::default()
        })))
    }

    /// An answer where the rule cannot do what it says.
    fn answer_failing(&self, status: u16) -> Answer {
        self.unless_unsound(Answer::respond(status))
    }

    fn respond(&self, respond: &Respond) -> Answer {
        // SPEC: `Respond::status`: what it cannot be is 500.
        if answerable(respond.status) != respond.status {
            return self.answer_failing(500);
        }
        // `Respond::reason`: the importer put the answer there, not the user.
        if !respond.reason.is_empty() {
            return self.answer_failing(respond.status);
        }
        let (response_edits, is_sound) = self.response_edits();
        if !is_sound {
            return self.answer_failing(500);
        }
        self.unless_unsound(Answer::Respond(Box::new(Responded {
            status: respond.status,
            body: respond.body.clone().into_bytes(),
            response_edits,
            cors: self.cors(),
        })))
    }

    fn forward(
        mut self,
        backend: &Backend,
        chosen: &WeightedTarget,
        from_request: bool,
        seen: Seen,
    ) -> Answer {
        let (response_edits, is_sound) = self.response_edits();
        let is_sound = is_sound
            && self
                .request_edits
                .iter()
                .all(|edit| format::is_sound(&edit.value));
        // SPEC: architecture 6: output is checked where it leaves.
        if !is_sound {
            return Answer::respond(500);
        }
        let query = seen.query.map(|query| [b"?", query.as_slice()].concat());
        let target = match seen.has_no_path {
            true => seen.raw_path,
            false => [seen.path, query.unwrap_or_default()].concat(),
        };
        let cors = self.cors();
        Answer::Forward(Box::new(Forward {
            mirrors: self.mirrored(),
            head: head::edited(&self.found.came.headers, &self.request_edits),
            trail: self.trail,
            backend: backend.clone(),
            from_request,
            failover: chosen.failover.clone(),
            method: seen.method,
            target,
            authority: self.authority,
            host_from_backend: self.host_from_backend,
            request_edits: self.request_edits,
            response_edits,
            captures: seen
                .captures
                .into_iter()
                .map(|capture| (capture.name, capture.value))
                .collect(),
            hash: self.hash,
            metadata: self.metadata,
            cors,
            delayed: self.delayed,
        }))
    }
}

/// The answer to a rewrite that cannot be carried out.
pub(super) fn refused(unsound: Unsound) -> Answer {
    match unsound {
        Unsound::Path(refusal) => Answer::Reject([refusal].into()),
        Unsound::Output => Answer::respond(500),
    }
}

/// A status that ends a request; in place of one that does not, 500.
///
/// SPEC: RFC 9110 15: 1xx is interim, and 600 is none.
fn answerable(status: u16) -> u16 {
    match status / 100 {
        2..=5 => status,
        _ => 500,
    }
}

/// Whether a path can be asked for by a method.
///
/// SPEC: RFC 9110 9.3.6: by CONNECT it cannot.
pub(super) fn is_method(text: &str) -> bool {
    text != "CONNECT" && check::is_token(text.as_bytes())
}
