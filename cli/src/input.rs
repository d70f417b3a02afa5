//! Reading FILES: files, folders and standard input, into the importer's sources.
//!
//! A folder is read recursively, its manifests sorted by path, so that the same
//! tree gives the same input on every machine. Hidden entries are passed over
//! (`.git`, and the `..data` links of a mounted ConfigMap, which would give each
//! file twice). Each folder is entered once, however many links lead to it, so
//! that a loop of links ends. A file of a folder that is not UTF-8 costs itself and no
//! other, as one that is not YAML does; one that is named ends the command.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use fingerpost::diagnostic::Diagnostic;
use fingerpost::import::Sources;

use crate::failure::Failure;

/// Largest file taken. Positions are held in 32 bits; this leaves room.
const MAX_FILE: u64 = 1 << 30;

/// Largest sum of files taken.
const MAX_TOTAL: u64 = 3 << 30;

/// Deepest nesting of folders.
const MAX_DEPTH: usize = 128;

/// Reads everything that the command line names, in its order; with it, what was
/// refused within folders.
///
/// # Errors
///
/// A file or folder that cannot be read or is too large; a named file that is not
/// UTF-8; a folder without manifests; a name given twice for standard input.
pub(crate) fn read(names: &[PathBuf]) -> Result<(Sources, Vec<Diagnostic>), Failure> {
    let mut reader = Reader {
        sources: Sources::new(),
        refused: Vec::new(),
        left: MAX_TOTAL,
        entered: HashSet::new(),
    };
    let mut stdin = false;
    for name in names {
        if name.as_os_str() == "-" {
            if std::mem::replace(&mut stdin, true) {
                return Err(Failure::Usage(
                    "standard input ('-') is named twice".to_owned(),
                ));
            }
            let added = reader.add("<stdin>", io::stdin().lock())?;
            added.map_err(|refused| not_text("<stdin>", refused))?;
        } else {
            reader.named(name)?;
        }
    }
    Ok((reader.sources, reader.refused))
}

struct Reader {
    sources: Sources,
    /// What was refused of the files of folders.
    refused: Vec<Diagnostic>,
    left: u64,
    /// Folders entered, by their real path.
    entered: HashSet<PathBuf>,
}

impl Reader {
    /// A file or folder that the user named: a file of any kind and ending.
    fn named(&mut self, path: &Path) -> Result<(), Failure> {
        let kind = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
        if !kind.is_dir() {
            let added = self.file(path)?;
            return added.map_err(|refused| not_text(&shown(path), refused));
        }
        let mut files = Vec::new();
        self.folder(path, 0, &mut files)?;
        if files.is_empty() {
            let why = "no *.yaml, *.yml or *.json file in this folder";
            return Err(Failure::unreadable(&shown(path), why));
        }
        files.sort();
        for file in &files {
            let added = self.file(file)?;
            self.refused.extend(added.err());
        }
        Ok(())
    }

    /// Collects the manifests below a folder.
    fn folder(
        &mut self,
        path: &Path,
        depth: usize,
        files: &mut Vec<PathBuf>,
    ) -> Result<(), Failure> {
        if depth > MAX_DEPTH {
            let why = format!("folders are nested more than {MAX_DEPTH} deep");
            return Err(Failure::unreadable(&shown(path), why));
        }
        let real = fs::canonicalize(path).map_err(|error| unreadable(path, &error))?;
        if !self.entered.insert(real) {
            return Ok(());
        }
        let mut folders = Vec::new();
        for entry in fs::read_dir(path).map_err(|error| unreadable(path, &error))? {
            let entry = entry.map_err(|error| unreadable(path, &error))?;
            let name = entry.file_name();
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let path = entry.path();
            match fs::metadata(&path) {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_file() && is_manifest(&path) => files.push(path),
                Ok(_) => {}
                // A dangling link matters where it would have been read.
                Err(error) if is_manifest(&path) => return Err(unreadable(&path, &error)),
                Err(_) => {}
            }
        }
        // Sorted, so that it does not depend on the file system by which of
        // several links a folder is entered.
        folders.sort();
        folders
            .iter()
            .try_for_each(|folder| self.folder(folder, depth + 1, files))
    }

    fn file(&mut self, path: &Path) -> Result<Result<(), Diagnostic>, Failure> {
        let file = fs::File::open(path).map_err(|error| unreadable(path, &error))?;
        self.add(&shown(path), file)
    }

    /// Adds a file; a diagnostic where it is no text.
    fn add(&mut self, name: &str, from: impl Read) -> Result<Result<(), Diagnostic>, Failure> {
        let most = MAX_FILE.min(self.left);
        let mut bytes = Vec::new();
        from.take(most + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| Failure::unreadable_for(name, &error))?;
        if bytes.len() as u64 > most {
            let why = format!("more than {most} bytes of input");
            return Err(Failure::unreadable(name, why));
        }
        self.left -= bytes.len() as u64;
        Ok(self.sources.add_bytes(name, bytes).map(|_| ()))
    }
}

fn is_manifest(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ["yaml", "yml", "json"].iter().any(|known| ending == *known))
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn not_text(name: &str, refused: Diagnostic) -> Failure {
    let at = refused.origin.unwrap_or_default();
    Failure::unreadable(
        &format!("{name}:{}:{}", at.line, at.column),
        refused.message,
    )
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::unreadable_for(&shown(path), error)
}
