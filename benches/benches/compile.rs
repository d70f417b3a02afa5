//! What a change of manifests costs: reading them, and compiling what they say.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use fingerpost::compile::Compiler;
use fingerpost::diagnostic::Severity;
use fingerpost::import::{Options, Sources, import};
use fingerpost_benches::scenarios;

fn compile(c: &mut Criterion) {
    for rules in [100, 10_000] {
        for scenario in scenarios(rules) {
            let mut sources = Sources::new();
            sources.add(scenario.name, scenario.manifests.as_str());
            let options = Options::default();
            let imported = import(&sources, &options);
            let error = imported
                .diagnostics
                .iter()
                .find(|one| one.severity == Severity::Error);
            assert!(error.is_none(), "{}: {error:?}", scenario.name);

            let mut group = c.benchmark_group("import");
            group
                .throughput(Throughput::Elements(rules as u64))
                .sample_size(10);
            group.bench_function(BenchmarkId::new(scenario.name, rules), |b| {
                b.iter(|| {
                    let imported = import(black_box(&sources), &options);
                    let written: usize = imported
                        .routes
                        .routes
                        .iter()
                        .map(|one| one.rules.len())
                        .sum();
                    assert_eq!(written, rules);
                });
            });
            group.finish();

            let mut group = c.benchmark_group("compile");
            group
                .throughput(Throughput::Elements(rules as u64))
                .sample_size(10);
            group.bench_function(BenchmarkId::new(scenario.name, rules), |b| {
                b.iter(|| {
                    let compiled = Compiler::new().compile(black_box(&imported.routes));
                    assert_eq!(compiled.table.stats().rules, rules);
                });
            });
            group.finish();
        }
    }
}

criterion_group!(benches, compile);
criterion_main!(benches);
