//! Diagnostics as JSON.

use alloc::string::String;

use crate::diagnostic::Diagnostic;

use super::write;

/// Writes a diagnostic on one line:
/// `{"code","severity","message","file","line","column","end_line","end_column","help"}`.
///
/// `sources` are the names of the files that origins count
/// ([`RouteSet::sources`](crate::model::RouteSet::sources)). Where there is no
/// place, the fields of the place are absent.
pub fn write_diagnostic<S: AsRef<str>>(diagnostic: &Diagnostic, sources: &[S]) -> String {
    let mut out = String::new();
    write::object(&mut out, |object| {
        // `Code` displays as `FP` and digits, nothing that needs escaping.
        object.text("code", &alloc::format!("{}", diagnostic.code));
        object.text("severity", diagnostic.severity.as_str());
        object.text("message", &diagnostic.message);
        if let Some(origin) = diagnostic.origin {
            let file = sources.get(origin.source as usize).map(AsRef::as_ref);
            object.text_opt("file", file);
            object
                .number("line", origin.line)
                .number("column", origin.column);
            object
                .number("end_line", origin.end_line)
                .number("end_column", origin.end_column);
        }
        object.text_opt("help", diagnostic.help.as_deref());
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::codes::read;
    use crate::model::Origin;

    #[test]
    fn a_diagnostic_has_the_contracts_fields_in_order() {
        let origin = Origin {
            line: 3,
            column: 4,
            end_line: 3,
            end_column: 9,
            ..Origin::default()
        };
        let diagnostic = Diagnostic::error(read::SYNTAX, origin, "a \"b\"").with_help("mend it");
        assert_eq!(
            write_diagnostic(&diagnostic, &["a.yaml"]),
            r#"{"code":"FP1001","severity":"error","message":"a \"b\"","file":"a.yaml","line":3,"column":4,"end_line":3,"end_column":9,"help":"mend it"}"#
        );
    }

    #[test]
    fn a_diagnostic_without_a_place_has_no_fields_of_a_place() {
        let diagnostic = Diagnostic::note(read::SYNTAX, Origin::default(), "m");
        assert_eq!(
            write_diagnostic::<&str>(&diagnostic, &[]),
            r#"{"code":"FP1001","severity":"note","message":"m"}"#
        );
    }
}
