//! A run of `route --watch` over a folder that changes, and what it says.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::common;
use crate::folder::Folder;

/// What takes this long hangs.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Run {
    folder: Folder,
    child: Child,
    stdin: Option<ChildStdin>,
    answers: Receiver<String>,
    told: Receiver<String>,
    transcript: String,
}

impl Run {
    /// A run whose manifests are `routes/routes.yaml`, with this text.
    pub(crate) fn start(name: &str, text: &str) -> Self {
        let folder = Folder::new(name);
        folder.write("routes/routes.yaml", text);
        let args = ["route", "routes", "--requests", "-", "--watch"];
        let mut command = common::command();
        command.current_dir(folder.path()).args(args);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        Self {
            folder,
            stdin: child.stdin.take(),
            answers: lines(child.stdout.take().unwrap()),
            told: lines(child.stderr.take().unwrap()),
            child,
            transcript: format!("$ fingerpost {args:?}\n"),
        }
    }

    /// Renames a file with this text over one of the folder, or removes it.
    pub(crate) fn replace(&mut self, name: &str, text: Option<&str>) {
        let (beside, file) = (
            self.folder.file("beside"),
            self.folder.file(&format!("routes/{name}")),
        );
        match text {
            Some(text) => {
                fs::write(&beside, text).unwrap();
                fs::rename(&beside, &file).unwrap();
                writeln!(self.transcript, "--- {name}\n{text}").unwrap();
            }
            None => {
                fs::remove_file(&file).unwrap();
                writeln!(self.transcript, "--- {name} is removed").unwrap();
            }
        }
    }

    /// Asks for a path, and waits for the answer.
    pub(crate) fn ask(&mut self) {
        let line = "{\"path\":\"/cart\"}";
        let stdin = self.stdin.as_mut().unwrap();
        writeln!(stdin, "{line}").unwrap();
        let answer = self.answers.recv_timeout(PATIENCE).unwrap();
        writeln!(self.transcript, "< {line}\n> {answer}").unwrap();
    }

    /// Waits until a line of standard error has these words.
    pub(crate) fn told(&mut self, words: &str) {
        loop {
            let line = self.told.recv_timeout(PATIENCE).unwrap();
            writeln!(self.transcript, "! {line}").unwrap();
            if line.contains(words) {
                return;
            }
        }
    }

    /// Ends standard input, and gives all that was said.
    pub(crate) fn end(mut self) -> String {
        drop(self.stdin.take());
        let status = self.child.wait().unwrap();
        for line in self.told.iter() {
            writeln!(self.transcript, "! {line}").unwrap();
        }
        writeln!(self.transcript, "--- exit code {}", status.code().unwrap()).unwrap();
        std::mem::take(&mut self.transcript)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines of a stream, as they come.
fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}
