//! Errors about a request, and their JSON form.

use alloc::format;
use alloc::string::String;
use core::fmt;

use crate::diagnostic::Code;

use super::write;

/// Why a request was not taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RequestError {
    code: Code,
    message: String,
    field: Option<String>,
    line: Option<u64>,
    column: Option<u64>,
}

impl RequestError {
    /// An error about a request as a whole.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: None,
            line: None,
            column: None,
        }
    }

    /// An error about one field: `headers[2]`.
    pub fn at(code: Code, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: Some(field.into()),
            line: None,
            column: None,
        }
    }

    /// Says at which line of a stream the request stands, from 1.
    #[must_use]
    pub fn with_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// Says at which byte of its line the request went wrong, from 1.
    #[must_use]
    pub fn with_column(mut self, column: u64) -> Self {
        self.column = Some(column);
        self
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// One clause, lower case, without a full stop.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The field that is meant, where one is.
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// The line of the stream, from 1, where it is known.
    pub fn line(&self) -> Option<u64> {
        self.line
    }

    /// The byte of the line, from 1, where it is known.
    pub fn column(&self) -> Option<u64> {
        self.column
    }

    /// Writes it on one line: `{"error":{"code","message","field","line","column"}}`.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        write::object(&mut out, |object| {
            object.object("error", |object| {
                object.text("code", &format!("{}", self.code));
                object.text("message", &self.message);
                object.text_opt("field", self.field.as_deref());
                object.number_opt("line", self.line);
                object.number_opt("column", self.column);
            });
        });
        out
    }
}

/// The message; the code stands apart, as for diagnostics.
impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for RequestError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::codes::request;

    #[test]
    fn an_error_has_the_contracts_form() {
        let error = RequestError::at(request::INVALID_FIELD, "headers[2]", "m");
        assert_eq!(
            error.to_json(),
            r#"{"error":{"code":"FP1203","message":"m","field":"headers[2]"}}"#
        );
        let error = RequestError::new(request::INVALID_JSON, "m");
        assert_eq!(
            error.to_json(),
            r#"{"error":{"code":"FP1202","message":"m"}}"#
        );
        assert_eq!(
            error.with_line(3).with_column(9).to_json(),
            r#"{"error":{"code":"FP1202","message":"m","line":3,"column":9}}"#
        );
    }
}
