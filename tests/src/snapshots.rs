//! Snapshots of sample tables, damaged on purpose and used all the same.
//!
//! A checksum keeps accidents away, not intent: here what was changed gets its checksum
//! and length made right again, so that reading goes on to what was changed. Whatever is
//! taken for a table is then used for everything that a table can do.

use std::hint::black_box;
use std::path::Path;

use fingerpost::compile::Compiler;
use fingerpost::compile::limits::Limits;
use fingerpost::import::{Options, Sources, import};
use fingerpost::json::{write_decision, write_explanation, write_listing};
use fingerpost::model::RouteSet;
use fingerpost::oracle;
use fingerpost::{Decision, Draws, Outcome, Request, Scratch, Table};

use crate::engine::{attributes, draws, pairs, whole, with_every_automaton, without_automata};
use crate::generate::Source;

/// A table as bytes, and requests that are meant for it.
pub struct Sample {
    /// What a failure calls it.
    pub name: String,
    /// The snapshot.
    pub bytes: Vec<u8>,
    /// Requests of all shapes.
    pub requests: Vec<oracle::Request>,
}

/// Requests for each sample.
const REQUESTS: usize = 100;

/// Tables that together have every structure a table can have.
///
/// # Panics
///
/// Panics where an example is missing.
pub fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    for (name, limits) in [
        ("usual", Limits::default()),
        ("automata", with_every_automaton()),
        ("plain", without_automata()),
    ] {
        for seed in 0..4 {
            let mut source = Source::new(seed);
            let set = source.route_set(12);
            samples.push(sample(
                &format!("{name} {seed}"),
                &mut source,
                &set,
                &limits,
            ));
        }
        let mut source = Source::new(9);
        let mut set = source.rewriting_set();
        for _ in 0..12 {
            merge(&mut set, source.rewriting_set());
        }
        samples.push(sample(
            &format!("{name} rewriting"),
            &mut source,
            &set,
            &limits,
        ));
    }
    for example in ["native", "app-mesh", "shop"] {
        let set = imported(example);
        let mut source = Source::new(1);
        samples.push(sample(example, &mut source, &set, &with_every_automaton()));
        samples.push(sample(example, &mut source, &set, &Limits::default()));
    }
    let table = Table::from_snapshot(samples[0].bytes.clone()).expect("a sample is sound");
    samples.push(Sample {
        name: "without names".into(),
        bytes: table.to_snapshot_without_names(),
        requests: samples[0].requests.clone(),
    });
    samples
}

fn sample(name: &str, source: &mut Source, set: &RouteSet, limits: &Limits) -> Sample {
    let compiled = Compiler::new().with_limits(limits.clone()).compile(set);
    let mut requests: Vec<_> = (0..REQUESTS).map(|_| source.request(set)).collect();
    for at in (0..REQUESTS).step_by(4) {
        requests[at] = source.hostile_request();
    }
    Sample {
        name: name.into(),
        bytes: compiled.table.to_snapshot(),
        requests,
    }
}

/// The rules of both, one after the other.
fn merge(set: &mut RouteSet, other: RouteSet) {
    let rules = other.routes.into_iter().flat_map(|route| route.rules);
    if let Some(route) = set.routes.first_mut() {
        route.rules.extend(rules);
    }
}

fn imported(example: &str) -> RouteSet {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../examples")
        .join(example);
    let files = std::fs::read_dir(&folder).expect("the examples are there");
    let mut files: Vec<_> = files.map(|file| file.expect("readable").path()).collect();
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "yaml")
    });
    files.sort();
    let mut sources = Sources::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("text");
        sources.add(file.display().to_string(), text);
    }
    import(&sources, &Options::default()).routes
}

/// Bytes before the checksum.
const BEFORE_CHECKSUM: usize = 24;
/// Bytes before the parts.
pub const HEADER: usize = 32;

/// Makes length and checksum right, as whoever deceives would.
pub fn repair(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(8).max(HEADER), 0);
    let length = bytes.len() as u64;
    bytes[16..BEFORE_CHECKSUM].copy_from_slice(&length.to_le_bytes());
    let mut hasher = twox_hash::XxHash64::with_seed(0);
    std::hash::Hasher::write(&mut hasher, &bytes[..BEFORE_CHECKSUM]);
    std::hash::Hasher::write(&mut hasher, &bytes[HEADER..]);
    let checksum = std::hash::Hasher::finish(&hasher);
    bytes[BEFORE_CHECKSUM..HEADER].copy_from_slice(&checksum.to_le_bytes());
}

/// What a scratch takes whatever its table is: the largest limits that a snapshot may
/// state, each in the buffers that take their size from it.
const LIMITS: usize = 16 * (64 << 20);
/// Bytes of a scratch for each byte of a snapshot.
const PROPORTION: usize = 2_048;

/// Does with a table all that a table can do.
///
/// # Panics
///
/// Panics where what must hold of every table does not.
pub fn exercise(table: &Table, length: usize, requests: &[oracle::Request]) {
    black_box(table.stats());
    let mut scratch = table.create_scratch();
    let room = LIMITS + length * PROPORTION;
    assert!(
        scratch.memory_usage() <= room,
        "a scratch of {} bytes",
        scratch.memory_usage()
    );

    let headers: Vec<_> = requests.iter().map(pairs).collect();
    let attributes: Vec<_> = requests.iter().map(attributes).collect();
    let facts = headers.iter().zip(&attributes);
    let asked = requests.iter().zip(facts);
    let whole =
        asked.map(|(asked, (headers, attributes))| whole(table, asked, headers, attributes));
    let whole: Vec<_> = whole.collect();
    for (request, asked) in whole.iter().zip(requests) {
        decide(table, &mut scratch, request, draws(asked));
    }
    let mut found = vec![None; whole.len()];
    table.find_many_with(&mut scratch, &whole, &mut found);
    for found in found.iter().flatten() {
        black_box((found.stage(), found.gateway(), found.listener()));
    }
    for (request, asked) in whole.iter().zip(requests).step_by(8) {
        let explanation = table.explain(request, draws(asked));
        let decision = table.decide_with(&mut scratch, request, draws(asked));
        black_box(write_explanation(&explanation, &decision, true).is_ok());
    }
}

/// Does with a table what is done with one to look at it, and writes it again.
///
/// # Panics
///
/// Panics where what is written again is not taken.
pub fn show(table: &Table) {
    black_box(write_listing(&table.listing()).len());
    black_box(table.tries().len());
    let again = Table::from_snapshot(table.to_snapshot());
    assert!(again.is_ok(), "{:?}", again.err());
}

fn decide(table: &Table, scratch: &mut Scratch, request: &Request<'_>, draws: Draws<'_>) {
    black_box(table.find_with(scratch, request).is_some());
    let decision = table.decide_with(scratch, request, draws);
    black_box(write_decision(&decision, true).is_ok());
    black_box((decision.backends().count(), decision.failover().count()));
    black_box((
        decision.headers().count(),
        decision.hash(),
        decision.captures().count(),
    ));
    leaves_soundly(&decision);
}

/// Nothing that leaves in a head can end its line: whoever writes the head may not look.
fn leaves_soundly(decision: &Decision<'_>) {
    let is_line = |text: &[u8]| !text.iter().any(|byte| b"\r\n\0".contains(byte));
    for edit in decision.request_edits().chain(decision.response_edits()) {
        assert!(is_line(edit.name) && is_line(edit.value), "{edit:?}");
    }
    for (name, value) in decision.cors_headers() {
        assert!(is_line(value), "{name}: {value:?}");
    }
    if let Some(location) = decision.location() {
        assert!(is_line(location), "{location:?}");
    }
    if let Some(host) = decision.rewritten_host() {
        assert!(is_line(host), "{host:?}");
    }
    if decision.outcome() == Outcome::Forward {
        let came = decision.request();
        assert!(is_line(decision.target()) || decision.target() == came.target());
        assert!(is_line(decision.method()) || decision.method() == came.method());
    }
}

/// A snapshot with one word set to another.
///
/// # Panics
///
/// Panics where there is no such word.
pub fn with_word(bytes: &[u8], word: usize, value: u32) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    changed[word * 4..word * 4 + 4].copy_from_slice(&value.to_le_bytes());
    repair(&mut changed);
    changed
}

/// A word of a snapshot.
///
/// # Panics
///
/// Panics where there is no such word.
pub fn word(bytes: &[u8], word: usize) -> u32 {
    let mut four = [0; 4];
    four.copy_from_slice(&bytes[word * 4..word * 4 + 4]);
    u32::from_le_bytes(four)
}

/// Changes a snapshot as `choices` say, and makes its checksum right.
pub fn damage(bytes: &mut Vec<u8>, choices: &[u8]) {
    let (choices, _) = choices.as_chunks::<8>();
    for &[kind, value, a, b, c, d, e, f] in choices {
        let words = bytes.len() / 4;
        let first = HEADER / 4;
        if words <= first + 1 {
            break;
        }
        let place = |bytes: [u8; 3]| {
            let [low, middle, high] = bytes;
            first + u32::from_le_bytes([low, middle, high, 0]) as usize % (words - first)
        };
        let (at, other) = (place([a, b, c]), place([d, e, f]));
        let old = word(bytes, at);
        let set = |bytes: &mut Vec<u8>, value: u32| {
            bytes[at * 4..at * 4 + 4].copy_from_slice(&value.to_le_bytes());
        };
        match kind % 16 {
            0 => set(bytes, 0),
            1 => set(bytes, 1),
            2 => set(bytes, u32::MAX),
            3 => set(bytes, old.wrapping_add(1)),
            4 => set(bytes, old.wrapping_sub(1)),
            5 => set(bytes, u32::from(value)),
            6 => set(bytes, u32::from_le_bytes([value, d, e, f])),
            7 => set(bytes, old ^ (1 << (value % 32))),
            8 | 9 => {
                let copied = word(bytes, other);
                set(bytes, copied);
            }
            10 => {
                let copied = word(bytes, other);
                set(bytes, copied);
                bytes[other * 4..other * 4 + 4].copy_from_slice(&old.to_le_bytes());
            }
            11 => bytes[at * 4 + usize::from(d % 4)] = value,
            // A few words over others.
            12 => {
                let count = usize::from(value % 16).min(words - at).min(words - other);
                bytes.copy_within(other * 4..(other + count) * 4, at * 4);
            }
            // A few words more, or fewer.
            13 => {
                let count = usize::from(value % 8 + 1).min(words - other);
                let more = bytes[other * 4..(other + count) * 4].to_vec();
                bytes.splice(at * 4..at * 4, more);
            }
            14 => {
                let count = usize::from(value % 8 + 1).min(words - at);
                bytes.drain(at * 4..(at + count) * 4);
            }
            _ if value < 16 => bytes.truncate(at * 4),
            _ => set(bytes, (words as u32).wrapping_sub(u32::from(value))),
        }
    }
    repair(bytes);
}
