//! The AWS API's own JSON, and CloudFormation templates.
//!
//! # What is read
//!
//! - the input of a create or update call (`aws appmesh create-route --cli-input-json`):
//!   `meshName`, `virtualRouterName`, `routeName` and `spec`;
//! - what the describe calls print: the same inside `{"route": {...}}`, which the
//!   dispatcher unwraps;
//! - a spec alone, `{"spec": {...}}`, as the walkthroughs pass it beside command line
//!   options: the file's name gives the resource's;
//! - `Resources` of type `AWS::AppMesh::*` in a template, by the same readers, with
//!   field names in capitals. `Ref` and `Fn::GetAtt` are followed to the resource;
//!   other functions are not evaluated.
//!
//! Names are the names in AWS, and nothing has a namespace.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::import::Object;
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
    /// Each kind with its name, in a template's types too, and the field that names it.
    const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::GatewayRoute, "GatewayRoute", "gatewayRouteName"),
        (Self::Route, "Route", "routeName"),
        (Self::VirtualGateway, "VirtualGateway", "virtualGatewayName"),
        (Self::VirtualService, "VirtualService", "virtualServiceName"),
        (Self::VirtualRouter, "VirtualRouter", "virtualRouterName"),
        (Self::VirtualNode, "VirtualNode", "virtualNodeName"),
        (Self::Mesh, "Mesh", "meshName"),
    ];

    /// The kind's name.
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
            .map_or("", |(_, _, field)| field)
    }

    fn parent_field(self) -> Option<&'static str> {
        match self {
            Self::GatewayRoute => Some("virtualGatewayName"),
            Self::Route => Some("virtualRouterName"),
            _ => None,
        }
    }
}

/// The resources in an object without `apiVersion`; `file` is its file's name.
pub(super) fn resources<'d>(object: &Object<'d>, file: &str) -> Vec<Resource<'d>> {
    let node = object.node;
    if let Some(resources) = node.get("Resources") {
        return resources
            .entries()
            .filter_map(|(id, node)| template_resource(id.scalar_text()?, node))
            .collect();
    }
    let kind = ResourceKind::ALL
        .iter()
        .find(|(_, name, ..)| *name == object.kind);
    kind.map(|(kind, ..)| api_resource(*kind, object, file))
        .into_iter()
        .collect()
}

fn api_resource<'d>(kind: ResourceKind, object: &Object<'d>, file: &str) -> Resource<'d> {
    let node = object.node;
    let text = |field: &str| {
        node.get(field)
            .and_then(Node::as_str)
            .map(ToString::to_string)
    };
    let name = match object.name {
        "" => stem(file),
        name => name,
    };
    Resource {
        kind,
        form: Form::Api,
        name: name.to_string(),
        logical_id: None,
        mesh: text("meshName"),
        parent: kind.parent_field().and_then(text),
        node,
        spec: node.get("spec"),
    }
}

fn template_resource<'d>(id: &str, node: Node<'d>) -> Option<Resource<'d>> {
    let name = node.get("Type")?.as_str()?.strip_prefix("AWS::AppMesh::")?;
    let (kind, ..) = ResourceKind::ALL
        .iter()
        .find(|(_, kind, ..)| *kind == name)?;
    // Without properties it is there all the same, and lacks what it must have.
    let properties = node.get("Properties").unwrap_or(node);
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

/// Checks that the names of a resource can be read, and says whether its own can. A name
/// that cannot is not taken for one that is left out.
pub(super) fn check(reader: &mut Reader, resource: &Resource<'_>) -> bool {
    reader.expect_map(resource.node, resource.kind.name());
    if let Some(spec) = resource.spec {
        reader.expect_map(spec, "spec");
    }
    let own = resource.kind.name_field();
    let mut readable = true;
    for field in [Some(own), Some("meshName"), resource.kind.parent_field()] {
        let Some(field) = field else { continue };
        let Some(value) = reader.get(resource.node, field) else {
            continue;
        };
        let text = match reader.form {
            Form::CloudFormation => reader.text_of(value, field),
            _ => value.as_str().map(ToString::to_string),
        };
        if text.is_none() {
            reader.unread(value, field, "a string");
            readable &= field != own;
        }
    }
    readable
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
