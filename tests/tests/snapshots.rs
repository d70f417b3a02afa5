//! Snapshots that were made to deceive: none of them does harm.
//!
//! `fuzz/fuzz_targets/snapshot_load.rs` does the same with what a fuzzer thinks of.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use fingerpost::{SnapshotError, Table};
use fingerpost_tests::snapshots::{
    HEADER, Sample, exercise, repair, samples, show, with_word, word,
};

/// How long one snapshot may take, in a build without optimisation on a busy machine.
const LONGEST: Duration = Duration::from_secs(20);
/// Changed words of one sample, about.
const WORDS: usize = 100;
/// Requests that a changed table is asked.
const ASKED: usize = 3;

/// Runs `work`, which tells before each step what it is about to do, and fails where a
/// step takes too long. What it was doing is said where it panics too.
fn watched(work: impl FnOnce(&dyn Fn(String)) + Send + 'static) {
    let (sender, receiver) = mpsc::channel();
    let worker = thread::spawn(move || work(&|step| drop(sender.send(step))));
    let mut last = String::new();
    loop {
        match receiver.recv_timeout(LONGEST) {
            Ok(step) => last = step,
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("takes too long: {last}"),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    assert!(worker.join().is_ok(), "panics: {last}");
}

/// Uses a table, where the bytes are taken for one.
fn load(bytes: Vec<u8>, sample: &Sample, shows: bool) {
    let length = bytes.len();
    let Ok(table) = Table::from_snapshot(bytes) else {
        return;
    };
    // Other requests for other changes.
    let first = length % (sample.requests.len() - ASKED);
    exercise(&table, length, &sample.requests[first..first + ASKED]);
    if shows {
        show(&table);
    }
}

#[test]
fn samples_are_sound() {
    for sample in samples() {
        let table = Table::from_snapshot(sample.bytes.clone());
        let table = table.unwrap_or_else(|error| panic!("{}: {error}", sample.name));
        exercise(&table, sample.bytes.len(), &sample.requests);
        show(&table);
    }
}

/// Each word in turn, as far as there is time: of large samples some, other ones of each.
#[test]
fn no_word_does_harm() {
    watched(|tell| {
        for (nth, sample) in samples().iter().enumerate() {
            let words = HEADER / 4..sample.bytes.len() / 4;
            let step = words.len().div_ceil(WORDS);
            for at in words.skip(nth % step).step_by(step) {
                let old = word(&sample.bytes, at);
                for value in [0, 1, u32::MAX, old.wrapping_add(1), old.wrapping_sub(1)] {
                    if value != old {
                        tell(format!("{}: word {at} is {value}, not {old}", sample.name));
                        load(with_word(&sample.bytes, at, value), sample, at % 16 == 0);
                    }
                }
            }
        }
    });
}

/// Without its end, and with the checksum of what is left.
#[test]
fn no_end_that_is_missing_does_harm() {
    watched(|tell| {
        for sample in samples() {
            for length in (HEADER..sample.bytes.len()).step_by(397) {
                tell(format!("{}: {length} bytes", sample.name));
                let mut bytes = sample.bytes[..length].to_vec();
                repair(&mut bytes);
                load(bytes, &sample, false);
            }
        }
    });
}

#[test]
fn every_bit_counts() {
    for sample in samples() {
        for at in (0..sample.bytes.len()).step_by(101) {
            for bit in 0..8 {
                let mut damaged = sample.bytes.clone();
                damaged[at] ^= 1 << bit;
                let is_taken = Table::from_snapshot(damaged).is_ok();
                assert!(!is_taken, "{}: bit {bit} of byte {at}", sample.name);
            }
        }
    }
}

#[test]
fn every_byte_has_to_be_there() {
    for sample in samples() {
        for length in (0..sample.bytes.len()).step_by(31) {
            let error = Table::from_snapshot(sample.bytes[..length].to_vec()).err();
            match length {
                0..8 => assert_eq!(error, Some(SnapshotError::NotASnapshot)),
                _ => assert!(matches!(error, Some(SnapshotError::Length { .. }))),
            }
        }
    }
}
