//! Predicates: methods, headers and query parameters, each stored once.

use alloc::format;
use alloc::vec::Vec;
use core::fmt;

use super::limits::MAX_METHODS;
use super::{Build, HashMap, Subject, regex, slots};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::compile as codes;
use crate::model::{RouteMatch, ValueMatch};
use crate::table::hash::hash;
use crate::table::predicate::{Predicate, SlotIndex, Subject as On, ValueTest};
use crate::table::text::{Range32, Text};
use crate::vocabulary::RepeatedValues;

impl Build<'_> {
    /// The bits of a list of methods; 0 takes any.
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
                            "{}: method {method} is one more than the {MAX_METHODS} different \
                             methods a table can tell apart",
                            subject.object
                        );
                        self.diagnostics.push(Diagnostic::error(
                            codes::TOO_MANY_METHODS,
                            subject.origin,
                            message,
                        ));
                        return None;
                    }
                    self.sections.methods.push(text);
                    self.index.methods.insert(text, bit);
                    bit
                }
            };
            bits |= 1u64 << bit;
        }
        Some(bits)
    }

    /// The predicates of a match besides path and method.
    pub(crate) fn predicates(
        &mut self,
        subject: &Subject<'_>,
        one: &RouteMatch,
    ) -> Option<Range32> {
        let mut ids = Vec::with_capacity(one.headers.len() + one.query.len());
        for header in &one.headers {
            let subject = &subject.at(header.origin);
            let test = self.value(
                subject,
                format_args!("header {}", header.name),
                &header.value,
            )?;
            let name = self.text(&header.name.to_ascii_lowercase());
            let slot = slot_of(
                &mut self.index.header_slots,
                &mut self.sections.predicates.headers,
                name,
            );
            ids.push(self.predicate(Predicate {
                on: On::Header,
                slot,
                test,
                invert: header.invert,
                missing: header.missing_matches,
                repeated: header.repeated,
            }));
        }
        for query in &one.query {
            let subject = &subject.at(query.origin);
            let test = self.value(
                subject,
                format_args!("query parameter {}", query.name),
                &query.value,
            )?;
            let name = self.text(&query.name);
            let slot = slot_of(
                &mut self.index.query_slots,
                &mut self.sections.predicates.query,
                name,
            );
            ids.push(self.predicate(Predicate {
                on: On::Query,
                slot,
                test,
                invert: false,
                missing: false,
                repeated: RepeatedValues::First,
            }));
        }
        let start = self.sections.predicates.lists.len() as u32;
        self.sections.predicates.lists.extend_from_slice(&ids);
        Some(Range32 {
            start,
            len: ids.len() as u32,
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

    pub(crate) fn value(
        &mut self,
        subject: &Subject<'_>,
        what: fmt::Arguments<'_>,
        value: &ValueMatch,
    ) -> Option<ValueTest> {
        Some(match value {
            ValueMatch::Exact(text) => ValueTest::Exact(self.text(text)),
            ValueMatch::Prefix(text) => ValueTest::Prefix(self.text(text)),
            ValueMatch::Suffix(text) => ValueTest::Suffix(self.text(text)),
            ValueMatch::Contains(text) => ValueTest::Contains(self.text(text)),
            ValueMatch::Regex(pattern) => {
                ValueTest::Regex(self.regex(subject, what, pattern, regex::Meaning::default())?)
            }
            ValueMatch::Present => ValueTest::Present,
            ValueMatch::In(_)
            | ValueMatch::Glob(_)
            | ValueMatch::RegexStart(_)
            | ValueMatch::RegexSearch(_)
            | ValueMatch::Cidr(_) => return None,
            ValueMatch::Range { start, end } => ValueTest::Range(*start, *end),
        })
    }

    /// Hashes the names of headers and query parameters, once all are known.
    pub(crate) fn finish_predicates(&mut self) {
        for index in [
            &mut self.sections.predicates.headers,
            &mut self.sections.predicates.query,
        ] {
            let interner = &self.interner;
            let names = &index.names;
            let (seed, table) = slots::build(names.len(), |seed, key| {
                names
                    .get(key)
                    .map_or(0, |&name| hash(seed, interner.get(name)))
            });
            index.seed = seed;
            index.slots = table;
        }
    }
}

fn slot_of(known: &mut HashMap<Text, u32>, index: &mut SlotIndex, name: Text) -> u32 {
    *known.entry(name).or_insert_with(|| {
        index.names.push(name);
        index.names.len() as u32 - 1
    })
}
