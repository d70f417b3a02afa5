//! What one request costs: find the rule, draw the backend, rewrite the head.
//!
//! Each measurement decides all requests of a scenario in their random order and
//! counts those that were forwarded; a wrong count stops the bench. Before it is
//! measured, every single answer is compared with the backend it must have.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use fingerpost::compile::Compiler;
use fingerpost::import::{Options, Sources, import};
use fingerpost::{Draws, Outcome, Request, Scratch, Table};
use fingerpost_benches::{Line, Scenario, scenarios};

fn find(c: &mut Criterion) {
    let mut group = c.benchmark_group("find");
    for rules in [100, 10_000] {
        for scenario in scenarios(rules) {
            let table = table(&scenario);
            let mut scratch = table.create_scratch();
            let headers: Vec<Vec<(&[u8], &[u8])>> = scenario.requests.iter().map(pairs).collect();
            let requests: Vec<Request<'_>> = scenario
                .requests
                .iter()
                .zip(&headers)
                .map(|(line, headers)| request(line, headers))
                .collect();
            check(&scenario, &table, &mut scratch, &requests);

            group.throughput(Throughput::Elements(requests.len() as u64));
            group.bench_function(BenchmarkId::new(scenario.name, rules), |b| {
                b.iter(|| {
                    let mut forwarded = 0;
                    for request in &requests {
                        let decision =
                            table.decide_with(&mut scratch, black_box(request), Draws::fixed(0));
                        forwarded += usize::from(decision.outcome() == Outcome::Forward);
                    }
                    assert_eq!(forwarded, scenario.hits);
                });
            });
        }
    }
    group.finish();
}

/// Every answer is the backend's that the scenario names.
fn check(scenario: &Scenario, table: &Table, scratch: &mut Scratch, requests: &[Request<'_>]) {
    for (line, request) in scenario.requests.iter().zip(requests) {
        let decision = table.decide_with(scratch, request, Draws::fixed(0));
        let backend = decision.backend().map(|backend| backend.name);
        assert_eq!(
            backend,
            line.backend.as_deref(),
            "{}: {line:?}",
            scenario.name
        );
    }
}

fn table(scenario: &Scenario) -> Table {
    let mut sources = Sources::new();
    sources.add(scenario.name, scenario.manifests.as_str());
    let import = import(&sources, &Options::default());
    Compiler::new().compile(&import.routes).table
}

fn pairs(line: &Line) -> Vec<(&[u8], &[u8])> {
    line.headers
        .iter()
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
        .collect()
}

fn request<'l>(line: &'l Line, headers: &'l [(&'l [u8], &'l [u8])]) -> Request<'l> {
    Request::new(b"GET", line.path.as_bytes())
        .with_authority(line.authority.as_bytes())
        .with_headers(headers)
}

criterion_group!(benches, find);
criterion_main!(benches);
