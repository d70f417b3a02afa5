//! The worst that a byte of a request may cost, beside what one costs at a mean.
//!
//! Both against the table of [`crate::hostile`], which has every kind of predicate on
//! one path. An ordinary request there is a short path with a browser's headers. What
//! is compared is the cost of a byte, so that a long request may cost more, but not
//! more than its length explains.

use std::hint::black_box;
use std::time::Instant;

use fingerpost::{Draws, Reason, Request, Scratch, Table};

use crate::Random;
use crate::hostile::{KINDS, METHODS, routes};
use crate::measure::{Depth, Record};

/// Ordinary requests, each with other values.
const ORDINARY: usize = 256;

/// A request's parts.
struct Asked {
    target: String,
    headers: Vec<(String, String)>,
}

impl Asked {
    fn bytes(&self) -> usize {
        let headers = self.headers.iter();
        self.target.len()
            + headers
                .map(|(name, value)| name.len() + value.len())
                .sum::<usize>()
    }
}

/// Nanoseconds a byte for ordinary requests and for each hostile kind.
pub(super) fn time(depth: Depth, record: &mut Record<'_>) -> Result<(), String> {
    let compiled = routes().compile().map_err(|error| error.to_string())?;
    let table = compiled.table;
    let mut scratch = table.create_scratch();
    let mut kinds: Vec<(&str, Vec<Asked>)> = vec![("ordinary", ordinary())];
    for kind in KINDS {
        let input = (kind.make)(kind.smallest);
        let mut headers = input.headers;
        headers.push(("x-never".into(), "0".into()));
        headers.push(("origin".into(), "https://b.example".into()));
        let target = input.target;
        kinds.push((kind.name, vec![Asked { target, headers }]));
    }
    let rounds = match depth {
        Depth::Answers => 1,
        Depth::Quick => 9,
        Depth::Full => 45,
    };
    let mut best = vec![f64::INFINITY; kinds.len()];
    for _ in 0..rounds {
        for ((name, asked), best) in kinds.iter().zip(&mut best) {
            let seconds =
                pass(&table, &mut scratch, asked).map_err(|why| format!("{name}: {why}"))?;
            *best = best.min(seconds);
        }
    }
    if depth == Depth::Answers {
        return Ok(());
    }
    for ((name, asked), seconds) in kinds.iter().zip(best) {
        let bytes: usize = asked.iter().map(Asked::bytes).sum();
        let values = [
            ("ns", seconds * 1e9 / (asked.len() * METHODS.len()) as f64),
            (
                "ns-per-byte",
                seconds * 1e9 / (bytes * METHODS.len()) as f64,
            ),
        ];
        for (metric, value) in values {
            record
                .value(
                    bytes / asked.len(),
                    name,
                    "decide",
                    metric,
                    format!("{value:.3}"),
                )
                .map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

/// Seconds that it takes to decide each request with each method.
fn pass(table: &Table, scratch: &mut Scratch, asked: &[Asked]) -> Result<f64, String> {
    let mut seconds = 0.0;
    for asked in asked {
        let headers: Vec<(&[u8], &[u8])> = asked
            .headers
            .iter()
            .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
            .collect();
        for method in METHODS {
            let request = Request::new(method, asked.target.as_bytes())
                .with_authority(b"api.example")
                .with_headers(&headers);
            let start = Instant::now();
            let decision = table.decide_with(scratch, black_box(&request), Draws::fixed(0));
            black_box(&decision);
            seconds += start.elapsed().as_secs_f64();
            // A request that is refused costs little, and would pass for a fast one.
            if decision.reason() != Reason::Matched {
                return Err(decision.reason().as_str().to_string());
            }
        }
    }
    Ok(seconds)
}

fn ordinary() -> Vec<Asked> {
    let mut random = Random::new(0x0dd);
    let asked = (0..ORDINARY).map(|_| {
        let headers = crate::routes::browser_headers().into_iter();
        let mut headers: Vec<(String, String)> = headers
            .map(|(name, value)| (name.to_string(), value.into_owned()))
            .collect();
        headers.push(("x-k".into(), format!("{:x}", random.draw())));
        headers.push(("x-never".into(), "0".into()));
        Asked {
            target: format!("/y/{:x}?k={}", random.draw(), random.below(1000)),
            headers,
        }
    });
    asked.collect()
}
