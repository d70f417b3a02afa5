//! What a match asks of the path: the node of the trie that it hangs at, and what
//! is left to test there.

use alloc::format;

use super::path::PathKind;
use super::{Build, CompiledPath, Subject, regex};
use crate::model::{PathMatch, ValueMatch};
use crate::table::NONE;
use crate::table::names::PathText;
use crate::table::predicate::GrpcTest;
use crate::table::text::Text;

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
}
