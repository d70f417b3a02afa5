//! `regex::RegexSet`: every path as a regular expression, all tried at once.
//!
//! It says which of them match; the first by precedence is the answer.

use regex::bytes::{RegexSet, RegexSetBuilder};
use std::cmp::Reverse;

use super::{Search, Sink, each};
use crate::mix::Prepared;
use crate::routes::template::{Piece, pieces, regex};
use crate::routes::{Path, Set};

/// The set, its patterns sorted by precedence.
pub(super) struct Regexes {
    set: RegexSet,
    rules: Vec<u32>,
}

impl Regexes {
    pub(super) fn new(set: &Set) -> Result<Self, String> {
        let rules = specific_first(set);
        let patterns = rules
            .iter()
            .map(|&at| pattern(&set.rules[at as usize].path));
        let set = RegexSetBuilder::new(patterns)
            .unicode(false)
            .size_limit(1 << 30)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { set, rules })
    }

    #[inline]
    fn find(&self, ask: &Prepared<'_>) -> Option<u32> {
        let matches = self.set.matches(ask.path.as_bytes());
        let first = matches.iter().next()?;
        self.rules.get(first).copied()
    }
}

impl Search for Regexes {
    #[inline(always)]
    fn search(&mut self, asks: &[&Prepared<'_>], sink: &mut impl Sink) {
        each(asks, sink, |ask| self.find(ask));
    }
}

/// A path as a pattern over the whole of it.
pub(super) fn pattern(path: &Path) -> String {
    let text = match path {
        Path::Template(text) => regex(text),
        Path::Segments(text) => format!("{}(?:/.*)?", ::regex::escape(text.trim_end_matches('/'))),
        Path::Regex(text) => text.clone(),
    };
    format!("^(?:{text})$")
}

/// Rules in such an order that the first which matches is the most specific: text
/// before holes, segment by segment, and more text in a segment before less.
pub(super) fn specific_first(set: &Set) -> Vec<u32> {
    let key = |rule: u32| -> Vec<(u8, Reverse<usize>, String)> {
        let text = set.rules[rule as usize].path.text();
        let segments = text.split('/').map(|segment| {
            let pieces = pieces(segment);
            let weight = pieces.iter().map(|piece| match piece {
                Piece::Text(_) => 0,
                Piece::Hole(_) => 1,
                Piece::Rest(_) => 2,
            });
            let literal = pieces.iter().map(|piece| match piece {
                Piece::Text(text) => text.len(),
                Piece::Hole(_) | Piece::Rest(_) => 0,
            });
            let literal = Reverse(literal.sum());
            (weight.max().unwrap_or(0), literal, segment.to_string())
        });
        segments.collect()
    };
    let mut order: Vec<u32> = (0..set.rules.len() as u32).collect();
    if !set
        .rules
        .iter()
        .any(|rule| matches!(rule.path, Path::Regex(_)))
    {
        order.sort_by_cached_key(|&rule| key(rule));
    }
    order
}
