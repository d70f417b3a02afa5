//! Everything that the input holds of a mesh, by kind and name.
//!
//! This is the first of the importer's two steps: each object is read on its own,
//! checked against its schema and the rules of its admission, and put into a table.
//! An object with an error is left out, and costs no other.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::app_mesh as codes;
use crate::import::document::Node;
use crate::import::schema::Schema;
use crate::import::{Object, Options};
use crate::model::Origin;

use super::api_json::{self, Resource, ResourceKind};
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
            loose_routes: Vec::new(),
            told_legacy: false,
        };
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
                let labels = meta::labels(node.get("metadata"));
                self.namespaces.insert(object.name.to_string(), labels);
                return;
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
            reject_nameless(reader, node, out);
            return;
        }
        self.kubernetes(object.kind, node, names, reader, out);
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
        let spec = node.get("spec");
        let checked = schema::of(kind, reader.form);
        let old = reader.form == Form::V1Beta1;
        match (kind, spec) {
            ("Mesh", _) => {
                let item = match old {
                    true => legacy::mesh(names),
                    false => mesh::mesh(&mut reader, spec, names),
                };
                put(&mut self.meshes, Some(item), reader, node, checked, out);
            }
            ("VirtualGateway", Some(spec)) if !old => {
                let item = mesh::gateway(&mut reader, spec, names);
                put(&mut self.gateways, Some(item), reader, node, checked, out);
            }
            ("GatewayRoute", Some(spec)) if !old => {
                let item = gateway_route::read(&mut reader, spec, names, None);
                put(&mut self.gateway_routes, item, reader, node, checked, out);
            }
            ("VirtualService", _) if old => {
                let (service, router) = legacy::service(&mut reader, spec, names);
                if put(
                    &mut self.services,
                    Some(service),
                    reader,
                    node,
                    checked,
                    out,
                ) && let Some(router) = router
                {
                    self.routers.insert(router);
                }
            }
            ("VirtualService", _) => {
                let namespace = names.object.namespace.clone();
                let item = virtual_service::read(&mut reader, spec, names);
                if !put(&mut self.services, item, reader, node, checked, out) {
                    self.services.refuse(&namespace);
                }
            }
            ("VirtualRouter", Some(spec)) if !old => {
                let item = virtual_router::read(&mut reader, spec, names);
                put(&mut self.routers, Some(item), reader, node, checked, out);
            }
            ("VirtualNode", _) => {
                let item = match old {
                    true => legacy::node(&mut reader, spec, names),
                    false => mesh::node(&mut reader, spec, names),
                };
                put(&mut self.nodes, Some(item), reader, node, checked, out);
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
                // The schema check says what is missing.
                reader.rule(names.origin, "spec is missing");
                reader.finish(node, None, out);
            }
            _ => {
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
        let router = ["virtualRouterRef", "virtualRouter"]
            .iter()
            .find_map(|field| reader.get(spec, field))
            .and_then(|node| Reference::by_ref(&mut reader, node, &names.object.namespace));
        let name = names.object.name.clone();
        let route = virtual_router::route(&mut reader, spec, name, &names.object.namespace);
        let subject = reader.subject.clone();
        if let (true, Some(route)) = (reader.finish(node, None, out), route) {
            self.loose_routes.push(LooseRoute {
                router,
                namespace: names.object.namespace.clone(),
                route,
                subject,
                mesh: None,
                selected: true,
            });
        }
    }

    /// `appmesh/v1beta1`, which is no API's group.
    fn invented(&mut self, object: &Object<'_>, options: &Options, out: &mut Vec<Diagnostic>) {
        let names = kubernetes_names(object);
        let mut reader = Reader::new(names.object.to_string(), Form::V1Beta2);
        let says = format!("{}/{} is no API of App Mesh", object.group, object.version);
        if !options.lenient {
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
        put(
            &mut self.gateway_routes,
            item,
            reader,
            object.node,
            None,
            out,
        );
    }

    /// Reads a resource of the AWS API.
    fn resource(&mut self, resource: &Resource<'_>, out: &mut Vec<Diagnostic>) {
        let kind = resource.kind.name();
        let origin = api_json::origin(resource);
        let names = meta::aws(kind, &resource.name, resource.mesh.clone(), origin);
        let mut reader = Reader::new(names.object.to_string(), resource.form);
        let node = resource.node;
        let spec = resource.spec;
        let checked = match resource.form {
            Form::Api => schema::of_api(resource.kind),
            _ => None,
        };
        let id = resource.logical_id.as_deref();
        match (resource.kind, spec) {
            (ResourceKind::Mesh, _) => {
                let item = mesh::mesh(&mut reader, spec, names);
                put_aws(&mut self.meshes, Some(item), id, reader, node, checked, out);
            }
            (ResourceKind::VirtualNode, _) => {
                let item = mesh::node(&mut reader, spec, names);
                put_aws(&mut self.nodes, Some(item), id, reader, node, checked, out);
            }
            (ResourceKind::VirtualService, _) => {
                let item = virtual_service::read(&mut reader, spec, names);
                put_aws(&mut self.services, item, id, reader, node, checked, out);
            }
            (_, None) => {
                reader.rule(origin, "spec is missing");
                reader.finish(node, None, out);
            }
            (ResourceKind::VirtualGateway, Some(spec)) => {
                let item = mesh::gateway(&mut reader, spec, names);
                put_aws(
                    &mut self.gateways,
                    Some(item),
                    id,
                    reader,
                    node,
                    checked,
                    out,
                );
            }
            (ResourceKind::GatewayRoute, Some(spec)) => {
                let parent = resource.parent.clone();
                let item = gateway_route::read(&mut reader, spec, names, parent);
                put_aws(
                    &mut self.gateway_routes,
                    item,
                    id,
                    reader,
                    node,
                    checked,
                    out,
                );
            }
            (ResourceKind::VirtualRouter, Some(spec)) => {
                let item = virtual_router::read(&mut reader, spec, names);
                put_aws(
                    &mut self.routers,
                    Some(item),
                    id,
                    reader,
                    node,
                    checked,
                    out,
                );
            }
            (ResourceKind::Route, Some(spec)) => {
                let name = resource.name.clone();
                let route = virtual_router::route(&mut reader, spec, name, "");
                let subject = reader.subject.clone();
                if let (true, Some(route)) = (reader.finish(node, checked, out), route) {
                    let router = resource.parent.clone();
                    self.loose_routes.push(LooseRoute {
                        router: router.map(|name| Reference {
                            by: By::AwsName(name),
                            origin,
                        }),
                        namespace: String::new(),
                        route,
                        subject,
                        mesh: resource.mesh.clone(),
                        selected: false,
                    });
                }
            }
        }
    }
}

/// Puts an object into its table, unless it has an error.
fn put<T: Named>(
    table: &mut Table<T>,
    item: Option<T>,
    reader: Reader,
    node: Node<'_>,
    schema: Option<&Schema>,
    out: &mut Vec<Diagnostic>,
) -> bool {
    let subject = reader.subject.clone();
    let sound = reader.finish(node, schema, out);
    let item = match item {
        Some(item) if sound => item,
        refused => {
            if let Some(item) = refused {
                table.refuse(&item.meta().object.namespace);
            }
            return false;
        }
    };
    let (origin, object) = (item.meta().origin, &item.meta().object);
    if table.is_full(&object.namespace, &object.name) {
        let message = format!("{subject}: there are too many of this kind");
        out.push(Diagnostic::error(codes::TOO_MANY, origin, message));
        return false;
    }
    if table.insert(item).is_some() {
        out.push(replaced(&subject, origin));
    }
    true
}

/// [`put`], with the logical id of a template as a second name.
fn put_aws<T: Named>(
    table: &mut Table<T>,
    item: Option<T>,
    id: Option<&str>,
    reader: Reader,
    node: Node<'_>,
    schema: Option<&Schema>,
    out: &mut Vec<Diagnostic>,
) {
    let name = item.as_ref().map(|item| item.meta().object.name.clone());
    if !put(table, item, reader, node, schema, out) {
        return;
    }
    if let (Some(id), Some(name)) = (id, name)
        && let Some(index) = table.find("", &name)
    {
        table.alias(id, index);
    }
}

pub(super) fn replaced(subject: &str, origin: Origin) -> Diagnostic {
    let message = format!("{subject}: replaces an earlier one of the same name");
    Diagnostic::warning(codes::REPLACED, origin, message)
        .with_help("of two objects of a name the later one counts, as when both are applied")
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
    meta::kubernetes(
        object.kind,
        namespace,
        object.name,
        meta::labels(object.node.get("metadata")),
        meta::origin(object.node),
    )
}
