//! What is aimed at, and what of it is met.
//!
//! Each target is a ratio of two values of one contest, or a count. Where only a time
//! is asked for, the time is given. A target whose values have not been measured is
//! neither met nor missed.

use super::record::{Contest, Record};

/// What is asked of a value.
#[derive(Clone, Copy, Debug)]
enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

/// One line of the table of targets.
pub(super) struct Target {
    /// The contest whose values it is about; `None` is all of them.
    contest: Option<&'static str>,
    /// What is measured.
    pub(super) what: String,
    goal: Goal,
    unit: &'static str,
    measured: Option<f64>,
}

impl Target {
    /// What is aimed at, in words.
    pub(super) fn goal(&self) -> String {
        let (word, goal) = match self.goal {
            Goal::AtMost(goal) => ("at most", goal),
            Goal::AtLeast(goal) => ("at least", goal),
        };
        format!("{word} {}{}", number(goal), self.unit)
    }

    /// What was measured, in the unit of the goal.
    pub(super) fn measured(&self) -> String {
        self.measured.map_or("-".into(), number)
    }

    /// Whether it is about what one of these contests measured.
    pub(super) fn is_of(&self, contests: &[String]) -> bool {
        let named = |contest| contests.iter().any(|name| name == contest);
        self.contest.map_or(!contests.is_empty(), named)
    }

    /// Whether it is met, in a word.
    pub(super) fn verdict(&self) -> &'static str {
        let met = self.measured.map(|value| match self.goal {
            Goal::AtMost(goal) => value <= goal,
            Goal::AtLeast(goal) => value >= goal,
        });
        match met {
            Some(true) => "met",
            Some(false) => "missed",
            None => "not measured",
        }
    }
}

/// A number with as many digits as say something: two at least.
pub(super) fn number(value: f64) -> String {
    match value {
        _ if value == value.trunc() && value < 1e6 => format!("{value:.0}"),
        _ if value >= 100.0 => format!("{value:.0}"),
        _ if value >= 10.0 => format!("{value:.1}"),
        _ if value >= 0.1 => format!("{value:.2}"),
        _ => {
            // In this form the exponent is that of the rounded value.
            let rounded = format!("{value:.1e}");
            let exponent = rounded.split_once("e-").map(|(_, digits)| digits.parse());
            match exponent {
                Some(Ok(places)) => format!("{value:.0$}", 1usize.saturating_add(places).min(9)),
                _ => format!("{value:.2}"),
            }
        }
    }
}

/// Every target, in order.
pub(super) fn all(record: &Record) -> Vec<Target> {
    let mut targets = Vec::new();
    paths(record, &mut targets);
    full(record, &mut targets);
    shapes(record, &mut targets);
    memory(record, &mut targets);
    building(record, &mut targets);
    targets
}

fn target(
    contest: &'static str,
    what: impl Into<String>,
    goal: Goal,
    unit: &'static str,
    measured: Option<f64>,
) -> Target {
    Target {
        contest: Some(contest),
        what: what.into(),
        goal,
        unit,
        measured,
    }
}

/// A ratio of this engine to another in a uniformly random mix.
fn against(contest: Option<&Contest>, size: u64, to: &str) -> Option<f64> {
    contest?.ratio(size, "uniform", "fingerpost", to)
}

fn paths(record: &Record, targets: &mut Vec<Target>) {
    let of_matchit = |name: &str, size| against(record.contest(name), size, "matchit");
    let most = Goal::AtMost;
    targets.extend([
        target(
            "github",
            "GitHub, 203 operations as 142 paths",
            most(0.75),
            " times what matchit takes",
            of_matchit("github", 142),
        ),
        target(
            "github-operations",
            "GitHub, 203 operations with their methods",
            most(0.75),
            " times what matchit takes",
            of_matchit("github-operations", 203),
        ),
        target(
            "openapi",
            "GitHub's OpenAPI, 811 paths",
            most(0.85),
            " times what matchit takes",
            of_matchit("openapi", 811),
        ),
        target(
            "openapi",
            "GitHub's OpenAPI, paths rejected",
            most(0.0),
            "",
            record
                .contest("openapi")
                .and_then(|c| c.value(811, "-", "fingerpost", "rules-rejected")),
        ),
        target(
            "microservice",
            "path only, 10,000",
            most(0.7),
            " times what matchit takes",
            of_matchit("microservice", 10_000),
        ),
        target(
            "microservice",
            "path only, 100,000",
            most(0.3),
            " times what matchit takes",
            of_matchit("microservice", 100_000),
        ),
    ]);
}

fn full(record: &Record, targets: &mut Vec<Target>) {
    let contest = record.contest("full");
    let what = |size: &str| format!("host, path, method, headers, {size}");
    let sizes = [
        (1_000, "1,000", 1.0),
        (10_000, "10,000", 0.8),
        (100_000, "100,000", 0.25),
        (1_000_000, "1,000,000", 0.35),
    ];
    for (size, text, goal) in sizes {
        let measured = against(contest, size, "host-map");
        targets.push(target(
            "full",
            what(text),
            Goal::AtMost(goal),
            " times what a host map of matchit takes",
            measured,
        ));
    }
    let faster = [
        ("linear", "linear", 1_000, "1,000", 15.0),
        ("linear", "linear", 10_000, "10,000", 100.0),
        ("linear", "linear", 100_000, "100,000", 600.0),
        ("atc-router", "atc-router", 1_000, "1,000", 150.0),
        ("atc-router", "atc-router", 10_000, "10,000", 1_500.0),
    ];
    for (engine, name, size, text, goal) in faster {
        let measured = against(contest, size, engine).map(|ratio| 1.0 / ratio);
        let unit = match name {
            "linear" => " times faster than linear",
            _ => " times faster than atc-router",
        };
        targets.push(target(
            "full",
            what(text),
            Goal::AtLeast(goal),
            unit,
            measured,
        ));
    }
    let hot = contest.and_then(|contest| {
        let sizes = contest.sizes().into_iter();
        let ratios = sizes.filter_map(|size| contest.ratio(size, "hot", "fingerpost", "hash"));
        ratios.reduce(f64::max)
    });
    targets.push(target(
        "full",
        "hot, at the worst size",
        Goal::AtMost(6.0),
        " chained hashes of host and path",
        hot,
    ));
    for (size, text, goal) in [(100_000, "100,000", 1.0), (1_000_000, "1,000,000", 2.0)] {
        let misses = contest.and_then(|contest| {
            let load = contest.value(size, "-", "-", "dependent-load")?;
            let ns = |mix| contest.ns(size, mix, "fingerpost");
            Some((ns("uniform")? - ns("hot")?).max(0.0) / load)
        });
        let what = format!("cold beside hot, {text}");
        targets.push(target(
            "full",
            what,
            Goal::AtMost(goal),
            " dependent misses",
            misses,
        ));
    }
}

fn shapes(record: &Record, targets: &mut Vec<Target>) {
    let tenants = record.contest("tenants").and_then(|contest| {
        let ns = |size| contest.ns(size, "uniform", "fingerpost");
        Some(ns(10_000)? / ns(10)?)
    });
    let regexes = against(record.contest("regexes"), 1_000, "dense-dfa");
    let adversarial = record.contest("adversarial");
    let adversarial = adversarial.and_then(|c| c.ns(1 << 14, "worst", "fingerpost"));
    targets.extend([
        target(
            "tenants",
            "one path, 10,000 tenants by a header",
            Goal::AtMost(2.0),
            " times what 10 tenants take",
            tenants,
        ),
        target(
            "regexes",
            "1,000 regular expressions",
            Goal::AtMost(3.0),
            " times what one dense DFA takes",
            regexes,
        ),
        target(
            "adversarial",
            "2^14 static and parameter combinations, worst miss",
            Goal::AtMost(2.0),
            " µs",
            adversarial.map(|ns| ns / 1000.0),
        ),
    ]);
}

fn memory(record: &Record, targets: &mut Vec<Target>) {
    let counted = record
        .contests()
        .flat_map(|(_, contest)| contest.all("allocations"));
    let ours =
        counted.filter(|(_, _, engine, _)| ["fingerpost", "find-many", "decide"].contains(engine));
    let allocations = ours.map(|(.., calls)| calls).reduce(f64::max);
    targets.push(Target {
        contest: None,
        ..target(
            "",
            "allocations of a match or decision, at most",
            Goal::AtMost(0.0),
            "",
            allocations,
        )
    });
    for name in ["full", "busy-host", "microservice"] {
        let bytes = record
            .contest(name)
            .and_then(|contest| contest.value(100_000, "-", "fingerpost", "structure-bytes"));
        targets.push(target(
            name,
            format!("bytes a rule without names, {name} 100,000"),
            Goal::AtMost(64.0),
            "",
            bytes.map(|bytes| bytes / 100_000.0),
        ));
    }
}

fn building(record: &Record, targets: &mut Vec<Target>) {
    for (name, size, text) in [
        ("full", 1_000_000, "1,000,000"),
        ("busy-host", 100_000, "100,000"),
        ("microservice", 100_000, "100,000"),
    ] {
        for order in ["sorted", "shuffled"] {
            let mix = format!("{name} {order}");
            let micros = record
                .contest("compile")
                .and_then(|contest| contest.value(size, &mix, "fingerpost", "us-per-rule"));
            let what = format!("compile a rule, {name} {text}, {order}");
            targets.push(target("compile", what, Goal::AtMost(1.5), " µs", micros));
        }
    }
    let manifests = record.contest("manifests").and_then(|contest| {
        let micros = |engine| contest.value(10_000, "-", engine, "us-per-route");
        Some(micros("fingerpost")? / micros("yaml-events")?)
    });
    targets.push(target(
        "manifests",
        "read, import, compile 10,000 HTTPRoutes",
        Goal::AtMost(3.0),
        " times what the YAML parser's events take",
        manifests,
    ));
    for names in ["with names", "without names"] {
        let times = record.contest("snapshot").and_then(|contest| {
            let mix = format!("full {names}");
            contest.value(1_000_000, &mix, "fingerpost", "compile-over-read")
        });
        let what = format!("read a snapshot {names}, full 1,000,000");
        let goal = Goal::AtLeast(50.0);
        targets.push(target(
            "snapshot",
            what,
            goal,
            " times faster than compiling",
            times,
        ));
    }
    let updates = |size, unit| {
        let contest = record.contest("updates")?;
        contest.value(size, "replaced", "fingerpost", unit)
    };
    targets.push(target(
        "updates",
        "change a route, full 1,000,000",
        Goal::AtLeast(1_000.0),
        " times faster than compiling",
        updates(1_000_000, "compile-over-update"),
    ));
    targets.push(target(
        "updates",
        "change a route, full 10,000",
        Goal::AtMost(1_000.0),
        " µs",
        updates(10_000, "us"),
    ));
    let hostile = record.contest("hostile").and_then(|contest| {
        let bytes: Vec<(&str, f64)> = contest
            .all("ns-per-byte")
            .map(|(_, mix, _, value)| (mix, value))
            .collect();
        let mean = bytes.iter().find(|(mix, _)| *mix == "ordinary")?.1;
        let worst = bytes.iter().filter(|(mix, _)| *mix != "ordinary");
        Some(worst.map(|(_, value)| *value).reduce(f64::max)? / mean)
    });
    targets.push(target(
        "hostile",
        "worst adversarial request, a byte",
        Goal::AtMost(10.0),
        " times the mean byte of an ordinary one",
        hostile,
    ));
}

#[cfg(test)]
mod tests {
    use super::{Goal, all, number, target};
    use crate::bench::record::Record;

    #[test]
    fn a_target_without_values_is_neither_met_nor_missed() {
        for target in all(&Record::default()) {
            assert_eq!(target.verdict(), "not measured", "{}", target.what);
        }
    }

    #[test]
    fn a_target_is_met_at_its_goal() {
        let verdict = |goal, measured| target("full", "", goal, "", Some(measured)).verdict();
        assert_eq!(verdict(Goal::AtMost(2.0), 2.0), "met");
        assert_eq!(verdict(Goal::AtMost(2.0), 2.1), "missed");
        assert_eq!(verdict(Goal::AtLeast(15.0), 15.0), "met");
        assert_eq!(verdict(Goal::AtLeast(15.0), 14.0), "missed");
    }

    #[test]
    fn numbers_have_the_digits_that_say_something() {
        assert_eq!(number(0.75), "0.75");
        assert_eq!(number(15.0), "15");
        assert_eq!(number(15.26), "15.3");
        assert_eq!(number(1234.5), "1234");
        assert_eq!(number(0.0), "0");
        assert_eq!(number(0.0123), "0.012");
        assert_eq!(number(0.0999), "0.10");
        assert_eq!(number(0.000_044), "0.000044");
    }

    #[test]
    fn a_target_is_of_its_contest() {
        let named = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
        let of = |names: Vec<String>| {
            let targets = all(&Record::default()).into_iter();
            targets.filter(|target| target.is_of(&names)).count()
        };
        assert_eq!(of(named(&[])), 0);
        // The one, and that of allocations, which is of all.
        assert_eq!(of(named(&["github"])), 2);
        assert_eq!(of(named(&["features"])), 1);
    }
}
