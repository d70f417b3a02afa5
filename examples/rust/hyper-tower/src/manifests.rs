//! A table from a folder of manifests.

use std::path::Path;
use std::{fmt, fs, io};

use fingerpost::Table;
use fingerpost::compile::Compiler;
use fingerpost::diagnostic::{self, Diagnostic, Severity};
use fingerpost::import::{Options, Sources, import};

/// Why a folder gives no table.
#[derive(Debug)]
pub enum Refused {
    /// It cannot be read.
    Io(io::Error),
    /// Something in it is wrong: every error, in order, and the names of the files.
    Manifests(Vec<Diagnostic>, Vec<String>),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Manifests(errors, files) => {
                write!(
                    f,
                    "routes are refused\n{}",
                    diagnostic::lines(errors, files)
                )
            }
        }
    }
}

impl std::error::Error for Refused {}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads every YAML and JSON file of a folder, in the order of their names.
///
/// # Errors
///
/// Where a file cannot be read, or anything in one is an error: a proxy that starts
/// with half of its routes is worse than one that keeps its old ones.
pub fn table_of(folder: &Path) -> Result<Table, Refused> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if matches!(extension, Some("yaml" | "yml" | "json")) {
            files.push(path);
        }
    }
    files.sort();
    let mut sources = Sources::new();
    for path in files {
        sources.add(path.display().to_string(), fs::read_to_string(&path)?);
    }

    let imported = import(&sources, &Options::default());
    let compiled = Compiler::new().compile(&imported.routes);
    let found = imported.diagnostics.into_iter().chain(compiled.diagnostics);
    let errors: Vec<_> = found.filter(|d| d.severity == Severity::Error).collect();
    match errors.is_empty() {
        true => Ok(compiled.table),
        false => Err(Refused::Manifests(errors, imported.routes.sources)),
    }
}
