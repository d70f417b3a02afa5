//! Fingerpost is an embeddable HTTP routing engine: it compiles the route
//! manifests people already have into one immutable table, and answers for every
//! request which rule wins, which backend gets it, and everything the proxy must
//! then do.
//!
//! ```
//! # #[cfg(feature = "compile")] {
//! use fingerpost::builder::{Route, Routes, any, segments};
//! use fingerpost::{Draws, Request};
//!
//! let table = Routes::new()
//!     .route(Route::host("shop.example")
//!         .rule(segments("/cart").header("x-env", "canary").to("cart-v2:8080"))
//!         .rule(segments("/cart").to("cart:8080"))
//!         .rule(any().respond(404)))
//!     .build()?;
//!
//! let mut scratch = table.create_scratch(); // one for each thread
//! let request = Request::new(b"GET", b"/cart/42").with_authority(b"shop.example");
//! let decision = table.decide_with(&mut scratch, &request, Draws::fixed(0));
//! assert_eq!(decision.backend().unwrap().name, "cart");
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The way through
//!
//! 1. [`import`] reads manifests into a [`model::RouteSet`], with diagnostics for
//!    everything that is wrong or passed over. [`builder`] makes one of a few lines
//!    of Rust, and its table too.
//! 2. [`compile::Compiler`] makes a [`Table`] of it.
//! 3. [`Table::decide_with`] answers a [`Request`] with a [`Decision`], using a
//!    [`Scratch`] that each thread makes once.
//! 4. [`Table::explain`] says why.
//!
//! [`files`] takes the first two steps for files and folders, and [`watch`] takes them again
//! whenever those change. [`Table::to_snapshot`] and [`Table::from_snapshot`] leave them out:
//! a table is made once, and loaded anywhere.
//!
//! # Guarantees
//!
//! * Deciding and reading a decision does not allocate, lock or recurse, and never
//!   panics, whatever the request.
//! * Its cost is set by the request and by the rules that share the request's host
//!   and path prefix, not by the size of the table.
//! * [`Table`] is `Send + Sync` and never changes. Chance comes in from the caller
//!   as [`Draws`], so the same input always gives the same answer.
//! * There is no thread and no global state in the crate, no I/O, clock or random source
//!   outside of [`files`] and [`watch`], and no `unsafe` code.
//!
//! # Features
//!
//! Without any, the crate is the part that runs for each request, `no_std` with
//! `alloc`: [`Table`], [`Request`], [`Scratch`], [`Decision`]. What makes a table
//! is [`compile`]. A feature adds API and never changes a decision.
//!
//! | feature | adds | default |
//! |---|---|---|
//! | `std` | [`Handle`]; the standard library where dependencies can use it | yes |
//! | `compile` | [`model`], [`builder`], [`compile`], [`update`], [`diagnostic`] | through `import` and `json` |
//! | `import` | [`import`]: native documents, Gateway API and App Mesh; its YAML parser needs the standard library | yes |
//! | `files` | [`files`], [`watch`]: reading files and folders, and following them while they change; needs the standard library | yes |
//! | `explain` | [`explain`] | yes |
//! | `http` | module `http`: requests and responses of the `http` crate; needs the standard library | no |
//! | `json` | [`json`]: the requests and decisions that all faces share | yes |
#![no_std]
// Without the compiler nothing here makes a table, and most of its parts have no writer.
#![cfg_attr(not(feature = "compile"), allow(dead_code))]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

pub mod attribute;
#[cfg(feature = "compile")]
pub mod builder;
#[cfg(feature = "compile")]
pub mod compile;
pub mod decision;
#[cfg(feature = "compile")]
pub mod diagnostic;
#[cfg(feature = "explain")]
pub mod explain;
#[cfg(feature = "files")]
pub mod files;
#[cfg(feature = "std")]
mod handle;
#[cfg(feature = "http")]
pub mod http;
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
mod snapshot;
pub mod table;
#[cfg(feature = "compile")]
pub mod update;
mod vocabulary;
#[cfg(feature = "files")]
pub mod watch;

pub use decision::draw::Draws;
pub use decision::enter::Matched;
pub use decision::headers::HeaderEdit;
pub use decision::metadata::MetadataView;
pub use decision::policy::{MirrorView, RetryView, SessionView};
pub use decision::view::{BackendView, StageView, TargetView};
pub use decision::{Decision, Outcome, Reason};
#[cfg(feature = "std")]
pub use handle::{Handle, Reader};
pub use matcher::request::{Request, RequestProtocol};
pub use matcher::scratch::Scratch;
pub use snapshot::{SnapshotError, SnapshotHead};
pub use table::names::ObjectName;
pub use table::precedence::Clause;
pub use table::{GatewayId, Stats, Table};
pub use vocabulary::{
    EscapedSlashes, Fault, Fragment, HeaderVerb, HostForm, MalformedEscapes, Normalization, Origin,
    PathParameters, Precedence, PrefixJoin, Protocol, RepeatedValues, Scheme, Timeouts,
};

/// The example of the README is tested with the examples here.
#[cfg(all(doctest, feature = "import"))]
#[doc = include_str!("../../README.md")]
struct Readme;

/// So are those of the guide.
#[cfg(all(doctest, feature = "files", feature = "explain", feature = "http"))]
#[doc = include_str!("../../docs/rust.md")]
struct Guide;

/// What may cross threads, as the documentation says. Checked when compiling.
const _: () = {
    const fn is_shared<T: Send + Sync + Unpin>() {}
    const fn is_sent<T: Send>() {}
    is_shared::<Table>();
    is_shared::<Request<'_>>();
    is_shared::<Decision<'_>>();
    is_sent::<Scratch>();
};
