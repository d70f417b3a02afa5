//! Manifests in files and folders, read into the importer's [`Sources`], or a snapshot.
//!
//! # What is read
//!
//! * A file that is named, of any kind and ending: a pipe is one too.
//! * A folder with all that is below it: `*.yaml`, `*.yml`, `*.json` and `*.fpt`, sorted by
//!   path, so that the same tree gives the same input on every machine.
//! * In place of manifests, one snapshot ([`Table::to_snapshot`]): what is called `*.fpt`, or
//!   begins as a snapshot does, whatever it is called. No manifest can begin so.
//! * Not what is hidden (`.git`, an editor's lock, and the `..data` links of a mounted
//!   ConfigMap, which would give each file twice).
//! * Each folder once, however many links lead to it, so that a loop of links ends.
//!
//! # What is wrong
//!
//! What keeps anything from being read as it was meant ends the reading with an [`Error`]:
//! routes that are missing are not routes that were removed. Only a file of a folder that
//! is not UTF-8 costs itself alone, as one that is not YAML does: it is listed with a
//! diagnostic in [`Files::refused`].
//!
//! A snapshot is a whole table, in which routes have been ordered and joined already. So it
//! stands alone: beside a manifest or another snapshot, also within a folder, it is refused,
//! since to pass over either would be to lose routes. A snapshot is looked over while it is
//! read, so a damaged one is an [`Error`] too.
//!
//! # Bounds
//!
//! [`Limits`] bounds bytes, entries of folders and their depth. All texts are held in memory
//! at once: the importer needs them together.

mod error;
mod snapshot;
mod walk;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::compile::{Compiled, Compiler};
use crate::diagnostic::Diagnostic;
use crate::import::{self, Import, Sources};
#[cfg(doc)]
use crate::table::Table;

pub use error::{Error, Why};
pub use snapshot::Snapshot;
pub(crate) use walk::{Found, Walk};

/// How much is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Largest file, in bytes. Positions are held in 32 bits; the default, 1 GiB, leaves
    /// room.
    pub file_bytes: u64,
    /// Largest sum of all files, in bytes. Default 3 GiB.
    pub total_bytes: u64,
    /// Most entries of all folders together, whatever they are. Default 1,000,000.
    pub entries: u64,
    /// Most folders within each other. Default 128.
    pub depth: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 1 << 30,
            total_bytes: 3 << 30,
            entries: 1_000_000,
            depth: 128,
        }
    }
}

/// Files that have been read.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// Their names, as they were found, and their texts.
    pub sources: Sources,
    /// What was refused of the files of folders: those that are not UTF-8.
    pub refused: Vec<Diagnostic>,
    /// What was read in place of manifests: then there are no sources.
    pub snapshot: Option<Snapshot>,
}

impl Files {
    /// Imports them; what was refused stands first among the diagnostics. A snapshot has
    /// nothing to import: its routes are a table already.
    pub fn import(&self, options: &import::Options) -> Import {
        let mut import = import::import(&self.sources, options);
        import
            .diagnostics
            .splice(0..0, self.refused.iter().cloned());
        import
    }

    /// Makes a table of them: the one place where files become a table, so that all who
    /// read files take the same. The diagnostics are those of reading, of importing and of
    /// compiling, in this order; a table is given whatever they say. The table of a snapshot
    /// is that which was read, whatever the options.
    pub fn compile(&self, options: &import::Options, compiler: &Compiler) -> Compiled {
        if let Some(snapshot) = &self.snapshot {
            return Compiled {
                table: snapshot.table().clone(),
                diagnostics: Vec::new(),
            };
        }
        let import = self.import(options);
        let mut compiled = compiler.compile(&import.routes);
        compiled.diagnostics.splice(0..0, import.diagnostics);
        compiled
    }

    /// The name of what was read first.
    fn first(&self) -> Option<&str> {
        let source = self.sources.iter().next().map(|source| source.name());
        self.snapshot.as_ref().map(Snapshot::name).or(source)
    }
}

/// Reads files and folders, in the order in which they are given.
///
/// ```no_run
/// use fingerpost::compile::Compiler;
/// use fingerpost::files::{self, Limits};
/// use fingerpost::import::Options;
///
/// let files = files::read(&["routes", "more.yaml"], &Limits::default())?;
/// let compiled = files.compile(&Options::default(), &Compiler::new());
/// let table = compiled.table; // sound, but without what `compiled.diagnostics` refuse
/// # Ok::<(), files::Error>(())
/// ```
///
/// # Errors
///
/// A file or folder that cannot be read or is over a limit; a named file that is not UTF-8;
/// a named folder without manifests; a snapshot that is refused, or is not alone.
pub fn read(paths: &[impl AsRef<Path>], limits: &Limits) -> Result<Files, Error> {
    let mut reading = Reading::new(limits);
    for path in paths {
        reading.add_path(path.as_ref())?;
    }
    Ok(reading.finish())
}

/// Files that are being read, for those who have other input between them.
#[derive(Debug)]
pub struct Reading {
    files: Files,
    walk: Walk,
    most: u64,
    /// Bytes that may still come.
    left: u64,
}

impl Reading {
    /// Nothing is read yet.
    pub fn new(limits: &Limits) -> Self {
        Self {
            files: Files::default(),
            walk: Walk::new(limits),
            most: limits.file_bytes,
            left: limits.total_bytes,
        }
    }

    /// Reads a file or folder.
    ///
    /// # Errors
    ///
    /// As [`read`]. What was read before stays.
    pub fn add_path(&mut self, path: &Path) -> Result<(), Error> {
        for file in self.walk.files(path)? {
            self.add_found(&file)?;
        }
        Ok(())
    }

    /// Reads what is no file, standard input say, to its end: a text or a snapshot.
    ///
    /// # Errors
    ///
    /// What cannot be read, is over a limit or is not UTF-8; a snapshot that is refused, or
    /// is not alone.
    pub fn add(&mut self, name: &str, from: impl Read) -> Result<(), Error> {
        match self.take(name, from)? {
            Some(refused) => Err(Error::new(name, Why::NotText(refused))),
            None => Ok(()),
        }
    }

    /// What was read.
    pub fn finish(self) -> Files {
        self.files
    }

    /// Reads a file that was found.
    pub(crate) fn add_found(&mut self, found: &Found) -> Result<(), Error> {
        let name = shown(&found.path);
        let file = File::open(&found.path).map_err(|error| Error::new(&name, Why::Io(error)))?;
        match self.take(&name, file)? {
            Some(refused) if found.is_named => Err(Error::new(&name, Why::NotText(refused))),
            refused => {
                self.files.refused.extend(refused);
                Ok(())
            }
        }
    }

    /// Adds a text or a snapshot; a diagnostic where it is neither.
    fn take(&mut self, name: &str, from: impl Read) -> Result<Option<Diagnostic>, Error> {
        let most = self.most.min(self.left);
        let mut bytes = Vec::new();
        from.take(most.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| Error::new(name, Why::Io(error)))?;
        let length = bytes.len() as u64;
        if length > most {
            return Err(Error::new(name, Why::TooLarge { most }));
        }
        self.left -= length;
        if snapshot::is_snapshot(name, &bytes) {
            if let Some(other) = self.files.first() {
                return Err(not_alone(name, other));
            }
            self.files.snapshot = Some(Snapshot::new(name, bytes)?);
            return Ok(None);
        }
        if let Some(snapshot) = &self.files.snapshot {
            return Err(not_alone(snapshot.name(), name));
        }
        Ok(self.files.sources.add_bytes(name, bytes).err())
    }
}

fn not_alone(snapshot: &str, other: &str) -> Error {
    let other = other.to_string();
    Error::new(snapshot, Why::NotAlone { other })
}

/// A path as messages show it.
pub(crate) fn shown(path: &Path) -> String {
    path.to_string_lossy().to_string()
}
