//! A floor: reading host and path once.

use std::hash::{BuildHasher, Hasher};
use std::hint::black_box;

use foldhash::fast::FixedState;

use super::{Answers, Engine, count};
use crate::mix::Prepared;

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
