//! What every command begins with: manifests in, a table out.

use std::io::Write;
use std::path::PathBuf;

use fingerpost::Table;
use fingerpost::compile::Compiler;
use fingerpost::diagnostic::{Diagnostic, Severity};
use fingerpost::files::{Files, Snapshot};
use fingerpost::import::{Dialect, Options, Sources};

use crate::args::ImportArgs;
use crate::failure::Failure;
use crate::input;
use crate::output;
use crate::render::diagnostics::{self, Counts};
use crate::render::style::{self, paint};
use crate::text::plain;

/// Most diagnostics that a command other than `check` shows.
const MOST_SHOWN: usize = 20;

/// Reads. Says so where it is a snapshot that is read, and the options are about manifests.
///
/// # Errors
///
/// A file that cannot be read, or a dialect that is not known.
pub(crate) fn load(files: &[PathBuf], args: &ImportArgs) -> Result<(Files, Options), Failure> {
    let options = options(args)?;
    let files = input::read(files)?;
    let is_told = args.lenient || args.dialect.is_some();
    if let Some(name) = files
        .snapshot
        .as_ref()
        .map(Snapshot::name)
        .filter(|_| is_told)
    {
        let note = format!("{name} is a snapshot: --dialect and --lenient do nothing to it");
        tell(&[note]);
    }
    Ok((files, options))
}

/// A table, for commands whose business is a request: reads, compiles, and reports errors
/// and warnings.
///
/// # Errors
///
/// As [`load`].
pub(crate) fn table(files: &[PathBuf], args: &ImportArgs) -> Result<Table, Failure> {
    let (files, options) = load(files, args)?;
    let compiled = files.compile(&options, &Compiler::new());
    report(&compiled.diagnostics, &files.sources);
    Ok(compiled.table)
}

/// How manifests are imported.
///
/// # Errors
///
/// A dialect that is not known.
pub(crate) fn options(args: &ImportArgs) -> Result<Options, Failure> {
    let mut options = Options::default();
    options.lenient = args.lenient;
    options.dialect = match &args.dialect {
        None => None,
        Some(name) => Some(name.parse().map_err(|_| {
            let known: Vec<_> = Dialect::ALL
                .iter()
                .map(|dialect| dialect.as_str())
                .collect();
            Failure::Usage(format!(
                "--dialect {name} is not one of {}",
                known.join(", ")
            ))
        })?),
    };
    Ok(options)
}

/// Tells what was assumed about a request, on standard error.
pub(crate) fn tell(notes: &[String]) {
    let mut err = output::stderr();
    for note in notes {
        // Nobody is left to tell where standard error fails.
        let _ = writeln!(err, "{}: {}", paint(style::QUIET, "note"), plain(note));
    }
    let _ = err.flush();
}

/// Tells on standard error of errors and warnings, for commands whose business
/// is another; nothing where there are only notes.
pub(crate) fn report(diagnostics: &[Diagnostic], sources: &Sources) {
    let counts = Counts::of(diagnostics);
    if counts.errors + counts.warnings == 0 {
        return;
    }
    let mut err = output::stderr();
    let mut told: Vec<_> = diagnostics
        .iter()
        .filter(|d| d.severity > Severity::Note)
        .collect();
    told.sort_by_key(|diagnostic| std::cmp::Reverse(diagnostic.severity));
    for diagnostic in told.iter().take(MOST_SHOWN) {
        // Nobody is left to tell where standard error fails.
        let _ = err.write_all(diagnostics::short(diagnostic, sources).as_bytes());
    }
    let _ = writeln!(
        err,
        "{}: run `fingerpost check` for all of them",
        counts.summary()
    );
    let _ = err.flush();
}
