//! The reader against files that nobody here wrote, and against its own laws.

use std::fs;
use std::path::{Path, PathBuf};

use fingerpost::import::{Limits, Sources, document};

/// The shared data beside the project, or `None` with the reason printed.
fn shared(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data")
        .join(folder);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}

fn manifests(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            manifests(&path, found);
        } else if path
            .extension()
            .is_some_and(|e| e == "yaml" || e == "yml" || e == "json")
        {
            found.push(path);
        }
    }
}

#[test]
fn dump() {
    let Some(folder) = shared("") else { return };
    let mut files = Vec::new();
    manifests(&folder, &mut files);
    for path in files {
        let mut sources = Sources::new();
        let _ = sources.add_bytes(
            path.file_name().unwrap().to_str().unwrap(),
            fs::read(&path).unwrap(),
        );
        let (documents, found) = document::read(&sources, &Limits::default());
        println!("{} {}", path.display(), documents.roots().count());
        for d in found {
            let o = d.origin.unwrap();
            println!(
                "   {}:{}-{}:{} {} {:?} {} {:?}",
                o.line, o.column, o.end_line, o.end_column, d.code, d.severity, d.message, d.help
            );
        }
    }
}
