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
//! Each file states one part of the semantics and nothing else: [`host`] what a
//! host is and which patterns it meets, [`path`] the same for paths, `entry`
//! which listeners a request comes in by, `predicate` what a match asks,
//! `precedence` the order between matches, `action` what the winner does.
//! Nothing is kept between requests but compiled regular expressions.
//!
//! # Invariants
//!
//! 1. The answer depends on the route set and the request alone.
//! 2. Work is unbounded only in the sizes of the two, and recursion is bounded.

mod action;
mod entry;
pub mod host;
pub mod path;
mod precedence;
mod predicate;

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;

use regex_automata::{meta::Regex, util::syntax};

use crate::model::{
    Backend, HeaderEdit, Normalization, Route, RouteMatch, RouteSet, Rule, Scheme, StageId,
};

/// A request, owned.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET`
    pub method: Vec<u8>,
    /// `http` unless stated.
    pub scheme: Option<Scheme>,
    /// The authority as it came, port included.
    pub authority: Option<Vec<u8>>,
    /// Path and query as they came.
    pub target: Vec<u8>,
    /// Names and values in order; names in any case.
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
    /// The gateway that took it: `namespace/name` or `name`.
    pub gateway: Option<String>,
    /// The port it came in by.
    pub port: Option<u16>,
    /// The TLS server name.
    pub sni: Option<Vec<u8>>,
    /// What it speaks.
    pub protocol: Protocol,
    /// The namespace of the client, in a mesh.
    pub client_namespace: Option<String>,
    /// Where random choices come from.
    pub draws: Draws,
}

impl Request {
    /// A plain HTTP request.
    pub fn new(method: &str, authority: Option<&str>, target: &str) -> Self {
        Self {
            method: method.into(),
            authority: authority.map(Into::into),
            target: target.into(),
            ..Self::default()
        }
    }

    fn is_http(&self) -> bool {
        matches!(
            self.protocol,
            Protocol::Http1 | Protocol::Http2 | Protocol::Grpc
        )
    }

    fn scheme(&self) -> Scheme {
        self.scheme.unwrap_or(Scheme::Http)
    }

    /// The values of a header, in order. `name` is lower case.
    fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value.as_slice())
    }
}

/// What a request speaks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Protocol {
    /// HTTP/1.x
    #[default]
    Http1,
    /// HTTP/2 or 3
    Http2,
    /// gRPC
    Grpc,
    /// A TLS connection
    Tls,
    /// A TCP connection
    Tcp,
    /// UDP datagrams
    Udp,
}

/// Where random choices come from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Draws {
    /// Every draw gives this number.
    Same(u64),
    /// Draws give these numbers in turn, then 0.
    List(Vec<u64>),
}

impl Default for Draws {
    fn default() -> Self {
        Self::Same(0)
    }
}

/// What becomes of a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answer {
    /// It is sent on.
    Forward(Forward),
    /// It is answered with another address.
    Redirect {
        /// The status.
        status: u16,
        /// The new address.
        location: Vec<u8>,
    },
    /// It is answered by the engine.
    Respond {
        /// The status.
        status: u16,
    },
    /// No rule takes it.
    NoRoute {
        /// 404, or 421 for a request that came in by the wrong server name.
        status: u16,
    },
    /// It is malformed.
    Reject,
    /// Gateways or listeners that could all have taken it would differ.
    Ambiguous,
}

/// How a request is sent on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Forward {
    /// The winner of each stage that was passed through.
    pub trail: Vec<Step>,
    /// Where to.
    pub backend: Backend,
    /// The path that is sent on, with the query.
    pub target: Vec<u8>,
    /// The authority that is sent on.
    pub authority: Option<Vec<u8>>,
    /// Edits of request headers, in order.
    pub request_edits: Vec<HeaderEdit>,
    /// Edits of response headers, in order.
    pub response_edits: Vec<HeaderEdit>,
    /// Backends that could get a copy, and whether this request gives one.
    pub mirrors: Vec<(Backend, bool)>,
}

/// The winner of one stage.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Step {
    /// Index of the route in the set.
    pub route: u32,
    /// Index of the rule in the route.
    pub rule: usize,
    /// Index of the match in the rule; `None` where the rule has no matches.
    pub matched: Option<usize>,
}

/// A route set under evaluation.
pub struct Oracle<'s> {
    set: &'s RouteSet,
    regexes: RefCell<BTreeMap<String, Option<Regex>>>,
}

impl<'s> Oracle<'s> {
    /// Holds a route set.
    pub fn new(set: &'s RouteSet) -> Self {
        Self {
            set,
            regexes: RefCell::default(),
        }
    }

    /// What becomes of `request`.
    pub fn answer(&self, request: &Request) -> Answer {
        let Some(seen) = Seen::new(request) else {
            return Answer::Reject;
        };
        let mut winners = Vec::new();
        let mut misdirected = false;
        let mut rejected = false;
        for gateway in self
            .set
            .gateways
            .iter()
            .filter(|g| entry::is_named(g, request))
        {
            let listeners = match entry::listeners(gateway, request, &seen) {
                entry::Entry::Listeners(listeners) => listeners,
                entry::Entry::Misdirected => {
                    misdirected = true;
                    continue;
                }
            };
            let Some(seen) = seen.normalized(gateway.normalization) else {
                rejected |= !listeners.is_empty();
                continue;
            };
            for listener in listeners {
                // A gateway or listener without a matching rule drops out.
                if let Some(winner) = self.winner(listener.stage, request, &seen) {
                    winners.push((listener, gateway, seen.clone(), winner));
                }
            }
        }
        // SPEC: contract, "Request": several gateways are considered where none is
        // named, "which is an error where two would differ".
        match winners.split_first() {
            None if rejected => Answer::Reject,
            None if misdirected => Answer::NoRoute { status: 421 },
            None => Answer::NoRoute { status: 404 },
            Some((first, rest)) => {
                let rule = |winner: &Winner<'_>| (winner.step.route, winner.step.rule);
                if rest.iter().any(|other| rule(&other.3) != rule(&first.3)) {
                    return Answer::Ambiguous;
                }
                let (listener, gateway, seen, winner) = first;
                action::Walk::new(self, request, listener, gateway.normalization)
                    .run(winner.clone(), seen.clone())
            }
        }
    }

    /// The match that wins in a stage.
    fn winner(&self, stage: StageId, request: &Request, seen: &Seen) -> Option<Winner<'s>> {
        let stage = self.set.stages.get(stage.0 as usize)?;
        let attachments: Vec<_> = stage
            .attachments
            .iter()
            .enumerate()
            .filter_map(|(at, attachment)| {
                let bound = host::best_binding(&attachment.hosts, seen.host.as_deref())?;
                Some((at, attachment, bound))
            })
            .collect();
        // SPEC: `Stage::host_fallthrough`; envoy.md "virtual host selection": off, only
        // the routes of the most specific host are looked at.
        let most_specific = attachments
            .iter()
            .map(|(_, _, bound)| bound.specificity())
            .max()?;
        let mut candidates = Vec::new();
        for (at, attachment, bound) in &attachments {
            if !stage.host_fallthrough && bound.specificity() != most_specific {
                continue;
            }
            let Some(route) = self.set.routes.get(attachment.route.0 as usize) else {
                continue;
            };
            for (rule_index, rule) in route.rules.iter().enumerate() {
                let everything = RouteMatch::default();
                let no_match = rule.matches.is_empty();
                // SPEC: `Rule::matches`: a rule without matches takes every request.
                if no_match && self.holds(&everything, request, seen) {
                    candidates.push(Winner::new(
                        attachment.route.0,
                        route,
                        rule_index,
                        rule,
                        None,
                        *at,
                        bound,
                    ));
                }
                for (index, item) in rule.matches.iter().enumerate() {
                    if self.holds(item, request, seen) {
                        let item = Some((index, item));
                        candidates.push(Winner::new(
                            attachment.route.0,
                            route,
                            rule_index,
                            rule,
                            item,
                            *at,
                            bound,
                        ));
                    }
                }
            }
        }
        candidates
            .into_iter()
            .min_by(|a, b| precedence::compare(stage.precedence, a, b))
    }

    /// Whether a pattern matches the whole of a text.
    fn full_match(&self, pattern: &str, text: &[u8]) -> bool {
        let mut regexes = self.regexes.borrow_mut();
        let regex = regexes
            .entry(pattern.to_owned())
            .or_insert_with(|| compile(pattern));
        regex.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

/// SPEC: `PathMatch::Regex`, `ValueMatch::Regex`: over the whole text, on bytes.
fn compile(pattern: &str) -> Option<Regex> {
    Regex::builder()
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .configure(Regex::config().utf8_empty(false))
        .build(&format!(r"\A(?:{pattern})\z"))
        .ok()
}

/// A request in the form that matching sees.
#[derive(Clone)]
struct Seen {
    host: Option<Vec<u8>>,
    sni: Option<Vec<u8>>,
    path: Vec<u8>,
    /// With its `?`; empty where there is none.
    query: Vec<u8>,
}

impl Seen {
    /// `None` for a malformed request.
    fn new(request: &Request) -> Option<Self> {
        let host = host::normalize(request.authority.as_deref())?;
        let sni = host::normalize(request.sni.as_deref())?;
        let (path, query) = match request.is_http() {
            true => path::split(&request.method, &request.target)?,
            // SPEC: contract, "Request": connections have no path.
            false => (Vec::new(), Vec::new()),
        };
        Some(Self {
            host,
            sni,
            path,
            query,
        })
    }

    fn normalized(&self, normalization: Normalization) -> Option<Self> {
        let path = path::normalize(&self.path, normalization)?;
        Some(Self {
            path,
            ..self.clone()
        })
    }
}

/// A match that holds, with what precedence looks at.
#[derive(Clone)]
struct Winner<'s> {
    step: Step,
    route: &'s Route,
    rule: &'s Rule,
    matched: Option<&'s RouteMatch>,
    attachment: usize,
    host: (usize, usize),
}

impl<'s> Winner<'s> {
    fn new(
        id: u32,
        route: &'s Route,
        index: usize,
        rule: &'s Rule,
        matched: Option<(usize, &'s RouteMatch)>,
        attachment: usize,
        bound: &host::Bound<'_>,
    ) -> Self {
        Self {
            step: Step {
                route: id,
                rule: index,
                matched: matched.map(|(index, _)| index),
            },
            route,
            rule,
            matched: matched.map(|(_, item)| item),
            attachment,
            host: bound.characters(),
        }
    }
}
