//! Route sets whose answers are known, engines that answer, and a clock that is
//! hard to fool.
//!
//! | module | duty |
//! |---|---|
//! | [`routes`] | route sets, a file each: rules, and requests made to hit or miss them |
//! | [`mix`] | which of a set's requests are asked, how often, in what order |
//! | [`engines`] | the engine and its peers behind one trait, a file each |
//! | [`measure`] | time, allocations, bytes; checks every answer before and while it measures |
//! | [`contests`] | what is measured against what, in `cargo xtask bench` |
//! | [`hostile`] | a table of every predicate, and requests that are long in every way |
//!
//! Everything is made from a seed, so that two runs, two machines and two versions
//! measure the same thing. Every request knows which rule takes it by the way it is
//! made: an engine that answers wrongly stops the measurement instead of being fast.

pub mod contests;
pub mod engines;
pub mod hostile;
pub mod measure;
pub mod mix;
mod random;
pub mod routes;

pub use random::Random;
