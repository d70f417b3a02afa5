//! From the text of manifests to a table, beside the YAML parser's events alone.

use std::hint::black_box;

use fingerpost::compile::Compiler;
use fingerpost::diagnostic::Severity;
use fingerpost::import::{Options, Sources, import};
use granit_parser::Parser;

use crate::measure::{Depth, Record, stopwatch};
use crate::routes::manifests::http_routes;

/// HTTPRoutes.
const SIZES: [usize; 3] = [100, 1_000, 10_000];

/// Seconds for each step, the least of the rounds.
pub(super) fn time(depth: Depth, record: &mut Record<'_>) -> Result<(), String> {
    for size in SIZES {
        if size <= depth.most_rules() {
            one(size, depth, record)?;
        }
    }
    Ok(())
}

fn one(size: usize, depth: Depth, record: &mut Record<'_>) -> Result<(), String> {
    let text = http_routes(size);
    let mut sources = Sources::new();
    sources.add("routes.yaml", text.as_str());
    let options = Options::default();
    let rounds = match depth {
        Depth::Answers => 1,
        Depth::Quick => 3,
        Depth::Full => 9,
    };
    let mut best = [f64::INFINITY; 3];
    for _ in 0..rounds {
        let (events, seconds) = stopwatch(|| events(black_box(&text)));
        let events = events?;
        best[0] = best[0].min(seconds);
        let (imported, read) = stopwatch(|| import(black_box(&sources), &options));
        best[1] = best[1].min(read);
        let (compiled, seconds) = stopwatch(|| Compiler::new().compile(&imported.routes));
        best[2] = best[2].min(read + seconds);

        let mut found = imported.diagnostics.iter().chain(&compiled.diagnostics);
        if let Some(error) = found.find(|one| one.severity == Severity::Error) {
            return Err(format!("manifests: {}", error.message));
        }
        let rules = compiled.table.stats().rules;
        if rules != 2 * size || events < 100 * size {
            return Err(format!("manifests: {rules} rules of {events} events"));
        }
    }
    if depth == Depth::Answers {
        return Ok(());
    }
    let steps = ["yaml-events", "import", "fingerpost"];
    for (engine, seconds) in steps.into_iter().zip(best) {
        let micros = format!("{:.2}", seconds * 1e6 / size as f64);
        record
            .value(size, "-", engine, "us-per-route", micros)
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Reads the text as the engine's reader does, but keeps nothing.
fn events(text: &str) -> Result<usize, String> {
    let options = granit_parser::options! {
        emit_comments: false,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut events = 0;
    while let Some(event) = parser.next_event() {
        black_box(event.map_err(|error| error.to_string())?);
        events += 1;
    }
    Ok(events)
}
