//! Any bytes as the choices of limits, a random route set and requests for it: the
//! table must answer as the oracle does, to each request alone and to all at once.
//!
//! The generator is the suite's own, so a finding is a set that the suite's
//! printer can show and its minimiser can shrink. The set and each request are drawn
//! from bytes of their own, so that a change of one leaves the others as they are.
//!
//! | bytes | what they choose |
//! |---|---|
//! | 1 | limits, and with them the structures of the table; whether it is a large one |
//! | 1 | how many rules there are |
//! | 8 | the rules |
//! | 4 each | a request |
#![no_main]

use fingerpost::compile::limits::Limits;
use fingerpost::oracle::Oracle;
use fingerpost_tests::build::enlarge;
use fingerpost_tests::engine::{Engine, agree, with_every_automaton, without_automata};
use fingerpost_tests::generate::Source;
use fingerpost_tests::show::{Answered, Asked, Set};
use libfuzzer_sys::fuzz_target;

/// Rules, at most.
const RULES: u8 = 40;
/// Requests, at most: more than a group of a batch.
const REQUESTS: usize = 20;
/// From this value of the first byte on the table is large, so that batches are gone
/// through in rounds. Such a table takes long to make.
const LARGE: u8 = 224;

fuzz_target!(|bytes: &[u8]| {
    let Some((&[choice, size], rest)) = bytes.split_first_chunk() else { return };
    let Some((rules, rest)) = rest.split_first_chunk::<8>() else { return };
    let set = Source::from_bytes(rules).route_set(usize::from(size % RULES) + 1);
    let requests = rest.chunks(4).take(REQUESTS);
    let requests: Vec<_> = requests.map(|bytes| Source::from_bytes(bytes).request(&set)).collect();

    let oracle = Oracle::new(&set);
    let mut made = set.clone();
    if choice >= LARGE {
        // None of the requests asks for what makes it large.
        enlarge(&mut made);
    }
    let mut engine = Engine::with_limits(&made, limits(choice));
    for request in &requests {
        let expected = oracle.answer(request);
        let found = engine.answer(request);
        assert!(
            agree(request, &expected, &found),
            "{}{}\noracle: {}\ntable:  {}",
            Set(&set),
            Asked(request),
            Answered(&expected),
            Answered(&found),
        );
    }
    engine.check_batch(&requests);
});

/// Limits that make each structure of a table likely.
fn limits(choice: u8) -> Limits {
    let mut limits = Limits::default();
    match choice % 6 {
        0 => {}
        1 => limits = with_every_automaton(),
        2 => limits = without_automata(),
        // Every path follows one way, and the rest is as usual.
        3 => limits.path_steps = 0,
        // Some tries are merged, and some are not.
        4 => limits.path_steps = 4,
        // Merged tries whose lists are indexed.
        _ => {
            limits.path_steps = 0;
            limits.unindexed_candidates = 1;
        }
    }
    limits
}
