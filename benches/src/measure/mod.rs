//! What is measured, and how.
//!
//! | file | duty |
//! |---|---|
//! | `contest.rs` | engines and requests of one route set, asked in turn |
//! | `check.rs` | what an engine answers, against what is right |
//! | `clock.rs` | time of a pass; the cost of one dependent cache miss |
//! | `record.rs` | a measured value as a line of text |
//!
//! # Time
//!
//! Every engine of a contest is asked in turn, once in each round. A pass is timed in
//! batches of 32 requests, and of each batch the least time over all rounds counts:
//! what a shared machine adds is never negative, and it seldom adds to the same batch
//! each time. Two values of one contest may be divided by each other; a value by itself
//! says little, and values of two runs nothing.
//!
//! Before each batch its requests are read untimed, as a proxy has just read them off
//! the wire, so that only the table is as cold as its size makes it. What reading the
//! clock costs is measured and taken off.
//!
//! Beside `ns` there are `ns-median`, of whole passes, to see how much noise there was,
//! and `ns-plain`, of whole passes without reading requests beforehand.

mod check;
mod clock;
mod contest;
mod record;

pub use check::{Tally, tally};
pub use clock::{Chase, Clock, stopwatch};
pub use contest::{Contender, Contest, Depth, Known, Meter};
pub use record::Record;
