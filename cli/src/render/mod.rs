//! How answers look to people.
//!
//! Renderers write to anything that takes text, with ANSI styles always; the
//! stream they end in ([`crate::output`]) takes the styles out where it is no
//! terminal or `NO_COLOR` is set. So there is one form, and tests see it plain.

pub(crate) mod decision;
pub(crate) mod diagnostics;
pub(crate) mod explanation;
pub(crate) mod listing;
pub(crate) mod status;
pub(crate) mod style;
pub(crate) mod table;
