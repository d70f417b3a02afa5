//! Explaining: why a request went where it did.
//!
//! [`Table::explain`] decides a request and then goes the same way again, slowly:
//! at each stage it tries every rule on its own, one predicate after another, and
//! notes the first that fails; of those that hold it names the winner and the
//! clause of the precedence that put it before the runner-up. The trials share
//! the table's data with the search but not its indexes, so an explanation whose
//! winner differs from the decision's would show a fault of either; tests hold
//! them against each other.
//!
//! Explaining allocates and takes time in proportion to the rules of the stages
//! passed.

mod display;
mod listeners;
mod listing;
mod obstacle;
mod paths;
mod program;
mod tiebreak;
mod trial;
mod tries;

pub use listing::{Row, StageListing};

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::decision::admit::enter_path;
use crate::decision::decide::advance;
use crate::decision::{Decision, Outcome, Reason};
use crate::matcher::authority::{MAX_HOST, ServerName, host_of, server_name};
use crate::matcher::facts::{Seen, visit};
use crate::matcher::request::RequestProtocol;
use crate::matcher::scratch::{Scratch, Step};
use crate::table::precedence::Clause;
use crate::table::rule::TargetKind;
use crate::table::{NONE, Sections, Table};
use crate::vocabulary::{Origin, Precedence};
use crate::{Draws, Request};

/// Why a request went where it did.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Explanation {
    /// The host that was matched: lower case, without port and trailing dot.
    pub host: Option<String>,
    /// The path that was matched first: canonical, without query.
    pub path: String,
    /// Whether the path differs from what the client sent.
    pub path_changed: bool,
    /// The listener that took the request, as `Gateway infra/public listener https`.
    pub listener: Option<String>,
    /// Where no listener took it: each listener and why not.
    pub listeners: Vec<ListenerTrial>,
    /// The stages on the way, each with every rule tried.
    pub stages: Vec<StageExplanation>,
    /// The outcome.
    pub outcome: Outcome,
    /// Why the outcome is what it is.
    pub reason: Reason,
    /// Where the rule that won could not be carried out since a value that it writes
    /// cannot stand where it goes: that value.
    pub obstacle: Option<Obstacle>,
}

/// A value that cannot stand where a rule writes it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Obstacle {
    /// What it was written for: `request header x-user`, `host`, `path`.
    pub place: String,
    /// What was written, as text for people.
    pub value: String,
    /// What is wrong with it, as a verb: `holds a control character`.
    pub why: &'static str,
}

/// A listener, and why it does not take a request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ListenerTrial {
    /// As `Gateway infra/public listener https`.
    pub listener: String,
    /// What does not fit: `it takes *.shop.example, the host is shop.example`.
    pub failure: String,
}

/// What happened in one stage.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StageExplanation {
    /// What was searched: `Listener infra/public/https`.
    pub stage: String,
    /// The order between its rules.
    pub precedence: Precedence,
    /// The host it was searched for.
    pub host: Option<String>,
    /// The path it was searched for.
    pub path: String,
    /// Every match of every rule, winner first, then by rank.
    pub trials: Vec<Trial>,
    /// Why the winner came before the runner-up, where there is one.
    pub tie_break: Option<TieBreak>,
    /// Where a hash chose among the winner's targets in place of a draw: the facts that
    /// were hashed, in order, as `cookie sid`.
    pub hashed: Vec<String>,
}

/// One match of one rule, tried on its own.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Trial {
    /// Kind, namespace and name of the route.
    pub route: (String, String, String),
    /// Index of the rule in its route.
    pub rule: u32,
    /// The rule's name.
    pub rule_name: Option<String>,
    /// Index of the match in its rule.
    pub matched: u32,
    /// The host it is found under here, as written; `*` for any.
    pub host: String,
    /// What it asks of the path, as `segment prefix /cart`.
    pub path: String,
    /// Where it was written.
    pub origin: Origin,
    /// The file that the origin counts.
    pub file: Option<String>,
    /// What came of it.
    pub verdict: TrialVerdict,
    /// Its place in the stage's order.
    pub(crate) rank: u32,
    pub(crate) candidate: u32,
}

/// What came of a trial.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum TrialVerdict {
    /// It takes the request, and nothing that does comes before it.
    Won,
    /// It takes the request, but the winner comes before it.
    Outranked,
    /// It takes the request, but only a more specific host's rules are consulted.
    HostNotConsulted,
    /// It does not take the request.
    Failed(Failure),
}

/// The first predicate that failed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Failure {
    /// What was asked: `host`, `path`, `method`, `header`, `cookie`, `source address`
    /// and so on.
    pub predicate: &'static str,
    /// The name of the header, parameter, cookie or attribute.
    pub name: Option<String>,
    /// What it asks: `exact "canary"`.
    pub want: String,
    /// What the request has; `None` where that is nothing.
    pub got: Option<String>,
}

impl core::fmt::Display for Failure {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.predicate)?;
        if let Some(name) = &self.name {
            write!(f, " {name}")?;
        }
        write!(f, ": want {}, got ", self.want)?;
        match &self.got {
            Some(got) => write!(f, "\"{got}\""),
            None => f.write_str("nothing"),
        }
    }
}

/// The clause that put the winner before the runner-up.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TieBreak {
    /// The clause.
    pub clause: Clause,
    /// In words: `longer path prefix, 11 characters against 4`.
    pub text: String,
    /// Index of the runner-up in the stage's trials.
    pub runner_up: usize,
}

impl Table {
    /// Whether the table has names. One that was read from a snapshot
    /// [without them](Table::to_snapshot_without_names) explains outcomes, listeners and draws;
    /// it does not know which rules there are, nor which of them won.
    pub fn has_names(&self) -> bool {
        let Sections {
            names,
            gateways,
            stages,
            ..
        } = &*self.sections;
        names.gateways.len() >= gateways.len() && names.stages.len() >= stages.len()
    }

    /// Explains the decision of [`Table::decide_with`] for the same request and
    /// draws. Allocates; a table with [changes](Table::updated) is compiled as a whole
    /// first, which `Table::settled` does once for many explanations.
    ///
    /// ```
    /// # #[cfg(feature = "compile")] {
    /// use fingerpost::builder::{Route, Routes, any, segments};
    /// use fingerpost::{Draws, Request};
    ///
    /// let table = Routes::new()
    ///     .route(Route::any_host()
    ///         .rule(segments("/cart").header("x-env", "canary").to("cart-v2"))
    ///         .rule(any().to("rest")))
    ///     .build()
    ///     .unwrap();
    /// let request = Request::new(b"GET", b"/cart");
    /// let told = table.explain(&request, Draws::fixed(0));
    /// assert_eq!(
    ///     told.to_string(),
    ///     "forward: a rule matched\n\
    ///      Stage default: won Route *, rule 1, match 0\n  \
    ///      Route *, rule 0, match 0: header x-env: want exact \"canary\", got nothing",
    /// );
    /// # }
    /// ```
    pub fn explain(&self, request: &Request<'_>, draws: Draws<'_>) -> Explanation {
        let table = self.whole();
        let mut scratch = table.create_scratch();
        let decision = table.decide_with(&mut scratch, request, draws);
        let steps: Vec<Step> = decision.steps().to_vec();
        let decided = Decided::of(&decision);
        let mut scratch = table.create_scratch();
        scratch.paths.begin(request);
        let request = &draws.numbered(request.settled(&scratch.paths.shape));
        let sections = &*table.sections;
        explain(sections, &mut scratch, request, &steps, &decided)
    }
}

/// What an explanation takes from the decision.
struct Decided {
    outcome: Outcome,
    reason: Reason,
    listener: u32,
    host: Option<Vec<u8>>,
}

impl Decided {
    fn of(decision: &Decision<'_>) -> Self {
        // The scratch holds the host as the last rewrite left it; the first is read anew.
        let mut buffer = [0; MAX_HOST];
        let host = decision.request.authority().and_then(|authority| {
            let length = host_of(authority, &mut buffer)?;
            buffer.get(..length).map(<[u8]>::to_vec)
        });
        Self {
            outcome: decision.verdict.outcome,
            reason: decision.verdict.reason,
            listener: decision.verdict.listener,
            host,
        }
    }
}

fn explain(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    steps: &[Step],
    decided: &Decided,
) -> Explanation {
    scratch.fields.begin(u64::MAX);
    scratch.output.clear();
    scratch.captures.clear();
    let listener = sections.listeners.get(decided.listener as usize);
    let trims = listener.is_some_and(|listener| sections.trims(listener.gateway));
    scratch.fields.begin_gateway(trims);
    let request = &request.trimming(trims);
    if let Some(listener) = listener {
        // What is refused is shown as it came.
        let _ = enter_path(sections, &mut scratch.paths, request, listener.gateway);
    }
    let mut buffer = [0; MAX_HOST];
    // A connection's host is its server name, in every stage.
    let host = match request.protocol() {
        RequestProtocol::Tls => match server_name(request.sni(), &mut buffer) {
            ServerName::Host(length) => buffer.get(..length),
            _ => None,
        },
        _ => request.authority(),
    };
    if let Some(host) = host {
        scratch.host.set(host);
    }
    let mut explanation = Explanation {
        host: decided.host.as_deref().map(readable),
        path: readable(scratch.paths.get(request)),
        path_changed: scratch.paths.changed,
        listener: listener.map(|_| listener_name(sections, decided.listener)),
        listeners: Vec::new(),
        stages: Vec::new(),
        outcome: decided.outcome,
        reason: decided.reason,
        obstacle: None,
    };
    if decided.outcome == Outcome::Reject && steps.is_empty() {
        return explanation;
    }
    let Some(listener) = listener else {
        explanation.listeners = listeners::trials(sections, request, decided.host.as_deref());
        return explanation;
    };
    if decided.reason == Reason::Misdirected {
        return explanation;
    }

    // Further stages see the method that those before left.
    let trims = sections.trims(listener.gateway);
    let mut request = request.trimming(trims);
    scratch.fields.begin_gateway(trims);
    let mut stage = listener.stage;
    for step in steps {
        let mut told = stage_explanation(sections, scratch, &request, stage, step.candidate);
        if step.sticky {
            told.hashed = hashed(sections, scratch, &request, step.candidate);
        }
        explanation.stages.push(told);
        if core::ptr::eq(step, steps.last().unwrap_or(step)) {
            let (gateway, reason) = (listener.gateway, decided.reason);
            explanation.obstacle =
                obstacle::find(sections, scratch, &request, gateway, step, reason);
        }
        let Some(target) = sections.target_of(step) else {
            return explanation;
        };
        let TargetKind::Stage(next) = target.kind else {
            return explanation;
        };
        let gateway = listener.gateway;
        advance(
            sections,
            scratch,
            &mut request,
            gateway,
            step.candidate,
            target,
        );
        stage = next;
    }
    // The last stage that was searched had no rule for the request.
    if matches!(decided.outcome, Outcome::NoRoute) {
        let told = stage_explanation(sections, scratch, &request, stage, NONE);
        explanation.stages.push(told);
    }
    explanation
}

fn stage_explanation(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    stage: u32,
    winner: u32,
) -> StageExplanation {
    // Trials need the scratch, and the host and path that are in it.
    let host = scratch.host.clone();
    let host = host.view(request);
    let path = scratch.paths.get(request).to_vec();
    let entry = sections.stages.get(stage as usize);
    let mut trials = entry.map_or(Vec::new(), |entry| {
        trial::all(sections, scratch, request, entry, host, &path)
    });
    for trial in &mut trials {
        if trial.candidate == winner {
            trial.verdict = TrialVerdict::Won;
        }
    }
    trials.sort_by_key(|trial| (trial.verdict != TrialVerdict::Won, trial.rank));
    let runner_up = trials
        .iter()
        .position(|trial| trial.verdict == TrialVerdict::Outranked);
    let tie_break = match (trials.first(), runner_up) {
        (Some(first), Some(at)) if first.verdict == TrialVerdict::Won => {
            let second = trials.get(at);
            let preset = entry.map(|entry| entry.precedence);
            second
                .zip(preset)
                .and_then(|(second, preset)| tiebreak::between(sections, preset, first, second, at))
        }
        _ => None,
    };
    StageExplanation {
        stage: stage_name(sections, stage),
        precedence: entry.map_or(Precedence::GatewayApi, |entry| entry.precedence),
        host: host.map(|host| readable(host.name)),
        path: readable(&path),
        trials,
        tie_break,
        hashed: Vec::new(),
    }
}

/// The facts that chose among the targets of a rule, of those that the request has.
fn hashed(
    sections: &Sections,
    scratch: &mut Scratch,
    request: &Request<'_>,
    candidate: u32,
) -> Vec<String> {
    let Some((rule, _)) = sections.rule_of_candidate(candidate) else {
        return Vec::new();
    };
    let host = scratch.host.get(request);
    let seen = Seen {
        request,
        path: scratch.paths.get(request),
        host: (!host.is_empty()).then_some(host),
    };
    let mut names = Vec::new();
    for key in sections
        .actions
        .extras(rule)
        .sticky
        .of(&sections.actions.hash_keys)
    {
        let mut is_there = false;
        visit(sections, seen, key.fact, &mut scratch.buffer, |_| {
            is_there = true;
            false
        });
        if is_there {
            let (kind, name) = trial::name_of_fact(sections, key.fact);
            names.push(match name {
                Some(name) => alloc::format!("{kind} {name}"),
                None => kind.to_string(),
            });
        }
        if key.terminal && !names.is_empty() {
            break;
        }
    }
    names
}

/// A stage by its name, or by its number in a table without names.
fn stage_name(sections: &Sections, id: u32) -> String {
    match sections.names.stages.get(id as usize) {
        Some(&object) => sections.object(Some(object)).to_string(),
        None => alloc::format!("stage {id}"),
    }
}

/// A listener by its name, or by its number in a table without names.
fn listener_name(sections: &Sections, id: u32) -> String {
    let gateway = sections
        .listeners
        .get(id as usize)
        .map(|listener| listener.gateway);
    let object = gateway.and_then(|gateway| sections.names.gateways.get(gateway as usize).copied());
    match sections.names.listeners.get(id as usize) {
        Some(&(name, _)) => {
            let name = sections.names.text.str(name);
            alloc::format!("{} listener {name}", sections.object(object))
        }
        None => alloc::format!("listener {id}"),
    }
}

/// Bytes as text for people: what is no printable character is escaped.
pub(crate) fn readable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character.is_control() {
                text.extend(character.escape_default());
            } else {
                text.push(character);
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&alloc::format!("\\x{byte:02x}"));
        }
    }
    text
}
