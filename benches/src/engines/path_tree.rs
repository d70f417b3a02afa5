//! `path-tree`: a radix trie with several parameters in a segment.
//!
//! A second template that takes the same paths takes the place of the first without a
//! word; both are of one class.

use std::hint::black_box;

use path_tree::PathTree;

use super::{Search, Sink, each};
use crate::mix::Prepared;
use crate::routes::Set;
use crate::routes::template::{Piece, write};

/// The tree, its values the rules.
pub(super) struct PathTreeRouter {
    tree: PathTree<u32>,
}

impl PathTreeRouter {
    pub(super) fn new(set: &Set) -> Self {
        let mut tree = PathTree::new();
        for (at, rule) in set.rules.iter().enumerate() {
            let path = write(rule.path.text(), |piece| match piece {
                Piece::Text(text) => (*text).to_string(),
                Piece::Hole(name) => format!(":{name}"),
                Piece::Rest(name) => format!(":{name}+"),
            });
            // The index that it gives counts templates, not rules.
            let _ = tree.insert(&path, at as u32);
        }
        Self { tree }
    }

    #[inline]
    fn find(&self, ask: &Prepared<'_>) -> Option<u32> {
        let (rule, path) = self.tree.find(ask.path)?;
        black_box(&path);
        Some(*rule)
    }
}

impl Search for PathTreeRouter {
    #[inline(always)]
    fn search(&mut self, asks: &[&Prepared<'_>], sink: &mut impl Sink) {
        each(asks, sink, |ask| self.find(ask));
    }
}
