//! The stages: what must hold, in the order in which it is tried.
//!
//! To add one: write a function `fn(&Stage) -> Outcome` in the family's file and
//! a line in [`ALL`]. A stage writes to its log only, ends every child it
//! starts, and gives [`Outcome::Skipped`] with a reason where it cannot run.

pub(crate) use cargo::{WASM, cargo};
pub(crate) use reproducible::WASI;

mod bench;
mod cargo;
mod documents;
mod examples;
mod linear;
mod reproducible;
mod soak;
mod tsan;

use std::process::ExitCode;
use std::time::Instant;

use crate::clock::Clock;
use crate::report::{self, Counts, Line, Outcome, failed_tests};
use crate::run::Log;
use crate::workspace::DATA_ABSENT;

/// One stage.
pub(crate) struct Definition {
    /// What `--only` and `--skip` call it, and its log.
    pub(crate) name: &'static str,
    /// What holds when it passes.
    about: &'static str,
    run: fn(&Stage<'_>) -> Outcome,
}

/// What a running stage has at hand.
pub(crate) struct Stage<'a> {
    /// Its log.
    pub(crate) log: &'a Log,
    /// What cannot run has failed.
    pub(crate) strict: bool,
}

/// Every stage. Cheap ones come first; those that share build output stand
/// together.
pub(crate) const ALL: &[Definition] = &[
    Definition {
        name: "fmt",
        about: "the format is rustfmt's default",
        run: cargo::fmt,
    },
    Definition {
        name: "law",
        about: "the tree keeps its layout: dependencies between folders, file sizes, links",
        run: documents::law,
    },
    Definition {
        name: "clippy",
        about: "no lint fires in any target",
        run: cargo::clippy,
    },
    Definition {
        name: "unit",
        about: "tests of every package, and documentation examples",
        run: cargo::unit,
    },
    Definition {
        name: "suite",
        about: "the suite in tests/: cases, properties, table against oracle",
        run: cargo::suite,
    },
    Definition {
        name: "schema",
        about: "what is written out of the native format's schema is current",
        run: documents::schema,
    },
    Definition {
        name: "conformance",
        about: "Gateway API's own conformance cases, through the command line (needs shared data)",
        run: cargo::conformance,
    },
    Definition {
        name: "features",
        about: "core builds with each feature alone without a warning, and is tested with none and with all",
        run: cargo::features,
    },
    Definition {
        name: "wasm",
        about: "core builds for wasm32, alone and with its importers",
        run: cargo::wasm,
    },
    Definition {
        name: "reproducible",
        about: "the same routes give the same snapshots on this machine and for wasm32, byte for byte (needs node)",
        run: reproducible::run,
    },
    Definition {
        name: "doc",
        about: "the reference builds without a warning, as the README tells one to build it",
        run: cargo::doc,
    },
    Definition {
        name: "readme",
        about: "commands that documents show give the answers that documents show",
        run: documents::readme,
    },
    Definition {
        name: "examples",
        about: "the pingora example, a workspace of its own, builds and routes (needs cmake)",
        run: examples::run,
    },
    Definition {
        name: "linear",
        about: "what a request costs grows with the request and no faster: instructions under callgrind",
        run: linear::run,
    },
    Definition {
        name: "alloc",
        about: "1,000,000 mixed requests decided without one call to the allocator",
        run: cargo::alloc,
    },
    Definition {
        name: "instructions",
        about: "fixed requests take no more instructions than are written down (callgrind)",
        run: bench::instructions,
    },
    Definition {
        name: "bench",
        about: "every engine of the benches answers small route sets rightly; no time is looked at",
        run: bench::answers,
    },
    Definition {
        name: "swap",
        about: "100,000,000 matches on two threads, the table replaced every millisecond: no wrong answer, no growth, no long wait",
        run: cargo::swap,
    },
    Definition {
        name: "tsan",
        about: "tables are replaced under their readers without a data race, says ThreadSanitizer (needs a nightly compiler)",
        run: tsan::run,
    },
    Definition {
        name: "soak",
        about: "10,000 rules, 100,000 requests through one pipe: every line answered, no growth",
        run: soak::run,
    },
];

/// Which stages to run, and how strictly.
#[derive(Default)]
pub(crate) struct Selection {
    /// These only; empty means all.
    pub(crate) only: Vec<&'static Definition>,
    /// Not these.
    pub(crate) skip: Vec<&'static Definition>,
    /// What cannot run has failed.
    pub(crate) strict: bool,
}

/// The stage of this name.
pub(crate) fn find(name: &str) -> Option<&'static Definition> {
    ALL.iter().find(|stage| stage.name == name)
}

/// Prints the list.
pub(crate) fn list() -> ExitCode {
    for stage in ALL {
        println!("{:<12} {}", stage.name, stage.about);
    }
    ExitCode::SUCCESS
}

/// Runs the selected stages and prints the table.
pub(crate) fn run(selection: &Selection) -> ExitCode {
    let chosen = |list: &[&Definition], stage: &Definition| {
        list.iter().any(|chosen| chosen.name == stage.name)
    };
    let mut lines = Vec::new();
    for stage in ALL {
        if !selection.only.is_empty() && !chosen(&selection.only, stage) {
            continue;
        }
        if chosen(&selection.skip, stage) {
            continue;
        }
        eprintln!("{:<12} {}", stage.name, stage.about);
        let start = Instant::now();
        let clock = Clock::start();
        let outcome = match Log::create(stage.name) {
            Ok(log) => {
                let strict = selection.strict;
                let outcome = judge((stage.run)(&Stage { log: &log, strict }), strict);
                drop(clock);
                if let Outcome::Failed { why, .. } = &outcome {
                    let names = failed_tests(&log.text());
                    log.note(why);
                    names
                        .iter()
                        .for_each(|name| eprintln!("{} FAILED: {name}", stage.name));
                    eprintln!(
                        "{} FAILED, the end of {}:",
                        stage.name,
                        log.path().display()
                    );
                    eprint!("{}", log.tail());
                }
                outcome
            }
            Err(error) => Outcome::failed(format!("no log can be written: {error}")),
        };
        lines.push(Line {
            stage: stage.name,
            outcome,
            took: start.elapsed(),
        });
    }
    if report::print(&lines) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// What holds for every stage: one that ran nothing has failed, and strictness
/// makes a failure of a skip, except where data is absent that is no part of
/// the project.
fn judge(outcome: Outcome, strict: bool) -> Outcome {
    match outcome {
        Outcome::Passed(counts) if counts.failed > 0 => Outcome::Failed {
            counts,
            why: "tests failed".to_string(),
        },
        Outcome::Passed(Counts {
            passed: 0,
            skipped: 0,
            ..
        }) => Outcome::failed("it ran no test"),
        Outcome::Skipped(reason) if strict && !reason.starts_with(DATA_ABSENT) => {
            Outcome::failed(format!("it cannot run here: {reason}"))
        }
        outcome => outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL, judge};
    use crate::report::{Counts, Outcome};
    use crate::workspace::DATA_ABSENT;

    #[test]
    fn names_are_unique() {
        for (at, stage) in ALL.iter().enumerate() {
            assert!(
                ALL[..at].iter().all(|other| other.name != stage.name),
                "{}",
                stage.name
            );
        }
    }

    #[test]
    fn a_stage_that_ran_nothing_fails() {
        let outcome = judge(Outcome::Passed(Counts::default()), false);
        assert!(matches!(outcome, Outcome::Failed { .. }));
    }

    #[test]
    fn strict_forgives_absent_data_only() {
        let absent = Outcome::Skipped(format!("{DATA_ABSENT}: ../shared"));
        assert!(matches!(judge(absent, true), Outcome::Skipped(_)));
        let missing = || Outcome::Skipped("no wasm32 target".to_string());
        assert!(matches!(judge(missing(), true), Outcome::Failed { .. }));
        assert!(matches!(judge(missing(), false), Outcome::Skipped(_)));
    }
}
