//! Importers: manifests in, a [`RouteSet`] out.
//!
//! [`import`] reads every document of every source into one spanned tree
//! ([`document`]), finds each document's dialect, and hands each dialect's
//! documents to its importer. What an importer cannot take it reports; nothing
//! is dropped silently, and one bad object never costs another.

pub mod document;
pub mod schema;

mod app_mesh;
mod gateway_api;
mod status;

use alloc::vec::Vec;

use crate::diagnostic::Diagnostic;
use crate::model::RouteSet;

pub use document::{Node, Source, Sources};
pub use status::{Condition, GatewayStatus, ListenerStatus, ParentStatus, RouteStatus, Status};

/// What an import gives.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// The routes.
    pub routes: RouteSet,
    /// What was found wrong or noteworthy, in input order within each dialect.
    pub diagnostics: Vec<Diagnostic>,
    /// What a controller would write into the objects' status.
    pub status: Status,
}
