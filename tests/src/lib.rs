//! The suite: what the engine is held against, and the means to do it.
//!
//! [`build`] writes small route sets by hand, [`generate`] writes random ones and
//! requests that hit them, [`show`] prints both so that a failure can be read,
//! and [`minimise`] makes a failing pair small.

pub mod build;
pub mod generate;
pub mod minimise;
pub mod show;
