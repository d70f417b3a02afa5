//! Tables replaced while threads match.
#![cfg(all(feature = "std", feature = "compile"))]

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use fingerpost::builder::{Route, Routes, any, segments};
use fingerpost::{Draws, Handle, Reader, Request, Table};

/// A table all of whose rules lead to backends of this number.
fn table(number: u32) -> Table {
    let rule = |at: u32| segments(format!("/r{at}")).to(format!("b{at}-{number}"));
    let rules = (0..number % 7 + 1).map(rule);
    let route = rules.fold(Route::any_host(), Route::rule);
    let route = route.rule(any().to(format!("any-{number}")));
    Routes::new().route(route).build().expect("a sound table")
}

/// The number of the table that decides a request.
fn decide(reader: &mut Reader, path: &str) -> u32 {
    let (table, scratch) = reader.current();
    let request = Request::new(b"GET", path.as_bytes());
    let decision = table.decide_with(scratch, &request, Draws::fixed(0));
    let backend = decision.backend().expect("every path has a backend");
    let (_, number) = backend.name.split_once('-').expect("a number");
    number.parse().expect("a number")
}

#[test]
fn every_request_is_decided_by_one_table_and_none_by_an_older_one() {
    const TABLES: u32 = 300;
    let handle = Handle::new(table(0));
    let (newest, is_done) = (AtomicU32::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..2 {
            let mut reader = handle.reader();
            let (newest, is_done) = (&newest, &is_done);
            scope.spawn(move || {
                let mut last = 0;
                for at in (0..7).cycle() {
                    let number = decide(&mut reader, &format!("/r{at}/x"));
                    assert!(last <= number && number <= newest.load(Ordering::SeqCst));
                    last = number;
                    if is_done.load(Ordering::SeqCst) {
                        break;
                    }
                }
                // Whoever replaces tables is done, so nothing is in the way.
                assert_eq!(decide(&mut reader, "/"), TABLES);
            });
        }
        for number in 1..=TABLES {
            newest.store(number, Ordering::SeqCst);
            handle.replace(table(number));
            assert!(handle.collect() <= 2, "two readers hold one each");
        }
        is_done.store(true, Ordering::SeqCst);
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
    assert_eq!(decide(&mut reader, "/"), 1);
    drop((handle, other));
    assert_eq!(decide(&mut reader, "/"), 1);
}

#[test]
fn a_reader_that_is_not_asked_keeps_its_table_and_no_other() {
    let handle = Handle::new(table(0));
    let mut idle = handle.reader();
    for number in 1..50 {
        handle.replace(table(number));
        assert_eq!(handle.collect(), 1, "the one that the reader holds");
    }
    assert_eq!(decide(&mut idle, "/"), 49);
    assert_eq!(handle.collect(), 0);
}
