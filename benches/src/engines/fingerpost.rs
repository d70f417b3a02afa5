//! This engine: finding the rule, and deciding what is to be done.
//!
//! A request is put together from its parts for each match, as a proxy would. Limits are
//! the defaults; where a set crosses the one on patterns, that one is lifted, and the
//! record says so.

use std::hint::black_box;

use ::fingerpost::compile::Compiler;
use ::fingerpost::compile::limits::Limits;
use ::fingerpost::diagnostic::{Diagnostic, Severity, codes};
use ::fingerpost::{Draws, Outcome, Request, Scratch, StageView, Table};

use super::{Engine, count};
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

impl Engine for Fingerpost {
    fn which(&mut self, ask: &Prepared<'_>) -> Option<u32> {
        let matched = self.table.find_with(&mut self.scratch, &request(ask))?;
        rule(&self.rules, &matched.stage())
    }

    fn pass(&mut self, asks: &[&Prepared<'_>]) -> usize {
        let Self { table, scratch, .. } = self;
        count(asks, |ask| {
            black_box(table.find_with(scratch, &request(ask))).is_some()
        })
    }

    fn is_lifted(&self) -> bool {
        self.is_lifted
    }

    fn structure_bytes(&self) -> Option<usize> {
        Some(self.table.stats().bytes)
    }
}

impl FindMany {
    /// Requests of a batch.
    pub const BATCH: usize = 32;
}

impl Engine for FindMany {
    fn which(&mut self, ask: &Prepared<'_>) -> Option<u32> {
        let Fingerpost {
            table,
            scratch,
            rules,
            ..
        } = &mut self.0;
        let mut found = [None];
        table.find_many_with(scratch, &[request(ask)], &mut found);
        rule(rules, &found[0]?.stage())
    }

    fn pass(&mut self, asks: &[&Prepared<'_>]) -> usize {
        let Fingerpost { table, scratch, .. } = &mut self.0;
        let mut requests = [Request::new(b"GET", b"/"); Self::BATCH];
        let mut found = [None; Self::BATCH];
        let mut taken = 0;
        for asks in asks.chunks(Self::BATCH) {
            for (room, ask) in requests.iter_mut().zip(asks) {
                *room = request(black_box(*ask));
            }
            let (requests, found) = (&requests[..asks.len()], &mut found[..asks.len()]);
            table.find_many_with(scratch, black_box(requests), found);
            taken += black_box(found).iter().flatten().count();
        }
        taken
    }

    fn is_lifted(&self) -> bool {
        self.0.is_lifted
    }

    fn structure_bytes(&self) -> Option<usize> {
        self.0.structure_bytes()
    }
}

impl Engine for Decide {
    fn which(&mut self, ask: &Prepared<'_>) -> Option<u32> {
        let Fingerpost {
            table,
            scratch,
            rules,
            ..
        } = &mut self.0;
        let request = request(ask);
        let decision = table.decide_with(scratch, &request, Draws::fixed(0));
        rule(rules, &decision.stages().next()?)
    }

    fn pass(&mut self, asks: &[&Prepared<'_>]) -> usize {
        let Fingerpost { table, scratch, .. } = &mut self.0;
        count(asks, |ask| {
            let request = request(ask);
            let decision = table.decide_with(scratch, &request, Draws::fixed(0));
            black_box(decision.backend());
            black_box(decision.outcome()) == Outcome::Forward
        })
    }

    fn is_lifted(&self) -> bool {
        self.0.is_lifted
    }

    fn structure_bytes(&self) -> Option<usize> {
        self.0.structure_bytes()
    }
}
