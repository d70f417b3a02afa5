//! Predicates: paths, methods, headers and query parameters, each stored once.

use alloc::format;
use alloc::vec::Vec;
use core::fmt;

use super::limits::MAX_METHODS;
use super::path::PathKind;
use super::{Build, CompiledPath, HashMap, Subject, regex, slots};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::compile as codes;
use crate::model::{PathMatch, RouteMatch, ValueMatch};
use crate::table::NONE;
use crate::table::hash::hash;
use crate::table::names::PathText;
use crate::table::predicate::{GrpcTest, Predicate, SlotIndex, Subject as On, ValueTest};
use crate::table::text::{Range32, Text};
use crate::vocabulary::RepeatedValues;

impl Build<'_> {
    pub(crate) fn path(&mut self, subject: &Subject<'_>, path: &PathMatch) -> Option<CompiledPath> {
        let plain = CompiledPath {
            kind: PathKind::Prefix,
            key: Text::default(),
            prefix_len: NONE,
            regex: NONE,
            grpc: NONE,
            text: PathText::Any,
        };
        Some(match path {
            PathMatch::Any => plain,
            PathMatch::Exact(value) => {
                let key = self.text(value);
                CompiledPath {
                    kind: PathKind::Exact,
                    key,
                    text: PathText::Exact(key),
                    ..plain
                }
            }
            PathMatch::Prefix(value) => {
                let key = self.text(value);
                CompiledPath {
                    key,
                    prefix_len: key.len,
                    text: PathText::Prefix(key),
                    ..plain
                }
            }
            PathMatch::Segments(value) => {
                let written = self.text(value);
                // SPEC: HTTPPathMatch PathPrefix: a trailing slash does not count.
                let key = self.text(value.trim_end_matches('/'));
                CompiledPath {
                    kind: PathKind::Segments,
                    key,
                    prefix_len: key.len,
                    text: PathText::Segments(written),
                    ..plain
                }
            }
            PathMatch::Regex(pattern) => {
                let regex = self.regex(
                    subject,
                    format_args!("path"),
                    pattern,
                    regex::Meaning::default(),
                )?;
                let key = self.interner.add(&regex::literal_prefix(pattern));
                let text = PathText::Regex(self.text(pattern));
                CompiledPath {
                    key,
                    regex,
                    text,
                    ..plain
                }
            }
            PathMatch::Suffix(_)
            | PathMatch::Contains(_)
            | PathMatch::Glob(_)
            | PathMatch::Template(_)
            | PathMatch::RegexStart(_)
            | PathMatch::RegexSearch(_) => return None,
            PathMatch::Grpc { service, method } => {
                let text = PathText::Grpc;
                match (service, method) {
                    (None, None) => plain,
                    (Some(ValueMatch::Exact(service)), Some(ValueMatch::Exact(method))) => {
                        let grpc = self.grpc(subject, path)?;
                        let key = self.text(&format!("/{service}/{method}"));
                        CompiledPath {
                            kind: PathKind::Exact,
                            key,
                            grpc,
                            text,
                            ..plain
                        }
                    }
                    (Some(ValueMatch::Exact(service)), _) => {
                        let grpc = self.grpc(subject, path)?;
                        let key = self.text(&format!("/{service}/"));
                        CompiledPath {
                            key,
                            grpc,
                            text,
                            ..plain
                        }
                    }
                    _ => {
                        let grpc = self.grpc(subject, path)?;
                        CompiledPath {
                            key: self.text("/"),
                            grpc,
                            text,
                            ..plain
                        }
                    }
                }
            }
        })
    }

    fn grpc(&mut self, subject: &Subject<'_>, path: &PathMatch) -> Option<u32> {
        let PathMatch::Grpc { service, method } = path else {
            return None;
        };
        let service = match service {
            Some(value) => Some(self.value(subject, format_args!("gRPC service"), value)?),
            None => None,
        };
        let method = match method {
            Some(value) => Some(self.value(subject, format_args!("gRPC method"), value)?),
            None => None,
        };
        self.sections
            .predicates
            .grpc
            .push(GrpcTest { service, method });
        Some(self.sections.predicates.grpc.len() as u32 - 1)
    }

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

    fn value(
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
