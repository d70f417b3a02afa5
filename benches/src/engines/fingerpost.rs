//! This engine: finding the rule, and deciding what is to be done.
//!
//! A request is put together from its parts for each match, as a proxy would. Limits are
//! the defaults; where a set crosses the one on patterns, that one is lifted, and the
//! record says so.

use std::hint::black_box;

use ::fingerpost::compile::Compiler;
use ::fingerpost::compile::limits::Limits;
use ::fingerpost::diagnostic::{Diagnostic, Severity, codes};
use ::fingerpost::{Draws, Outcome, Request, Scheme, Scratch, StageView, Table};

use super::{Search, Sink};
use crate::mix::Prepared;
use crate::routes::{Set, model};

/// `Table::find_with`.
#[derive(Debug)]
pub struct Fingerpost {
    table: Table,
    scratch: Scratch,
    /// For each route the indexes of its rules in the set.
    rules: Vec<Vec<u32>>,
    is_lifted: bool,
}

/// `Table::find_with`, of requests that came over TLS with the host as server name.
#[derive(Debug)]
pub struct OverTls(pub Fingerpost);

/// `Table::find_many_with`, which is given so many requests at once as [`FindMany::BATCH`].
#[derive(Debug)]
pub struct FindMany(pub Fingerpost);

/// `Table::decide_with`: the rule, its captures, the backend, the head that is sent.
#[derive(Debug)]
pub struct Decide(pub Fingerpost);

impl Fingerpost {
    /// Compiles the set as it is sorted.
    ///
    /// # Errors
    ///
    /// What the compiler refuses.
    pub fn new(set: &Set) -> Result<Self, String> {
        let modelled = model::sorted(set);
        let compiled = Compiler::new().compile(&modelled.routes);
        let is_error = |one: &&Diagnostic| one.severity == Severity::Error;
        let first = compiled.diagnostics.iter().find(is_error);
        let is_lifted = first.is_some_and(|first| first.code == codes::compile::TOO_MANY_PROGRAMS);
        let compiled = match is_lifted {
            true => {
                let mut limits = Limits::default();
                limits.regex_programs = usize::MAX;
                let compiler = Compiler::new().with_limits(limits);
                compiler.compile(&modelled.routes)
            }
            false => compiled,
        };
        if let Some(error) = compiled.diagnostics.iter().find(is_error) {
            return Err(format!("{}: {}", error.code, error.message));
        }
        Ok(Self {
            scratch: compiled.table.create_scratch(),
            table: compiled.table,
            rules: modelled.rules,
            is_lifted,
        })
    }

    /// The table.
    pub fn table(&self) -> &Table {
        &self.table
    }
}

/// A request of its parts.
#[inline(always)]
fn request<'a>(ask: &'a Prepared<'_>) -> Request<'a> {
    let request = Request::new(ask.method.as_bytes(), ask.path.as_bytes());
    match ask.host.is_empty() {
        true => request,
        false => request
            .with_authority(ask.host.as_bytes())
            .with_headers(&ask.headers),
    }
}

/// Which rule of the set a stage's winner is.
fn rule(rules: &[Vec<u32>], stage: &StageView<'_>) -> Option<u32> {
    let route: usize = stage.route.name.parse().ok()?;
    rules.get(route)?.get(stage.rule as usize).copied()
}

impl Fingerpost {
    /// Finds the rule of each request, which `make` puts together.
    #[inline(always)]
    fn find_each<'p>(
        &mut self,
        asks: &[&'p Prepared<'_>],
        sink: &mut impl Sink,
        make: impl Fn(&'p Prepared<'_>) -> Request<'p>,
    ) {
        let Self {
            table,
            scratch,
            rules,
            ..
        } = self;
        for ask in asks {
            let found = black_box(table.find_with(scratch, &make(black_box(*ask))));
            sink.answer(found.is_some(), || rule(rules, &found?.stage()));
        }
    }
}

impl Search for Fingerpost {
    #[inline(always)]
    fn search(&mut self, asks: &[&Prepared<'_>], sink: &mut impl Sink) {
        self.find_each(asks, sink, request);
    }

    fn is_lifted(&self) -> bool {
        self.is_lifted
    }

    fn structure_bytes(&self) -> Option<usize> {
        Some(self.table.stats().bytes)
    }
}

impl Search for OverTls {
    #[inline(always)]
    fn search(&mut self, asks: &[&Prepared<'_>], sink: &mut impl Sink) {
        self.0.find_each(asks, sink, |ask| {
            request(ask)
                .with_scheme(Scheme::Https)
                .with_sni(ask.host.as_bytes())
        });
    }
}

impl FindMany {
    /// Requests of a batch.
    pub const BATCH: usize = 32;
}

impl Search for FindMany {
    #[inline(always)]
    fn search(&mut self, asks: &[&Prepared<'_>], sink: &mut impl Sink) {
        let Fingerpost {
            table,
            scratch,
            rules,
            ..
        } = &mut self.0;
        let mut requests = [Request::new(b"GET", b"/"); Self::BATCH];
        let mut found = [None; Self::BATCH];
        for asks in asks.chunks(Self::BATCH) {
            for (room, ask) in requests.iter_mut().zip(asks) {
                *room = request(black_box(*ask));
            }
            let (requests, found) = (&requests[..asks.len()], &mut found[..asks.len()]);
            table.find_many_with(scratch, black_box(requests), found);
            for found in black_box(found).iter() {
                sink.answer(found.is_some(), || rule(rules, &found.as_ref()?.stage()));
            }
        }
    }

    fn is_lifted(&self) -> bool {
        self.0.is_lifted
    }

    fn structure_bytes(&self) -> Option<usize> {
        self.0.structure_bytes()
    }
}

impl Search for Decide {
    #[inline(always)]
    fn search(&mut self, asks: &[&Prepared<'_>], sink: &mut impl Sink) {
        let Fingerpost {
            table,
            scratch,
            rules,
            ..
        } = &mut self.0;
        for ask in asks {
            let request = request(black_box(*ask));
            let decision = table.decide_with(scratch, &request, Draws::fixed(0));
            black_box(decision.backend());
            let is_forwarded = black_box(decision.outcome()) == Outcome::Forward;
            sink.answer(is_forwarded, || {
                let rule = rule(rules, &decision.stages().next()?)?;
                // Each rule has a backend of its own.
                let backend = decision.backend()?.name;
                (backend == model::backend(rule)).then_some(rule)
            });
        }
    }

    fn is_lifted(&self) -> bool {
        self.0.is_lifted
    }

    fn structure_bytes(&self) -> Option<usize> {
        self.0.structure_bytes()
    }
}
