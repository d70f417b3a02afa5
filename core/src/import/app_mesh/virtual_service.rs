//! VirtualService: the name that clients use, and who answers for it.

use alloc::format;

use crate::diagnostic::codes::{app_mesh as codes, schema as schema_codes};
use crate::import::document::Node;

use super::kinds::{Meta, Provider, VirtualService};
use super::meta;
use super::reference::Reference;
use super::wire::{Form, Reader, place, shorten};

/// Reads a VirtualService's spec, which may be absent.
pub(super) fn read(
    reader: &mut Reader,
    spec: Option<Node<'_>>,
    mut names: Meta,
) -> Option<VirtualService> {
    let Some(spec) = spec else {
        return Some(VirtualService {
            meta: names,
            provider: Provider::Nobody,
        });
    };
    meta::claims(reader, spec, &mut names, "virtualServiceName");
    host_as_name(reader, spec, &names);
    let provider = provider(reader, spec, &names.object.namespace)?;
    Some(VirtualService {
        meta: names,
        provider,
    })
}

/// A host written as the object's name: the name that clients use is `awsName`, and by
/// default another one.
fn host_as_name(reader: &mut Reader, spec: Node<'_>, names: &Meta) {
    let name = &names.object.name;
    let is_host = name.ends_with(".svc.cluster.local");
    if reader.form != Form::V1Beta2 || !is_host || reader.get(spec, "awsName").is_some() {
        return;
    }
    let says = format!(
        "its name looks like the host that clients use, but that is '{}'",
        shorten(&names.aws_name)
    );
    let help = format!("write awsName: {}", shorten(name));
    reader.warn(codes::HOST_AS_NAME, names.origin, &says, Some(&help));
}

fn provider(reader: &mut Reader, spec: Node<'_>, namespace: &str) -> Option<Provider> {
    // SPEC: without a provider there is no route (API VirtualServiceSpec).
    let Some(node) = reader.map(spec, "provider") else {
        return Some(Provider::Nobody);
    };
    let router = reader.map(node, "virtualRouter");
    let virtual_node = reader.map(node, "virtualNode");
    match (router, virtual_node) {
        (Some(_), Some(second)) => {
            // SPEC: the provider is a union of the two (API VirtualServiceProvider).
            reader.rule(
                place(second),
                "only one of virtualRouter and virtualNode may be specified",
            );
            None
        }
        (Some(router), None) => Reference::read(
            reader,
            router,
            "virtualRouter",
            "virtualRouterName",
            namespace,
        )
        .map(Provider::Router),
        (None, Some(virtual_node)) => Reference::read(
            reader,
            virtual_node,
            "virtualNode",
            "virtualNodeName",
            namespace,
        )
        .map(Provider::Node),
        (None, None) => misplaced(reader, node, namespace),
    }
}

/// `provider.virtualNodeRef`, one level too high.
fn misplaced(reader: &mut Reader, node: Node<'_>, namespace: &str) -> Option<Provider> {
    if reader.form.is_aws() {
        return Some(Provider::Nobody);
    }
    let pairs = [
        (
            "virtualNodeRef",
            "provider.virtualNode.virtualNodeRef is meant",
        ),
        (
            "virtualRouterRef",
            "provider.virtualRouter.virtualRouterRef is meant",
        ),
    ];
    for (field, meant) in pairs {
        let Some(by_ref) = reader.mistaken(node, field, meant) else {
            continue;
        };
        reader.handle(schema_codes::MISSING_FIELD, place(node));
        let reference = Reference::by_ref(reader, by_ref, namespace)?;
        return Some(match field {
            "virtualNodeRef" => Provider::Node(reference),
            _ => Provider::Router(reference),
        });
    }
    Some(Provider::Nobody)
}
