//! Gateway API.

pub mod duration;
pub mod schema;
pub mod validate;
