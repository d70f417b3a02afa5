//! Following files and folders: the table of a [`Handle`] is replaced when they change.
//!
//! # What holds
//!
//! * The last good table stays in use while files cannot be read, are half written, or have
//!   errors. What is in the way is told once, and the next good state replaces the table.
//!   So it is with a snapshot that is damaged, or half written.
//! * A table is made of files that were at rest: none of them changed for a while, nor while
//!   they were read. So a folder is taken as a whole, before a change or after it.
//! * Files that are only touched, or written anew as they were, replace nothing.
//!
//! # How
//!
//! By looking, in intervals: a look asks the system for the metadata of every file and reads
//! none; only where a hash of it has changed are the files read, and only where their
//! contents have changed is a table made. Nothing asks the system to tell of changes. What
//! it tells differs from one system to the next and does not come from network and overlay
//! file systems at all, it is lost in bursts, and after each event one has to look anyway,
//! since a ConfigMap changes by a link two levels away from the file that is followed.
//!
//! `sight` decides when to read, from times and hashes alone; `input` looks and reads; this
//! file compiles, replaces and tells. A watch has no thread: whoever has one calls
//! [`Watch::run`], [`Watch::wait`] or [`Watch::look`].
//!
//! # Bounds
//!
//! Between looks a watch holds a few hashes and no files, however many there are and however
//! often they change. While it looks, it holds the paths; while it makes a table, the texts
//! and both tables. [`files::Limits`] bounds what it looks at. Looks of [`Watch::wait`] take
//! at most a twentieth of the time.

mod event;
mod input;
mod sight;
mod stopper;

use alloc::string::ToString;
use alloc::vec::Vec;
use core::time::Duration;
use std::path::PathBuf;
use std::thread;
use std::time::Instant;

use crate::compile::{Compiled, Compiler};
use crate::diagnostic::Severity;
use crate::files::{self, Files};
use crate::handle::Handle;
use crate::import;

use input::{Input, Seen};

pub use event::{Event, Report, Trouble};
pub use stopper::Stopper;

/// Shortest time between two looks of a wait.
const SHORTEST: Duration = Duration::from_millis(1);

/// Longest: a time that can be added to any other.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// How many times as long as a look takes there is at least until the next.
const SHARE: u32 = 20;

/// How to follow files.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// How documents are imported.
    pub import: import::Options,
    /// What makes tables.
    pub compiler: Compiler,
    /// How much is read. Where there is more, the table before stays in use.
    pub limits: files::Limits,
    /// Time from one look of [`Watch::wait`] to the next: 1 s. It is shorter while changes
    /// settle, longer where looks take more than a twentieth of it, and never under 1 ms or
    /// over a day.
    pub interval: Duration,
    /// How long files must be at rest before they are read: 100 ms. Long enough for one file
    /// to be written, or one folder to be copied. Zero takes every state that did not change
    /// while it was read.
    pub settle: Duration,
    /// How long files may go on changing before that is told: 10 s.
    pub patience: Duration,
    /// The least severity that keeps the table before in use: an error, since a table made
    /// in spite of one lacks a route or answers 500 where somebody meant otherwise.
    /// [`Severity::Warning`] is stricter; `None` takes a table whatever was found, and keeps
    /// the one before for what cannot be read only.
    pub keep_from: Option<Severity>,
    /// Whether [`Watch::start`] takes its first table whatever was found: there is none
    /// before it that could be kept. No, unless set.
    pub starts_with_errors: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            import: import::Options::default(),
            compiler: Compiler::default(),
            limits: files::Limits::default(),
            interval: Duration::from_secs(1),
            settle: Duration::from_millis(100),
            patience: Duration::from_secs(10),
            keep_from: Some(Severity::Error),
            starts_with_errors: false,
        }
    }
}

/// Follows files and folders, and replaces the table of a [`Handle`] when they change.
///
/// A folder stands for what [`files`] says. Every method may be called on any thread, and
/// does its work on that: looking, reading, compiling and replacing. Threads that match
/// have [`Reader`](crate::Reader)s of the [`handle`](Self::handle) and notice nothing.
///
/// ```
/// use std::{fs, thread};
///
/// use fingerpost::watch::{Options, Watch};
/// use fingerpost::{Draws, Reader, Request};
///
/// fn routes(backend: &str) -> String {
///     format!("fingerpost: v1\nroutes:\n- {{name: all, rules: [{{backend: {backend}}}]}}\n")
/// }
///
/// fn backend(reader: &mut Reader) -> String {
///     let (table, scratch) = reader.current(); // for each request
///     let decision = table.decide_with(scratch, &Request::new(b"GET", b"/"), Draws::fixed(0));
///     decision.backend().map(|backend| backend.name.to_string()).unwrap_or_default()
/// }
///
/// # let folder = std::env::temp_dir().join(format!("fingerpost-watch-{}", std::process::id()));
/// # fs::create_dir_all(&folder)?;
/// fs::write(folder.join("routes.yaml"), routes("blue"))?;
/// let (mut watch, _) = Watch::start([&folder], Options::default())?;
///
/// // Two threads that match, each with a reader of its own.
/// let matching = ["a", "b"].map(|_| {
///     let mut reader = watch.handle().reader();
///     thread::spawn(move || {
///         assert_eq!(backend(&mut reader), "blue");
///         while backend(&mut reader) != "green" {}
///     })
/// });
///
/// // One that watches, until it is told to stop.
/// let stopper = watch.stopper();
/// let watching = thread::spawn(move || watch.run(|event| println!("{event}")));
///
/// fs::write(folder.join("routes.yaml"), routes("green"))?;
/// for thread in matching {
///     thread.join().unwrap();
/// }
/// stopper.stop();
/// watching.join().unwrap();
/// # fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Watch {
    handle: Handle,
    input: Input,
    options: Options,
    stopper: Stopper,
    /// The contents of which the table in use was made.
    in_use: Option<u64>,
    told: Told,
    /// When to look next.
    next: Instant,
    /// Whether readers hold tables that are to be freed.
    has_retired: bool,
}

/// What was told of what is wrong, so that it is told once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Told {
    Nothing,
    /// The hash of the message.
    Unreadable(u64),
    /// The hash of the contents.
    Refused(u64),
    Unsettled,
}

impl Watch {
    /// Reads files and folders, makes a table of them, and gives what follows them from
    /// there. Reads at once, without waiting for files to rest; files that change while they
    /// are read are read again.
    ///
    /// # Errors
    ///
    /// What cannot be read; what has errors, unless
    /// [`Options::starts_with_errors`] is set; what does not come to rest within
    /// [`Options::patience`].
    pub fn start<P: Into<PathBuf>>(
        paths: impl IntoIterator<Item = P>,
        options: Options,
    ) -> Result<(Self, Report), Trouble> {
        let paths = paths.into_iter().map(Into::into).collect();
        let mut input = Input::new(paths, options.limits, options.patience);
        let (files, contents) = loop {
            match input.look(Instant::now(), Duration::ZERO) {
                Seen::Read(files, contents) => break (files, contents),
                Seen::Unreadable(error) => return Err(Trouble::Unreadable(error)),
                Seen::Restless => return Err(Trouble::Unsettled(options.patience)),
                Seen::Settling(_) | Seen::Rest => {
                    thread::sleep(
                        options
                            .settle
                            .clamp(SHORTEST, options.patience.max(SHORTEST)),
                    );
                }
            }
        };
        let Compiled { table, diagnostics } = files.compile(&options.import, &options.compiler);
        let report = report(files, diagnostics);
        if options.is_refused(&report) && !options.starts_with_errors {
            return Err(Trouble::Refused(report));
        }
        let mut watch = Self::build(Handle::new(table), input, options);
        watch.in_use = Some(contents);
        Ok((watch, report))
    }

    /// Follows files and folders for a handle that has a table already, of whatever that was
    /// made. Reads nothing yet: what the files say replaces the table once they are looked
    /// at and found at rest.
    pub fn follow<P: Into<PathBuf>>(
        handle: Handle,
        paths: impl IntoIterator<Item = P>,
        options: Options,
    ) -> Self {
        let paths: Vec<PathBuf> = paths.into_iter().map(Into::into).collect();
        let input = Input::new(paths, options.limits, options.patience);
        Self::build(handle, input, options)
    }

    /// Looks once, now, and does what there is to do: `None` where there is nothing to tell.
    /// For programs with a clock of their own; [`wait`](Self::wait) has one.
    ///
    /// A change is taken by the first look at which it has rested for [`Options::settle`]
    /// since a look before; where that is not zero, by the second that sees it. A look at
    /// files that have not changed takes some microseconds for each of them, and memory for
    /// their paths.
    pub fn look(&mut self) -> Option<Event> {
        self.look_at(Instant::now())
    }

    /// Waits until there is something to tell, for `timeout` at most: `None` where it has
    /// passed or somebody has said [stop](Stopper::stop). Looks in between as
    /// [`Options::interval`] says. It can take longer than `timeout` by what one look takes,
    /// and a change by as long as it takes to compile.
    pub fn wait(&mut self, timeout: Duration) -> Option<Event> {
        let began = Instant::now();
        while !self.stopper.is_stopped() {
            let now = Instant::now();
            if self.next <= now
                && let Some(event) = self.look_at(now)
            {
                return Some(event);
            }
            let left = timeout.checked_sub(began.elapsed())?;
            let rest = self.next.saturating_duration_since(Instant::now());
            self.stopper.sleep(left.min(rest));
        }
        None
    }

    /// Follows the files until somebody says [stop](Stopper::stop), and tells `tell` what
    /// happens. For a thread of its own.
    pub fn run(&mut self, mut tell: impl FnMut(Event)) {
        while !self.stopper.is_stopped() {
            if let Some(event) = self.wait(Duration::MAX) {
                tell(event);
            }
        }
    }

    /// The handle whose table is replaced.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// What ends [`wait`](Self::wait) and [`run`](Self::run).
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    fn build(handle: Handle, input: Input, options: Options) -> Self {
        Self {
            handle,
            input,
            options,
            stopper: Stopper::default(),
            in_use: None,
            told: Told::Nothing,
            next: Instant::now(),
            has_retired: false,
        }
    }

    /// A look that begins at this time.
    fn look_at(&mut self, began: Instant) -> Option<Event> {
        if self.has_retired {
            self.has_retired = self.handle.collect() > 0;
        }
        let clock = Instant::now();
        let seen = self.input.look(began, self.options.settle);
        let took = clock.elapsed();
        let interval = self.options.interval;
        let pause = match seen {
            Seen::Settling(time) => time.min(interval),
            _ => interval,
        };
        let pause = pause.max(took.saturating_mul(SHARE));
        let event = match seen {
            Seen::Rest | Seen::Settling(_) => None,
            Seen::Restless => {
                let trouble = Trouble::Unsettled(self.options.patience);
                self.keep(Told::Unsettled, trouble)
            }
            Seen::Unreadable(error) => {
                let told = Told::Unreadable(self.input.hash_of(&error.to_string()));
                self.keep(told, Trouble::Unreadable(error))
            }
            Seen::Read(files, contents) => self.take(files, contents),
        };
        let now = began.checked_add(clock.elapsed()).unwrap_or(began);
        let next = now
            .checked_add(pause.clamp(SHORTEST, LONGEST))
            .unwrap_or(now);
        self.next = self.input.again().map_or(next, |again| next.min(again));
        event
    }

    /// Takes files that have been read.
    fn take(&mut self, files: Files, contents: u64) -> Option<Event> {
        if self.in_use == Some(contents) {
            let is_over = self.told != Told::Nothing;
            self.told = Told::Nothing;
            return is_over.then_some(Event::Restored);
        }
        let refused = Told::Refused(contents);
        if self.told == refused {
            return None;
        }
        let Options {
            import, compiler, ..
        } = &self.options;
        let Compiled { table, diagnostics } = files.compile(import, compiler);
        let report = report(files, diagnostics);
        if self.options.is_refused(&report) {
            return self.keep(refused, Trouble::Refused(report));
        }
        self.handle.replace(table);
        self.has_retired = true;
        self.in_use = Some(contents);
        self.told = Told::Nothing;
        Some(Event::Replaced(report))
    }

    /// Leaves the table before in use, and tells why unless that has been told.
    fn keep(&mut self, told: Told, trouble: Trouble) -> Option<Event> {
        if self.told == told {
            return None;
        }
        self.told = told;
        Some(Event::Kept(trouble))
    }
}

impl Options {
    /// Whether what was found keeps the table before in use.
    fn is_refused(&self, report: &Report) -> bool {
        match (self.keep_from, report.worst()) {
            (Some(from), Some(worst)) => worst >= from,
            _ => false,
        }
    }
}

fn report(files: Files, diagnostics: Vec<crate::diagnostic::Diagnostic>) -> Report {
    Report {
        sources: files.sources,
        diagnostics,
        snapshot: files.snapshot.map(|snapshot| snapshot.name().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const _: () = {
        const fn is_shared<T: Send + Sync>() {}
        is_shared::<Watch>();
        is_shared::<Stopper>();
        is_shared::<Event>();
    };
}
