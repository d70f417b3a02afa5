//! The engine behind the oracle's questions and answers.

use fingerpost::compile::Compiler;
use fingerpost::compile::limits::Limits;
use fingerpost::diagnostic::Code;
use fingerpost::diagnostic::codes::compile as codes;
use fingerpost::model::{self, Backend, MetadataValue, RouteSet};
use fingerpost::oracle::{self, Answer, Edit, Forward, Redirected, Refusal, Responded, Step};
use fingerpost::{
    BackendView, Decision, Draws, Matched, MetadataView, Outcome, Reason, Request, RequestProtocol,
    Scratch, Table,
};

/// What is said of rules that mean little; random ones often do.
const HARMLESS: &[Code] = &[
    codes::UNNORMALIZED_DENIAL,
    codes::MATCHES_NOTHING,
    codes::IDLE_FILTER,
    codes::UNKNOWN_CAPTURE,
    codes::TOO_MANY_WAYS,
];

/// A compiled table with its scratch.
pub struct Engine {
    table: Table,
    scratch: Scratch,
    /// The same table, read back from its snapshot.
    reloaded: Table,
    reloaded_scratch: Scratch,
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
        assert_eq!(faults.find(|fault| !HARMLESS.contains(&fault.code)), None);
        let reloaded = reload(&compiled.table);
        Self {
            scratch: compiled.table.create_scratch(),
            table: compiled.table,
            reloaded_scratch: reloaded.create_scratch(),
            reloaded,
        }
    }

    /// The table.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Index of the rule that the table finds for a request, in its route. Much
    /// faster than [`Engine::answer`].
    pub fn rule(&mut self, request: &Request<'_>) -> Option<usize> {
        let matched = self.table.find_with(&mut self.scratch, request)?;
        Some(matched.stage().rule as usize)
    }

    /// What the table makes of a request, in the oracle's words.
    ///
    /// # Panics
    ///
    /// Panics where the request's gateway is the name of several, and where
    /// finding and deciding disagree: the one asks the table, the other the same table
    /// after it was written as a snapshot and read back.
    pub fn answer(&mut self, asked: &oracle::Request) -> Answer {
        let (headers, attributes) = (pairs(asked), attributes(asked));
        let mut request = request(asked, &headers).with_attributes(&attributes);
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
        let decision =
            self.reloaded
                .decide_with(&mut self.reloaded_scratch, &request, draws(asked));
        // What is found is what is decided by, also after a table was written and read.
        assert_eq!(decision.stages().next().map(place), found);
        answer(&decision)
    }

    /// Asks for all of these at once: a batch finds what its requests find alone.
    ///
    /// # Panics
    ///
    /// Panics where it does not.
    pub fn check_batch(&mut self, asked: &[oracle::Request]) {
        let headers: Vec<_> = asked.iter().map(pairs).collect();
        let attributes: Vec<_> = asked.iter().map(attributes).collect();
        let facts = headers.iter().zip(&attributes);
        let requests: Vec<_> = asked
            .iter()
            .zip(facts)
            .map(|(asked, (headers, attributes))| whole(&self.table, asked, headers, attributes))
            .collect();
        let mut found = vec![None; requests.len()];
        self.table
            .find_many_with(&mut self.scratch, &requests, &mut found);
        for (request, found) in requests.iter().zip(&found) {
            let alone = self.table.find_with(&mut self.scratch, request);
            assert_eq!(shown(found.as_ref()), shown(alone.as_ref()), "{request:?}");
        }
    }
}

/// A table, written and read back.
///
/// # Panics
///
/// Panics where it is not taken, or not the same.
pub fn reload(table: &Table) -> Table {
    let bytes = table.to_snapshot();
    let reloaded = match Table::from_snapshot(bytes.clone()) {
        Ok(reloaded) => reloaded,
        Err(error) => panic!("{error}"),
    };
    assert!(reloaded.to_snapshot() == bytes, "written otherwise again");
    reloaded
}

/// The oracle's request as the engine's, with attributes and the first gateway of its
/// name, where there is one.
pub fn whole<'r>(
    table: &Table,
    asked: &'r oracle::Request,
    headers: &'r [(&'r [u8], &'r [u8])],
    attributes: &'r [(&'r str, &'r [u8])],
) -> Request<'r> {
    let request = request(asked, headers).with_attributes(attributes);
    let mut named = asked
        .gateway
        .iter()
        .flat_map(|name| table.gateways_named(name));
    match named.next() {
        Some(gateway) => request.with_gateway(gateway),
        None => request,
    }
}

/// All that is said of what is found, so that it can be compared.
pub fn shown(matched: Option<&Matched<'_>>) -> Option<String> {
    let matched = matched?;
    let (gateway, listener) = (matched.gateway(), matched.listener());
    Some(format!("{matched:?} {gateway:?} {listener:?}"))
}

fn has_control(asked: &oracle::Request) -> bool {
    let mut values = asked.headers.iter().map(|(_, value)| value);
    values.any(|value| value.iter().any(|byte| b"\0\r\n".contains(byte)))
}

/// Whether the engine's answer is one that the oracle's allows.
pub fn agree(asked: &oracle::Request, expected: &Answer, found: &Answer) -> bool {
    match (expected, found) {
        // Headers are read where a rule asks for one, and which rules are asked is open:
        // a listener may refuse the request for a value that another never looks at.
        (_, _) if has_control(asked) && expected != found => true,
        (Answer::OneOf(answers), found) => {
            let mut answers = answers.iter();
            answers.any(|expected| agree(asked, expected, found))
        }
        // Which of several reasons is named is open.
        (Answer::Reject(reasons), Answer::Reject(named)) => {
            named.iter().all(|reason| reasons.contains(reason))
        }
        (Answer::Forward(expected), Answer::Forward(found)) => {
            use oracle::Protocol::{Tcp, Tls, Udp};
            let mut expected = expected.clone();
            let mut found = found.clone();
            // The path of a connection, which has none.
            if matches!(asked.protocol, Tls | Tcp | Udp) {
                expected.target.clear();
                found.target.clear();
            }
            expected == found
        }
        (expected, found) => expected == found,
    }
}

/// Limits under which a table chooses its plain structures: no pattern becomes an
/// automaton, tests and patterns are asked one by one, holes of templates are followed
/// beside text. Lists of two candidates or more
/// are indexed where they can be.
pub fn without_automata() -> Limits {
    let mut limits = Limits::default();
    limits.regex_automata = 0;
    limits.ungrouped_patterns = u32::MAX;
    limits.direct_tests = u32::MAX;
    limits.automata = 0;
    limits.unindexed_candidates = 1;
    limits.path_steps = u32::MAX;
    limits
}

/// Limits under which a table shares automata wherever two patterns or tests could, and
/// every path follows one way.
pub fn with_every_automaton() -> Limits {
    let mut limits = Limits::default();
    limits.ungrouped_patterns = 1;
    limits.direct_tests = 0;
    limits.unindexed_candidates = u32::MAX;
    limits.path_steps = 0;
    limits
}

/// The headers of a request in the form that the engine borrows.
pub fn pairs(asked: &oracle::Request) -> Vec<(&[u8], &[u8])> {
    let headers = asked.headers.iter();
    headers
        .map(|(name, value)| (&name[..], &value[..]))
        .collect()
}

/// The attributes of a request in the form that the engine borrows.
pub fn attributes(asked: &oracle::Request) -> Vec<(&str, &[u8])> {
    let attributes = asked.attributes.iter();
    attributes
        .map(|(name, value)| (name.as_str(), &value[..]))
        .collect()
}

/// The oracle's request as the engine's, without the gateway and attributes.
pub fn request<'r>(asked: &'r oracle::Request, headers: &'r [(&'r [u8], &'r [u8])]) -> Request<'r> {
    let mut request = Request::new(&asked.method, &asked.target)
        .with_headers(headers)
        .with_protocol(match asked.protocol {
            oracle::Protocol::Http1 => RequestProtocol::Http1,
            oracle::Protocol::Http2 => RequestProtocol::Http2,
            oracle::Protocol::Http3 => RequestProtocol::Http3,
            oracle::Protocol::Grpc => RequestProtocol::Grpc,
            oracle::Protocol::Tls => RequestProtocol::Tls,
            oracle::Protocol::Tcp => RequestProtocol::Tcp,
            oracle::Protocol::Udp => RequestProtocol::Udp,
        })
        .with_random(asked.random);
    if let Some(scheme) = asked.scheme {
        request = request.with_scheme(scheme);
    }
    if let Some(authority) = &asked.authority {
        request = request.with_authority(authority);
    }
    if let Some(port) = asked.port {
        request = request.with_port(port);
    }
    if let Some(address) = asked.source_ip {
        request = request.with_source_ip(address);
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
    // What an answer is where no rule asks for it is open but for its status.
    let is_meant = decision.reason() == Reason::Matched;
    match decision.outcome() {
        Outcome::Forward => Answer::Forward(Box::new(forward(decision))),
        Outcome::Redirect => Answer::Redirect(Box::new(Redirected {
            status,
            location: decision.location().unwrap_or_default().to_vec(),
            host_from_request: decision.is_host_from_request(),
            response_edits: edits(decision.response_edits()),
            cors: cors(decision),
        })),
        Outcome::Respond => Answer::Respond(Box::new(Responded {
            status,
            body: match is_meant {
                true => decision.body().unwrap_or_default().to_vec(),
                false => Vec::new(),
            },
            response_edits: match is_meant {
                true => edits(decision.response_edits()),
                false => Vec::new(),
            },
            cors: match decision.reason() {
                Reason::Matched | Reason::Preflight | Reason::Fault => cors(decision),
                _ => Vec::new(),
            },
        })),
        Outcome::NoRoute => Answer::NoRoute { status },
        Outcome::Reject => Answer::Reject(vec![refusal(decision.reason())]),
        Outcome::Ambiguous => Answer::Ambiguous,
        other => panic!("unknown outcome {other:?}"),
    }
}

fn forward(decision: &Decision<'_>) -> Forward {
    let step = |stage: fingerpost::StageView<'_>| Step {
        route: stage.origin.line - 1,
        rule: stage.rule as usize,
        matched: match stage.origin.column {
            NO_MATCH => None,
            _ => Some(stage.matched as usize),
        },
    };
    let mirror = |mirror: fingerpost::MirrorView<'_>| (backend(mirror.backend), mirror.selected);
    let mut head: Vec<_> = decision
        .headers()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_vec()))
        .collect();
    // A stable sort: values of one name keep their order.
    head.sort_by(|a, b| a.0.cmp(&b.0));
    Forward {
        trail: decision.stages().map(step).collect(),
        backend: decision.backend().map(backend).unwrap_or_default(),
        from_request: decision.is_backend_from_request(),
        failover: decision.failover().map(backend).collect(),
        method: decision.method().to_vec(),
        target: decision.target().to_vec(),
        authority: decision.authority().map(<[u8]>::to_vec),
        host_from_backend: decision.host_from_backend(),
        request_edits: edits(decision.request_edits()),
        response_edits: edits(decision.response_edits()),
        head,
        mirrors: decision.mirrors().map(mirror).collect(),
        captures: decision
            .captures()
            .map(|(name, value)| (name.into(), value.to_vec()))
            .collect(),
        hash: decision.hash(),
        metadata: decision
            .metadata()
            .map(|(key, value)| (key.into(), metadata(value)))
            .collect(),
        cors: cors(decision),
        delayed: decision.fault().is_some_and(|(_, delayed, _)| delayed),
    }
}

fn metadata(value: MetadataView<'_>) -> MetadataValue {
    match value {
        MetadataView::Text(text) => MetadataValue::Text(text.into()),
        MetadataView::Integer(number) => MetadataValue::Integer(number),
        MetadataView::Number(number) => MetadataValue::Number(number),
        MetadataView::Boolean(value) => MetadataValue::Boolean(value),
        MetadataView::Json(text) => MetadataValue::Json(text.into()),
        other => panic!("unknown metadata {other:?}"),
    }
}

fn edits<'a>(edits: impl Iterator<Item = fingerpost::HeaderEdit<'a>>) -> Vec<Edit> {
    let edit = |edit: fingerpost::HeaderEdit<'_>| Edit {
        verb: edit.verb,
        name: edit.name.to_vec(),
        value: edit.value.to_vec(),
    };
    edits.map(edit).collect()
}

fn cors(decision: &Decision<'_>) -> Vec<(String, Vec<u8>)> {
    let headers = decision.cors_headers();
    headers
        .map(|(name, value)| (name.to_string(), value.to_vec()))
        .collect()
}

fn refusal(reason: Reason) -> Refusal {
    match reason {
        Reason::BadAuthority => Refusal::Authority,
        Reason::BadPath => Refusal::Path,
        Reason::BadServerName => Refusal::ServerName,
        Reason::BadMethod => Refusal::Method,
        Reason::AbsoluteForm => Refusal::AbsoluteForm,
        Reason::EscapedSlash => Refusal::EscapedSlash,
        Reason::PathParameter => Refusal::PathParameter,
        Reason::BadEscape => Refusal::Escape,
        Reason::BadHeader => Refusal::Header,
        Reason::DuplicateHost => Refusal::Host,
        Reason::UnderscoreHeader => Refusal::Underscore,
        Reason::RewriteNotCanonical => Refusal::Rewrite,
        other => panic!("refused because {other:?}"),
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
