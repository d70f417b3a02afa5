//! What ends a wait from another thread.

use alloc::sync::Arc;
use core::time::Duration;
use std::sync::{Condvar, Mutex, MutexGuard};

/// Ends [`Watch::wait`](super::Watch::wait) and [`Watch::run`](super::Watch::run), from any
/// thread: cheap to clone, clones stop the same watch.
#[derive(Clone, Debug, Default)]
pub struct Stopper {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    is_stopped: Mutex<bool>,
    bell: Condvar,
}

impl Stopper {
    /// Ends the wait, and every one after it. A set of files that is just being compiled is
    /// finished first. Does not wait for the thread that watches: join that for certainty.
    pub fn stop(&self) {
        *self.lock() = true;
        self.shared.bell.notify_all();
    }

    /// Whether somebody has said stop.
    pub fn is_stopped(&self) -> bool {
        *self.lock()
    }

    /// Sleeps, until somebody says stop at most.
    pub(super) fn sleep(&self, time: Duration) {
        let guard = self.lock();
        // How it ended does not matter: whoever sleeps asks again.
        drop(
            self.shared
                .bell
                .wait_timeout_while(guard, time, |is_stopped| !*is_stopped),
        );
    }

    /// Nothing is done under the lock that could be left half done.
    fn lock(&self) -> MutexGuard<'_, bool> {
        self.shared
            .is_stopped
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
