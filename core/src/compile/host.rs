//! Host indexes: see `table/host.rs` for what is built here.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Display;

use regex_automata::MatchKind;
use regex_automata::nfa::thompson;
use regex_syntax::hir::{Hir, Look};

use super::regex::{dense_dfa, parse, program};
use super::{Build, slots};
use crate::diagnostic::codes::compile as codes;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{HostMatch, Origin};
use crate::table::hash::hash;
use crate::table::host::{HostIndex, HostKind, HostPattern, HostRegex};
use crate::table::section::Section;

/// A host pattern, its value, and what it is reported for.
#[derive(Clone, Copy)]
pub(crate) struct HostItem<'m> {
    pub(crate) host: &'m HostMatch,
    pub(crate) value: u32,
    pub(crate) what: &'m dyn Display,
    pub(crate) origin: Origin,
}

impl Build<'_> {
    /// An index of distinct patterns with their values. A regular expression that
    /// cannot be compiled is left out and reported.
    pub(crate) fn host_index(&mut self, items: &[HostItem<'_>]) -> HostIndex {
        let mut index = HostIndex::default();
        let mut patterns: Vec<HostPattern> = Vec::with_capacity(items.len());
        for item in items {
            let &HostItem {
                host,
                value,
                what,
                origin,
            } = item;
            let (kind, text) = match host {
                HostMatch::Any => {
                    index.any = Some(value);
                    continue;
                }
                HostMatch::Regex(pattern) => {
                    match self.host_regex(pattern) {
                        Ok(dfa) => index.regexes.push(HostRegex {
                            text: self.text(pattern),
                            dfa: dfa.into(),
                            value,
                        }),
                        Err((code, reason)) => {
                            let shown: String = pattern.chars().take(80).collect();
                            let message =
                                format!("{what}: host: regular expression \"{shown}\" {reason}");
                            let diagnostic = Diagnostic::error(code, origin, message);
                            self.diagnostics.push(diagnostic);
                        }
                    }
                    continue;
                }
                HostMatch::Exact(host) => (HostKind::Exact, self.text(host)),
                HostMatch::Wildcard(suffix) => {
                    (HostKind::Wildcard, self.text(&format!(".{suffix}")))
                }
                HostMatch::OneLabel(suffix) => {
                    (HostKind::OneLabel, self.text(&format!(".{suffix}")))
                }
                HostMatch::Suffix(suffix) => (HostKind::Suffix, self.text(suffix)),
                HostMatch::WildcardSuffix(suffix) => (HostKind::WildcardSuffix, self.text(suffix)),
                HostMatch::WildcardPrefix(prefix) => (HostKind::WildcardPrefix, self.text(prefix)),
            };
            patterns.push(HostPattern { text, kind, value });
            index.kinds |= kind.bit();
            // A pattern longer than any host matches none.
            if let Ok(length) = u16::try_from(text.len) {
                match kind {
                    HostKind::Exact => {}
                    HostKind::WildcardPrefix => index.head_lengths.push(length),
                    _ => index.tail_lengths.push(length),
                }
            }
        }
        for lengths in [&mut index.tail_lengths, &mut index.head_lengths] {
            lengths.sort_unstable_by(|one, other| other.cmp(one));
            lengths.dedup();
        }
        let interner = &self.interner;
        let hash_of = |seed, key: usize| {
            let pattern = patterns.get(key);
            pattern.map_or(0, |p| hash(seed ^ p.kind as u64, interner.get(p.text)))
        };
        let (seed, table) = slots::build(patterns.len(), hash_of, |add| {
            patterns.iter().for_each(|p| add(interner.get(p.text)));
        });
        index.seed = seed;
        let slots = table
            .into_iter()
            .map(|slot| slot.checked_sub(1).and_then(|at| patterns.get(at as usize)));
        index.slots = Section::new(
            slots
                .map(|p| p.copied().unwrap_or(HostPattern::VACANT))
                .collect(),
        );
        index
    }

    /// The automaton of an expression over a whole host.
    fn host_regex(
        &mut self,
        pattern: &str,
    ) -> Result<regex_automata::dfa::dense::DFA<Vec<u32>>, (Code, String)> {
        let (longest, most) = (self.limits.regex_pattern, self.limits.host_automaton);
        let invalid = |reason| (codes::INVALID_REGEX, reason);
        if pattern.len() > longest {
            let length = pattern.len();
            return Err(invalid(format!(
                "is {length} bytes long, over the limit of {longest} (Limits::regex_pattern)"
            )));
        }
        let hir = parse(pattern, false).map_err(invalid)?;
        let (start, end) = (Hir::look(Look::Start), Hir::look(Look::End));
        let whole = Hir::concat(Vec::from([start, hir, end]));
        let limit = self.limits.regex_program;
        let program = program(&[whole], thompson::WhichCaptures::None, limit);
        let (program, _) = program.ok_or_else(|| {
            invalid(format!(
                "is over the limit of {limit} bytes (Limits::regex_program)"
            ))
        })?;
        let refused = |reason| Err((codes::HOST_AUTOMATON, reason));
        let all = self.limits.host_automata;
        let room = all.saturating_sub(self.index.host_automata);
        // What was tried is charged too: it took its time.
        let Some(dfa) = dense_dfa(&program, most.min(room), MatchKind::LeftmostFirst) else {
            self.index.host_automata += most.min(room);
            self.is_short |= most > room;
            return refused(match most <= room {
                true => {
                    format!("needs more than the limit of {most} bytes (Limits::host_automaton)")
                }
                false => format!(
                    "takes the hosts of the table over the limit of {all} bytes \
                     (Limits::host_automata)"
                ),
            });
        };
        self.index.host_automata += dfa.memory_usage();
        Ok(dfa)
    }
}
