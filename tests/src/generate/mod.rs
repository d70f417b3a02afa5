//! Random route sets, and requests that hit them.
//!
//! Everything is drawn from small alphabets, so that rules overlap: nested hosts,
//! paths that are prefixes of each other with and without a slash at the end, a
//! handful of headers. A larger set widens the alphabets a little, so that the
//! number of rules a request meets stays small while the table grows. The same
//! seed gives the same sets and requests.

mod actions;
mod aim;
mod contests;
mod matches;
mod request;
mod rewriting;
mod set;
mod spell;
mod words;

use fingerpost::model::{Precedence, RouteSet};
use fingerpost::oracle::Request;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// A source of route sets and requests.
pub struct Source {
    runner: TestRunner,
}

impl Source {
    /// A source that always gives the same for the same seed.
    pub fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        Self {
            runner: TestRunner::new_with_rng(Config::default(), rng),
        }
    }

    /// A source whose choices follow from these bytes: what a fuzzer varies. They
    /// seed the choices rather than being them, since a strategy that draws from
    /// bytes which have run out may never end.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut seed = [0u8; 32];
        for (at, byte) in bytes.iter().enumerate() {
            seed[at % 32] = seed[at % 32].rotate_left(3) ^ byte;
        }
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        Self {
            runner: TestRunner::new_with_rng(Config::default(), rng),
        }
    }

    /// A route set with this many rules.
    pub fn route_set(&mut self, rules: usize) -> RouteSet {
        self.draw(&set::route_set(rules))
    }

    /// A request that likely meets a rule of the set.
    pub fn request(&mut self, set: &RouteSet) -> Request {
        let plan = self.draw(&request::plan());
        plan.request(set)
    }

    /// A regular expression over paths of `/`, `a` and `b`, with assertions.
    pub fn expression(&mut self) -> String {
        self.draw(&matches::expression())
    }

    /// A set with one rule, which writes a new path, query or Location.
    pub fn rewriting_set(&mut self) -> RouteSet {
        self.draw(&rewriting::route_set())
    }

    /// A request whose values would break out of what such a rule writes.
    pub fn hostile_request(&mut self) -> Request {
        self.draw(&rewriting::request())
    }

    /// A set with one stage of this preset, under hosts that take the same requests.
    pub fn contest_set(&mut self, preset: Precedence) -> RouteSet {
        self.draw(&contests::route_set(preset))
    }

    /// Every request that the rules of such sets can tell from another.
    pub fn contest_requests() -> Vec<Request> {
        contests::requests()
    }

    /// A value of any strategy.
    pub fn draw<S: Strategy>(&mut self, strategy: &S) -> S::Value {
        let tree = strategy.new_tree(&mut self.runner);
        tree.expect("the strategies reject nothing").current()
    }
}
