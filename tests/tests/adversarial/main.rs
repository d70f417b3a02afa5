//! Attack cases: inputs that have broken a router before, or would.
//!
//! The cases are the shared data's `adversarial.json`, each with an id
//! (`ADV-QY-002`), where it comes from, a table in words, a request, and the answer
//! that is required. A test is named after its case, so that a failure leads back to
//! it; [`coverage`] holds every id to be a test somewhere in the project or a line,
//! with its reason, in `tests/adversarial-not-encoded.txt`.
//!
//! Where a case names a dialect that has an importer its table is a manifest of that
//! dialect ([`manifest`]); other tables are written with the model ([`table`]).
//! [`asked`] asks them, and gives the answer as one word. Each test that expects
//! what a table answers by default asks the same table for something else too: a
//! predicate that never holds would pass otherwise.

mod asked;
mod configuration;
#[path = "../counting/mod.rs"]
mod counting;
mod coverage;
mod edits;
mod gateway_api;
mod grpc_tls;
mod header_load;
mod headers;
mod hosts;
mod manifest;
mod methods;
mod paths;
mod policies;
mod precedence;
mod query;
mod regexes;
mod rewrites;
mod table;
mod threads;
mod vacuity;
