//! Data of other projects, which lies beside this one and is no part of it.

use std::env;
use std::path::{Path, PathBuf};

/// A folder or file of the shared data: below `$FINGERPOST_SHARED`, or
/// `../shared` beside the workspace. Where it is absent this prints the line by
/// which a test says that it did not run, and the test returns.
pub fn folder(path: &str) -> Option<PathBuf> {
    let shared = env::var_os("FINGERPOST_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"),
        PathBuf::from,
    );
    let folder = shared.join(path);
    if !folder.exists() {
        println!("skipped: test data absent: {path}");
        return None;
    }
    Some(folder)
}
