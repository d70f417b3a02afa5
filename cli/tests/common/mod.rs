//! Running the binary.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// The folder that tests run in, so that names in outputs are the same everywhere.
pub(crate) fn fixtures() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"))
}

/// The binary, in the fixtures' folder, without colour.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fingerpost"));
    command
        .current_dir(fixtures())
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100");
    command
}

/// Runs it to its end.
pub(crate) fn run(args: &[&str], stdin: &[u8]) -> Output {
    let mut command = command();
    command
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    let mut input = child.stdin.take().expect("standard input is piped");
    let bytes = stdin.to_vec();
    // On a thread of its own: the child may write before it has read all.
    let writer = std::thread::spawn(move || drop(input.write_all(&bytes)));
    let output = child.wait_with_output().expect("the binary ends");
    writer.join().expect("the writer ends");
    output
}

/// Standard output, standard error and the exit code.
#[allow(dead_code)] // Each test file is a program of its own, and not each needs this.
pub(crate) fn texts(args: &[&str], stdin: &[u8]) -> (String, String, i32) {
    let output = run(args, stdin);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the output is UTF-8");
    let code = output.status.code().expect("the binary is not killed");
    (text(output.stdout), text(output.stderr), code)
}

/// That a command fails with this code, says so on standard error, and answers nothing.
#[allow(dead_code)]
#[track_caller]
pub(crate) fn fails(args: &[&str], code: i32, says: &str) {
    let (stdout, stderr, found) = texts(args, b"");
    assert_eq!(found, code, "{args:?}: {stdout}{stderr}");
    assert_eq!(stdout, "", "{args:?}");
    assert!(
        stderr.contains(says),
        "{args:?} says {stderr:?}, not {says:?}"
    );
}
