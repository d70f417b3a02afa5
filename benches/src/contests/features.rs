//! What a decision costs more when its rule says more, or its request brings more.
//!
//! A hundred rules under one host, all of one kind; each request is decided and read as
//! a proxy would. The plain kind is a segment prefix that leads to one backend, and
//! every other kind says one thing more or another. All kinds are asked the same
//! requests, and the plain kind is asked those of [`requests::BROUGHT`] too.

mod requests;

use std::hint::black_box;
use std::time::{Duration, Instant};

use fingerpost::builder::{Match, Route, Routes, Rule, matching, path, segments};
use fingerpost::compile::Compiler;
use fingerpost::diagnostic::Severity;
use fingerpost::model::{
    CorsOrigin, CorsPolicy, Fact, FactMatch, PathMatch, Predicate, ValueMatch,
};
use fingerpost::{Decision, Draws, Reason, Request, Scratch, Table};

use self::requests::{BROUGHT, Brought, PLAIN};
use crate::Random;
use crate::measure::{Depth, Record};
use crate::routes::browser_headers;

/// Rules of a table.
const RULES: usize = 100;
/// Requests that are timed together.
const BATCH: usize = 32;
const BATCHES: usize = 16;
const HOST: &str = "shop.example";

/// What the rules of a table say, and a rule that says it.
type Feature = (&'static str, fn(usize) -> Rule);

/// What rules ask. The first is what all others are compared with.
const ASKED: &[Feature] = &[
    ("segment prefix", |at| prefix(at).to("a")),
    ("string prefix", |at| {
        matching(PathMatch::Prefix(base(at))).to("a")
    }),
    ("exact path", |at| path(&(base(at) + "/items/42")).to("a")),
    ("prefix, any case", |at| prefix(at).ignore_case().to("a")),
    ("template, one hole", |at| {
        path(&(base(at) + "/items/{id}")).to("a")
    }),
    ("template, three holes", |at| {
        path(format!("/svc-{at}/{{version}}/{{kind}}/{{id}}")).to("a")
    }),
    ("glob", |at| {
        matching(PathMatch::Glob(base(at) + "/*/*")).to("a")
    }),
    ("regular expression", |at| {
        matching(PathMatch::Regex(base(at) + "/items/[0-9]+")).to("a")
    }),
    ("method", |at| prefix(at).method("GET").to("a")),
    ("header, exact", |at| {
        prefix(at).header("x-env", "canary").to("a")
    }),
    ("header, prefix", |at| {
        let value = ValueMatch::Prefix("can".into());
        prefix(at).header("x-env", value).to("a")
    }),
    ("header, regular expression", |at| {
        let value = ValueMatch::Regex("can[a-z]+".into());
        prefix(at).header("x-env", value).to("a")
    }),
    ("header, missing", |at| {
        prefix(at).without_header("x-none").to("a")
    }),
    ("query parameter", |at| {
        prefix(at).query("lang", "de").to("a")
    }),
    ("cookie", |at| prefix(at).cookie("theme", "dark").to("a")),
    ("client address", |at| {
        prefix(at).source("10.0.0.0/8").to("a")
    }),
    ("share of requests", |at| prefix(at).fraction(1, 1).to("a")),
    ("any of two, not a third", |at| {
        let env = |value: &str| {
            let value = ValueMatch::Exact(value.into());
            Predicate::fact(FactMatch::new(Fact::Header("x-env".into()), value))
        };
        let one_of = Predicate::any([env("blue"), env("canary")]);
        let not = Predicate::negated(env("green"));
        prefix(at).predicate(Predicate::all([one_of, not])).to("a")
    }),
];

/// What rules do.
const DONE: &[Feature] = &[
    ("split of two", |at| prefix(at).split([("a", 9), ("b", 1)])),
    ("split of two, sticky", |at| {
        let rule = prefix(at).split([("a", 9), ("b", 1)]);
        rule.sticky(Fact::Cookie("session".into()))
    }),
    ("rewrite of the prefix", |at| {
        prefix(at).to("a").rewrite_prefix("/inner")
    }),
    ("rewrite with a capture", |at| {
        let rule = path(&(base(at) + "/items/{id}")).to("a");
        rule.rewrite("/inner/{id}")
    }),
    ("rewrite of the host", |at| {
        prefix(at).to("a").rewrite_host("inner.example")
    }),
    ("request header", |at| {
        prefix(at).to("a").set_header("x-served-by", "edge")
    }),
    ("request header with the path", |at| {
        prefix(at).to("a").set_header("x-path", "{path}")
    }),
    ("response header", |at| {
        prefix(at).to("a").set_response_header("x-frame", "deny")
    }),
    ("mirror", |at| prefix(at).to("a").mirror("copy")),
    ("CORS", |at| {
        prefix(at).to("a").cors(CorsPolicy {
            allow_origins: vec![CorsOrigin::Any],
            ..CorsPolicy::default()
        })
    }),
    ("redirect", |at| {
        prefix(at).redirect(301, "https://www.example/new{path}")
    }),
    ("response", |at| prefix(at).respond(404)),
];

/// A table of one feature, what it is asked, and its least times.
struct Entry<'r> {
    name: &'static str,
    table: Table,
    scratch: Scratch,
    requests: Vec<Request<'r>>,
    least: Vec<Duration>,
}

/// Nanoseconds of a decision for each feature.
pub(super) fn time(depth: Depth, record: &mut Record<'_>) -> Result<(), String> {
    let mut random = Random::new(0xfea);
    let wanted: Vec<usize> = (0..BATCH * BATCHES).map(|_| random.below(RULES)).collect();
    let targets = |brought: &Brought| wanted.iter().map(|&at| (brought.target)(at)).collect();
    let plain: Vec<String> = targets(&PLAIN);
    let brought: Vec<Vec<String>> = BROUGHT.iter().map(targets).collect();
    let headers = browser_headers();
    let mut headers: Vec<(&[u8], &[u8])> = headers
        .iter()
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
        .collect();
    headers.push((b"x-env", b"canary"));
    headers.push((b"origin", b"https://www.example"));

    let mut entries = Vec::new();
    for &feature in ASKED.iter().chain(DONE) {
        entries.push(Entry::new(feature, &PLAIN, &plain, &headers)?);
    }
    for (brought, targets) in BROUGHT.iter().zip(&brought) {
        let plain = |at| prefix(at).to("a");
        entries.push(Entry::new(
            (brought.name, plain),
            brought,
            targets,
            &headers,
        )?);
    }
    for entry in &mut entries {
        entry.check(&wanted)?;
    }
    let rounds = match depth {
        Depth::Answers => return Ok(()),
        Depth::Quick => 30,
        Depth::Full => 200,
    };
    for _ in 0..rounds {
        entries.iter_mut().for_each(Entry::round);
    }
    for entry in entries {
        let sum: Duration = entry.least.iter().sum();
        let ns = sum.as_nanos() as f64 / wanted.len() as f64;
        record
            .value(RULES, entry.name, "decide", "ns", format!("{ns:.2}"))
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

impl<'r> Entry<'r> {
    fn new(
        (name, rule): Feature,
        brought: &Brought,
        targets: &'r [String],
        headers: &'r [(&'r [u8], &'r [u8])],
    ) -> Result<Self, String> {
        let table = table(rule, brought).map_err(|why| format!("{name}: {why}"))?;
        let requests = targets
            .iter()
            .map(|target| brought.request(&table, target, headers))
            .collect();
        Ok(Self {
            name,
            scratch: table.create_scratch(),
            table,
            requests,
            least: vec![Duration::MAX; BATCHES],
        })
    }

    /// Every request is taken by the rule that it is for.
    fn check(&mut self, wanted: &[usize]) -> Result<(), String> {
        for (request, &wanted) in self.requests.iter().zip(wanted) {
            let decision = self
                .table
                .decide_with(&mut self.scratch, request, Draws::fixed(0));
            let found = decision.stages().next().map(|stage| stage.rule as usize);
            if found != Some(wanted) || decision.reason() != Reason::Matched {
                let (name, reason) = (self.name, decision.reason().as_str());
                return Err(format!("{name}: wanted rule {wanted}, {found:?}: {reason}"));
            }
        }
        Ok(())
    }

    fn round(&mut self) {
        for (batch, least) in self.requests.chunks(BATCH).zip(&mut self.least) {
            let start = Instant::now();
            for request in batch {
                let request = black_box(request);
                let decision = self
                    .table
                    .decide_with(&mut self.scratch, request, Draws::fixed(0));
                read(&decision);
            }
            *least = start.elapsed().min(*least);
        }
    }
}

/// The table of a feature, behind so many gateways as the requests are for.
fn table(rule: fn(usize) -> Rule, brought: &Brought) -> Result<Table, String> {
    let rules = (0..RULES).map(rule);
    let route = rules.fold(Route::host(HOST), Route::rule);
    let routes = Routes::new().route(route).into_route_set();
    let mut routes = routes.map_err(|error| error.to_string())?;
    for name in brought.more_gateways {
        if let Some(mut gateway) = routes.gateways.first().cloned() {
            gateway.object.name = (*name).to_string();
            routes.gateways.push(gateway);
        }
    }
    let compiled = Compiler::new().compile(&routes);
    let mut found = compiled.diagnostics.iter();
    match found.find(|one| one.severity == Severity::Error) {
        Some(error) => Err(error.message.to_string()),
        None => Ok(compiled.table),
    }
}

/// Reads what a proxy has to do.
fn read(decision: &Decision<'_>) {
    black_box(decision.outcome());
    black_box(decision.backend());
    black_box((decision.target(), decision.authority(), decision.location()));
    for edit in decision.request_edits().chain(decision.response_edits()) {
        black_box((edit.name, edit.value));
    }
    for mirror in decision.mirrors() {
        black_box(mirror.backend);
    }
    for header in decision.cors_headers() {
        black_box(header);
    }
}

/// The path that a rule's requests begin with.
fn base(at: usize) -> String {
    format!("/svc-{at}/v1")
}

fn prefix(at: usize) -> Match {
    segments(base(at))
}
