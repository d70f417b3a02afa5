//! Files that are written out of the native format's schema: the JSON Schema, and the
//! table of fields in the format's document.
//!
//! The schema that validates documents is the one source; a small program of the suite
//! writes it out. `cargo xtask schema` puts that into the files, and the stage of this
//! name says whether they are what would be written.

use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;
use std::{fs, io};

use crate::run::{End, run as run_child};
use crate::workspace;

/// The program is built first.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// The JSON Schema.
const SCHEMA: &str = "docs/fingerpost-v1.schema.json";
/// The document whose table of fields is written, and what stands around the table.
const DOCUMENT: &str = "docs/dialects/native.md";
const BEGIN: &str = "<!-- Written by `cargo xtask schema`. -->\n";
const END: &str = "<!-- End of what is written by `cargo xtask schema`. -->\n";

/// A file and what it should hold.
pub(crate) struct Written {
    pub(crate) file: &'static str,
    text: String,
}

impl Written {
    /// Whether the file holds it.
    pub(crate) fn is_current(&self) -> bool {
        let there = fs::read_to_string(workspace::root().join(self.file));
        there.is_ok_and(|there| there == self.text)
    }
}

/// Writes the files, or with `check` says which of them are stale.
pub(crate) fn run(check: bool) -> ExitCode {
    let written = match written() {
        Ok(written) => written,
        Err(error) => return failed(&error),
    };
    let stale = written.iter().filter(|one| !one.is_current());
    let mut is_stale = false;
    for one in stale {
        is_stale = true;
        if check {
            eprintln!("{} is stale; run `cargo xtask schema`", one.file);
        } else if let Err(error) = fs::write(workspace::root().join(one.file), &one.text) {
            return failed(&format!("{}: {error}", one.file));
        } else {
            println!("{}", one.file);
        }
    }
    match check && is_stale {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

/// What the files should hold.
pub(crate) fn written() -> Result<Vec<Written>, String> {
    let path = workspace::root().join(DOCUMENT);
    let document = fs::read_to_string(path).map_err(|error| format!("{DOCUMENT}: {error}"))?;
    let document = with_table(&document, &print("fields")?)
        .ok_or_else(|| format!("{DOCUMENT} has not both lines around the table of fields"))?;
    Ok(vec![
        Written {
            file: SCHEMA,
            text: print("schema")?,
        },
        Written {
            file: DOCUMENT,
            text: document,
        },
    ])
}

/// A document with the table between its lines replaced.
fn with_table(document: &str, table: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{table}{END}{after}"))
}

/// What the program prints.
fn print(what: &str) -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let file = workspace::target().join("xtask").join("native-format.out");
    let problem = |error: io::Error| error.to_string();
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(problem)?;
    }
    let mut command = Command::new(cargo);
    command
        .args(["run", "--quiet", "-p", "fingerpost-tests", "--bin"])
        .args(["native-format", "--", what])
        .current_dir(workspace::root())
        .stdin(Stdio::null())
        .stdout(fs::File::create(&file).map_err(problem)?);
    match run_child(&mut command, LIMIT).map_err(problem)? {
        End::Exited(status) if status.success() => fs::read_to_string(&file).map_err(problem),
        End::Exited(status) => Err(format!("native-format {what} ended with {status}")),
        End::TimedOut => Err(format!(
            "native-format {what} took more than {} s",
            LIMIT.as_secs()
        )),
    }
}

fn failed(error: &str) -> ExitCode {
    eprintln!("xtask: {error}");
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::{BEGIN, END, with_table};

    #[test]
    fn what_stands_around_the_table_stays() {
        let document = format!("a\n{BEGIN}old\n{END}b\n");
        let new = with_table(&document, "new\n").unwrap();
        assert_eq!(new, format!("a\n{BEGIN}\nnew\n{END}b\n"));
        assert_eq!(with_table(&new, "new\n").as_deref(), Some(new.as_str()));
        assert_eq!(with_table("a\n", "new\n"), None);
    }
}
