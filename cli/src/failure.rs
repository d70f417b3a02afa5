//! Why the command stops without an answer, and with which exit code.

use std::fmt;
use std::io;

use fingerpost::diagnostic::Code;
use fingerpost::diagnostic::codes::cli;
use fingerpost::files::{self, Why};
use fingerpost::json::RequestError;

/// Exit code of a command that did what it was asked.
pub(crate) const SUCCESS: u8 = 0;
/// Exit code where the answer is bad news: errors in manifests, a bad line.
pub(crate) const FINDINGS: u8 = 1;
const USAGE: u8 = 2;
const UNREADABLE: u8 = 3;

/// Why the command stops.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was called wrongly.
    Usage(String),
    /// A request given on the command line is not one.
    Request(RequestError),
    /// A file that cannot be read, written or used as it is, with the code of why.
    File(Code, String),
    /// Standard output that cannot be written.
    Output(io::Error),
}

impl Failure {
    /// What could not be read, and the system's word for why.
    pub(crate) fn unreadable_for(name: &str, error: io::Error) -> Self {
        let name = name.to_owned();
        let why = Why::Io(error);
        Self::from(files::Error { name, why })
    }

    /// What could not be written, and the system's word for why.
    pub(crate) fn unwritable(name: &str, error: &io::Error) -> Self {
        // As the library words what cannot be read: no capital, no `(os error 2)`.
        let why = error.to_string();
        let why = why.split(" (os error").next().unwrap_or_default();
        let message = format!("{name} cannot be written: {}", why.to_lowercase());
        Self::File(cli::UNWRITABLE, message)
    }

    /// The exit code. A reader that went away is no failure.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Request(_) => USAGE,
            // It could be read, but not together with what else was named.
            Self::File(cli::NOT_ALONE, _) => USAGE,
            Self::File(..) => UNREADABLE,
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => SUCCESS,
            Self::Output(_) => UNREADABLE,
        }
    }

    /// As JSON, for those who asked for JSON: `{"error":{"code","message","field"}}`.
    pub(crate) fn to_json(&self) -> Option<String> {
        match self {
            Self::Request(error) => Some(error.to_json()),
            Self::File(code, message) => Some(RequestError::new(*code, message.as_str()).to_json()),
            Self::Usage(_) | Self::Output(_) => None,
        }
    }

    /// Whether there is nobody left to tell.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) => f.write_str(message),
            Self::File(code, message) => write!(f, "{message} [{code}]"),
            Self::Request(error) => write!(f, "{} [{}]", error.message(), error.code()),
            Self::Output(error) => write!(f, "the output cannot be written: {error}"),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<files::Error> for Failure {
    fn from(error: files::Error) -> Self {
        Self::File(error.code(), error.to_string())
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}

#[cfg(test)]
mod tests {
    use fingerpost::SnapshotError;
    use fingerpost::files::{self, Why};

    use super::{Failure, UNREADABLE};

    /// No snapshot is refused so by this binary, which has the compiler of patterns, on the
    /// machines that tests run on. What it refuses otherwise is tested with snapshots.
    #[test]
    fn what_other_builds_and_machines_refuse_has_its_code() {
        let pattern = SnapshotError::Pattern {
            part: "patterns",
            pattern: "(?:a)".into(),
        };
        for (refused, code) in [(pattern, "FP1715"), (SnapshotError::ByteOrder, "FP1716")] {
            let (name, why) = ("table.fpt".to_owned(), Why::Snapshot(refused));
            let failure = Failure::from(files::Error { name, why });
            assert_eq!(failure.exit_code(), UNREADABLE);
            let text = failure.to_string();
            assert!(text.starts_with("table.fpt cannot be read: "), "{text}");
            assert!(text.ends_with(&format!(" [{code}]")), "{text}");
            let json = failure.to_json().unwrap();
            assert!(
                json.starts_with(&format!(r#"{{"error":{{"code":"{code}","#)),
                "{json}"
            );
        }
    }
}
