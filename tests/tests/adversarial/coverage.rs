//! Every attack case is a test, or is listed as not encoded with the reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fingerpost_tests::shared;
use serde_json::Value;

const NOT_ENCODED: &str = include_str!("../../adversarial-not-encoded.txt");

/// Folders of the project that hold no sources of its own.
const PASSED_OVER: &[&str] = &["target", "corpus", "artifacts", "node_modules"];

#[test]
fn every_case_is_a_test_or_listed_with_a_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut encoded = BTreeMap::new();
    for file in sources(&root) {
        for id in ids_of_tests(&fs::read_to_string(&file).unwrap()) {
            encoded.entry(id).or_insert_with(|| file.clone());
        }
    }
    let listed = listed(NOT_ENCODED);
    let both: Vec<_> = listed
        .keys()
        .filter_map(|id| encoded.get_key_value(*id))
        .collect();
    assert!(
        both.is_empty(),
        "tests, and listed as not encoded: {both:?}"
    );

    let Some(file) = shared::folder("data/adversarial.json") else {
        return;
    };
    let cases: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let cases = cases.as_array().unwrap().iter();
    let ids: BTreeSet<&str> = cases.map(|case| case["id"].as_str().unwrap()).collect();
    let is_case = |id: &&str| ids.contains(*id);
    let wrong: Vec<_> = encoded
        .keys()
        .map(String::as_str)
        .chain(listed.keys().copied())
        .filter(|id| !is_case(id))
        .collect();
    assert!(wrong.is_empty(), "no cases have these ids: {wrong:?}");
    let open: Vec<_> = ids
        .iter()
        .filter(|id| !encoded.contains_key(**id) && !listed.contains_key(**id))
        .collect();
    assert!(
        open.is_empty(),
        "{} cases are neither tests nor listed: {open:?}",
        open.len()
    );
    println!(
        "{} encoded, {} listed with a reason",
        encoded.len(),
        listed.len()
    );
}

/// Every Rust source below a folder.
fn sources(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                if !name.starts_with('.') && !PASSED_OVER.contains(&name.as_ref()) {
                    folders.push(path);
                }
            } else if name.ends_with(".rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Ids in the names of a source's tests. What is ignored is no test.
fn ids_of_tests(source: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut attributes = Vec::new();
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[") {
            attributes.push(line);
        } else if !line.is_empty() && !line.starts_with("//") {
            let is_test = attributes.contains(&"#[test]");
            let is_ignored = attributes.iter().any(|line| line.starts_with("#[ignore"));
            if is_test && !is_ignored {
                ids.extend(line.strip_prefix("fn ").and_then(id_of_name));
            }
            attributes.clear();
        }
    }
    ids
}

/// `ADV-QY-002` of `adv_qy_002_an_unparsable_pair_hides_no_later_one()`.
fn id_of_name(name: &str) -> Option<String> {
    let mut words = name.strip_prefix("adv_")?.splitn(3, '_');
    let (category, number, _) = (words.next()?, words.next()?, words.next()?);
    let is_id = category.len() == 2
        && category.bytes().all(|byte| byte.is_ascii_lowercase())
        && number.len() == 3
        && number.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then(|| format!("ADV-{}-{number}", category.to_ascii_uppercase()))
}

/// Lines `ADV-FI-003: reason`; `#` begins a comment.
fn listed(text: &str) -> BTreeMap<&str, &str> {
    let mut listed = BTreeMap::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (id, reason) = line.split_once(": ").unwrap_or((line, ""));
        assert!(!reason.trim().is_empty(), "{id} is listed without a reason");
        let before = listed.insert(id, reason);
        assert_eq!(before, None, "{id} is listed twice");
    }
    listed
}

#[test]
fn an_id_counts_only_in_the_name_of_a_test_that_runs() {
    let source = "
        #[test]
        fn @_qy_002_counts() {}

        fn @_qy_003_is_a_helper() {}

        #[test]
        #[ignore = \"slow\"]
        fn @_qy_005_is_ignored() {}

        #[test]
        /// Says why.
        #[cfg(feature = \"import\")]
        fn @_cb_001_counts_too() {}

        // #[test]
        // fn @_cb_003_is_a_comment() {}

        #[test]
        fn @_query_1_has_no_id() {}
    ";
    // This file is read as well, and these are no tests.
    let source = &source.replace('@', "adv");
    assert_eq!(ids_of_tests(source), ["ADV-QY-002", "ADV-CB-001"]);
}
