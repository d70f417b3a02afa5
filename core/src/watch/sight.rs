//! When files are read: what was seen of them, and since when.
//!
//! A *stamp* is a hash of all that the system tells of the files without reading them. From
//! the stamps of one look after another follows when there is something to read:
//!
//! * A stamp must stay the same for a while (*settle*) before anything is read, so that a
//!   file which is half written is left alone, and many changes become one.
//! * Files that do not come to rest for long (*patience*) are told of, and still not read:
//!   the half of a manifest can be a manifest.
//! * What was read is read a second time a little later. Some systems count the times of
//!   files in whole seconds, some in ticks of milliseconds, so that a change right after the
//!   reading can leave the stamp as it was.
//!
//! No clock and no files here: times come in from the caller.

use core::time::Duration;
use std::time::Instant;

/// The coarsest clock that file systems in use have counts two seconds.
const COARSE: Duration = Duration::from_secs(3);

/// What to do after a look.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Next {
    /// Nothing has changed.
    Rest,
    /// Something has, and is to be left alone for this long.
    Settle(Duration),
    /// The files have not come to rest for too long.
    Restless,
    /// The files are to be read.
    Read,
}

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Sight {
    stamp: Option<u64>,
    /// When this stamp was seen first.
    since: Option<Instant>,
    /// When something was seen first that has not been read.
    restless: Option<Instant>,
    /// When what was read is to be read again.
    again: Option<Instant>,
}

impl Sight {
    /// Takes what a look saw, which took from `began` to `ended`.
    pub(super) fn see(
        &mut self,
        stamp: u64,
        (began, ended): (Instant, Instant),
        settle: Duration,
        patience: Duration,
    ) -> Next {
        if self.stamp != Some(stamp) {
            self.stamp = Some(stamp);
            self.since = Some(ended);
            self.restless.get_or_insert(ended);
            self.again = None;
        }
        let (Some(_), Some(since)) = (self.restless, self.since) else {
            let is_due = self.again.is_some_and(|again| again <= began);
            return if is_due { Next::Read } else { Next::Rest };
        };
        let rested = began.saturating_duration_since(since);
        if rested >= settle {
            Next::Read
        } else if self.is_restless(ended, patience) {
            Next::Restless
        } else {
            Next::Settle(settle - rested)
        }
    }

    /// What was seen last has been read.
    pub(super) fn has_read(&mut self, began: Instant) {
        let coarse = self.since.and_then(|since| since.checked_add(COARSE));
        self.again = coarse.filter(|again| began < *again);
        self.restless = None;
    }

    /// What was seen last could not be read, and is tried again with the next look.
    pub(super) fn has_failed(&mut self, ended: Instant) {
        self.restless = Some(ended);
    }

    /// Whether something has been there to read for too long.
    pub(super) fn is_restless(&self, now: Instant, patience: Duration) -> bool {
        self.restless
            .is_some_and(|since| now.saturating_duration_since(since) >= patience)
    }

    /// When the files are to be looked at though nothing is known to have changed.
    pub(super) fn again(&self) -> Option<Instant> {
        self.again
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTLE: Duration = Duration::from_millis(100);
    const PATIENCE: Duration = Duration::from_secs(1);

    /// A sight, and the moment from which milliseconds count.
    struct Scene(Sight, Instant);

    impl Scene {
        fn see(&mut self, at: u64, stamp: u64) -> Next {
            let at = self.1 + Duration::from_millis(at);
            let next = self.0.see(stamp, (at, at), SETTLE, PATIENCE);
            if next == Next::Read {
                self.0.has_read(at);
            }
            next
        }
    }

    fn scene() -> Scene {
        Scene(Sight::default(), Instant::now())
    }

    fn settle(milliseconds: u64) -> Next {
        Next::Settle(Duration::from_millis(milliseconds))
    }

    #[test]
    fn a_change_is_read_once_it_has_rested() {
        let mut scene = scene();
        assert_eq!(scene.see(0, 1), settle(100));
        assert_eq!(scene.see(60, 1), settle(40));
        assert_eq!(scene.see(90, 2), settle(100));
        assert_eq!(scene.see(180, 2), settle(10));
        assert_eq!(scene.see(190, 2), Next::Read);
        assert_eq!(scene.see(200, 2), Next::Rest);
        assert_eq!(scene.see(9_000, 3), settle(100));
    }

    #[test]
    fn what_never_rests_is_told_and_not_read() {
        let mut scene = scene();
        for at in 0..20 {
            assert_eq!(scene.see(at * 50, at), settle(100));
        }
        assert_eq!(scene.see(1_000, 20), Next::Restless);
        assert_eq!(scene.see(1_050, 21), Next::Restless);
        assert_eq!(scene.see(1_150, 21), Next::Read);
        // Patience begins anew with the next change.
        assert_eq!(scene.see(1_200, 22), settle(100));
    }

    #[test]
    fn what_was_read_early_is_read_once_more() {
        let mut scene = scene();
        assert_eq!(scene.see(0, 1), settle(100));
        assert_eq!(scene.see(100, 1), Next::Read);
        assert_eq!(scene.see(2_999, 1), Next::Rest);
        assert_eq!(scene.see(3_000, 1), Next::Read);
        assert_eq!(scene.see(60_000, 1), Next::Rest);
        assert_eq!(scene.0.again(), None);
    }

    #[test]
    fn what_failed_is_tried_again_and_is_not_restless_for_it() {
        let Scene(mut sight, start) = scene();
        let at = |ms| start + Duration::from_millis(ms);
        let mut see = |ms, stamp| {
            let next = sight.see(stamp, (at(ms), at(ms)), SETTLE, PATIENCE);
            if next == Next::Read {
                sight.has_failed(at(ms));
            }
            next
        };
        assert_eq!(see(0, 1), settle(100));
        assert_eq!(see(100, 1), Next::Read);
        assert_eq!(see(9_000, 1), Next::Read);
        assert_eq!(see(9_500, 2), settle(100));
        assert_eq!(see(9_600, 2), Next::Read);
    }

    #[test]
    fn a_look_that_takes_long_counts_from_where_it_ended() {
        let Scene(mut sight, start) = scene();
        let at = |ms| start + Duration::from_millis(ms);
        let mut see = |began, ended| sight.see(1, (at(began), at(ended)), SETTLE, PATIENCE);
        assert_eq!(see(0, 500), settle(100));
        assert_eq!(see(510, 900), settle(90));
        assert_eq!(see(600, 950), Next::Read);
    }
}
