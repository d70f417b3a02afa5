//! `--watch`: the table follows the manifests while requests are answered.

use std::io::Write;
use std::path::PathBuf;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use fingerpost::Handle;
use fingerpost::diagnostic::codes::cli;
use fingerpost::watch::{Event, Options, Stopper, Trouble, Watch};

use super::load::{options, report};
use crate::args::ImportArgs;
use crate::failure::Failure;
use crate::input::is_stdin;
use crate::output;
use crate::render::style::{self, paint};
use crate::text::{count, plain};

/// Time between two looks. Somebody may be waiting for what was just saved.
const INTERVAL: Duration = Duration::from_millis(250);

/// Manifests that are followed on a thread of their own, until this is dropped.
pub(crate) struct Followed {
    handle: Handle,
    stopper: Stopper,
    watching: Option<JoinHandle<()>>,
}

impl Followed {
    /// Reads and compiles manifests, reports what is wrong with them, and follows them from
    /// there. As without `--watch`, the first table is made of what can be taken.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or followed, or a dialect that is not known.
    pub(crate) fn start(files: &[PathBuf], args: &ImportArgs) -> Result<Self, Failure> {
        if files.iter().any(|file| is_stdin(file)) {
            let message = "standard input ('-') cannot be followed by --watch";
            return Err(Failure::Usage(message.to_owned()));
        }
        let mut how = Options::default();
        how.import = options(args)?;
        how.interval = INTERVAL;
        how.starts_with_errors = true;
        let (mut watch, first) = match Watch::start(files, how) {
            Ok(started) => started,
            Err(Trouble::Unreadable(error)) => return Err(error.into()),
            Err(other) => return Err(Failure::File(cli::UNREADABLE, other.to_string())),
        };
        report(&first.diagnostics, &first.sources);
        drop(first);
        Ok(Self {
            handle: watch.handle().clone(),
            stopper: watch.stopper(),
            watching: Some(thread::spawn(move || watch.run(|event| tell(&event)))),
        })
    }

    /// The handle that has the newest good table.
    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.stopper.stop();
        // What is being told is told to its end.
        if let Some(watching) = self.watching.take() {
            let _ = watching.join();
        }
    }
}

/// Tells on standard error what happened: a line that begins with `watch:`, and what was
/// found in the manifests.
fn tell(event: &Event) {
    let (text, found) = match event {
        Event::Replaced(report) => {
            let files = count(report.files(), "file");
            (format!("another table is in use, of {files}"), Some(report))
        }
        Event::Kept(Trouble::Refused(report)) => {
            let text = "the table before stays in use, for errors in manifests";
            (text.to_owned(), Some(report))
        }
        Event::Kept(Trouble::Unreadable(error)) => (format!("{event} [{}]", error.code()), None),
        // The words of the library.
        other => (other.to_string(), None),
    };
    {
        let mut err = output::stderr();
        let text = plain(&text);
        // Nobody is left to tell where standard error fails.
        let _ = writeln!(err, "{}: {text}", paint(style::QUIET, "watch"));
        let _ = err.flush();
    }
    if let Some(found) = found {
        report(&found.diagnostics, &found.sources);
    }
}
