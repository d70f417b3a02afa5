//! The JSON forms that the command line and the other faces share.
//!
//! `contract.md` of the design, in code: a request in ([`RequestJson`]), and
//! decisions, diagnostics, status and errors out. Fields are written in the contract's
//! order; what does not apply is absent.
//!
//! # Why this shape
//!
//! Output is written by hand into a `String`: the forms are few and fixed, their
//! field order is part of the contract, and nothing is built only to be
//! serialised. Input is read by serde_json's visitors straight into a reusable
//! request, so that a stream of requests costs the memory of its longest line.

mod ask;
mod compiled;
mod decision;
mod diagnostic;
mod error;
mod explanation;
mod listing;
mod parse;
mod request;
mod sarif;
#[cfg(feature = "import")]
mod status;
mod words;
mod write;

pub use compiled::{Written, write_compiled};
pub use decision::write_decision;
pub use diagnostic::write_diagnostic;
pub use error::RequestError;
pub use explanation::write_explanation;
pub use listing::{write_lines, write_listing, write_stats};
pub use request::{MAX_ATTRIBUTES, MAX_DRAWS, MAX_HEADERS, RequestJson};
pub use sarif::write_sarif;
#[cfg(feature = "import")]
pub use status::write_status;
