//! A floor: finding a key that somebody else has worked out.

use std::hint::black_box;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::{Answers, Engine, count};
use crate::mix::Prepared;
use crate::routes::Set;

/// A hash map of the rules' own keys, host and path as the rule has them. A request
/// brings the key of its rule, which a real engine would have to work out.
pub(super) struct Keys {
    keys: HashMap<String, u32, FixedState>,
}

impl Keys {
    pub(super) fn new(set: &Set) -> Self {
        let keys = (0..set.size()).map(|rule| (set.key(rule), rule as u32));
        Self {
            keys: keys.collect(),
        }
    }
}

impl Engine for Keys {
    fn which(&mut self, ask: &Prepared<'_>) -> Option<u32> {
        self.keys.get(ask.key).copied()
    }

    fn pass(&mut self, asks: &[&Prepared<'_>]) -> usize {
        count(asks, |ask| black_box(self.keys.get(ask.key)).is_some())
    }

    fn answers(&self) -> Answers {
        Answers::Presence
    }
}
