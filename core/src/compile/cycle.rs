//! Stages that lead back to themselves.
//!
//! A request goes through a bounded number of stages, so that one which goes round and
//! round is answered with 500. Whether it does may depend on the request: a rewrite can
//! lead out. So the table is made, and what can go round is reported, once for each stage
//! that is led back to. The walk keeps a stack of its own and is linear in the set.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Build;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::compile as codes;
use crate::matcher::scratch::MAX_STAGES;
use crate::model::{Stage, StageId};

/// Where the walk stands with a stage.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Visit {
    New,
    /// On the way that is gone.
    Open,
    Done,
}

impl Build<'_> {
    /// Reports stages that delegate to themselves, directly or through others.
    pub(super) fn lint_cycles(&mut self) {
        let count = self.set.stages.len();
        let mut visits = alloc::vec![Visit::New; count];
        let mut is_told = alloc::vec![false; count];
        for start in 0..count {
            self.cycles_from(start, &mut visits, &mut is_told);
        }
    }

    fn cycles_from(&mut self, start: usize, visits: &mut [Visit], is_told: &mut [bool]) {
        // The way gone: each stage, and those it leads to that are not yet visited.
        let mut way: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut next = Some(start);
        loop {
            if let Some(stage) = next.take() {
                match visits.get_mut(stage) {
                    Some(visit @ Visit::New) => {
                        *visit = Visit::Open;
                        way.push((stage, self.next_stages(stage)));
                    }
                    Some(Visit::Open) => {
                        if let Some(told @ false) = is_told.get_mut(stage) {
                            *told = true;
                            let way = way.iter().map(|(stage, _)| *stage);
                            let way = way.skip_while(|&at| at != stage);
                            self.report_cycle(stage, &way.collect::<Vec<_>>());
                        }
                    }
                    Some(Visit::Done) | None => {}
                }
            }
            let Some((stage, rest)) = way.last_mut() else {
                return;
            };
            next = rest.pop();
            if next.is_none() {
                if let Some(visit) = visits.get_mut(*stage) {
                    *visit = Visit::Done;
                }
                way.pop();
            }
        }
    }

    /// The stages that a stage's rules delegate to, each once.
    fn next_stages(&self, stage: usize) -> Vec<usize> {
        let attachments = self.set.stages.get(stage);
        let attachments = attachments.into_iter().flat_map(|stage| &stage.attachments);
        let mut next: Vec<usize> = attachments
            .flat_map(|one| self.delegates_of(one.route))
            .map(|StageId(id)| id as usize)
            .collect();
        next.sort_unstable();
        next.dedup();
        next.reverse();
        next
    }

    fn report_cycle(&mut self, stage: usize, way: &[usize]) {
        let Some(Stage { object, origin, .. }) = self.set.stages.get(stage) else {
            return;
        };
        let over = way.iter().skip(1).take(MAX_STAGES);
        let over = over.filter_map(|&at| self.set.stages.get(at));
        let over: Vec<String> = over.map(|stage| stage.object.to_string()).collect();
        let over = match &over[..] {
            [] => String::new(),
            over => format!(" over {}", over.join(", ")),
        };
        let message = format!(
            "{object}: leads back to itself{over}: what goes through more than {MAX_STAGES} \
             stages is answered with 500"
        );
        let found = Diagnostic::warning(codes::STAGE_CYCLE, *origin, message)
            .with_help("let one of the rules lead to another stage, or to a backend");
        self.diagnostics.push(found);
    }
}
