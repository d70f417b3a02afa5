//! What the layout of the tree promises, checked by reading the sources.
//!
//! These are laws that no compiler checks: which folder may know which, how
//! long a file may grow, that documents point at files that exist. Each law is
//! a function over the text of one file, so that its own tests need no tree.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::workspace;

/// Folders of the engine that a build without a compiler consists of.
const SEARCHING: &[&str] = &[
    "core/src/table",
    "core/src/matcher",
    "core/src/decision",
    "core/src/snapshot",
];
/// What those never name: a table is then searched and decided without YAML, a
/// regex compiler or serde.
const COMPILING: &[&str] = &["model", "import", "compile", "serde", "serde_json"];

/// A file longer than this needs a line in [`LONG`].
const LINES: usize = 800;
/// Files that may be longer, each with its reason.
const LONG: &[(&str, &str)] = &[];

/// Packages with lints of their own, each with its reason.
const OWN_LINTS: &[(&str, &str)] = &[(
    "tests/Cargo.toml",
    "one test counts what the allocator is asked for, one maps a file: both take `unsafe`",
)];

/// Text that belongs to one machine or is a note to oneself. Each is written in
/// two halves, so that this file does not hold it.
const FORBIDDEN: &[(&str, &str, &str)] = &[
    ("/ho", "me/", "a path of one machine"),
    ("/ro", "ot/", "a path of one machine"),
    ("/Use", "rs/", "a path of one machine"),
    ("/wo", "rk/", "a path of one machine"),
    ("TO", "DO", "work left for later"),
    ("FIX", "ME", "work left for later"),
    ("XX", "X", "work left for later"),
    ("todo", "!(", "work left for later"),
    ("unimplemented", "!(", "work left for later"),
    (
        "#[ig",
        "nore]",
        "a test that does not run, without a reason",
    ),
];

/// What a check of the whole tree found.
pub(crate) struct Report {
    /// How many times a law held.
    pub(crate) held: u64,
    /// Where one did not: `file:line: what`.
    pub(crate) breaches: Vec<String>,
}

/// Checks every law over the whole tree.
pub(crate) fn check() -> Result<Report, String> {
    let root = workspace::root();
    let mut report = Report {
        held: 0,
        breaches: Vec::new(),
    };
    let paths = workspace::files(&root, &["rs", "md", "toml", "yaml", "sh"])
        .map_err(|error| format!("the tree cannot be read: {error}"))?;
    for path in &paths {
        let name = workspace::relative(path);
        let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
        let mut laws = vec![forbidden(&text)];
        if name.ends_with(".rs") {
            laws.push(long(&name, &text));
            laws.push(essay(&name, &text));
            if SEARCHING.iter().any(|folder| name.starts_with(folder)) {
                laws.push(knows(&text, COMPILING));
            }
        }
        if name.ends_with(".md") {
            laws.push(dead_links(&text, path.parent().unwrap_or(&root)));
        }
        if name.ends_with("Cargo.toml") && name != "Cargo.toml" && !name.starts_with("fuzz/") {
            laws.push(shared_lints(&name, &text));
        }
        for breaches in laws {
            report.held += u64::from(breaches.is_empty());
            report.breaches.extend(
                breaches
                    .into_iter()
                    .map(|breach| format!("{name}:{breach}")),
            );
        }
    }
    let unnamed = unnamed_in_map(&root).map_err(|error| format!("README.md: {error}"))?;
    report.held += u64::from(unnamed.is_empty());
    report.breaches.extend(unnamed);
    Ok(report)
}

/// Text that must not stand anywhere.
fn forbidden(text: &str) -> Vec<String> {
    let mut breaches = Vec::new();
    for (at, line) in text.lines().enumerate() {
        for (head, tail, why) in FORBIDDEN {
            if line.contains(&format!("{head}{tail}")) {
                breaches.push(format!("{}: {head}{tail}: {why}", at + 1));
            }
        }
    }
    breaches
}

/// A file that has grown too long.
fn long(name: &str, text: &str) -> Vec<String> {
    let lines = text.lines().count();
    let allowed = LONG
        .iter()
        .any(|(file, reason)| *file == name && !reason.is_empty());
    if lines > LINES && !allowed {
        return vec![format!("{lines}: over {LINES} lines; split it by duty")];
    }
    Vec::new()
}

/// A source file that does not say what it is for.
fn essay(name: &str, text: &str) -> Vec<String> {
    // A file of tests says what it is for by its name and theirs.
    let is_code = name.contains("/src/") && !name.contains("/tests/");
    let is_module = is_code || name.contains("/fuzz_targets/");
    let first = text.lines().next().unwrap_or_default();
    if is_module && !first.starts_with("//!") {
        return vec!["1: no `//!` says what this file is for".to_string()];
    }
    Vec::new()
}

/// Names of modules or crates that this folder must not know.
fn knows(text: &str, unknown: &[&str]) -> Vec<String> {
    let mut breaches = Vec::new();
    let mut in_tests = false;
    for (at, line) in text.lines().enumerate() {
        // Tests stand last in a file and may build what they search.
        in_tests |= line.trim_start().starts_with("#[cfg(test)]");
        let code = line.split("//").next().unwrap_or_default();
        if in_tests {
            continue;
        }
        for name in unknown {
            if names(code, name) {
                breaches.push(format!("{}: knows `{name}`", at + 1));
            }
        }
    }
    breaches
}

/// Whether a line of code names `crate::name`, `super::name` or the crate `name`,
/// also within `use crate::{...}`.
fn names(code: &str, name: &str) -> bool {
    let mut rest = code;
    let mut before = "";
    while let Some(at) = rest.find(name) {
        let (head, tail) = (&rest[..at], &rest[at + name.len()..]);
        let whole = format!("{before}{head}");
        let boundary = |c: char| !c.is_alphanumeric() && c != '_';
        let starts = whole.chars().next_back().is_none_or(boundary);
        let ends = tail.chars().next().is_none_or(boundary);
        let is_path = whole.ends_with("crate::")
            || whole.ends_with("super::")
            || (whole.trim_start().starts_with("use crate::{") && !whole.ends_with("::"))
            || (tail.starts_with("::") && !whole.ends_with("::"));
        if starts && ends && is_path {
            return true;
        }
        before = &code[..code.len() - tail.len()];
        rest = tail;
    }
    false
}

/// Links to files that do not exist.
fn dead_links(text: &str, folder: &Path) -> Vec<String> {
    let mut breaches = Vec::new();
    let mut fenced = false;
    for (at, line) in text.lines().enumerate() {
        fenced ^= line.trim_start().starts_with("```");
        if fenced {
            continue;
        }
        for target in link_targets(line) {
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") || file.starts_with("mailto:") {
                continue;
            }
            if !folder.join(file).exists() {
                breaches.push(format!("{}: links to {file}, which does not exist", at + 1));
            }
        }
    }
    breaches
}

/// What `[text](target)` links of a line point to.
fn link_targets(line: &str) -> Vec<&str> {
    let mut targets = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find("](") {
        rest = &rest[at + 2..];
        if let Some(end) = rest.find(')') {
            targets.push(&rest[..end]);
            rest = &rest[end..];
        }
    }
    targets
}

/// A package that sets lints of its own.
fn shared_lints(name: &str, manifest: &str) -> Vec<String> {
    let allowed = OWN_LINTS
        .iter()
        .any(|(file, reason)| *file == name && !reason.is_empty());
    if !allowed && manifest.contains("[package]") && !manifest.contains("[lints]\nworkspace = true")
    {
        return vec!["1: does not take the workspace's lints".to_string()];
    }
    Vec::new()
}

/// Top-level folders that the README's map does not name.
fn unnamed_in_map(root: &Path) -> Result<Vec<String>, String> {
    let text = fs::read_to_string(root.join("README.md")).map_err(|error| error.to_string())?;
    let map = text
        .split("## Where things are")
        .nth(1)
        .ok_or("no section \"Where things are\"")?;
    let map = map.split("\n## ").next().unwrap_or_default();
    let mut folders = BTreeSet::new();
    for path in workspace::files(root, &["rs", "md", "toml", "yaml"]).map_err(|e| e.to_string())? {
        if let Some((folder, _)) = workspace::relative(&path).split_once('/') {
            folders.insert(folder.to_string());
        }
    }
    let unnamed = folders
        .iter()
        .filter(|folder| !map.contains(&format!("{folder}/")));
    Ok(unnamed
        .map(|folder| format!("README.md: the map does not name {folder}/"))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::{COMPILING, dead_links, essay, forbidden, knows, link_targets, long};
    use std::path::Path;

    #[test]
    fn the_table_does_not_know_the_model() {
        for line in [
            "use crate::model::RouteSet;",
            "use crate::{model, table};",
            "use crate::{table::Host, compile};",
            "use super::super::import::Import;",
            "let value: serde_json::Value;",
            "fn f(x: &crate::compile::Plan) {}",
        ] {
            assert_eq!(knows(line, COMPILING).len(), 1, "{line}");
        }
        for line in [
            "use crate::table::Host;",
            "// as crate::model says",
            "let model = 1;",
            "use crate::{table, util};",
            "self.compile(model)",
            "table::compiled::x()",
            "#[cfg(test)] use crate::model::X;",
        ] {
            assert_eq!(knows(line, COMPILING), Vec::<String>::new(), "{line}");
        }
    }

    #[test]
    fn long_files_need_a_reason() {
        let text = "x\n".repeat(801);
        assert_eq!(long("core/src/lib.rs", &text).len(), 1);
        assert_eq!(long("core/src/lib.rs", &text[..1600]), Vec::<String>::new());
    }

    #[test]
    fn source_files_say_what_they_are_for() {
        assert_eq!(essay("core/src/x.rs", "use alloc::vec;\n").len(), 1);
        assert!(essay("core/src/x.rs", "//! X.\n").is_empty());
        assert!(essay("tests/tests/x.rs", "use alloc::vec;\n").is_empty());
        assert!(essay("core/src/x/tests/y.rs", "use alloc::vec;\n").is_empty());
    }

    #[test]
    fn links_point_at_files() {
        assert_eq!(
            link_targets("[a](b.md) and [c](d.md#e)"),
            ["b.md", "d.md#e"]
        );
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(dead_links("[a](Cargo.toml#x) [b](https://x.example)", here).is_empty());
        assert_eq!(dead_links("[a](no-such-file.md)", here).len(), 1);
        assert!(dead_links("```\n[a](no-such-file.md)\n```", here).is_empty());
    }

    #[test]
    fn nothing_is_left_for_later() {
        assert_eq!(forbidden(concat!("// TO", "DO: later")).len(), 1);
        assert_eq!(forbidden(concat!("see /ho", "me/someone/x")).len(), 1);
        assert!(forbidden("see docs/").is_empty());
    }
}
