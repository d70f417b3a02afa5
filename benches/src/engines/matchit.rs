//! `matchit`: a compressed radix trie; what axum routes with.
//!
//! One parameter in a segment: a template with two is rejected, and so is one that
//! takes the same paths as another.

use std::hint::black_box;

use super::{Search, Sink, each};
use crate::mix::Prepared;
use crate::routes::Set;

/// Methods of one path, as frameworks keep them beside the router.
type Methods = Vec<(Option<&'static str>, u32)>;

/// A router, its values the rules of a path by method.
pub(super) struct Matchit {
    router: ::matchit::Router<u32>,
    /// The rules of each path; one of any method where the set has none.
    methods: Vec<Methods>,
    rejected: Vec<u32>,
}

impl Matchit {
    pub(super) fn new(set: &Set) -> Self {
        let mut router = ::matchit::Router::new();
        let mut methods: Vec<Methods> = Vec::new();
        let mut rejected = Vec::new();
        let mut last = "";
        for (at, rule) in set.rules.iter().enumerate() {
            let (path, at) = (rule.path.text(), at as u32);
            if path == last && rule.method.is_some() {
                // The operations of one path are adjacent.
                if let Some(methods) = methods.last_mut() {
                    methods.push((rule.method, at));
                }
                continue;
            }
            match router.insert(path, methods.len() as u32) {
                Ok(()) => methods.push(vec![(rule.method, at)]),
                Err(_) => rejected.push(at),
            }
            last = path;
        }
        Self {
            router,
            methods,
            rejected,
        }
    }

    #[inline]
    fn find(&self, ask: &Prepared<'_>) -> Option<u32> {
        let matched = self.router.at(ask.path).ok()?;
        // The parameters are part of the answer.
        black_box(&matched.params);
        let methods = self.methods.get(*matched.value as usize)?;
        let mut methods = methods.iter();
        let found = methods.find(|(method, _)| method.is_none_or(|method| method == ask.method));
        found.map(|(_, rule)| *rule)
    }
}

impl Search for Matchit {
    #[inline(always)]
    fn search(&mut self, asks: &[&Prepared<'_>], sink: &mut impl Sink) {
        each(asks, sink, |ask| self.find(ask));
    }

    fn rejected(&self) -> &[u32] {
        &self.rejected
    }
}
