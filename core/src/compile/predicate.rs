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
use crate::model::{self, Fact, FactMatch, Origin, PredicateKind, RouteMatch, ValueMatch};
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
                        self.is_short = true;
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

    /// The predicates of a match besides path and method, as the number of a run of
    /// steps, and whether these are all. What cannot be compiled is reported and left out as a whole: an
    /// alternative that is missing within OR, or anything within NOT, would make the
    /// match narrower, and it must only get wider.
    pub(crate) fn predicates(&mut self, subject: &Subject<'_>, one: &RouteMatch) -> (u32, bool) {
        let count = one.headers.len() + one.query.len() + one.predicates.len();
        if count == 0 {
            return (self.program_of(Range32::EMPTY), true);
        }
        let mut all = Vec::with_capacity(count);
        for header in &one.headers {
            let asked = Asked {
                what: What::Named("header", &header.name),
                value: &header.value,
                ignore_case: header.ignore_case,
                invert: header.invert,
                missing_matches: header.missing_matches,
                repeated: header.repeated,
                origin: header.origin,
            };
            let fact = |build: &mut Self| build.header_fact(&header.name);
            all.push(self.test(subject, &asked, fact).map(Tree::Test));
        }
        for query in &one.query {
            let asked = Asked {
                what: What::Named("query parameter", &query.name),
                value: &query.value,
                ignore_case: query.ignore_case,
                invert: query.invert,
                missing_matches: query.missing_matches,
                repeated: query.repeated,
                origin: query.origin,
            };
            let fact = |build: &mut Self| {
                let name = build.text(&query.name);
                match query.raw {
                    true => FactEntry::RawQueryParameter(name),
                    false => FactEntry::Query(name),
                }
            };
            all.push(self.test(subject, &asked, fact).map(Tree::Test));
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
        let section = &mut self.sections.predicates.steps;
        let steps = self.index.steps.run(section, &steps);
        (self.program_of(steps), is_sound)
    }

    /// The number of a run of steps.
    fn program_of(&mut self, steps: Range32) -> u32 {
        let entries = &mut self.sections.entries;
        let known = self.index.programs.entry(steps);
        *known.or_insert_with(|| entries.add_program(steps))
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
        let asked = Asked {
            what: What::of(&one.fact),
            value: &one.value,
            ignore_case: one.ignore_case,
            invert: one.invert,
            missing_matches: one.missing_matches,
            repeated: one.repeated,
            origin: one.origin,
        };
        self.test(subject, &asked, |build| build.fact(&one.fact))
    }

    fn test(
        &mut self,
        subject: &Subject<'_>,
        one: &Asked<'_>,
        fact: impl FnOnce(&mut Self) -> FactEntry,
    ) -> Option<u32> {
        let subject = &subject.at(one.origin);
        let what = one.what;
        let test = self.value_test(subject, format_args!("{what}"), one.value, one.ignore_case)?;
        let fact = fact(self);
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
            let hash_of = |seed, key: usize| {
                let name = names.get(key);
                name.map_or(0, |&name| hash(seed, interner.get(name)))
            };
            let (seed, table) = slots::build(names.len(), hash_of, |add| {
                names.iter().for_each(|&name| add(interner.get(name)));
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

/// A test of a fact, as the model has it.
struct Asked<'m> {
    what: What<'m>,
    value: &'m ValueMatch,
    ignore_case: bool,
    invert: bool,
    missing_matches: bool,
    repeated: RepeatedValues,
    origin: Origin,
}

/// A fact as diagnostics name it: its kind and name.
#[derive(Clone, Copy)]
enum What<'m> {
    Named(&'static str, &'m str),
    Plain(&'m Fact),
}

impl<'m> What<'m> {
    fn of(fact: &'m Fact) -> Self {
        match fact {
            Fact::Header(name) => Self::Named("header", name),
            Fact::Query(name) | Fact::RawQueryParameter(name) => {
                Self::Named("query parameter", name)
            }
            Fact::Cookie(name) => Self::Named("cookie", name),
            Fact::Attribute(name) => Self::Named("attribute", name),
            plain => Self::Plain(plain),
        }
    }
}

impl fmt::Display for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(kind, name) => write!(f, "{kind} {name}"),
            Self::Plain(fact) => fact.fmt(f),
        }
    }
}
