//! Tells what the tables of many route sets are, byte for byte, so that two machines can
//! be compared.
//!
//! ```text
//! reproducible OWN OTHER
//! ```
//!
//! Compiles each set, writes its snapshots into the folder `OWN`, reads those of the folder
//! `OTHER`, and decides requests by what it read. For each set a line says what came of
//! every step. `cargo xtask test --only reproducible` runs it on this machine, where
//! both folders are one, and then for WebAssembly, which reads what this machine
//! wrote; the lines must be the same.
//!
//! Random sets ([`random`]) have every structure that a table can have, the examples
//! what people write. What they hardly meet are decisions on sizes: which pattern is
//! refused, which engine another gets, what no longer fits in an automaton. [`edges`]
//! goes over these in small steps, since that is where a machine with other pointers
//! would decide in another way.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program whose output is what it is for"
)]

mod edges;
mod random;

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use fingerpost::compile::Compiler;
use fingerpost::compile::limits::Limits;
use fingerpost::import::{Options, Sources, import};
use fingerpost::json::write_decision;
use fingerpost::model::RouteSet;
use fingerpost::{Draws, Table};
use twox_hash::XxHash64;

use random::{Asked, Random};

/// A route set, and the limits that it is compiled under.
struct Case {
    /// What it is called, which is also the name of its files.
    name: String,
    set: RouteSet,
    limits: Limits,
}

/// Requests for each set.
const REQUESTS: usize = 50;
/// Random sets under each kind of limits.
const SEEDS: u64 = 8;
/// Rules of the largest set.
const MANY: u32 = 10_000;

/// Examples of the repository.
const EXAMPLES: &[(&str, &[&str])] = &[
    (
        "shop",
        &[
            include_str!("../../../examples/shop/cart.yaml"),
            include_str!("../../../examples/shop/gateway.yaml"),
            include_str!("../../../examples/shop/namespaces.yaml"),
            include_str!("../../../examples/shop/orders.yaml"),
            include_str!("../../../examples/shop/partners.yaml"),
            include_str!("../../../examples/shop/products.yaml"),
            include_str!("../../../examples/shop/services.yaml"),
        ],
    ),
    (
        "app-mesh",
        &[
            include_str!("../../../examples/app-mesh/api.yaml"),
            include_str!("../../../examples/app-mesh/gateways.yaml"),
            include_str!("../../../examples/app-mesh/mesh.yaml"),
            include_str!("../../../examples/app-mesh/orders.yaml"),
            include_str!("../../../examples/app-mesh/products.yaml"),
        ],
    ),
    (
        "native",
        &[
            include_str!("../../../examples/native/api.yaml"),
            include_str!("../../../examples/native/gateways.yaml"),
            include_str!("../../../examples/native/shop.yaml"),
        ],
    ),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [own, other] = &arguments[..] else {
        eprintln!("usage: reproducible OWN OTHER");
        return ExitCode::from(2);
    };
    let told = for_each(|case| {
        println!("{}", tell(case, Path::new(own), Path::new(other))?);
        Ok(())
    });
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// Calls `visit` with every set, one after the other: together they are large.
fn for_each(mut visit: impl FnMut(&Case) -> Result<(), String>) -> Result<(), String> {
    let kinds: [(&str, Limits); 3] = [
        ("usual", Limits::default()),
        ("automata", edges::every_automaton()),
        ("plain", edges::no_automaton()),
    ];
    for (kind, limits) in kinds {
        for (name, texts) in EXAMPLES {
            let mut sources = Sources::new();
            for (at, text) in texts.iter().enumerate() {
                sources.add(format!("{name}-{at}.yaml"), *text);
            }
            visit(&Case {
                name: format!("{name}-{kind}"),
                set: import(&sources, &Options::default()).routes,
                limits: limits.clone(),
            })?;
        }
        for seed in 0..SEEDS {
            visit(&Case {
                name: format!("random-{kind}-{seed}"),
                set: random::routes(seed, 10 << (seed % 4)),
                limits: limits.clone(),
            })?;
        }
    }
    for (name, set, limits) in edges::all() {
        visit(&Case { name, set, limits })?;
    }
    visit(&Case {
        name: "many".into(),
        set: random::routes(10, MANY),
        limits: Limits::default(),
    })
}

/// What came of a set.
fn tell(case: &Case, own: &Path, other: &Path) -> Result<String, String> {
    let mut line = case.name.clone();
    let mut tell = |what: &str, bytes: &[u8]| {
        let digest = XxHash64::oneshot(0, bytes);
        // Writing to a string cannot fail.
        let _ = write!(line, " {what}={}:{digest:016x}", bytes.len());
    };
    let compiler = Compiler::new().with_limits(case.limits.clone());
    let compiled = compiler.compile(&case.set);
    // Where these differ it is this program's fault.
    tell("routes", format!("{:?}", case.set).as_bytes());
    let mut random = Random::new(1);
    let asked: Vec<Asked> = (0..REQUESTS).map(|_| Asked::new(&mut random)).collect();

    tell("refused", format!("{:?}", compiled.diagnostics).as_bytes());
    let snapshots = [
        ("snapshot", compiled.table.to_snapshot()),
        ("nameless", compiled.table.to_snapshot_without_names()),
    ];
    for (kind, bytes) in snapshots {
        tell(kind, &bytes);
        let file = format!("{}.{kind}.fpt", case.name);
        let failed = |error| format!("{file}: {error}");
        fs::write(own.join(&file), bytes).map_err(failed)?;
        let bytes = fs::read(other.join(&file)).map_err(failed)?;
        let table = Table::from_snapshot(bytes).map_err(|error| format!("{file}: {error}"))?;
        tell("decided", decided(&table, &asked).as_bytes());
    }
    Ok(line)
}

/// Every decision, as text.
fn decided(table: &Table, asked: &[Asked]) -> String {
    let mut scratch = table.create_scratch();
    let mut text = String::new();
    for asked in asked {
        let headers = asked.headers();
        let decision = table.decide_with(&mut scratch, &asked.request(&headers), Draws::fixed(7));
        match write_decision(&decision, true) {
            Ok(json) => text.push_str(&json),
            Err(error) => text.push_str(&format!("{error:?}")),
        }
        text.push('\n');
    }
    text
}
