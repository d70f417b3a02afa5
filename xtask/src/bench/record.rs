//! Measured values, and the files that keep them.
//!
//! A file for each contest, so that one can be measured again by itself: values of two
//! contests are never divided by each other. A line holds size, mix, engine, metric
//! and value; lines that begin with `#` say on what machine they were measured.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::run::probe;
use crate::workspace;

/// This engine, as the record names it.
pub(super) const OURS: &str = "fingerpost";
/// A median above this many times the least says that the machine was busy: even on one
/// that others share, it is below 1.2 in most rows.
const BUSY: f64 = 1.5;

/// What is told of a value besides its contest: size, mix, engine, metric.
type Key = (u64, String, String, String);

/// Every value there is.
#[derive(Debug, Default)]
pub(crate) struct Record {
    contests: BTreeMap<String, Contest>,
}

/// The values of one contest.
#[derive(Debug, Default)]
pub(crate) struct Contest {
    /// On what machine, with what.
    pub(crate) machine: Vec<String>,
    values: BTreeMap<Key, f64>,
    /// Engines in the order in which they were measured.
    pub(crate) engines: Vec<String>,
    /// Mixes likewise.
    pub(crate) mixes: Vec<String>,
}

impl Record {
    /// Reads the files of a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self, String> {
        let mut record = Self::default();
        let files = workspace::files(folder, &["tsv"]);
        for path in files.map_err(|error| format!("{}: {error}", folder.display()))? {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let text = fs::read_to_string(&path);
            let text = text.map_err(|error| format!("{}: {error}", path.display()))?;
            record.add(&name, &text)?;
        }
        Ok(record)
    }

    /// Adds a contest from the text of its file.
    pub(crate) fn add(&mut self, name: &str, text: &str) -> Result<(), String> {
        let contest = Contest::parse(text).map_err(|why| format!("{name}: {why}"))?;
        self.contests.insert(name.to_string(), contest);
        Ok(())
    }

    /// Forgets other contests than these.
    pub(crate) fn keep(&mut self, names: &[String]) {
        self.contests.retain(|name, _| names.contains(name));
    }

    /// A contest.
    pub(crate) fn contest(&self, name: &str) -> Option<&Contest> {
        self.contests.get(name)
    }

    /// All of them, by name.
    pub(crate) fn contests(&self) -> impl Iterator<Item = (&str, &Contest)> {
        let contests = self.contests.iter();
        contests.map(|(name, contest)| (name.as_str(), contest))
    }
}

impl Contest {
    /// Reads lines as [`write()`] writes them.
    fn parse(text: &str) -> Result<Self, String> {
        let mut contest = Self::default();
        for line in text.lines() {
            if let Some(told) = line.strip_prefix("# ") {
                contest.machine.push(told.to_string());
                continue;
            }
            let fields: Vec<&str> = line.split('\t').collect();
            let [size, mix, engine, metric, value] = fields.as_slice() else {
                return Err(format!("no value: {line}"));
            };
            let wrong = || format!("no number: {line}");
            let size = size.parse().map_err(|_| wrong())?;
            let value = value.parse().map_err(|_| wrong())?;
            for (word, list) in [(engine, &mut contest.engines), (mix, &mut contest.mixes)] {
                if *word != "-" && !list.iter().any(|known| known == word) {
                    list.push((*word).to_string());
                }
            }
            let key = (size, (*mix).into(), (*engine).into(), (*metric).into());
            contest.values.insert(key, value);
        }
        Ok(contest)
    }

    /// One value.
    pub(crate) fn value(&self, size: u64, mix: &str, engine: &str, metric: &str) -> Option<f64> {
        let key = (size, mix.into(), engine.into(), metric.into());
        self.values.get(&key).copied()
    }

    /// Nanoseconds of a match.
    pub(crate) fn ns(&self, size: u64, mix: &str, engine: &str) -> Option<f64> {
        self.value(size, mix, engine, "ns")
    }

    /// Whether the machine had other work while this engine was asked: the median of its
    /// passes is far from the least times of their batches.
    pub(crate) fn is_busy(&self, size: u64, mix: &str) -> bool {
        let median = self.value(size, mix, OURS, "ns-median");
        let least = self.ns(size, mix, OURS);
        median
            .zip(least)
            .is_some_and(|(median, least)| median > BUSY * least)
    }

    /// How many sizes and mixes that is so for.
    pub(crate) fn busy_rows(&self) -> usize {
        let rows = self.all("ns-median");
        let ours = rows.filter(|(_, _, engine, _)| *engine == OURS);
        ours.filter(|(size, mix, ..)| self.is_busy(*size, mix))
            .count()
    }

    /// One engine's time in that of another.
    pub(crate) fn ratio(&self, size: u64, mix: &str, engine: &str, to: &str) -> Option<f64> {
        Some(self.ns(size, mix, engine)? / self.ns(size, mix, to)?)
    }

    /// Sizes, smallest first.
    pub(crate) fn sizes(&self) -> Vec<u64> {
        let mut sizes: Vec<u64> = self.values.keys().map(|key| key.0).collect();
        sizes.dedup();
        sizes
    }

    /// Every value of a metric: size, mix, engine, value.
    pub(crate) fn all(&self, metric: &str) -> impl Iterator<Item = (u64, &str, &str, f64)> {
        let values = self.values.iter();
        values
            .filter(move |(key, _)| key.3 == metric)
            .map(|((size, mix, engine, _), value)| (*size, mix.as_str(), engine.as_str(), *value))
    }
}

/// Writes what a contest's programs printed: six fields a line, the contest first. Gives
/// the file.
pub(crate) fn write(
    folder: &Path,
    name: &str,
    machine: &[String],
    measured: &str,
) -> Result<PathBuf, String> {
    let mut text = String::new();
    for line in machine {
        // Writing to a string does not fail.
        let _ = writeln!(text, "# {line}");
    }
    let prefix = format!("{name}\t");
    for line in measured.lines() {
        if let Some(value) = line.strip_prefix(&prefix) {
            let _ = writeln!(text, "{value}");
        }
    }
    let path = folder.join(format!("{name}.tsv"));
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}

/// The machine and the tools, in words: what one has to know to understand a value,
/// and nothing that names a place.
pub(crate) fn machine() -> Vec<String> {
    let file = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let line = |text: &str, name: &str| {
        let found = text.lines().find(|line| line.starts_with(name));
        let found = found.and_then(|line| line.split_once(':'));
        found.map_or("unknown".to_string(), |(_, value)| value.trim().to_string())
    };
    let cpus = file("/proc/cpuinfo");
    let memory = line(&file("/proc/meminfo"), "MemTotal");
    let kib: u64 = memory
        .split(' ')
        .next()
        .and_then(|kib| kib.parse().ok())
        .unwrap_or(0);
    let huge = file("/sys/kernel/mm/transparent_hugepage/enabled");
    let huge = huge.split(['[', ']']).nth(1).unwrap_or("unknown");
    let word = |program: &str, arguments: &[&str]| {
        let told = probe(program, arguments).unwrap_or_default();
        told.lines().next().unwrap_or("unknown").trim().to_string()
    };
    vec![
        format!(
            "machine: {}, {} logical CPUs, {} GiB, {}, huge pages {huge}",
            line(&cpus, "model name"),
            std::thread::available_parallelism().map_or(0, usize::from),
            (kib + (1 << 19)) >> 20,
            system(&word("uname", &["-sr"])),
        ),
        format!(
            "compiler: {}, profile release",
            word("rustc", &["--version"])
        ),
        format!("date: {}", word("date", &["-u", "+%Y-%m-%d"])),
        format!("commit: {}", commit()),
        format!("peers: {}", peers()),
    ]
}

/// What is written down by a run, and so says nothing of what was measured.
const WRITTEN: [&str; 3] = [
    ":(top,exclude)benches/record",
    ":(top,exclude)docs/performance.md",
    ":(top,exclude)docs/pictures",
];

/// The commit that is checked out, with `-dirty` where the tree is not what it has. What
/// earlier runs wrote is left out: it would mark every run of a contest after the first.
fn commit() -> String {
    let describe = ["describe", "--always", "--abbrev=12", "--exclude=*"];
    let Some(commit) = probe("git", &describe) else {
        return "unknown".to_string();
    };
    let mut status = vec!["status", "--porcelain", "--untracked-files=no", "--", ":/"];
    status.extend(WRITTEN);
    let is_clean = probe("git", &status).is_some_and(|changed| changed.trim().is_empty());
    let mark = if is_clean { "" } else { "-dirty" };
    format!("{}{mark}", commit.trim())
}

/// A system's name and the first two numbers of its version: what follows them is its
/// builder's.
fn system(told: &str) -> String {
    let mut dots = 0;
    let is_told = |c: &char| {
        dots += usize::from(*c == '.');
        dots < 2
    };
    told.chars().take_while(is_told).collect()
}

/// The peers' versions, from the lock file.
fn peers() -> String {
    const PEERS: [&str; 8] = [
        "atc-router",
        "foldhash",
        "hashbrown",
        "matchit",
        "path-tree",
        "regex",
        "regex-automata",
        "wayfind",
    ];
    let lock = fs::read_to_string(workspace::root().join("Cargo.lock")).unwrap_or_default();
    let version = |name: &str| {
        let rest = lock
            .split_once(&format!("name = \"{name}\"\nversion = \""))?
            .1;
        Some(format!("{name} {}", rest.split('"').next()?))
    };
    let versions: Vec<String> = PEERS.iter().filter_map(|name| version(name)).collect();
    versions.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{Contest, system};

    #[test]
    fn a_system_is_told_without_its_builder() {
        assert_eq!(system("Linux 6.1.0-18-amd64"), "Linux 6.1");
        assert_eq!(system("Darwin 24.1"), "Darwin 24.1");
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let text = "# machine: a\n10\thot\tone\tns\t2.5\n10\thot\ttwo\tns\t5\n";
        let contest = Contest::parse(text).unwrap();
        assert_eq!(contest.machine, ["machine: a"]);
        assert_eq!(contest.ratio(10, "hot", "one", "two"), Some(0.5));
        assert_eq!(contest.ns(11, "hot", "one"), None);
        assert_eq!(contest.engines, ["one", "two"]);
        assert!(Contest::parse("10\thot\tone\tns\n").is_err());
        assert!(Contest::parse("10\thot\tone\tns\tfast\n").is_err());
    }
}
