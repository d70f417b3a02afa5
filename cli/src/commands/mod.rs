//! The commands, a file each: from arguments to an exit code.

pub(crate) mod check;
pub(crate) mod compile;
pub(crate) mod explain;
pub(crate) mod route;
pub(crate) mod show;

mod follow;
mod load;
