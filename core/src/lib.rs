//! Fingerpost is an embeddable HTTP routing engine.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

#[cfg(feature = "compile")]
pub mod diagnostic;
#[cfg(feature = "import")]
pub mod import;
#[cfg(feature = "compile")]
pub mod model;
mod vocabulary;

pub use vocabulary::Origin;
#[cfg(feature = "_oracle")]
#[doc(hidden)]
pub mod oracle;
