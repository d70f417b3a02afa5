//! Documents that must say what the code says.

use std::collections::BTreeMap;

use fingerpost::diagnostic::codes;

const DIAGNOSTICS: &str = include_str!("../../docs/diagnostics.md");

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
