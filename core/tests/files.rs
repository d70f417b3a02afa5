//! Files and folders that are read once. Which files a folder stands for is tested through
//! the command line as well (`cli/tests/inputs.rs`).
#![cfg(feature = "files")]

mod folder;

use fingerpost::SnapshotError;
use fingerpost::compile::Compiler;
use fingerpost::diagnostic::codes::{cli, read};
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

/// The bytes of a snapshot of [`ROUTES`].
fn snapshot() -> Vec<u8> {
    let mut reading = Reading::new(&Limits::default());
    reading.add("<text>", ROUTES.as_bytes()).unwrap();
    let compiled = reading
        .finish()
        .compile(&Options::default(), &Compiler::new());
    compiled.table.to_snapshot()
}

#[test]
fn a_snapshot_is_a_table_whatever_it_is_called() {
    let folder = Folder::new("called");
    for name in ["table.fpt", "table.yaml", "table"] {
        std::fs::write(folder.join(name), snapshot()).unwrap();
        let files = files::read(&[folder.join(name)], &Limits::default()).unwrap();
        assert_eq!(files.sources.iter().count(), 0);
        let read = files.snapshot.as_ref().unwrap();
        assert_eq!(read.name(), folder.join(name).to_str().unwrap());
        assert_eq!(read.bytes(), snapshot());
        assert!(files.import(&Options::default()).routes.routes.is_empty());
        let compiled = files.compile(&Options::default(), &Compiler::new());
        assert!(compiled.diagnostics.is_empty());
        assert_eq!(compiled.table.stats().rules, 1);
        assert_eq!(compiled.table.to_snapshot(), snapshot());
    }
}

#[test]
fn a_snapshot_is_refused_beside_anything_else() {
    let table = snapshot();
    let sources = [("table.fpt", &table[..]), ("a.yaml", ROUTES.as_bytes())];
    for (first, second, other) in [(0, 1, "a.yaml"), (1, 0, "a.yaml"), (0, 0, "table.fpt")] {
        let mut reading = Reading::new(&Limits::default());
        let (name, bytes) = sources[first];
        reading.add(name, bytes).unwrap();
        let (name, bytes) = sources[second];
        let error = reading.add(name, bytes).unwrap_err();
        assert_eq!(error.name, "table.fpt");
        assert_eq!(error.code(), cli::NOT_ALONE);
        assert!(
            error
                .to_string()
                .ends_with(&format!("{other} is given as well")),
            "{error}"
        );
    }
}

#[test]
fn what_is_called_a_snapshot_and_is_none_is_not_read_as_text() {
    let mut reading = Reading::new(&Limits::default());
    let error = reading.add("table.fpt", ROUTES.as_bytes()).unwrap_err();
    assert_eq!(error.code(), cli::NOT_A_SNAPSHOT);
    let mut table = snapshot();
    table.truncate(40);
    let error = reading.add("table.fpt", &table[..]).unwrap_err();
    assert_eq!(error.code(), cli::SNAPSHOT_LENGTH);
    assert!(matches!(
        error.why,
        Why::Snapshot(SnapshotError::Length { found: 40, .. })
    ));
    // What was read before stays, and nothing of this was.
    reading.add("a.yaml", ROUTES.as_bytes()).unwrap();
}

/// This build has the compiler and this machine the right order of bytes, so that two of
/// these are given by no snapshot here.
#[test]
fn each_reason_to_refuse_a_snapshot_has_its_code() {
    let (found, stated) = (1, 2);
    let of = |pattern: &str| SnapshotError::Pattern {
        part: "patterns",
        pattern: pattern.into(),
    };
    for (refused, code, says) in [
        (
            SnapshotError::NotASnapshot,
            cli::NOT_A_SNAPSHOT,
            "not a snapshot",
        ),
        (
            SnapshotError::Version {
                found: 2,
                supported: 1,
            },
            cli::SNAPSHOT_VERSION,
            "newer",
        ),
        (
            SnapshotError::Length { found, stated },
            cli::SNAPSHOT_LENGTH,
            "1 bytes where it says 2",
        ),
        (SnapshotError::Checksum, cli::SNAPSHOT_CHECKSUM, "damaged"),
        (
            SnapshotError::Malformed { part: "steps" },
            cli::SNAPSHOT_MALFORMED,
            "the snapshot's steps are not well-formed",
        ),
        (
            of("(?:\\A(?:a))"),
            cli::SNAPSHOT_PATTERN,
            "patterns have one that must be compiled, and this build has no compiler of patterns \
             (feature `compile`): \"(?:\\A(?:a))\"",
        ),
        // Of a long one the beginning is told.
        (
            of(&"ä".repeat(81)),
            cli::SNAPSHOT_PATTERN,
            &format!("\"{}\"", "ä".repeat(80)),
        ),
        (
            SnapshotError::ByteOrder,
            cli::SNAPSHOT_BYTE_ORDER,
            "compile the routes here",
        ),
    ] {
        let (name, why) = ("table.fpt".to_owned(), Why::Snapshot(refused));
        let error = files::Error { name, why };
        assert_eq!(error.code(), code);
        let text = error.to_string();
        assert!(text.starts_with("table.fpt cannot be read: "), "{text}");
        assert!(text.contains(says), "{text}");
    }
}
