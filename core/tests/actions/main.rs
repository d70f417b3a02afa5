//! What rules do with the requests they win, over route sets built by hand.
#![cfg(feature = "compile")]

mod headers;
mod limits;
mod policies;
mod queries;
mod redirects;
mod rewrites;
mod stages;
mod support;
mod targets;
