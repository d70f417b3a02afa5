//! Which files there are: a walk through folders that looks and reads nothing.

use alloc::vec::Vec;
use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use super::{Error, Limits, Why, shown};

/// A file that is to be read.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    /// What the system tells of it, links followed.
    pub(crate) metadata: Metadata,
    /// Whether the caller named it, not a folder above it.
    pub(crate) is_named: bool,
}

/// A walk through one or more folders.
#[derive(Debug)]
pub(crate) struct Walk {
    limits: Limits,
    /// Entries that may still be looked at.
    left: u64,
    /// Folders entered, by their real path.
    entered: HashSet<PathBuf>,
}

impl Walk {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            limits: *limits,
            left: limits.entries,
            entered: HashSet::new(),
        }
    }

    /// The files that a name stands for: itself, or those below it, in the order in which
    /// they count. None where the folder was entered before, by another name.
    pub(crate) fn files(&mut self, path: &Path) -> Result<Vec<Found>, Error> {
        let metadata = fs::metadata(path).map_err(|error| unreadable(path, error))?;
        let mut files = Vec::new();
        if !metadata.is_dir() {
            files.push(Found {
                path: path.to_path_buf(),
                metadata,
                is_named: true,
            });
        } else if self.folder(path, 0, &mut files)? && files.is_empty() {
            return Err(Error::new(&shown(path), Why::NoManifest));
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// Collects the manifests and snapshots below a folder. False where it was entered before.
    ///
    /// Recursive, to the limit of depth.
    fn folder(&mut self, path: &Path, depth: u32, files: &mut Vec<Found>) -> Result<bool, Error> {
        let most = self.limits.depth;
        if depth > most {
            return Err(Error::new(&shown(path), Why::TooDeep { most }));
        }
        let real = fs::canonicalize(path).map_err(|error| unreadable(path, error))?;
        if !self.entered.insert(real) {
            return Ok(false);
        }
        let mut folders = Vec::new();
        for entry in fs::read_dir(path).map_err(|error| unreadable(path, error))? {
            let entry = entry.map_err(|error| unreadable(path, error))?;
            let most = self.limits.entries;
            self.left = self
                .left
                .checked_sub(1)
                .ok_or_else(|| Error::new(&shown(path), Why::TooMany { most }))?;
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let path = entry.path();
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => folders.push(path),
                Ok(metadata) if metadata.is_file() && is_input(&path) => files.push(Found {
                    path,
                    metadata,
                    is_named: false,
                }),
                Ok(_) => {}
                // A dangling link matters where it would have been read.
                Err(error) if is_input(&path) => return Err(unreadable(&path, error)),
                Err(_) => {}
            }
        }
        // Sorted, so that it does not depend on the file system by which of
        // several links a folder is entered.
        folders.sort();
        for folder in &folders {
            self.folder(folder, depth + 1, files)?;
        }
        Ok(true)
    }
}

/// The ending of snapshots.
const SNAPSHOT: &str = "fpt";

/// Whether a file of a folder is read. The one place that knows the endings.
fn is_input(path: &Path) -> bool {
    path.extension().is_some_and(|ending| {
        ["yaml", "yml", "json", SNAPSHOT]
            .iter()
            .any(|known| ending == *known)
    })
}

/// Whether a file is called as snapshots are.
pub(super) fn is_called_snapshot(name: &Path) -> bool {
    name.extension().is_some_and(|ending| ending == SNAPSHOT)
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    Error::new(&shown(path), Why::Io(error))
}
