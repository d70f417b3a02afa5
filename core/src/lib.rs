//! Fingerpost is an embeddable HTTP routing engine.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

#[cfg(feature = "compile")]
pub mod compile;
pub mod decision;
#[cfg(feature = "compile")]
pub mod diagnostic;
#[cfg(feature = "import")]
pub mod import;
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
