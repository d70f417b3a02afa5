//! A child with a time limit, and the log it writes.
//!
//! A child leads a process group of its own, so that a time limit ends its
//! children too (cargo's compilers and test programs), and nothing else. A
//! second child, the *leash*, waits on a pipe that this process holds: when the
//! limit is over, or when this process itself dies, the pipe closes and the
//! leash ends the group. Without it an interrupted run would leave a build behind.
//!
//! Output goes straight to the log, so no reader can be blocked by a grandchild
//! that keeps a pipe open.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::workspace;

/// How many lines of a log are shown when a stage fails.
const SHOWN: usize = 20;

/// A stage's log: `target/xtask/<stage>.log`.
pub(crate) struct Log {
    path: PathBuf,
}

impl Log {
    /// An empty log for a stage.
    pub(crate) fn create(stage: &str) -> io::Result<Self> {
        let folder = workspace::target().join("xtask");
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{stage}.log"));
        File::create(&path)?;
        Ok(Self { path })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line of this program's own.
    pub(crate) fn note(&self, line: &str) {
        let file = OpenOptions::new().append(true).open(&self.path);
        if let Ok(mut file) = file {
            // A log that cannot be written shows as an empty one; the stage goes on.
            let _ = writeln!(file, "{line}");
        }
    }

    /// Runs a command with its output going to the log, and gives that output.
    /// Fails where the command cannot start, does not end well, or takes too long.
    pub(crate) fn run(&self, command: &mut Command, limit: Duration) -> Result<String, Failure> {
        self.note(&format!("$ {}", shown(command)));
        let failure = |output, why| Failure { output, why };
        let io_failure = |error: io::Error| failure(String::new(), error.to_string());

        let out = OpenOptions::new()
            .append(true)
            .open(&self.path)
            .map_err(io_failure)?;
        let start = out.metadata().map_err(io_failure)?.len();
        command.stdin(Stdio::null());
        command
            .stdout(out.try_clone().map_err(io_failure)?)
            .stderr(out);
        let end = run(command, limit);
        let output = read_from(&self.path, start).map_err(io_failure)?;
        match end {
            Ok(End::Exited(status)) if status.success() => Ok(output),
            Ok(End::Exited(status)) => Err(failure(
                output,
                format!("{} ended with {status}", shown(command)),
            )),
            Ok(End::TimedOut) => {
                let seconds = limit.as_secs();
                Err(failure(
                    output,
                    format!("{} took more than {seconds} s", shown(command)),
                ))
            }
            Err(error) => Err(failure(
                output,
                format!("{} did not start: {error}", shown(command)),
            )),
        }
    }

    /// All that was written.
    pub(crate) fn text(&self) -> String {
        read_from(&self.path, 0).unwrap_or_default()
    }

    /// The last lines, as shown when a stage fails.
    pub(crate) fn tail(&self) -> String {
        let text = self.text();
        let lines: Vec<&str> = text.lines().collect();
        let from = lines.len().saturating_sub(SHOWN);
        lines[from..]
            .iter()
            .map(|line| format!("    {line}\n"))
            .collect()
    }
}

/// A command that did not end well.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What it had written.
    pub(crate) output: String,
    /// What went wrong.
    pub(crate) why: String,
}

/// How a child ended.
pub(crate) enum End {
    /// By itself.
    Exited(ExitStatus),
    /// By the time limit.
    TimedOut,
}

/// Runs a command to its end or to its limit. The caller sets where input and
/// output go; they must not be pipes that this process reads.
pub(crate) fn run(command: &mut Command, limit: Duration) -> io::Result<End> {
    let mut running = Leashed::spawn(command)?;
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = running.child.try_wait()? {
            running.release();
            return Ok(End::Exited(status));
        }
        if Instant::now() >= deadline {
            running.end()?;
            return Ok(End::TimedOut);
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// What a short command prints, or `None` where it cannot run or fails.
pub(crate) fn probe(program: &str, arguments: &[&str]) -> Option<String> {
    let file = workspace::target().join("xtask");
    fs::create_dir_all(&file).ok()?;
    let file = file.join(format!("probe-{}.out", std::process::id()));
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .env("RUST_BACKTRACE", "0");
    let out = File::create(&file).ok()?;
    command.stdout(out.try_clone().ok()?).stderr(out);
    let end = run(&mut command, Duration::from_secs(20));
    let text = fs::read(&file).unwrap_or_default();
    // Left behind, it costs a few bytes in the target folder.
    let _ = fs::remove_file(&file);
    match end {
        Ok(End::Exited(status)) if status.success() => {
            Some(String::from_utf8_lossy(&text).into_owned())
        }
        _ => None,
    }
}

/// A child in a process group of its own, and the leash that ends the group.
pub(crate) struct Leashed {
    /// The child.
    pub(crate) child: Child,
    leash: Option<Child>,
}

impl Leashed {
    /// Starts a command on a leash.
    pub(crate) fn spawn(command: &mut Command) -> io::Result<Self> {
        own_group(command);
        let child = command.spawn()?;
        let leash = leash(&child);
        Ok(Self { child, leash })
    }

    /// Ends the child and all its children, and waits for the child.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        if let Some(mut leash) = self.leash.take() {
            drop(leash.stdin.take());
            leash.wait()?;
        }
        // Where there is no leash this is all that can be done; where there was
        // one, the child is dead already and the call does nothing.
        let _ = self.child.kill();
        self.child.wait()?;
        Ok(())
    }

    /// Takes the leash off a child that has ended.
    fn release(&mut self) {
        if let Some(mut leash) = self.leash.take() {
            let _ = leash.kill();
            let _ = leash.wait();
        }
    }
}

impl Drop for Leashed {
    fn drop(&mut self) {
        match self.child.try_wait() {
            Ok(Some(_)) => self.release(),
            _ => {
                let _ = self.end();
            }
        }
    }
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}

/// Waits for the end of its input, then ends the child's process group.
#[cfg(unix)]
fn leash(child: &Child) -> Option<Child> {
    let mut command = Command::new("sh");
    command.args(["-c", "read _; kill -s KILL -- -$0", &child.id().to_string()]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    own_group(&mut command);
    command.spawn().ok()
}

#[cfg(not(unix))]
fn leash(_: &Child) -> Option<Child> {
    None
}

/// A command as one would type it.
fn shown(command: &Command) -> String {
    let mut text = Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program())
        .to_string_lossy()
        .into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

fn read_from(path: &Path, start: u64) -> io::Result<String> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;
    use std::time::{Duration, Instant};

    use super::{End, Log, probe, run};

    #[test]
    fn a_time_limit_ends_the_whole_group() {
        let file = std::env::temp_dir().join(format!("fingerpost-run-{}", std::process::id()));
        let mut command = Command::new("sh");
        // The grandchild would outlive its parent if only the child were killed.
        command
            .args(["-c", "sleep 60 & echo $! > \"$0\"; wait"])
            .arg(&file);
        let start = Instant::now();
        let end = run(&mut command, Duration::from_millis(500)).unwrap();
        assert!(matches!(end, End::TimedOut));
        assert!(start.elapsed() < Duration::from_secs(10));

        let grandchild = std::fs::read_to_string(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        let gone = || probe("sh", &["-c", &format!("kill -0 {grandchild}")]).is_none();
        let deadline = Instant::now() + Duration::from_secs(10);
        while !gone() {
            assert!(Instant::now() < deadline, "the grandchild lives");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    #[test]
    fn a_log_keeps_what_a_command_wrote_and_why_it_failed() {
        let log = Log::create("test-of-run").unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; exit 3"]);
        let failure = log.run(&mut command, Duration::from_secs(20)).unwrap_err();
        assert_eq!(failure.output, "one\ntwo\n");
        assert!(failure.why.contains("exit status: 3"), "{}", failure.why);
        assert!(log.tail().contains("    two\n"));
    }

    #[test]
    fn a_command_that_does_not_exist_is_no_answer() {
        assert_eq!(probe("no-such-program-anywhere", &[]), None);
        assert_eq!(probe("echo", &["here"]).as_deref(), Some("here\n"));
    }
}
