//! Models of how a table is replaced under its readers, in every order of the threads' steps.
//!
//! The protocol is the engine's own file, with the model checker's mutexes, counters and
//! flags in place of the standard library's.
#![forbid(unsafe_code)]

extern crate alloc;

#[path = "../../core/src/handle/exchange.rs"]
#[allow(dead_code, unreachable_pub)]
mod exchange;

/// What threads meet by.
mod sync {
    pub(super) use loom::sync::atomic::{AtomicBool, Ordering};
    pub(super) use loom::sync::{Arc, Mutex, MutexGuard};
}

use exchange::{Exchange, Seat};
use loom::thread::{self, ThreadId};

/// What is in use. Only the thread that replaces it may free it.
#[derive(Debug)]
struct Thing {
    number: u32,
    freed_by: ThreadId,
}

impl Thing {
    fn new(number: u32) -> Self {
        let freed_by = thread::current().id();
        Self { number, freed_by }
    }
}

impl Drop for Thing {
    fn drop(&mut self) {
        assert_eq!(thread::current().id(), self.freed_by, "freed by a reader");
    }
}

/// What a reader has for a thing.
fn own(thing: &Thing) -> u32 {
    thing.number * 10
}

/// Reads so often, and gives what was read last.
fn read(seat: &mut Seat<Thing, u32>, times: u32) -> u32 {
    let mut last = 0;
    for _ in 0..times {
        let (thing, own) = seat.current();
        assert_eq!(thing.number * 10, *own, "made for another");
        assert!(thing.number >= last, "an older one after a newer one");
        last = thing.number;
    }
    last
}

#[test]
fn a_reader_sees_whole_things_in_order_and_frees_none() {
    loom::model(|| {
        let exchange = Exchange::new(Thing::new(0));
        let mut seat = exchange.seat(own);
        let reader = thread::spawn(move || {
            read(&mut seat, 2);
            seat
        });
        exchange.replace(Thing::new(1), own);
        exchange.replace(Thing::new(2), own);
        let mut seat = reader.join().unwrap();
        // Nobody is at the post any more.
        assert_eq!(read(&mut seat, 1), 2);
        assert_eq!(exchange.collect(), 0);
    });
}

#[test]
fn every_reader_gets_it() {
    loom::model(|| {
        let exchange = Exchange::new(Thing::new(0));
        let readers: Vec<_> = (0..2)
            .map(|_| {
                let mut seat = exchange.seat(own);
                thread::spawn(move || {
                    read(&mut seat, 1);
                    seat
                })
            })
            .collect();
        exchange.replace(Thing::new(1), own);
        for reader in readers {
            let mut seat = reader.join().unwrap();
            assert_eq!(read(&mut seat, 1), 1);
        }
        assert_eq!(exchange.collect(), 0);
    });
}

#[test]
fn a_reader_can_leave_at_any_time() {
    loom::model(|| {
        let exchange = Exchange::new(Thing::new(0));
        let mut seat = exchange.seat(own);
        let reader = thread::spawn(move || {
            read(&mut seat, 1);
            drop(seat);
        });
        exchange.replace(Thing::new(1), own);
        let kept = exchange.collect();
        assert!(kept <= 1, "{kept} are kept for one reader");
        reader.join().unwrap();
        assert_eq!(exchange.collect(), 0);
    });
}

#[test]
fn things_are_replaced_from_two_threads() {
    loom::model(|| {
        let exchange = Exchange::new(0u32);
        let mut seat = exchange.seat(|&number| number);
        let other = exchange.clone();
        let writer = thread::spawn(move || other.replace(1, |&number| number));
        exchange.replace(2, |&number| number);
        {
            let (&thing, &mut own) = seat.current();
            assert_eq!(thing, own);
        }
        writer.join().unwrap();
        let (&thing, &mut own) = seat.current();
        assert_eq!((thing, own), (*exchange.current(), thing));
        assert_eq!(exchange.collect(), 0);
    });
}

#[test]
fn a_reader_keeps_what_it_holds() {
    loom::model(|| {
        let exchange = Exchange::new(Thing::new(0));
        let mut seat = exchange.seat(own);
        let (thing, _) = seat.current();
        exchange.replace(Thing::new(1), own);
        exchange.replace(Thing::new(2), own);
        assert_eq!(thing.number, 0);
        assert_eq!(exchange.collect(), 1);
        assert_eq!(read(&mut seat, 1), 2);
        assert_eq!(exchange.collect(), 0);
    });
}
