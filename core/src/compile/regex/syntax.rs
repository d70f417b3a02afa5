//! Regular expressions as they are read: their syntax, over bytes, and the text that
//! they begin with.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use regex_automata::util::syntax;
use regex_syntax::hir::{Hir, HirKind};

/// Literal text that everything an expression matches begins with: as much of it as
/// is plain from how the expression is written.
pub(crate) fn literal_prefix(hir: &Hir) -> Vec<u8> {
    let mut prefix = Vec::new();
    push_literal(hir, &mut prefix);
    prefix
}

/// Appends the literal text that `hir` begins with; `true` where that is all of it.
/// The parser bounds how deep an expression nests.
fn push_literal(hir: &Hir, prefix: &mut Vec<u8>) -> bool {
    match hir.kind() {
        // An assertion takes no text.
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => {
            prefix.extend_from_slice(&literal.0);
            true
        }
        HirKind::Capture(capture) => push_literal(&capture.sub, prefix),
        HirKind::Concat(parts) => parts.iter().all(|part| push_literal(part, prefix)),
        HirKind::Repetition(repetition) => {
            let mut times = 0;
            while times < repetition.min && prefix.len() < LONGEST_REPEATED {
                let before = prefix.len();
                times += 1;
                if !push_literal(&repetition.sub, prefix) {
                    return false;
                }
                // What is empty once is empty every time.
                if prefix.len() == before {
                    times = repetition.min;
                }
            }
            repetition.max == Some(times)
        }
        // What every branch begins with.
        HirKind::Alternation(branches) => {
            let mut branches = branches.iter().map(literal_prefix);
            let common = branches.next().unwrap_or_default();
            let length = branches.fold(common.len(), |length, branch| {
                let pairs = common.iter().zip(&branch).take(length);
                pairs.take_while(|(one, other)| one == other).count()
            });
            prefix.extend_from_slice(common.get(..length).unwrap_or(&[]));
            false
        }
        _ => false,
    }
}

/// Bytes of a prefix from which on nothing is repeated any more.
const LONGEST_REPEATED: usize = 256;

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
    fn literal_prefix_is_what_everything_begins_with() {
        for (pattern, prefix) in [
            ("/a/.*", "/a/"),
            ("/a/b|/a/cd|/ax", "/a"),
            ("/(?:ab|ac)d", "/a"),
            ("a|", ""),
            ("(?P<x>ab)c", "abc"),
            ("a{3}b", "aaab"),
            ("(?:ab)+c", "ab"),
            ("a{2,}", "aa"),
            ("a*b", ""),
            ("^a$", "a"),
            (r"/a\b/b", "/a/b"),
            ("(?:(?:^){1000}){1000}a", "a"),
            (".a", ""),
        ] {
            let found = literal_prefix(&parse(pattern, false).unwrap());
            assert_eq!(found, prefix.as_bytes(), "{pattern}");
        }
    }

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
