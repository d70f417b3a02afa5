//! The files that are followed: what can be told of them without reading, and their reading.

use alloc::string::ToString;
use alloc::vec::Vec;
use core::hash::{BuildHasher, Hash, Hasher};
use core::time::Duration;
use std::fs::Metadata;
use std::hash::RandomState;
use std::path::PathBuf;
use std::time::Instant;

use crate::files::{Error, Files, Found, Limits, Reading, Walk, Why, shown};

use super::sight::{Next, Sight};

/// The files that are followed, and what was seen of them.
#[derive(Debug)]
pub(super) struct Input {
    paths: Vec<PathBuf>,
    limits: Limits,
    patience: Duration,
    /// Its key is one of chance, so that nobody can write two contents of one hash.
    hasher: RandomState,
    sight: Sight,
}

/// What a look gives.
#[derive(Debug)]
pub(super) enum Seen {
    /// Nothing new.
    Rest,
    /// Something new, to be looked at again after this time.
    Settling(Duration),
    /// Nothing to rely on, for too long.
    Restless,
    /// Something cannot be read.
    Unreadable(Error),
    /// All files, and a hash of their names and contents.
    Read(Files, u64),
}

impl Input {
    pub(super) fn new(paths: Vec<PathBuf>, limits: Limits, patience: Duration) -> Self {
        Self {
            paths,
            limits,
            patience,
            hasher: RandomState::new(),
            sight: Sight::default(),
        }
    }

    /// Looks, and reads what has changed and has rested for `settle`.
    pub(super) fn look(&mut self, began: Instant, settle: Duration) -> Seen {
        let clock = Instant::now();
        let after = || began.checked_add(clock.elapsed()).unwrap_or(began);
        let found = survey(&self.paths, &self.limits);
        let stamp = self.stamp(&found);
        let saw = self
            .sight
            .see(stamp, (began, after()), settle, self.patience);
        match saw {
            Next::Rest => return Seen::Rest,
            Next::Settle(time) => return Seen::Settling(time),
            Next::Restless => return Seen::Restless,
            Next::Read => {}
        }
        let read = found.and_then(|found| read(&found, &self.limits));
        // What changed meanwhile may not belong together: half of it old, half of it new.
        let now = self.stamp(&survey(&self.paths, &self.limits));
        if now != stamp {
            let ended = after();
            self.sight.see(now, (ended, ended), settle, self.patience);
            return match self.sight.is_restless(ended, self.patience) {
                true => Seen::Restless,
                false => Seen::Settling(settle),
            };
        }
        match read {
            Ok(files) => {
                self.sight.has_read(began);
                let contents = self.contents(&files);
                Seen::Read(files, contents)
            }
            Err(error) => {
                match error.may_pass() {
                    true => self.sight.has_failed(after()),
                    false => self.sight.has_read(began),
                }
                Seen::Unreadable(error)
            }
        }
    }

    /// When to look though nothing is known to have changed.
    pub(super) fn again(&self) -> Option<Instant> {
        self.sight.again()
    }

    /// A hash of a text.
    pub(super) fn hash_of(&self, text: &str) -> u64 {
        self.hasher.hash_one(text)
    }

    /// A hash of what the system tells of files without reading them.
    fn stamp(&self, found: &Result<Vec<Found>, Error>) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        match found {
            Ok(found) => {
                for Found { path, metadata, .. } in found {
                    path.hash(&mut hasher);
                    metadata.len().hash(&mut hasher);
                    metadata.modified().ok().hash(&mut hasher);
                    hash_identity(metadata, &mut hasher);
                }
            }
            Err(error) => error.to_string().hash(&mut hasher),
        }
        hasher.finish()
    }

    /// A hash of names and contents.
    fn contents(&self, files: &Files) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        for source in files.sources.iter() {
            (source.name(), source.text(), source.is_refused()).hash(&mut hasher);
        }
        if let Some(snapshot) = &files.snapshot {
            (snapshot.name(), snapshot.bytes()).hash(&mut hasher);
        }
        hasher.finish()
    }
}

/// Which file it is, not only when it was written: one that is renamed over another can
/// bring an older time and the same length with it.
#[cfg(unix)]
fn hash_identity(metadata: &Metadata, hasher: &mut impl Hasher) {
    use std::os::unix::fs::MetadataExt;
    let changed = (metadata.ctime(), metadata.ctime_nsec());
    (metadata.dev(), metadata.ino(), changed).hash(hasher);
}

#[cfg(not(unix))]
fn hash_identity(metadata: &Metadata, hasher: &mut impl Hasher) {
    metadata.created().ok().hash(hasher);
}

/// Which files there are, in the order in which they count.
fn survey(paths: &[PathBuf], limits: &Limits) -> Result<Vec<Found>, Error> {
    let mut walk = Walk::new(limits);
    let mut all = Vec::new();
    for path in paths {
        all.extend(walk.files(path)?);
    }
    // A pipe gives what it has once, and keeps who opens it waiting.
    match all.iter().find(|found| !found.metadata.is_file()) {
        Some(other) => Err(Error::new(&shown(&other.path), Why::NoFile)),
        None => Ok(all),
    }
}

fn read(found: &[Found], limits: &Limits) -> Result<Files, Error> {
    let mut reading = Reading::new(limits);
    for file in found {
        reading.add_found(file)?;
    }
    Ok(reading.finish())
}
