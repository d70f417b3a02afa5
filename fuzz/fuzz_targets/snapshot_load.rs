//! Any bytes as a snapshot: as they are, or as what is changed of a sample.
//!
//! The checksum is made right in both, so that reading goes on. Nothing may panic, hang
//! or take memory out of proportion; libFuzzer notices each. What is taken for a table
//! may route as it likes, but it must do all that a table does, and what it writes into a
//! head must be fit for one.
//!
//! | bytes | what they choose |
//! |---|---|
//! | 1 | the sample, and where it is even that the rest is the snapshot |
//! | 1 | which quarter of the requests |
//! | 8 each | a change of the sample |
#![no_main]

use std::sync::LazyLock;

use fingerpost::Table;
use fingerpost_tests::snapshots::{Sample, damage, exercise, repair, samples, show};
use libfuzzer_sys::fuzz_target;

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(samples);

fuzz_target!(|bytes: &[u8]| {
    let Some((&[choice, quarter], rest)) = bytes.split_first_chunk() else { return };
    let number = usize::from(choice / 2) % SAMPLES.len();
    let Some(sample) = SAMPLES.get(number) else { return };
    let mut snapshot;
    if choice % 2 == 0 {
        snapshot = rest.to_vec();
        repair(&mut snapshot);
        // Else hardly anything would come past the header.
        snapshot[..16].copy_from_slice(&sample.bytes[..16]);
        repair(&mut snapshot);
    } else {
        snapshot = sample.bytes.clone();
        damage(&mut snapshot, rest);
    }
    let length = snapshot.len();
    let Ok(table) = Table::from_snapshot(snapshot) else { return };
    let quarters = sample.requests.chunks(sample.requests.len().div_ceil(4));
    for requests in quarters.skip(usize::from(quarter % 4)).take(1) {
        exercise(&table, length, requests);
    }
    show(&table);
});
