//! Regular expressions: checked, anchored, bounded, compiled once each.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use regex_automata::dfa::{StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::nfa::thompson::pikevm::PikeVM;
use regex_automata::util::syntax;
use regex_syntax::hir::{Hir, HirKind, Look};

use super::{Build, Subject};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::compile as codes;
use crate::table::regex::Regex;

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

impl Build<'_> {
    /// The number of a pattern, or `None` where it cannot be compiled, which is then
    /// reported.
    pub(crate) fn regex(
        &mut self,
        subject: &Subject<'_>,
        what: fmt::Arguments<'_>,
        pattern: &str,
        meaning: Meaning,
    ) -> Option<u32> {
        let text = self.text(pattern);
        if let Some(&known) = self.index.regexes.get(&(text, meaning)) {
            if known.is_none() {
                // Reported in full where it was met first.
                self.refuse(subject, what, pattern, "is not usable");
            }
            return known;
        }
        let compiled = match self.compile_regex(pattern, meaning) {
            Ok(regex) => {
                let id = self.sections.predicates.regexes.len() as u32;
                self.sections.predicates.regexes.push(regex);
                self.sections.names.regexes.push(text);
                Some(id)
            }
            Err(reason) => {
                self.refuse(subject, what, pattern, &reason);
                None
            }
        };
        self.index.regexes.insert((text, meaning), compiled);
        compiled
    }

    fn refuse(
        &mut self,
        subject: &Subject<'_>,
        what: fmt::Arguments<'_>,
        pattern: &str,
        reason: &str,
    ) {
        let shown: String = pattern.chars().take(80).collect();
        let message = format!(
            "{}: {what}: regular expression \"{shown}\" {reason}",
            subject.object
        );
        self.diagnostics.push(Diagnostic::error(
            codes::INVALID_REGEX,
            subject.origin,
            message,
        ));
    }

    fn compile_regex(&mut self, pattern: &str, meaning: Meaning) -> Result<Regex, String> {
        if pattern.len() > self.limits.regex_pattern {
            return Err(format!(
                "is {} bytes long, over the limit of {} (Limits::regex_pattern)",
                pattern.len(),
                self.limits.regex_pattern
            ));
        }
        let hir = parse(pattern, meaning.ignore_case)?;
        let start = Hir::look(Look::Start);
        // Every search begins at the first byte, so that one kind of automaton does.
        let whole = Hir::concat(match meaning.anchor {
            Anchor::Whole => Vec::from([start, hir, Hir::look(Look::End)]),
            Anchor::Start => Vec::from([start, hir]),
            Anchor::Search => Vec::from([start, anything(), hir]),
        });
        let nfa = thompson::Compiler::new()
            .configure(
                thompson::Config::new()
                    .utf8(false)
                    .which_captures(thompson::WhichCaptures::None)
                    .nfa_size_limit(Some(self.limits.regex_program)),
            )
            .build_from_hir(&whole)
            .map_err(|error| format!("is over the limit of Limits::regex_program ({error})"))?;
        let room = self
            .limits
            .regex_automata
            .saturating_sub(self.index.regex_bytes);
        let budget = room.min(self.limits.regex_automaton);
        let dense = dense::Builder::new()
            .configure(
                dense::Config::new()
                    .start_kind(StartKind::Anchored)
                    .dfa_size_limit(Some(budget))
                    .determinize_size_limit(Some(budget.saturating_mul(4))),
            )
            .build_from_nfa(&nfa);
        match dense {
            Ok(dfa) => {
                self.index.regex_bytes += dfa.memory_usage();
                Ok(Regex::Dense(Box::new(dfa)))
            }
            Err(_) => {
                // What was tried is charged too: many patterns that fail late would
                // otherwise cost the budget's time each.
                self.index.regex_bytes += budget;
                let vm = PikeVM::new_from_nfa(nfa).map_err(|error| error.to_string())?;
                let cache = self.index.pike_count;
                self.index.pike_count += 1;
                Ok(Regex::Pike { vm, cache })
            }
        }
    }
}

/// Any run of bytes.
pub(crate) fn anything() -> Hir {
    Hir::repetition(regex_syntax::hir::Repetition {
        min: 0,
        max: None,
        greedy: false,
        sub: Box::new(Hir::dot(regex_syntax::hir::Dot::AnyByte)),
    })
}

/// The literal text that everything a pattern matches begins with.
pub(crate) fn literal_prefix(pattern: &str) -> Vec<u8> {
    let mut prefix = Vec::new();
    if let Ok(hir) = parse(pattern, false) {
        push_literal(&hir, &mut prefix);
    }
    prefix
}

/// Appends the literal text that `hir` begins with; `true` where that is all of it.
/// The parser bounds how deep an expression nests.
fn push_literal(hir: &Hir, prefix: &mut Vec<u8>) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(Look::Start) => true,
        HirKind::Literal(literal) => {
            prefix.extend_from_slice(&literal.0);
            true
        }
        HirKind::Capture(capture) => push_literal(&capture.sub, prefix),
        HirKind::Concat(parts) => parts.iter().all(|part| push_literal(part, prefix)),
        _ => false,
    }
}

/// Parses a pattern over bytes. A class is ASCII as in RE2, and `.` takes any byte
/// but a line feed, so that a byte that is no UTF-8 cannot make a rule fail open.
/// Unicode is never read, whatever the parser was built with: a table must not
/// depend on what else is in the program.
pub(crate) fn parse(pattern: &str, ignore_case: bool) -> Result<Hir, String> {
    use regex_syntax::hir::ErrorKind;
    if turns_unicode_on(pattern) {
        return Err(String::from("is not valid: the flag u is not supported"));
    }
    let config = syntax::Config::new()
        .utf8(false)
        .unicode(false)
        .case_insensitive(ignore_case)
        .nest_limit(100);
    syntax::parse_with(pattern, &config).map_err(|error| match error {
        regex_syntax::Error::Parse(error) => format!("is not valid: {}", error.kind()),
        regex_syntax::Error::Translate(error) => match error.kind() {
            ErrorKind::UnicodeNotAllowed => String::from(
                "is not valid: values are bytes, so a class may not name characters outside of ASCII",
            ),
            kind => format!("is not valid: {kind}"),
        },
        _ => String::from("is not valid"),
    })
}

/// Whether a pattern has the flag `u`, which would make its meaning depend on the
/// tables that the parser was built with. What does not parse is left to the parser.
fn turns_unicode_on(pattern: &str) -> bool {
    use regex_syntax::ast::{self, Ast, Flag, Flags, GroupKind};

    struct Finder(bool);
    impl Finder {
        fn look(&mut self, flags: &Flags) {
            self.0 |= flags.flag_state(Flag::Unicode) == Some(true);
        }
    }
    impl ast::Visitor for Finder {
        type Output = bool;
        type Err = ();

        fn finish(self) -> Result<bool, ()> {
            Ok(self.0)
        }

        fn visit_pre(&mut self, ast: &Ast) -> Result<(), ()> {
            match ast {
                Ast::Flags(set) => self.look(&set.flags),
                Ast::Group(group) => {
                    if let GroupKind::NonCapturing(flags) = &group.kind {
                        self.look(flags);
                    }
                }
                _ => {}
            }
            Ok(())
        }
    }
    let parsed = ast::parse::ParserBuilder::new()
        .nest_limit(100)
        .build()
        .parse(pattern);
    parsed.is_ok_and(|ast| ast::visit(&ast, Finder(false)).unwrap_or(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_the_same_in_every_build() {
        for pattern in [r"(?u)\w", r"(?u:a)", r"\p{Greek}", "[à-é]"] {
            assert!(parse(pattern, false).is_err(), "{pattern}");
        }
        for pattern in [r"\d+\w\s\W", "(?i)abc", "é", "(?-u)a", "[^a]"] {
            assert!(parse(pattern, false).is_ok(), "{pattern}");
        }
    }
}
