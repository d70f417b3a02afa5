//! What a change of routes costs, for whoever works on the importers and the compiler:
//! manifests to model, and model to table.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use fingerpost::compile::Compiler;
use fingerpost::diagnostic::Severity;
use fingerpost::import::{Options, Sources, import};
use fingerpost_benches::routes::manifests::http_routes;
use fingerpost_benches::routes::{Set, busy_host, full, microservice, model, regexes, tenants};

/// Route sets that are compiled.
const SETS: &[fn() -> Set] = &[
    || full::set(10_000),
    || busy_host::set(10_000),
    || microservice::set(10_000),
    || tenants::set(10_000),
    || regexes::set(1_000),
];

fn compile(c: &mut Criterion) {
    let mut group = c.benchmark_group("compile");
    group.sample_size(10);
    for make in SETS {
        let set = make();
        group.throughput(Throughput::Elements(set.size() as u64));
        let orders = [
            ("sorted", model::sorted(&set)),
            ("shuffled", model::shuffled(&set, 0x0dd)),
        ];
        for (order, modelled) in orders {
            let id = format!("{}-{}", set.name, set.size());
            group.bench_function(BenchmarkId::new(id, order), |b| {
                b.iter(|| {
                    let compiled = Compiler::new().compile(black_box(&modelled.routes));
                    assert_eq!(compiled.table.stats().rules, set.size());
                });
            });
        }
    }
    group.finish();
}

fn manifests(c: &mut Criterion) {
    let mut group = c.benchmark_group("import");
    group.sample_size(10);
    for routes in [100, 10_000] {
        let text = http_routes(routes);
        let mut sources = Sources::new();
        sources.add("routes.yaml", text.as_str());
        let options = Options::default();
        let imported = import(&sources, &options);
        let mut found = imported.diagnostics.iter();
        let error = found.find(|one| one.severity == Severity::Error);
        assert!(error.is_none(), "{error:?}");

        group.throughput(Throughput::Elements(routes as u64));
        group.bench_function(BenchmarkId::from_parameter(routes), |b| {
            b.iter(|| {
                let imported = import(black_box(&sources), &options);
                assert_eq!(imported.routes.routes.len(), routes);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, compile, manifests);
criterion_main!(benches);
