//! Importers: manifests in, a [`RouteSet`] out.
//!
//! [`import`] reads every document of every source into one spanned tree
//! ([`document`]), finds each document's dialect, and hands each dialect's
//! documents to its importer. What an importer cannot take it reports; nothing
//! is dropped silently, and one bad object never costs another.

pub mod app_mesh;
pub mod document;
pub mod gateway_api;
pub mod native;
pub mod schema;

mod dialect;
mod object;
mod recognize;
mod status;

use alloc::vec::Vec;

use crate::diagnostic::Diagnostic;
use crate::model::RouteSet;

pub use dialect::{Dialect, UnknownDialect};
pub use document::{Limits, Node, Source, Sources};
pub use object::Object;
pub use status::{Condition, GatewayStatus, ListenerStatus, ParentStatus, RouteStatus, Status};

/// How to import.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// How much the reader takes.
    pub limits: Limits,
    /// The dialect of every document; `None` recognises each by itself.
    pub dialect: Option<Dialect>,
    /// Take what a dialect's own admission would refuse but whose meaning is
    /// clear (fields of sibling formats, read-only fields), with a warning.
    pub lenient: bool,
    /// How the Gateway API's open questions are answered.
    pub gateway_api: gateway_api::Options,
    /// How App Mesh's open questions are answered.
    pub app_mesh: app_mesh::Options,
}

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

/// Reads all sources and imports every object in them.
///
/// Whatever is wrong is reported and costs the smallest part that it can; what
/// is returned is sound. Time and memory are bounded by `options.limits`. Files are not
/// opened here: their texts are in `sources`.
///
/// ```
/// use fingerpost::compile::Compiler;
/// use fingerpost::import::{Options, Sources, import};
/// use fingerpost::{Draws, Request, diagnostic};
///
/// let mut sources = Sources::new();
/// sources.add("routes.yaml", "
/// fingerpost: v1
/// routes:
/// - name: cart
///   hosts: [shop.example]
///   rules:
///   - match: {path: {segments: /cart}}
///     backend: cart:8080
/// ");
/// let imported = import(&sources, &Options::default());
/// let compiled = Compiler::new().compile(&imported.routes);
/// for found in [&imported.diagnostics, &compiled.diagnostics] {
///     // `file:line:column: severity[CODE]: message`; here there is nothing to tell.
///     assert_eq!(diagnostic::lines(found, &imported.routes.sources).to_string(), "");
/// }
///
/// let mut scratch = compiled.table.create_scratch();
/// let request = Request::new(b"GET", b"/cart/42").with_authority(b"shop.example");
/// let decision = compiled.table.decide_with(&mut scratch, &request, Draws::fixed(0));
/// assert_eq!(decision.backend().unwrap().to_string(), "Backend cart:8080");
/// ```
pub fn import(sources: &Sources, options: &Options) -> Import {
    let (documents, diagnostics) = document::read(sources, &options.limits);
    let mut out = Import {
        diagnostics,
        ..Import::default()
    };
    out.routes.sources = sources.iter().map(|source| source.name().into()).collect();
    let objects = recognize::objects(&documents, options, &mut out.diagnostics);
    // Namespaces are every dialect's.
    let is_alone = objects
        .app_mesh
        .iter()
        .all(|object| object.kind == "Namespace");
    gateway_api::import(
        &objects.gateway_api,
        &objects.refused,
        is_alone,
        options,
        &mut out,
    );
    app_mesh::import(&objects.app_mesh, &objects.refused, options, &mut out);
    native::import(&objects.native, options, &mut out);
    out
}
