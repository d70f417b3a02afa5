//! Everything that the input holds of a mesh, by kind and name.
//!
//! This is the first of the importer's two steps: each object is read on its own,
//! checked against its schema and the rules of its admission, and put into a table.
//! An object with an error is left out, and costs no other: but it is remembered, so
//! that what refers to it fails instead of being taken to lead out of the input.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::app_mesh as codes;
use crate::import::document::Node;
use crate::import::recognize::Refused;
use crate::import::{Object, Options};
use crate::model::ObjectRef;

use super::api_json::{self, Resource, ResourceKind};
use super::entry::Entry;
use super::kinds::{
    GatewayRoute, Mesh, Meta, VirtualGateway, VirtualNode, VirtualRouter, VirtualService,
};
use super::loose_route::LooseRoute;
use super::reference::{By, Named, Reference, Table};
use super::selector::LabelMap;
use super::wire::{Form, Reader, place};
use super::{gateway_route, legacy, lenient, mesh, meta, schema, virtual_router, virtual_service};

/// The group of App Mesh's Kubernetes objects.
const GROUP: &str = "appmesh.k8s.aws";

/// The kinds that others refer to or belong to. One that was refused before it had
/// a name is noted, so that what finds nothing is missing rather than elsewhere.
const KINDS: [&str; 6] = [
    "Mesh",
    "VirtualGateway",
    "GatewayRoute",
    "VirtualService",
    "VirtualRouter",
    "VirtualNode",
];

/// The most meshes, and the most gateways: each is asked for each object.
const MAX_OWNERS: usize = 1000;

/// The objects of the input.
pub(super) struct World {
    pub(super) meshes: Table<Mesh>,
    pub(super) gateways: Table<VirtualGateway>,
    pub(super) gateway_routes: Table<GatewayRoute>,
    pub(super) services: Table<VirtualService>,
    pub(super) routers: Table<VirtualRouter>,
    pub(super) nodes: Table<VirtualNode>,
    /// Labels of the namespaces whose objects are in the input.
    pub(super) namespaces: BTreeMap<String, LabelMap>,
    /// Namespaces whose labels cannot be read.
    pub(super) refused_namespaces: BTreeSet<String>,
    /// Routes that are documents of their own, each with its router.
    pub(super) loose_routes: Vec<LooseRoute>,
    told_legacy: bool,
}

macro_rules! named {
    ($($kind:ty),*) => {
        $(impl Named for $kind {
            fn meta(&self) -> &Meta {
                &self.meta
            }
        })*
    };
}
named!(
    Mesh,
    VirtualGateway,
    GatewayRoute,
    VirtualService,
    VirtualRouter,
    VirtualNode
);

impl World {
    /// Reads all objects. `files` are the names of the sources.
    pub(super) fn read(
        objects: &[Object<'_>],
        refused: &Refused<'_>,
        options: &Options,
        files: &[String],
        out: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut world = Self {
            meshes: Table::new("Mesh", MAX_OWNERS),
            gateways: Table::new("VirtualGateway", MAX_OWNERS),
            gateway_routes: Table::new("GatewayRoute", usize::MAX),
            services: Table::new("VirtualService", usize::MAX),
            routers: Table::new("VirtualRouter", usize::MAX),
            nodes: Table::new("VirtualNode", usize::MAX),
            namespaces: BTreeMap::new(),
            refused_namespaces: BTreeSet::new(),
            loose_routes: Vec::new(),
            told_legacy: false,
        };
        for kind in KINDS {
            if refused.has(GROUP, kind) {
                world.refuse(kind, &ObjectRef::new(kind, "", ""), "");
            }
        }
        for object in objects {
            world.object(object, options, files, out);
        }
        world.fold_routes(out);
        world
    }

    fn object(
        &mut self,
        object: &Object<'_>,
        options: &Options,
        files: &[String],
        out: &mut Vec<Diagnostic>,
    ) {
        let node = object.node;
        if object.is_api_json() {
            let file = files.get(node.source() as usize).map_or("", String::as_str);
            for resource in api_json::resources(object, file) {
                self.resource(&resource, out);
            }
            return;
        }
        let form = match (object.group, object.version) {
            (GROUP, "v1beta2") => Form::V1Beta2,
            (GROUP, "v1beta1") => {
                self.tell_legacy(node, out);
                Form::V1Beta1
            }
            ("", "v1") if object.kind == "Namespace" => {
                return self.namespace(object, out);
            }
            ("appmesh", _) => return self.invented(object, options, out),
            _ => {
                let message = format!(
                    "{} of {}/{} is no object of a mesh and is passed over",
                    object.kind, object.group, object.version
                );
                out.push(Diagnostic::note(codes::UNKNOWN_KIND, place(node), message));
                return;
            }
        };
        let names = kubernetes_names(object);
        let subject = names.object.to_string();
        let reader = Reader::new(subject, form);
        if names.object.name.is_empty() {
            self.refuse(object.kind, &names.object, &names.aws_name);
            reject_nameless(reader, node, out);
            return;
        }
        self.kubernetes(object.kind, node, names, reader, out);
    }

    /// Reads a Namespace, of which labels alone count.
    fn namespace(&mut self, object: &Object<'_>, out: &mut Vec<Diagnostic>) {
        let subject = format!("Namespace {}", object.name);
        let mut reader = Reader::new(subject, Form::V1Beta2);
        meta::check(&mut reader, object.node);
        if reader.finish(object.node, None, out) {
            let labels = meta::labels(object.node.get("metadata"));
            self.namespaces.insert(object.name.to_string(), labels);
        } else {
            self.refused_namespaces.insert(object.name.to_string());
        }
    }

    /// Notes that an object was refused.
    fn refuse(&mut self, kind: &str, object: &ObjectRef, aws_name: &str) {
        match kind {
            "Mesh" => self.meshes.refuse(object, aws_name),
            "VirtualGateway" => self.gateways.refuse(object, aws_name),
            "GatewayRoute" => self.gateway_routes.refuse(object, aws_name),
            "VirtualService" => self.services.refuse(object, aws_name),
            "VirtualRouter" => self.routers.refuse(object, aws_name),
            "VirtualNode" => self.nodes.refuse(object, aws_name),
            _ => {}
        }
    }

    /// Says once that the older form is met.
    fn tell_legacy(&mut self, node: Node<'_>, out: &mut Vec<Diagnostic>) {
        if core::mem::replace(&mut self.told_legacy, true) {
            return;
        }
        let message = "appmesh.k8s.aws/v1beta1 is the controller's older form; the controller of today takes v1beta2";
        out.push(Diagnostic::note(codes::LEGACY_FORM, place(node), message));
    }

    /// Reads an object of the controller's API.
    fn kubernetes(
        &mut self,
        kind: &str,
        node: Node<'_>,
        names: Meta,
        mut reader: Reader,
        out: &mut Vec<Diagnostic>,
    ) {
        meta::check(&mut reader, node);
        let own = &refused_names(&names, node.path(&["metadata", "namespace"]));
        let spec = reader.map(node, "spec");
        let checked = schema::of(kind, reader.form);
        let entry = Entry {
            names: own,
            id: None,
            node,
            schema: checked,
        };
        let old = reader.form == Form::V1Beta1;
        match (kind, spec) {
            ("Mesh", _) => {
                let item = match old {
                    true => legacy::mesh(names),
                    false => mesh::mesh(&mut reader, spec, names),
                };
                entry.put(&mut self.meshes, Some(item), reader, out);
            }
            ("VirtualGateway", Some(spec)) if !old => {
                let item = mesh::gateway(&mut reader, spec, names);
                entry.put(&mut self.gateways, Some(item), reader, out);
            }
            ("GatewayRoute", Some(spec)) if !old => {
                let item = gateway_route::read(&mut reader, spec, names, None);
                entry.put(&mut self.gateway_routes, item, reader, out);
            }
            ("VirtualService", _) if old => {
                let (service, router) = legacy::service(&mut reader, spec, names);
                if entry.put(&mut self.services, Some(service), reader, out)
                    && let Some(router) = router
                {
                    self.routers.insert(router);
                }
            }
            ("VirtualService", _) => {
                let item = virtual_service::read(&mut reader, spec, names);
                entry.put(&mut self.services, item, reader, out);
            }
            ("VirtualRouter", Some(spec)) if !old => {
                let item = virtual_router::read(&mut reader, spec, names);
                entry.put(&mut self.routers, Some(item), reader, out);
            }
            ("VirtualNode", _) => {
                let item = match old {
                    true => legacy::node(&mut reader, spec, names),
                    false => mesh::node(&mut reader, spec, names),
                };
                entry.put(&mut self.nodes, Some(item), reader, out);
            }
            ("Route", Some(spec)) if !old => self.route_object(spec, &names, reader, node, out),
            ("BackendGroup", _) if !old => {
                reader.note(
                    codes::IGNORED,
                    names.origin,
                    "a BackendGroup says what clients may call, not where requests go",
                );
                reader.finish(node, checked, out);
            }
            ("VirtualGateway" | "GatewayRoute" | "VirtualRouter", None) if !old => {
                self.refuse(kind, &own.object, &own.aws_name);
                reader.rule(names.origin, "spec is missing");
                reader.finish(node, None, out);
            }
            _ => {
                self.refuse(kind, &own.object, &own.aws_name);
                reader.error(
                    codes::UNKNOWN_KIND,
                    names.origin,
                    "App Mesh has no such kind in this version",
                    None,
                );
                reader.finish(node, None, out);
            }
        }
    }

    /// A kind `Route`, which articles write beside VirtualRouter: the AWS API has it,
    /// the controller does not.
    fn route_object(
        &mut self,
        spec: Node<'_>,
        names: &Meta,
        mut reader: Reader,
        node: Node<'_>,
        out: &mut Vec<Diagnostic>,
    ) {
        reader.warn(
            codes::UNKNOWN_KIND,
            names.origin,
            "the controller has no kind Route; it is read as a route of its VirtualRouter",
            Some("put it into spec.routes of the VirtualRouter"),
        );
        let written = ["virtualRouterRef", "virtualRouter"]
            .iter()
            .find_map(|field| reader.get(spec, field));
        let router =
            written.and_then(|node| Reference::by_ref(&mut reader, node, &names.object.namespace));
        let name = names.object.name.clone();
        let route = virtual_router::route(&mut reader, spec, name, &names.object.namespace);
        let subject = reader.subject.clone();
        let sound = reader.finish(node, Some(&schema::LOOSE_ROUTE), out);
        self.loose_route(LooseRoute {
            router,
            namespace: names.object.namespace.clone(),
            route: route.filter(|_| sound),
            origin: place(node),
            subject,
            mesh: None,
            selected: true,
        });
    }

    /// Keeps a route that is a document of its own. A refused one still tells of its
    /// router; where it does not, the router may be any that is not found.
    fn loose_route(&mut self, loose: LooseRoute) {
        match (&loose.route, &loose.router) {
            (None, None) => self.routers.refuse(&ObjectRef::default(), ""),
            _ => self.loose_routes.push(loose),
        }
    }

    /// `appmesh/v1beta1`, which is no API's group.
    fn invented(&mut self, object: &Object<'_>, options: &Options, out: &mut Vec<Diagnostic>) {
        let names = kubernetes_names(object);
        let mut reader = Reader::new(names.object.to_string(), Form::V1Beta2);
        let says = format!("{}/{} is no API of App Mesh", object.group, object.version);
        if !options.lenient {
            self.refuse(object.kind, &names.object, &names.aws_name);
            reader.error(
                codes::LENIENT_ONLY,
                names.origin,
                &says,
                Some("the API is appmesh.k8s.aws/v1beta2; --lenient reads this as far as its meaning is clear"),
            );
            reader.finish(object.node, None, out);
            return;
        }
        reader.warn(codes::LENIENT_ONLY, names.origin, &says, None);
        meta::check(&mut reader, object.node);
        let own = names.clone();
        let item = match object.kind {
            "GatewayRoute" => lenient::gateway_route(&mut reader, object.node, names),
            _ => None,
        };
        if item.is_none() {
            reader.error(
                codes::LENIENT_ONLY,
                place(object.node),
                "its meaning is not clear",
                None,
            );
        }
        let entry = Entry {
            names: &own,
            id: None,
            node: object.node,
            schema: None,
        };
        entry.put(&mut self.gateway_routes, item, reader, out);
    }

    /// Reads a resource of the AWS API.
    fn resource(&mut self, resource: &Resource<'_>, out: &mut Vec<Diagnostic>) {
        let kind = resource.kind.name();
        let origin = api_json::origin(resource);
        let names = meta::aws(kind, &resource.name, resource.mesh.clone(), origin);
        let mut reader = Reader::new(names.object.to_string(), resource.form);
        let node = resource.node;
        let spec = resource.spec;
        let readable = api_json::check(&mut reader, resource);
        let mut own = names.clone();
        if !readable {
            own.object.name.clear();
        }
        let own = &own;
        let checked = match resource.form {
            Form::Api => schema::of_api(resource.kind),
            _ => None,
        };
        let entry = Entry {
            names: own,
            id: resource.logical_id.as_deref(),
            node,
            schema: checked,
        };
        match (resource.kind, spec) {
            (ResourceKind::Mesh, _) => {
                let item = mesh::mesh(&mut reader, spec, names);
                entry.put(&mut self.meshes, Some(item), reader, out);
            }
            (ResourceKind::VirtualNode, _) => {
                let item = mesh::node(&mut reader, spec, names);
                entry.put(&mut self.nodes, Some(item), reader, out);
            }
            (ResourceKind::VirtualService, _) => {
                let item = virtual_service::read(&mut reader, spec, names);
                entry.put(&mut self.services, item, reader, out);
            }
            (_, None) => {
                self.refuse(kind, &own.object, &own.aws_name);
                if resource.kind == ResourceKind::Route {
                    self.routers.refuse(&ObjectRef::default(), "");
                }
                reader.rule(origin, "spec is missing");
                reader.finish(node, None, out);
            }
            (ResourceKind::VirtualGateway, Some(spec)) => {
                let item = mesh::gateway(&mut reader, spec, names);
                entry.put(&mut self.gateways, Some(item), reader, out);
            }
            (ResourceKind::GatewayRoute, Some(spec)) => {
                let parent = resource.parent.clone();
                let item = gateway_route::read(&mut reader, spec, names, parent);
                entry.put(&mut self.gateway_routes, item, reader, out);
            }
            (ResourceKind::VirtualRouter, Some(spec)) => {
                let item = virtual_router::read(&mut reader, spec, names);
                entry.put(&mut self.routers, Some(item), reader, out);
            }
            (ResourceKind::Route, Some(spec)) => {
                let name = resource.name.clone();
                let route = virtual_router::route(&mut reader, spec, name, "");
                let subject = reader.subject.clone();
                let sound = reader.finish(node, checked, out);
                let router = resource.parent.clone();
                self.loose_route(LooseRoute {
                    router: router.map(|name| Reference {
                        by: By::AwsName(name),
                        origin,
                    }),
                    namespace: String::new(),
                    route: route.filter(|_| sound),
                    origin,
                    subject,
                    mesh: resource.mesh.clone(),
                    selected: false,
                });
            }
        }
    }
}

/// The names by which a refused object is remembered: none where the namespace cannot
/// be read.
fn refused_names(names: &Meta, namespace: Option<Node<'_>>) -> Meta {
    let mut names = names.clone();
    if namespace.is_some_and(|namespace| namespace.as_str().is_none()) {
        names.object.name.clear();
    }
    names
}

fn reject_nameless(mut reader: Reader, node: Node<'_>, out: &mut Vec<Diagnostic>) {
    reader.rule(place(node), "metadata.name is missing");
    reader.finish(node, None, out);
}

/// The names of a Kubernetes object. A Mesh has no namespace; what names none is in
/// `default`, where kubectl puts it.
fn kubernetes_names(object: &Object<'_>) -> Meta {
    let namespace = match (object.kind, object.namespace) {
        ("Mesh", _) => "",
        (_, "") => "default",
        (_, namespace) => namespace,
    };
    let mut names = meta::kubernetes(
        object.kind,
        namespace,
        object.name,
        meta::labels(object.node.get("metadata")),
        meta::origin(object.node),
    );
    if let Some(name) = object.node.path(&["metadata", "name"]) {
        names.place = name.origin();
    }
    names
}
