//! Patterns: regular expressions, globs and templates, checked, anchored, bounded,
//! compiled once each.
//!
//! A pattern is compiled up to twice: as one of which only whether it matches is asked,
//! and where its groups are wanted as one that gives them. See `table/regex.rs` for what
//! is made here and why there are several engines. What is given up for its size is
//! charged to the table's budget like what is kept, so that compiling takes time in
//! proportion to the limits whatever the patterns are.

mod common;
mod print;
mod size;
mod syntax;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use regex_automata::dfa::{StartKind, dense, onepass};
use regex_automata::nfa::thompson;
use regex_automata::nfa::thompson::pikevm::PikeVM;
use regex_automata::{MatchKind, PatternID};
use regex_syntax::hir::{Hir, Look};

use super::{Build, HashMap, Subject, pattern};
use crate::diagnostic::codes::compile as codes;
use crate::diagnostic::{Code, Diagnostic};
use crate::table;
use crate::table::read_ahead::stops_soon;
use crate::table::regex::{GroupEngine, GroupRegex, Regex, SegmentHole};
use crate::table::text::Text;

use common::common_prefix;
use print::print;

pub(crate) use size::program;
pub(crate) use syntax::{literal_prefix, parse};

/// Where a pattern must match.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) enum Anchor {
    /// From the first byte to the last.
    #[default]
    Whole,
    /// From the first byte.
    Start,
    /// Anywhere.
    Search,
}

/// How a pattern is meant.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct Meaning {
    pub(crate) anchor: Anchor,
    /// Whether ASCII letters match without regard to case.
    pub(crate) ignore_case: bool,
}

/// The language that a pattern is written in.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) enum Syntax {
    #[default]
    Regex,
    Glob,
    Template,
    /// This text.
    Text,
}

/// Why a pattern is refused.
pub(crate) struct Refusal {
    pub(crate) code: Code,
    pub(crate) reason: String,
}

impl Refusal {
    fn new(reason: String) -> Self {
        Self {
            code: codes::INVALID_REGEX,
            reason,
        }
    }
}

/// A pattern, read.
pub(crate) struct Read {
    /// What it takes, without anchors.
    pub(crate) hir: Hir,
    /// Bytes of text that everything it takes has; `None` for regular expressions.
    pub(crate) literal: Option<u32>,
}

/// A pattern as it is written, and how it is meant.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
struct Written {
    text: Text,
    syntax: Syntax,
    meaning: Meaning,
}

/// What was compiled already, by content.
#[derive(Default)]
pub(crate) struct RegexIndex {
    known: HashMap<Written, Option<u32>>,
    groups: HashMap<Written, Option<u32>>,
    /// Holes of templates of whole segments.
    segments: HashMap<Vec<(Text, SegmentHole)>, u32>,
    /// Whether searches for a pattern with groups stop soon, by its number.
    stops: HashMap<u32, bool>,
    /// Bytes of the automata that showed it.
    pub(super) spent_ahead: usize,
    /// Each pattern without its anchors, by its number.
    read: Vec<(Hir, Anchor)>,
    /// The pattern of those without groups of their own.
    whole: Option<u32>,
    /// Bytes of dense automata, and of programs.
    automata: usize,
    pub(super) programs: usize,
    /// Caches that one-pass automata and PikeVMs have, and those with groups.
    onepass_count: u32,
    pike_count: u32,
    group_onepass_count: u32,
}

impl Build<'_> {
    /// The number of a regular expression, or `None` where it cannot be compiled,
    /// which is then reported.
    pub(crate) fn regex(
        &mut self,
        subject: &Subject<'_>,
        what: fmt::Arguments<'_>,
        pattern: &str,
        meaning: Meaning,
    ) -> Option<u32> {
        self.pattern(subject, what, Syntax::Regex, pattern, meaning)
    }

    /// The number of a pattern, or `None` where it cannot be compiled, which is then
    /// reported.
    pub(crate) fn pattern(
        &mut self,
        subject: &Subject<'_>,
        what: fmt::Arguments<'_>,
        syntax: Syntax,
        pattern: &str,
        meaning: Meaning,
    ) -> Option<u32> {
        let written = Written {
            text: self.name_text(pattern),
            syntax,
            meaning,
        };
        if let Some(&known) = self.index.regex.known.get(&written) {
            return self.met_again(subject, what, syntax, pattern, known);
        }
        let compiled = match self.compile_regex(syntax, pattern, meaning) {
            Ok((regex, hir)) => {
                let id = self.sections.predicates.regexes.len() as u32;
                self.sections.predicates.regexes.push(regex);
                self.sections.names.regexes.push(written.text);
                self.index.regex.read.push((hir, meaning.anchor));
                Some(id)
            }
            Err(refusal) => {
                self.refuse(subject, what, syntax, pattern, refusal);
                None
            }
        };
        self.index.regex.known.insert(written, compiled);
        compiled
    }

    /// What was `known` of a pattern; a refusal is reported for each of its places, in
    /// full where it was met first.
    fn met_again(
        &mut self,
        subject: &Subject<'_>,
        what: fmt::Arguments<'_>,
        syntax: Syntax,
        pattern: &str,
        known: Option<u32>,
    ) -> Option<u32> {
        if known.is_none() {
            let refusal = Refusal::new(String::from("is not usable"));
            self.refuse(subject, what, syntax, pattern, refusal);
        }
        known
    }

    /// The number of a pattern that is found anywhere and has groups, an index into
    /// [`Sections::group_regexes`](crate::table::Sections); `None` where it cannot be
    /// compiled, which is then reported.
    pub(crate) fn substitution_regex(
        &mut self,
        subject: &Subject<'_>,
        what: fmt::Arguments<'_>,
        pattern: &str,
    ) -> Option<u32> {
        let meaning = Meaning {
            anchor: Anchor::Search,
            ignore_case: false,
        };
        self.group_regex(subject, what, Syntax::Regex, pattern, meaning)
    }

    /// Whether searches for such a pattern stop soon after what they find.
    pub(crate) fn stops_soon(&mut self, regex: u32) -> bool {
        if let Some(&known) = self.index.regex.stops.get(&regex) {
            return known;
        }
        let nfa = match self.sections.group_regexes.get(regex as usize) {
            Some(GroupRegex {
                engine: GroupEngine::Pike { vm, .. },
                ..
            }) => vm.get_nfa().clone(),
            // One that matches at the first byte alone is searched for once.
            _ => return true,
        };
        let stops = stops_soon(&nfa, &mut self.index.regex.spent_ahead);
        self.index.regex.stops.insert(regex, stops);
        stops
    }

    /// The number of a group of a pattern with groups, by its name or, of a regular
    /// expression, by its number in decimal; `None` where there is none.
    pub(crate) fn group_number(&self, regex: u32, name: &[u8]) -> Option<u32> {
        let regex = self.sections.group_regexes.get(regex as usize)?;
        let mut names = regex.names.iter();
        let named = names.find(|(_, own)| self.interner.get(*own) == name);
        if let Some(&(group, _)) = named {
            return Some(group);
        }
        // Templates have no group 0: their holes go by names alone.
        let has_numbers = regex.names.first().is_some_and(|(group, _)| *group == 0);
        let is_number = !name.is_empty() && name.iter().all(u8::is_ascii_digit);
        let number = core::str::from_utf8(name).ok()?.parse().ok();
        let number = number.filter(|_| has_numbers && is_number);
        number.filter(|&number: &u32| number < regex.groups)
    }

    /// The number of a pattern with groups.
    pub(crate) fn group_regex(
        &mut self,
        subject: &Subject<'_>,
        what: fmt::Arguments<'_>,
        syntax: Syntax,
        pattern: &str,
        meaning: Meaning,
    ) -> Option<u32> {
        let written = Written {
            text: self.name_text(pattern),
            syntax,
            meaning,
        };
        if let Some(&known) = self.index.regex.groups.get(&written) {
            return self.met_again(subject, what, syntax, pattern, known);
        }
        let compiled = match self.compile_groups(syntax, pattern, meaning) {
            Ok(regex) => {
                let id = self.sections.group_regexes.len() as u32;
                self.sections.group_regexes.push(regex);
                Some(id)
            }
            Err(refusal) => {
                self.refuse(subject, what, syntax, pattern, refusal);
                None
            }
        };
        self.index.regex.groups.insert(written, compiled);
        compiled
    }

    /// The number of what reads the named holes of a template of whole segments, which
    /// are in order.
    pub(crate) fn segment_groups(&mut self, holes: &[(&str, u32, bool)]) -> u32 {
        let holes = holes.iter().map(|&(name, segment, is_rest)| {
            let name = self.interner.add(name.as_bytes());
            (name, SegmentHole { segment, is_rest })
        });
        let holes: Vec<(Text, SegmentHole)> = holes.collect();
        if let Some(&known) = self.index.regex.segments.get(&holes) {
            return known;
        }
        let regexes = &mut self.sections.group_regexes;
        let id = regexes.len() as u32;
        regexes.push(GroupRegex {
            names: (1..)
                .zip(&holes)
                .map(|(group, &(name, _))| (group, name))
                .collect(),
            groups: holes.len() as u32 + 1,
            engine: GroupEngine::Segments(holes.iter().map(|&(_, hole)| hole).collect()),
        });
        self.index.regex.segments.insert(holes, id);
        id
    }

    /// The number of the pattern that captures the whole value as `0`.
    pub(crate) fn whole_group(&mut self) -> u32 {
        if let Some(known) = self.index.regex.whole {
            return known;
        }
        let name = self.text("0");
        let regexes = &mut self.sections.group_regexes;
        let id = regexes.len() as u32;
        regexes.push(GroupRegex {
            engine: GroupEngine::Whole,
            names: Vec::from([(0, name)]),
            groups: 1,
        });
        self.index.regex.whole = Some(id);
        id
    }

    fn refuse(
        &mut self,
        subject: &Subject<'_>,
        what: fmt::Arguments<'_>,
        syntax: Syntax,
        pattern: &str,
        refusal: Refusal,
    ) {
        let shown: String = pattern.chars().take(80).collect();
        let kind = match syntax {
            Syntax::Regex => "regular expression",
            Syntax::Glob => "glob",
            Syntax::Template => "template",
            Syntax::Text => "text",
        };
        let Refusal { code, reason } = refusal;
        let message = format!("{subject}: {what}: {kind} \"{shown}\" {reason}");
        self.diagnostics
            .push(Diagnostic::error(code, subject.origin, message));
    }

    /// Reads a pattern.
    pub(crate) fn read_pattern(
        &self,
        syntax: Syntax,
        pattern: &str,
        meaning: Meaning,
    ) -> Result<Read, Refusal> {
        if pattern.len() > self.limits.regex_pattern {
            return Err(Refusal::new(format!(
                "is {} bytes long, over the limit of {} (Limits::regex_pattern)",
                pattern.len(),
                self.limits.regex_pattern
            )));
        }
        let ignore_case = meaning.ignore_case;
        let parsed = match syntax {
            Syntax::Regex => {
                let hir = parse(pattern, ignore_case).map_err(Refusal::new)?;
                return Ok(Read { hir, literal: None });
            }
            Syntax::Text => {
                let hir = pattern::literal(pattern.as_bytes(), ignore_case);
                return Ok(Read { hir, literal: None });
            }
            Syntax::Glob => pattern::parse_glob(pattern, ignore_case),
            Syntax::Template => pattern::parse_template(pattern, ignore_case),
        };
        let parsed = parsed.map_err(|error| Refusal {
            code: codes::INVALID_PATTERN,
            reason: error.to_string(),
        })?;
        if parsed.holes > self.limits.pattern_holes {
            return Err(Refusal {
                code: codes::TOO_MANY_HOLES,
                reason: pattern::too_many_holes(parsed.holes, self.limits.pattern_holes),
            });
        }
        Ok(Read {
            hir: parsed.hir,
            literal: Some(parsed.literal),
        })
    }

    /// The program of an expression, charged to the table's budget.
    fn program(
        &mut self,
        hir: &Hir,
        captures: thompson::WhichCaptures,
    ) -> Result<thompson::NFA, Refusal> {
        let limit = self.limits.regex_program;
        let program = program(core::slice::from_ref(hir), captures, limit);
        let (nfa, size) = program.ok_or_else(|| {
            Refusal::new(format!(
                "is over the limit of {limit} bytes (Limits::regex_program)"
            ))
        })?;
        let size = size.saturating_add(size::PROGRAM);
        if self.index.regex.programs.saturating_add(size) > self.limits.regex_programs {
            self.is_short = true;
            return Err(Refusal {
                code: codes::TOO_MANY_PROGRAMS,
                reason: format!(
                    "takes the programs of the table over the limit of {} bytes \
                     (Limits::regex_programs)",
                    self.limits.regex_programs
                ),
            });
        }
        self.index.regex.programs += size;
        Ok(nfa)
    }

    /// Bytes of text that everything begins with which an expression takes. The
    /// expression is one that was compiled before, so its program is within the limit.
    pub(crate) fn common_prefix(&self, hir: &Hir) -> u32 {
        let captures = thompson::WhichCaptures::None;
        let hir = core::slice::from_ref(hir);
        let nfa = program(hir, captures, self.limits.regex_program);
        nfa.map_or(0, |(nfa, _)| common_prefix(&nfa))
    }

    fn compile_regex(
        &mut self,
        syntax: Syntax,
        pattern: &str,
        meaning: Meaning,
    ) -> Result<(Regex, Hir), Refusal> {
        let hir = self.read_pattern(syntax, pattern, meaning)?.hir;
        let start = Hir::look(Look::Start);
        // Every search begins at the first byte, so that one kind of automaton does.
        let whole = Hir::concat(match meaning.anchor {
            Anchor::Whole => Vec::from([start, hir.clone(), Hir::look(Look::End)]),
            Anchor::Start => Vec::from([start, hir.clone()]),
            Anchor::Search => Vec::from([start, lazily_anything(), hir.clone()]),
        });
        let nfa = self.program(&whole, thompson::WhichCaptures::None)?;
        let budget = self.automaton_budget(self.limits.regex_automaton);
        let regex = match dense_dfa(&nfa, budget, MatchKind::LeftmostFirst) {
            Some(dfa) => {
                self.index.regex.automata += dfa.memory_usage();
                Regex::Dense(Box::new(dfa.into()))
            }
            None => {
                // What was tried is charged too: many patterns that fail late would
                // otherwise cost the budget's time each.
                self.index.regex.automata += budget;
                match self.one_pass(&nfa) {
                    Some(dfa) => Regex::OnePass {
                        dfa,
                        cache: take(&mut self.index.regex.onepass_count),
                        source: print(&whole).into(),
                    },
                    None => Regex::Pike {
                        vm: pike_vm(nfa)?,
                        cache: take(&mut self.index.regex.pike_count),
                        source: print(&whole).into(),
                    },
                }
            }
        };
        Ok((regex, hir))
    }

    fn compile_groups(
        &mut self,
        syntax: Syntax,
        pattern: &str,
        meaning: Meaning,
    ) -> Result<GroupRegex, Refusal> {
        let hir = self.read_pattern(syntax, pattern, meaning)?.hir;
        let groups = hir.properties().explicit_captures_len();
        if groups > self.limits.captures as usize {
            return Err(Refusal {
                code: codes::TOO_MANY_CAPTURES,
                reason: format!(
                    "has {groups} captures, over the limit of {} (Limits::captures)",
                    self.limits.captures
                ),
            });
        }
        let start = Hir::look(Look::Start);
        let whole = match meaning.anchor {
            Anchor::Whole => Hir::concat(Vec::from([start, hir, Hir::look(Look::End)])),
            Anchor::Start => Hir::concat(Vec::from([start, hir])),
            Anchor::Search => hir,
        };
        let nfa = self.program(&whole, thompson::WhichCaptures::All)?;
        let found: Vec<Option<String>> = nfa
            .group_info()
            .pattern_names(PatternID::ZERO)
            .map(|name| name.map(ToString::to_string))
            .collect();
        let groups = found.len() as u32;
        let mut names = Vec::with_capacity(found.len());
        for (group, name) in (0..).zip(found) {
            // Of a template only what has a name is shown.
            if name.is_none() && syntax == Syntax::Template {
                continue;
            }
            let name = name.unwrap_or_else(|| group.to_string());
            names.push((group, self.text(&name)));
        }
        // Its searches begin at the first byte alone.
        let one_pass = match nfa.is_always_start_anchored() {
            true => self.one_pass(&nfa),
            false => None,
        };
        let engine = match one_pass {
            Some(dfa) => GroupEngine::OnePass {
                dfa,
                cache: take(&mut self.index.regex.group_onepass_count),
                source: print(&whole).into(),
            },
            None => GroupEngine::Pike {
                vm: pike_vm(nfa)?,
                id: self.sections.group_regexes.len() as u32,
                source: print(&whole).into(),
            },
        };
        Ok(GroupRegex {
            engine,
            names,
            groups,
        })
    }

    /// A pattern as one that reads the whole value.
    pub(crate) fn reading_all(&self, id: u32) -> Option<Hir> {
        let (hir, anchor) = self.index.regex.read.get(id as usize)?;
        let (start, end) = (Hir::look(Look::Start), Hir::look(Look::End));
        let hir = hir.clone();
        Some(Hir::concat(match anchor {
            Anchor::Whole => Vec::from([start, hir, end]),
            Anchor::Start => Vec::from([start, hir, lazily_anything(), end]),
            Anchor::Search => Vec::from([start, lazily_anything(), hir, lazily_anything(), end]),
        }))
    }

    /// Bytes that one more automaton may take.
    pub(crate) fn automaton_budget(&self, most: usize) -> usize {
        let room = self.limits.regex_automata;
        room.saturating_sub(self.index.regex.automata).min(most)
    }

    /// Charges bytes to the budget of all automata.
    pub(crate) fn charge_automata(&mut self, bytes: usize) {
        self.index.regex.automata = self.index.regex.automata.saturating_add(bytes);
    }

    /// A one-pass automaton, where the program is one-pass.
    fn one_pass(&self, nfa: &thompson::NFA) -> Option<Box<onepass::DFA>> {
        let limit = self.limits.regex_program.saturating_mul(4);
        let config = onepass::Config::new().size_limit(Some(limit));
        let mut builder = onepass::Builder::new();
        let dfa = builder.configure(config).build_from_nfa(nfa.clone());
        dfa.ok().map(Box::new)
    }
}

/// The next number of a count.
fn take(count: &mut u32) -> u32 {
    *count += 1;
    *count - 1
}

/// A dense automaton for searches from the first byte, within a number of bytes.
pub(crate) fn dense_dfa(
    nfa: &thompson::NFA,
    budget: usize,
    kind: MatchKind,
) -> Option<dense::DFA<Vec<u32>>> {
    let config = dense::Config::new()
        .start_kind(StartKind::Anchored)
        .match_kind(kind);
    table::dense::build(nfa, &config, budget)
}

fn pike_vm(nfa: thompson::NFA) -> Result<PikeVM, Refusal> {
    PikeVM::new_from_nfa(nfa).map_err(|error| Refusal::new(error.to_string()))
}

/// Any run of bytes, as short as it can be.
fn lazily_anything() -> Hir {
    Hir::repetition(regex_syntax::hir::Repetition {
        min: 0,
        max: None,
        greedy: false,
        sub: Box::new(Hir::dot(regex_syntax::hir::Dot::AnyByte)),
    })
}
