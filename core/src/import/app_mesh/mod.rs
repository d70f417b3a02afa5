//! AWS App Mesh: manifests of a mesh in, its gateways and services out.
//!
//! # What is read
//!
//! Mesh, VirtualGateway, GatewayRoute, VirtualService, VirtualRouter, VirtualNode and
//! BackendGroup, in the controller's `v1beta2` and `v1beta1`, as the AWS API's own
//! JSON, and as CloudFormation resources. App Mesh ends in 2026; its manifests are
//! read mostly to move them elsewhere, so reading favours understanding an old file
//! over refusing it, and says whenever it guesses. `docs/dialects/app-mesh.md` has
//! every field.
//!
//! # Steps
//!
//! 1. `world` reads each object on its own (`wire` knows the spellings), checks it
//!    against `schema` and the rules of its admission, and files it by kind and name.
//!    An object with an error is left out.
//! 2. `membership` finds each object's mesh and gateway by the selectors.
//! 3. `gateways` and `meshes` make the entry points, `stages` what lies behind
//!    them, and `resolve` follows the references between.
//!
//! # Shape of the result
//!
//! ```text
//! Gateway VirtualGateway ns/name    listener a port  > stage of GatewayRoutes
//! Gateway Mesh name                 listener a host  > stage of one VirtualService
//!                                          both lead > stage of a VirtualRouter > VirtualNode
//! ```
//!
//! A GatewayRoute's rule rewrites path and host, and its target is the stage of the
//! VirtualRouter that provides for the VirtualService, or the VirtualNode that does;
//! the VirtualService itself travels as metadata `virtual_service`.
//!
//! # What is approximated
//!
//! - A `Host` with a port matches as one without: the model has no ports in hosts.
//!   App Mesh itself does not match it (roadmap #365).
//! - http and http2 listeners both take any version of HTTP.
//! - Query parameters are compared after percent-decoding; Envoy compares as written.
//! - TCP services that share a port are told apart by address in App Mesh, and not at
//!   all here: the first one takes it.
//! - What a VirtualNode may call (`backends`, BackendGroup, the egress filter) is not
//!   looked at: a request says nothing of its caller.
//!
//! # Invariants
//!
//! 1. Nothing recurses along input; every list that is asked for each object has a
//!    limit (`world`, `mesh`, `selector`).
//! 2. A diagnostic is given once, in the order of the input.

mod ambiguity;
mod api_json;
mod entry;
mod gateway_route;
mod gateways;
mod hoist;
mod kinds;
mod legacy;
mod lenient;
mod loose_route;
mod matches;
mod membership;
mod mesh;
mod meshes;
mod meta;
mod policy;
mod reference;
mod resolve;
mod rewrite;
pub mod schema;
mod selector;
mod stages;
mod virtual_router;
mod virtual_service;
mod wire;
mod world;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::recognize::Refused;
use super::{Import, Object};
use crate::model::Origin;

use membership::Membership;
use stages::Builder;
use world::World;

/// How App Mesh's open questions are answered.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// Whether a request that no route of its most specific host takes fails there,
    /// as with Envoy's virtual hosts (roadmap #403 reports such behaviour). By default
    /// the routes of less specific hosts, and those without a host, are tried too.
    pub host_isolation: bool,
}

/// Imports App Mesh objects and API JSON, and the Namespaces that its rules need.
pub(super) fn import(
    objects: &[Object<'_>],
    refused: &Refused<'_>,
    options: &super::Options,
    out: &mut Import,
) {
    let mut found = Vec::new();
    let mut world = World::read(objects, refused, options, &out.routes.sources, &mut found);
    world.assume_gateways(&mut found);
    world.hoist_policies(&mut found);
    let mut membership = Membership::new(&world);
    let mut builder = Builder::new(&world, &mut out.routes, !options.app_mesh.host_isolation);
    builder.gateways(&mut membership, &mut found);
    builder.meshes(&mut membership, &mut found);
    builder.bare_routers();
    found.append(&mut builder.resolver.found);
    // Stable: what is said of one place stays in the order in which it was found.
    found.sort_by_key(|diagnostic| {
        diagnostic
            .origin
            .map_or((u32::MAX, u32::MAX), |origin| (origin.source, origin.start))
    });
    out.diagnostics.append(&mut found);
}

/// A place as people read it: `file:line:column`.
fn shown(files: &[String], origin: Origin) -> String {
    let file = files.get(origin.source as usize).map_or("", String::as_str);
    format!("{file}:{}:{}", origin.line, origin.column)
}
