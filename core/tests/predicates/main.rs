//! What predicates ask, through the public surface.
//!
//! Every question is put to three tables: one whose facts all have automata, one
//! without any, and one as it is by default. They must agree.
#![cfg(feature = "explain")]
#![cfg(feature = "compile")]

mod facts;
mod lists;
mod random;
mod requests;
mod support;
mod trees;
mod values;
