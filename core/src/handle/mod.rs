//! The table that is in use: replaced as a whole while requests are matched.
//!
//! # Why
//!
//! A proxy gets new routes while it works. The threads that match must not wait for that,
//! must never see half of a table, and should not even be the ones who free the old one:
//! giving back the memory of a million rules takes milliseconds.
//!
//! # How
//!
//! Each thread has a [`Reader`], which holds a table and a scratch for it. Asking it for
//! them looks at one flag. [`Handle::replace`] makes a scratch for every reader, leaves it
//! with the new table at each reader's *post*, and raises the flags; a reader whose flag is
//! raised takes what is there, if nobody is just leaving something, and leaves what it had.
//! So whatever takes time or memory is done by whoever replaces the table:
//!
//! * Readers never wait: a post that is in use is passed by, and the table before is used
//!   for one request more.
//! * Readers never allocate, and free nothing.
//! * A table is freed by the first [`Handle::replace`] or [`Handle::collect`] after the
//!   last reader has let go of it, and not before. So there are never more than one for
//!   each reader, and two.
//!
//! A reader that is not asked keeps its table. Where threads are idle for long, they ask
//! their readers now and then, or drop them.
//!
//! # Guarantees
//!
//! There is no `unsafe` here: posts are mutexes that readers only try, and the flags are
//! atomic. `exchange` holds the protocol by itself, and a model checker goes through every
//! order of its steps (`tests/tests/exchange.rs`). Stage `swap` of the tests matches
//! 100,000,000 times on two threads while the table is replaced every millisecond, and stage
//! `tsan` has ThreadSanitizer look for data races in a shorter run and in the handle's tests.

mod exchange;

/// What threads meet by.
mod sync {
    pub(super) use alloc::sync::Arc;
    pub(super) use core::sync::atomic::{AtomicBool, Ordering};
    pub(super) use std::sync::{Mutex, MutexGuard};
}

use crate::matcher::scratch::Scratch;
use crate::table::Table;
use exchange::{Exchange, Seat};

/// The table in use, shared by all threads: cheap to clone, clones are the same handle.
///
/// ```
/// # #[cfg(feature = "compile")] {
/// use fingerpost::builder::{Route, Routes, any};
/// use fingerpost::{Draws, Handle, Request};
///
/// let table = |backend| Routes::new().route(Route::any_host().rule(any().to(backend))).build();
/// let handle = Handle::new(table("cart-v1").unwrap());
/// let mut reader = handle.reader(); // one for each thread
///
/// let backend = |reader: &mut fingerpost::Reader| {
///     let (table, scratch) = reader.current();
///     let request = Request::new(b"GET", b"/cart");
///     let decision = table.decide_with(scratch, &request, Draws::fixed(0));
///     decision.backend().unwrap().name.to_string()
/// };
/// assert_eq!(backend(&mut reader), "cart-v1");
/// handle.replace(table("cart-v2").unwrap());
/// assert_eq!(backend(&mut reader), "cart-v2");
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Handle {
    exchange: Exchange<Table, Scratch>,
}

/// One thread's way to the table in use, with the working memory that matching needs.
#[derive(Debug)]
pub struct Reader {
    seat: Seat<Table, Scratch>,
}

impl Handle {
    /// A handle whose table is this one.
    pub fn new(table: Table) -> Self {
        Self {
            exchange: Exchange::new(table),
        }
    }

    /// Puts another table in the place of the one in use. A reader has it when it is asked
    /// next; one that is asked at this very moment, the time after that.
    ///
    /// Allocates a scratch for each reader, and frees tables that no reader holds any more.
    /// Waits for other threads that replace the table, and for a reader no longer than it
    /// takes to move two scratches.
    pub fn replace(&self, table: Table) {
        self.exchange.replace(table, Table::create_scratch);
    }

    /// Frees the tables that no reader holds any more, and tells how many are kept besides
    /// the one in use, since readers hold them. Waits as [`replace`](Self::replace) does.
    pub fn collect(&self) -> usize {
        self.exchange.collect()
    }

    /// The table in use. Waits for threads that replace it; a [`Reader`] does not.
    pub fn table(&self) -> Table {
        Table::clone(&self.exchange.current())
    }

    /// A reader. Allocates a scratch; waits as [`replace`](Self::replace) does.
    pub fn reader(&self) -> Reader {
        Reader {
            seat: self.exchange.seat(Table::create_scratch),
        }
    }
}

impl Reader {
    /// The table in use, and this reader's scratch for it. Never waits, never allocates,
    /// and frees nothing.
    #[inline]
    pub fn current(&mut self) -> (&Table, &mut Scratch) {
        self.seat.current()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const _: () = {
        const fn is_shared<T: Send + Sync>() {}
        const fn is_sent<T: Send>() {}
        is_shared::<Handle>();
        is_sent::<Reader>();
    };
}
