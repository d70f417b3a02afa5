//! How a thing in use is replaced under its readers: see the module above.
//!
//! Generic, so that models of it need no tables: `T` is what is in use, `S` what a reader
//! needs for it. What threads meet by comes from `super::sync`, which a model checker
//! takes the place of.
//!
//! # Invariants
//!
//! 1. What a seat holds belongs together: its `S` was made for its `T`.
//! 2. Every `T` that a seat or a post holds is in use or among the retired, so that no
//!    reader drops the last one while there is an exchange.
//! 3. A post's flag is raised while something new lies there, and only whoever holds the
//!    post changes it.

use alloc::vec::Vec;
use core::fmt;
use core::mem;

use super::sync::{Arc, AtomicBool, Mutex, MutexGuard, Ordering};

/// The thing in use, and where its readers are.
pub(crate) struct Exchange<T, S> {
    shared: Arc<Mutex<Shared<T, S>>>,
}

struct Shared<T, S> {
    current: Arc<T>,
    /// Things that were in use and that readers may hold.
    retired: Vec<Arc<T>>,
    posts: Vec<Arc<Post<T, S>>>,
}

/// Where something is left for a reader.
struct Post<T, S> {
    is_new: AtomicBool,
    left: Mutex<Left<T, S>>,
}

/// What lies at a post.
enum Left<T, S> {
    Nothing,
    /// For the reader.
    New(Arc<T>, S),
    /// What the reader had before.
    Old(S),
}

/// A reader's place.
pub(crate) struct Seat<T, S> {
    thing: Arc<T>,
    own: S,
    post: Arc<Post<T, S>>,
}

impl<T, S> Exchange<T, S> {
    pub(crate) fn new(thing: T) -> Self {
        Self {
            shared: Arc::new(Mutex::new(Shared {
                current: Arc::new(thing),
                retired: Vec::new(),
                posts: Vec::new(),
            })),
        }
    }

    /// Puts another thing in the place of the one in use, and leaves it for every reader
    /// with what `make` makes for it.
    pub(crate) fn replace(&self, thing: T, make: impl Fn(&T) -> S) {
        let thing = Arc::new(thing);
        let mut shared = lock(&self.shared);
        shared.forget_readers();
        for post in &shared.posts {
            let new = Left::New(Arc::clone(&thing), make(&thing));
            let before = {
                let mut left = lock(&post.left);
                post.is_new.store(true, Ordering::Release);
                mem::replace(&mut *left, new)
            };
            // What it held takes time to free, and the reader may be waiting for its post.
            drop(before);
        }
        let before = mem::replace(&mut shared.current, thing);
        shared.retired.push(before);
        shared.free();
    }

    /// Frees what no reader holds any more, and tells how many things are kept for those
    /// that do.
    pub(crate) fn collect(&self) -> usize {
        let mut shared = lock(&self.shared);
        shared.forget_readers();
        for post in &shared.posts {
            let old = {
                let mut left = lock(&post.left);
                match *left {
                    Left::Old(_) => mem::replace(&mut *left, Left::Nothing),
                    Left::Nothing | Left::New(..) => Left::Nothing,
                }
            };
            drop(old);
        }
        shared.free();
        shared.retired.len()
    }

    /// The thing in use.
    pub(crate) fn current(&self) -> Arc<T> {
        Arc::clone(&lock(&self.shared).current)
    }

    /// A place for one more reader.
    pub(crate) fn seat(&self, make: impl Fn(&T) -> S) -> Seat<T, S> {
        let mut shared = lock(&self.shared);
        let post = Arc::new(Post {
            is_new: AtomicBool::new(false),
            left: Mutex::new(Left::Nothing),
        });
        shared.forget_readers();
        shared.posts.push(Arc::clone(&post));
        let thing = Arc::clone(&shared.current);
        Seat {
            own: make(&thing),
            thing,
            post,
        }
    }
}

impl<T, S> Shared<T, S> {
    /// Drops the posts of readers that are gone.
    fn forget_readers(&mut self) {
        self.posts.retain(|post| Arc::strong_count(post) > 1);
    }

    /// Drops the things that nobody else holds. Nobody can come to hold one again: those
    /// that hold it got it while it was in use.
    fn free(&mut self) {
        self.retired.retain(|thing| Arc::strong_count(thing) > 1);
    }
}

impl<T, S> Seat<T, S> {
    /// The thing in use, and what the reader has for it. Takes what was left first, if
    /// something was and nobody is at the post.
    #[inline]
    pub(crate) fn current(&mut self) -> (&T, &mut S) {
        if self.post.is_new.load(Ordering::Acquire) {
            self.take();
        }
        (&self.thing, &mut self.own)
    }

    #[cold]
    fn take(&mut self) {
        let Ok(mut left) = self.post.left.try_lock() else {
            return;
        };
        if let Left::New(..) = *left
            && let Left::New(thing, own) = mem::replace(&mut *left, Left::Nothing)
        {
            // Not the last of it: it is in use or among the retired.
            self.thing = thing;
            *left = Left::Old(mem::replace(&mut self.own, own));
        }
        self.post.is_new.store(false, Ordering::Release);
    }
}

/// Waits for a mutex. Nothing that is done under one can leave it half done, so one that
/// somebody panicked under is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl<T, S> Clone for Exchange<T, S> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<T: fmt::Debug, S> fmt::Debug for Exchange<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("current", &*self.current())
            .finish_non_exhaustive()
    }
}

impl<T: fmt::Debug, S> fmt::Debug for Seat<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seat")
            .field("thing", &*self.thing)
            .finish_non_exhaustive()
    }
}
