//! Any bytes as the choices of a random route set and of requests for it: the
//! table must answer as the oracle does.
//!
//! The generator is the suite's own, so a finding is a set that the suite's
//! printer can show and its minimiser can shrink.
#![no_main]

use fingerpost::oracle::Oracle;
use fingerpost_tests::engine::{Engine, agree};
use fingerpost_tests::generate::Source;
use fingerpost_tests::show::{Answered, Asked, Set};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&size, choices)) = bytes.split_first() else { return };
    let mut source = Source::from_bytes(choices);
    let set = source.route_set(usize::from(size % 12) + 1);
    let oracle = Oracle::new(&set);
    let mut engine = Engine::new(&set);
    for _ in 0..8 {
        let request = source.request(&set);
        let expected = oracle.answer(&request);
        let found = engine.answer(&request);
        assert!(
            agree(&request, &expected, &found),
            "{}{}\noracle: {}\ntable:  {}",
            Set(&set),
            Asked(&request),
            Answered(&expected),
            Answered(&found),
        );
    }
});
