//! `wayfind`: an immutable radix trie, built once.

use std::hint::black_box;

use ::wayfind::{Router, RouterBuilder};

use super::{Search, Sink, each};
use crate::mix::Prepared;
use crate::routes::Set;
use crate::routes::template::{Piece, write};

/// The router, its values the rules.
pub(super) struct Wayfind {
    router: Router<u32>,
    rejected: Vec<u32>,
}

impl Wayfind {
    pub(super) fn new(set: &Set) -> Self {
        let mut builder = RouterBuilder::new();
        let mut rejected = Vec::new();
        for (at, rule) in set.rules.iter().enumerate() {
            let path = write(rule.path.text(), |piece| match piece {
                Piece::Text(text) => (*text).to_string(),
                Piece::Hole(name) => format!("<{name}>"),
                Piece::Rest(name) => format!("<*{name}>"),
            });
            if builder.insert(&path, at as u32).is_err() {
                rejected.push(at as u32);
            }
        }
        Self {
            router: builder.build(),
            rejected,
        }
    }

    #[inline]
    fn find(&self, ask: &Prepared<'_>) -> Option<u32> {
        let matched = self.router.search(ask.path)?;
        black_box(matched.parameters());
        Some(*matched.data())
    }
}

impl Search for Wayfind {
    #[inline(always)]
    fn search(&mut self, asks: &[&Prepared<'_>], sink: &mut impl Sink) {
        each(asks, sink, |ask| self.find(ask));
    }

    fn rejected(&self) -> &[u32] {
        &self.rejected
    }
}
