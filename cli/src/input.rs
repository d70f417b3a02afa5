//! Reading FILES: files, folders and standard input, into the importer's sources.
//!
//! What a file or folder stands for is the library's to say (`fingerpost::files`), and the
//! same for all who read them; standard input is the command line's own.

use std::io;
use std::path::{Path, PathBuf};

use fingerpost::files::{Files, Limits, Reading};

use crate::failure::Failure;

/// Reads everything that the command line names, in its order.
///
/// # Errors
///
/// What [`fingerpost::files::read`] does not read; a name given twice for standard input.
pub(crate) fn read(names: &[PathBuf]) -> Result<Files, Failure> {
    let mut reading = Reading::new(&Limits::default());
    let mut stdin = false;
    for name in names {
        if !is_stdin(name) {
            reading.add_path(name)?;
        } else if std::mem::replace(&mut stdin, true) {
            return Err(Failure::Usage(
                "standard input ('-') is named twice".to_owned(),
            ));
        } else {
            reading.add("<stdin>", io::stdin().lock())?;
        }
    }
    Ok(reading.finish())
}

/// Whether a name stands for standard input.
pub(crate) fn is_stdin(name: &Path) -> bool {
    name.as_os_str() == "-"
}
