//! The `http` crate's types: requests to decide, and messages to change.
//!
//! A [`RequestHead`] borrows from an `http::Request` what a [`Request`] is made of. A
//! [`Decision`] then changes the head that is sent on ([`Decision::apply_to`]), makes
//! the answer that no backend gives ([`Decision::to_response`]), or changes the one
//! that a backend gave ([`Decision::apply_to_response`], or
//! [`Decision::to_response_edits`] where one waits for it).
//!
//! [`Request`]: crate::Request
//! [`Decision`]: crate::Decision
//! [`Decision::apply_to`]: crate::Decision::apply_to
//! [`Decision::to_response`]: crate::Decision::to_response
//! [`Decision::apply_to_response`]: crate::Decision::apply_to_response
//! [`Decision::to_response_edits`]: crate::Decision::to_response_edits
//!
//! ```
//! use fingerpost::builder::{Route, Routes, segments};
//! use fingerpost::http::RequestHead;
//! use fingerpost::Draws;
//!
//! let table = Routes::new()
//!     .route(Route::host("shop.example").rule(
//!         segments("/api").to("api:8080").rewrite_prefix("/v1").set_header("x-edge", "1")))
//!     .build()?;
//! let mut scratch = table.create_scratch(); // one for each thread
//!
//! let request = http::Request::get("/api/cart?n=1").header("host", "shop.example").body(())?;
//! let head = RequestHead::from(&request);
//! let decision = table.decide_with(&mut scratch, &head.request(), Draws::fixed(0));
//! assert!(decision.to_response()?.is_none()); // a backend answers
//!
//! let (mut parts, _body) = request.clone().into_parts();
//! decision.apply_to(&mut parts)?;
//! assert_eq!(parts.uri, "/v1/cart?n=1");
//! assert_eq!(parts.headers["x-edge"], "1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Invariants
//!
//! 1. A head of at most [`RequestHead::INLINE_HEADERS`] header lines is made without
//!    allocating.
//! 2. The authority that is decided on is the one that is sent on: URI and Host
//!    header never name two hosts after [`Decision::apply_to`].
//! 3. A call that fails has changed nothing.

mod apply;
mod error;
mod head;

pub use apply::HeaderEdits;
pub use error::{ApplyError, MessagePart};
pub use head::RequestHead;
