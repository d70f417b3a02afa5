//! The engine and its peers behind one trait, a file each.
//!
//! An adapter turns a [`Set`] into what its engine wants, as somebody who knows that
//! engine would, and says which rules the engine did not take. It has one loop over
//! requests, [`Search::search`], made for its engine so that no call through a pointer
//! stands between two matches. [`Engine::pass`], which is timed, and
//! [`Engine::answers`], which is checked, are that loop; they differ in what is done
//! with an answer.
//!
//! | adapter | what it is | answers |
//! |---|---|---|
//! | `fingerpost` | `Table::find_with` | rule |
//! | `find-many` | `Table::find_many_with`, 32 requests a call | rule |
//! | `decide` | `Table::decide_with`, and the backend read | rule |
//! | `matchit`, `path-tree`, `wayfind` | tries over paths | rule |
//! | `regex-set`, `dense-dfa` | all paths as regular expressions | rule |
//! | `atc-router` | Kong's expressions, tried by priority | rule |
//! | `host-map` | a hash map of hosts, each a matchit router of rule lists | rule |
//! | `linear` | rules sorted by precedence, the first that matches | rule |
//! | `hash-map` | a lookup of the rule's own key, given beforehand | rule |
//! | `hash` | a hash of host and path, each waiting for the last | nothing |
//!
//! The last two are floors: no engine can be faster than finding a key that somebody
//! else has already worked out.

mod atc_router;
mod dense_dfa;
mod fingerpost;
mod hash;
mod hash_map;
mod host_map;
mod linear;
mod matchit;
mod path_tree;
mod regex_set;
mod wayfind;

use std::hint::black_box;

use crate::mix::Prepared;
use crate::routes::Set;

pub use self::fingerpost::{Decide, FindMany, Fingerpost, OverTls};

/// Something that finds the rules of requests: what an adapter says of its engine.
pub trait Search {
    /// Matches each request once, in order, and hands over each answer. The only loop
    /// of an adapter: no other way leads to its engine.
    fn search(&mut self, asks: &[&Prepared<'_>], sink: &mut impl Sink)
    where
        Self: Sized;

    /// Rules that the engine did not take, sorted.
    fn rejected(&self) -> &[u32] {
        &[]
    }

    /// Whether a limit of the engine had to be lifted for the set.
    fn is_lifted(&self) -> bool {
        false
    }

    /// How much of an answer is given.
    fn extent(&self) -> Extent {
        Extent::Rule
    }

    /// Bytes of its structure without names, where the engine counts them itself.
    fn structure_bytes(&self) -> Option<usize> {
        None
    }
}

/// What is done with the answers of a search.
pub trait Sink {
    /// Is given the answer to the next request: whether a rule takes it, and a way to
    /// its index, which is only gone by whoever wants to know.
    fn answer(&mut self, is_taken: bool, rule: impl FnOnce() -> Option<u32>);
}

/// An adapter that is asked without being known.
pub trait Engine: Search {
    /// Matches each request once, and counts those that a rule takes. This is what is
    /// timed.
    fn pass(&mut self, asks: &[&Prepared<'_>]) -> usize;

    /// Matches each request once, and adds the index of the rule that takes it. This is
    /// what is checked.
    fn answers(&mut self, asks: &[&Prepared<'_>], answers: &mut Vec<Option<u32>>);
}

impl<S: Search> Engine for S {
    fn pass(&mut self, asks: &[&Prepared<'_>]) -> usize {
        let mut count = Count(0);
        self.search(asks, &mut count);
        count.0
    }

    fn answers(&mut self, asks: &[&Prepared<'_>], answers: &mut Vec<Option<u32>>) {
        self.search(asks, &mut Keep(answers));
    }
}

/// Counts requests that are taken.
struct Count(usize);

impl Sink for Count {
    #[inline(always)]
    fn answer(&mut self, is_taken: bool, _: impl FnOnce() -> Option<u32>) {
        self.0 += usize::from(is_taken);
    }
}

/// Keeps the rules.
struct Keep<'k>(&'k mut Vec<Option<u32>>);

impl Sink for Keep<'_> {
    fn answer(&mut self, is_taken: bool, rule: impl FnOnce() -> Option<u32>) {
        self.0.push(is_taken.then(rule).flatten());
    }
}

/// How much of an answer an engine gives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Extent {
    /// The rule.
    Rule,
    /// None; it is the cost of something that every engine has to do.
    Nothing,
}

/// An engine's name, and how it is made.
#[derive(Clone, Copy)]
pub struct Adapter {
    /// Its name in the record.
    pub name: &'static str,
    /// Makes it of a set.
    pub build: for<'s> fn(&'s Set) -> Result<Box<dyn Engine + 's>, String>,
}

/// Every adapter.
pub const ALL: &[Adapter] = &[
    Adapter {
        name: "fingerpost",
        build: |set| Ok(Box::new(Fingerpost::new(set)?)),
    },
    Adapter {
        name: "find-many",
        build: |set| Ok(Box::new(FindMany(Fingerpost::new(set)?))),
    },
    Adapter {
        name: "decide",
        build: |set| Ok(Box::new(Decide(Fingerpost::new(set)?))),
    },
    Adapter {
        name: "matchit",
        build: |set| Ok(Box::new(matchit::Matchit::new(set))),
    },
    Adapter {
        name: "path-tree",
        build: |set| Ok(Box::new(path_tree::PathTreeRouter::new(set))),
    },
    Adapter {
        name: "wayfind",
        build: |set| Ok(Box::new(wayfind::Wayfind::new(set))),
    },
    Adapter {
        name: "regex-set",
        build: |set| Ok(Box::new(regex_set::Regexes::new(set)?)),
    },
    Adapter {
        name: "dense-dfa",
        build: |set| Ok(Box::new(dense_dfa::DenseDfa::new(set)?)),
    },
    Adapter {
        name: "atc-router",
        build: |set| Ok(Box::new(atc_router::Atc::new(set)?)),
    },
    Adapter {
        name: "host-map",
        build: |set| Ok(Box::new(host_map::HostMap::new(set)?)),
    },
    Adapter {
        name: "linear",
        build: |set| Ok(Box::new(linear::Linear::new(set))),
    },
    Adapter {
        name: "hash-map",
        build: |set| Ok(Box::new(hash_map::Keys::new(set))),
    },
    Adapter {
        name: "hash",
        build: |_| Ok(Box::new(hash::Hash)),
    },
];

/// The adapter of this name.
pub fn find(name: &str) -> Option<Adapter> {
    ALL.iter().copied().find(|adapter| adapter.name == name)
}

/// The loop of an engine that is asked for one rule at a time.
#[inline(always)]
fn each<'p, 'a: 'p>(
    asks: &[&'p Prepared<'a>],
    sink: &mut impl Sink,
    mut find: impl FnMut(&'p Prepared<'a>) -> Option<u32>,
) {
    for ask in asks {
        let found = black_box(find(black_box(*ask)));
        sink.answer(found.is_some(), || found);
    }
}

/// Indexes of a set's rules in the order of precedence of Gateway API, as far as the
/// sets need it: longer paths first, then a method, then a header; exact hosts do not
/// compare.
fn by_precedence(set: &Set) -> Vec<u32> {
    let mut order: Vec<u32> = (0..set.rules.len() as u32).collect();
    order.sort_by_key(|&at| {
        let rule = &set.rules[at as usize];
        let length = std::cmp::Reverse(rule.path.text().len());
        (length, rule.method.is_none(), rule.header.is_none(), at)
    });
    order
}

/// What a rule asks besides host and path.
#[derive(Clone, Debug)]
struct Rest<'s> {
    rule: u32,
    method: Option<&'s str>,
    header: Option<(&'s str, &'s str)>,
}

impl<'s> Rest<'s> {
    fn of(set: &'s Set, rule: u32) -> Self {
        let written = &set.rules[rule as usize];
        let header = written.header.as_ref();
        Self {
            rule,
            method: written.method,
            header: header.map(|(name, value)| (*name, value.as_str())),
        }
    }

    /// Whether a request has it. Names of headers are in lower case on both sides.
    #[inline]
    fn holds(&self, ask: &Prepared<'_>) -> bool {
        self.method.is_none_or(|method| method == ask.method)
            && self.header.is_none_or(|(name, value)| {
                let mut headers = ask.headers.iter();
                headers
                    .find(|(known, _)| *known == name.as_bytes())
                    .is_some_and(|(_, found)| *found == value.as_bytes())
            })
    }
}
