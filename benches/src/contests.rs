//! What is measured against what: the contests of `cargo xtask bench`.
//!
//! Beside the contests between engines there are six of parts of this engine:
//! `compile` (model to table), `manifests` (text to table), `snapshot` (table to bytes and
//! back), `updates` (small changes to large tables), `features` (what a rule costs that
//! says more) and `hostile` (the worst that a request may cost).

mod compile;
mod features;
mod hostile;
mod manifests;
mod snapshot;
mod updates;
mod whole;

use crate::measure::{Contender, Contest, Depth, Known, Meter, Record};
use crate::mix::Mix;
use crate::routes::{adversarial, busy_host, full, github, microservice, regexes, tenants};

/// No limit.
const ANY: usize = usize::MAX;

const fn all(engine: &'static str) -> Contender {
    Contender {
        engine,
        most_rules: ANY,
        budget: None,
        known: Known { rejected: 0 },
    }
}

const fn up_to(most_rules: usize, engine: &'static str) -> Contender {
    Contender {
        most_rules,
        ..all(engine)
    }
}

/// An engine whose cost grows with the rules.
const fn growing(most_rules: usize, budget: usize, engine: &'static str) -> Contender {
    Contender {
        budget: Some(budget),
        ..up_to(most_rules, engine)
    }
}

const fn rejecting(rejected: usize, engine: &'static str) -> Contender {
    Contender {
        known: Known { rejected },
        ..all(engine)
    }
}

/// What most contests are.
const PLAIN: Contest = Contest {
    name: "",
    make: |_| github::paths(),
    sizes: &[0],
    together: false,
    contenders: &[],
    mixes: &Mix::ALL,
    chase: false,
};

/// Contests between engines.
pub const CONTESTS: &[Contest] = &[
    Contest {
        name: "github",
        make: |_| github::paths(),
        sizes: &[0],
        contenders: &[
            all("fingerpost"),
            all("decide"),
            all("matchit"),
            all("wayfind"),
            all("path-tree"),
            all("dense-dfa"),
            all("regex-set"),
            all("linear"),
            all("hash-map"),
            all("hash"),
        ],
        ..PLAIN
    },
    Contest {
        name: "github-operations",
        make: |_| github::operations(),
        sizes: &[0],
        contenders: &[
            all("fingerpost"),
            all("decide"),
            all("matchit"),
            all("hash-map"),
            all("hash"),
        ],
        ..PLAIN
    },
    Contest {
        name: "openapi",
        make: |_| github::openapi(),
        sizes: &[0],
        contenders: &[
            all("fingerpost"),
            all("decide"),
            // Two parameters in a segment, and two templates of another's shape.
            rejecting(3, "matchit"),
            rejecting(2, "wayfind"),
            all("path-tree"),
            all("dense-dfa"),
            growing(ANY, 200_000, "regex-set"),
            all("hash-map"),
            all("hash"),
        ],
        ..PLAIN
    },
    Contest {
        name: "microservice",
        make: microservice::set,
        sizes: &[100, 1_000, 10_000, 100_000],
        contenders: &[
            all("fingerpost"),
            all("find-many"),
            all("decide"),
            all("matchit"),
            all("wayfind"),
            all("path-tree"),
            up_to(1_000, "dense-dfa"),
            growing(1_000, 200_000, "regex-set"),
            all("hash-map"),
            all("hash"),
        ],
        ..PLAIN
    },
    Contest {
        name: "full",
        make: full::set,
        sizes: &[100, 1_000, 10_000, 100_000, 1_000_000],
        contenders: &[
            all("fingerpost"),
            all("find-many"),
            all("decide"),
            all("host-map"),
            growing(100_000, 4_000_000, "linear"),
            growing(10_000, 1_000_000, "atc-router"),
            all("hash-map"),
            all("hash"),
        ],
        chase: true,
        ..PLAIN
    },
    Contest {
        name: "busy-host",
        make: busy_host::set,
        sizes: &[1_000, 10_000, 100_000],
        contenders: &[
            all("fingerpost"),
            all("find-many"),
            all("decide"),
            all("host-map"),
            growing(100_000, 4_000_000, "linear"),
            all("hash-map"),
            all("hash"),
        ],
        ..PLAIN
    },
    Contest {
        name: "tenants",
        make: tenants::set,
        sizes: &[10, 1_000, 10_000],
        together: true,
        contenders: &[
            all("fingerpost"),
            all("decide"),
            growing(ANY, 1_000_000, "host-map"),
            growing(ANY, 1_000_000, "linear"),
            growing(1_000, 1_000_000, "atc-router"),
            all("hash-map"),
            all("hash"),
        ],
        ..PLAIN
    },
    Contest {
        name: "regexes",
        make: regexes::set,
        sizes: &[100, 1_000],
        contenders: &[
            all("fingerpost"),
            all("decide"),
            all("dense-dfa"),
            growing(ANY, 200_000, "regex-set"),
            all("hash-map"),
            all("hash"),
        ],
        ..PLAIN
    },
    Contest {
        name: "adversarial",
        make: adversarial::set,
        sizes: &[8, 10, 12, 14],
        contenders: &[
            growing(ANY, 1_000_000, "fingerpost"),
            growing(ANY, 1_000_000, "decide"),
            growing(ANY, 1_000_000, "matchit"),
            growing(ANY, 1_000_000, "wayfind"),
            growing(ANY, 1_000_000, "path-tree"),
            all("hash-map"),
            all("hash"),
        ],
        ..PLAIN
    },
    Contest {
        name: "adversarial-header",
        make: adversarial::with_header,
        sizes: &[10],
        // Peers find a template, and here a thousand take the same path.
        contenders: &[
            growing(ANY, 1_000_000, "fingerpost"),
            growing(ANY, 1_000_000, "decide"),
            all("hash-map"),
            all("hash"),
        ],
        ..PLAIN
    },
    Contest {
        name: "adversarial-pattern",
        make: adversarial::with_pattern,
        sizes: &[10],
        // matchit takes one hole in a segment.
        contenders: &[
            growing(ANY, 400_000, "fingerpost"),
            growing(ANY, 400_000, "decide"),
            growing(ANY, 400_000, "wayfind"),
            growing(ANY, 400_000, "path-tree"),
            all("hash-map"),
            all("hash"),
        ],
        ..PLAIN
    },
    Contest {
        name: "adversarial-sparse",
        make: adversarial::sparse,
        sizes: &[500],
        contenders: &[
            growing(ANY, 1_000_000, "fingerpost"),
            growing(ANY, 1_000_000, "decide"),
            growing(ANY, 1_000_000, "matchit"),
            growing(ANY, 1_000_000, "wayfind"),
            growing(ANY, 1_000_000, "path-tree"),
            all("hash-map"),
            all("hash"),
        ],
        ..PLAIN
    },
];

/// Parts of this engine that are measured by themselves.
const PARTS: &[Part] = &[
    Part {
        name: "compile",
        run: compile::time,
    },
    Part {
        name: "manifests",
        run: manifests::time,
    },
    Part {
        name: "snapshot",
        run: snapshot::time,
    },
    Part {
        name: "updates",
        run: updates::time,
    },
    Part {
        name: "features",
        run: features::time,
    },
    Part {
        name: "hostile",
        run: hostile::time,
    },
];

struct Part {
    name: &'static str,
    run: fn(Depth, &mut Record<'_>) -> Result<(), String>,
}

/// The names of all contests, in the order in which they are run.
pub fn names() -> impl Iterator<Item = &'static str> {
    let contests = CONTESTS.iter().map(|contest| contest.name);
    contests.chain(PARTS.iter().map(|part| part.name))
}

/// Times one contest and writes what it finds.
///
/// # Errors
///
/// A name that no contest has, a wrong answer, an engine that cannot be made.
pub fn time(name: &str, depth: Depth, out: &mut dyn std::io::Write) -> Result<(), String> {
    if let Some(contest) = CONTESTS.iter().find(|contest| contest.name == name) {
        return contest.time(depth, &mut Record::new(out, contest.name));
    }
    match PARTS.iter().find(|part| part.name == name) {
        Some(part) => (part.run)(depth, &mut Record::new(out, part.name)),
        None => Err(format!("there is no contest '{name}'")),
    }
}

/// Counts allocations and bytes in one contest; nothing is counted in those of parts.
///
/// # Errors
///
/// An engine that cannot be made.
pub fn count(
    name: &str,
    depth: Depth,
    out: &mut dyn std::io::Write,
    meter: &Meter,
) -> Result<(), String> {
    match CONTESTS.iter().find(|contest| contest.name == name) {
        Some(contest) => contest.count(depth, &mut Record::new(out, contest.name), meter),
        None => Ok(()),
    }
}
