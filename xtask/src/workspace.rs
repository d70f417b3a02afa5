//! Where things are on this machine: the root, the target folder, shared data.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The workspace's root folder.
pub(crate) fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_path_buf()
}

/// Cargo's target folder.
pub(crate) fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// The command line, built for release.
pub(crate) fn release_binary() -> PathBuf {
    release_program("fingerpost")
}

/// A program of the workspace, built for release.
pub(crate) fn release_program(name: &str) -> PathBuf {
    target()
        .join("release")
        .join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

/// Test data that lies beside the project and is not part of it:
/// `$FINGERPOST_SHARED`, or `../shared`.
pub(crate) fn shared_data() -> Option<PathBuf> {
    let folder = match env::var_os("FINGERPOST_SHARED") {
        Some(folder) => PathBuf::from(folder),
        None => root().join("../shared"),
    };
    folder.join("data").is_dir().then_some(folder)
}

/// Why a stage or test that needs shared data did not run. Under `--strict`
/// this reason alone is no failure: the data is no part of the project.
pub(crate) const DATA_ABSENT: &str = "test data absent";

/// Every file of the tree with one of these extensions, sorted; build output,
/// hidden folders and installed packages are passed over.
pub(crate) fn files(folder: &Path, extensions: &[&str]) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                let hidden = name.to_string_lossy().starts_with('.');
                if !hidden && name != "target" && name != "node_modules" {
                    folders.push(path);
                }
            } else if path
                .extension()
                .and_then(OsStr::to_str)
                .is_some_and(|x| extensions.contains(&x))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The path as documents write it: from the root, with `/`.
pub(crate) fn relative(path: &Path) -> String {
    let root = root();
    let path = path.strip_prefix(&root).unwrap_or(path);
    path.components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}
