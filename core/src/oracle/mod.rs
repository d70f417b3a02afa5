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
//! `request` holds what a test asks with and is answered with.
//! Nothing is kept between requests but compiled regular expressions.
//!
//! # Invariants
//!
//! 1. The answer depends on the route set and the request alone.
//! 2. There is no recursion; a request passes through a bounded number of stages.

mod action;
mod entry;
pub mod host;
pub mod path;
mod precedence;
mod predicate;
mod request;

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;

use regex_automata::{meta::Regex, util::syntax};

use crate::model::{Normalization, Route, RouteMatch, RouteSet, Rule, StageId};

pub use request::{Answer, Draws, Forward, Protocol, Request, Step};

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
            let (listeners, elsewhere) = entry::listeners(gateway, request, &seen);
            misdirected |= elsewhere;
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
                let mut holding: Vec<_> = rule
                    .matches
                    .iter()
                    .enumerate()
                    .filter(|(_, item)| self.holds(item, request, seen))
                    .map(Some)
                    .collect();
                // SPEC: `Rule::matches`: a rule without matches takes every request.
                if rule.matches.is_empty() {
                    holding.push(None);
                }
                for matched in holding {
                    candidates.push(Winner {
                        step: Step {
                            route: attachment.route.0,
                            rule: rule_index,
                            matched: matched.map(|(index, _)| index),
                        },
                        route,
                        rule,
                        matched: matched.map(|(_, item)| item),
                        attachment: *at,
                        host: bound.characters(),
                    });
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
    /// Whether the target is an authority, and no rewrite gave it a path.
    is_authority: bool,
}

impl Seen {
    /// `None` for a malformed request.
    fn new(request: &Request) -> Option<Self> {
        let host = host::normalize(request.authority.as_deref())?;
        let sni = host::normalize(request.sni.as_deref().filter(|name| !name.is_empty()))?;
        if !request.is_http() {
            // SPEC: gateway-api.md 5: a TLS connection is known by its server name. No
            // connection has a path, which is written `/`.
            let is_tls = request.protocol == Protocol::Tls;
            return Some(Self {
                host: if is_tls { sni.clone() } else { host },
                sni,
                path: b"/".to_vec(),
                query: Vec::new(),
                is_authority: false,
            });
        }
        let (path, query) = path::split(&request.method, &request.target)?;
        let is_authority = !request.target.starts_with(&path);
        Some(Self {
            host,
            sni,
            path,
            query,
            is_authority,
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
