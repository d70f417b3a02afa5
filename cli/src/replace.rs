//! A file that is written as a whole or not at all.
//!
//! Other processes may have the old file mapped into memory. Where it were cut or written
//! over, what they read would change under them or end them; so the new one is written
//! beside it, brought to the disk, and renamed over it. They keep the old one until they let
//! go of it, and who opens the name finds either the old or the new, whatever happens.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process;

/// Names that are tried for the file beside, where others of before were left behind.
const TRIES: u32 = 100;

/// Writes a file, or puts it in the place of one that is there. A link is followed: what it
/// leads to is replaced. What is neither file nor folder, a pipe say, is written to.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let old = match fs::metadata(path) {
        Ok(old) => Some(old),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if old
        .as_ref()
        .is_some_and(|old| !old.is_file() && !old.is_dir())
    {
        return OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    if old.as_ref().is_some_and(fs::Metadata::is_dir) {
        return Err(io::Error::other("it is a folder"));
    }
    let path = match old {
        Some(_) => fs::canonicalize(path)?,
        None => path.to_path_buf(),
    };
    let (beside, mut file) = beside(&path)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| match old {
            // Whoever could read it before still can, and nobody else.
            Some(old) => file.set_permissions(old.permissions()),
            None => Ok(()),
        })
        // Before it has the name: after a crash the name has no half of it.
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        // What went wrong before is what is told.
        let _ = fs::remove_file(&beside);
    }
    written?;
    sync(folder(&path));
    Ok(())
}

/// The folder that a file is in.
pub(crate) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A new file in the same folder, hidden, so that nobody who reads the folder takes it.
fn beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::other("it has no name of a file"))?
        .to_string_lossy();
    let mut tries = 0;
    loop {
        let beside = folder(path).join(format!(".{name}.{}-{tries}.tmp", process::id()));
        let new = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&beside);
        match new {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && tries < TRIES => tries += 1,
            new => return Ok((beside, new?)),
        }
    }
}

/// Brings the new name to the disk. The file is whole either way, so that systems which
/// cannot do this lose nothing but the change, in a crash.
#[cfg(unix)]
fn sync(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

#[cfg(not(unix))]
fn sync(_: &Path) {}
