//! The suite: what the engine is held against, and the means to do it.
//!
//! [`build`] writes small route sets by hand, [`generate`] writes random ones and
//! requests that hit them, [`engine`] asks the engine what the oracle is asked,
//! [`show`] prints all of it so that a failure can be read, and [`minimise`] makes
//! a failing set small. [`small_scope`] goes through every small set instead. [`snapshots`] damages tables'
//! snapshots. [`shared`] finds data of other projects beside this one.

#![forbid(unsafe_code)]

pub mod build;
pub mod engine;
pub mod generate;
pub mod minimise;
pub mod shared;
pub mod show;
pub mod small_scope;
pub mod snapshots;
