//! `appmesh.k8s.aws/v1beta1`: the controller before routers were objects.
//!
//! A VirtualService holds its VirtualRouter and its routes, names its mesh, and its
//! own name is the host that clients use. There is no GatewayRoute.

use alloc::string::String;
use alloc::vec::Vec;

use crate::import::document::Node;

use super::kinds::{Mesh, Meta, Provider, VirtualNode, VirtualRouter, VirtualService};
use super::mesh::{self, listeners};
use super::reference::{By, Reference};
use super::schema;
use super::selector::{LabelMap, Selector};
use super::virtual_router;
use super::wire::{Reader, place};

/// Reads a Mesh: a name is all there is. It is named by the others, so its
/// selector selects nothing.
pub(super) fn mesh(names: Meta) -> Mesh {
    Mesh {
        meta: named_by_itself(names),
        namespaces: Selector::Nothing,
    }
}

/// Reads a VirtualNode's spec, which may be absent.
pub(super) fn node(reader: &mut Reader, spec: Option<Node<'_>>, names: Meta) -> VirtualNode {
    let names = of_mesh(reader, spec, names);
    mesh::node(reader, spec, names)
}

/// Reads a VirtualService's spec, and the router inside it.
pub(super) fn service(
    reader: &mut Reader,
    spec: Option<Node<'_>>,
    names: Meta,
) -> (VirtualService, Option<VirtualRouter>) {
    let mut names = of_mesh(reader, spec, names);
    // SPEC: the object's name is the service's name in AWS (controller v0.x docs).
    names.aws_name = names.object.name.clone();
    let nobody = |names| {
        (
            VirtualService {
                meta: names,
                provider: Provider::Nobody,
            },
            None,
        )
    };
    let Some(spec) = spec else {
        return nobody(names);
    };
    let namespace = names.object.namespace.clone();
    let routes = reader.list(spec, "routes");
    let inline = reader.map(spec, "virtualRouter");
    if routes.is_none() && inline.is_none() {
        return nobody(names);
    }
    let name = inline
        .and_then(|node| reader.text(node, "name"))
        .unwrap_or_else(|| names.object.name.clone());
    let origin = inline.map_or(names.origin, place);
    let mut router_names =
        super::meta::kubernetes("VirtualRouter", &namespace, &name, LabelMap::new(), origin);
    router_names.mesh.clone_from(&names.mesh);
    router_names.aws_name.clone_from(&name);
    let router = VirtualRouter {
        listeners: inline.map_or_else(Vec::new, |node| listeners(reader, node)),
        routes: routes.map_or_else(Vec::new, |list| {
            virtual_router::routes(reader, list, &schema::LEGACY_ROUTE, &router_names)
        }),
        meta: router_names,
    };
    let provider = Provider::Router(Reference {
        by: By::Name { namespace, name },
        origin,
    });
    (
        VirtualService {
            meta: names,
            provider,
        },
        Some(router),
    )
}

fn of_mesh(reader: &mut Reader, spec: Option<Node<'_>>, mut names: Meta) -> Meta {
    names.mesh = spec.and_then(|spec| mesh_name(reader, spec));
    names
}

fn mesh_name(reader: &mut Reader, spec: Node<'_>) -> Option<String> {
    reader.text(spec, "meshName")
}

fn named_by_itself(mut names: Meta) -> Meta {
    names.aws_name.clone_from(&names.object.name);
    names
}
