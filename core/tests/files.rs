//! Files and folders that are read once. Which files a folder stands for is tested through
//! the command line as well (`cli/tests/inputs.rs`).
#![cfg(feature = "files")]

mod folder;

use fingerpost::compile::Compiler;
use fingerpost::diagnostic::codes::read;
use fingerpost::files::{self, Limits, Reading, Why};
use fingerpost::import::Options;

use folder::Folder;

const ROUTES: &str = "fingerpost: v1\nroutes:\n- {name: all, rules: [{backend: b}]}\n";

#[test]
fn files_become_a_table_and_what_is_wrong_with_one_costs_no_other() {
    let folder = Folder::new("files");
    folder.write("b.yaml", ROUTES);
    folder.write("a.yml", "fingerpost: v1\nroutes: 7\n");
    std::fs::write(folder.join("c.json"), b"\xff").unwrap();
    let files = files::read(&[folder.path()], &Limits::default()).unwrap();
    let names: Vec<_> = files
        .sources
        .iter()
        .map(|file| file.name().rsplit('/').next().unwrap())
        .collect();
    assert_eq!(names, ["a.yml", "b.yaml", "c.json"]);
    let compiled = files.compile(&Options::default(), &Compiler::new());
    assert_eq!(compiled.table.stats().rules, 1);
    let codes: Vec<_> = compiled
        .diagnostics
        .iter()
        .map(|found| found.code)
        .collect();
    assert_eq!(codes.first(), Some(&read::NOT_UTF8));
    assert_eq!(codes.len(), 2);
}

#[test]
fn texts_that_are_no_files_stand_between_them() {
    let folder = Folder::new("between");
    folder.write("a.yaml", ROUTES);
    let mut reading = Reading::new(&Limits::default());
    reading.add("<first>", ROUTES.as_bytes()).unwrap();
    reading.add_path(folder.path()).unwrap();
    reading.add("<last>", ROUTES.as_bytes()).unwrap();
    let error = reading.add("<bad>", &b"a: \xff"[..]).unwrap_err();
    assert!(matches!(error.why, Why::NotText(_)), "{error}");
    assert!(
        error
            .to_string()
            .starts_with("<bad>:1:4 cannot be read: byte 0xFF"),
        "{error}"
    );
    let files = reading.finish();
    assert_eq!(files.sources.get(0).unwrap().name(), "<first>");
    assert_eq!(files.sources.get(2).unwrap().name(), "<last>");
}

#[test]
fn limits_count_over_all_that_is_read() {
    let folder = Folder::new("limits");
    folder.write("x/a.yaml", ROUTES);
    folder.write("y/b.yaml", ROUTES);
    let both = [folder.join("x"), folder.join("y")];
    let mut limits = Limits::default();
    limits.total_bytes = 2 * ROUTES.len() as u64;
    limits.entries = 2;
    limits.depth = 0;
    assert!(files::read(&both, &limits).is_ok());
    let too_much = |change: fn(&mut Limits)| {
        let mut limits = limits;
        change(&mut limits);
        files::read(&both, &limits).unwrap_err().why
    };
    assert!(matches!(
        too_much(|l| l.total_bytes -= 1),
        Why::TooLarge { .. }
    ));
    assert!(matches!(
        too_much(|l| l.file_bytes = 10),
        Why::TooLarge { most: 10 }
    ));
    assert!(matches!(
        too_much(|l| l.entries = 1),
        Why::TooMany { most: 1 }
    ));
    let deep = files::read(&[folder.path()], &limits).unwrap_err().why;
    assert!(matches!(deep, Why::TooDeep { most: 0 }), "{deep:?}");
}
