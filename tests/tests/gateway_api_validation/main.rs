//! Validation of Gateway API manifests: whatever an API server refuses is refused, for
//! the same reason and at a place inside the object; what it takes is taken.
//!
//! `upstream.rs` measures by upstream's own validation tables, examples and conformance
//! manifests; `routes.rs` and `gateways.rs` break one rule after the other, in each place
//! where it holds; `messages.rs` looks at what is said; `support.rs` is what they share.

mod gateways;
mod messages;
mod routes;
mod support;
mod upstream;
