//! Fingerpost is an embeddable HTTP routing engine.
#![no_std]
// Without the compiler nothing here makes a table, and most of its parts have no writer.
#![cfg_attr(not(feature = "compile"), allow(dead_code))]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

#[cfg(feature = "compile")]
pub mod compile;
pub mod decision;
#[cfg(feature = "compile")]
pub mod diagnostic;
#[cfg(feature = "explain")]
pub mod explain;
#[cfg(feature = "import")]
pub mod import;
#[cfg(feature = "json")]
pub mod json;
mod matcher;
#[cfg(feature = "compile")]
pub mod model;
#[cfg(feature = "_oracle")]
#[doc(hidden)]
pub mod oracle;
pub mod table;
mod vocabulary;

pub use decision::draw::Draws;
pub use decision::headers::HeaderEdit;
pub use decision::view::{BackendView, MirrorView, RetryView, SessionView, StageView, TargetView};
pub use decision::{Decision, Outcome, Reason};
pub use matcher::request::{Request, RequestProtocol};
pub use matcher::scratch::Scratch;
pub use table::names::ObjectName;
pub use table::precedence::Clause;
pub use table::{GatewayId, Stats, Table};
pub use vocabulary::{
    Fault, HeaderVerb, Normalization, Origin, Precedence, PrefixJoin, Protocol, RepeatedHeaders,
    Scheme, Timeouts,
};
