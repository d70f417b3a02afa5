//! What a match asks of the path: the node of the trie that it hangs at, and what
//! is left to test there.
//!
//! | kind | hangs at | left to test |
//! |---|---|---|
//! | exact, prefix, segments | its text | nothing |
//! | template of whole segments | its segments, those that take any as holes | nothing |
//! | any other template | its whole segments, as far as they go | the pattern |
//! | glob, regex | the text that everything it takes begins with | the pattern |
//! | suffix, contains, and a regex found anywhere | the root | the text or pattern |
//! | gRPC | as much of `/service/method` as is stated exactly | the names |
//! | any of these as the path came | the root | all of it |
//!
//! Without regard to case the same holds in a second trie, whose keys are in ASCII
//! lower case. Folding ASCII letters changes no length, so lengths of prefixes are
//! those of the path itself.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::path::PathKind;
use super::pattern::{SegmentsEnd, Template};
use super::regex::{Anchor, Meaning, Syntax, literal_prefix};
use super::{Build, CompiledPath, Subject, segment};
use crate::model::{PathMatch, RouteMatch, ValueMatch};
use crate::table::NONE;
use crate::table::entry::Entry;
use crate::table::names::{PathName, PathText};
use crate::table::path_test::{PathTest, TestKind};
use crate::table::predicate::GrpcTest;
use crate::table::text::Text;

impl Build<'_> {
    /// The path of a match; `None` where it cannot be compiled, which is then reported.
    pub(crate) fn path(&mut self, subject: &Subject<'_>, one: &RouteMatch) -> Option<CompiledPath> {
        let fold = one.path_ignore_case;
        let name = |text| PathName {
            text,
            ignore_case: fold,
            raw: one.path_raw,
        };
        let plain = CompiledPath {
            kind: PathKind::Prefix,
            key: Text::default(),
            has_holes: false,
            folded: false,
            prefix_len: NONE,
            regex: NONE,
            test: NONE,
            grpc: NONE,
            captures: NONE,
            flags: 0,
            literal: 0,
            is_sound: true,
            name: name(PathText::Any),
        };
        let compiled = match &one.path {
            PathMatch::Any => return Some(plain),
            PathMatch::Exact(value) => {
                let text = self.name_text(value);
                CompiledPath {
                    kind: PathKind::Exact,
                    key: text,
                    literal: text.len,
                    name: name(PathText::Exact(text)),
                    ..plain
                }
            }
            PathMatch::Prefix(value) => {
                let text = self.name_text(value);
                CompiledPath {
                    key: text,
                    prefix_len: text.len,
                    literal: text.len,
                    name: name(PathText::Prefix(text)),
                    ..plain
                }
            }
            PathMatch::Segments(value) => {
                let written = self.name_text(value);
                // SPEC: HTTPPathMatch PathPrefix: a trailing slash does not count.
                let shorter = value.strip_suffix('/').unwrap_or(value);
                let key = self.name_texts.part(written, 0, shorter.len());
                CompiledPath {
                    kind: PathKind::Segments,
                    key,
                    prefix_len: key.len,
                    literal: written.len,
                    name: name(PathText::Segments(written)),
                    ..plain
                }
            }
            PathMatch::Suffix(value) => {
                let text = self.text(value);
                CompiledPath {
                    test: self.path_test(TestKind::Suffix, text, fold),
                    literal: text.len,
                    name: name(PathText::Suffix(self.name_text(value))),
                    ..plain
                }
            }
            PathMatch::Contains(value) => {
                let text = self.text(value);
                let found = CompiledPath {
                    literal: text.len,
                    name: name(PathText::Contains(self.name_text(value))),
                    ..plain
                };
                match fold {
                    // Finding a text without regard to case is the automaton's work.
                    true => CompiledPath {
                        regex: self.path_pattern(
                            subject,
                            Syntax::Text,
                            value,
                            Anchor::Search,
                            one,
                        )?,
                        kind: PathKind::Pattern,
                        ..found
                    },
                    false => CompiledPath {
                        test: self.path_test(TestKind::Contains, text, false),
                        ..found
                    },
                }
            }
            PathMatch::Glob(value) => {
                let meaning = (Syntax::Glob, Anchor::Whole);
                self.pattern_path(subject, one, value, meaning, PathText::Glob)?
            }
            PathMatch::Template(value) => match self.segments_path(one, value) {
                Some(found) => CompiledPath {
                    name: name(PathText::Template(self.name_text(value))),
                    ..found
                },
                None => {
                    let meaning = (Syntax::Template, Anchor::Whole);
                    self.pattern_path(subject, one, value, meaning, PathText::Template)?
                }
            },
            PathMatch::Regex(value) => {
                let meaning = (Syntax::Regex, Anchor::Whole);
                self.pattern_path(subject, one, value, meaning, PathText::Regex)?
            }
            PathMatch::RegexStart(value) => {
                let meaning = (Syntax::Regex, Anchor::Start);
                self.pattern_path(subject, one, value, meaning, PathText::RegexStart)?
            }
            PathMatch::RegexSearch(value) => {
                let meaning = (Syntax::Regex, Anchor::Search);
                self.pattern_path(subject, one, value, meaning, PathText::RegexSearch)?
            }
            PathMatch::Grpc {
                service: None,
                method: None,
            } => return Some(plain),
            PathMatch::Grpc { service, method } => {
                let (kind, key) = match (service, method) {
                    (Some(ValueMatch::Exact(service)), Some(ValueMatch::Exact(method))) => {
                        (PathKind::Exact, format!("/{service}/{method}"))
                    }
                    (Some(ValueMatch::Exact(service)), _) => {
                        (PathKind::Prefix, format!("/{service}/"))
                    }
                    _ => (PathKind::Prefix, String::from("/")),
                };
                let key = self.name_text(&key);
                CompiledPath {
                    kind,
                    key,
                    grpc: self.grpc(subject, service.as_ref(), method.as_ref(), fold)?,
                    literal: key.len,
                    name: name(PathText::Grpc),
                    ..plain
                }
            }
        };
        let compiled = match fold {
            true => self.in_folded_trie(compiled),
            false => compiled,
        };
        Some(match one.path_raw {
            true => self.as_it_came(compiled, fold),
            false => compiled,
        })
    }

    /// A path that is a pattern, at the literal text that everything it takes begins
    /// with.
    fn pattern_path(
        &mut self,
        subject: &Subject<'_>,
        one: &RouteMatch,
        pattern: &str,
        (syntax, anchor): (Syntax, Anchor),
        kind: fn(Text) -> PathText,
    ) -> Option<CompiledPath> {
        let regex = self.path_pattern(subject, syntax, pattern, anchor, one)?;
        let with_case = Meaning {
            anchor,
            ignore_case: false,
        };
        // In the folded trie the key is folded; so the text before folding is wanted.
        let read = self.read_pattern(syntax, pattern, with_case).ok()?;
        let key = match anchor {
            Anchor::Search => Vec::new(),
            Anchor::Whole | Anchor::Start => literal_prefix(&read.hir),
        };
        let template = match syntax {
            Syntax::Template => self.template(one, pattern),
            _ => None,
        };
        let (key, has_holes) = match &template {
            Some(template) => (template.segments().key, true),
            None => (key, false),
        };
        // SPEC: docs/precedence.md, Specific 4: of a regular expression the text counts
        // that everything it takes begins with; found anywhere, it states none.
        let literal = match (read.literal, anchor) {
            (Some(literal), _) => literal,
            (None, Anchor::Search) => 0,
            (None, Anchor::Whole | Anchor::Start) => self.common_prefix(&read.hir),
        };
        let explicit = read.hir.properties().explicit_captures_len();
        let has_groups = syntax == Syntax::Regex || explicit > 0;
        // What is taken can be told without captures; what the rule does with it cannot.
        let mut is_sound = true;
        let captures = match has_groups {
            true if explicit == 0 && anchor == Anchor::Whole => self.whole_group(),
            true => {
                let meaning = Meaning {
                    anchor,
                    ignore_case: one.path_ignore_case,
                };
                let what = format_args!("path");
                let groups = self.group_regex(subject, what, syntax, pattern, meaning);
                is_sound = groups.is_some();
                groups.unwrap_or(NONE)
            }
            false => NONE,
        };
        Some(CompiledPath {
            kind: PathKind::Pattern,
            key: self.name_texts.add(&key),
            has_holes,
            folded: false,
            prefix_len: NONE,
            regex,
            test: NONE,
            grpc: NONE,
            captures,
            flags: 0,
            literal,
            is_sound,
            name: PathName {
                text: kind(self.name_text(pattern)),
                ignore_case: one.path_ignore_case,
                raw: one.path_raw,
            },
        })
    }

    /// A template whose holes can be looked up segment by segment, as far as they are
    /// whole ones; `None` also for what is none.
    fn template(&self, one: &RouteMatch, text: &str) -> Option<Template> {
        let longest = self.limits.regex_pattern.min(segment::LONGEST);
        let slashes = memchr::memchr_iter(b'/', text.as_bytes()).count();
        let is_apt = !one.path_raw
            && text != "**"
            && text.len() <= longest
            && slashes <= segment::DEPTH
            && memchr::memchr(segment::HOLE, text.as_bytes()).is_none();
        if !is_apt {
            return None;
        }
        let template = Template::read(text).ok()?;
        (template.holes() <= self.limits.pattern_holes).then_some(template)
    }

    /// A template of whole segments, which needs no pattern; `None` for any other, and
    /// for what is refused.
    fn segments_path(&mut self, one: &RouteMatch, text: &str) -> Option<CompiledPath> {
        let template = self.template(one, text)?;
        let segments = template.segments();
        let kind = match segments.end {
            SegmentsEnd::Whole => PathKind::Exact,
            SegmentsEnd::Rest => PathKind::Prefix,
            SegmentsEnd::Pattern => return None,
        };
        if segments.holes.len() > self.limits.captures as usize {
            return None;
        }
        let captures = match segments.holes.is_empty() {
            true => NONE,
            false => self.segment_groups(&segments.holes),
        };
        Some(CompiledPath {
            kind,
            key: self.name_texts.add(&segments.key),
            has_holes: true,
            folded: false,
            prefix_len: NONE,
            regex: NONE,
            test: NONE,
            grpc: NONE,
            captures,
            flags: 0,
            literal: template.literal(),
            is_sound: true,
            name: PathName::default(),
        })
    }

    fn path_pattern(
        &mut self,
        subject: &Subject<'_>,
        syntax: Syntax,
        pattern: &str,
        anchor: Anchor,
        one: &RouteMatch,
    ) -> Option<u32> {
        let meaning = Meaning {
            anchor,
            ignore_case: one.path_ignore_case,
        };
        self.pattern(subject, format_args!("path"), syntax, pattern, meaning)
    }

    fn path_test(&mut self, kind: TestKind, text: Text, ignore_case: bool) -> u32 {
        let tests = &mut self.sections.path_tests;
        tests.push(PathTest {
            kind,
            text,
            ignore_case,
        });
        tests.len() as u32 - 1
    }

    /// The same at a key in lower case, in the trie of folded paths.
    fn in_folded_trie(&mut self, path: CompiledPath) -> CompiledPath {
        let key = self.name_texts.get(path.key).to_ascii_lowercase();
        CompiledPath {
            key: self.name_texts.add(&key),
            folded: !key.is_empty(),
            ..path
        }
    }

    /// The same with all of it left to test, on the path as it came.
    fn as_it_came(&mut self, path: CompiledPath, ignore_case: bool) -> CompiledPath {
        let kind = match path.kind {
            PathKind::Exact => Some(TestKind::Exact),
            PathKind::Segments => Some(TestKind::Segments),
            PathKind::Prefix if path.key.len > 0 => Some(TestKind::Prefix),
            PathKind::Prefix | PathKind::Pattern => None,
        };
        let test = match kind {
            Some(kind) if path.grpc == NONE => {
                let text = self.interner.add(self.name_texts.get(path.key));
                self.path_test(kind, text, ignore_case)
            }
            _ => path.test,
        };
        CompiledPath {
            kind: PathKind::Prefix,
            key: Text::default(),
            folded: false,
            // SPEC: `RouteMatch::path_raw`: names no prefix that a rewrite could replace.
            prefix_len: NONE,
            test,
            flags: Entry::RAW_PATH,
            ..path
        }
    }

    fn grpc(
        &mut self,
        subject: &Subject<'_>,
        service: Option<&ValueMatch>,
        method: Option<&ValueMatch>,
        ignore_case: bool,
    ) -> Option<u32> {
        let service = match service {
            Some(value) => {
                Some(self.value_test(subject, format_args!("gRPC service"), value, ignore_case)?)
            }
            None => None,
        };
        let method = match method {
            Some(value) => {
                Some(self.value_test(subject, format_args!("gRPC method"), value, ignore_case)?)
            }
            None => None,
        };
        let tests = &mut self.sections.predicates.grpc;
        tests.push(GrpcTest { service, method });
        Some(tests.len() as u32 - 1)
    }
}
