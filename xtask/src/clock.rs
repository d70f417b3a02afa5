//! How long the running stage has taken, for somebody who waits at a terminal.
//!
//! A line on standard error that is written over every second and taken away at the
//! end. Where standard error is no terminal there is nothing: a log has no use for it.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How often the line is written.
const TICK: Duration = Duration::from_secs(1);

/// A clock that runs until it is dropped.
pub(crate) struct Clock {
    /// Closed to stop.
    running: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Clock {
    /// Starts it, where standard error is a terminal.
    pub(crate) fn start() -> Self {
        if !io::stderr().is_terminal() {
            return Self {
                running: None,
                thread: None,
            };
        }
        let (running, stopped) = mpsc::channel::<()>();
        let start = Instant::now();
        let thread = thread::spawn(move || {
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(TICK) {
                let line = shown(start.elapsed());
                let mut err = io::stderr().lock();
                // Nobody is left to tell where standard error fails.
                let _ = write!(err, "\r{line}").and_then(|()| err.flush());
            }
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        });
        Self {
            running: Some(running),
            thread: Some(thread),
        }
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        drop(self.running.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked wrote nothing more.
            let _ = thread.join();
        }
    }
}

/// `             95 s`, under the stage's description.
fn shown(elapsed: Duration) -> String {
    format!("{:<12} {} s", "", elapsed.as_secs())
}

#[cfg(test)]
mod tests {
    use super::{Clock, shown};
    use std::time::Duration;

    #[test]
    fn seconds_stand_under_the_description() {
        assert_eq!(shown(Duration::from_millis(95_900)), "             95 s");
    }

    #[test]
    fn a_clock_that_is_dropped_has_ended() {
        drop(Clock::start());
    }
}
