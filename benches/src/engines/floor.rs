//! Floors: what the least that any engine does costs on this machine.

use std::hash::{BuildHasher, Hasher};
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

/// Hashes host and path; each hash goes into the next, so that none begins before the
/// last has ended. Work that does not wait is several times cheaper, and no engine
/// whose next step depends on a hash can have it.
pub(super) struct Hash;

impl Engine for Hash {
    fn which(&mut self, _: &Prepared<'_>) -> Option<u32> {
        None
    }

    fn pass(&mut self, asks: &[&Prepared<'_>]) -> usize {
        let state = FixedState::with_seed(7);
        let mut last = 0;
        let taken = count(asks, |ask| {
            let mut hasher = state.build_hasher();
            hasher.write_u64(last);
            hasher.write(ask.host.as_bytes());
            hasher.write(ask.path.as_bytes());
            last = hasher.finish();
            false
        });
        black_box(last);
        taken
    }

    fn answers(&self) -> Answers {
        Answers::Nothing
    }
}
