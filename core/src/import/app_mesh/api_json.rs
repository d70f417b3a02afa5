//! The AWS API's own JSON, and CloudFormation templates.
//!
//! # What is read
//!
//! - the input of a create or update call (`aws appmesh create-route --cli-input-json`):
//!   `meshName`, `virtualRouterName`, `routeName` and `spec`;
//! - what the describe calls print: the same inside `{"route": {...}}`;
//! - a spec alone, `{"spec": {...}}`, as the walkthroughs pass it beside command line
//!   options: the file's name gives the resource's;
//! - `Resources` of type `AWS::AppMesh::*` in a template, by the same readers, with
//!   field names in capitals. `Ref` and `Fn::GetAtt` are followed to the resource;
//!   other functions are not evaluated.
//!
//! Names are the names in AWS, and nothing has a namespace.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::import::document::Node;

use super::wire::{Form, Reader, place};

/// One resource: what it is, its names, and its spec.
#[derive(Clone, Debug)]
pub(super) struct Resource<'d> {
    pub(super) kind: ResourceKind,
    pub(super) form: Form,
    /// The name in AWS.
    pub(super) name: String,
    /// The logical id in a template.
    pub(super) logical_id: Option<String>,
    pub(super) mesh: Option<String>,
    /// The VirtualRouter of a route, the VirtualGateway of a gateway route.
    pub(super) parent: Option<String>,
    /// The object that the names stand in.
    pub(super) node: Node<'d>,
    pub(super) spec: Option<Node<'d>>,
}

/// The resources of the API.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ResourceKind {
    Mesh,
    VirtualGateway,
    GatewayRoute,
    VirtualService,
    VirtualRouter,
    Route,
    VirtualNode,
}

impl ResourceKind {
    /// Each kind with its name in a template's types, the field that names it, and
    /// the field that describe calls wrap it in. The order matters: a route names
    /// its router and mesh too.
    const ALL: [(Self, &'static str, &'static str, &'static str); 7] = [
        (Self::GatewayRoute, "GatewayRoute", "gatewayRouteName", "gatewayRoute"),
        (Self::Route, "Route", "routeName", "route"),
        (Self::VirtualGateway, "VirtualGateway", "virtualGatewayName", "virtualGateway"),
        (Self::VirtualService, "VirtualService", "virtualServiceName", "virtualService"),
        (Self::VirtualRouter, "VirtualRouter", "virtualRouterName", "virtualRouter"),
        (Self::VirtualNode, "VirtualNode", "virtualNodeName", "virtualNode"),
        (Self::Mesh, "Mesh", "meshName", "mesh"),
    ];

    /// The kind in messages and decisions. A route of its own is a VirtualRouter's.
    pub(super) fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(kind, ..)| *kind == self)
            .map_or("", |(_, name, ..)| name)
    }

    fn name_field(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(kind, ..)| *kind == self)
            .map_or("", |(_, _, field, _)| field)
    }

    fn parent_field(self) -> Option<&'static str> {
        match self {
            Self::GatewayRoute => Some("virtualGatewayName"),
            Self::Route => Some("virtualRouterName"),
            _ => None,
        }
    }
}

/// The resources in a document, `file` being the name of its file. Nothing where the
/// document is none of these.
pub(super) fn resources<'d>(root: Node<'d>, file: &str) -> Vec<Resource<'d>> {
    if let Some(resources) = root.get("Resources") {
        return resources
            .entries()
            .filter_map(|(id, node)| template_resource(id.scalar_text()?, node))
            .collect();
    }
    let wrapped = ResourceKind::ALL.iter().find_map(|(kind, _, _, wrapper)| {
        root.get(wrapper)
            .filter(|node| node.get("spec").is_some())
            .map(|node| (*kind, node))
    });
    let found = wrapped.or_else(|| Some((api_kind(root)?, root)));
    found
        .map(|(kind, node)| api_resource(kind, node, file))
        .into_iter()
        .collect()
}

/// Whether a document looks like one of these: the dispatcher's question.
pub(super) fn is_api_document(root: Node<'_>) -> bool {
    !resources(root, "").is_empty()
}

/// What a create call's input is about: the most particular name in it, or else the
/// shape of its spec.
fn api_kind(node: Node<'_>) -> Option<ResourceKind> {
    let spec = node.get("spec");
    let routes = ["httpRoute", "http2Route", "grpcRoute", "tcpRoute"];
    let action = spec.and_then(|spec| {
        routes
            .iter()
            .find_map(|field| spec.path(&[field, "action"]))
    });
    if let Some(action) = action {
        return if action.get("weightedTargets").is_some() {
            Some(ResourceKind::Route)
        } else {
            action.get("target").map(|_| ResourceKind::GatewayRoute)
        };
    }
    ResourceKind::ALL
        .iter()
        .find(|(kind, _, field, _)| {
            node.get(field).is_some() && (spec.is_some() || *kind == ResourceKind::Mesh)
        })
        .map(|(kind, ..)| *kind)
}

fn api_resource<'d>(kind: ResourceKind, node: Node<'d>, file: &str) -> Resource<'d> {
    let text = |field: &str| node.get(field).and_then(Node::as_str).map(ToString::to_string);
    Resource {
        kind,
        form: Form::Api,
        name: text(kind.name_field()).unwrap_or_else(|| stem(file).to_string()),
        logical_id: None,
        mesh: text("meshName"),
        parent: kind.parent_field().and_then(text),
        node,
        spec: node.get("spec"),
    }
}

fn template_resource<'d>(id: &str, node: Node<'d>) -> Option<Resource<'d>> {
    let name = node.get("Type")?.as_str()?.strip_prefix("AWS::AppMesh::")?;
    let (kind, ..) = ResourceKind::ALL.iter().find(|(_, kind, ..)| *kind == name)?;
    let properties = node.get("Properties")?;
    let mut reader = Reader::new(id, Form::CloudFormation);
    Some(Resource {
        kind: *kind,
        form: Form::CloudFormation,
        name: reader
            .text(properties, kind.name_field())
            .unwrap_or_else(|| id.to_string()),
        logical_id: Some(id.to_string()),
        mesh: reader.text(properties, "meshName"),
        parent: kind
            .parent_field()
            .and_then(|field| reader.text(properties, field)),
        node: properties,
        spec: reader.get(properties, "spec"),
    })
}

/// A file's name without folder and ending.
fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    if stem.is_empty() { "unnamed" } else { stem }
}

/// The place of a resource.
pub(super) fn origin(resource: &Resource<'_>) -> crate::model::Origin {
    place(resource.node)
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn a_file_name_without_folder_and_ending_names_a_resource() {
        assert_eq!(stem("mesh/cart-route.json"), "cart-route");
        assert_eq!(stem("a\\b\\cart.route.json"), "cart");
        assert_eq!(stem(".json"), "unnamed");
        assert_eq!(stem(""), "unnamed");
    }
}
