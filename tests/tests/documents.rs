//! Documents that must say what the code says.

use std::collections::BTreeMap;

use fingerpost::diagnostic::codes;

const DIAGNOSTICS: &str = include_str!("../../docs/diagnostics.md");
const LIMITS: &str = include_str!("../../docs/limits.md");

/// Rows `| FPnnnn | title | ... |` of the document.
fn documented() -> BTreeMap<String, String> {
    let mut rows = BTreeMap::new();
    for line in DIAGNOSTICS.lines() {
        let mut cells = line.split(" | ");
        let code = cells.next().and_then(|cell| cell.strip_prefix("| "));
        if let (Some(code), Some(title)) = (code.filter(|code| is_code(code)), cells.next()) {
            let before = rows.insert(code.to_string(), title.trim().to_string());
            assert_eq!(before, None, "docs/diagnostics.md lists {code} twice");
        }
    }
    rows
}

fn is_code(text: &str) -> bool {
    text.strip_prefix("FP")
        .is_some_and(|number| number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[test]
fn every_code_is_documented_under_its_title() {
    let mut rows = documented();
    for info in codes::all() {
        let row = rows.remove(&info.code.to_string());
        assert_eq!(
            row.as_deref(),
            Some(info.title),
            "{} in docs/diagnostics.md",
            info.code
        );
    }
    assert!(
        rows.is_empty(),
        "docs/diagnostics.md lists codes that do not exist: {rows:?}"
    );
}

#[test]
fn a_code_is_given_once_and_in_order() {
    let numbers: Vec<u16> = codes::all().map(|info| info.code.0).collect();
    assert!(!numbers.is_empty());
    assert!(
        numbers.windows(2).all(|pair| pair[0] < pair[1]),
        "{numbers:?}"
    );
}

/// Names and values of a struct's fields, as `Debug` writes them.
fn fields(debug: &str) -> Vec<(String, u64)> {
    let (_, fields) = debug.trim_end_matches(" }").split_once(" { ").unwrap();
    let field = |field: &str| {
        let (name, value) = field.split_once(": ").unwrap();
        (name.to_string(), value.parse().unwrap())
    };
    fields.split(", ").map(field).collect()
}

/// Limits that count something other than bytes, and could be taken for such.
const COUNTS: &[&str] = &["predicate_steps", "targets"];

/// A number as the document writes it.
fn written(name: &str, value: u64) -> String {
    let is_bytes = !COUNTS.contains(&name);
    match value {
        value if value == u64::from(u32::MAX) => "none".to_string(),
        value if is_bytes && value % (1 << 20) == 0 => format!("{} MiB", value >> 20),
        value if is_bytes && value % (1 << 10) == 0 => format!("{} KiB", value >> 10),
        value => {
            let digits = value.to_string();
            let groups = digits.as_bytes().rchunks(3).rev();
            let groups: Vec<_> = groups.map(|g| std::str::from_utf8(g).unwrap()).collect();
            groups.join(",")
        }
    }
}

#[test]
fn every_limit_is_documented_with_its_default() {
    let import = format!("{:?}", fingerpost::import::Limits::default());
    let compile = format!("{:?}", fingerpost::compile::limits::Limits::default());
    let all = [fields(&import), fields(&compile)].concat();
    assert!(all.len() > 15);
    for (name, value) in all {
        let start = format!("| `{name}`");
        let rows: Vec<_> = LIMITS.lines().filter(|l| l.starts_with(&start)).collect();
        let [row] = rows[..] else {
            panic!("docs/limits.md has {} rows of {name}", rows.len());
        };
        let default = row.split(" | ").nth(1).unwrap_or_default();
        let want = written(&name, value);
        assert!(
            default
                .strip_prefix(&want)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')),
            "docs/limits.md: {name} is {want}, not {default}"
        );
    }
}

/// Where a table of docs/features.md leads: a file, and the name of a case or test.
fn leads(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let links = line.split("](").skip(1);
    links.filter_map(|rest| {
        let target = rest.split(')').next()?;
        Some(target.split_once('#').unwrap_or((target, "")))
    })
}

#[test]
fn every_feature_leads_to_a_case_that_exists() {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let features = std::fs::read_to_string(docs.join("features.md")).expect("docs/features.md");
    let mut counted = 0;
    for line in features.lines().filter(|line| line.starts_with("| ")) {
        let cell = line.split(" | ").nth(1).unwrap_or("");
        assert!(
            cell.starts_with("[yes]")
                || cell.starts_with("[part]")
                || cell.starts_with("no")
                || cell == "Fingerpost",
            "docs/features.md: {cell}"
        );
        for (file, name) in leads(cell) {
            let text = std::fs::read_to_string(docs.join(file));
            let text =
                text.unwrap_or_else(|error| panic!("docs/features.md leads to {file}: {error}"));
            let is_there = name.is_empty()
                || text.contains(&format!("name = \"{name}\""))
                || text.contains(&format!("fn {name}("));
            assert!(is_there, "docs/features.md leads to {file}#{name}");
            counted += 1;
        }
    }
    assert!(counted > 100, "docs/features.md has {counted} links");
}
