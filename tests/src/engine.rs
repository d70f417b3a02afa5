//! The engine behind the oracle's questions and answers.

use fingerpost::compile::Compiler;
use fingerpost::compile::limits::Limits;
use fingerpost::diagnostic::codes::compile::UNNORMALIZED_DENIAL;
use fingerpost::model::{self, Backend, RouteSet};
use fingerpost::oracle::{self, Answer, Forward, Step};
use fingerpost::{BackendView, Decision, Draws, Outcome, Request, RequestProtocol, Scratch, Table};

/// A compiled table with its scratch.
pub struct Engine {
    table: Table,
    scratch: Scratch,
}

impl Engine {
    /// Compiles a set, which must need no diagnostics but that of a denial that no
    /// normalised path stands behind.
    ///
    /// Rules are given the place `route:rule` as their origin, since a decision
    /// names routes by name and several can have the same.
    ///
    /// # Panics
    ///
    /// Panics where something was left out of the table.
    pub fn new(set: &RouteSet) -> Self {
        Self::with_limits(set, Limits::default())
    }

    /// [`Engine::new`] within limits that choose other structures.
    ///
    /// # Panics
    ///
    /// Panics where something was left out of the table.
    pub fn with_limits(set: &RouteSet, limits: Limits) -> Self {
        let compiler = Compiler::new().with_limits(limits);
        let compiled = compiler.compile(&located(set));
        let mut faults = compiled.diagnostics.iter();
        assert_eq!(faults.find(|fault| fault.code != UNNORMALIZED_DENIAL), None);
        let scratch = compiled.table.create_scratch();
        Self {
            table: compiled.table,
            scratch,
        }
    }

    /// The table.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// What the table makes of a request, in the oracle's words.
    ///
    /// # Panics
    ///
    /// Panics where the request's gateway is the name of several, and where
    /// finding and deciding disagree.
    pub fn answer(&mut self, asked: &oracle::Request) -> Answer {
        let headers: Vec<_> = pairs(asked);
        let mut request = request(asked, &headers);
        if let Some(name) = &asked.gateway {
            let named: Vec<_> = self.table.gateways_named(name).collect();
            match named[..] {
                // The caller finds out before it asks.
                [] => return Answer::NoRoute { status: 404 },
                [gateway] => request = request.with_gateway(gateway),
                _ => panic!("several gateways are named {name}"),
            }
        }
        let place = |stage: fingerpost::StageView<'_>| (stage.origin, stage.rule, stage.matched);
        let found = self.table.find_with(&mut self.scratch, &request);
        let found = found.map(|matched| place(matched.stage()));
        let decision = self
            .table
            .decide_with(&mut self.scratch, &request, draws(asked));
        // What is found is what is decided by.
        assert_eq!(decision.stages().next().map(place), found);
        answer(&decision)
    }
}

/// An answer without the path of a connection, which has none.
pub fn comparable(asked: &oracle::Request, mut answer: Answer) -> Answer {
    use oracle::Protocol::{Tcp, Tls, Udp};
    if let Answer::Forward(forward) = &mut answer
        && matches!(asked.protocol, Tls | Tcp | Udp)
    {
        forward.target.clear();
    }
    answer
}

/// Limits under which a table chooses its other structures: no regular expression
/// becomes an automaton, and every list of two candidates or more is indexed where
/// it can be.
pub fn without_automata() -> Limits {
    let mut limits = Limits::default();
    limits.regex_automata = 0;
    limits.unindexed_candidates = 1;
    limits
}

/// The headers of a request in the form that the engine borrows.
pub fn pairs(asked: &oracle::Request) -> Vec<(&[u8], &[u8])> {
    let headers = asked.headers.iter();
    headers
        .map(|(name, value)| (&name[..], &value[..]))
        .collect()
}

/// The oracle's request as the engine's, without the gateway.
pub fn request<'r>(asked: &'r oracle::Request, headers: &'r [(&'r [u8], &'r [u8])]) -> Request<'r> {
    let mut request = Request::new(&asked.method, &asked.target)
        .with_headers(headers)
        .with_protocol(match asked.protocol {
            oracle::Protocol::Http1 => RequestProtocol::Http1,
            oracle::Protocol::Http2 => RequestProtocol::Http2,
            oracle::Protocol::Grpc => RequestProtocol::Grpc,
            oracle::Protocol::Tls => RequestProtocol::Tls,
            oracle::Protocol::Tcp => RequestProtocol::Tcp,
            oracle::Protocol::Udp => RequestProtocol::Udp,
        });
    if let Some(scheme) = asked.scheme {
        request = request.with_scheme(scheme);
    }
    if let Some(authority) = &asked.authority {
        request = request.with_authority(authority);
    }
    if let Some(port) = asked.port {
        request = request.with_port(port);
    }
    if let Some(address) = asked.destination_ip {
        request = request.with_destination_ip(address);
    }
    if let Some(sni) = &asked.sni {
        request = request.with_sni(sni);
    }
    if let Some(namespace) = &asked.client_namespace {
        request = request.with_client_namespace(namespace);
    }
    request
}

/// The oracle's draws as the engine's.
pub fn draws(asked: &oracle::Request) -> Draws<'_> {
    match &asked.draws {
        oracle::Draws::Same(number) => Draws::fixed(*number),
        oracle::Draws::List(numbers) => Draws::list(numbers),
    }
}

/// A column that stands for a match of a rule that has none.
const NO_MATCH: u32 = 0;

fn located(set: &RouteSet) -> RouteSet {
    let mut set = set.clone();
    for (route, item) in set.routes.iter_mut().enumerate() {
        for (index, rule) in item.rules.iter_mut().enumerate() {
            let place = |column| model::Origin {
                line: route as u32 + 1,
                end_line: index as u32,
                column,
                ..model::Origin::default()
            };
            rule.origin = place(NO_MATCH);
            for (nth, matched) in rule.matches.iter_mut().enumerate() {
                matched.origin = place(nth as u32 + 1);
            }
        }
    }
    set
}

fn answer(decision: &Decision<'_>) -> Answer {
    let status = decision.status().unwrap_or(0);
    match decision.outcome() {
        Outcome::Forward => {
            let edit = |edit: fingerpost::HeaderEdit<'_>| model::HeaderEdit {
                verb: edit.verb,
                name: text(edit.name),
                value: text(edit.value).into(),
            };
            let step = |stage: fingerpost::StageView<'_>| Step {
                route: stage.origin.line - 1,
                rule: stage.rule as usize,
                matched: match stage.origin.column {
                    NO_MATCH => None,
                    _ => Some(stage.matched as usize),
                },
            };
            let mirror =
                |mirror: fingerpost::MirrorView<'_>| (backend(mirror.backend), mirror.selected);
            Answer::Forward(Box::new(Forward {
                trail: decision.stages().map(step).collect(),
                backend: decision.backend().map(backend).unwrap_or_default(),
                target: decision.target().to_vec(),
                authority: decision.authority().map(<[u8]>::to_vec),
                request_edits: decision.request_edits().map(edit).collect(),
                response_edits: decision.response_edits().map(edit).collect(),
                mirrors: decision.mirrors().map(mirror).collect(),
            }))
        }
        Outcome::Redirect => Answer::Redirect {
            status,
            location: decision.location().unwrap_or_default().to_vec(),
        },
        Outcome::Respond => Answer::Respond { status },
        Outcome::NoRoute => Answer::NoRoute { status },
        Outcome::Reject => Answer::Reject,
        Outcome::Ambiguous => Answer::Ambiguous,
        other => panic!("unknown outcome {other:?}"),
    }
}

fn backend(view: BackendView<'_>) -> Backend {
    Backend {
        kind: view.kind.into(),
        namespace: view.namespace.into(),
        name: view.name.into(),
        port: view.port,
        subset: view.subset.map(Into::into),
        protocol: view.protocol.map(Into::into),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
