//! Recognising App Mesh API JSON: what `aws appmesh create-route
//! --cli-input-json` takes and `describe-route` gives.
//!
//! It has no `apiVersion` and no `kind`; its keys tell what it is. The names are
//! those of the AWS API model (botocore, `appmesh/2019-01-25/service-2.json`,
//! the `Create…Input` and `…Data` shapes).

use crate::import::Node;
use crate::import::document::Kind;

/// What was recognised.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'d> {
    /// The object, taken out of the answer that `describe-…` wraps it in.
    pub(super) node: Node<'d>,
    /// Its kind, as Kubernetes names it, or `Route`.
    pub(super) kind: &'static str,
    /// Its name, possibly empty.
    pub(super) name: &'d str,
}

/// The kinds: the key of the name, and the key that answers wrap one in. A
/// kind's key comes before those of what it belongs to: a Route names its
/// VirtualRouter too.
const KINDS: &[(&str, &str, &str)] = &[
    ("GatewayRoute", "gatewayRouteName", "gatewayRoute"),
    ("Route", "routeName", "route"),
    ("VirtualService", "virtualServiceName", "virtualService"),
    ("VirtualNode", "virtualNodeName", "virtualNode"),
    ("VirtualRouter", "virtualRouterName", "virtualRouter"),
    ("VirtualGateway", "virtualGatewayName", "virtualGateway"),
    ("Mesh", "meshName", "mesh"),
];

/// What a CloudFormation template is called, which holds several objects.
const TEMPLATE: &str = "Template";

/// The route types of GatewayRoutes and Routes.
const ROUTES: &[&str] = &["httpRoute", "http2Route", "grpcRoute", "tcpRoute"];

/// Says what an object without a type is, if it is App Mesh API JSON.
pub(super) fn recognize(node: Node<'_>) -> Option<Found<'_>> {
    if is_template(node) {
        return Some(Found {
            node,
            kind: TEMPLATE,
            name: "",
        });
    }
    let mut entries = node.entries();
    if let (Some((key, inner)), None) = (entries.next(), entries.next())
        && KINDS
            .iter()
            .any(|(_, _, wrapper)| key.as_str() == Some(wrapper))
    {
        return unwrapped(inner);
    }
    unwrapped(node)
}

/// Whether it is a CloudFormation template with App Mesh resources; its importer
/// opens it.
fn is_template(node: Node<'_>) -> bool {
    let is_ours = |resource: Node<'_>| {
        let name = resource.get("Type").and_then(Node::as_str);
        name.is_some_and(|name| name.starts_with("AWS::AppMesh::"))
    };
    node.get("Resources")
        .is_some_and(|resources| resources.entries().any(|(_, resource)| is_ours(resource)))
}

fn unwrapped(node: Node<'_>) -> Option<Found<'_>> {
    let spec = node.get("spec").filter(|spec| spec.kind() == Kind::Map);
    let named = KINDS
        .iter()
        .find_map(|&(kind, key, _)| Some((kind, node.get(key)?.as_str()?)));
    // The CLI takes names on the command line as well, so that the JSON may hold
    // nothing but a route; where it leads tells the two kinds of routes apart.
    let route = spec.and_then(|spec| ROUTES.iter().find_map(|key| spec.get(key)));
    let action = route.and_then(|route| route.get("action"));
    let by_action = action.and_then(|action| {
        if action.get("target").is_some() {
            Some("GatewayRoute")
        } else {
            action.get("weightedTargets").map(|_| "Route")
        }
    });
    match (named, by_action) {
        (Some((kind, name)), None) => Some(Found { node, kind, name }),
        (Some((kind, name)), Some(route)) => {
            let name = if kind == route { name } else { "" };
            Some(Found {
                node,
                kind: route,
                name,
            })
        }
        (None, Some(kind)) => Some(Found {
            node,
            kind,
            name: "",
        }),
        (None, None) => None,
    }
}
