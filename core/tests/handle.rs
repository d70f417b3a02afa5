//! Tables replaced while threads match.
#![cfg(all(feature = "std", feature = "compile"))]

extern crate alloc;

/// How a thing in use is replaced: the engine's own file, so that things can be counted,
/// which tables cannot be.
#[path = "../src/handle/exchange.rs"]
#[allow(dead_code, unreachable_pub)]
mod exchange;

/// What threads meet by.
mod sync {
    pub(super) use std::sync::atomic::{AtomicBool, Ordering};
    pub(super) use std::sync::{Arc, Mutex, MutexGuard};
}

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use fingerpost::builder::{Route, Routes, any, matching, segments};
use fingerpost::model::PathMatch;
use fingerpost::{Draws, Handle, Reader, Request, Table};

use exchange::Exchange;

/// How many rules a table of this number has besides those that all have.
fn rules(number: u32) -> u32 {
    number % 7 + 1
}

/// A table all of whose rules lead to backends of this number.
fn table(number: u32) -> Table {
    let rule = |at: u32| segments(format!("/r{at}")).to(format!("b{at}-{number}"));
    let route = (0..rules(number))
        .map(rule)
        .fold(Route::any_host(), Route::rule);
    let pattern = matching(PathMatch::Regex("/p[0-9]+/[a-z]+".into()));
    let route = route.rule(pattern.to(format!("pattern-{number}")));
    let route = route.rule(any().to(format!("any-{number}")));
    Routes::new().route(route).build().expect("a sound table")
}

/// The number of the table that decides a request, whose answer is held against what that
/// table says.
fn decide(reader: &mut Reader, at: u32) -> u32 {
    let path = match at {
        7 => "/p42/abc".to_string(),
        _ => format!("/r{at}/x"),
    };
    let (table, scratch) = reader.current();
    let request = Request::new(b"GET", path.as_bytes());
    let decision = table.decide_with(scratch, &request, Draws::fixed(0));
    let backend = decision.backend().expect("every path has a backend");
    let (rule, number) = backend.name.split_once('-').expect("a number");
    let number = number.parse().expect("a number");
    match at {
        7 => assert_eq!(rule, "pattern"),
        _ if at < rules(number) => assert_eq!(rule, format!("b{at}")),
        _ => assert_eq!(rule, "any"),
    }
    number
}

/// Tells readers to stop when it is dropped: also where an assertion fails, after which
/// nobody would.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn every_request_is_decided_by_one_table_and_none_by_an_older_one() {
    const TABLES: u32 = 300;
    let handle = Handle::new(table(0));
    let (newest, is_done) = (AtomicU32::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        let _done = Done(&is_done);
        for _ in 0..2 {
            let mut reader = handle.reader();
            let (newest, is_done) = (&newest, &is_done);
            scope.spawn(move || {
                let mut last = 0;
                for at in (0..8).cycle() {
                    let number = decide(&mut reader, at);
                    assert!(last <= number && number <= newest.load(Ordering::SeqCst));
                    last = number;
                    if is_done.load(Ordering::SeqCst) {
                        break;
                    }
                }
                // Whoever replaces tables is done, so nothing is in the way.
                assert_eq!(decide(&mut reader, 0), TABLES);
            });
        }
        for number in 1..=TABLES {
            newest.store(number, Ordering::SeqCst);
            handle.replace(table(number));
            assert!(handle.collect() <= 2, "two readers hold one each");
        }
    });
    assert_eq!(handle.collect(), 0);
}

#[test]
fn clones_are_the_same_handle_and_readers_outlive_it() {
    let handle = Handle::new(table(0));
    let other = handle.clone();
    let mut reader = handle.reader();
    other.replace(table(1));
    assert_eq!(handle.table().stats(), table(1).stats());
    assert_eq!(decide(&mut reader, 0), 1);
    drop((handle, other));
    assert_eq!(decide(&mut reader, 0), 1);
}

#[test]
fn a_reader_that_is_not_asked_keeps_its_table_and_no_other() {
    let handle = Handle::new(table(0));
    let mut idle = handle.reader();
    for number in 1..50 {
        handle.replace(table(number));
        assert_eq!(handle.collect(), 1, "the one that the reader holds");
    }
    assert_eq!(decide(&mut idle, 0), 49);
    assert_eq!(handle.collect(), 0);
}

/// Threads whose readers come and go: many more than there are processors.
const THREADS: usize = 8;
/// Readers that each has at a time.
const EACH: usize = 4;
/// Replacements meanwhile, unless the time is over before.
const REPLACEMENTS: u32 = 100;
const LIMIT: Duration = Duration::from_secs(10);
/// How long each of these threads sleeps in between: the lock that makes readers is theirs
/// and that of whoever replaces tables, who would hardly come by it.
const NAP: Duration = Duration::from_micros(200);

/// Numbers of replacements, for as long as they are made.
fn replacements() -> impl Iterator<Item = u32> {
    let start = Instant::now();
    (1..=REPLACEMENTS).take_while(move |_| start.elapsed() < LIMIT)
}

#[test]
fn readers_come_and_go_while_tables_are_replaced() {
    let handle = Handle::new(table(0));
    let (newest, is_done) = (AtomicU32::new(0), AtomicBool::new(false));
    let seen = AtomicU32::new(0);
    thread::scope(|scope| {
        let _done = Done(&is_done);
        for _ in 0..THREADS {
            let (handle, newest, is_done, seen) = (&handle, &newest, &is_done, &seen);
            scope.spawn(move || {
                let new = || (handle.reader(), 0);
                let mut readers: [(Reader, u32); EACH] = std::array::from_fn(|_| new());
                let (mut last, mut changes) = (0, 0);
                for at in (0..8).cycle() {
                    for (reader, before) in &mut readers {
                        let number = decide(reader, at);
                        assert!(*before <= number && number <= newest.load(Ordering::SeqCst));
                        *before = number;
                        changes += u32::from(number > last);
                        last = last.max(number);
                    }
                    if is_done.load(Ordering::SeqCst) {
                        break;
                    }
                    // One goes and one comes, which knows all that others know already.
                    readers[at as usize % EACH] = (handle.reader(), last);
                    thread::sleep(NAP);
                }
                seen.fetch_add(changes, Ordering::SeqCst);
            });
        }
        for number in replacements() {
            newest.store(number, Ordering::SeqCst);
            handle.replace(table(number));
            let kept = handle.collect();
            // A thread that replaces its reader has both for a moment.
            assert!(kept <= THREADS * (EACH + 1), "{kept} kept");
        }
    });
    assert!(seen.into_inner() > 0, "no reader saw any other table");
    assert_eq!(handle.collect(), 0);
}

/// A thing that is counted while there is one, and freed by one thread only.
struct Counted {
    number: u32,
    live: Arc<AtomicUsize>,
    freed_by: ThreadId,
}

impl Counted {
    fn new(number: u32, live: &Arc<AtomicUsize>) -> Self {
        live.fetch_add(1, Ordering::SeqCst);
        Self {
            number,
            live: Arc::clone(live),
            freed_by: thread::current().id(),
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.live.fetch_sub(1, Ordering::SeqCst);
        assert_eq!(thread::current().id(), self.freed_by, "freed by a reader");
    }
}

#[test]
fn no_more_is_live_than_one_for_each_reader_and_two() {
    let live = Arc::new(AtomicUsize::new(0));
    let own = |thing: &Counted| thing.number;
    let exchange = Exchange::new(Counted::new(0, &live));
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let _done = Done(&is_done);
        for _ in 0..THREADS {
            let (exchange, is_done) = (&exchange, &is_done);
            scope.spawn(move || {
                let mut seats: [_; EACH] = std::array::from_fn(|_| exchange.seat(own));
                for at in (0..EACH).cycle() {
                    // Not all are asked each time, so that older things are held too.
                    for seat in seats.iter_mut().take(at + 1) {
                        let (thing, number) = seat.current();
                        assert_eq!(thing.number, *number, "made for another");
                    }
                    if is_done.load(Ordering::SeqCst) {
                        break;
                    }
                    seats[at] = exchange.seat(own);
                    thread::sleep(NAP);
                }
            });
        }
        for number in replacements() {
            exchange.replace(Counted::new(number, &live), own);
            // All that is live, with what readers let go of meanwhile.
            let most = THREADS * (EACH + 1) + 2;
            assert!(live.load(Ordering::SeqCst) <= most);
            // Nobody else frees any, so that the count is that of this moment.
            assert_eq!(exchange.collect() + 1, live.load(Ordering::SeqCst));
            thread::sleep(Duration::from_micros(100));
        }
    });
    assert_eq!(exchange.collect(), 0);
    assert_eq!(live.load(Ordering::SeqCst), 1);
    drop(exchange);
    assert_eq!(live.load(Ordering::SeqCst), 0);
}
