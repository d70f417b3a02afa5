//! The plain way: every rule in the order of precedence, and the first that matches.
//!
//! What most proxies that route by headers do.

use super::{Rest, Search, Sink, by_precedence, each};
use crate::mix::Prepared;
use crate::routes::template::{Piece, pieces, pieces_take};
use crate::routes::{Path, Set};

/// The rules, sorted.
pub(super) struct Linear<'s> {
    rules: Vec<Rule<'s>>,
}

struct Rule<'s> {
    host: Option<&'s str>,
    path: Wanted<'s>,
    rest: Rest<'s>,
}

/// What a path must be, read beforehand.
enum Wanted<'s> {
    Prefix(&'s str),
    Pieces(Vec<Piece<'s>>),
    /// Not tried here: linear in the patterns is what `regex-set` is for.
    Never,
}

impl<'s> Wanted<'s> {
    fn of(path: &'s Path) -> Self {
        match path {
            Path::Segments(prefix) => Self::Prefix(prefix.trim_end_matches('/')),
            Path::Template(template) => Self::Pieces(pieces(template)),
            Path::Regex(_) => Self::Never,
        }
    }
}

impl<'s> Linear<'s> {
    pub(super) fn new(set: &'s Set) -> Self {
        let rules = by_precedence(set).into_iter().map(|at| Rule {
            host: set.rules[at as usize].host.as_deref(),
            path: Wanted::of(&set.rules[at as usize].path),
            rest: Rest::of(set, at),
        });
        Self {
            rules: rules.collect(),
        }
    }

    fn find(&self, ask: &Prepared<'_>) -> Option<u32> {
        let found = self.rules.iter().find(|rule| rule.holds(ask))?;
        Some(found.rest.rule)
    }
}

impl Rule<'_> {
    #[inline]
    fn holds(&self, ask: &Prepared<'_>) -> bool {
        let path = || match &self.path {
            Wanted::Prefix(prefix) => {
                let rest = ask.path.strip_prefix(prefix);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
            Wanted::Pieces(pieces) => pieces_take(pieces, ask.path),
            Wanted::Never => false,
        };
        self.host.is_none_or(|host| host == ask.host) && path() && self.rest.holds(ask)
    }
}

impl Search for Linear<'_> {
    #[inline(always)]
    fn search(&mut self, asks: &[&Prepared<'_>], sink: &mut impl Sink) {
        each(asks, sink, |ask| self.find(ask));
    }
}
