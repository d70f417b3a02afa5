//! Predicates: headers, query parameters and facts, each test stored once.
//!
//! Whatever a match asks besides path, method and scheme becomes a test of a fact.
//! Equal tests are one, and so are the slots they are asked of, however the model
//! writes them: a header predicate and a test of the same header's fact are equal.

use alloc::format;
use alloc::vec::Vec;
use core::fmt;

use super::limits::MAX_METHODS;
use super::program::{self, Tree};
use super::{Build, HashMap, Subject, slots};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::compile as codes;
use crate::model::{self, Fact, FactMatch, PredicateKind, RouteMatch};
use crate::table::NONE;
use crate::table::fact::FactEntry;
use crate::table::hash::hash;
use crate::table::method::word;
use crate::table::predicate::{FactTest, NameIndex, Predicate, Slot};
use crate::table::text::{Range32, Text};
use crate::vocabulary::RepeatedValues;

impl Build<'_> {
    /// The bits of a list of methods; 0 takes any. `None`, and reported, where the table
    /// cannot tell them apart.
    pub(crate) fn methods(
        &mut self,
        subject: &Subject<'_>,
        methods: &[alloc::string::String],
    ) -> Option<u64> {
        let mut bits = 0;
        for method in methods {
            let text = self.text(method);
            let bit = match self.index.methods.get(&text) {
                Some(&bit) => bit,
                None => {
                    let bit = self.sections.methods.len() as u32;
                    if bit as usize >= MAX_METHODS {
                        let message = format!(
                            "{subject}: method {method} is one more than the {MAX_METHODS} \
                             different methods a table can tell apart"
                        );
                        let code = codes::TOO_MANY_METHODS;
                        let found = Diagnostic::error(code, subject.origin, message).with_help(
                            "the limit cannot be raised: test rare methods within `all`; until \
                             then the match answers 500",
                        );
                        self.diagnostics.push(found);
                        return None;
                    }
                    self.sections.methods.push(text);
                    self.sections.method_words.push(word(method.as_bytes()));
                    self.index.methods.insert(text, bit);
                    bit
                }
            };
            bits |= 1u64 << bit;
        }
        Some(bits)
    }

    /// The predicates of a match besides path and method, as a run of steps, and whether
    /// these are all. What cannot be compiled is reported and left out as a whole: an
    /// alternative that is missing within OR, or anything within NOT, would make the
    /// match narrower, and it must only get wider.
    pub(crate) fn predicates(
        &mut self,
        subject: &Subject<'_>,
        one: &RouteMatch,
    ) -> (Range32, bool) {
        let mut all = Vec::new();
        for header in &one.headers {
            let test = FactMatch {
                fact: Fact::Header(header.name.clone()),
                value: header.value.clone(),
                ignore_case: header.ignore_case,
                invert: header.invert,
                missing_matches: header.missing_matches,
                repeated: header.repeated,
                origin: header.origin,
            };
            all.push(self.fact_match(subject, &test).map(Tree::Test));
        }
        for query in &one.query {
            let name = query.name.clone();
            let test = FactMatch {
                fact: match query.raw {
                    true => Fact::RawQueryParameter(name),
                    false => Fact::Query(name),
                },
                value: query.value.clone(),
                ignore_case: query.ignore_case,
                invert: query.invert,
                missing_matches: query.missing_matches,
                repeated: query.repeated,
                origin: query.origin,
            };
            all.push(self.fact_match(subject, &test).map(Tree::Test));
        }
        for predicate in &one.predicates {
            all.push(self.tree(subject, predicate));
        }
        let written = all.len();
        let all: Vec<Tree> = all.into_iter().flatten().collect();
        let mut is_sound = all.len() == written;
        let mut all = Tree::All(all);
        let mut steps = program::steps(&all);
        let limit = self.limits.predicate_steps as usize;
        if steps.len() > limit {
            let message = format!(
                "{subject}: the match's predicates take {} steps, over the limit of {limit} \
                 (Limits::predicate_steps)",
                steps.len()
            );
            self.diagnostics.push(Diagnostic::error(
                codes::TOO_MANY_PREDICATES,
                subject.origin,
                message,
            ));
            is_sound = false;
            if let Tree::All(parts) = &mut all {
                keep_what_fits(parts, limit);
            }
            steps = program::steps(&all);
        }
        let start = self.sections.predicates.steps.len() as u32;
        let len = steps.len() as u32;
        self.sections.predicates.steps.extend(steps);
        (Range32 { start, len }, is_sound)
    }

    /// A predicate with its tests stored. Recurses as deep as the model nests, which
    /// is at most [`model::Predicate::MAX_DEPTH`].
    fn tree(&mut self, subject: &Subject<'_>, predicate: &model::Predicate) -> Option<Tree> {
        let mut parts = |parts: &[model::Predicate]| {
            let parts = parts.iter().map(|part| self.tree(subject, part));
            let parts: Vec<Option<Tree>> = parts.collect();
            parts.into_iter().collect::<Option<Vec<Tree>>>()
        };
        Some(match predicate.kind() {
            PredicateKind::All(all) => Tree::All(parts(all)?),
            PredicateKind::Any(any) => Tree::Any(parts(any)?),
            PredicateKind::Not(part) => Tree::Not(self.tree(subject, part)?.into()),
            PredicateKind::Fact(test) => Tree::Test(self.fact_match(subject, test)?),
            PredicateKind::Fraction {
                numerator,
                denominator,
            } => Tree::Test(self.predicate(Predicate::Fraction {
                numerator,
                denominator,
            })),
            PredicateKind::TooDeep => {
                let message = format!(
                    "{subject}: a predicate nests deeper than {} (Predicate::MAX_DEPTH)",
                    model::Predicate::MAX_DEPTH
                );
                self.diagnostics.push(Diagnostic::error(
                    codes::PREDICATE_TOO_DEEP,
                    subject.origin,
                    message,
                ));
                return None;
            }
        })
    }

    fn fact_match(&mut self, subject: &Subject<'_>, one: &FactMatch) -> Option<u32> {
        let subject = &subject.at(one.origin);
        let what = What(&one.fact);
        let test = self.value_test(subject, format_args!("{what}"), &one.value, one.ignore_case)?;
        let fact = self.fact(&one.fact);
        let slot = self.slot(fact, one.repeated);
        Some(self.predicate(Predicate::Fact(FactTest {
            slot,
            test,
            invert: one.invert,
            missing: one.missing_matches,
            mark: NONE,
        })))
    }

    /// The slot of a fact, and of what counts where it has several values.
    fn slot(&mut self, fact: FactEntry, repeated: RepeatedValues) -> u32 {
        let names = &mut self.sections.predicates.names;
        let named = match fact {
            FactEntry::Header(name) => Some((&mut names.headers, name)),
            FactEntry::Query(name) => Some((&mut names.query, name)),
            FactEntry::RawQueryParameter(name) => Some((&mut names.raw_query, name)),
            FactEntry::Cookie(name) => Some((&mut names.cookies, name)),
            FactEntry::Attribute(name) => Some((&mut names.attributes, name)),
            _ => None,
        };
        // Where there is one value at most, all that can count is the first.
        let repeated = match named {
            Some(_) => repeated,
            None => RepeatedValues::First,
        };
        let slots = &mut self.sections.predicates.slots;
        let known = &mut self.index.names;
        *self.index.slots.entry((fact, repeated)).or_insert_with(|| {
            let name = match named {
                Some((index, name)) => name_of(known, index, fact, name),
                None => 0,
            };
            slots.push(Slot {
                fact,
                name,
                repeated,
                automaton: NONE,
            });
            slots.len() as u32 - 1
        })
    }

    fn predicate(&mut self, predicate: Predicate) -> u32 {
        if let Some(&known) = self.index.predicates.get(&predicate) {
            return known;
        }
        let id = self.sections.predicates.tests.len() as u32;
        self.sections.predicates.tests.push(predicate);
        self.index.predicates.insert(predicate, id);
        id
    }

    /// Hashes the names of facts and builds the automata, once all are known.
    pub(crate) fn finish_predicates(&mut self) {
        let interner = &self.interner;
        for index in self.sections.predicates.names.all_mut() {
            let names = &index.names;
            let (seed, table) = slots::build(names.len(), |seed, key| {
                names
                    .get(key)
                    .map_or(0, |&name| hash(seed, interner.get(name)))
            });
            index.seed = seed;
            index.slots = table;
            index.lengths = names.iter().fold(0, |lengths, &name| {
                lengths | NameIndex::length_bit(name.len as usize)
            });
        }
        self.automata();
    }
}

/// Drops the parts that go over a number of steps, first come, first kept.
fn keep_what_fits(parts: &mut Vec<Tree>, limit: usize) {
    let mut left = limit;
    parts.retain(|part| {
        let rest = left.checked_sub(program::steps(part).len());
        left = rest.unwrap_or(left);
        rest.is_some()
    });
}

/// The number of a fact's name among those of its kind.
fn name_of(
    known: &mut HashMap<FactEntry, u32>,
    index: &mut NameIndex,
    fact: FactEntry,
    name: Text,
) -> u32 {
    *known.entry(fact).or_insert_with(|| {
        index.names.push(name);
        index.names.len() as u32 - 1
    })
}

/// A fact as diagnostics name it.
struct What<'m>(&'m Fact);

impl fmt::Display for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Fact::Header(name) => write!(f, "header {name}"),
            Fact::Query(name) | Fact::RawQueryParameter(name) => {
                write!(f, "query parameter {name}")
            }
            Fact::Cookie(name) => write!(f, "cookie {name}"),
            Fact::Attribute(name) => write!(f, "attribute {name}"),
            plain => plain.fmt(f),
        }
    }
}
