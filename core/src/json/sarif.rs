//! Diagnostics as SARIF 2.1.0, which code review tools show beside the lines.

use alloc::format;
use alloc::string::String;
use core::fmt::Write as _;

use crate::diagnostic::codes::{self, CodeInfo};
use crate::diagnostic::{Diagnostic, Severity};

use super::write::{self, Object};

/// Writes all diagnostics as one SARIF log on one line.
///
/// `sources` are the names of the files that origins count; they are written as
/// URIs, relative where the names are.
pub fn write_sarif<S: AsRef<str>>(diagnostics: &[Diagnostic], sources: &[S]) -> String {
    let mut out = String::new();
    write::object(&mut out, |object| {
        object.text("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
        object.text("version", "2.1.0");
        object.list("runs", [()], |out, ()| {
            write::object(out, |object| run(object, diagnostics, sources));
        });
    });
    out
}

fn run<S: AsRef<str>>(object: &mut Object<'_>, diagnostics: &[Diagnostic], sources: &[S]) {
    let used = |info: &CodeInfo| diagnostics.iter().any(|found| found.code == info.code);
    object.object("tool", |object| {
        object.object("driver", |object| {
            object.text("name", "fingerpost");
            object.text("version", env!("CARGO_PKG_VERSION"));
            object.list("rules", codes::all().filter(used), |out, info| {
                write::object(out, |object| {
                    object.text("id", &format!("{}", info.code));
                    object.object("shortDescription", |object| {
                        object.text("text", info.title);
                    });
                });
            });
        });
    });
    object.text("columnKind", "unicodeCodePoints");
    object.list("results", diagnostics, |out, found| {
        write::object(out, |object| result(object, found, sources));
    });
}

fn result<S: AsRef<str>>(object: &mut Object<'_>, found: &Diagnostic, sources: &[S]) {
    let level = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    object
        .text("ruleId", &format!("{}", found.code))
        .text("level", level);
    object.object("message", |object| {
        match &found.help {
            Some(help) => object.text("text", &format!("{}; {help}", found.message)),
            None => object.text("text", &found.message),
        };
    });
    let Some(origin) = found.origin else { return };
    let Some(file) = sources.get(origin.source as usize) else {
        return;
    };
    object.list("locations", [()], |out, ()| {
        write::object(out, |object| {
            object.object("physicalLocation", |object| {
                object.object("artifactLocation", |object| {
                    object.text("uri", &uri(file.as_ref()));
                });
                object.object("region", |object| {
                    object
                        .number("startLine", origin.line)
                        .number("startColumn", origin.column);
                    object.number("endLine", origin.end_line);
                    object.number("endColumn", origin.end_column);
                });
            });
        });
    });
}

/// A file name as a URI reference (RFC 3986): everything but unreserved
/// characters and slashes percent-encoded.
fn uri(name: &str) -> String {
    let mut out = String::new();
    if name.starts_with('/') {
        out.push_str("file://");
    }
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::codes::read;
    use crate::vocabulary::Origin;

    #[test]
    fn a_log_has_its_rules_and_results() {
        let origin = Origin {
            line: 3,
            column: 4,
            end_line: 3,
            end_column: 9,
            ..Origin::default()
        };
        let found = [
            Diagnostic::error(read::SYNTAX, origin, "m").with_help("mend it"),
            Diagnostic::note(read::SYNTAX, Origin::default(), "n"),
        ];
        let out = write_sarif(&found, &["a b.yaml"]);
        let log: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        assert_eq!(
            run["tool"]["driver"]["rules"]
                .as_array()
                .map(|rules| rules.len()),
            Some(1)
        );
        let first = &run["results"][0];
        assert_eq!(
            (&first["ruleId"], &first["level"]),
            (&"FP1001".into(), &"error".into())
        );
        assert_eq!(first["message"]["text"], "m; mend it");
        let place = &first["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b.yaml");
        assert_eq!(place["region"]["endColumn"], 9);
        assert!(run["results"][1].get("locations").is_none());
    }

    #[test]
    fn a_file_name_becomes_a_uri() {
        assert_eq!(uri("/a/b.yaml"), "file:///a/b.yaml");
        assert_eq!(uri("<stdin>"), "%3Cstdin%3E");
        assert_eq!(uri("é#?"), "%C3%A9%23%3F");
    }
}
