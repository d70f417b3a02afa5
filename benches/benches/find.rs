//! What one request costs, for whoever works on the search: `find` and `decide` over
//! the route sets of `cargo xtask bench`.
//!
//! Each measurement asks a mix of requests in their drawn order. Before it is measured,
//! every answer is held against the rule that takes the request by construction; while
//! it is measured, the requests that are taken are counted, and another count stops it.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use fingerpost_benches::engines;
use fingerpost_benches::measure::tally;
use fingerpost_benches::mix::{Mix, Workload};
use fingerpost_benches::routes::{
    Set, adversarial, busy_host, full, github, microservice, regexes, tenants,
};

/// Route sets small enough to be made in a moment.
const SETS: &[fn() -> Set] = &[
    github::paths,
    github::openapi,
    || microservice::set(10_000),
    || full::set(1_000),
    || full::set(10_000),
    || busy_host::set(10_000),
    || tenants::set(10_000),
    || regexes::set(1_000),
    || adversarial::set(10),
];

fn find(c: &mut Criterion) {
    for make in SETS {
        let set = make();
        let name = format!("{}-{}", set.name, set.size());
        for mix in [Mix::Uniform, Mix::Hot, Mix::Miss] {
            let workload = Workload::new(&set, mix);
            let prepared = workload.prepare();
            let asks = workload.in_order(&prepared);
            for engine in ["fingerpost", "decide"] {
                let adapter = engines::find(engine).expect("every adapter has a name");
                let mut asked = (adapter.build)(&set).expect("the set compiles");
                let (answers, wrong) = tally(&set, &mut *asked, &asks);
                assert!(wrong.is_none(), "{name} {engine}: {wrong:?}");

                let mut group = c.benchmark_group(format!("{engine}/{name}"));
                group.throughput(Throughput::Elements(asks.len() as u64));
                group.bench_function(BenchmarkId::from_parameter(mix.name()), |b| {
                    b.iter(|| assert_eq!(asked.pass(black_box(&asks)), answers.taken));
                });
                group.finish();
            }
        }
    }
}

criterion_group!(benches, find);
criterion_main!(benches);
