//! A floor: finding a key that somebody else has worked out.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::{Search, Sink, each};
use crate::mix::Prepared;
use crate::routes::Set;

/// A hash map of the rules' own keys: host, path, method and header as the rule has
/// them. A request brings the key of its rule, which a real engine would have to work
/// out.
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

impl Search for Keys {
    #[inline(always)]
    fn search(&mut self, asks: &[&Prepared<'_>], sink: &mut impl Sink) {
        each(asks, sink, |ask| self.keys.get(ask.key).copied());
    }
}
