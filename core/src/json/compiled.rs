//! What came of compiling, as JSON.

use alloc::format;
use alloc::string::String;

use crate::diagnostic::Diagnostic;

use super::diagnostic::write_diagnostic;
use super::write;

/// A snapshot that was written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Written<'a> {
    /// The file.
    pub file: &'a str,
    /// Its length.
    pub bytes: usize,
    /// The rules of the table.
    pub rules: usize,
    /// Whether it has the names of routes, rules and gateways.
    pub names: bool,
    /// The checksum in its head: the same where the bytes are the same.
    pub checksum: u64,
}

/// `{"written":{...},"diagnostics":[...]}`, `written` only where something was. `sources` are
/// the names of the files of the input, in their order.
pub fn write_compiled<S: AsRef<str>>(
    written: Option<&Written<'_>>,
    diagnostics: &[Diagnostic],
    sources: &[S],
) -> String {
    let mut out = String::new();
    write::object(&mut out, |object| {
        if let Some(written) = written {
            object.object("written", |object| {
                object
                    .text("file", written.file)
                    .number("bytes", written.bytes as u64)
                    .number("rules", written.rules as u64)
                    .bool("names", written.names)
                    .text("checksum", &format!("{:016x}", written.checksum));
            });
        }
        object.list("diagnostics", diagnostics, |out, diagnostic| {
            out.push_str(&write_diagnostic(diagnostic, sources));
        });
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_written_is_not_there() {
        let written = Written {
            file: "a.fpt",
            bytes: 64,
            rules: 1,
            names: false,
            checksum: 0xab,
        };
        assert_eq!(
            write_compiled::<&str>(Some(&written), &[], &[]),
            concat!(
                r#"{"written":{"file":"a.fpt","bytes":64,"rules":1,"names":false,"#,
                r#""checksum":"00000000000000ab"},"diagnostics":[]}"#
            )
        );
        assert_eq!(
            write_compiled::<&str>(None, &[], &[]),
            r#"{"diagnostics":[]}"#
        );
    }
}
