//! Every small table against every small request.
//!
//! Two scopes are gone through. [`paths`]: all tables of up to three rules over some
//! ninety matches of every path kind, under three orders of precedence, each asked
//! for all paths of up to six characters of `/`, `a` and `b`. [`predicates`]: all
//! pairs of a header and a query predicate, each asked for all lists of up to two
//! values of both.
//!
//! # Why it is fast
//!
//! A table is compiled once and asked for everything. The oracle is asked beforehand
//! for each match and request by itself, and for each pair of matches which comes
//! first; what it says of a table follows: the first match, in their order, that
//! holds. That this is what the oracle says of whole tables is checked with the
//! tables of one rule, and with every thousandth of the others.
//!
//! # Order
//!
//! Tables are numbered, and visited in steps that are prime to their number, so that
//! a run that stops early has seen all parts of the scope. Shards take every n-th.

pub mod paths;
pub mod predicates;

use std::fmt;

use fingerpost::model::RouteSet;
use fingerpost::oracle::{Answer, Oracle, Request};

use crate::engine::{Engine, agree};
use crate::show::{Answered, Asked, Set};

/// What part of the tables is visited, and how long.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// This shard, from 0.
    pub shard: u64,
    /// Of so many.
    pub shards: u64,
    /// After so many comparisons it is enough.
    pub comparisons: u64,
}

/// What came of a run.
#[derive(Debug, Default)]
pub struct Tally {
    /// Tables compiled.
    pub tables: u64,
    /// Requests asked of them.
    pub comparisons: u64,
    /// Answers that were not the oracle's.
    pub differences: u64,
    /// The first of them.
    pub first: Option<Difference>,
}

/// A request that a table answers otherwise than the oracle.
#[derive(Debug)]
pub struct Difference {
    table: RouteSet,
    request: Request,
    expected: String,
    found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Set(&self.table), Asked(&self.request))?;
        write!(f, "\noracle: {}\ntable:  {}", self.expected, self.found)
    }
}

impl Tally {
    /// Adds what another run came to.
    pub fn add(&mut self, other: Self) {
        self.tables += other.tables;
        self.comparisons += other.comparisons;
        self.differences += other.differences;
        self.first = self.first.take().or(other.first);
    }

    fn differs(&mut self, table: &RouteSet, request: &Request, expected: String, found: String) {
        self.differences += 1;
        self.first.get_or_insert_with(|| Difference {
            table: table.clone(),
            request: request.clone(),
            expected,
            found,
        });
    }

    /// Compares whole answers.
    fn compare(
        &mut self,
        set: &RouteSet,
        oracle: &Oracle<'_>,
        engine: &mut Engine,
        asked: &Request,
    ) {
        let (expected, found) = (oracle.answer(asked), engine.answer(asked));
        self.comparisons += 1;
        if !agree(asked, &expected, &found) {
            let show = |answer: &Answer| Answered(answer).to_string();
            self.differs(set, asked, show(&expected), show(&found));
        }
    }
}

/// The numbers below `count` that belong to a share, each once, spread out.
fn spread(count: u64, share: Share) -> impl Iterator<Item = u64> {
    // Prime, and so prime to every count that is no multiple of it.
    let step = [2_654_435_761 % count.max(1), 1_000_003, 7, 1]
        .into_iter()
        .find(|step| *step > 0 && greatest_common_divisor(*step, count) == 1)
        .unwrap_or(1);
    let mine = (0..count).filter(move |nth| nth % share.shards == share.shard);
    mine.map(move |nth| (u128::from(nth) * u128::from(step) % u128::from(count)) as u64)
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    match b {
        0 => a,
        b => greatest_common_divisor(b, a % b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_visit_every_number_once() {
        for count in [1, 2, 7, 100, 1_000_003] {
            let share = |shard| Share {
                shard,
                shards: 3,
                comparisons: 0,
            };
            let mut seen: Vec<u64> = (0..3).flat_map(|nth| spread(count, share(nth))).collect();
            seen.sort_unstable();
            assert!(seen.into_iter().eq(0..count), "{count}");
        }
    }
}
