//! The tables of the document.

use std::fmt::Write;

use super::record::{Contest, OURS, Record};
use super::targets::{self, number};

/// Between these lines of the document stands what is measured.
const BEGIN: &str = "<!-- measured: begin; written by `cargo xtask bench` -->";
const END: &str = "<!-- measured: end -->";

/// For each contest the engine that the others are compared with, and what it is
/// about.
const CONTESTS: &[(&str, &str, &str)] = &[
    ("github", "matchit", "GitHub, 142 paths"),
    (
        "github-operations",
        "matchit",
        "GitHub, 203 operations with methods",
    ),
    ("openapi", "matchit", "GitHub's OpenAPI, 811 paths"),
    (
        "microservice",
        "matchit",
        "Services behind one name, path only",
    ),
    ("full", "host-map", "Host, path, method, header"),
    ("busy-host", "host-map", "The same under one host"),
    (
        "tenants",
        "linear",
        "One path, tenants told apart by a header",
    ),
    ("regexes", "dense-dfa", "Regular expressions under one host"),
    (
        "adversarial",
        "matchit",
        "Every combination of text and hole",
    ),
    (
        "adversarial-header",
        "hash-map",
        "The same, each with a header",
    ),
    (
        "adversarial-pattern",
        "wayfind",
        "The same, each with two holes in the last segment",
    ),
    (
        "adversarial-sparse",
        "matchit",
        "Some combinations of text and hole, at random",
    ),
];

/// The document with its tables written anew.
pub(super) fn fill(text: &str, record: &Record) -> Result<String, String> {
    let (before, rest) = text.split_once(BEGIN).ok_or("the document has no tables")?;
    let (_, after) = rest
        .split_once(END)
        .ok_or("the document's tables have no end")?;
    let tables = document(record);
    Ok(format!("{before}{BEGIN}\n\n{tables}\n{END}{after}"))
}

fn document(record: &Record) -> String {
    let mut text =
        String::from("### Targets\n\n| what | target | measured | |\n|---|---|---|---|\n");
    for target in targets::all(record) {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            target.what,
            target.goal(),
            target.measured(),
            target.verdict()
        );
    }
    for (name, _, title) in CONTESTS {
        text.push_str(&section(record, name, false).unwrap_or_default());
        if record.contest(name).is_some() && super::chart::is_drawn(name) {
            let _ = write!(text, "\n![{title}: growth](pictures/{name}.svg)\n");
        }
    }
    for name in ["snapshot", "updates", "features", "hostile"] {
        text.push_str(&section(record, name, false).unwrap_or_default());
    }
    text.push_str("\n### Measured with\n\n");
    let mut told: Vec<(Vec<String>, Vec<&str>)> = Vec::new();
    for (name, contest) in record.contests() {
        match told
            .iter_mut()
            .find(|(machine, _)| *machine == contest.machine)
        {
            Some((_, names)) => names.push(name),
            None => told.push((contest.machine.clone(), vec![name])),
        }
    }
    for (machine, names) in told {
        let _ = writeln!(text, "{}:\n", names.join(", "));
        for line in machine {
            let _ = writeln!(text, "* {line}");
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// A contest's heading and tables, those that have been measured; some contests have
/// targets only. Rows that were measured on a busy machine are marked if that is asked.
pub(super) fn section(record: &Record, name: &str, marks_busy: bool) -> Option<String> {
    let contest = record.contest(name)?;
    let known = CONTESTS.iter().find(|(known, ..)| *known == name);
    let (title, tables) = match (known, name) {
        (Some((_, baseline, title)), _) => (
            *title,
            times(contest, baseline, marks_busy) + &memory(contest),
        ),
        (None, "snapshot") => ("Tables as snapshots", snapshots(contest)),
        (None, "updates") => ("One route changed", updates(contest)),
        (None, "features") => ("What a feature costs", features(contest)),
        (None, "hostile") => ("What a byte costs", hostile(contest)),
        _ => return None,
    };
    Some(format!("\n### {title} (`{name}`)\n\n{tables}"))
}

/// A row for each size and mix: the time of the one that others are compared with, and
/// the others as multiples of it.
fn times(contest: &Contest, baseline: &str, marks_busy: bool) -> String {
    let others = contest.engines.iter().filter(|name| *name != baseline);
    let others: Vec<&String> = others.collect();
    let mut text = format!("| rules | mix | {baseline}, ns |");
    for name in &others {
        let _ = write!(text, " {name} |");
    }
    let mut rule = "--:|".repeat(others.len());
    if marks_busy {
        text.push_str("  |");
        rule.push_str("---|");
    }
    let _ = write!(text, "\n|--:|---|--:|{rule}\n");
    for size in contest.sizes() {
        for mix in &contest.mixes {
            let known = contest.ns(size, mix, baseline);
            if others
                .iter()
                .all(|name| contest.ns(size, mix, name).is_none())
            {
                continue;
            }
            let ns = known.map_or("".to_string(), number);
            let _ = write!(text, "| {} | {mix} | {ns} |", thousands(size));
            for name in &others {
                let ratio = contest.ratio(size, mix, name, baseline);
                let _ = write!(text, " {} |", ratio.map_or(String::new(), number));
            }
            if marks_busy {
                let is_busy = contest.is_busy(size, mix);
                let _ = write!(text, " {} |", if is_busy { "busy" } else { "" });
            }
            text.push('\n');
        }
    }
    text
}

/// A row for each size and kind of change.
fn updates(contest: &Contest) -> String {
    let mut text = String::from(
        "`cargo xtask bench --only updates`: a route of twenty rules under a host of its own, in a \
         table that was compiled for updates; of many in turn the mean, with all that is compiled \
         again for them, the longest, and the most layers. Compiling the whole table is a \
         multiple of a change.\n\n\
         | rules | change | a change, µs | longest, µs | layers | compile |\n\
         |--:|---|--:|--:|--:|--:|\n",
    );
    for size in contest.sizes() {
        for mix in &contest.mixes {
            let value = |metric| contest.value(size, mix, OURS, metric);
            let Some(micros) = value("us") else {
                continue;
            };
            let [longest, layers, compile] = ["us-longest", "layers", "compile-over-update"]
                .map(|metric| value(metric).map_or(String::new(), number));
            let _ = writeln!(
                text,
                "| {} | {mix} | {} | {longest} | {layers} | {compile} |",
                thousands(size),
                number(micros),
            );
        }
    }
    text
}

/// How large a table is as a snapshot, how long reading takes, and in that what compiling and
/// writing take.
fn snapshots(contest: &Contest) -> String {
    let mut text = String::from(
        "`cargo xtask bench --only snapshot`: reading a snapshot in memory, and compiling and writing it as multiples of that.\n\n\
         | rules | table | bytes a rule | read, ms | compile | write |\n\
         |--:|---|--:|--:|--:|--:|\n",
    );
    for size in contest.sizes() {
        for mix in &contest.mixes {
            let value = |metric| contest.value(size, mix, OURS, metric);
            let Some(bytes) = value("bytes-per-rule") else {
                continue;
            };
            let read = value("read-us-per-rule").map(|micros| micros * size as f64 / 1e3);
            let [read, compile, write] =
                [read, value("compile-over-read"), value("write-over-read")]
                    .map(|value| value.map_or(String::new(), number));
            let _ = writeln!(
                text,
                "| {} | {mix} | {} | {read} | {compile} | {write} |",
                thousands(size),
                number(bytes),
            );
        }
    }
    text
}

/// What each feature of a rule costs, in that of a rule with the first of them.
fn features(contest: &Contest) -> String {
    let mut text = String::from("| a rule with | decision |\n|---|--:|\n");
    for size in contest.sizes() {
        let plain = contest.mixes.first();
        for mix in &contest.mixes {
            let ns = |mix: &String| contest.ns(size, mix, "decide");
            if let (Some(ns), Some(plain)) = (ns(mix), plain.and_then(ns)) {
                let _ = writeln!(text, "| {mix} | {} |", number(ns / plain));
            }
        }
    }
    text
}

/// What a byte of each hostile kind of request costs, in that of an ordinary one.
fn hostile(contest: &Contest) -> String {
    let mut text = String::from("| request | bytes | a byte |\n|---|--:|--:|\n");
    let values: Vec<(u64, &str, f64)> = contest
        .all("ns-per-byte")
        .map(|(size, mix, _, value)| (size, mix, value))
        .collect();
    let mean = values.iter().find(|(_, mix, _)| *mix == "ordinary");
    let mean = mean.map_or(f64::NAN, |(.., value)| *value);
    for kind in &contest.mixes {
        for (size, _, value) in values.iter().filter(|(_, mix, _)| mix == kind) {
            let _ = writeln!(
                text,
                "| {kind} | {} | {} |",
                thousands(*size),
                number(value / mean)
            );
        }
    }
    text
}

/// Memory and allocations at the largest size of each engine.
fn memory(contest: &Contest) -> String {
    let mut text = String::from(
        "\n| engine | at | heap bytes a rule | structure bytes a rule | allocations a match | rules rejected |\n\
         |---|--:|--:|--:|--:|--:|\n",
    );
    for engine in &contest.engines {
        let sizes = contest.sizes().into_iter().rev();
        let known = |size: &u64| contest.value(*size, "-", engine, "heap-bytes").is_some();
        let Some(size) = sizes.into_iter().find(known) else {
            continue;
        };
        let value = |metric| contest.value(size, "-", engine, metric);
        let a_rule = |metric| value(metric).map(|bytes| number((bytes / size as f64).round()));
        let _ = writeln!(
            text,
            "| {engine} | {} | {} | {} | {} | {} |",
            thousands(size),
            a_rule("heap-bytes").unwrap_or_default(),
            a_rule("structure-bytes").unwrap_or_default(),
            value("allocations").map_or(String::new(), number),
            value("rules-rejected").map_or(String::new(), number),
        );
    }
    text
}

/// A number with commas.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{BEGIN, END, fill, section, thousands};
    use crate::bench::record::Record;

    #[test]
    fn what_stands_around_the_tables_stays() {
        let text = format!("a\n{BEGIN}\nformer\n{END}\nb\n");
        let filled = fill(&text, &Record::default()).unwrap();
        assert!(filled.starts_with("a\n") && filled.ends_with("\nb\n"));
        assert!(!filled.contains("former"));
        assert_eq!(fill(&filled, &Record::default()).unwrap(), filled);
        assert!(fill("no tables", &Record::default()).is_err());
    }

    #[test]
    fn snapshots_are_told_by_size_and_by_reading() {
        let of = |metric| format!("10000\tfull with names\tfingerpost\t{metric}\n");
        let mut text = of("bytes-per-rule\t172.3") + &of("read-us-per-rule\t0.0132");
        let shown = |text: &str| {
            let mut record = Record::default();
            record.add("snapshot", text).unwrap();
            section(&record, "snapshot", false).unwrap()
        };
        assert!(shown(&text).ends_with("| 10,000 | full with names | 172 | 0.13 |  |  |\n"));
        text += &(of("compile-over-read\t192.7") + &of("write-over-read\t1.6"));
        assert!(shown(&text).ends_with("| 172 | 0.13 | 193 | 1.60 |\n"));
    }

    #[test]
    fn large_numbers_have_commas() {
        assert_eq!(thousands(100), "100");
        assert_eq!(thousands(1_000), "1,000");
        assert_eq!(thousands(1_000_000), "1,000,000");
    }
}
